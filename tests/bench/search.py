"""`python -m tests.bench.search [--smoke]`: what a query and a passage cost, and how the cost grows. Prints figures.

Nothing is kept between queries: each is asked once, and the memory of words is emptied before it. Queries are asked in
a process of their own that has only opened the index, so that its memory is that of a portal. Times are CPU time of the
asking thread (which does all the work); wall time beside it says how busy the machine was.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from search.embedded import EmbeddedEngine
from search.engine import Document, Query
from search.understand import Understander
from search.word_lists import WordLists
from tests.bench.corpus import FACETS, PASSAGES_PER_RECORD, VISITOR, Corpus
from tests.bench.plain import PlainTantivy
from tests.search.seed import seed_thesaurus


@dataclass(frozen=True, slots=True)
class Size:
    small_records: int
    records: int
    word_forms: int
    queries: int


FULL = Size(small_records=1_000, records=10_000, word_forms=220_000, queries=400)
SMOKE = Size(small_records=20, records=80, word_forms=7_000, queries=20)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    p50: float
    p95: float
    wall_p95: float


@dataclass(frozen=True, slots=True)
class Asked:
    opened_seconds: float
    understand: Times
    search: Times
    both: Times
    megabytes: int
    own_megabytes: int
    mapped_megabytes: int
    found: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small library: does it run at all?")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(asdict(ask(arguments.ask))))
        return
    folder = Path(tempfile.mkdtemp(prefix="samband-bench-"))
    try:
        run(folder, SMOKE if arguments.smoke else FULL)
    finally:
        shutil.rmtree(folder)


def run(folder: Path, size: Size) -> None:
    started = time.perf_counter()
    WordLists(folder / "words").get_dictionary("fi")
    wall, of_children = time.perf_counter() - started, os.times().children_user
    print(f"word lists written in {wall:.1f} s; CPU {of_children:.1f} s, in two processes")
    corpus = Corpus(seed_thesaurus(), folder / "words", size.word_forms)
    queries = corpus.queries(size.queries)
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    print(f"{corpus.word_forms} word forms, {size.queries} queries, {len(FACETS)} facets")
    small = measured(folder / "small", corpus, size.small_records)
    large = measured(folder / "large", corpus, size.records)
    plain = PlainTantivy(folder / "plain", corpus.documents(size.records))
    alone = times([timed(partial(plain.search, query.split())) for query in queries])
    print(f"tantivy alone, keyword OR, 4 facets: {told(alone)}")
    growth = large.search.p50 / small.search.p50
    ratio = large.search.p95 / alone.p95
    factor = size.records // size.small_records
    print(f"{factor} x the passages cost x {growth:.2f} (p50); p95 is x {ratio:.1f} of tantivy alone")
    assert all(math.isfinite(one) for one in (growth, ratio))
    assert all(one.found for one in (small, large))


def measured(folder: Path, corpus: Corpus, records: int) -> Asked:
    rate = index(folder, corpus, records)
    command = [sys.executable, "-m", "tests.bench.search", "--ask", str(folder)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    asked = TypeAdapter(Asked).validate_json(finished.stdout)
    print(f"{records * PASSAGES_PER_RECORD} passages in {records} records: {rate:.0f} passages per CPU second")
    print(f"  understand {told(asked.understand)}; search {told(asked.search)}; both {told(asked.both)}")
    print(f"  opened in {asked.opened_seconds:.1f} s; {asked.found} records found")
    parts = f"{asked.own_megabytes} its own, {asked.mapped_megabytes} of mapped files"
    print(f"  memory: {asked.megabytes} MB resident ({parts})")
    return asked


def index(folder: Path, corpus: Corpus, records: int) -> float:
    """Passages per CPU second of the whole process, without the making of the documents."""
    engine = EmbeddedEngine(folder, Understander(seed_thesaurus(), (), folder.parent / "words"))
    documents = Stopped(corpus.documents(records))
    started = time.process_time()
    engine.rebuild(documents)
    return records * PASSAGES_PER_RECORD / (time.process_time() - started - documents.seconds)


class Stopped:
    """Counts the CPU time that making the documents takes."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = iter(documents)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Document]:
        while True:
            started = time.thread_time()
            document = next(self._documents, None)
            self.seconds += time.thread_time() - started
            if document is None:
                return
            yield document


def ask(folder: Path) -> Asked:
    queries: list[str] = json.loads((folder.parent / "queries.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    understander = Understander(seed_thesaurus(), (), folder.parent / "words")
    engine = EmbeddedEngine(folder, understander)
    engine.search(Query(VISITOR, understander.query("shelter", "en"), facets=FACETS))
    opened = time.perf_counter() - started
    understood, searched, found = [], [], 0
    for number, text in enumerate(queries):
        understander.forget()
        filters = {"country": ("NO", "SE")} if number % 2 else {}
        understood.append(timed(partial(understander.query, text, "en")))
        query = Query(VISITOR, understander.query(text, "en"), filters=filters, facets=FACETS)
        searched.append(timed(partial(engine.search, query)))
        found += engine.search(query).total
    both = [(one[0] + other[0], one[1] + other[1]) for one, other in zip(understood, searched, strict=True)]
    total, own, mapped = (resident(kind) for kind in ("VmRSS", "RssAnon", "RssFile"))
    return Asked(opened, times(understood), times(searched), times(both), total, own, mapped, found)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall milliseconds."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return (time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def times(taken: Sequence[tuple[float, float]]) -> Times:
    cpu, wall = sorted(one for one, _ in taken), sorted(one for _, one in taken)
    last = math.ceil(len(taken) * 0.95) - 1
    return Times(cpu[len(cpu) // 2], cpu[last], wall[last])


def told(one: Times) -> str:
    return f"p50 {one.p50:.2f} p95 {one.p95:.2f} (wall p95 {one.wall_p95:.1f}) ms"


def resident(kind: str) -> int:
    """Megabytes. All of it is VmRSS: what is its own, and of mapped files (word lists, index) what was read so far."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(kind))


if __name__ == "__main__":
    main()
