"""Remembers what was loaded into which database, so that an unchanged start need not read the seed files again."""

from pathlib import Path

from sqlmodel import Session, col, select

from app.outbox import Audit
from seed_data.load import digest


def is_loaded(session: Session, stamp: Path) -> bool:
    """True when these very files were loaded and this database descends from the one they were loaded into.

    The audit trail is a chain that only grows: a database that holds the link that was newest after the load has had
    it. A new or an older, restored one has not.
    """
    if not stamp.is_file():
        return False
    files, _, link = stamp.read_text("utf-8").partition(" ")
    return files == digest() and session.exec(select(Audit.id).where(Audit.digest == link)).first() is not None


def remember(session: Session, stamp: Path) -> None:
    newest = session.exec(select(Audit.digest).order_by(col(Audit.id).desc()).limit(1)).first()
    if newest is not None:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(f"{digest()} {newest}", "utf-8")
