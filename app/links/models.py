"""What the last check of a link found, and when a link counts as broken. Knows no records: any room may ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from app.db_types import UtcDateTime, enum_column

MAX_LINK_BYTES = 2000
"""PostgreSQL keeps no longer key. A longer link is not checkable and has no row."""

MAX_DETAIL = 200
UNREACHABLE_DAYS = 7
"""For how many days of the calendar (UTC) a link has been without an answer when it counts as broken: a weekly check
comes now a minute earlier, now a minute later."""


class LinkStatus(StrEnum):
    """`refused`: the host answers, but not with the page. `not-checkable`: it may not be asked, or not safely."""

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_CHECKABLE = "not-checkable"


FAILURES = frozenset({LinkStatus.GONE, LinkStatus.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Answer:
    """`detail` says in words why; of what moved it is the new host."""

    status: LinkStatus
    detail: str = ""


class LinkCheck(SQLModel, table=True):
    """`first_failed_at`: since when every check has failed in the way `status` says; null where it did not."""

    url: str = Field(primary_key=True, max_length=MAX_LINK_BYTES)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    status: LinkStatus = Field(sa_type=enum_column(LinkStatus, "status"))
    detail: str = Field(max_length=MAX_DETAIL)
    first_failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """What a page says beside a link that no longer leads anywhere."""

    on: date
    is_gone: bool


def is_broken(check: LinkCheck) -> bool:
    """One failure proves nothing: gone in two checks in a row, or without an answer for a week."""
    if check.first_failed_at is None:
        return False
    if check.status is LinkStatus.GONE:
        return check.checked_at > check.first_failed_at
    return (check.checked_at.date() - check.first_failed_at.date()).days >= UNREACHABLE_DAYS


def note(session: Session, url: str, answer: Answer, at: datetime) -> None:
    row = session.get(LinkCheck, url) or LinkCheck(url=url, checked_at=at, status=answer.status, detail="")
    since = row.first_failed_at if row.status is answer.status and row.first_failed_at else at
    row.first_failed_at = since if answer.status in FAILURES else None
    row.checked_at, row.status, row.detail = at, answer.status, answer.detail[:MAX_DETAIL]
    session.add(row)


def broken_among(session: Session, urls: Iterable[str | None]) -> dict[str, BrokenLink]:
    """Those of `urls` that are broken."""
    wanted = [url for url in urls if url]
    if not wanted:
        return {}
    rows = session.exec(select(LinkCheck).where(col(LinkCheck.url).in_(wanted), col(LinkCheck.status).in_(FAILURES)))
    return {row.url: BrokenLink(row.checked_at.date(), row.status is LinkStatus.GONE) for row in rows if is_broken(row)}


def website_url(domain: str | None) -> str | None:
    """The address that the pages link a body's website to."""
    return f"https://{domain}/" if domain else None
