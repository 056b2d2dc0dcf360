"""Opening hours: open now or not, and the same hours on the clocks of two countries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_time, get_timezone_location

from app.db_types import Hours
from app.i18n import locale_of
from app.vocabulary.service import Text, choose

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 1440
DAYS_LOOKED_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of being open, as two moments."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One published line: days and times as the reader writes them, by the clock at the contact.

    Days with a break have several `times`, each from and to.
    """

    days_text: str
    times: tuple[tuple[str, str], ...]
    tz_name: str
    note: Text


@dataclass(frozen=True, slots=True)
class Clock:
    """Today's hours by the clock of one place, and what the time is there."""

    place: str
    today: tuple[tuple[str, str], ...]
    now: str


@dataclass(frozen=True, slots=True)
class OpenHours:
    """`change_at` is the next opening or closing by the reader's clock (the contact's where the reader's is not known),
    with its day where that is not today. `spans` and `now` are minutes of the day at the contact; `here` is None where
    it is the same time.
    """

    lines: tuple[HoursLine, ...]
    is_open: bool
    change_at: str | None
    change_day: str | None
    spans: tuple[tuple[int, int], ...]
    now: int
    there: Clock
    here: Clock | None


def periods(hours: Sequence[Hours], day: date) -> Iterator[Period]:
    """The stretches that begin on `day`, in order, by the clock of the contact."""
    found = [_period(entry, day) for entry in hours if DAYS[day.weekday()] in entry.days]
    yield from sorted(found, key=lambda period: period.opens)


def _period(entry: Hours, day: date) -> Period:
    zone = ZoneInfo(entry.tz)
    opens = datetime.combine(day, _time(entry.opens), zone)
    ends_next_day = entry.closes == "24:00" or _time(entry.closes) <= _time(entry.opens)
    closes = datetime.combine(day + timedelta(days=int(ends_next_day)), _time(entry.closes), zone)
    return Period(opens, closes)


def _time(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text)


def current_period(hours: Sequence[Hours], now: datetime) -> Period | None:
    """The stretch that `now` lies in, joined with those that follow it without a break."""
    day = now.astimezone(ZoneInfo(hours[0].tz)).date()
    stretches = [
        stretch for ahead in range(-1, DAYS_LOOKED_AHEAD) for stretch in periods(hours, day + timedelta(ahead))
    ]
    return next((stretch for stretch in _joined(stretches) if stretch.opens <= now < stretch.closes), None)


def next_period(hours: Sequence[Hours], now: datetime) -> Period | None:
    day = now.astimezone(ZoneInfo(hours[0].tz)).date()
    stretches = (stretch for ahead in range(DAYS_LOOKED_AHEAD) for stretch in periods(hours, day + timedelta(ahead)))
    return next((stretch for stretch in stretches if stretch.opens > now), None)


def _joined(stretches: Sequence[Period]) -> Iterator[Period]:
    held: Period | None = None
    for stretch in stretches:
        if held and stretch.opens <= held.closes:
            held = Period(held.opens, max(held.closes, stretch.closes))
            continue
        if held:
            yield held
        held = stretch
    if held:
        yield held


def open_hours(hours: Sequence[Hours], now: datetime, language: str, reader_zone: str | None) -> OpenHours:
    """`hours` must not be empty; all its lines share one time zone."""
    zone = ZoneInfo(hours[0].tz)
    local = now.astimezone(zone)
    current = current_period(hours, now)
    following = None if current else next_period(hours, now)
    change = current.closes if current else following.opens if following else None
    is_always = current is not None and current.closes - now > timedelta(days=DAYS_LOOKED_AHEAD - 2)
    clock = ZoneInfo(reader_zone) if reader_zone else zone
    seen = None if change is None or is_always else change.astimezone(clock)
    today = list(periods(hours, local.date()))
    has_own_time = reader_zone is not None and now.astimezone(clock).utcoffset() != local.utcoffset()
    return OpenHours(
        lines=_lines(hours, language),
        is_open=current is not None,
        change_at=time_text(seen.time(), language) if seen else None,
        change_day=_day_name(seen.date(), language) if seen and seen.date() != now.astimezone(clock).date() else None,
        spans=tuple(_spans(hours, local)),
        now=local.hour * 60 + local.minute,
        there=_clock(today, now, hours[0].tz, language),
        here=_clock(today, now, reader_zone, language) if has_own_time and reader_zone else None,
    )


def _lines(hours: Sequence[Hours], language: str) -> tuple[HoursLine, ...]:
    """In their order; the stretches of the same days stand on one line, unless a note tells them apart."""
    return tuple(
        HoursLine(
            days_text(same[0].days, language),
            tuple((clock_text(entry.opens, language), clock_text(entry.closes, language)) for entry in same),
            zone_name(same[0].tz, language),
            choose(same[0].note, language, [code for code in same[0].note if code != "en"]),
        )
        for same in (list(group) for _, group in groupby(hours, key=lambda entry: (entry.days, entry.note)))
    )


def _clock(today: Sequence[Period], now: datetime, zone_key: str, language: str) -> Clock:
    zone = ZoneInfo(zone_key)
    times = [(period.opens.astimezone(zone), period.closes.astimezone(zone)) for period in today]
    return Clock(
        place=zone_name(zone_key, language),
        today=tuple((time_text(opens.time(), language), time_text(closes.time(), language)) for opens, closes in times),
        now=time_text(now.astimezone(zone).time(), language),
    )


def _spans(hours: Sequence[Hours], local: datetime) -> Iterator[tuple[int, int]]:
    """The open parts of today as minutes of the day, what is left of last night included."""
    start = datetime.combine(local.date(), time(0), local.tzinfo)
    for day in (local.date() - timedelta(days=1), local.date()):
        for period in periods(hours, day):
            first = max(0, int((period.opens - start).total_seconds() // 60))
            last = min(MINUTES_A_DAY, int((period.closes - start).total_seconds() // 60))
            if last > first:
                yield first, last


def time_text(moment: time, language: str) -> str:
    """`16:00` or `16.00`, as the language writes it."""
    return format_time(moment, "short", locale=locale_of(language))


def clock_text(published: str, language: str) -> str:
    """A published `HH:MM` as the language writes it; the end of a day stays 24."""
    if published == "24:00":
        return time_text(time(23), language).replace("23", "24")
    return time_text(time.fromisoformat(published), language)


@lru_cache(maxsize=512)
def days_text(days: tuple[str, ...], language: str) -> str:
    """`Monday–Thursday, Saturday` in the reader's language."""
    numbers = sorted(DAYS.index(day) for day in days)
    runs: list[list[int]] = [[numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = Locale.parse(language).days["stand-alone"]["wide"]
    words = [names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}" for run in runs]
    return ", ".join(words)


def _day_name(day: date, language: str) -> str:
    return str(Locale.parse(language).days["format"]["wide"][day.weekday()])


@lru_cache(maxsize=256)
def zone_name(zone: str, language: str) -> str:
    """The town a time zone is named after, as the reader calls it."""
    return get_timezone_location(zone, locale=language, return_city=True)
