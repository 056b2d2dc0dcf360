"""F-06, F-07, F-08: the main search engine is away, slow, says nonsense, or is of another version."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app import sync
from app.main import create_app
from app.portal import NotReady, open_portal
from app.settings import Settings
from app.state import Portal
from search.engine import EngineDown
from search.fallback import WAITING_AT_MOST, FallbackEngine
from tests.conftest import BASE_URL
from tests.faults.proxy import Fault, Proxy, proxy
from tests.operations.processes import end, free_port, wait_until
from tests.page_client import html_problems
from tests.search.meili import Address, OwnServer, own_server
from tests.search.test_meilisearch import answering
from tests.sync.conftest import data_dir, migrated, served_by
from tests.sync.engines import Answering
from tests.sync.records import equals_database, write
from tests.sync.running import ROOT, environment

__all__ = ["data_dir", "migrated"]
pytestmark = pytest.mark.fault

NOTICE = "The main search engine does not answer just now"
PATHS = ("/en/", "/en/search?q=police", "/en/materials", "/en/concepts/forced-labour", "/en/organisations/no-kom")


@pytest.fixture
def main_engine(client: TestClient, portal: Portal) -> Iterator[Answering]:
    """A fake main engine that finds 4711 records, before the portal's own index as its reserve."""
    own, main = portal.engine, Answering(4711)
    portal.engine = FallbackEngine(main, own, budget_seconds=0.2, probe_every_seconds=0.1)
    yield main
    main.gate.set()
    portal.engine = own


def is_answered_by_the_reserve(client: TestClient) -> None:
    page = client.get("/en/search?q=police")
    assert page.status_code == 200
    assert NOTICE in page.text
    assert html_problems(LexborHTMLParser(page.text), "/en/search") == []
    answer = client.get("/api/v1/search?q=police").json()
    assert answer["degraded"] == "reserve-answers"
    assert 0 < answer["total"] < 4711
    assert answer["hits"]
    assert client.get("/api/v1/suggest?q=pol").json()["items"]
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["search"]) == (200, "degraded")
    assert [client.get(path).status_code for path in PATHS] == [200] * len(PATHS)


def is_well_again(client: TestClient) -> bool:
    answer = client.get("/api/v1/search?q=police").json()
    return (answer["total"], answer["degraded"]) == (4711, None)


def test_f06_a_main_engine_that_is_down_is_replaced_with_a_notice(client: TestClient, main_engine: Answering) -> None:
    assert NOTICE not in client.get("/en/search?q=police").text
    main_engine.is_down = True
    is_answered_by_the_reserve(client)
    main_engine.is_down = False
    wait_until(lambda: is_well_again(client), "the main engine answers again", 10)
    assert NOTICE not in client.get("/en/search?q=police").text
    assert client.get("/health/ready").json()["search"] == "ok"


def test_f07_a_main_engine_that_never_answers_is_replaced_too(client: TestClient, main_engine: Answering) -> None:
    main_engine.gate.clear()
    is_answered_by_the_reserve(client)
    main_engine.gate.set()
    wait_until(lambda: is_well_again(client), "the main engine answers again", 10)


