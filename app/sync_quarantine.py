"""Records that an engine cannot take: set aside so that the others go on, told to whoever runs the portal, retried."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.outbox import IndexQuarantine


def quarantined(session: Session, engine: str) -> list[str]:
    rows = select(IndexQuarantine.key).where(IndexQuarantine.engine == engine).order_by(IndexQuarantine.key)
    return list(session.exec(rows))


def count_quarantined(session: Session) -> dict[str, int]:
    """Engine → how many records it cannot take; engines with none are left out."""
    counted = select(IndexQuarantine.engine, func.count()).group_by(IndexQuarantine.engine)
    return dict(session.exec(counted).all())


def set_aside(session: Session, engine: str, failed: Mapping[str, str]) -> None:
    now = datetime.now(UTC)
    for key, error in failed.items():
        row = session.get(IndexQuarantine, (engine, key)) or IndexQuarantine(
            engine=engine, key=key, since=now, error=error
        )
        row.error, row.tries = error, row.tries + 1
        session.add(row)


def release(session: Session, engine: str, keys: Sequence[str]) -> None:
    rows = select(IndexQuarantine).where(IndexQuarantine.engine == engine, col(IndexQuarantine.key).in_(keys))
    for row in session.exec(rows):
        session.delete(row)
