"""The dot empties as a fact decays."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.directory.freshness import IS_NEAR, JUST_PASSED, REVIEW_PERIOD, State, freshness

CONFIRMED = datetime(2025, 1, 10, 9, tzinfo=UTC)
REVIEW = CONFIRMED.date() + REVIEW_PERIOD


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (CONFIRMED.date(), State.FRESH),
        (REVIEW - IS_NEAR - timedelta(days=1), State.FRESH),
        (REVIEW - IS_NEAR, State.DUE),
        (REVIEW + JUST_PASSED, State.DUE),
        (REVIEW + JUST_PASSED + timedelta(days=1), State.OVERDUE),
    ],
)
def test_a_confirmation_grows_old(today: date, state: State) -> None:
    found = freshness(CONFIRMED, "2020", today)
    assert found.state is state
    assert found.as_of == CONFIRMED.date()


def test_what_nobody_confirmed_is_unknown_and_as_old_as_its_source() -> None:
    assert freshness(None, "2020-04", date(2026, 1, 1)).state is State.UNKNOWN
    assert freshness(None, "2020-04", date(2026, 1, 1)).as_of == "2020-04"
    assert freshness(None, None, date(2026, 1, 1)).as_of is None
