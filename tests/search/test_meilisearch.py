"""What is Meilisearch's own: the server, its keys and tokens, its version, its tasks; and both engines side by side."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError

from app.db import reading
from app.settings import Settings
from app.state import Portal
from app.sync import all_documents
from search.embedded import EmbeddedEngine
from search.engine import Document, EngineDown, EngineError, Passage, Query, SearchEngine, Sort
from search.meili_rows import plain, token
from search.meili_server import Search, Server
from search.meilisearch import MeilisearchEngine
from search.thesaurus import Concept, Thesaurus
from search.understand import Understander
from tests.search.conftest import EngineFactory
from tests.search.meili import Address
from tests.search.small import CLEAR, GREEN, MEMBER, VISITOR, Asker, document

NAME = "tests"
QUERIES = (
    "shelter", "shelter house", "pakkotyö", "menskehandel", "qwortz", "§ 257", '"safe house"', "KOM", "victim police",
    "forced labour shelter", "record 7", "Lauras hus", "the", "national coordinator norway", "",
)  # fmt: skip
_WORDS = ("shelter", "house", "safe house", "victim", "police", "pakkotyö", "tvangsarbeid", "§ 257", "qwortzbeins")


@pytest.fixture
def server(meilisearch: Address, request: pytest.FixtureRequest) -> Server:
    return Server(meilisearch.url, meilisearch.key, f"{NAME}{sha256(request.node.name.encode()).hexdigest()[:16]}")


@pytest.fixture
def engine(server: Server, understander: Understander) -> MeilisearchEngine:
    return MeilisearchEngine(server, understander)


def corpus() -> Iterator[Document]:
    """Different in every way that counts for order, facets and visibility."""
    for number in range(60):
        said = [_WORDS[(number * step) % len(_WORDS)] for step in (1, 2, 5)][: 1 + number % 3]
        yield document(
            f"k{number}",
            f"{' and '.join(said)}.",
            ("en", "fi", "nb")[number % 3],
            title=f"{said[0].title()} {number % 7}",
            names=("KOM",) if number % 20 == 0 else (),
            acl=GREEN if number % 5 == 4 else CLEAR,
            concepts=(("shelter",), ("forced-labour", "victim"), ())[number % 3],
            facets={"country": (("NO", "no", "SE", "Åland")[number % 4],), "theme": ("x", "y")[: number % 3]},
            kind=("material", "concept", "organisation")[number % 3],
            year=None if number % 4 == 0 else 2000 + number % 6,
            more=(Passage(f"Secret {_WORDS[number % 9]}.", "en", GREEN, number),) if number % 2 else (),
        )


def test_both_engines_answer_alike(make_meilisearch: EngineFactory, tmp_path: Path, asker: Asker) -> None:
    """The same totals, facets, order, scores, evidence and reasons, to the last letter."""
    engines: list[SearchEngine] = [
        EmbeddedEngine(tmp_path / "index", asker.understander),
        make_meilisearch(tmp_path / "index", asker.understander),
    ]
    for one in engines:
        one.rebuild(corpus())
    for text in QUERIES:
        for query in variations(asker, text):
            embedded, served = (one.search(query) for one in engines)
            assert served == embedded, (text, query)
    for prefix in ("s", "sh", "kom", "record", "5"):
        assert engines[0].suggest(prefix, VISITOR, 50) == engines[1].suggest(prefix, VISITOR, 50)
    for key in ("k0", "k1", "k4"):
        assert engines[0].similar(key, MEMBER, ("material",), 20) == engines[1].similar(key, MEMBER, ("material",), 20)


def test_many_that_tie_come_in_the_same_order(make_meilisearch: EngineFactory, tmp_path: Path, asker: Asker) -> None:
    """More than are sorted here: the server does it."""
    embedded = EmbeddedEngine(tmp_path / "index", asker.understander)
    served = make_meilisearch(tmp_path / "index", asker.understander)
    years = (None, 2004, 2002, 2004, 2011)
    tied = [
        document(f"k{number}", "A shelter.", title=f"Å {number % 9}", year=years[number % 5]) for number in range(70)
    ]
    for one in (embedded, served):
        one.rebuild(tied)
    for page in (1, 2, 8):
        query = replace(asker.query("shelter"), page=page, per_page=9)
        assert served.search(query) == embedded.search(query)


@pytest.mark.full
def test_both_engines_answer_alike_on_the_whole_library(portal: Portal, server: Server) -> None:
    served = MeilisearchEngine(server, portal.understander)
    with reading(portal.database) as session:
        served.rebuild(all_documents(session, portal.vocabulary))
    asker = Asker(portal.understander)
    embedded = portal.indexes[0].engine
    assert served.versions() == embedded.versions()
    for text in questions(portal):
        query = replace(asker.query(text), facets=("kind", "country", "language", "theme"), per_page=20)
        assert served.search(query) == embedded.search(query), text


def questions(portal: Portal) -> list[str]:
    """In six languages: every seventh word of the vocabulary, and some that are no words of it."""
    words = sorted({word.text for entry in portal.vocabulary.concepts.values() for word in entry.words})
    return [
        *words[::7],
        "lapsi uhri",
        "krisesenter oslo",
        "§ 257",
        "how is a victim recognised",
        "labour inspectorate Sweden",
    ]


def variations(asker: Asker, text: str) -> Iterator[Query]:
    facets = ("country", "theme", "kind", "language")
    for principals in (VISITOR, MEMBER):
        query = replace(asker.query(text, principals), facets=facets, per_page=20)
        yield query
        yield replace(query, filters={"country": ("NO", "Åland")}, page=2, per_page=3)
    yield replace(query, filters={"theme": ("x",), "kind": ("concept",)}, year_from=2002, sort=Sort.TITLE)
    yield replace(query, sort=Sort.NEWEST, year_to=2004)


def test_a_reader_cannot_ask_for_more_than_they_see(
    server: Server, engine: MeilisearchEngine, meilisearch: Address
) -> None:
    engine.rebuild([document("a", "A shelter."), document("b", "A shelter.", acl=GREEN)])
    everything = Search(indexUid=engine.records, filter=["id EXISTS"], attributesToRetrieve=["*"])
    found = server.search(VISITOR, [everything])[0]["hits"]
    assert [row["key"] for row in found] == ["a"]
    hidden = {"head", "part", "text", "bases", "title", "concept_text", "tails", "kind"}
    assert hidden.isdisjoint(found[0])
    reading = Client(meilisearch.url, server.reading_key())
    with pytest.raises(MeilisearchApiError) as refused:
        reading.index(engine.records).add_documents([{"id": "x"}])
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(MeilisearchApiError):
        reading.index(engine.records).get_documents()


def test_a_principal_is_only_itself(engine: MeilisearchEngine, asker: Asker) -> None:
    """Neither by its case, nor by signs of the filter language."""
    engine.rebuild([document("a", "A shelter.", acl=("desk:no",))])
    for principal in ("DESK:NO", "desk:no ", 'x", "desk:no', "desk", "*"):
        assert engine.search(asker.query("shelter", frozenset({principal}))).total == 0, principal
    assert engine.search(asker.query("shelter", frozenset({"desk:no"}))).total == 1


def test_a_key_with_these_rights_is_enough(meilisearch: Address, understander: Understander, asker: Asker) -> None:
    """Those that docs/search.md names."""
    rights = ("indexes.*", "documents.*", "settings.*", "tasks.get", "keys.get", "keys.create", "search", "version")
    key = Client(meilisearch.url, meilisearch.key).create_key({"actions": rights, "indexes": ["*"], "expiresAt": None})
    engine = MeilisearchEngine(Server(meilisearch.url, key.key, "limited"), understander)
    engine.rebuild([document("a", "A shelter.")])
    engine.upsert([document("b", "A shelter.")])
    assert engine.search(asker.query("shelter")).total == 2
    assert engine.health().documents == 2


def test_s37_whoever_reads_holds_only_a_key_that_reads(
    meilisearch: Address, server: Server, understander: Understander, asker: Asker
) -> None:
    keys = server.make_keys()
    assert server.make_keys() == keys, "the same ones each time"
    writer = MeilisearchEngine(Server(server.url, keys.writing, server.name, keys.reading), understander)
    reader = MeilisearchEngine(Server(server.url, "", server.name, keys.reading), understander)
    writer.rebuild([document("a", "A shelter."), document("b", "A shelter.", acl=GREEN)])
    writer.upsert([document("c", "A shelter.")])
    assert reader.search(asker.query("shelter")) == writer.search(asker.query("shelter"))
    assert reader.search(asker.query("shelter")).total == 2
    assert reader.health() == writer.health()
    assert writer.health().documents == 3
    for write in (
        lambda: reader.upsert([document("d")]),
        lambda: reader.delete(["a"]),
        lambda: reader.rebuild([]),
        reader.versions,
        reader_of(server, keys.reading).make_keys,
    ):
        with pytest.raises(EngineDown, match="may not do this"):
            write()
    assert set(writer.versions()) == {"a", "b", "c"}


def reader_of(server: Server, key: str) -> Server:
    return Server(server.url, "", f"{server.name}-other", key)


def test_s37_the_key_that_writes_is_needed_where_the_index_is_written(tmp_path: Path) -> None:
    """With SQLite the web process writes the index itself."""
    web = {"search": "meilisearch", "meilisearch_url": "http://127.0.0.1:7700", "meilisearch_reading_key": "a key"}
    with pytest.raises(ValueError, match="SAMBAND_MEILISEARCH_KEY"):
        Settings.model_validate({**web, "data_dir": tmp_path})
    apart = Settings.model_validate({**web, "database_url": "postgresql+psycopg://samband@127.0.0.1/samband"})
    assert not apart.may_write_meilisearch


def test_a_server_that_forgot_its_keys_is_down_until_asked_again(
    engine: MeilisearchEngine, server: Server, asker: Asker
) -> None:
    engine.rebuild([document("a", "A shelter.")])
    assert engine.search(asker.query("shelter")).total == 1
    Client(server.url, server.key).delete_key(server.reading_key())
    with pytest.raises(EngineDown):
        engine.search(asker.query("shelter"))
    assert engine.search(asker.query("shelter")).total == 1


@pytest.mark.parametrize("term", ["a", "NO", "Å", "x" * 500, 'a"b', "cite:25:3", "", "a b", "§"])
def test_tokens_are_what_meilisearch_leaves_alone(term: str) -> None:
    assert set(token(term)) <= set("~0123456789abcdefghijklmnopqrstuvwxyz")
    assert len(token(term)) <= 468
    if len(term) <= 200:
        assert plain(token(term)) == term


def test_a_failed_task_is_said(server: Server, engine: MeilisearchEngine) -> None:
    engine.rebuild([document("a")])
    client = Client(server.url, server.key)
    refused = client.index(engine.records).add_documents([{"no": "id"}])
    with pytest.raises(EngineError, match="could not do"):
        server.wait([refused.task_uid])


def test_what_an_interrupted_rebuild_left_goes(server: Server, engine: MeilisearchEngine) -> None:
    server.wait(server.create(f"{engine.records}-left"))
    engine.rebuild([document("a")])
    assert sorted(server.indexes()) == sorted((engine.records, engine.passages))


def test_an_index_of_another_thesaurus_is_to_be_filled_anew(server: Server, engine: MeilisearchEngine) -> None:
    engine.rebuild([document("a")])
    assert not engine.health().needs_rebuild
    assert MeilisearchEngine(server, Understander(Thesaurus([Concept("work")]))).health().needs_rebuild


@pytest.mark.fault
def test_a_server_that_is_away_is_down(understander: Understander, asker: Asker) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        away = MeilisearchEngine(Server(f"http://127.0.0.1:{one.getsockname()[1]}", "key", NAME), understander)
    for ask in (
        lambda: away.search(asker.query("shelter")),
        lambda: away.suggest("s", VISITOR),
        lambda: away.upsert([document("a")]),
        away.versions,
    ):
        with pytest.raises(EngineDown):
            ask()
    assert not away.health().is_up


@pytest.mark.fault
def test_another_version_is_named_and_not_used(understander: Understander, asker: Asker) -> None:
    with answering({"pkgVersion": "1.49.2"}) as url:
        engine = MeilisearchEngine(Server(url, "key", NAME), understander)
        with pytest.raises(EngineDown, match=r"Meilisearch 1\.49\.2 is not 1\.50\.x"):
            engine.search(asker.query("shelter"))
        assert "1.49.2" in engine.health().detail


@pytest.mark.fault
def test_a_server_that_says_nothing_is_down(understander: Understander, asker: Asker) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        engine = MeilisearchEngine(Server(f"http://127.0.0.1:{silent.getsockname()[1]}", "key", NAME), understander)
        with pytest.raises(EngineDown):
            engine.search(asker.query("shelter"))


@contextmanager
def answering(content: dict[str, str]) -> Iterator[str]:
    """A server that says the same whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
