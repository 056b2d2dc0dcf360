"""The set-up of docs/running.md, run for real: processes are killed under load, headers are forged, nothing is lost."""

import secrets
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.db import make_engine, reading, transaction
from app.library.models import Edition, EditionKind, Material
from app.outbox import Audit, Outbox, chained_digest
from tests.operations.postgres import Server, own_server
from tests.operations.processes import wait_until
from tests.operations.site import INDEXES, NAME, SUGGESTIONS_A_MINUTE, Browser, Site, has_worker, running_site
from tests.search import meili
from tests.search.meili import OwnServer

pytestmark = [pytest.mark.full, pytest.mark.postgres, pytest.mark.fault]

READERS = 4
PAUSE_SECONDS = 0.2
PAGES = ("/en/", "/fi/organisations", "/nb/search?q=ofre", "/api/v1/materials", "/sv/countries/fi", "/da/help")
CANARY = "strandgatan17canary"
EVIL = "evil.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Of its own: it is stopped on the way."""
    with own_server() as server:
        yield server


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer | None]:
    """Of its own: it is killed on the way. None where there is none: the embedded index answers then."""
    binary = shutil.which("meilisearch")
    if binary is None:
        yield None
        return
    with meili.own_server(binary, tmp_path_factory.mktemp("meilisearch")) as server:
        yield server


@pytest.fixture(scope="module")
def meilisearch(search: OwnServer | None) -> OwnServer:
    return search or pytest.skip("there is no `meilisearch` binary on PATH that may be killed")


