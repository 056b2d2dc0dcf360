"""Is this process alive, and can it serve? For whoever watches it; no contents, no counts of anything private."""

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app.db import reading
from app.outbox import Outbox, OutboxCursor
from app.pages import PUBLIC
from app.state import Portal
from app.sync_quarantine import count_quarantined
from search.engine import EngineError

MAX_INDEX_AGE_SECONDS = 300
"""A change that readers cannot find after five minutes: the worker does not run or cannot keep up."""

BACKUP_STAMP = "last-backup.json"
NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/health", dependencies=[PUBLIC], include_in_schema=False)


class State(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Readiness:
    """`status` is what a balancer acts on: degraded still serves every page, down serves none."""

    status: State
    database: State
    search: State
    index: State


@dataclass(frozen=True, slots=True)
class IndexLag:
    """`waiting`: changes that an engine has not taken yet; `age_seconds`: since when the oldest of them waits."""

    engine: str
    waiting: int
    age_seconds: float


@router.get("/live")
async def live() -> JSONResponse:
    """Asks nothing of anybody: it answers as long as the process does, whatever stands still around it."""
    return JSONResponse({"status": State.OK}, headers=NO_STORE)


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    found = readiness(request.app.state.portal)
    return JSONResponse(asdict(found), 503 if found.status is State.DOWN else 200, headers=NO_STORE)


def readiness(portal: Portal) -> Readiness:
    database, index = State.OK, State.OK
    try:
        with reading(portal.database) as session:
            is_late = any(lag.age_seconds > MAX_INDEX_AGE_SECONDS for lag in index_lags(session))
            if is_late or count_quarantined(session):
                index = State.DEGRADED
    except SQLAlchemyError:
        database, index = State.DOWN, State.DEGRADED
    search = State.OK if search_answers(portal) else State.DEGRADED
    worst = State.DEGRADED if State.DEGRADED in {search, index} else State.OK
    return Readiness(database if database is State.DOWN else worst, database, search, index)


def search_answers(portal: Portal) -> bool:
    try:
        return portal.engine.health().is_up
    except EngineError:
        return False


def index_lags(session: Session) -> list[IndexLag]:
    now = datetime.now(UTC)
    return [_lag(session, cursor, now) for cursor in session.exec(select(OutboxCursor).order_by(OutboxCursor.engine))]


def is_late(session: Session, engine: str) -> bool:
    """Something has waited too long for this engine."""
    cursor = session.get(OutboxCursor, engine)
    return cursor is not None and _lag(session, cursor, datetime.now(UTC)).age_seconds > MAX_INDEX_AGE_SECONDS


def _lag(session: Session, cursor: OutboxCursor, now: datetime) -> IndexLag:
    waiting, oldest = session.exec(
        select(func.count(), func.min(Outbox.at)).where(col(Outbox.id) > cursor.position)
    ).one()
    return IndexLag(cursor.engine, waiting, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)


def note_backup(data_dir: Path, name: str) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / BACKUP_STAMP).write_text(json.dumps({"at": int(time.time()), "name": name}) + "\n", encoding="utf-8")


def backup_age_seconds(data_dir: Path) -> float | None:
    """None where no backup is known of on this machine."""
    try:
        at = json.loads((data_dir / BACKUP_STAMP).read_text(encoding="utf-8"))["at"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return max(0.0, time.time() - float(at))
