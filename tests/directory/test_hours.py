"""Open or closed, and on whose clock."""

from datetime import UTC, datetime

import pytest

from app.db_types import Hours
from app.directory.hours import DAYS, days_text, open_hours

WEEKDAYS = DAYS[:5]
OSLO = [Hours(days=WEEKDAYS, opens="08:00", closes="15:00", tz="Europe/Oslo")]
NIGHT = [Hours(days=("fri",), opens="22:00", closes="06:00", tz="Europe/Stockholm")]
ALWAYS = [Hours(days=DAYS, opens="00:00", closes="24:00", tz="America/Nuuk")]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_open_desk_says_when_it_closes_on_the_readers_clock() -> None:
    """Tuesday 13.40 in Oslo is 14.40 in Helsinki, and 15.00 there is 16.00 here."""
    seen = open_hours(OSLO, moment("2026-11-17T12:40"), "sv", "Europe/Helsinki")
    assert seen.is_open
    assert (seen.change_at, seen.change_day) == ("16:00", None)
    assert (seen.there.place, seen.there.now, seen.there.today) == ("Oslo", "13:40", (("08:00", "15:00"),))
    assert seen.here is not None
    assert (seen.here.place, seen.here.now, seen.here.today) == ("Helsingfors", "14:40", (("09:00", "16:00"),))
    assert (seen.spans, seen.now) == (((480, 900),), 820)


def test_a_closed_desk_says_on_which_day_it_opens() -> None:
    seen = open_hours(OSLO, moment("2026-11-20T20:00"), "en", None)
    assert not seen.is_open
    assert (seen.change_day, seen.change_at) == ("Monday", "08:00")
    assert seen.here is None


def test_readers_on_the_same_clock_see_one_clock() -> None:
    assert open_hours(OSLO, moment("2026-11-17T12:40"), "sv", "Europe/Stockholm").here is None


@pytest.mark.parametrize(
    ("now", "is_open", "spans"),
    [
        ("2026-11-20T22:00", True, ((1320, 1440),)),
        ("2026-11-21T04:59", True, ((0, 360),)),
        ("2026-11-21T05:00", False, ((0, 360),)),
        ("2026-11-22T23:00", False, ()),
    ],
)
def test_hours_that_pass_midnight_end_on_the_next_day(
    now: str, is_open: bool, spans: tuple[tuple[int, int], ...]
) -> None:
    seen = open_hours(NIGHT, moment(now), "sv", None)
    assert (seen.is_open, seen.spans) == (is_open, spans)


def test_a_line_that_never_closes_names_no_closing_time() -> None:
    seen = open_hours(ALWAYS, moment("2026-11-20T23:00"), "da", "Europe/Copenhagen")
    assert seen.is_open
    assert seen.change_at is None
    assert seen.spans == ((0, 1440),)


def test_hours_follow_summer_time() -> None:
    """08.00 in Oslo is 07.00 UTC in winter and 06.00 UTC in summer."""
    assert not open_hours(OSLO, moment("2026-01-13T06:30"), "nb", None).is_open
    assert open_hours(OSLO, moment("2026-07-14T06:30"), "nb", None).is_open


@pytest.mark.parametrize(
    ("days", "language", "words"),
    [
        (WEEKDAYS, "en", "Monday–Friday"),
        (("mon", "tue", "thu"), "en", "Monday–Tuesday, Thursday"),
        (("sun", "sat"), "nb", "lørdag–søndag"),
        (("wed",), "is", "miðvikudagur"),
    ],
)
def test_days_in_the_readers_words(days: tuple[str, ...], language: str, words: str) -> None:
    assert days_text(days, language) == words


@pytest.mark.parametrize(("language", "closes"), [("fi", "15.00"), ("da", "15.00"), ("is", "15:00"), ("en", "15:00")])
def test_times_are_written_as_in_the_language(language: str, closes: str) -> None:
    seen = open_hours(OSLO, moment("2026-11-17T12:40"), language, None)
    assert seen.change_at == closes
    assert seen.lines[0].times[0][1] == closes
    assert seen.there.today[0][1] == closes


@pytest.mark.parametrize(("language", "midnight"), [("fi", "24.00"), ("sv", "24:00")])
def test_the_end_of_a_day_stays_twenty_four(language: str, midnight: str) -> None:
    assert open_hours(ALWAYS, moment("2026-11-20T23:00"), language, None).lines[0].times[0][1] == midnight


def test_stretches_of_the_same_days_stand_on_one_line() -> None:
    afternoon = Hours(days=WEEKDAYS, opens="16:00", closes="18:00", tz="Europe/Oslo")
    saturday = Hours(days=("sat",), opens="10:00", closes="12:00", tz="Europe/Oslo")
    seen = open_hours([*OSLO, afternoon, saturday], moment("2026-11-17T12:40"), "en", None)
    assert [(line.days_text, line.times) for line in seen.lines] == [
        ("Monday–Friday", (("08:00", "15:00"), ("16:00", "18:00"))),
        ("Saturday", (("10:00", "12:00"),)),
    ]
