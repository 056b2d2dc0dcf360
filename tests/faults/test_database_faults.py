"""F-10 and F-14: a locked database, a migration that fails half-way, a database of another version."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from fastapi import FastAPI, Form
from fastapi.responses import PlainTextResponse
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import create_engine, inspect, text
from starlette.testclient import TestClient

from app import db
from app.pages import PUBLIC
from app.portal import NotReady, open_portal
from app.settings import Settings
from app.state import Portal
from tests.conftest import settings_for
from tests.page_client import html_problems
from tests.postgres import empty_postgres

pytestmark = pytest.mark.fault
SHORT_WAIT_MS = 200
"""In place of the ten seconds that a writer waits in earnest."""

HALF_A_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("organisation", sa.Column("half_way", sa.String()))
    op.create_table("half_a_table", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE organisation SET half_way = 'there'")
    raise RuntimeError("the disk is on fire")
"""


def database_file(portal: Portal) -> Path:
    return portal.settings.data_dir / "samband.sqlite3"


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@pytest.fixture
def notebook(make_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A portal with a form that writes: it has none of its own so far."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", SHORT_WAIT_MS)
    client = make_client()
    app = client.app
    assert isinstance(app, FastAPI)

    @app.post("/{lang}/test-notes", dependencies=[PUBLIC])
    def keep(lang: str, key: Annotated[str, Form()], remark: Annotated[str, Form()]) -> PlainTextResponse:
        with db.transaction(app.state.portal.database, actor="test") as session:
            session.execute(
                text("INSERT INTO outbox (key, at) VALUES (:key, '2026-01-01 00:00:00')"), {"key": f"{key}:{remark}"}
            )
        return PlainTextResponse("kept")

    return client


def portal_of(client: TestClient) -> Portal:
    assert isinstance(client.app, FastAPI)
    portal: Portal = client.app.state.portal
    return portal


def notes(portal: Portal) -> list[str]:
    with db.reading(portal.database) as session:
        return list(session.scalars(text("SELECT key FROM outbox WHERE key LIKE 'note:%'")))


def test_f10_readers_go_on_while_somebody_writes(notebook: TestClient) -> None:
    with write_lock(database_file(portal_of(notebook))):
        for path in ("/en/", "/en/search?q=police", "/en/organisations/no-kom", "/api/v1/materials"):
            assert notebook.get(path).status_code == 200, path


def test_f10_a_writer_is_told_to_try_again_and_loses_nothing(notebook: TestClient) -> None:
    portal = portal_of(notebook)
    written = {"key": "note", "remark": "Ærlig talt, <b>kun</b> én gang"}
    with write_lock(database_file(portal)):
        refused = notebook.post("/en/test-notes", data=written)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    tree = LexborHTMLParser(refused.text)
    assert html_problems(tree, "/en/test-notes") == []
    assert notes(portal) == []

    form = next(form for form in tree.css("form") if form.attributes.get("method") == "post")
    kept = {node.attributes["name"]: node.attributes["value"] for node in form.css("input[type=hidden]")}
    assert kept == written
    again = notebook.post(
        form.attributes["action"] or "", data={name or "": value or "" for name, value in kept.items()}
    )
    assert again.text == "kept"
    assert notes(portal) == [f"note:{written['remark']}"]


def test_f10_a_writer_in_this_process_waits_for_its_turn(notebook: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock among our own threads is as patient as the database."""
    monkeypatch.setattr(db, "LOCK_TIMEOUT_SECONDS", SHORT_WAIT_MS / 1000)
    with db.transaction(portal_of(notebook).database, actor="test") as session:
        session.execute(text("SELECT 1"))
        assert notebook.post("/en/test-notes", data={"key": "note", "remark": "x"}).status_code == 503
    assert notebook.post("/en/test-notes", data={"key": "note", "remark": "x"}).status_code == 200


def test_a_transaction_that_fails_leaves_nothing(notebook: TestClient) -> None:
    portal = portal_of(notebook)

    def fail() -> None:
        with db.transaction(portal.database, actor="test") as session:
            session.execute(text("INSERT INTO outbox (key, at) VALUES ('note:lost', '2026-01-01 00:00:00')"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert notes(portal) == []


def schema(url: str) -> list[str]:
    """Everything a migration could have changed: tables with their columns, and the revision."""
    engine = create_engine(url)
    try:
        found = inspect(engine)
        tables = [
            f"{table}.{column['name']} {column['type']}"
            for table in found.get_table_names()
            for column in found.get_columns(table)
        ]
        with engine.connect() as connection:
            return [*sorted(tables), *connection.scalars(text("SELECT version_num FROM alembic_version"))]
    finally:
        engine.dispose()


def fail_half_way(url: str, folder: Path) -> None:
    """Upgrade to one migration more than there is, which fails in its middle."""
    config = db.alembic_config(url)
    head = str(ScriptDirectory.from_config(config).get_current_head())
    (folder / "9999_half.py").write_text(HALF_A_MIGRATION.format(head=head))
    versions = db.ROOT / "migrations" / "versions"
    config.set_main_option("version_locations", os.pathsep.join((str(versions), str(folder))))
    config.set_main_option("path_separator", "os")
    with pytest.raises(RuntimeError, match="on fire"):
        command.upgrade(config, "head")


def test_f14_a_migration_that_fails_half_way_leaves_sqlite_as_it_was(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    db.upgrade(settings)
    before = schema(settings.sqlalchemy_url)
    assert any(line.startswith("organisation.") for line in before)
    fail_half_way(settings.sqlalchemy_url, tmp_path)
    assert schema(settings.sqlalchemy_url) == before


@pytest.mark.postgres
def test_f14_a_migration_that_fails_half_way_leaves_postgresql_as_it_was(tmp_path: Path) -> None:
    with empty_postgres() as url:
        db.upgrade(Settings(database_url=url))
        before = schema(url)
        fail_half_way(url, tmp_path)
        assert schema(url) == before


def test_f14_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    db.upgrade(settings)
    with db.transaction(db.make_engine(settings.sqlalchemy_url), actor="test") as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(NotReady, match="0000"):
        open_portal(settings)


def test_f14_a_database_that_was_never_migrated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="samband migrate"):
        open_portal(settings_for(tmp_path))
