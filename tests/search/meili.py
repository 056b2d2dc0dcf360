"""A Meilisearch server for the tests: the one that SAMBAND_MEILISEARCH_URL names, or the binary on PATH."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ABSENT = "MEILISEARCH IS NOT TESTED: neither SAMBAND_MEILISEARCH_URL nor a `meilisearch` binary on PATH"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    key: str


def is_present() -> bool:
    return bool(os.environ.get("SAMBAND_MEILISEARCH_URL") or shutil.which("meilisearch"))


@contextmanager
def running(folder: Path) -> Iterator[Address]:
    url = os.environ.get("SAMBAND_MEILISEARCH_URL", "")
    if url:
        yield Address(url, os.environ.get("SAMBAND_MEILISEARCH_KEY", ""))
        return
    binary = shutil.which("meilisearch")
    if binary is None:
        pytest.skip(ABSENT)
    with started(binary, folder) as address:
        yield address


class OwnServer:
    """One that may be killed: `start` brings it back with what it had written."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary, self._folder = binary, folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = Address(f"http://127.0.0.1:{self._port}", secrets.token_hex(16))

    def start(self) -> None:
        command = [self._binary, "--no-analytics", "--http-addr", f"127.0.0.1:{self._port}"]
        # Its generous buffers for indexing take a second a write on a small machine.
        command += ["--max-indexing-memory", "64Mb", "--max-indexing-threads", "1", "--master-key", self.address.key]
        for option, place in (("--db-path", "db"), ("--dump-dir", "dumps"), ("--snapshot-dir", "snapshots")):
            command += [option, str(self._folder / place)]
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
        _wait_for(f"{self.address.url}/health", self._process, self._folder / "log")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(30)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)


@contextmanager
def started(binary: str, folder: Path) -> Iterator[Address]:
    with own_server(binary, folder) as server:
        yield server.address


@contextmanager
def own_server(binary: str, folder: Path) -> Iterator[OwnServer]:
    server = OwnServer(binary, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=1):  # noqa: S310  loopback
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"Meilisearch did not start: {log.read_text()[-2000:]}")
