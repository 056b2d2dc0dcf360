"""`samband import`: what is said wins over what is read, the same thing twice changes nothing, a kill costs nothing."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import SQLModel, col, select
from typer.testing import CliRunner

from app import cli, console
from app.db import reading
from app.importing.export import export_library
from app.importing.service import Fate, ImportRunning, Line, Options, _alone
from app.library.files import FileStore, digest_of
from app.library.models import Edition, File, ImportedItem, Material, MaterialRelation, Passage
from app.permissions import Visibility
from app.state import Portal
from tests.importing.conftest import taken, with_own_database
from tests.importing.small_documents import HONEST, HOSTILE, WORDS, pdf, txt_file, with_parts, write

TABLES: tuple[type[SQLModel], ...] = (Material, Edition, Passage, File, MaterialRelation)


def library(portal: Portal) -> dict[str, list[str]]:
    with reading(portal.database) as session:
        return {
            model.__name__: sorted(row.model_dump_json() for row in session.exec(select(model))) for model in TABLES
        }


def material(portal: Portal, line: Line) -> Material:
    assert line.reason is None
    with reading(portal.database) as session:
        return session.get_one(Material, line.material)


def test_every_kind_is_taken(stocked: Portal, tmp_path: Path) -> None:
    for name, make in HONEST.items():
        write(tmp_path / "in", name, make())
    lines = taken(stocked, tmp_path / "in", title="Aamukierros")
    assert {line.fate for line in lines} == {Fate.TAKEN}
    assert {material(stocked, line).language for line in lines} == {"fi"}
    assert len({line.material for line in lines}) == len(HONEST)


def test_s30_files_lie_under_their_digest_only(stocked: Portal, tmp_path: Path) -> None:
    hostile = "råport ; rm -rf $(HOME) %2e%2e.pdf"
    path = write(tmp_path / "in", hostile, pdf())
    (line,) = taken(stocked, path)
    store = FileStore(stocked.settings.data_dir)
    # Typeset once: a PDF carries the second in which it was made.
    assert store.path(digest_of(path.read_bytes())).read_bytes() == path.read_bytes()
    assert [found for found in store.folder.rglob("*") if "rm" in found.name] == []
    with reading(stocked.database) as session:
        assert session.exec(select(File.name).where(File.material_id == line.material)).one() == hostile


def test_a_sidecar_wins_over_flags_and_flags_over_the_text(stocked: Portal, tmp_path: Path) -> None:
    body = "Published 2019. CC BY 4.0. " + WORDS
    path = write(tmp_path / "in", "round.pdf", pdf(body))
    write(tmp_path / "in", "round.pdf.yaml", b"title: From the sidecar\nyear: 2021\nthemes: [training]\n")
    (line,) = taken(stocked, tmp_path / "in", title="From the flags", year=2020, licence="CC-BY-SA-4.0")
    found = material(stocked, line)
    assert (found.year, found.licence, found.themes, found.language) == (2021, "CC-BY-SA-4.0", ["training"], "fi")
    with reading(stocked.database) as session:
        assert session.get_one(Edition, (line.material, "fi")).title == "From the sidecar"
    (other,) = taken(stocked, write(tmp_path / "alone", "round.pdf", path.read_bytes() + b"\n"))
    assert material(stocked, other).licence == "CC-BY-4.0"
    assert material(stocked, other).year == 2019


def test_a_new_sidecar_changes_the_same_record(stocked: Portal, tmp_path: Path) -> None:
    write(tmp_path / "in", "round.txt", txt_file())
    (first,) = taken(stocked, tmp_path / "in")
    write(tmp_path / "in", "round.yaml", b"title: Another title\naudience: [police]\n")
    (second,) = taken(stocked, tmp_path / "in")
    assert (second.fate, second.material) == (Fate.TAKEN, first.material)
    assert material(stocked, second).audience == ["police"]


def test_a_new_version_takes_the_place_of_the_old_one(stocked: Portal, tmp_path: Path) -> None:
    path = write(tmp_path, "round.txt", txt_file())
    taken(stocked, path, id="rounds")
    path.write_bytes(txt_file() + "\nLisäys, jossa mainitaan viljelijä ja hänen traktorinsa.\n".encode())
    taken(stocked, path, id="rounds")
    store = FileStore(stocked.settings.data_dir)
    with reading(stocked.database) as session:
        (file,) = session.exec(select(File).where(File.material_id == "rounds")).all()
        texts = session.exec(select(Passage.text).where(Passage.material_id == "rounds")).all()
    assert file.sha256 == digest_of(path.read_bytes())
    assert sum("traktorinsa" in text for text in texts) == 1
    assert sum("Tarkastaja" in text for text in texts) == 1
    assert not store.path(digest_of(txt_file())).exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"type: pamphlet\n", "pamphlet"),
        (b"publisher_organisation: nobody\n", "nobody"),
        (b"part_of: no-such-work\n", "no-such-work"),
        (b"colour: red\n", "colour"),
        (b"visibility: RED\n", "visibility"),
        (b"id: ../../etc\n", "id"),
        (b"[1, 2]\n", "one mapping"),
        (b"a: &a [x]\nb: *a\n", "aliases"),
        (b"title: [\n", "not YAML"),
        (b"text: other words\n", "passages or text"),
    ],
)
def test_a_wrong_sidecar_is_refused_with_its_reason(said: bytes, reason: str, stocked: Portal, tmp_path: Path) -> None:
    before = library(stocked)
    write(tmp_path / "in", "round.txt", txt_file())
    write(tmp_path / "in", "round.yaml", said)
    (line,) = taken(stocked, tmp_path / "in")
    assert line.fate is Fate.REFUSED
    assert line.reason is not None
    assert reason in line.reason
    assert library(stocked) == before


def test_records_bring_text_or_files(stocked: Portal, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "papers", "round.pdf", pdf())
    records = [
        {"id": "whole", "title": "The whole", "language": "fi", "text": f"{WORDS}\f{WORDS}"},
        {"id": "part", "title": "A part", "language": "fi", "part_of": "whole", "type": "manual",
         "files": [{"path": "papers/round.pdf", "language": "fi"}]},
        {"id": "bare", "title": "Only known", "language": "sv", "abstract": "Inget mer.", "licence": None},
    ]  # fmt: skip
    # The part stands before its whole: the import puts them in order.
    (folder / "records.jsonl").write_text("\n".join(json.dumps(record) for record in reversed(records)))
    lines = taken(stocked, folder)
    assert Counter(line.fate for line in lines) == {Fate.TAKEN: 3}
    with reading(stocked.database) as session:
        pages = session.exec(select(Passage.page).where(Passage.material_id == "whole")).all()
        assert pages == [1, 2]
        assert session.exec(select(File).where(File.material_id == "part")).one().pages == 1
        assert session.get(MaterialRelation, ("part", "part-of", "whole")) is not None
        assert session.get_one(Edition, ("bare", "sv")).abstract == "Inget mer."


@pytest.mark.parametrize("path", ["../outside.pdf", "/etc/passwd", "papers/../../outside.pdf", "link/inner.pdf"])
def test_f25_a_record_names_no_file_outside_its_folder(path: str, stocked: Portal, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(tmp_path, "outside.pdf", pdf())
    write(tmp_path / "elsewhere", "inner.pdf", pdf())
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    record = {"id": "hostile", "title": "Hostile", "language": "en", "files": [{"path": path, "language": "en"}]}
    (folder / "records.yaml").write_text(json.dumps([record]))
    (line,) = taken(stocked, folder / "records.yaml")
    assert line.fate is Fate.REFUSED
    assert "outside its own folder" in str(line.reason)


def test_the_seed_file_itself_is_read(stocked: Portal) -> None:
    """The records of the seed are the records of an import; with the seed loaded they change nothing."""
    before = library(stocked)
    lines = taken(stocked, Path(cli.__file__).parents[1] / "seed_data" / "materials.yaml")
    assert {line.fate for line in lines} == {Fate.UNCHANGED}
    assert len(lines) > 90
    assert library(stocked) == before


def test_a_rehearsal_changes_nothing(stocked: Portal, tmp_path: Path) -> None:
    before = library(stocked)
    for name, make in HONEST.items():
        write(tmp_path / "in", name, make())
    (tmp_path / "in" / "more.yaml").write_text(
        "- {id: whole, title: Whole, language: en}\n- {id: part, title: Part, language: en, part_of: whole}\n"
    )
    rehearsed = taken(stocked, tmp_path / "in", options=Options(is_dry_run=True))
    assert {line.fate for line in rehearsed} == {Fate.TAKEN}
    assert library(stocked) == before
    assert [path for path in FileStore(stocked.settings.data_dir).folder.rglob("*") if path.stat().st_size] == []
    real = taken(stocked, tmp_path / "in")
    assert [(line.name, line.fate) for line in real] == [(line.name, line.fate) for line in rehearsed]


def test_two_imports_do_not_write_at_once(stocked: Portal, tmp_path: Path) -> None:
    with _alone(FileStore(stocked.settings.data_dir)), pytest.raises(ImportRunning):
        taken(stocked, write(tmp_path, "round.txt", txt_file()))


def test_a_warning_names_kind_and_page_and_never_the_value(stocked: Portal, tmp_path: Path) -> None:
    number = "010190-1234"
    body = f"{WORDS}\n\n#pagebreak()\n{WORDS} {number} ja firstname.lastname\\@example.org"
    (line,) = taken(stocked, write(tmp_path, "round.pdf", pdf(body)))
    assert line.fate is Fate.TAKEN
    assert "national identity number: page 2" in line.notes
    assert "mail address of a person: page 2" in line.notes
    assert not any(number in note or "lastname" in note for note in line.notes)


@pytest.mark.fault
def test_f04_what_a_kill_left_unfinished_is_swept(stocked: Portal, tmp_path: Path) -> None:
    unfinished = FileStore(stocked.settings.data_dir).folder / "unfinished"
    write(unfinished, "0" * 64, b"half a file")
    taken(stocked, write(tmp_path, "round.txt", txt_file()))
    assert list(unfinished.iterdir()) == []


@pytest.mark.fault
@pytest.mark.parametrize("number", [1, 2])
def test_f13_a_disk_that_does_not_keep_what_it_took_leaves_no_row(
    stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The first fsync is that of the file, the second that of its folder; whoever tries again succeeds."""
    before = library(stocked)
    calls = count(1)

    def failing(_: int) -> None:
        if next(calls) == number:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("app.library.files.os.fsync", failing)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        taken(stocked, write(tmp_path, "round.txt", txt_file()))
    assert library(stocked) == before
    assert next(calls) == number + 1
    monkeypatch.undo()
    (line,) = taken(stocked, tmp_path / "round.txt")
    assert line.fate is Fate.TAKEN
    with reading(stocked.database) as session:
        (kept,) = session.exec(select(File).where(col(File.name) == "round.txt"))
    assert digest_of(FileStore(stocked.settings.data_dir).path(kept.sha256).read_bytes()) == kept.sha256


