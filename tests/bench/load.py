"""`python -m tests.bench.load [--readers 50 --seconds 60]`: many readers at once, over HTTP, while the worker indexes.

The set-up of docs/running.md on loopback: two web processes and a worker, Debian's nginx with TLS before them,
PostgreSQL, Meilisearch with the embedded index in reserve; what is missing is named in one line. Readers ask for
searches, suggestions, concepts, organisations, materials and functions and pause 0.5 to 1.5 s after each answer; a
writer of its own process adds or changes a record five times a second. Rate limits are out of the way.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
from sqlalchemy import Engine
from sqlmodel import select

from app.db import make_engine, reading, transaction, upgrade
from app.directory.models import Organisation
from app.i18n import LANGUAGES
from app.library.models import Edition, EditionKind, Material
from app.outbox import OutboxCursor
from app.settings import Settings
from app.sync import lag
from app.vocabulary.service import load_vocabulary
from seed_data.load import load as load_seed
from tests.bench.measuring import Spread, children_of, cpu_of, name_of, spread
from tests.operations.postgres import any_server, debian_binaries
from tests.operations.processes import wait_until
from tests.operations.site import GENEROUS, NAME, Site, nginx
from tests.search import meili

SHARES = {
    "search": 35, "search by API": 10, "suggest": 15, "organisation": 15, "material": 15, "concept": 5, "function": 5,
}  # fmt: skip
PAUSE_SECONDS = (0.5, 1.5)
WRITE_PAUSE_SECONDS = 0.2
FUNCTIONS_PATH = "/api/v1/functions"


@dataclass(frozen=True, slots=True)
class Visit:
    kind: str
    milliseconds: float
    answer: int | str
    is_degraded: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`behind`: outbox rows each engine had not taken when the readers stopped; `generator_cpu`: of one core."""

    readers: int
    seconds: float
    kinds: Mapping[str, Spread]
    visits: int
    errors: Mapping[int | str, int]
    degraded: int
    written: int
    behind: Mapping[str, int]
    caught_up_seconds: float
    generator_cpu: float
    site_cpu: Mapping[str, float]


class Addresses:
    """What readers ask for: everything of the library, words of the thesaurus in all languages."""

    def __init__(self, database: Engine, functions: Sequence[str]) -> None:
        with reading(database) as session:
            vocabulary = load_vocabulary(session)
            words = sorted({word.text for entry in vocabulary.concepts.values() for word in entry.words})
            parts = {
                "organisation": [f"organisations/{one}" for one in session.exec(select(Organisation.id))],
                "material": [f"materials/{one}" for one in session.exec(select(Material.id))],
                "concept": [f"concepts/{one}" for one in vocabulary.concepts],
                "function": [f"functions/{one}" for one in functions],
                "search": [f"search?q={quote(word)}" for word in words],
                "suggest": [f"suggest?q={quote(word[:4])}" for word in words],
                "search by API": [f"search?q={quote(word)}" for word in words],
            }
        self._parts = {kind: sorted(found) for kind, found in parts.items()}

    def draw(self, chance: random.Random) -> tuple[str, str]:
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        prefix = "api/v1" if kind == "search by API" else chance.choice(LANGUAGES)
        return kind, f"/{prefix}/{chance.choice(self._parts[kind])}"


async def one_reader(client: httpx.AsyncClient, addresses: Addresses, number: int, until: float) -> list[Visit]:
    chance, visits = random.Random(number), list[Visit]()
    await asyncio.sleep(chance.random())
    while time.monotonic() < until:
        kind, path = addresses.draw(chance)
        started = time.perf_counter()
        try:
            answer = await client.get(path, extensions={"sni_hostname": NAME})
        except httpx.TransportError as error:
            visits.append(Visit(kind, (time.perf_counter() - started) * 1000, type(error).__name__))
        else:
            is_degraded = kind == "search by API" and '"degraded":null' not in answer.text
            visits.append(Visit(kind, (time.perf_counter() - started) * 1000, answer.status_code, is_degraded))
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
    return visits


