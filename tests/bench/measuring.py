"""What an answer costs: wall time, and CPU time of the asking thread and of the server processes one can see."""

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_NANOSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


@dataclass(frozen=True, slots=True)
class Cost:
    wall: Spread
    cpu: Spread


def spread(taken: Iterable[float]) -> Spread:
    found = sorted(taken)
    return Spread(found[len(found) // 2], found[math.ceil(len(found) * 0.95) - 1])


def cost(work: Sequence[Callable[[], object]], servers: Sequence[int]) -> Cost:
    """Each once, one after the other."""
    walls, cpus = [], []
    for one in work:
        wall, own, theirs = time.perf_counter(), time.thread_time(), cpu_of(servers)
        one()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.thread_time() - own) * 1000 + cpu_of(servers) - theirs)
    return Cost(spread(walls), spread(cpus))


def cpu_of(processes: Iterable[int]) -> float:
    """Milliseconds that the threads of these have run."""
    files = [path for process in processes for path in Path(f"/proc/{process}/task").glob("*/schedstat")]
    return sum(int(path.read_text(encoding="ascii").split()[0]) for path in files) / _NANOSECONDS


def cpu_seconds_of(processes: Iterable[int]) -> float:
    """To a hundredth, with threads that have ended."""
    fields = [Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in processes]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def megabytes_of(processes: Iterable[int]) -> int | None:
    """Resident, with what they share counted once; None where they are somebody else's."""
    found = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except PermissionError:
            return None
        found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found // 1024


def children_of(process: int) -> list[int]:
    """And itself; none where it is not on this machine."""
    own = Path(f"/proc/{process}/task/{process}/children")
    return [process, *map(int, own.read_text(encoding="ascii").split())] if own.exists() else []


def megabytes_on_disk(folder: Path) -> int:
    """Blocks that are taken, not lengths of files with holes."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_blocks * 512 for path in files) // 1_000_000


def name_of(process: int) -> str:
    path = Path(f"/proc/{process}/comm")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
