"""What changed, for the index and for the record: both rows are written in the transaction of the change itself."""

import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy import event, false, func, inspect
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Field, Session, SQLModel, col, select

from app.db_types import UtcDateTime

INDEXED: dict[str, tuple[str, str]] = {
    "organisation": ("organisation", "id"),
    "organisationfunction": ("organisation", "organisation_id"),
    "contactpoint": ("organisation", "organisation_id"),
    "material": ("material", "id"),
    "edition": ("material", "material_id"),
    "passage": ("material", "material_id"),
    "materialrelation": ("material", "material_id"),
    "casesummary": ("case", "id"),
    "concept": ("concept", "id"),
    "conceptlabel": ("concept", "concept_id"),
}
"""Table -> the kind of record in the index and the column that names it. A part stands for its record."""


OF_THE_SYNC = frozenset({"outbox", "outboxcursor", "audit", "indexquarantine", "linkcheck"})
"""Tables of what the portal notes for itself: no act of anybody, and no record."""
DECIDE_WHO_SEES = ("visibility", "status")
WRITERS_LOCK = 7_262_001
"""The number of our advisory lock in PostgreSQL."""

NEVER_REUSED = {"sqlite_autoincrement": True}
"""A number that came back after its row was dropped would lie behind a cursor and never be read."""


class Outbox(SQLModel, table=True):
    """A record whose documents are to be read again; only its key: whoever reads it takes the record as it is then."""

    __table_args__ = NEVER_REUSED

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=100, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    is_urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Something may no longer be seen, or by others: it goes to the engines before what only waits."""


class OutboxCursor(SQLModel, table=True):
    """How far an engine has come; a row goes when every cursor has passed it."""

    engine: str = Field(primary_key=True, max_length=32)
    position: int


class IndexQuarantine(SQLModel, table=True):
    """A record that an engine cannot take. `error` is the kind of error, never its text, which may hold contents."""

    engine: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=100)
    since: datetime = Field(sa_type=UtcDateTime)
    error: str = Field(max_length=64)
    tries: int = 0


class Audit(SQLModel, table=True):
    """Who did what to which record; never its contents. `digest` chains each row to the one before it."""

    __table_args__ = NEVER_REUSED

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=16)
    record: str = Field(max_length=160)
    digest: str = Field(max_length=64)


@event.listens_for(Session, "before_flush")
def record_changes(session: Session, _flush: UOWTransaction, _instances: object) -> None:
    now = datetime.now(UTC)
    keys: dict[str, bool] = {}
    acts: list[tuple[str, str]] = []
    changed = [row for row in session.dirty if session.is_modified(row)]
    for action, rows in (("create", session.new), ("update", changed), ("delete", session.deleted)):
        for row in rows:
            table = getattr(row, "__tablename__", "")
            if table in OF_THE_SYNC:
                continue
            acts.append((action, f"{table}:{_identity(row)}"))
            if table in INDEXED:
                kind, column = INDEXED[table]
                key = f"{kind}:{getattr(row, column)}"
                keys[key] = keys.get(key, False) or _is_urgent(action, row)
    if acts:
        _one_after_the_other(session)
        session.add_all(Outbox(key=key, at=now, is_urgent=is_urgent) for key, is_urgent in keys.items())
        _append_audit(session, acts, now)


def _is_urgent(action: str, row: SQLModel) -> bool:
    if action != "update":
        return action == "delete"
    attributes = inspect(row).attrs
    return any(name in attributes and attributes[name].history.has_changes() for name in DECIDE_WHO_SEES)


def _one_after_the_other(session: Session) -> None:
    """PostgreSQL gives numbers before it commits: a lower one that became visible later would lie behind a cursor.

    Held until the transaction ends. The audit chain needs it too. SQLite has one writer at a time by itself.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS_LOCK)))


def _identity(row: SQLModel) -> str:
    columns = row.__class__.__table__.primary_key.columns.keys()  # type: ignore[attr-defined]
    return "/".join(str(getattr(row, name)) for name in columns if getattr(row, name) is not None)


def _append_audit(session: Session, acts: list[tuple[str, str]], now: datetime) -> None:
    actor = str(session.info.get("actor", "system"))
    with session.no_autoflush:
        digest = (
            session.info.get("audit_digest")
            or session.exec(select(Audit.digest).order_by(col(Audit.id).desc()).limit(1)).first()
        )
    for action, record in acts:
        digest = chained_digest(digest or "", now, actor, action, record)
        session.add(Audit(at=now, actor=actor, action=action, record=record, digest=digest))
    session.info["audit_digest"] = digest


def chained_digest(previous: str, at: datetime, actor: str, action: str, record: str) -> str:
    line = json.dumps([previous, at.astimezone(UTC).isoformat(), actor, action, record], ensure_ascii=False)
    return hashlib.sha256(line.encode()).hexdigest()
