"""`samband backup`: everything a portal cannot make again, and nothing that it can: no index, no cache, no settings."""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from app.backup_archive import DATABASE, verify, write_archive
from app.copying import OWN_OF_MIGRATIONS, copy_database
from app.db import make_engine, reading, revisions, upgrade
from app.erasure import keep_ledger, stored_ledger
from app.health import note_backup
from app.library.files import DOCUMENT, PICTURE, FileStore
from app.library.models import File
from app.settings import Settings

NAME = re.compile(r"^samband-(?P<at>\d{8}T\d{6}Z)(?:-\d+)?\.tar\.gz$")
MOMENT = "%Y%m%dT%H%M%SZ"
PARTIAL = ".samband-partial-"


class BackupFailed(Exception):
    """No archive was left behind; the message says why."""


def back_up(settings: Settings, folder: Path, keep_days: int) -> Path:
    """A new archive in `folder`, verified; archives older than `keep_days` go, but never the newest one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    target = _free_name(folder)
    engine = make_engine(settings.sqlalchemy_url)
    try:
        with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder) as temporary:
            snapshot = Path(temporary) / DATABASE
            revision = _snapshot(settings, engine, snapshot)
            partial = Path(temporary) / target.name
            origin = engine.dialect.name
            write_archive(partial, _contents(settings, engine, snapshot), revision, origin, _row_counts(snapshot))
            verify(partial)
            partial.replace(target)
            _sync_folder(folder)
        keep_ledger(folder, stored_ledger(engine))
    finally:
        engine.dispose()
    note_backup(settings.data_dir, target.name)
    _drop_old(folder, target, keep_days)
    return target


def _free_name(folder: Path) -> Path:
    stem = f"samband-{datetime.now(UTC).strftime(MOMENT)}"
    names = (f"{stem}{suffix}.tar.gz" for suffix in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(folder / name for name in names if not (folder / name).exists())


def _snapshot(settings: Settings, engine: Engine, target: Path) -> str:
    """One moment of the whole database as a SQLite file, whichever database it comes from; returns its revision."""
    if engine.dialect.name == "sqlite":
        source = Path(engine.url.database or "")
        if not source.is_file():
            raise BackupFailed("there is no database yet")
        with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    else:
        _copy_out(settings, engine, target)
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        _refuse_unsound(copy)
        return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _copy_out(settings: Settings, engine: Engine, target: Path) -> None:
    current, expected = revisions(engine)
    if current != expected:
        raise BackupFailed(f"the database is at revision {current}, this version copies {expected} only")
    empty = _at_snapshot(settings, target)
    upgrade(empty)
    copy = make_engine(empty.sqlalchemy_url)
    try:
        copy_database(engine, copy)
    finally:
        copy.dispose()


def _at_snapshot(settings: Settings, snapshot: Path) -> Settings:
    return settings.model_copy(update={"database_url": f"sqlite:///{snapshot.absolute()}"})


def _refuse_unsound(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise BackupFailed("the database is damaged: SQLite's integrity check fails")
    if database.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupFailed("the database is damaged: rows name other rows that are not there")


def _row_counts(snapshot: Path) -> dict[str, int]:
    with closing(sqlite3.connect(snapshot)) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        names = sorted(name for (name,) in found if name != OWN_OF_MIGRATIONS)
        # The names come from the schema; SQLite binds no names.
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _contents(settings: Settings, engine: Engine, snapshot: Path) -> Iterator[tuple[str, Path]]:
    """A document was kept before its row, so it is there; unless it was erased after the snapshot."""
    yield DATABASE, snapshot
    store = FileStore(settings.data_dir)
    for sha256 in _named_documents(snapshot):
        document, picture = store.path(sha256, DOCUMENT), store.path(sha256, PICTURE)
        if document.is_file():
            yield f"files/{sha256}", document
        elif _is_named(engine, sha256):
            raise BackupFailed(f"a document that the database names is missing: {sha256}")
        if picture.is_file():
            yield f"files/{sha256}{PICTURE}", picture


def _named_documents(snapshot: Path) -> list[str]:
    with closing(sqlite3.connect(snapshot)) as database:
        return [sha256 for (sha256,) in database.execute("SELECT DISTINCT sha256 FROM file ORDER BY sha256")]


def _is_named(engine: Engine, sha256: str) -> bool:
    with reading(engine) as session:
        return session.exec(select(File.sha256).where(File.sha256 == sha256)).first() is not None


def _sweep(folder: Path) -> None:
    """What a killed backup left; a running one is younger than a day."""
    limit = datetime.now(UTC) - timedelta(days=1)
    for path in folder.glob(f"{PARTIAL}*"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit:
            shutil.rmtree(path, ignore_errors=True)


def _drop_old(folder: Path, newest: Path, keep_days: int) -> None:
    limit = datetime.now(UTC) - timedelta(days=keep_days)
    for path in folder.iterdir():
        name = NAME.match(path.name)
        if name and path != newest and datetime.strptime(name["at"], MOMENT).replace(tzinfo=UTC) < limit:
            path.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