@dataclass(frozen=True, slots=True)
class Front:
    """Where readers ask: nginx by TLS, or where it is missing the web processes by turns."""

    addresses: tuple[str, ...]
    certificate: Path | None = None

    def client(self, address: str) -> httpx.AsyncClient:
        certificate = self.certificate
        verify = ssl.create_default_context(cafile=str(certificate)) if certificate else True
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        headers = {"Host": NAME} if certificate else {}
        return httpx.AsyncClient(base_url=address, verify=verify, headers=headers, limits=limits, timeout=30)


async def read(front: Front, addresses: Addresses, readers: int, seconds: float) -> list[Visit]:
    until = time.monotonic() + seconds
    async with AsyncExitStack() as opened:
        clients = [await opened.enter_async_context(front.client(one)) for one in front.addresses]
        reading_them = [
            one_reader(clients[number % len(clients)], addresses, number, until) for number in range(readers)
        ]
        return [visit for visits in await asyncio.gather(*reading_them) for visit in visits]


def write(url: str) -> None:
    """Until told to end: a new record, then a change to it, and so on. Says how many were kept."""
    told, database, written = threading.Event(), make_engine(url), 0
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    print("writing", flush=True)
    while not told.wait(WRITE_PAUSE_SECONDS):
        key = f"nb-written-{written // 2}"
        with transaction(database, actor="writer") as session:
            if written % 2 == 0:
                session.add(Material(id=key, type="guideline", language="nb"))
                session.flush()
                title = f"Skrevet {written}"
                session.add(
                    Edition(material_id=key, language="nb", kind=EditionKind.ORIGINAL, title=title, abstract="")
                )
            else:
                edition = session.exec(select(Edition).where(Edition.material_id == key)).one()
                edition.title = f"Endret {written}"
        written += 1
    print(written)


@contextmanager
def peers(folder: Path) -> Iterator[tuple[str, dict[str, str], int]]:
    """Address of the database, settings of the engine, process of its server."""
    with ExitStack() as opened:
        url, settings, server = "", dict[str, str](), 0
        if os.environ.get("SAMBAND_TEST_POSTGRES_URL") or debian_binaries():
            url = opened.enter_context(opened.enter_context(any_server()).new_database())
        else:
            print("PostgreSQL is not here: the portal runs on SQLite, the worker as a thread of a web process")
        if meili.is_present():
            (folder / "meilisearch").mkdir()
            address = opened.enter_context(meili.running(folder / "meilisearch"))
            server = next((one for one in children_of(os.getpid()) if name_of(one) == "meilisearch"), 0)
            settings = {
                "SAMBAND_SEARCH": "meilisearch",
                "SAMBAND_MEILISEARCH_URL": address.url,
                "SAMBAND_MEILISEARCH_KEY": address.key,
                "SAMBAND_MEILISEARCH_NAME": f"load{os.getpid()}",
            }
        else:
            print("Meilisearch is not here: the embedded engine answers")
        yield url, settings, server


@contextmanager
def running(folder: Path, seeded: Path, url: str, settings: Mapping[str, str]) -> Iterator[tuple[Site, Front]]:
    data = folder / "data"
    site = Site(folder, url or f"sqlite:///{data / 'samband.sqlite3'}")
    site.environment |= {"SAMBAND_SUGGEST_LIMIT_PER_MINUTE": GENEROUS, **settings}
    shutil.copytree(seeded, data, symlinks=True)
    if url:
        site.run("copy-database", f"sqlite:///{data / 'samband.sqlite3'}")
    site.run("reindex")
    try:
        for name in ("web-1", "web-2", *(["worker"] if url else [])):
            site.start(name)
        with ExitStack() as opened:
            front = Front(tuple(f"http://127.0.0.1:{port}" for port in site.ports.values()))
            if shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"):
                opened.enter_context(nginx(site))
                front = Front((f"https://127.0.0.1:{site.https_port}",), folder / "cert.pem")
            else:
                print("nginx is not here: readers ask the web processes themselves")
            site.wait_for("web-1", "web-2")
            wait_until(lambda: is_answering(front), "readers are served")
            yield site, front
    finally:
        site.stop()


