"""`dev.py run` on a fresh clone: what a newcomer sees on the first day and on the second."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 300

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, and nothing else of this folder."""
    folder = tmp_path_factory.mktemp("clone") / "portal"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@contextlib.contextmanager
def running(clone: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address it prints; ended whatever happens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMBAND_")}
    command = [sys.executable, "dev.py", "run", "--port", "0"]
    with subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, printed_address(process)
        finally:
            process.kill()


def printed_address(process: subprocess.Popen[str]) -> str:
    printed = []
    for line in process.stdout or ():
        printed.append(line)
        if found := re.search(r"http://localhost:\d+", line):
            return found.group()
    raise AssertionError("it ended without printing an address:\n" + "".join(printed))


def front_page(address: str) -> str:
    with urllib.request.urlopen(f"{address}/en/", timeout=SECONDS_TO_START) as answer:  # noqa: S310  our own address
        assert answer.status == 200
        return str(answer.read().decode())


def start_read_and_stop(clone: Path) -> None:
    with running(clone) as (process, address):
        assert '<html lang="en"' in front_page(address)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_a_fresh_clone_runs_and_a_second_start_builds_nothing(clone: Path) -> None:
    start_read_and_stop(clone)
    stamps = {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob("*.stamp")}
    generations = sorted(path.name for path in (clone / "data" / "index").iterdir())
    assert stamps
    assert generations
    start_read_and_stop(clone)
    assert {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob("*.stamp")} == stamps
    assert sorted(path.name for path in (clone / "data" / "index").iterdir()) == generations
    changes = subprocess.run(["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True)
    assert changes.stdout == ""
