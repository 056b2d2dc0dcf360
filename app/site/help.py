"""Lines for people in danger, country by country: the released lines only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.db_types import Hours
from app.directory.hours import clock_text
from app.directory.models import Confidence, EmergencyCountry, EmergencyLine
from app.directory.perspective import HOME_COUNTRIES
from app.i18n import days_in_words, gettext, speaking
from app.pages import Visit
from app.vocabulary.service import Text, choose


@dataclass(frozen=True, slots=True)
class Opening:
    """`days` are weekdays in words; times are local to the line."""

    days: str
    opens: str
    closes: str
    note: Text


@dataclass(frozen=True, slots=True)
class HelpEntry:
    href: str
    display: str
    label: Text
    languages: tuple[str, ...]
    hours: tuple[Opening, ...]
    is_open_24h: bool
    is_sms: bool
    is_free: bool
    is_anonymous: bool
    note: Text
    source_url: str | None
    as_of: str | None

    @property
    def is_web(self) -> bool:
        return self.href.startswith("https://")


@dataclass(frozen=True, slots=True)
class HelpCountry:
    code: str
    name: str
    headline: Text
    note: Text
    entries: tuple[HelpEntry, ...]


@dataclass(frozen=True, slots=True)
class HelpPage:
    title: str
    countries: tuple[HelpCountry, ...]


def get_help_page(session: Session, visit: Visit) -> HelpPage:
    shown = (col(EmergencyLine.is_shown)) & (col(EmergencyLine.confidence) == Confidence.STATED)
    rows = session.exec(select(EmergencyLine).where(shown).order_by(col(EmergencyLine.position))).all()
    countries = session.exec(select(EmergencyCountry).order_by(col(EmergencyCountry.position))).all()
    with speaking(visit.language):
        title = gettext("Help for someone in danger")
    home = HOME_COUNTRIES.get(visit.language)
    own_first = sorted(countries, key=lambda row: row.country != home)
    return HelpPage(title, tuple(_country(visit, row, rows) for row in own_first))


def _country(visit: Visit, row: EmergencyCountry, lines: Sequence[EmergencyLine]) -> HelpCountry:
    return HelpCountry(
        code=row.country,
        name=visit.label("countries", row.country),
        headline=choose(row.headline, visit.language),
        note=choose(row.note, visit.language),
        entries=tuple(_entry(visit, line) for line in lines if line.country == row.country),
    )


def _entry(visit: Visit, line: EmergencyLine) -> HelpEntry:
    is_sms = line.display.upper().startswith("SMS")
    return HelpEntry(
        href=line.value if line.value.startswith("https://") else f"{'sms' if is_sms else 'tel'}:{line.value}",
        display=line.display,
        label=choose(line.label, visit.language),
        languages=tuple(visit.labels("languages", line.languages or ())),
        hours=() if line.is_open_24h else tuple(_opening(visit, entry) for entry in line.hours or ()),
        is_open_24h=line.is_open_24h,
        is_sms=is_sms,
        is_free=line.is_free is True,
        is_anonymous=line.is_anonymous is True,
        note=choose(line.note, visit.language),
        source_url=line.source_url,
        as_of=line.as_of,
    )


def _opening(visit: Visit, entry: Hours) -> Opening:
    return Opening(
        days=days_in_words(entry.days, visit.language),
        opens=clock_text(entry.opens, visit.language),
        closes=clock_text(entry.closes, visit.language),
        note=choose(entry.note, visit.language),
    )
