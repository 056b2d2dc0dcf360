"""How old a fact may be before somebody has to look at it again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

REVIEW_PERIOD = timedelta(days=365)
"""A confirmation holds for twelve months; then its review date has come."""
IS_NEAR = timedelta(days=60)
JUST_PASSED = timedelta(days=30)
"""Due from sixty days before the review date until thirty days after it; overdue from then on."""


class State(StrEnum):
    """The codes of the closed list *freshness*."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of` is the day of the confirmation; of a fact nobody confirmed, the date of its source, if it has one."""

    state: State
    as_of: date | str | None


def freshness(verified_at: datetime | None, source_date: str | None, today: date) -> Freshness:
    if verified_at is None:
        return Freshness(State.UNKNOWN, source_date)
    return Freshness(_state(verified_at.date(), today), verified_at.date())


def _state(confirmed: date, today: date) -> State:
    review = confirmed + REVIEW_PERIOD
    if today < review - IS_NEAR:
        return State.FRESH
    return State.DUE if today <= review + JUST_PASSED else State.OVERDUE
