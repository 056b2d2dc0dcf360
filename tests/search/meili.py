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


@contextmanager
def started(binary: str, folder: Path) -> Iterator[Address]:
    port = _free_port()
    address = Address(f"http://127.0.0.1:{port}", secrets.token_hex(16))
    command = [binary, "--no-analytics", "--http-addr", f"127.0.0.1:{port}", "--master-key", address.key]
    # Its generous buffers for indexing take a second a write on a small machine.
    command += ["--max-indexing-memory", "64Mb", "--max-indexing-threads", "1"]
    folders = ["--db-path", str(folder / "db"), "--dump-dir", str(folder / "dumps"), "--snapshot-dir", str(folder)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*command, *folders], cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(f"{address.url}/health", server, folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


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