def test_the_whole_library_makes_a_round_trip(
    with_report: Portal, portal: Portal, seeded: Path, tmp_path: Path, report_pdf: Path
) -> None:
    """Out of a portal with the report, into one that holds nothing but the seed: the same rows, the same bytes."""
    folder = tmp_path / "out"
    written = export_library(with_report, folder, lambda _done, _total: None)
    assert written.missing == ()
    assert written.files == 5
    other = with_own_database(portal, seeded, tmp_path / "other")
    try:
        lines = taken(other, folder)
        assert [line.reason for line in lines if line.fate is Fate.REFUSED] == []
        assert len(lines) == written.materials
        assert library(other) == library(with_report)
        sha256 = digest_of(report_pdf.read_bytes())
        assert FileStore(other.settings.data_dir).path(sha256).read_bytes() == report_pdf.read_bytes()
        again = taken(other, folder)
        assert {line.fate for line in again} == {Fate.UNCHANGED}
        second = export_library(other, tmp_path / "again", lambda _done, _total: None)
        assert second == written
        assert (tmp_path / "again" / "materials.jsonl").read_bytes() == (folder / "materials.jsonl").read_bytes()
    finally:
        other.database.dispose()


def test_what_is_not_public_is_exported_and_taken_as_such(stocked: Portal, tmp_path: Path) -> None:
    taken(stocked, write(tmp_path, "a.txt", txt_file()), id="members-only", visibility="GREEN", status="draft")
    export_library(stocked, tmp_path / "out", lambda _done, _total: None)
    lines = [json.loads(line) for line in (tmp_path / "out" / "materials.jsonl").read_text().splitlines()]
    (found,) = [line for line in lines if line["id"] == "members-only"]
    assert (found["visibility"], found["status"]) == (Visibility.GREEN, "draft")


