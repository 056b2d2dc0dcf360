"""A real portal for the tests: seeded once a run, on SQLite, with the real index; copies where a test writes."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.db import make_engine, reading, transaction, upgrade
from app.main import create_app
from app.portal import open_portal
from app.settings import Settings
from app.state import Portal
from app.sync import rebuild
from app.sync_lock import only_writer
from search.lemmas import Lemmatizer
from seed_data.load import load
from tests.page_client import PageClient
from tests.search import meili

BASE_URL = "https://localhost"
GENEROUS = 100_000


def settings_for(data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        base_url="http://localhost:8000",
        search_limit_per_minute=GENEROUS,
        suggest_limit_per_minute=GENEROUS,
        api_limit_per_minute=GENEROUS,
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The only peer that may be absent: its tests are left out together, and `pytest_terminal_summary` says so once."""
    if meili.is_present():
        return
    asked = [item for item in items if isinstance(item, pytest.Function) and needs_meilisearch(item)]
    if asked:
        items[:] = [item for item in items if item not in asked]
        config.hook.pytest_deselected(items=asked)


def needs_meilisearch(item: pytest.Function) -> bool:
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "meilisearch" in item.fixturenames or "meilisearch" in chosen


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    if not meili.is_present():
        terminalreporter.write_line(f"!!! {meili.ABSENT} !!!", red=True, bold=True)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """`once(name, fill)`: a folder that `fill` has filled, once a run, however many processes the run has."""
    is_shared = "PYTEST_XDIST_WORKER" in os.environ
    root = tmp_path_factory.getbasetemp().parent / "once" if is_shared else tmp_path_factory.mktemp("once")

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        with only_writer(root):
            if not (root / name).exists():
                fill(root / f"{name}-begun")
                (root / f"{name}-begun").rename(root / name)
        return root / name

    return made


@pytest.fixture(scope="session")
def words_dir(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The word lists of all languages: they take long to write and are the same for every portal."""
    return once("words", lambda folder: Lemmatizer(folder).open_all())


@pytest.fixture(scope="session")
def seeded(
    once: Callable[[str, Callable[[Path], None]], Path], words_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder with the whole seed and its index; nobody writes to it."""
    filled = once("seeded", lambda folder: seed(folder, words_dir))
    return shutil.copytree(filled, tmp_path_factory.mktemp("seeded"), symlinks=True, dirs_exist_ok=True)


def seed(folder: Path, words_dir: Path) -> None:
    settings = settings_for(folder)
    folder.mkdir()
    (folder / "cache").symlink_to(words_dir)
    upgrade(settings)
    with transaction(make_engine(settings.sqlalchemy_url), actor="seed") as session:
        load(session)
    portal = open_portal(settings)
    rebuild(portal)
    portal.database.dispose()


@pytest.fixture(scope="session")
def app(seeded: Path) -> FastAPI:
    return create_app(settings_for(seeded))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE_URL, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def page(client: TestClient) -> PageClient:
    return PageClient(client)


@pytest.fixture(scope="session")
def portal(app: FastAPI, client: TestClient) -> Iterator[Portal]:
    """The portal behind `client`: it is open as long as that is."""
    opened: Portal = app.state.portal
    yield opened
    assert app.state.portal is opened, "a test started the shared application again"


@pytest.fixture
def session(portal: Portal) -> Iterator[Session]:
    with reading(portal.database) as session:
        yield session


@pytest.fixture
def make_app(app: FastAPI, client: TestClient) -> Callable[..., FastAPI]:
    """Another application, with other settings, on the portal that `client` has opened: nothing is copied."""

    def make(**settings: object) -> FastAPI:
        other = create_app(app.state.settings.model_copy(update=settings))
        other.state.portal = app.state.portal
        return other

    return make


@pytest.fixture
def make_client(seeded: Path, tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A portal of the test's own, on a copy of the seed; `make_client(change)` lets `change(session)` write first."""
    opened: list[TestClient] = []

    def make(change: Callable[[Session], None] | None = None, **settings: object) -> TestClient:
        folder = tmp_path / f"portal{len(opened)}"
        shutil.copytree(seeded, folder, symlinks=True)
        chosen = settings_for(folder).model_copy(update=settings)
        if change:
            with transaction(make_engine(chosen.sqlalchemy_url), actor="test") as session:
                change(session)
        client = TestClient(create_app(chosen), base_url=BASE_URL, follow_redirects=False)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)
