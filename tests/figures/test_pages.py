"""The page of a country, the file and the API: real numbers, and everything that must be read with them."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlmodel import Session
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import cli, console
from app.db import make_engine, reading, upgrade
from app.figures.models import Indicator
from app.i18n import LANGUAGES
from app.permissions import Visibility
from seed_data.figures import FILE
from seed_data.read import FOLDER
from tests.conftest import settings_for
from tests.figures.conftest import ROWS, csv_file, lines
from tests.page_client import PageClient, first

TABLE_2005_2008: list[list[str | None]] = [
    ["2005", "27", "26", "2", None],
    ["2006", "43", "43", "0", None],
    ["2007", "110", "86", "25", None],
    ["January–March 2008", "21", "19", "3", None],
    ["2005 – March 2008", "204", "174", "30", "54"],
]
WITH_FIGURES = ("dk", "fi", "is", "no", "se")


def words(tree: HTMLParser, selector: str) -> str:
    return " ".join(first(tree, selector).text(separator=" ").split())


def table(tree: HTMLParser, indicator: str) -> list[list[str | None]]:
    """The numbers of the table, None where the source states none."""
    rows = tree.css(f"#figure-{indicator} tbody tr")
    return [
        [
            None if node.css_first(".none") else " ".join(node.text().split()).split(" ≠")[0]
            for node in row.css("th, td.number, td.gap-year")
        ]
        for row in rows
    ]


def test_the_table_of_2005_to_2008_stands_as_its_source_states_it(page: PageClient) -> None:
    assert table(page.get("/en/countries/no"), "no-possible-victims") == TABLE_2005_2008


def test_the_contradiction_is_told_and_marked(page: PageClient) -> None:
    tree = page.get("/en/countries/no")
    told = words(tree, "#figure-no-possible-victims-contradiction")
    for part in (
        "none has been corrected or averaged",
        "2005: Women (26) and Men (2) make 28 together, but “Stated number” is given as 27.",
        "2007: Women (86) and Men (25) make 111 together, but “Stated number” is given as 110.",
        "January–March 2008: Women (19) and Men (3) make 22 together, but “Stated number” is given as 21.",
        "the numbers of the single periods make 201 together, but 204 is given.",
    ):
        assert part in told
    marked = tree.css("#figure-no-possible-victims tbody tr:has(a.differs) th")
    assert [node.text() for node in marked] == [TABLE_2005_2008[row][0] for row in (0, 2, 3, 4)]


def test_a_year_without_a_number_is_no_zero(page: PageClient) -> None:
    tree = page.get("/en/countries/dk")
    rows = {row[0]: row[1:] for row in table(tree, "dk-assessed-victims")}
    assert rows["2017"] == rows["2020"] == [None]
    assert rows["2023"] == ["112"]
    assert rows["2007–2023"] == ["1,233"]
    chart = first(tree, "#figure-dk-assessed-victims svg.figure-chart")
    assert [node.text() for node in chart.css(".count")] == ["121", "97", "64", "80", "73", "112"]
    assert len(chart.css("rect.mark")) == 6
    assert len(chart.css(".gap-mark")) == 2


@pytest.mark.parametrize("country", WITH_FIGURES)
def test_no_figure_stands_without_definition_caveat_and_source(page: PageClient, country: str) -> None:
    tree = page.get(f"/en/countries/{country}")
    figures = tree.css("section:has(> #figures) > article")
    assert figures
    for figure in figures:
        assert "Hidden numbers must be considered." in first(figure, ".caveat").text()
        assert len(first(figure, ".caveat").text().split()) > 15
        assert first(figure, ".source").text().strip()
        assert first(figure, "a[download]").attributes["href"]
        for chart in figure.css("svg.figure-chart"):
            named = (chart.attributes["aria-labelledby"] or "").split()
            assert [first(tree, f"#{name}").tag for name in named] == ["title", "desc"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_the_readers_language(page: PageClient, language: str) -> None:
    for country in WITH_FIGURES:
        tree = page.get(f"/{language}/countries/{country}")
        foreign = tree.css("section:has(> #figures) [lang]")
        assert foreign == [], [node.text() for node in foreign]


def test_a_country_without_figures_shows_no_empty_section(page: PageClient) -> None:
    assert page.get("/en/countries/gl").css_first("#figures") is None


def test_the_file_of_a_figure(client: TestClient) -> None:
    response = client.get("/nb/countries/no/figures/no-possible-victims.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="no-possible-victims.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row["value"] for row in rows if row["series"] == "total"] == ["27", "43", "110", "21", "204"]
    assert {row["series_label"] for row in rows} == {"Oppgitt antall", "Kvinner", "Menn", "Av disse mindreårige"}
    assert {row["machine_assisted"] for row in rows} == {"yes"}


@pytest.mark.parametrize("path", ["se/figures/no-possible-victims", "no/figures/no-such-figure"])
def test_there_is_no_file_of_what_the_country_does_not_have(client: TestClient, path: str) -> None:
    assert client.get(f"/en/countries/{path}.csv").status_code == 404


def test_the_api_gives_numbers_with_their_caveats(client: TestClient) -> None:
    listed = client.get("/api/v1/figures?country=no").json()
    assert listed["total"] == len(listed["items"]) == 5
    assert all(item["caveat"]["text"] and item["standing_caveat"] and item["sources"] for item in listed["items"])
    detail = client.get("/api/v1/figures/no-possible-victims").json()
    assert detail["contradicted"]
    assert len(detail["contradictions"]) == 4
    stated = {(row["series"], row["period"]): row["value"] for row in detail["observations"]}
    assert stated["men", "2006"] == 0
    assert ("minors", "2005") not in stated
    assert stated["minors", "2005/2008-03"] == 54
    assert client.get(detail["csv"]).status_code == 200


def test_what_is_not_public_is_not_there(make_client: Callable[..., TestClient]) -> None:
    def hide(session: Session) -> None:
        row = session.get(Indicator, "no-possible-victims")
        assert row
        row.visibility = Visibility.GREEN

    client = make_client(hide)
    assert "no-possible-victims" not in client.get("/en/countries/no").text
    assert client.get("/en/countries/no/figures/no-possible-victims.csv").status_code == 404
    assert client.get("/api/v1/figures/no-possible-victims").status_code == 404
    assert client.get("/api/v1/figures?country=NO").json()["total"] == 4


def test_the_command_takes_files_and_tells_what_it_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path / "data")
    monkeypatch.setattr(console, "get_settings", lambda: settings)
    upgrade(settings)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / FILE).write_bytes((FOLDER / FILE).read_bytes())
    csv_file(folder, lines(*ROWS), "good.csv")
    csv_file(folder, "Name;Age;Sex\nx;17;F\n", "persons.csv")

    rehearsed = CliRunner().invoke(cli.commands, ["import-figures", "--dry-run", str(folder)])
    assert rehearsed.exit_code == 1
    engine = make_engine(settings.sqlalchemy_url)
    with reading(engine) as session:
        assert session.get(Indicator, "fi-test") is None

    report = tmp_path / "report.json"
    result = CliRunner().invoke(cli.commands, ["import-figures", str(folder), "--report", str(report)])
    assert result.exit_code == 1
    assert "new        fi-test" in result.output
    assert "persons.csv: row 1: column “Name” identifies persons" in result.output
    assert "flagged    no-possible-victims: 2005: Women (26) and Men (2) make 28 together" in result.output
    assert '"row": 1' in report.read_text("utf-8")
    with reading(engine) as session:
        assert session.get(Indicator, "fi-test") is not None
        assert session.get(Indicator, "no-possible-victims") is not None
    engine.dispose()
    again = CliRunner().invoke(cli.commands, ["import-figures", str(folder / "good.csv")])
    assert again.exit_code == 0
    assert "unchanged  fi-test" in again.output
