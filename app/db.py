"""The database: engine, sessions, constraint names, migrations. The only `commit()` in the repository is here."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Annotated

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from app.crash_points import reached
from app.errors import Busy, Full
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
BUSY_TIMEOUT_MS = 10_000
AUTO_VACUUM_FULL = 1
LOCK_TIMEOUT_SECONDS = 12
AUTO_VACUUM_FULL = 1
_write_lock = Lock()

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def make_engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=30, pool_timeout=3, connect_args=_postgres_arguments(url)
    )


def _postgres_arguments(url: str) -> dict[str, str | int]:
    """A server that is gone is noticed in three seconds; what the address itself says about the session is kept."""
    limits = "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    own = make_url(url).query.get("options", "")
    options = " ".join((limits, *((own,) if isinstance(own, str) else own))).strip()
    return {"connect_timeout": 3, "tcp_user_timeout": 3000, "options": options}


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    """The driver's own transactions lose updates and tear migrations; ours begin in `_begin_sqlite`."""
    connection.isolation_level = None
    connection.create_function("lower", 1, lambda value: value.lower() if isinstance(value, str) else value)
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    if connection.execute("PRAGMA auto_vacuum").fetchone() != (AUTO_VACUUM_FULL,):
        # It writes, also where nothing changes: a reader that comes while somebody writes would have to wait.
        connection.execute("PRAGMA auto_vacuum=FULL")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine, actor: str = "system") -> Iterator[Session]:
    """A session that is committed when the block ends well and rolled back otherwise.

    `actor` stands in the audit rows. Raises Busy when the database stays locked or is full; nothing is kept then.
    """
    with _writing(engine):
        try:
            with Session(engine, info={"actor": actor}) as session:
                yield session
                reached("before-commit")
                session.commit()
                reached("after-commit")
        except OperationalError as error:
            if is_locked(error):
                raise Busy from error
            if is_full(error):
                raise Full from error
            raise


def is_locked(error: OperationalError) -> bool:
    text = str(error.orig).lower()
    return "locked" in text or "lock timeout" in text


def is_full(error: OperationalError) -> bool:
    """SQLite's own words, or SQLSTATE 53100."""
    return "disk is full" in str(error.orig).lower() or getattr(error.orig, "sqlstate", None) == "53100"


def is_down(error: OperationalError) -> bool:
    """The server is gone, shutting down, full, or did not answer in time (SQLSTATE 08, 57, 53)."""
    state = getattr(error.orig, "sqlstate", None)
    return not isinstance(error.orig, sqlite3.Error) and (state is None or str(state)[:2] in {"08", "53", "57"})


def _writing(engine: Engine) -> AbstractContextManager[None]:
    return _one_writer() if engine.dialect.name == "sqlite" else nullcontext()


@contextmanager
def _one_writer() -> Iterator[None]:
    if not _write_lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _write_lock.release()


def reading(engine: Engine) -> Session:
    """A session for reading only: it takes no write lock and is never committed."""
    return Session(engine.execution_options(read_only=True), autoflush=False)


def get_session(request: Request) -> Iterator[Session]:
    with reading(request.app.state.portal.database) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def alembic_config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest revision; a failing migration leaves it as it was."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    command.upgrade(alembic_config(settings.sqlalchemy_url), "head")


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """The revision of the database and the one this code expects."""
    script = ScriptDirectory.from_config(alembic_config(str(engine.url)))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, script.get_current_head()
