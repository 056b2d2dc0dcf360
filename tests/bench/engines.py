"""`python -m tests.bench.engines [--records N --passages M]`: the portal's two engines beside SQLite and PostgreSQL.

One run, the same library, the same queries one after the other: a page of ten with snippets, four facets, exact totals,
every other query with a filter, every query once. Each system is asked by a process of its own that has only opened it.
The portal's engines understand the query anew each time (`forget`), find it in all languages and say why.
A peer that is not there is named in one line: Meilisearch on PATH or SAMBAND_MEILISEARCH_URL, PostgreSQL of Debian or
SAMBAND_TEST_POSTGRES_URL.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import httpx
from pydantic import TypeAdapter

from search.embedded import EmbeddedEngine
from search.engine import Query, SearchEngine
from search.meili_server import Server
from search.meilisearch import MeilisearchEngine
from search.understand import Understander
from search.word_lists import WordLists
from tests.bench.corpus import FACETS, VISITOR, Corpus
from tests.bench.databases import PostgresSearch, SqliteSearch
from tests.bench.measuring import Cost, children_of, cost, cpu_seconds_of, megabytes_of, megabytes_on_disk, name_of
from tests.bench.search import Stopped
from tests.operations.postgres import any_server, debian_binaries
from tests.search import meili
from tests.search.seed import seed_thesaurus

COUNTRIES = ("NO", "SE")
WORD_FORMS = 220_000
INDEX = "bench"


@dataclass(frozen=True, slots=True)
class Size:
    records: int
    passages_each: int
    word_forms: int
    queries: int


FULL = Size(records=10_000, passages_each=10, word_forms=WORD_FORMS, queries=400)
SMOKE = Size(records=60, passages_each=3, word_forms=7_000, queries=12)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a system is: its own folder, its server and the process of that where it is on this machine."""

    system: str
    folder: Path
    url: str = ""
    key: str = ""
    server: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """`megabytes`: of the asking process and the server; None where the system does not let it be seen."""

    cost: Cost
    megabytes: int | None
    found: int
    shown: int


@dataclass(frozen=True, slots=True)
class Measured:
    system: str
    passages_per_second: float
    passages_per_cpu_second: float
    disk_megabytes: int
    asked: Asked


class Understood:
    """One of the portal's engines, from the words of the reader to the page."""

    def __init__(self, engine: SearchEngine, understander: Understander) -> None:
        self._engine, self._understander = engine, understander
        self.fill = engine.rebuild

    def close(self) -> None:
        """Nothing is held."""

    def search(self, text: str, countries: Sequence[str]) -> tuple[int, int]:
        self._understander.forget()
        filters = {"country": tuple(countries)} if countries else {}
        query = Query(VISITOR, self._understander.query(text, "en"), filters=filters, facets=FACETS)
        page = self._engine.search(query)
        return page.total, len(page.hits)


class Database:
    def __init__(self, database: SqliteSearch | PostgresSearch) -> None:
        self._database = database
        self.fill = database.fill
        self.close = database.close

    def search(self, text: str, countries: Sequence[str]) -> tuple[int, int]:
        answer = self._database.search(text, sorted(VISITOR), countries)
        return answer.total, len(answer.snippets)


def opened(place: Place) -> tuple[Understood | Database, list[int], list[int]]:
    """With the server processes whose CPU time is the query's, and those whose memory is."""
    if place.system == "SQLite FTS5":
        return Database(SqliteSearch(place.folder / "library.sqlite3")), [], []
    if place.system == "PostgreSQL":
        database = PostgresSearch(place.url)
        backend = database.connection.info.backend_pid
        is_here = name_of(backend).startswith("postgres")
        return Database(database), [backend] if is_here else [], children_of(_parent_of(backend)) if is_here else []
    understander = Understander(seed_thesaurus(), (), place.folder.parent / "words")
    if place.system == "embedded":
        return Understood(EmbeddedEngine(place.folder, understander), understander), [], []
    servers = [place.server] if place.server else []
    engine = MeilisearchEngine(Server(place.url, place.key, INDEX), understander)
    return Understood(engine, understander), servers, servers


@contextmanager
def places(folder: Path) -> Iterator[list[Place]]:
    found = [Place("embedded", folder / "embedded"), Place("SQLite FTS5", folder / "sqlite")]
    with ExitStack() as peers:
        if meili.is_present():
            (folder / "meilisearch").mkdir()
            address = peers.enter_context(meili.running(folder / "meilisearch"))
            server = next((one for one in children_of(os.getpid()) if name_of(one) == "meilisearch"), 0)
            found.insert(1, Place("Meilisearch", folder / "meilisearch", address.url, address.key, server))
        else:
            print("Meilisearch is not measured: neither SAMBAND_MEILISEARCH_URL nor a binary on PATH")
        if os.environ.get("SAMBAND_TEST_POSTGRES_URL") or debian_binaries():
            server_of_tests = peers.enter_context(any_server())
            url = peers.enter_context(server_of_tests.new_database())
            found.append(Place("PostgreSQL", folder / "postgres", url))
        else:
            print("PostgreSQL is not measured: neither SAMBAND_TEST_POSTGRES_URL nor Debian's binaries")
        yield found


