from collections.abc import Callable
from pathlib import Path

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.understand import Understander
from tests.search.small import Asker, small_thesaurus

EngineFactory = Callable[[Path, Understander], SearchEngine]

ENGINES: dict[str, EngineFactory] = {"embedded": EmbeddedEngine}
"""Every engine passes the same conformance suite."""


@pytest.fixture(scope="session")
def words_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


@pytest.fixture(scope="session")
def understander(words_dir: Path) -> Understander:
    return Understander(small_thesaurus(), ("Bjarkarhlíð", "Lauras hus"), words_dir)


@pytest.fixture(scope="session")
def asker(understander: Understander) -> Asker:
    return Asker(understander)


@pytest.fixture(params=sorted(ENGINES))
def make_engine(request: pytest.FixtureRequest) -> EngineFactory:
    name: str = request.param
    return ENGINES[name]


@pytest.fixture
def engine(make_engine: EngineFactory, tmp_path: Path, understander: Understander) -> SearchEngine:
    return make_engine(tmp_path / "index", understander)
