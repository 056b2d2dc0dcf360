"""What changed, for the index and for the record: both rows are written in the transaction of the change itself."""

import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy import event
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


NEVER_REUSED = {"sqlite_autoincrement": True}
"""A number that came back after its row was dropped would lie behind a cursor and never be read."""


class Outbox(SQLModel, table=True):
    """A record whose documents are to be read again; only its key: whoever reads it takes the record as it is then."""

    __table_args__ = NEVER_REUSED

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=100, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class OutboxCursor(SQLModel, table=True):
    """How far an engine has come; a row goes when every cursor has passed it."""

    engine: str = Field(primary_key=True, max_length=32)
    position: int


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
    keys: dict[str, None] = {}
    acts: list[tuple[str, str]] = []
    changed = [row for row in session.dirty if session.is_modified(row)]
    for action, rows in (("create", session.new), ("update", changed), ("delete", session.deleted)):
        for row in rows:
            table = getattr(row, "__tablename__", "")
            if table in {"outbox", "outboxcursor", "audit"}:
                continue
            acts.append((action, f"{table}:{_identity(row)}"))
            if table in INDEXED:
                kind, column = INDEXED[table]
                keys[f"{kind}:{getattr(row, column)}"] = None
    if acts:
        session.add_all(Outbox(key=key, at=now) for key in keys)
        _append_audit(session, acts, now)


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
