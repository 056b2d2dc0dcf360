"""A PostgreSQL server for the tests: the one that the environment names, or a throw-away one of Debian's binaries."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.operations.processes import free_port

OPTIONS = "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"


class Server:
    """`control` starts and stops a throw-away server; None where the server is somebody else's."""

    def __init__(self, url: str, control: "Control | None" = None) -> None:
        self.url = url
        self.control = control
        self._number = 0

    @contextmanager
    def new_database(self) -> Iterator[str]:
        self._number += 1
        name = f"samband_{os.getpid()}_{self._number}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


class Control:
    def __init__(self, binaries: Path, folder: Path, port: int) -> None:
        self.binaries, self.folder, self.port = binaries, folder, port

    def run(self, program: str, *arguments: str) -> None:
        """PostgreSQL refuses to run as root."""
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_postgres, str(self.binaries / program), "--pgdata", str(self.folder / "data"), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        options = OPTIONS.format(port=self.port)
        log = str(self.folder / "log")
        self.run("pg_ctl", "--log", log, "--wait", "--timeout", "60", "--options", options, "start")

    def stop_at_once(self) -> None:
        self.run("pg_ctl", "--mode", "immediate", "stop")


def debian_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def own_server() -> Iterator[Server]:
    """Skips where Debian's binaries are not there; fails where everything is asked for."""
    binaries = debian_binaries()
    if binaries is None:
        absent("PostgreSQL's initdb is not on this machine")
    folder = Path(tempfile.mkdtemp(prefix="samband-pg-"))
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres")
    control = Control(binaries, folder, free_port())
    try:
        secret = ("--pwfile", str(folder / "password"), "--auth", "scram-sha-256")
        control.run("initdb", "--username", "samband", *secret, "--encoding", "UTF8", "--locale", "C.UTF-8")
        control.start()
        try:
            yield Server(f"postgresql+psycopg://samband:{password}@127.0.0.1:{control.port}/postgres", control)
        finally:
            control.stop_at_once()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def any_server() -> Iterator[Server]:
    named = os.environ.get("SAMBAND_TEST_POSTGRES_URL")
    if named:
        yield Server(named)
    else:
        with own_server() as server:
            yield server


def absent(reason: str) -> NoReturn:
    if os.environ.get("SAMBAND_REQUIRE_ALL"):
        pytest.fail(f"{reason}, and SAMBAND_REQUIRE_ALL asks for it")
    pytest.skip(reason)