def is_answering(front: Front) -> bool:
    async def ask() -> bool:
        async with front.client(front.addresses[0]) as client:
            answer = await client.get("/en/about", extensions={"sni_hostname": NAME})
            return answer.status_code == httpx.codes.OK

    try:
        return asyncio.run(ask())
    except httpx.TransportError:
        return False


def run(folder: Path, seeded: Path, readers: int, seconds: float) -> Result:
    with peers(folder) as (url, settings, server), running(folder, seeded, url, settings) as (site, front):
        database = make_engine(site.database_url)
        functions = httpx.get(f"http://127.0.0.1:{site.ports['web-1']}{FUNCTIONS_PATH}", timeout=30).json()
        addresses = Addresses(database, [one["code"] for one in functions["items"]])
        processes = {name: process.pid for name, process in site.running.items()}
        processes |= {"Meilisearch": server} if server else {}
        result = measured(Load(site, front, database, addresses, processes), readers, seconds)
        database.dispose()
    print(told(result))
    return result


@dataclass(frozen=True, slots=True)
class Load:
    site: Site
    front: Front
    database: Engine
    addresses: Addresses
    processes: Mapping[str, int]

    def behind(self) -> dict[str, int]:
        with reading(self.database) as session:
            return {one: lag(session, one) for one in session.exec(select(OutboxCursor.engine)).all()}


def measured(load: Load, readers: int, seconds: float) -> Result:
    command = [sys.executable, "-m", "tests.bench.load", "--write", load.site.database_url]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    assert writer.stdout.readline() == "writing\n"
    before = {name: cpu_of([process]) for name, process in load.processes.items()}
    own, started = time.process_time(), time.monotonic()
    visits = asyncio.run(read(load.front, load.addresses, readers, seconds))
    own, took, behind = time.process_time() - own, time.monotonic() - started, load.behind()
    spent = {name: (cpu_of([load.processes[name]]) - cpu) / 1000 / took for name, cpu in before.items()}
    stopped = time.monotonic()
    writer.terminate()
    written = int(writer.communicate(timeout=60)[0])
    wait_until(lambda: not any(load.behind().values()), "the worker takes every change", 300)
    return Result(
        readers=readers,
        seconds=took,
        kinds={one: spread(visit.milliseconds for visit in visits if visit.kind == one) for one in kinds_of(visits)},
        visits=len(visits),
        errors=Counter(visit.answer for visit in visits if visit.answer != httpx.codes.OK),
        degraded=sum(visit.is_degraded for visit in visits),
        written=written,
        behind=behind,
        caught_up_seconds=time.monotonic() - stopped,
        generator_cpu=own / took,
        site_cpu=spent,
    )


def kinds_of(visits: Sequence[Visit]) -> list[str]:
    return [kind for kind in SHARES if any(visit.kind == kind for visit in visits)]


def told(result: Result) -> str:
    rate, errors = result.visits / result.seconds, sum(result.errors.values())
    shares = ", ".join(f"{name} {share:.0%}" for name, share in result.site_cpu.items())
    lines = [
        f"{result.readers} readers, {result.seconds:.0f} s: {result.visits} answers, {rate:.1f} a second, "
        f"{errors} errors {dict(result.errors) if errors else ''}",
        *(f"  {kind}: p50 / p95 {spread} ms" for kind, spread in result.kinds.items()),
        f"of the API's searches the engine in reserve answered {result.degraded}",
        f"{result.written} changes written; behind when the readers stopped: {dict(result.behind)}; "
        f"none {result.caught_up_seconds:.1f} s later",
        f"CPU of one core: load generator {result.generator_cpu:.0%}; {shares}",
        f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    ]
    return "\n".join(lines)


def seed(folder: Path) -> Path:
    settings = Settings(data_dir=folder)
    folder.mkdir()
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    with transaction(engine, actor="seed") as session:
        load_seed(session)
    engine.dispose()
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        write(arguments.write)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="samband-load-"))
    try:
        result = run(folder, seed(folder / "seeded"), arguments.readers, arguments.seconds)
    finally:
        shutil.rmtree(folder)
    return 1 if result.errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
