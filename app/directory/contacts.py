"""Contact points as a reader sees them, the best way in first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.directory.dialling import CALLED, EMERGENCY, dial
from app.directory.freshness import freshness
from app.directory.hours import HoursLine, OpenHours, open_hours
from app.directory.models import Confidence, ContactPoint, Organisation
from app.directory.perspective import Perspective
from app.i18n import N_
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import Text, choose

KINDS_IN_ORDER = ("phone", "helpline", "email", "form", "secure", "web", "address")
"""A practitioner wants an answer today: speak, then write, then read. Phone and helpline count alike."""
AUDIENCES = {"professionals": N_("professionals"), "authorities": N_("authorities")}
"""Whom a channel is for, where it is not for everyone."""
LEADS = frozenset({"phone", "helpline", "email", "form"})
"""Kinds of which a stated one may carry the one filled button of a card."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a body. `check_at` is the page on which a generally known channel has to be confirmed first."""

    id: str
    kind: str
    value: str
    display: str
    href: str | None
    scope: Text
    note: Text
    languages: tuple[str, ...]
    are_languages_assumed: bool
    hours: tuple[HoursLine, ...]
    open_hours: OpenHours | None
    is_open_24h: bool
    is_open_now: bool | None
    is_urgent: bool
    is_sms: bool
    is_elsewhere: bool
    is_local: bool
    audience_code: str
    audience: str
    is_for_professionals: bool
    functions: tuple[str, ...]
    area: str | None
    state: str
    as_of: date | str | None
    source_note: str
    source_url: str | None
    is_confirmed_fact: bool
    check_at: str | None

    @property
    def is_called(self) -> bool:
        return self.kind in CALLED

    @property
    def is_emergency(self) -> bool:
        return self.value == EMERGENCY

    @property
    def may_lead(self) -> bool:
        """Whether its button may be the filled one: never on one to be confirmed, nor on a 112 elsewhere."""
        return self.href is not None and self.is_confirmed_fact and self.kind in LEADS and not self.is_elsewhere


def channels_of(
    session: Session, reader: Reader, bodies: Iterable[Organisation], view: Perspective, function: str | None = None
) -> dict[str, tuple[Channel, ...]]:
    """The visible channels of each body, best first. With `function` those that serve it come before the others."""
    by_id = {body.id: body for body in bodies}
    rows = session.exec(
        select(ContactPoint)
        .where(col(ContactPoint.organisation_id).in_(list(by_id)), visible_where(ContactPoint, reader))
        .order_by(ContactPoint.organisation_id, col(ContactPoint.position))
    )
    found: dict[str, list[Channel]] = {key: [] for key in by_id}
    for row in rows:
        found[row.organisation_id].append(channel(row, by_id[row.organisation_id].country, view))
    return {key: best_first(channels, function) for key, channels in found.items()}


def channel(row: ContactPoint, country: str, view: Perspective) -> Channel:
    way = dial(row.kind, row.value, row.display, country, view.home)
    open_now = open_hours(row.hours, view.now, view.language, view.time_zone) if row.hours else None
    fresh = freshness(row.verified_at, row.as_of, view.today)
    return Channel(
        id=row.id,
        kind=row.kind,
        value=row.value,
        display=way.display,
        href=way.href,
        scope=choose(row.scope, view.language, row.assisted),
        note=choose(row.note, view.language, [code for code in row.note if code != "en"]),
        languages=tuple(view.label(Scheme.LANGUAGE, code) for code in row.languages or ()),
        are_languages_assumed=row.languages_basis == "assumed",
        hours=open_now.lines if open_now else (),
        open_hours=open_now,
        is_open_24h=row.is_open_24h,
        is_open_now=True if row.is_open_24h else open_now.is_open if open_now else None,
        is_urgent=row.is_urgent,
        is_sms=way.is_sms,
        is_local=way.is_local,
        is_elsewhere=way.is_elsewhere,
        audience_code=row.audience,
        audience=view.say(AUDIENCES[row.audience]) if row.audience in AUDIENCES else "",
        is_for_professionals=row.audience in AUDIENCES,
        functions=tuple(row.functions),
        area=row.area,
        state=fresh.state,
        as_of=fresh.as_of,
        source_note=row.source_note,
        source_url=row.source_url,
        is_confirmed_fact=row.confidence is Confidence.STATED,
        check_at=row.check_at if row.confidence is not Confidence.STATED else None,
    )


def best_first(channels: Iterable[Channel], function: str | None = None) -> tuple[Channel, ...]:
    return tuple(sorted(channels, key=lambda found: _rank(found, function)))


def _rank(found: Channel, function: str | None) -> tuple[int, ...]:
    """What is stated before what is only generally known; what serves the function asked for; speaking before writing.

    The emergency number comes after every other number: it is for danger, not for a question between offices. What is
    closed now waits behind what is open, and a line for people in need behind the desk's own number.
    """
    kind = "phone" if found.is_called else found.kind
    audience = 0 if found.is_for_professionals else 1
    return (
        int(not found.is_confirmed_fact),
        int(found.is_elsewhere),
        int(function is not None and function not in found.functions),
        KINDS_IN_ORDER.index(kind),
        int(found.is_emergency),
        int(found.area is not None),
        int(found.is_called and found.href is None),
        audience,
        int(found.is_open_now is False),
        int(found.is_urgent),
    )