def test_f06_the_reserve_is_as_fresh_as_the_main_engine(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    assert isinstance(client.app, FastAPI)
    portal: Portal = client.app.state.portal
    main = Answering()
    main.is_down = True
    portal.engine = FallbackEngine(main, portal.engine, budget_seconds=0.2)
    write(portal.database, ["qvykkelord"])
    sync.catch_up(portal)
    answer = client.get("/api/v1/search?q=qvykkelord").json()
    assert [hit["id"] for hit in answer["hits"]] == ["qvykkelord"]
    assert answer["degraded"] == "reserve-answers"


# -- a real server ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def meilisearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Not the one that the environment names: this one is killed."""
    binary = shutil.which("meilisearch")
    if binary is None:
        pytest.skip("there is no `meilisearch` binary on PATH that may be killed")
    with own_server(binary, tmp_path_factory.mktemp("meilisearch")) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Served:
    """A portal whose way to its Meilisearch leads through a proxy."""

    client: TestClient
    portal: Portal
    server: OwnServer
    proxy: Proxy

    def search(self, words: str = "title") -> tuple[set[str], str | None]:
        answer = self.client.get(f"/api/v1/search?q={words}")
        assert answer.status_code == 200
        said = answer.json()
        return {hit["id"] for hit in said["hits"]}, said["degraded"]

    def state(self) -> tuple[int, int, str]:
        ready = self.client.get("/health/ready")
        return self.client.get("/health/live").status_code, ready.status_code, ready.json()["search"]


@pytest.fixture
def served(meilisearch: OwnServer, data_dir: Path) -> Iterator[Served]:
    with proxy(urlsplit(meilisearch.address.url).port or 0) as between:
        app = create_app(served_by(Address(between.url, meilisearch.address.key), data_dir))
        with TestClient(app, base_url=BASE_URL, follow_redirects=False) as client:
            portal: Portal = app.state.portal
            reserve, main = (index.engine for index in portal.indexes)
            portal.engine = FallbackEngine(main, reserve, probe_every_seconds=0.2)
            write(portal.database, ["one", "two"])
            sync.catch_up(portal)
            yield Served(client, portal, meilisearch, between)


def is_well(served: Served) -> None:
    assert served.search()[1] is None
    assert NOTICE not in served.client.get("/en/search?q=title").text
    assert served.state() == (200, 200, "ok")


def is_replaced(served: Served, shown: set[str]) -> None:
    assert served.search() == (shown, "reserve-answers")
    page = served.client.get("/en/search?q=title")
    assert NOTICE in page.text
    assert html_problems(LexborHTMLParser(page.text), "/en/search") == []
    assert served.state() == (200, 200, "degraded")
    for path in ("/en/about", "/en/materials", "/en/materials/one", "/api/v1/suggest?q=ti"):
        assert served.client.get(path).status_code == 200, path


def comes_back(served: Served) -> None:
    wait_until(lambda: served.search()[1] is None, "the main engine answers again", 20)
    is_well(served)


def test_f06_a_server_is_killed_and_comes_back(served: Served) -> None:
    """What is written meanwhile is found at once, and the server has it as well when it is back."""
    is_well(served)
    served.server.kill()
    try:
        write(served.portal.database, ["three"])
        embedded, main = served.portal.indexes
        sync.catch_up_one(served.portal, embedded)
        with pytest.raises(EngineDown):
            sync.catch_up_one(served.portal, main)
        is_replaced(served, {"one", "two", "three"})
    finally:
        served.server.start()
    sync.catch_up(served.portal)
    comes_back(served)
    assert served.search() == ({"one", "two", "three"}, None)
    assert equals_database(served.portal, main.engine)


def test_f07_fifty_at_once_into_a_black_hole_are_all_answered(served: Served) -> None:
    is_well(served)
    served.proxy.fault = Fault.SILENT
    with ThreadPoolExecutor(51) as readers:
        answers = [readers.submit(served.search) for _ in range(50)]
        assert readers.submit(served.client.get, "/health/live").result().status_code == 200
        assert [one.result() for one in answers] == [({"one", "two"}, "reserve-answers")] * 50
    assert served.proxy.asked <= WAITING_AT_MOST + 1, "the rest did not wait"
    is_replaced(served, {"one", "two"})
    served.proxy.fault = Fault.NONE
    comes_back(served)


FAULTS = [
    pytest.param(fault, marks=() if fault is Fault.CUT else pytest.mark.full, id=fault.name)
    for fault in Fault
    if fault not in {Fault.NONE, Fault.SILENT}
]


@pytest.mark.parametrize("fault", FAULTS)
def test_f08_an_answer_that_is_none_counts_as_silence(served: Served, fault: Fault) -> None:
    is_well(served)
    served.proxy.fault = fault
    is_replaced(served, {"one", "two"})
    write(served.portal.database, ["three"])
    embedded, main = served.portal.indexes
    sync.catch_up_one(served.portal, embedded)
    if fault is not Fault.SLOW:
        with pytest.raises(EngineDown):
            sync.catch_up_one(served.portal, main)
    is_replaced(served, {"one", "two", "three"})
    served.proxy.fault = Fault.NONE
    sync.catch_up(served.portal)
    comes_back(served)
    assert equals_database(served.portal, main.engine)


# -- F-08: another version -------------------------------------------------------------------------------------------

OLDER = {"pkgVersion": "1.49.2", "commitSha": "x", "commitDate": "x"}


@contextmanager
def older(data_dir: Path) -> Iterator[Settings]:
    with answering(OLDER) as url:
        yield served_by(Address(url, "a key"), data_dir)


def said(settings: Settings, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(settings), check=False, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def test_f08_no_portal_opens_with_a_server_of_another_version(data_dir: Path) -> None:
    with older(data_dir) as settings, pytest.raises(NotReady, match=r"1\.49\.2 is not 1\.50"):
        open_portal(settings)


@pytest.mark.full
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker", "--once"), ("reindex",)], ids=" ".join)
def test_f08_a_server_of_another_version_is_named_and_nothing_starts(data_dir: Path, command: tuple[str, ...]) -> None:
    with older(data_dir) as settings:
        code, text = said(settings, *command)
    assert code == 1
    assert "Not ready: Meilisearch 1.49.2 is not 1.50.x" in text
    assert "Traceback" not in text


@pytest.mark.full
def test_f08_the_check_names_the_version(data_dir: Path) -> None:
    with older(data_dir) as settings:
        code, text = said(settings, "check")
    assert code == 1
    assert "FAIL  engine     Meilisearch 1.49.2 is not 1.50.x" in text


@pytest.mark.full
def test_f08_a_server_that_is_only_away_does_not_stop_the_start(data_dir: Path) -> None:
    settings = served_by(Address(f"http://127.0.0.1:{free_port()}", "a key"), data_dir)
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=subprocess.PIPE, text=False) as process:
        try:
            assert process.stdout is not None
            assert b"Samband is at http://localhost:" in process.stdout.readline()
        finally:
            end(process)
