"""Reads documents in a child process with limits, an empty environment, no network and a deadline."""

import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from app.extraction.child import OUT_OF_MEMORY
from app.extraction.gate import MAX_FILE_BYTES
from app.extraction.result import Extract, Outcome, Refused

READERS = {
    "pdf": "app.extraction.pdf",
    "docx": "app.extraction.word",
    "pptx": "app.extraction.slides",
    "odt": "app.extraction.opendocument",
    "html": "app.extraction.plain",
    "md": "app.extraction.plain",
    "txt": "app.extraction.plain",
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "html": "text/html",
    "md": "text/markdown",
    "txt": "text/plain",
}
DEADLINE_SECONDS = 120
ROOT = Path(__file__).resolve().parents[2]
_outcome = TypeAdapter(Outcome)


def kind_of(name: str) -> str | None:
    """The kind that a file name claims, None for one that is not taken."""
    suffix = Path(name).suffix.lower().removeprefix(".")
    return {"htm": "html", "markdown": "md"}.get(suffix, suffix) if suffix in {*READERS, "htm", "markdown"} else None


def extract(kind: str, data: bytes, deadline_seconds: float = DEADLINE_SECONDS) -> Extract:
    """Raises Refused with the reason."""
    if len(data) > MAX_FILE_BYTES:
        raise Refused(f"is larger than {MAX_FILE_BYTES // 1_000_000} MB")
    return run_reader(READERS[kind], kind, data, deadline_seconds)


def run_reader(module: str, kind: str, data: bytes, deadline_seconds: float) -> Extract:
    command = [*_shell(), sys.executable, "-I", "-B", "-c", _START.format(root=str(ROOT), module=module), kind]
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=deadline_seconds,
            check=False,
            close_fds=True,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"took longer than {deadline_seconds:g} seconds to read") from None
    if done.returncode == OUT_OF_MEMORY:
        raise Refused("needs more memory to read than is allowed")
    if done.returncode:
        raise Refused(f"cannot be read as .{kind}: the parser gave up")
    outcome = _outcome.validate_json(done.stdout)
    if outcome.extract is None:
        raise Refused(outcome.refused or "was refused")
    return outcome.extract


_START = "import runpy, sys; sys.path.insert(0, {root!r}); runpy.run_module({module!r}, run_name='__main__')"


@lru_cache(maxsize=1)
def _shell() -> tuple[str, ...]:
    """bubblewrap around the child where it works: an empty file system but for Python, no network, no processes."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return ()
    places = {"/usr", "/lib", "/lib64", "/bin", sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), str(ROOT)}
    binds = [word for place in sorted(places) for word in ("--ro-bind-try", place, place)]
    command = (bwrap, "--unshare-all", "--die-with-parent", "--new-session", *binds, "--dev", "/dev", "--")
    try:
        tried = subprocess.run(  # noqa: S603  fixed arguments
            [*command, sys.executable, "-I", "-c", "pass"],
            env={},
            cwd="/",
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if tried.returncode == 0 else ()
