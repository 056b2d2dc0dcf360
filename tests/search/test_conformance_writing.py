"""What every engine does alike when records change, go, or are all filled anew."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from search.engine import Document, SearchEngine
from tests.search.small import GREEN, MEMBER, VISITOR, Asker, counts, document, keys


def test_writing_twice_changes_nothing(engine: SearchEngine, asker: Asker) -> None:
    for _ in range(3):
        engine.upsert([document("a", "A shelter.", version="7"), document("b", "A shelter.", version="8")])
    page = engine.search(replace(asker.query("shelter"), facets=("kind",)))
    assert (page.total, counts(page, "kind")) == (2, {"material": 2})
    assert engine.versions() == {"a": "7", "b": "8"}
    assert engine.health().documents == 2


def test_a_change_replaces_the_record(engine: SearchEngine, asker: Asker) -> None:
    engine.upsert([document("a", "A shelter."), document("b", "A shelter.")])
    engine.upsert([document("a", "A lighthouse.", version="2")])
    assert keys(engine.search(asker.query("shelter"))) == ["b"]
    assert keys(engine.search(asker.query("lighthouse"))) == ["a"]
    assert engine.versions() == {"a": "2", "b": "1"}


def test_a_change_of_visibility(engine: SearchEngine, asker: Asker) -> None:
    engine.upsert(
        [document("a", "A shelter.", title="Shelter", concepts=("shelter",)), document("b", concepts=("shelter",))]
    )
    engine.upsert([document("a", "A shelter.", title="Shelter", concepts=("shelter",), acl=GREEN)])
    assert keys(engine.search(asker.query("shelter"))) == ["b"]
    assert engine.suggest("shelter", VISITOR) == ()
    assert engine.similar("b", VISITOR, ()) == ()
    assert engine.search(asker.query("shelter", MEMBER)).total == 2


def test_deleting(engine: SearchEngine, asker: Asker) -> None:
    engine.upsert([document("a", "A shelter."), document("b", "A shelter.")])
    engine.delete(["a", "no-such"])
    assert keys(engine.search(asker.query("shelter"))) == ["b"]
    engine.delete([])
    engine.upsert([])
    assert engine.versions() == {"b": "1"}


def test_rebuilding_leaves_only_the_new(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "A shelter.")])
    before = engine.health().generation
    engine.rebuild([document("b", "A shelter.")])
    assert keys(engine.search(asker.query("shelter"))) == ["b"]
    assert engine.health().generation != before


def test_a_rebuild_that_fails_leaves_the_old(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "A shelter.")])

    def breaking() -> Iterator[Document]:
        yield document("b", "A shelter.")
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        engine.rebuild(breaking())
    assert keys(engine.search(asker.query("shelter"))) == ["a"]
    engine.rebuild([document("c", "A shelter.")])
    assert keys(engine.search(asker.query("shelter"))) == ["c"]
