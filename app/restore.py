"""`samband restore`: an archive back into SQLite or PostgreSQL. The erasure ledger is replayed before anybody reads."""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.backup_archive import DATABASE, Manifest, documents, unpack_database, verify
from app.copying import all_tables, copy_database, count
from app.db import make_engine, reading, transaction, upgrade
from app.erasure import LEDGER, Entries, read_ledger, remove_unnamed_files, replay, stored_ledger
from app.library.files import FileStore
from app.library.models import File
from app.outbox import OutboxCursor
from app.settings import Settings

BUSY_SECONDS = 10


class RestoreRefused(Exception):
    """The portal is as it was; the message says what stands in the way."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased_again`: records that the backup still held although they had been erased since."""

    manifest: Manifest
    documents: int
    erased_again: int


def restore(settings: Settings, archive: Path, *, replacing: bool) -> Restored:
    """Everything is checked, brought to this version and cleared of what was erased before the portal changes.

    Raises BackupDamaged, RestoreRefused. The index is not touched: it is built anew afterwards.
    """
    manifest = verify(archive)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    live = make_engine(settings.sqlalchemy_url)
    try:
        erased = _erased(live, archive.parent / LEDGER, replacing=replacing)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as temporary:
            snapshot = Path(temporary) / DATABASE
            unpack_database(archive, snapshot)
            _refuse_other_rows(snapshot, manifest)
            at_snapshot = settings.model_copy(update={"database_url": f"sqlite:///{snapshot.absolute()}"})
            upgrade(at_snapshot)
            engine = make_engine(at_snapshot.sqlalchemy_url)
            try:
                erased_again, named = _cleared(engine, erased)
                kept = _unpack_documents(settings, archive, named)
                _put_in_place(settings, engine, live)
            finally:
                engine.dispose()
        with reading(live) as session:
            remove_unnamed_files(session, FileStore(settings.data_dir))
    finally:
        live.dispose()
    return Restored(manifest, kept, erased_again)


def _erased(live: Engine, beside: Path, *, replacing: bool) -> Entries:
    """What the archive cannot know: erasures of the database that is replaced, and those kept beside the archives."""
    try:
        entries = read_ledger(beside)
    except ValueError as error:
        raise RestoreRefused(f"{error}: what was erased would come back") from error
    if live.dialect.name == "sqlite" and not Path(live.url.database or "").is_file():
        return entries
    try:
        filled = _filled(live)
        entries += stored_ledger(live)
    except SQLAlchemyError as error:
        raise RestoreRefused(
            f"the database that would be replaced cannot be read ({type(error).__name__}), and so not what was erased "
            "from it: move it away first, and see that the newest erasures.json lies beside the archive"
        ) from error
    if filled and not replacing:
        raise RestoreRefused("the database already holds rows: --replace puts the backup in their place")
    return entries


def _filled(live: Engine) -> bool:
    there = set(inspect(live.execution_options(read_only=True)).get_table_names())
    with reading(live) as session:
        return any(count(session, table) for table in all_tables() if table.name in there)


def _refuse_other_rows(snapshot: Path, manifest: Manifest) -> None:
    with closing(sqlite3.connect(snapshot)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise RestoreRefused("the database in the backup is damaged")
        for table, rows in manifest.rows.items():
            # The names are those of our own manifest, whose hash was checked; SQLite binds no names.
            found = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
            if found != rows:
                raise RestoreRefused(f"the backup holds {found} rows of {table}, its manifest says {rows}")


def _cleared(engine: Engine, erased: Entries) -> tuple[int, frozenset[str]]:
    """Erased records leave before anybody reads; engines are told to begin anew. Returns what left, and documents."""
    with transaction(engine, actor="restore") as session:
        again = replay(session, erased)
        for cursor in session.exec(select(OutboxCursor)):
            session.delete(cursor)
    with reading(engine) as session:
        return again, frozenset(session.exec(select(File.sha256)))


def _unpack_documents(settings: Settings, archive: Path, named: frozenset[str]) -> int:
    store = FileStore(settings.data_dir)
    kept = set()
    for sha256, suffix, data in documents(archive):
        if sha256 in named:
            store.keep(sha256, data, suffix)
            kept.add(sha256)
    return len(kept)


def _put_in_place(settings: Settings, engine: Engine, live: Engine) -> None:
    if live.dialect.name == "sqlite":
        _put_into_sqlite(Path(engine.url.database or ""), Path(live.url.database or ""), engine)
        return
    upgrade(settings)
    copy_database(engine, live, replacing=True)


def _put_into_sqlite(snapshot: Path, target: Path, engine: Engine) -> None:
    """SQLite's own copy is one transaction: a kill leaves the old database, who has it open sees the new one."""
    engine.dispose()
    try:
        with (
            closing(sqlite3.connect(snapshot)) as source,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as live,
        ):
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            live.execute("BEGIN EXCLUSIVE")  # Python's own copy would wait for ever for a lock.
            live.execute("ROLLBACK")
            source.backup(live)
            live.execute("PRAGMA journal_mode=WAL")
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise RestoreRefused(f"the database is in use ({error}): stop the portal first") from error
