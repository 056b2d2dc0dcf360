"""The worker: changes arrive by themselves, an engine that is away is waited for, `samband worker` ends when told."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import cli, console, sync, worker
from app.db import reading
from app.main import create_app
from app.outbox import OutboxCursor
from app.settings import Settings
from app.state import Index, Portal
from app.worker import Worker
from tests.conftest import BASE_URL, settings_for
from tests.operations.processes import wait_until
from tests.sync.engines import MemoryEngine
from tests.sync.records import equals_database, write
from tests.sync.running import ROOT, environment


@contextmanager
def working(portal: Portal) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(portal).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_changes_arrive_by_themselves(small: Portal) -> None:
    with working(small):
        for name in ("one", "two"):
            write(small.database, [name])
            wait_until(lambda: equals_database(small, small.engine), "the index has it", 20)


def test_an_engine_that_is_away_is_waited_for(small: Portal) -> None:
    memory = MemoryEngine(is_down=True)
    small.indexes = (*small.indexes, Index("memory", memory))
    write(small.database, ["one"])
    with working(small):
        wait_until(lambda: equals_database(small, small.engine), "the other one has it", 20)
        memory.is_down = False
        wait_until(lambda: equals_database(small, memory), "it has it too", 20)


def test_at_its_start_the_worker_compares(small: Portal) -> None:
    write(small.database, ["one", "two"])
    sync.rebuild(small)
    small.engine.delete(["material:one"])
    assert not equals_database(small, small.engine)
    assert Worker(small).once()
    assert equals_database(small, small.engine)


def test_a_day_later_it_compares_again(small: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RECONCILE_SECONDS", 0.0)
    write(small.database, ["one"])
    with working(small):
        wait_until(lambda: equals_database(small, small.engine), "the index has it", 20)
        small.engine.delete(["material:one"])
        wait_until(lambda: equals_database(small, small.engine), "it is mended", 20)


def test_the_worker_forgets_engines_that_are_gone(small: Portal) -> None:
    memory = Index("memory", MemoryEngine())
    small.indexes = (*small.indexes, memory)
    sync.rebuild(small)
    small.indexes = small.indexes[:1]
    Worker(small).once()
    with reading(small.database) as session:
        assert session.exec(select(OutboxCursor.engine)).all() == ["embedded"]


def test_an_index_that_cannot_be_prepared_does_not_stop_the_start(small: Portal) -> None:
    memory = MemoryEngine(is_down=True)
    small.indexes = (Index("memory", memory), *small.indexes)
    write(small.database, ["one"])
    worker.prepare(small)
    assert equals_database(small, small.engine)


def test_serving_with_a_worker_brings_changes_in(data_dir: Path) -> None:
    settings = settings_for(data_dir)
    app = create_app(settings, with_worker=True)
    with TestClient(app, base_url=BASE_URL):
        portal: Portal = app.state.portal
        write(portal.database, ["one"])
        wait_until(lambda: equals_database(portal, portal.engine), "the index has it", 20)
    assert not [thread for thread in threading.enumerate() if thread.name == "sync"]


@pytest.mark.parametrize(("url", "is_own"), [("", True), ("postgresql+psycopg://x@127.0.0.1:1/x", False)])
def test_serve_works_by_itself_on_sqlite_only(tmp_path: Path, url: str, is_own: bool) -> None:
    app = cli.uvicorn_config(Settings(data_dir=tmp_path, database_url=url)).app
    assert isinstance(app, FastAPI)
    assert app.state.with_worker is is_own


def test_worker_once(data_dir: Path, small: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "get_settings", lambda: settings_for(data_dir))
    write(small.database, ["one"])
    assert CliRunner().invoke(cli.commands, ["worker", "--once"]).exit_code == 0
    assert equals_database(small, small.engine)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_when_it_is_told(data_dir: Path, small: Portal, told: signal.Signals) -> None:
    write(small.database, ["one"])
    command = [sys.executable, "-c", "from app.cli import main; main()", "worker"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(settings_for(data_dir)), stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: equals_database(small, small.engine), "the index has it", 60)
            process.send_signal(told)
            assert process.wait(30) == 0
        finally:
            process.kill()
