"""One writer of the index: whoever moves a cursor or swaps an index holds this lock, in any process of the machine."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AnotherWriter(Exception):
    """Somebody else brings the index up to date just now."""


@contextmanager
def only_writer(data_dir: Path, *, wait: bool = True) -> Iterator[None]:
    """Raises AnotherWriter where `wait` is false and the lock is taken. It goes with its process, however that ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "sync.lock").open("w") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise AnotherWriter from None
        yield
