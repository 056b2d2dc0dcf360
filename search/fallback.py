"""A main engine and a reserve kept as fresh: where the main one is silent or slow, the reserve answers and says so.

One failure opens the breaker: readers do not wait for an engine that is known to be away. A probe in the background
closes it again. Only so many questions wait for the main engine at once; whoever comes then is answered by the reserve.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import replace
from typing import TypeVar

from search.engine import Document, EngineDown, EngineError, Health, Hit, Page, Query, SearchEngine, Suggestion

R = TypeVar("R")

RESERVE_ANSWERS = "reserve-answers"
"""`Page.degraded` of what the reserve has answered."""

BUDGET_SECONDS = 2.0
PROBE_EVERY_SECONDS = 5.0
WAITING_AT_MOST = 16


class FallbackEngine:
    def __init__(
        self,
        main: SearchEngine,
        reserve: SearchEngine,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        probe_every_seconds: float = PROBE_EVERY_SECONDS,
    ) -> None:
        self._main, self._reserve = main, reserve
        self._budget, self._probe_every = budget_seconds, probe_every_seconds
        self._pool = ThreadPoolExecutor(WAITING_AT_MOST, thread_name_prefix="search")
        self._free = threading.BoundedSemaphore(WAITING_AT_MOST)
        self._state = threading.Lock()
        self._failure = ""
        self._probe_at = 0.0
        self._is_probing = False

    # Reading

    def search(self, query: Query) -> Page:
        try:
            return self._ask(lambda: self._main.search(query))
        except EngineError:
            return replace(self._reserve.search(query), degraded=RESERVE_ANSWERS)

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        try:
            return self._ask(lambda: self._main.suggest(prefix, principals, limit))
        except EngineError:
            return self._reserve.suggest(prefix, principals, limit)

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        try:
            return self._ask(lambda: self._main.similar(key, principals, kinds, limit))
        except EngineError:
            return self._reserve.similar(key, principals, kinds, limit)

    def versions(self) -> Mapping[str, str]:
        return self._main.versions()

    def health(self) -> Health:
        """Of the main engine, within the budget; the reserve's state is told in the detail."""
        try:
            return self._ask(self._main.health)
        except EngineError as error:
            reserve = self._reserve.health()
            return Health(False, "", reserve.documents, reserve.generation, f"{error}; the reserve answers")

    # Writing: the sync feeds each engine by itself, this is for whoever holds no more than the pair.

    def upsert(self, documents: Iterable[Document]) -> None:
        held = list(documents)
        for engine in (self._reserve, self._main):
            engine.upsert(held)

    def delete(self, keys: Iterable[str]) -> None:
        held = list(keys)
        for engine in (self._reserve, self._main):
            engine.delete(held)

    def rebuild(self, documents: Iterable[Document]) -> None:
        held = list(documents)
        for engine in (self._reserve, self._main):
            engine.rebuild(held)

    # The breaker

    def _ask(self, question: Callable[[], R]) -> R:
        """Raises EngineDown when the main engine is away or too slow, EngineError when it refuses this question."""
        if self._failure:
            self._probe_if_due()
            raise EngineDown(self._failure)
        asked = self._submit(question)
        if asked is None:
            raise EngineDown("too many questions wait for the main engine")
        try:
            return asked.result(self._budget)
        except TooSlow:
            self._open("the main engine is too slow")
            raise EngineDown("the main engine is too slow") from None
        except EngineDown:
            self._open("the main engine does not answer")
            raise

    def _submit(self, question: Callable[[], R]) -> Future[R] | None:
        """None where every place is taken by somebody who waits."""
        if not self._free.acquire(blocking=False):
            return None
        asked = self._pool.submit(question)
        asked.add_done_callback(lambda _asked: self._free.release())
        return asked

    def _open(self, failure: str) -> None:
        with self._state:
            self._failure = failure
            self._probe_at = time.monotonic() + self._probe_every

    def _probe_if_due(self) -> None:
        with self._state:
            if self._is_probing or time.monotonic() < self._probe_at:
                return
            self._is_probing = True
        if self._submit(self._probe) is None:
            self._probed(is_up=False)

    def _probe(self) -> None:
        started = time.monotonic()
        is_up = False
        try:
            is_up = self._main.health().is_up and time.monotonic() - started <= self._budget
        except EngineError:
            pass
        finally:
            self._probed(is_up=is_up)

    def _probed(self, *, is_up: bool) -> None:
        with self._state:
            self._is_probing = False
            self._failure = "" if is_up else self._failure
            self._probe_at = time.monotonic() + self._probe_every
