"""What is read out of each kind of document, and what is refused before or while it is read."""

import os
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from app.extraction import sandbox
from app.extraction.gate import MAX_FILE_BYTES
from app.extraction.lines import Line, blocks_of
from app.extraction.result import BlockKind, Refused
from app.extraction.sandbox import extract, kind_of
from app.importing.reading import prepare, read
from app.importing.records import MaterialRecord
from app.importing.sources import Item, items_of
from tests.importing.small_documents import HONEST, HOSTILE, WORDS, pptx_file, write

SENTENCE = WORDS.split(". ")[0]


@pytest.mark.parametrize("name", HONEST)
def test_f17_every_kind_gives_its_words(name: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    found = extract(kind, HONEST[name]())
    words = " ".join(block.text for sheet in found.sheets for block in sheet.blocks)
    assert SENTENCE in words
    assert "Aamukierros" in words
    assert "alert" not in words
    assert "Etusivu" not in words


@pytest.mark.parametrize("name", ["round.docx", "round.odt", "round.html", "round.md", "round.pptx", "round.pdf"])
def test_a_heading_is_told_from_text(name: str) -> None:
    found = extract(kind_of(name) or "", HONEST[name]())
    headings = [block.text for sheet in found.sheets for block in sheet.blocks if block.kind is BlockKind.HEADING]
    assert "Aamukierros" in headings
    assert not any(SENTENCE in heading for heading in headings)


def test_chapters_without_leaders_belong_to_the_list_of_contents() -> None:
    entries = [
        "Contents",
        "Summary 7",
        "1 Rounds 9",
        "1.1 Dawn…..11",
        "1.2 Dusk ..... 12",
        "1.3 Night … 13",
        "2 Survey 58",
    ]
    texts = [*entries, "The rounds begin here, and nobody counts them."]
    page = [Line(text, 10.0, 50.0 + 14 * n, 50.0 + 14 * n, 60.0 + 14 * n, 800.0) for n, text in enumerate(texts)]
    (blocks,) = blocks_of([page])
    assert [block.text for block in blocks if block.kind is BlockKind.CONTENTS] == entries
    assert [block.text for block in blocks if block.kind is not BlockKind.CONTENTS] == texts[-1:]


def test_slides_and_pages_are_counted() -> None:
    found = extract("pptx", pptx_file())
    assert [sheet.number for sheet in found.sheets] == [1, 2]
    assert "Iltakierros" in {block.text for block in found.sheets[1].blocks}
    assert extract("pdf", HONEST["round.pdf"]()).pages == 1
    assert extract("docx", HONEST["round.docx"]()).pages is None


def test_s32_properties_that_name_a_person_are_told() -> None:
    assert extract("docx", HONEST["round.docx"]()).properties.named == ("author",)


@pytest.mark.parametrize("name", HOSTILE)
def test_s29_hostile_documents_are_refused_by_name_and_reason(name: str, tmp_path: Path) -> None:
    make, reason = HOSTILE[name]
    path = write(tmp_path, name, make())
    (item,) = items_of([path], MaterialRecord())
    assert item.name == name
    assert reason in refusal(item)


def refusal(item: Item) -> str:
    prepared = prepare(item)
    if prepared.refused:
        return prepared.refused
    with pytest.raises(Refused) as refused:
        read(prepared.raws[0])
    return str(refused.value)


def test_s29_at_the_limit_a_file_is_taken(tmp_path: Path) -> None:
    lines = (WORDS.strip() + "\n\n").encode()
    data = lines * (MAX_FILE_BYTES // len(lines))
    path = write(tmp_path, "limit.txt", data + b" " * (MAX_FILE_BYTES - len(data)))
    prepared = prepare(Item("limit.txt", MaterialRecord(), document=path))
    assert prepared.refused is None
    assert len(prepared.raws[0].data) == MAX_FILE_BYTES


@pytest.mark.parametrize("target", ["real.txt", "/etc/passwd"])
def test_s29_a_symbolic_link_is_refused(target: str, tmp_path: Path) -> None:
    write(tmp_path, "real.txt", HONEST["round.txt"]())
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    found = {item.name: item for item in items_of([link], MaterialRecord())}
    assert "symbolic link" in refusal(found["link.txt"])
    # Also where the link takes the place of a file after it was looked at.
    assert "cannot be opened" in refusal(Item("link.txt", MaterialRecord(), document=link))


HANGING = "while True: pass"
HUNGRY = "data = [bytes(50_000_000) for _ in range(200)]"
WRITING = "open('/tmp/written-by-a-parser', 'w').write('x')"
CALLING = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
STARTING = "import subprocess; subprocess.run(['true'])"
LOOKING = "import os; assert not os.environ.get('HOME') and not os.environ.get('SAMBAND_SECRET'), 'environment'"


def parser(tmp_path: Path, body: str) -> str:
    """A reader whose parser does something else than parsing."""
    (tmp_path / "bad_reader.py").write_text(
        textwrap.dedent(
            f"""
            import sys
            from app.extraction.child import run
            from app.extraction.result import Extract
            def read(kind, data):
                {body}
                return Extract(())
            run(read)
            """
        )
    )
    return "bad_reader"


@pytest.mark.fault
@pytest.mark.parametrize("is_walled", [True, False])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HANGING, "took longer than"),
        (HUNGRY, "more memory"),
        (WRITING, "gave up"),
        (CALLING, "gave up"),
        (STARTING, "gave up"),
        ("sys.exit(7)", "gave up"),
    ],
)
def test_f19_a_bad_parser_ends_in_its_child(
    body: str, reason: str, is_walled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bubblewrap and without it: the same refusals."""
    walled(monkeypatch, is_walled, tmp_path)
    with pytest.raises(Refused, match=reason):
        sandbox.run_reader(parser(tmp_path, body), "txt", b"x", 3)
    assert not Path("/tmp/written-by-a-parser").exists()  # noqa: S108  the place a parser would write to
    assert extract("txt", HONEST["round.txt"]()).sheets


@pytest.mark.parametrize("is_walled", [True, False])
def test_f19_a_parser_sees_an_empty_environment(
    is_walled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBAND_SECRET", "x" * 40)
    walled(monkeypatch, is_walled, tmp_path)
    assert sandbox.run_reader(parser(tmp_path, LOOKING), "txt", b"x", 20).sheets == ()


def walled(monkeypatch: pytest.MonkeyPatch, is_walled: bool, folder: Path) -> None:
    """Lets the child find the test's reader; without the wall, as on a machine that has none."""
    start = sandbox._START.replace("sys.path.insert(0, {root!r})", f"sys.path[:0] = [{{root!r}}, {str(folder)!r}]")
    monkeypatch.setattr(sandbox, "_START", start)
    wall = sandbox._shell() if is_walled else ()
    if is_walled and not wall:
        if shutil.which("bwrap"):
            pytest.skip("this machine does not let bubblewrap make namespaces")
        if os.environ.get("SAMBAND_REQUIRE_ALL"):
            pytest.fail("bubblewrap (bwrap) is not installed, and SAMBAND_REQUIRE_ALL asks for it")
        pytest.skip("bubblewrap (bwrap) is not installed")
    binds = (*wall[:-1], "--ro-bind", str(folder), str(folder), wall[-1]) if wall else ()
    monkeypatch.setattr(sandbox, "_shell", lambda: binds)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_f19_the_child_has_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        "import resource as r; assert r.getrlimit(r.RLIMIT_FSIZE)[1] == 0; "
        "assert 0 < r.getrlimit(r.RLIMIT_CPU)[1] <= 60; assert 0 < r.getrlimit(r.RLIMIT_AS)[1] < 2_000_000_000"
    )
    walled(monkeypatch, False, tmp_path)
    assert sandbox.run_reader(parser(tmp_path, body), "txt", b"x", 20).sheets == ()
