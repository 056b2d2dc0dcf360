"""Whoever brings changes to the engines: `samband worker`, or a thread of `samband serve` on SQLite."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from app import sync
from app.errors import PortalError
from app.state import Index, Portal
from app.sync_lock import AnotherWriter
from search.engine import EngineError

log = logging.getLogger("samband.sync")

POLL_SECONDS = 0.5
RETRY_SECONDS = 600.0
"""How often a quarantined record is tried again."""

RECONCILE_SECONDS = 24 * 3600.0
LONGEST_PAUSE_SECONDS = 60.0
PASSES = (EngineError, SQLAlchemyError, PortalError, OSError)
"""What keeps an engine or the database from answering ends one day: the worker waits and goes on."""


def prepare(portal: Portal) -> None:
    """Before readers are served: whatever cannot be done now, or not here, is left to the worker."""
    for index in portal.indexes:
        if not index.is_written_here:
            continue
        try:
            sync.start(portal, index, wait=False)
        except AnotherWriter:
            log.info("somebody else brings the index up to date", extra={"engine": index.name})
        except (EngineError, OSError, PortalError) as error:
            log.error("the index is not up to date", extra={"engine": index.name, "error": type(error).__name__})


@dataclass(slots=True)
class _Turns:
    """When one index is looked at next; the others go on where it cannot."""

    index: Index
    reconcile_at: float = 0.0
    retry_at: float = field(default_factory=lambda: time.monotonic() + RETRY_SECONDS)
    not_before: float = 0.0
    pause: float = POLL_SECONDS


class Worker:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._turns = [_Turns(index) for index in portal.indexes]

    def run(self, stop: threading.Event) -> None:
        self._tidy()
        while not stop.is_set():
            for turns in self._turns:
                if not stop.is_set() and time.monotonic() >= turns.not_before:
                    self._turn(turns)
            stop.wait(POLL_SECONDS)

    def once(self) -> bool:
        """Everything there is to do now; False when an engine could not be brought up to date."""
        self._tidy()
        for turns in self._turns:
            turns.retry_at = 0.0
        return all([self._turn(turns) for turns in self._turns])

    def _tidy(self) -> None:
        try:
            sync.forget_other_engines(self._portal)
        except PASSES as error:
            log.error("the cursors could not be looked through", extra={"error": type(error).__name__})

    def _turn(self, turns: _Turns) -> bool:
        try:
            self._work(turns)
        except AnotherWriter:
            return False
        except PASSES as error:
            turns.pause = min(turns.pause * 2, LONGEST_PAUSE_SECONDS)
            turns.not_before = time.monotonic() + turns.pause
            log.error(
                "the index could not be brought up to date",
                extra={"engine": turns.index.name, "error": type(error).__name__, "again_in_seconds": turns.pause},
            )
            return False
        turns.pause, turns.not_before = POLL_SECONDS, 0.0
        return True

    def _work(self, turns: _Turns) -> None:
        now = time.monotonic()
        if now >= turns.reconcile_at:
            sync.start(self._portal, turns.index, wait=False)
            sync.reconcile(self._portal, turns.index, wait=False)
            turns.reconcile_at = now + RECONCILE_SECONDS
        elif sync.has_news(self._portal, turns.index):
            sync.catch_up_one(self._portal, turns.index, wait=False)
        if now >= turns.retry_at:
            sync.retry_quarantined(self._portal, turns.index, wait=False)
            turns.retry_at = now + RETRY_SECONDS


@contextmanager
def in_background(portal: Portal) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_kept_running(portal, stop), name="sync", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _kept_running(portal: Portal, stop: threading.Event) -> Callable[[], None]:
    """A fault of our own must not end the thread in silence: it is logged and the work begun anew."""

    def run() -> None:
        while not stop.is_set():
            try:
                Worker(portal).run(stop)
            except Exception:
                log.exception("the worker begins anew")
                stop.wait(LONGEST_PAUSE_SECONDS)

    return run


def run_until_told(portal: Portal) -> bool:
    """Ends after the batch in hand when it is asked to (SIGTERM, Ctrl-C)."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _signal, _frame: stop.set())
    log.info("the worker runs", extra={"engines": [index.name for index in portal.indexes]})
    Worker(portal).run(stop)
    return True
