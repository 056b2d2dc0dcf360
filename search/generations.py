"""Index generations in directories, an atomic `CURRENT` that names one, and one lock for all writers."""

import fcntl
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_LOCK_WAIT_SECONDS = 30.0
_LOCK_POLL_SECONDS = 0.05
_FREE_BYTES = 64_000_000


_CURRENT = re.compile(r"(generation-\w{1,32}) (\d{1,18})\n")


class Broken(Exception):
    """The files do not say what stands where."""


class Locked(Exception):
    """Another writer held the index for too long."""


@dataclass(frozen=True, slots=True)
class Current:
    """`commit` grows with every write, so that other processes see that they have to look again."""

    generation: str
    commit: int


class Generations:
    """`maker` is written into the names of generations: who reads them can tell whether the same made them."""

    def __init__(self, directory: Path, maker: str = "") -> None:
        self._directory = directory
        self._maker = maker
        self._thread_lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)

    def current(self) -> Current | None:
        """Raises Broken when the file does not say which."""
        try:
            content = (self._directory / "CURRENT").read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return None
        said = _CURRENT.fullmatch(content)
        if said is None:
            raise Broken("the file CURRENT names no generation")
        return Current(said[1], int(said[2]))

    def is_of_this_maker(self, current: Current) -> bool:
        return current.generation.startswith(f"generation-{self._maker}")

    def path(self, generation: str) -> Path:
        return self._directory / generation

    def create(self) -> str:
        generation = f"generation-{self._maker}{uuid4().hex[:12]}"
        self.path(generation).mkdir()
        return generation

    def drop(self, generation: str) -> None:
        """One that came to nothing: on a full disk it must not be in the way of the next."""
        shutil.rmtree(self.path(generation), ignore_errors=True)

    def is_full(self) -> bool:
        return shutil.disk_usage(self._directory).free < _FREE_BYTES

    def next_commit(self) -> int:
        """Larger than any before, also where CURRENT is broken and a rebuild is to mend it."""
        try:
            before = self.current()
        except Broken:
            return time.time_ns() // 1_000_000
        return before.commit + 1 if before else 1

    def publish(self, current: Current) -> None:
        """Readers see this from now on. What is neither this nor a name they may still be opening goes."""
        try:
            before = self.current()
        except Broken:
            before = None
        with tempfile.NamedTemporaryFile("w", dir=self._directory, delete=False, encoding="ascii") as file:
            try:
                file.write(f"{current.generation} {current.commit}\n")
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.unlink(file.name)
                raise
        os.replace(file.name, self._directory / "CURRENT")
        kept = {current.generation, before.generation if before else current.generation}
        for path in self._directory.glob("generation-*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Raises Locked when another thread or process goes on writing."""
        if not self._thread_lock.acquire(timeout=_LOCK_WAIT_SECONDS):
            raise Locked
        try:
            with (self._directory / "LOCK").open("w") as file:
                _lock(file.fileno())
                yield
        finally:
            self._thread_lock.release()


def _lock(descriptor: int) -> None:
    """Closing the file opens the lock again, also when the process dies."""
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Locked from None
            time.sleep(_LOCK_POLL_SECONDS)
