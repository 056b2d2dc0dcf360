"""`python -m tests.bench.search [--smoke]`: what a query and a passage cost, and how the cost grows. Prints figures.

Nothing is kept between queries: each is asked once, and the memory of word forms is emptied before it.
"""

import argparse
import math
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from search.embedded import EmbeddedEngine
from search.engine import Query
from search.understand import Understander
from tests.bench.corpus import FACETS, PASSAGES_PER_RECORD, VISITOR, Corpus
from tests.bench.plain import PlainTantivy
from tests.search.seed import seed_thesaurus

_PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Size:
    small_records: int
    records: int
    word_forms: int
    queries: int


FULL = Size(small_records=1_000, records=10_000, word_forms=220_000, queries=400)
SMOKE = Size(small_records=20, records=80, word_forms=7_000, queries=20)


@dataclass(frozen=True, slots=True)
class Figures:
    passages: int
    passages_per_second: float
    understand: tuple[float, float]
    search: tuple[float, float]
    found: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small library: does it run at all?")
    size = SMOKE if parser.parse_args().smoke else FULL
    folder = Path(tempfile.mkdtemp(prefix="samband-bench-"))
    try:
        run(folder, size)
    finally:
        shutil.rmtree(folder)


def run(folder: Path, size: Size) -> None:
    thesaurus = seed_thesaurus()
    corpus = Corpus(thesaurus, folder / "words", size.word_forms)
    print(f"{corpus.word_forms} word forms, {size.queries} queries, {len(FACETS)} facets")
    small = measured(
        Understander(thesaurus, (), folder / "words"), folder / "small", corpus, size.small_records, size.queries
    )
    told("small", small)
    before = resident_megabytes()
    large = measured(
        Understander(thesaurus, (), folder / "words"), folder / "large", corpus, size.records, size.queries
    )
    told("large", large)
    print(f"memory of the process: {resident_megabytes():.0f} MB (before the large index: {before:.0f} MB)")
    plain = PlainTantivy(folder / "plain", corpus.documents(size.records))
    alone = percentiles([timed_plain(plain, query) for query in corpus.queries(size.queries)])
    print(f"tantivy alone, keyword OR, 4 facets: p50 {alone[0]:.2f} ms, p95 {alone[1]:.2f} ms")
    growth = large.search[0] / small.search[0]
    ratio = large.search[1] / alone[1]
    print(f"ten times the passages cost x{growth:.2f} (p50); p95 is x{ratio:.1f} of tantivy alone")
    assert all(math.isfinite(one) for one in (growth, ratio))
    assert all(one.found for one in (small, large))


def measured(understander: Understander, folder: Path, corpus: Corpus, records: int, queries: int) -> Figures:
    engine = EmbeddedEngine(folder, understander)
    documents = list(corpus.documents(records))
    started = time.process_time()
    engine.rebuild(documents)
    seconds = time.process_time() - started
    del documents
    understood, searched, found = [], [], 0
    for number, text in zip(count(), corpus.queries(queries), strict=False):
        understander.forget()
        started = time.perf_counter()
        understanding = understander.query(text, "en")
        between = time.perf_counter()
        filters = {"country": ("NO", "SE")} if number % 2 else {}
        page = engine.search(Query(VISITOR, understanding, filters=filters, facets=FACETS))
        searched.append((time.perf_counter() - between) * 1000)
        understood.append((between - started) * 1000)
        found += page.total
    passages = records * PASSAGES_PER_RECORD
    return Figures(passages, passages / seconds, percentiles(understood), percentiles(searched), found)


def timed_plain(plain: PlainTantivy, query: str) -> float:
    started = time.perf_counter()
    plain.search(query.split())
    return (time.perf_counter() - started) * 1000


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[math.ceil(len(ordered) * 0.95) - 1]


def told(name: str, figures: Figures) -> None:
    print(
        f"{name}: {figures.passages} passages, {figures.passages_per_second:.0f} passages per CPU second; "
        f"understand p50 {figures.understand[0]:.1f} p95 {figures.understand[1]:.1f} ms; "
        f"search p50 {figures.search[0]:.1f} p95 {figures.search[1]:.1f} ms; {figures.found} records found"
    )


def resident_megabytes() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES / 1e6


if __name__ == "__main__":
    main()