@pytest.fixture(scope="module")
def site(
    server: Server, search: OwnServer | None, seeded: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with server.new_database() as url, running_site(folder, seeded, url, search) as site:
        yield site


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    with site.client() as browser:
        yield browser


@pytest.fixture
def database(site: Site) -> Iterator[Engine]:
    engine = make_engine(site.database_url)
    yield engine
    engine.dispose()


# -- under load ------------------------------------------------------------------------------------------------------


class Load:
    """Readers ask nginx, a writer writes into the database; both note what they were told."""

    def __init__(self, site: Site, database: Engine) -> None:
        self.site, self.database = site, database
        self.answers: list[int | str] = []
        self.acknowledged: list[str] = []
        self.stop = threading.Event()

    def read(self, number: int) -> None:
        turn = number
        with self.site.client() as browser:
            while not self.stop.is_set():
                turn += 1
                try:
                    self.answers.append(browser.get(PAGES[turn % len(PAGES)]).status_code)
                except httpx.TransportError as error:
                    self.answers.append(type(error).__name__)
                self.stop.wait(PAUSE_SECONDS)

    def write(self) -> None:
        while not self.stop.is_set():
            key = f"nb-{secrets.token_hex(8)}"
            with transaction(self.database, actor="writer") as session:
                session.add(Material(id=key, type="guideline", language="nb"))
                session.flush()
                session.add(
                    Edition(material_id=key, language="nb", kind=EditionKind.ORIGINAL, title=title(key), abstract="")
                )
            self.acknowledged.append(key)
            self.stop.wait(PAUSE_SECONDS)

    def wait_for_more(self, answers: int = 30, writes: int = 5) -> None:
        """Goes on until that much more was told."""
        read, written = len(self.answers) + answers, len(self.acknowledged) + writes
        wait_until(lambda: len(self.answers) >= read and len(self.acknowledged) >= written, "the load goes on")


def title(key: str) -> str:
    return f"Funnet {key.removeprefix('nb-')}"


@contextmanager
def load(site: Site, database: Engine) -> Iterator[Load]:
    running = Load(site, database)
    threads = [threading.Thread(target=running.read, args=(number,)) for number in range(READERS)]
    threads.append(threading.Thread(target=running.write))
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.stop.set()
        for thread in threads:
            thread.join()


def test_nothing_is_lost_when_processes_are_killed_under_load(site: Site, database: Engine, browser: Browser) -> None:
    victims = ["web-1", *(["worker"] if has_worker() else []), *(["meilisearch"] if site.search else []), "web-2"]
    with load(site, database) as running:
        for victim in victims:
            running.wait_for_more()
            site.kill(victim)
            running.wait_for_more()
            site.start(victim)
            if victim.startswith("web"):
                site.wait_for(victim)
        running.wait_for_more()
    told = Counter(running.answers)
    failed = sum(number for answer, number in told.items() if answer != 200)
    assert told[200] >= len(victims) * 60
    assert failed <= len(victims), told
    everything_acknowledged_is_there(running.acknowledged, database, browser)
    if has_worker():
        everything_is_found(running.acknowledged, database, browser)


def everything_acknowledged_is_there(keys: list[str], database: Engine, browser: Browser) -> None:
    assert len(keys) >= 20
    with reading(database) as session:
        assert set(keys) <= set(session.exec(select(Material.id)))
        before = ""
        for row in session.exec(select(Audit).order_by(col(Audit.id))):
            assert row.digest == chained_digest(before, row.at, row.actor, row.action, row.record)
            before = row.digest
    assert [key for key in keys if browser.get(f"/api/v1/materials/{key}").status_code != 200] == []


def everything_is_found(keys: list[str], database: Engine, browser: Browser) -> None:
    def is_taken() -> bool:
        with reading(database) as session:
            return session.exec(select(Outbox)).first() is None

    wait_until(is_taken, "the worker takes every change", 120)
    # Each process holds the index: nginx hands the questions to one and the other in turn.
    wait_until(lambda: all(is_well(browser) for _ in range(2)), "the main engine answers both")
    wait_until(lambda: all(is_found(key, browser) for key in keys[-1:] * 2), "both processes see the newest")
    assert [key for key in keys if not is_found(key, browser)] == []


def is_well(browser: Browser) -> bool:
    return browser.get("/api/v1/search?q=police").json()["degraded"] is None


def is_found(key: str, browser: Browser) -> bool:
    answer = browser.get(f'/api/v1/search?q="{key.removeprefix("nb-")}"')
    assert answer.status_code == 200
    return key in answer.text


def test_s37_web_processes_hold_only_a_key_that_reads(site: Site, meilisearch: OwnServer, browser: Browser) -> None:
    reading, writing = site.environment["SAMBAND_MEILISEARCH_READING_KEY"], site.of_writers["SAMBAND_MEILISEARCH_KEY"]
    wait_until(lambda: is_well(browser), "the main engine answers")
    assert browser.get("/api/v1/search?q=police").json()["total"] > 0
    assert [site.health(name).json()["search"] for name in ("web-1", "web-2")] == ["ok", "ok"]
    held = {
        name: {key for key in (reading, writing, meilisearch.address.key) if key in environment_of(process)}
        for name, process in site.running.items()
    }
    assert held == {"web-1": {reading}, "web-2": {reading}, "worker": {reading, writing}}
    index = f"{meilisearch.address.url}/indexes/{INDEXES}-records"
    with httpx.Client(headers={"Authorization": f"Bearer {reading}"}) as web:
        refused = (
            web.post(f"{index}/documents", json=[{"id": "x"}]),
            web.post(f"{index}/documents/delete", json={"filter": "id EXISTS"}),
            web.patch(f"{index}/settings", json={}),
            web.delete(index),
            web.get(f"{meilisearch.address.url}/keys"),
        )
    assert [answer.status_code for answer in refused] == [403] * len(refused)


def environment_of(process: subprocess.Popen[bytes]) -> str:
    return Path(f"/proc/{process.pid}/environ").read_text(errors="replace")


def test_f11_the_database_goes_and_comes_back(site: Site, server: Server, browser: Browser) -> None:
    assert server.control is not None
    assert browser.get("/en/organisations").status_code == 200
    server.control.stop_at_once()
    try:
        for path in ("/en/organisations", "/api/v1/materials"):
            started = time.monotonic()
            answer = browser.get(path)
            assert answer.status_code == 503
            assert time.monotonic() - started < 3
            assert int(answer.headers["retry-after"]) > 0
        for name in ("web-1", "web-2"):
            assert site.health(name, "live").status_code == 200
            assert site.health(name).json()["database"] == "down"
    finally:
        server.control.start()
    wait_until(lambda: browser.get("/en/organisations").status_code == 200, "readers are served again", 10)
    for name in ("web-1", "web-2"):
        wait_until(lambda name=name: site.health(name).status_code == 200, f"{name} is ready", 10)  # type: ignore[misc]


# -- F-41: forged headers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_Host": EVIL},
        {"X_Forwarded_Proto": "http"},
        {"X_Forwarded_Port": "8443"},
        {"X_Forwarded_Prefix": f"//{EVIL}"},
        {"X_Forwarded_Server": EVIL},
        {"X_Original_URL": f"https://{EVIL}/"},
        {"X_Rewrite_URL": "/metrics"},
        {"Forwarded": f'for=192.0.2.60;host="{EVIL}";proto=http'},
        {"X_Forwarded_For": "127.0.0.1", "X_Real_IP": "127.0.0.1"},
    ],
    ids="+".join,
)
def test_f41_what_a_client_claims_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    plain, forged = browser.get("/en/organisations/no-kom"), browser.get("/en/organisations/no-kom", **headers)
    assert (forged.status_code, forged.text) == (200, plain.text)
    assert f'href="https://{NAME}/en/organisations/no-kom"' in forged.text
    assert EVIL not in str(forged.headers)