def run(folder: Path, size: Size) -> list[Measured]:
    WordLists(folder / "words").get_dictionary("fi")
    corpus = Corpus(seed_thesaurus(), folder / "words", size.word_forms)
    (folder / "queries.json").write_text(json.dumps(corpus.queries(size.queries)), encoding="utf-8")
    print(f"{size.records} records, {size.records * size.passages_each} passages, {size.queries} queries")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with places(folder) as found:
        measured = [one_measured(place, corpus, size) for place in found]
    print(table(measured))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    return measured


def one_measured(place: Place, corpus: Corpus, size: Size) -> Measured:
    place.folder.mkdir(exist_ok=True)
    system, busy, _ = opened(place)
    documents = Stopped(corpus.documents(size.records, size.passages_each))
    started, spent = time.perf_counter(), time.process_time() + cpu_seconds_of(busy)
    with closing(system):
        system.fill(documents)
        wall, cpu = time.perf_counter(), time.process_time() + cpu_seconds_of(busy)
    passages = size.records * size.passages_each
    rate = passages / (wall - started - documents.seconds)
    cpu_rate = passages / (cpu - spent - documents.seconds)
    print(f"{place.system} is filled: {rate:.0f} passages per second, {cpu_rate:.0f} per CPU second", flush=True)
    (place.folder / "place.json").write_bytes(TypeAdapter(Place).dump_json(place))
    command = [sys.executable, "-m", "tests.bench.engines", "--ask", str(place.folder)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    asked = TypeAdapter(Asked).validate_json(finished.stdout)
    return Measured(place.system, rate, cpu_rate, size_on_disk(place), asked)


def size_on_disk(place: Place) -> int:
    if place.system == "PostgreSQL":
        with PostgresSearch(place.url).connection as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) // 1_000_000 if row else 0
    if place.system == "Meilisearch" and not place.server:
        stats = httpx.get(f"{place.url}/stats", headers={"Authorization": f"Bearer {place.key}"}, timeout=10)
        return int(stats.json()["databaseSize"]) // 1_000_000
    return megabytes_on_disk(place.folder)


def ask(folder: Path) -> Asked:
    place = TypeAdapter(Place).validate_json((folder / "place.json").read_bytes())
    queries: list[str] = json.loads((folder.parent / "queries.json").read_text(encoding="utf-8"))
    system, busy, resident = opened(place)
    system.search("shelter", ())
    totals: list[tuple[int, int]] = []
    work: list[Callable[[], object]] = [
        partial(_noted, system, text, COUNTRIES if number % 2 else (), totals) for number, text in enumerate(queries)
    ]
    taken = cost(work, busy)
    is_served = place.system in {"Meilisearch", "PostgreSQL"}
    megabytes = None if is_served and not resident else megabytes_of([os.getpid(), *resident])
    return Asked(taken, megabytes, sum(one for one, _ in totals), sum(one for _, one in totals))


def _noted(system: Understood | Database, text: str, countries: Sequence[str], totals: list[tuple[int, int]]) -> None:
    totals.append(system.search(text, countries))


def table(measured: Sequence[Measured]) -> str:
    first = measured[0].asked.cost
    lines = [
        "| | wall p50 / p95, ms | ratio | CPU p50 / p95, ms | ratio | passages/s wall / CPU | RSS / disk, MB | found |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in measured:
        taken = one.asked.cost
        walls = f"x {taken.wall.p50 / first.wall.p50:.1f} / {taken.wall.p95 / first.wall.p95:.1f}"
        cpus = f"x {taken.cpu.p50 / first.cpu.p50:.1f} / {taken.cpu.p95 / first.cpu.p95:.1f}"
        rates = f"{one.passages_per_second:.0f} / {one.passages_per_cpu_second:.0f}"
        memory = "not seen" if one.asked.megabytes is None else str(one.asked.megabytes)
        lines.append(
            f"| {one.system} | {taken.wall} | {walls} | {taken.cpu} | {cpus} "
            f"| {rates} | {memory} / {one.disk_megabytes} | {one.asked.found} |"
        )
    return "\n".join(lines)


def _parent_of(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("PPid:"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=FULL.records)
    parser.add_argument("--passages", type=int, help="of all records together; ten times as many where left out")
    parser.add_argument("--queries", type=int, default=FULL.queries)
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(asdict(ask(arguments.ask))))
        return
    each = max(1, arguments.passages // arguments.records) if arguments.passages else FULL.passages_each
    folder = Path(tempfile.mkdtemp(prefix="samband-bench-"))
    try:
        run(folder, Size(arguments.records, each, WORD_FORMS, arguments.queries))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
