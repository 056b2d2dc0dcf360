"""What is the embedded engine's own: its files, its writers, several processes at one index."""

import json
import threading
from pathlib import Path

import pytest

from search import generations
from search.embedded import EmbeddedEngine
from search.engine import EngineDown, EngineError
from search.thesaurus import Concept, Thesaurus
from search.understand import Understander
from tests.search.small import VISITOR, Asker, document, keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def embedded(folder: Path, understander: Understander) -> EmbeddedEngine:
    return EmbeddedEngine(folder, understander)


def test_another_process_sees_what_was_written(folder: Path, embedded: EmbeddedEngine, asker: Asker) -> None:
    other = EmbeddedEngine(folder, asker.understander)
    assert other.search(asker.query("shelter")).total == 0
    embedded.rebuild([document("a", "A shelter.")])
    assert keys(other.search(asker.query("shelter"))) == ["a"]
    embedded.upsert([document("b", "A shelter.", title="Another")])
    assert keys(other.search(asker.query("shelter"))) == ["b", "a"]
    other.delete(["a"])
    assert keys(embedded.search(asker.query("shelter"))) == ["b"]
    embedded.rebuild([document("c", "A shelter.")])
    assert other.versions() == {"c": "1"}


def test_what_was_written_is_there_after_a_restart(folder: Path, embedded: EmbeddedEngine, asker: Asker) -> None:
    embedded.rebuild([document("a", "A shelter.", facets={"country": ("NO",)}, year=2020, version="v")])
    again = EmbeddedEngine(folder, asker.understander)
    assert again.search(asker.query("shelter")) == embedded.search(asker.query("shelter"))
    assert again.versions() == {"a": "v"}
    assert again.health() == embedded.health()


def test_a_search_goes_on_while_the_index_is_rebuilt(embedded: EmbeddedEngine, asker: Asker) -> None:
    embedded.rebuild([document("a", "A shelter.")])
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            page = embedded.search(asker.query("shelter"))
            if page.total != 1 or keys(page) not in (["a"], ["b"]):
                wrong.append(page)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(4):
        embedded.rebuild([document("ab"[number % 2], "A shelter.")])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_writers_wait_for_each_other(folder: Path, embedded: EmbeddedEngine, asker: Asker) -> None:
    other = EmbeddedEngine(folder, asker.understander)
    writers = [
        threading.Thread(target=engine.upsert, args=([document(f"{name}{number}", "A shelter.")],))
        for number in range(3)
        for name, engine in (("a", embedded), ("b", other))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(embedded.versions()) == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_a_writer_that_waits_too_long_is_told(
    folder: Path, embedded: EmbeddedEngine, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "_LOCK_WAIT_SECONDS", 0.1)
    with generations.Generations(folder).writing(), pytest.raises(EngineError, match="another writer"):
        embedded.upsert([document("a")])
    embedded.upsert([document("a")])
    assert embedded.versions() == {"a": "1"}


def test_old_generations_go(folder: Path, embedded: EmbeddedEngine) -> None:
    for number in range(5):
        embedded.rebuild([document(str(number))])
    assert len(list(folder.glob("generation-*"))) == 2
    assert embedded.versions() == {"4": "1"}


@pytest.mark.fault
@pytest.mark.parametrize("content", ["", "generation-gone 3\n", "nonsense", "\0\0\0"])
def test_a_broken_current_file_is_said_not_guessed(
    folder: Path, embedded: EmbeddedEngine, asker: Asker, content: str
) -> None:
    embedded.rebuild([document("a", "A shelter.")])
    (folder / "CURRENT").write_text(content)
    with pytest.raises(EngineDown):
        EmbeddedEngine(folder, asker.understander).search(asker.query("shelter"))
    embedded.rebuild([document("a", "A shelter.")])
    assert keys(EmbeddedEngine(folder, asker.understander).search(asker.query("shelter"))) == ["a"]


@pytest.mark.fault
def test_broken_index_files_are_said(folder: Path, embedded: EmbeddedEngine, asker: Asker) -> None:
    embedded.rebuild([document("a", "A shelter.")])
    for meta in folder.rglob("meta.json"):
        meta.write_text("{")
    with pytest.raises(EngineDown):
        EmbeddedEngine(folder, asker.understander).search(asker.query("shelter"))


@pytest.mark.fault
def test_rows_of_another_version_are_said_and_mended(
    folder: Path, embedded: EmbeddedEngine, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("search.rows._packed", lambda row: json.dumps(row).encode())
        with pytest.raises(EngineDown, match="cannot be read"):
            embedded.rebuild([document("a", "A shelter.")])
    again = EmbeddedEngine(folder, asker.understander)
    with pytest.raises(EngineDown, match="cannot be read"):
        again.search(asker.query("shelter"))
    again.rebuild([document("a", "A shelter.")])
    assert keys(again.search(asker.query("shelter"))) == ["a"]


@pytest.mark.fault
def test_what_tantivy_refuses_is_an_engine_error(
    embedded: EmbeddedEngine, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.rebuild([document("a", "A shelter.", concepts=("shelter",)), document("b", concepts=("shelter",))])

    def refuse(*_: object) -> None:
        raise ValueError("corrupt block")

    monkeypatch.setattr("search.reader.Reader.scores", refuse)
    with pytest.raises(EngineError, match="corrupt block"):
        embedded.search(asker.query("shelter"))
    with pytest.raises(EngineError, match="corrupt block"):
        embedded.similar("a", VISITOR, ())


def test_an_index_of_another_thesaurus_is_to_be_filled_anew(folder: Path) -> None:
    first = EmbeddedEngine(folder, Understander(Thesaurus([Concept("work")])))
    first.rebuild([document("a", "A shelter.")])
    assert not first.health().needs_rebuild
    second = EmbeddedEngine(folder, Understander(Thesaurus([Concept("work"), Concept("pay")])))
    assert second.health().needs_rebuild
    second.rebuild([document("a", "A shelter.")])
    assert (second.health().documents, second.health().needs_rebuild) == (1, False)
