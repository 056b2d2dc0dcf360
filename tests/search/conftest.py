import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.meili_server import Server
from search.meilisearch import MeilisearchEngine
from search.understand import Understander
from tests.search.meili import Address, running
from tests.search.small import Asker, small_thesaurus

EngineFactory = Callable[[Path, Understander], SearchEngine]

ENGINES = ("embedded", "meilisearch")
"""Every engine passes the same conformance suite."""


@pytest.fixture(scope="session")
def understander(words_dir: Path) -> Understander:
    return Understander(small_thesaurus(), ("Bjarkarhlíð", "Lauras hus"), words_dir)


@pytest.fixture(scope="session")
def asker(understander: Understander) -> Asker:
    return Asker(understander)


@pytest.fixture(scope="session")
def meilisearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with running(tmp_path_factory.mktemp("meilisearch")) as address:
        yield address


@pytest.fixture
def make_meilisearch(meilisearch: Address) -> EngineFactory:
    """Engines for the same folder share their indexes."""

    def made(folder: Path, understander: Understander) -> MeilisearchEngine:
        name = f"t{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
        return MeilisearchEngine(Server(meilisearch.url, meilisearch.key, name), understander)

    return made


@pytest.fixture(params=ENGINES)
def make_engine(request: pytest.FixtureRequest) -> EngineFactory:
    if request.param == "embedded":
        return EmbeddedEngine
    factory: EngineFactory = request.getfixturevalue("make_meilisearch")
    return factory


@pytest.fixture
def engine(make_engine: EngineFactory, tmp_path: Path, understander: Understander) -> SearchEngine:
    return make_engine(tmp_path / "index", understander)