def samband(portal: Portal, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(console, "current_settings", lambda: portal.settings)
    result = CliRunner().invoke(cli.commands, list(arguments))
    return result.exit_code, result.output


def test_the_command_reports(stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "in", "round.txt", txt_file())
    write(tmp_path / "in", "page.pdf", HOSTILE["page.pdf"][0]())
    report = tmp_path / "report.json"
    code, said = samband(stocked, monkeypatch, "import", str(tmp_path / "in"), "--report", str(report))
    assert code == 1
    assert "1 taken, 0 unchanged, 1 refused." in said
    assert "in/page.pdf: is named .pdf and is an HTML page" in said
    told = {line["name"]: line for line in json.loads(report.read_text())}
    assert told["in/page.pdf"]["fate"] == "refused"
    assert told["in/round.txt"]["passages"] == 1
    code, said = samband(stocked, monkeypatch, "import", str(tmp_path / "in" / "round.txt"))
    assert (code, "0 taken, 1 unchanged, 0 refused." in said) == (0, True)


def test_the_command_refuses_wrong_flags(stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write(tmp_path, "round.txt", txt_file()))
    code, said = samband(stocked, monkeypatch, "import", path, "--visibility", "RED")
    assert (code, "--visibility" in said) == (2, True)


def test_the_export_overwrites_nothing(stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "out", "mine.txt", b"mine")
    code, said = samband(stocked, monkeypatch, "export", str(tmp_path / "out"))
    assert (code, "not empty" in said) == (1, True)


MANY = 1_000
KILLS = 4


@pytest.mark.full
@pytest.mark.fault
def test_a_thousand_files_survive_being_killed(stocked: Portal, tmp_path: Path) -> None:
    """Killed four times with -9; then once more to the end: everything that is fit is there once, the rest is named."""
    names = many_files(tmp_path / "in")
    command = [sys.executable, "-c", "from app.cli import main; main()", "import", str(tmp_path / "in")]
    environment = {
        **os.environ,
        "SAMBAND_DATA_DIR": str(stocked.settings.data_dir),
        "COLUMNS": "120",
        "FORCE_COLOR": "1",
        "TERM": "xterm",
    }
    counts = [imported(stocked)]
    for kill in range(KILLS):
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for(lambda: imported(stocked) >= counts[-1] + 25, running)
        running.send_signal(signal.SIGKILL)
        _, progress = running.communicate()
        assert re.search(rb"Taking documents.*[1-9]\d*/1000", progress)
        counts.append(imported(stocked))
        assert counts[-1] >= counts[-2] + 25, kill
        assert_every_row_has_its_file(stocked)
    report = tmp_path / "report.json"
    done = subprocess.run([*command, "--report", str(report)], env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    lines = json.loads(report.read_text())
    fates = Counter(line["fate"] for line in lines)
    assert fates["unchanged"] == counts[-1]
    assert fates["taken"] == MANY - len(names) - counts[-1]
    assert {Path(line["name"]).name for line in lines if line["fate"] == "refused"} == names
    assert all(line["reason"] for line in lines if line["fate"] == "refused")
    assert imported(stocked) == MANY - len(names)
    assert_every_row_has_its_file(stocked)
    assert list((stocked.settings.data_dir / "files" / "unfinished").iterdir()) == []


def many_files(folder: Path) -> set[str]:
    """Files of every kind, each with words of its own; returns the names of the hostile ones among them."""
    hostile = {f"hostile-{name}": make for name, (make, _) in HOSTILE.items() if name not in {"huge.txt", "large.docx"}}
    for name, make in hostile.items():
        write(folder, name, make())
    made = {kind: HONEST[f"round.{kind}"]() for kind in ("docx", "odt")}
    for number in range(MANY - len(hostile)):
        kind = ("txt", "md", "html", "txt", "md", "html", "pdf", "docx", "odt", "txt")[number % 10]
        words = f"Asiakirja numero {number} kertoo kierroksesta {number}.\n\n{WORDS}"
        if kind == "pdf":
            data = pdf(words)
        elif kind in made:
            data = with_parts(made[kind], (f"custom/{number}.txt", str(number).encode()))
        elif kind == "html":
            data = f"<!doctype html><html lang='fi'><title>Kierros {number}</title><p>{words}</p></html>".encode()
        else:
            data = f"{'# ' if kind == 'md' else ''}Kierros {number}\n\n{words}".encode()
        write(folder, f"{number:04}.{kind}", data)
    return set(hostile)


def imported(portal: Portal) -> int:
    with reading(portal.database) as session:
        return len(session.exec(select(ImportedItem.digest)).all())


def wait_for(is_true: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while not is_true():
        assert running.poll() is None, "the import ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def assert_every_row_has_its_file(portal: Portal) -> None:
    store = FileStore(portal.settings.data_dir)
    with reading(portal.database) as session:
        for file in session.exec(select(File)):
            assert digest_of(store.path(file.sha256).read_bytes()) == file.sha256