def test_f41_a_redirect_leads_to_our_own_name(browser: Browser, site: Site) -> None:
    answer = browser.get("/en", X_Forwarded_Host=EVIL)
    assert answer.status_code in {301, 302, 307, 308}
    assert answer.headers["location"].startswith((f"https://{NAME}/", "/en/"))
    assert not answer.headers["location"].startswith("//")
    unencrypted = httpx.get(f"http://127.0.0.1:{site.http_port}/en/?q=x", headers={"Host": NAME})
    assert (unencrypted.status_code, unencrypted.headers["location"]) == (308, f"https://{NAME}/en/?q=x")


def test_f41_a_claimed_address_does_not_buy_more_requests(browser: Browser) -> None:
    """Each process counts for itself, so that both together grant twice the share."""
    tries = 4 * SUGGESTIONS_A_MINUTE
    told = Counter(
        browser.get("/en/suggest?q=po", X_Forwarded_For=f"198.51.100.{number}").status_code for number in range(tries)
    )
    assert told[429] >= tries - 2 * SUGGESTIONS_A_MINUTE
    assert set(told) <= {200, 429}


def raw(site: Site, request: str) -> bytes:
    """As it is, under a TLS connection made for our name."""
    context = ssl.create_default_context(cafile=str(site.folder / "cert.pem"))
    with (
        socket.create_connection(("127.0.0.1", site.https_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secured,
    ):
        secured.sendall(request.encode())
        answer = b""
        while piece := secured.recv(65_536):
            answer += piece
        return answer


@pytest.mark.parametrize(
    "head",
    [
        f"GET /en/ HTTP/1.1\r\nHost: {EVIL}",
        f"GET /en/ HTTP/1.1\r\nHost: {EVIL}:443",
        f"GET /en/ HTTP/1.1\r\nHost: {NAME}.{EVIL}",
        f"GET /en/ HTTP/1.1\r\nHost: {NAME}@{EVIL}",
        "GET /en/ HTTP/1.1\r\nHost: 127.0.0.1",
        "GET /en/ HTTP/1.1\r\nHost: localhost",
        "GET /en/ HTTP/1.1\r\nHost: ",
        "GET /en/ HTTP/1.1",
        f"GET /en/ HTTP/1.1\r\nHost: {NAME}\r\nHost: {EVIL}",
        f"GET https://{EVIL}/en/ HTTP/1.1\r\nHost: {NAME}",
        f"GET /en/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-For : 1\r\nHost : {EVIL}",
        f"GET /en/ HTTP/1.0\r\nHost: {EVIL}",
    ],
)
def test_f41_another_name_gets_no_page(site: Site, head: str) -> None:
    answer = raw(site, f"{head}\r\nConnection: close\r\n\r\n")
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 421")), answer[:200]
    assert EVIL.encode() not in answer


def test_the_raw_way_reaches_the_portal(site: Site) -> None:
    assert raw(site, f"GET /en/ HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_health_and_figures_are_not_for_the_public(site: Site, browser: Browser) -> None:
    for path in ("/metrics", "/health/live", "/health/ready", "//metrics", "/en/../metrics", "/%6detrics"):
        assert browser.get(path).status_code == 404, path
    figures = httpx.get(f"http://127.0.0.1:{site.ports['web-1']}/metrics").text
    assert "samband_requests_total" in figures
    assert "samband_database_up 1.0" in figures


def test_no_log_holds_what_was_looked_for(site: Site, browser: Browser) -> None:
    for path in (
        f"/en/search?q={CANARY}",
        f"/api/v1/search?q={CANARY}",
        f"/en/{CANARY}",
        f"/en/search?q={CANARY}&page=x",
    ):
        browser.get(path)
    site.kill("web-1")
    for _ in range(3):
        assert browser.get(f"/en/search?q={CANARY}").status_code == 200
    site.start("web-1")
    site.wait_for("web-1")
    assert " GET 200 " in (site.folder / "nginx-access.log").read_text()
    assert CANARY not in site.logs()
    assert "127.0.0.1 " not in (site.folder / "nginx-access.log").read_text()
