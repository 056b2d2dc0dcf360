"""F-12: the disk under the index or the database is full: pages go on, nothing is lost, all recovers by itself."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import FastAPI, Form
from fastapi.responses import PlainTextResponse
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import func, select
from starlette.testclient import TestClient

from app import db
from app.health import MAX_INDEX_AGE_SECONDS
from app.library.models import Material
from app.main import create_app
from app.pages import PUBLIC
from app.state import Portal
from app.sync import lag
from app.sync_quarantine import count_quarantined
from app.worker import Worker
from search.engine import Document, EngineDown
from tests.conftest import BASE_URL, settings_for
from tests.page_client import html_problems
from tests.sync.conftest import data_dir, migrated
from tests.sync.records import equals_database, write

__all__ = ["data_dir", "migrated"]
pytestmark = pytest.mark.fault

MANY = 400
NOTICE = "The search index is behind just now"
PATHS = ("/en/about", "/en/materials", "/en/materials/one", "/en/search?q=title", "/api/v1/materials")


@pytest.fixture
def served(data_dir: Path) -> Iterator[tuple[TestClient, Portal]]:
    app = create_app(settings_for(data_dir))
    with TestClient(app, base_url=BASE_URL, follow_redirects=False) as client:
        portal: Portal = app.state.portal
        write(portal.database, ["one"])
        assert Worker(portal).once()
        yield client, portal


def shown(client: TestClient) -> set[str]:
    return {hit["id"] for hit in client.get("/api/v1/search?q=title").json()["hits"]}


def all_pages_are_live(client: TestClient) -> None:
    assert [client.get(path).status_code for path in PATHS] == [200] * len(PATHS)
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


# -- under the index -------------------------------------------------------------------------------------------------


def it_waits_and_recovers(client: TestClient, portal: Portal, make_room: Callable[[], None]) -> None:
    """One change alone, too: no record is to blame for a full disk."""
    write(portal.database, ["two"])
    assert not Worker(portal).once()
    assert shown(client) == {"one"}
    all_pages_are_live(client)
    with pytest.raises(EngineDown):
        portal.engine.rebuild([])
    with db.reading(portal.database) as session:
        assert count_quarantined(session) == {}
    since_long(portal)
    assert NOTICE in client.get("/en/search?q=title").text
    assert client.get("/api/v1/search?q=title").json()["degraded"] == "index-late"
    assert client.get("/health/ready").json()["index"] == "degraded"
    make_room()
    assert Worker(portal).once()
    assert equals_database(portal, portal.engine)
    assert shown(client) == {"one", "two"}
    assert NOTICE not in client.get("/en/search?q=title").text
    left = [path.name for path in (portal.settings.data_dir / "index").iterdir() if path.name.startswith("tmp")]
    assert left == []


def since_long(portal: Portal) -> None:
    """As if the worker had waited for hours."""
    with db.transaction(portal.database, actor="test") as session:
        session.execute(
            text("UPDATE outbox SET at = :at"),
            {"at": (datetime.now(UTC) - timedelta(seconds=2 * MAX_INDEX_AGE_SECONDS)).strftime("%Y-%m-%d %H:%M:%S")},
        )


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own, with what the folder holds; skips where none may be mounted."""
    kept = folder.with_name(f"{folder.name}-before")
    folder.rename(kept)
    folder.mkdir()
    mount = shutil.which("mount")
    tried = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if not tried or tried.returncode:
        pytest.skip("no file system may be mounted here; the full disk is also tried without one")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path: Path) -> None:
    """To the last byte."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (65_536, 4_096, 1):
            with suppress(OSError):
                while os.write(handle, b"x" * size):
                    """On and on."""
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            os.write(handle, b"x")
    finally:
        os.close(handle)


def test_f12_the_disk_of_the_index_is_really_full(served: tuple[TestClient, Portal]) -> None:
    client, portal = served
    folder = portal.settings.data_dir / "index"
    with small_disk(folder, "2m"):
        fill(folder / "filler")
        it_waits_and_recovers(client, portal, (folder / "filler").unlink)


def test_f12_the_index_cannot_name_its_new_state(
    served: tuple[TestClient, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last byte that is missing: everything is written but the file that says so."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("search.generations.os.fsync", full)
    it_waits_and_recovers(*served, monkeypatch.undo)


def test_f12_a_rebuild_that_found_no_room_leaves_nothing(served: tuple[TestClient, Portal]) -> None:
    _, portal = served
    folder = portal.settings.data_dir / "index"
    before = sorted(folder.iterdir())

    def documents() -> Iterator[Document]:
        yield from ()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(EngineDown):
        portal.engine.rebuild(documents())
    assert sorted(folder.iterdir()) == before


# -- under the database ----------------------------------------------------------------------------------------------


@contextmanager
def no_more_pages(portal: Portal) -> Iterator[None]:
    """SQLite refuses to grow as it does on a full disk; each connection has to be told."""

    def limit(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA max_page_count=1")

    event.listen(portal.database, "connect", limit)
    portal.database.dispose()
    try:
        yield
    finally:
        event.remove(portal.database, "connect", limit)
        portal.database.dispose()


@pytest.fixture
def notebook(served: tuple[TestClient, Portal]) -> tuple[TestClient, Portal]:
    """With a form that writes: the portal has none of its own so far."""
    client, portal = served
    assert isinstance(client.app, FastAPI)

    @client.app.post("/{lang}/test-notes", dependencies=[PUBLIC])
    def keep(lang: str, remark: Annotated[str, Form()]) -> PlainTextResponse:
        write(portal.database, [f"{remark}-{number}" for number in range(MANY)])
        return PlainTextResponse("kept")

    return client, portal


def materials(portal: Portal) -> int:
    with db.reading(portal.database) as session:
        return session.exec(select(func.count()).select_from(Material)).one()


def test_f12_a_full_database_refuses_clearly_and_keeps_what_was_typed(notebook: tuple[TestClient, Portal]) -> None:
    client, portal = notebook
    with no_more_pages(portal):
        refused = client.post("/en/test-notes", data={"remark": "note"})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "Nothing can be saved just now" in refused.text
        tree = LexborHTMLParser(refused.text)
        assert html_problems(tree, "/en/test-notes") == []
        assert [node.attributes["value"] for node in tree.css("form[method=post] input[name=remark]")] == ["note"]
        assert materials(portal) == 1, "nothing half-written"
        all_pages_are_live(client)
    assert client.post("/en/test-notes", data={"remark": "note"}).text == "kept"
    assert materials(portal) == 1 + MANY
    assert Worker(portal).once()
    assert equals_database(portal, portal.engine)


def test_f12_the_worker_waits_for_a_database_that_is_full(
    served: tuple[TestClient, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has taken the change, but the cursor cannot be moved: it is given once more."""
    client, portal = served
    write(portal.database, ["two"])

    def full(*_: object) -> None:
        raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr("app.sync._move_cursor", full)
    assert not Worker(portal).once()
    all_pages_are_live(client)
    monkeypatch.undo()
    with db.reading(portal.database) as session:
        assert count_quarantined(session) == {}
        assert lag(session, "embedded") > 0
    assert Worker(portal).once()
    assert equals_database(portal, portal.engine)
    assert shown(client) == {"one", "two"}
