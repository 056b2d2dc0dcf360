"""Tables of figures come in from CSV, XLSX and YAML; what describes persons does not, and the report says where."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.figures.importing import Report, import_figures
from app.figures.models import Indicator, IndicatorSeries, Observation
from app.figures.service import get_figure
from app.permissions import VISITOR
from tests.figures.conftest import HEADING, RECORD, ROWS, csv_file, lines, xlsx_file

YAML = """
id: se-test
country: SE
unit: cases
title: {en: Cases}
definition: {en: Cases counted.}
caveat: {en: One year is missing.}
sources: [{publisher: Office, title: Yearbook, url: null, date: '2024'}]
as_of: '2024'
series: [{code: total, label: {en: Cases}}]
observations:
- {series: total, period: '2020', value: 5}
- {series: total, period: '2021', value: null}
- {series: total, period: '2022', value: 7, approximate: true}
"""


def values(session: Session, indicator: str) -> dict[tuple[str, str], float | None]:
    rows = session.exec(select(Observation).where(Observation.indicator_id == indicator))
    return {(row.series, row.period): row.value for row in rows}


def reasons(report: Report) -> list[tuple[int | None, str]]:
    assert report.refused
    assert (report.new, report.changed, report.unchanged) == ((), (), ())
    return [(refusal.row, refusal.reason) for refusal in report.refused]


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8")],
)
def test_csv_is_read_in_any_separator_and_encoding(
    store: Session, tmp_path: Path, separator: str, encoding: str
) -> None:
    text = lines(*ROWS).replace("Persons counted", "Påførte þær").replace(",", separator)
    assert import_figures(store, csv_file(tmp_path, text, encoding=encoding)).new == ("fi-test",)
    assert values(store, "fi-test")["women", "2022"] == 30
    row = store.get(Indicator, "fi-test")
    assert row
    assert row.titles == {"en": "Påførte þær"}


def test_the_first_sheet_of_a_workbook_is_read(store: Session, tmp_path: Path) -> None:
    rows: list[list[str | float]] = [list(HEADING.split(","))]
    for row in ROWS:
        *words, number = f"{RECORD},{row}".split(",")
        rows.append([*words, float(number)])
    assert import_figures(store, xlsx_file(tmp_path / "f.xlsx", rows)).new == ("fi-test",)
    assert values(store, "fi-test") == {
        ("total", "2022"): 40,
        ("women", "2022"): 30,
        ("men", "2022"): 10,
        ("total", "2024"): 50,
    }


def test_yaml_keeps_unknown_apart_from_zero(store: Session, tmp_path: Path) -> None:
    assert import_figures(store, csv_file(tmp_path, YAML, "f.yaml")).new == ("se-test",)
    assert values(store, "se-test") == {("total", "2020"): 5, ("total", "2021"): None, ("total", "2022"): 7}
    figure = get_figure(store, VISITOR, "en", "se-test")
    assert [row.cells[0].value for row in figure.rows] == [5, None, 7]
    assert figure.rows[2].cells[0].is_approximate


def test_years_by_series_are_read_with_the_file_that_explains_them(store: Session, tmp_path: Path) -> None:
    about = YAML.partition("observations:")[0] + "columns: {Cases in all: total}\n"
    csv_file(tmp_path, about, "wide.yaml")
    wide = csv_file(tmp_path, "Year;Cases in all\n2020;1 005\n2021;..\n2022;7\n", "wide.csv")
    assert import_figures(store, wide).new == ("se-test",)
    assert values(store, "se-test") == {("total", "2020"): 1005, ("total", "2021"): None, ("total", "2022"): 7}


def test_a_second_time_changes_nothing(store: Session, tmp_path: Path) -> None:
    path = csv_file(tmp_path, lines(*ROWS))
    import_figures(store, path)
    store.flush()
    again = import_figures(store, path)
    assert (again.new, again.changed, again.unchanged) == ((), (), ("fi-test",))
    assert not store.new
    assert not [row for row in store.dirty if store.is_modified(row)]


def test_a_corrected_file_replaces_the_numbers_and_keeps_other_languages(store: Session, tmp_path: Path) -> None:
    import_figures(store, csv_file(tmp_path, lines(*ROWS)))
    store.flush()
    finnish = lines(*ROWS[:3], "total,Yhteensä,,2024,51").replace(",en,", ",fi,").replace("Total", "Yhteensä")
    report = import_figures(store, csv_file(tmp_path, finnish.replace("Persons counted", "Lasketut")))
    store.flush()
    assert report.changed == ("fi-test",)
    row = store.get(Indicator, "fi-test")
    assert row
    assert row.titles == {"en": "Persons counted", "fi": "Lasketut"}
    total = store.get(IndicatorSeries, ("fi-test", "total"))
    assert total
    assert total.labels == {"en": "Total", "fi": "Yhteensä"}
    assert values(store, "fi-test")["total", "2024"] == 51
    import_figures(store, csv_file(tmp_path, lines(*ROWS[:3])))
    store.flush()
    assert ("total", "2024") not in values(store, "fi-test")


def test_numbers_that_contradict_each_other_are_taken_and_flagged(store: Session, tmp_path: Path) -> None:
    report = import_figures(store, csv_file(tmp_path, lines(*ROWS[:2], "men,Men,sex=male,2022,11")))
    assert report.new == ("fi-test",)
    assert [(flag.indicator, flag.words) for flag in report.flagged] == [
        ("fi-test", "2022: Women (30) and Men (11) make 41 together, but “Total” is given as 40.")
    ]
    assert values(store, "fi-test")["total", "2022"] == 40


# What describes persons


@pytest.mark.parametrize(
    "column", ["Name", "Etternavn", "Förnamn", "Sukunimi", "Date of birth", "Fødselsdato", "CPR-nr", "Kennitala"]
)
def test_a_column_that_identifies_persons_is_refused(store: Session, tmp_path: Path, column: str) -> None:
    text = "\n".join(
        f"{line},{extra}" for line, extra in zip(lines(*ROWS).splitlines(), [column, *"abcd"], strict=True)
    )
    assert (1, f"column “{column}” identifies persons; only counted figures are taken") in reasons(
        import_figures(store, csv_file(tmp_path, text))
    )


@pytest.mark.parametrize(
    "heading", ["Age;Sex;Nationality;Year", "Alder;Køn;Statsborgerskab;År", "Ikä;Sukupuoli;Kansalaisuus;Vuosi"]
)
def test_one_row_per_person_is_refused(store: Session, tmp_path: Path, heading: str) -> None:
    found = reasons(import_figures(store, csv_file(tmp_path, f"{heading}\n17;F;X;2024\n24;F;Y;2024\n")))
    assert any(row == 1 and "one row per person" in reason for row, reason in found)


# Each value is put together here, so that no number of a person stands in the repository.
IDENTITY = {
    "dk": "-".join(("010190", "1234")),
    "fi": "-".join(("131052", "308T")),
    "se": "-".join(("811218", "9876")),
    "is": "".join(("120174", "3399")),
    "no": "".join(("151086", "95088")),
}


@pytest.mark.parametrize("country", list(IDENTITY))
@pytest.mark.parametrize("column", ["series", "note", "title"])
def test_an_identity_number_is_refused_wherever_it_stands(
    store: Session, tmp_path: Path, country: str, column: str
) -> None:
    changed = f"see {IDENTITY[country]} there" if column != "series" else IDENTITY[country]
    record = RECORD.replace("Persons counted", changed) if column == "title" else RECORD
    row = f"{changed if column == 'series' else 'total'},Total,,2022,40,{changed if column == 'note' else ''}"
    found = reasons(import_figures(store, csv_file(tmp_path, lines(row, heading=HEADING + ",note", record=record))))
    assert (2, f"{column}: looks like a national identity number") in found
    assert IDENTITY[country] not in str(found)


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        ("value", "1987-05-04", "value: a full date, such as a birth date; a figure covers a year or months"),
        ("value", "4.5.1987", "value: a full date, such as a birth date; a figure covers a year or months"),
        ("series", "K 1234-2019", "series: looks like a case number"),
        ("series", "2021/100456", "series: looks like a case number"),
        ("series_label", "ask someone@example.org", "series_label: holds an e-mail address"),
        ("series_label", "call +47 00 00 00 00", "series_label: holds a phone number"),
    ],
)
def test_other_traces_of_a_person_are_refused(
    store: Session, tmp_path: Path, place: str, text: str, reason: str
) -> None:
    fields = {"series": "total", "series_label": "Total", "breakdown": "", "period": "2022", "value": "40"}
    row = ",".join((fields | {place: text}).values())
    assert reasons(import_figures(store, csv_file(tmp_path, lines(ROWS[3], row)))) == [(3, reason)]


def test_few_persons_by_two_attributes_are_refused_and_by_one_are_not(store: Session, tmp_path: Path) -> None:
    few = lines("girls,Girls,sex=female;age-group=minor,2022,4", "boys,Boys,sex=male;age-group=minor,2022,12")
    assert reasons(import_figures(store, csv_file(tmp_path, few))) == [
        (2, "fewer than 5 by age-group and sex together can point at somebody; merge groups first")
    ]
    assert import_figures(store, csv_file(tmp_path, lines("men,Men,sex=male,2022,2"))).new == ("fi-test",)
    none = lines("girls,Girls,sex=female;age-group=minor,2023,0")
    assert import_figures(store, csv_file(tmp_path, none)).changed == ("fi-test",)


def test_yaml_is_searched_for_persons_too(store: Session, tmp_path: Path) -> None:
    named = YAML.replace("Cases counted.", f"Cases such as {IDENTITY['fi']}.")
    found = reasons(import_figures(store, csv_file(tmp_path, named, "f.yaml")))
    assert found == [(None, "definition.en: looks like a national identity number")]


# What is no table of figures


@pytest.mark.parametrize("missing", ["definition", "caveat", "source_title"])
def test_a_number_without_what_belongs_to_it_is_refused(store: Session, tmp_path: Path, missing: str) -> None:
    place = HEADING.split(",").index(missing)
    bare = "\n".join(
        ",".join("" if column == place and number else cell for column, cell in enumerate(line.split(",")))
        for number, line in enumerate(lines(*ROWS).splitlines())
    )
    found = reasons(import_figures(store, csv_file(tmp_path, bare)))
    assert any(missing.removeprefix("source_") in reason for _, reason in found)
    without = "\n".join(
        ",".join(cell for column, cell in enumerate(line.split(",")) if column != place)
        for line in lines(*ROWS).splitlines()
    )
    assert reasons(import_figures(store, csv_file(tmp_path, without))) == [(1, f"the columns {missing} are missing")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("total,Total,,2022,many", "'many' is no plain number"),
        ("total,Total,,2022,-4", "'-4' is no plain number"),
        ('total,Total,,2022,"1,233"', "'1,233' is no plain number"),
        ("total,Total,,2022,1.5", "1.5 is no whole number of persons"),
        ("total,Total,,2022-13,4", "pattern"),
        ("total,Total,,2024,51", "the same series and period twice"),
        ("total,Sum,,2023,51", "series_label differs from the other rows of fi-test"),
        ("total,Total,colour=blue,2023,51", "breakdown differs"),
        ("blue,Blue,colour=blue,2023,51", "series.1.breakdown.colour"),
    ],
)
def test_a_row_that_does_not_fit_is_named(store: Session, tmp_path: Path, row: str, reason: str) -> None:
    found = reasons(import_figures(store, csv_file(tmp_path, lines(ROWS[3], row))))
    assert any(reason in told for _, told in found), found
    assert store.get(Indicator, "fi-test") is None


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("f.csv", b"PK\x03\x04rest", "is no text file, whatever its name says"),
        ("f.csv", b"a;b\n", "holds no row below its heading"),
        ("f.csv", b'a;b\n"c;d\n', "is no well-formed CSV"),
        ("f.xlsx", b"a;b\n1;2\n", "is no XLSX file, whatever its name says"),
        ("f.xlsx", b"PK\x03\x04broken", "cannot be opened as XLSX"),
        ("f.yaml", b"a: &a [1]\nb: [*a, *a]\n", "uses YAML aliases"),
        ("f.yaml", b"a: !!python/object/apply:os.getcwd []\n", "is not YAML"),
        ("f.yaml", b"a: [1\n", "is not YAML"),
        ("f.yaml", b"5\n", "must hold an indicator"),
        ("f.xlsm", b"PK\x03\x04", "no table of figures: only"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    store: Session, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    ((row, told),) = reasons(import_figures(store, path))
    assert row is None
    assert reason in told


def test_a_workbook_that_swells_is_refused_before_it_is_opened(store: Session, tmp_path: Path) -> None:
    rows: list[list[str | float]] = [["0" * 1_000_000] for _ in range(61)]
    path = xlsx_file(tmp_path / "bomb.xlsx", rows)
    assert path.stat().st_size < 1_000_000
    assert reasons(import_figures(store, path)) == [(None, "unpacks to more than 60 MB")]
