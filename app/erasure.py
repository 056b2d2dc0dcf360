"""What was erased stays erased: a ledger of hashes, replayed after every restore, seed and import.

The ledger keeps no content: only the SHA-256 of `table:key` of what is gone, so that the same record is known when it
comes back in an old backup or in a file that is loaded again.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, Table, inspect
from sqlmodel import Field, Session, SQLModel, col, select

from app.db import reading, transaction
from app.db_types import UtcDateTime
from app.directory.models import ContactPoint
from app.library.files import FileStore
from app.library.models import CaseSummary, File, Material
from app.links.service import forget_unlinked

ERASABLE: dict[str, type[ContactPoint] | type[CaseSummary] | type[Material]] = {
    "contactpoint": ContactPoint,
    "casesummary": CaseSummary,
    "material": Material,
}
"""What could hold something about a person. A key is given once and never to another record."""

FILE = "file"
LEDGER = "erasures.json"
"""Kept beside the archives: an archive knows only what had been erased when it was made."""

Entries = list[tuple[str, datetime]]
DIGEST = re.compile(r"^[0-9a-f]{64}$")


class Erasure(SQLModel, table=True):
    hash: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


def tombstone(table: str, key: str) -> str:
    return hashlib.sha256(f"{table}:{key}".encode()).hexdigest()


def erase(session: Session, table: str, key: str) -> bool:
    """Delete the record with its parts and write it into the ledger; False where there is no such record."""
    row = session.get(ERASABLE[table], key)
    if row is None:
        return False
    _delete(session, row)
    forget_unlinked(session)
    _enter(session, [(tombstone(table, key), datetime.now(UTC))])
    return True


def erase_for_good(database: Engine, store: FileStore, table: str, key: str) -> bool:
    """Also the documents that nothing else names, and what SQLite still keeps of the row beside its pages."""
    with transaction(database, actor="erasure") as session:
        before = _named_files(session)
        is_found = erase(session, table, key)
        orphans = before - _named_files(session)
        now = datetime.now(UTC)
        _enter(session, [(tombstone(FILE, sha256), now) for sha256 in sorted(orphans)])
    store.drop(orphans)
    if database.dialect.name == "sqlite":
        with closing(database.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return is_found


def is_erased(session: Session, table: str, key: str) -> bool:
    """`table` may also be FILE, with a digest: the same document under another name."""
    return session.get(Erasure, tombstone(table, key)) is not None


def ledger(session: Session) -> Entries:
    return [(entry.hash, entry.at) for entry in session.exec(select(Erasure).order_by(Erasure.hash))]


def stored_ledger(database: Engine) -> Entries:
    """Also of a database that is not migrated yet or is of an older version: it has erased nothing."""
    if not inspect(database.execution_options(read_only=True)).has_table(str(Erasure.__tablename__)):
        return []
    with reading(database) as session:
        return ledger(session)


def keep_ledger(folder: Path, entries: Entries) -> None:
    """Adds to what the folder's ledger holds; nothing ever leaves it."""
    merged = dict(read_ledger(folder / LEDGER)) | dict(entries)
    rows = [{"hash": entry, "at": at.isoformat()} for entry, at in sorted(merged.items())]
    partial = folder / f".{LEDGER}.partial"
    partial.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / LEDGER)


def read_ledger(path: Path) -> Entries:
    """Raises ValueError where the file is no ledger: what it should have kept away would come back."""
    if not path.exists():
        return []
    listed = json.loads(path.read_bytes())
    try:
        rows = [(row["hash"], datetime.fromisoformat(row["at"])) for row in listed]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no erasure ledger") from error
    if not isinstance(listed, list) or not all(DIGEST.match(entry) and at.tzinfo for entry, at in rows):
        raise ValueError(f"{path} is no erasure ledger")
    return rows


def replay(session: Session, entries: Iterable[tuple[str, datetime]] = ()) -> int:
    """Take up `entries`, then delete again whatever the ledger names; returns how many records had come back."""
    _enter(session, entries)
    erased = {entry.hash for entry in session.exec(select(Erasure))}
    returned = [
        (table, key)
        for table, model in ERASABLE.items()
        for key in session.exec(select(model.id))
        if tombstone(table, key) in erased
    ]
    for table, key in returned:
        _delete(session, session.get_one(ERASABLE[table], key))
    if returned:
        forget_unlinked(session)
    return len(returned)


def _enter(session: Session, entries: Iterable[tuple[str, datetime]]) -> None:
    for entry, at in entries:
        if session.get(Erasure, entry) is None:
            session.add(Erasure(hash=entry, at=at))
    session.flush()


def _delete(session: Session, row: SQLModel) -> None:
    """Parts go with it; what merely mentions it forgets it. Row by row, so that the index and the record hear of it."""
    mapper = inspect(type(row))
    for other in SQLModel._sa_registry.mappers:
        for key in other.local_table.foreign_keys if isinstance(other.local_table, Table) else ():
            if key.column.table is not mapper.local_table:
                continue
            attribute = other.get_property_by_column(key.parent).key
            value = getattr(row, mapper.get_property_by_column(key.column).key)
            for part in session.exec(select(other.class_).where(col(getattr(other.class_, attribute)) == value)):
                if key.parent.nullable and not key.parent.primary_key:
                    setattr(part, attribute, None)
                else:
                    _delete(session, part)
    session.flush()
    session.delete(row)
    session.flush()


def remove_unnamed_files(session: Session, store: FileStore) -> int:
    """Drops every document that no record names. Only for a portal that nobody imports into meanwhile."""
    kept = {path.name for path in store.folder.glob("[0-9a-f][0-9a-f]/*") if DIGEST.match(path.name)}
    unnamed = kept - _named_files(session)
    store.drop(unnamed)
    return len(unnamed)


def _named_files(session: Session) -> set[str]:
    digests: Iterable[str] = session.exec(select(File.sha256))
    return set(digests)
