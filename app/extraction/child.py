"""The inside of the sandbox: limits first, then one document from standard input to JSON on standard output.

Each reader (`pdf`, `word`, `slides`, `opendocument`, `plain`) is a program of its own: it imports only its parsers.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from app.extraction.gate import MAX_FILE_BYTES
from app.extraction.result import Extract, Outcome, Refused

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 60
OUT_OF_MEMORY = 3
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.remove", "os.rename")


def run(read: Callable[[str, bytes], Extract]) -> None:
    """`read(kind, data)` runs without network, without writing, within limits."""
    _limit()
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    sys.addaudithook(_forbid)
    try:
        outcome = Outcome(extract=read(sys.argv[1], data))
    except Refused as refusal:
        outcome = Outcome(refused=str(refusal))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(json.dumps(asdict(outcome)).encode("ascii"))


def _limit() -> None:
    """Nothing can be written (FSIZE), no process started (NPROC, where the user is not root)."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  does not exist on Windows

    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (value, value))


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    """Python's own doors are shut too, for machines where no other sandbox is to be had."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise PermissionError("open for writing")
