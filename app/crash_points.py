"""Where tests let the process die as by `kill -9`, to see that nothing is lost: SAMBAND_CRASH_AT, on localhost only."""

import os
import signal
from dataclasses import dataclass

CRASH_POINTS = (
    "before-commit",
    "after-commit",
    "batch-read",
    "batch-deleted",
    "batch-half-given",
    "batch-written",
    "cursor-moved",
    "rebuild-read",
    "rebuild-half-given",
    "rebuild-swapped",
)
"""Every step of write → outbox → index."""


@dataclass(slots=True)
class _Armed:
    name: str = ""
    passes_left: int = 0


_armed = _Armed()


def arm(where: str) -> None:
    """`name` or `name:3`, the third time it is reached; empty disarms. Raises ValueError for an unknown name."""
    name, _, number = where.partition(":")
    if name and name not in CRASH_POINTS:
        raise ValueError(f"SAMBAND_CRASH_AT names no step: {name}")
    _armed.name, _armed.passes_left = name, int(number or 1)


def reached(name: str) -> None:
    if name != _armed.name:
        return
    _armed.passes_left -= 1
    if _armed.passes_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
