"""Bodies as lists, cards and bands show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.directory.contacts import Channel, channels_of
from app.directory.models import Counterpart, CounterpartBody, Organisation
from app.directory.names import other_names, own_name
from app.directory.perspective import Perspective
from app.permissions import Reader, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NO_TEXT, Text, choose

COORDINATION = "national-coordinator"
"""The function of last resort: whoever coordinates a country knows whom else to ask there."""

LEVELS_ABOVE = 2
"""How far up the superior bodies are looked for: a unit, its agency, its ministry."""


@dataclass(frozen=True, slots=True)
class BodyName:
    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Body:
    """`translated` is its name in the nearest language, where that is another than the name it uses of itself. `via` is
    the superior body whose channels are shown because none of its own is known.
    """

    id: str
    name: Text
    translated: Text
    abbreviation: str | None
    country: str
    country_name: str
    type: str
    region: str | None
    mandate: Text
    website: str | None
    channels: tuple[Channel, ...]
    via: BodyName | None

    @property
    def lead(self) -> Channel | None:
        return self.channels[0] if self.channels else None

    @property
    def is_dialable(self) -> bool:
        return any(channel.href and channel.is_called for channel in self.channels)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a function in a country. Of a gap `stand_ins` are the nearest bodies; they do not hold the function.
    `is_known` is false where the directory says nothing at all of the function in that country.
    """

    function: str
    country: str
    holders: tuple[str, ...]
    stand_ins: tuple[str, ...]
    note: Text
    is_known: bool

    @property
    def is_gap(self) -> bool:
        return not self.holders

    @property
    def bodies(self) -> tuple[str, ...]:
        """The answer and what comes after it, or whoever stands in."""
        return self.holders or self.stand_ins


def find_bodies(session: Session, reader: Reader, ids: Iterable[str], levels_above: int = 0) -> dict[str, Organisation]:
    """What the reader may see of these, with their superior bodies as far up as asked; one query a level."""
    found: dict[str, Organisation] = {}
    wanted = set(ids)
    for _level in range(levels_above + 1):
        if not wanted:
            break
        query = select(Organisation).where(col(Organisation.id).in_(wanted), visible_where(Organisation, reader))
        rows = session.exec(query).all()
        found.update({row.id: row for row in rows})
        wanted = {row.parent_id for row in rows if row.parent_id and row.parent_id not in found}
    return found


def cards(
    session: Session, reader: Reader, view: Perspective, ids: Sequence[str], function: str | None = None
) -> dict[str, Body]:
    """The bodies that the reader may see, ready to be shown, by id."""
    rows = find_bodies(session, reader, ids, LEVELS_ABOVE)
    channels = channels_of(session, reader, rows.values(), view, function)
    return {key: card(rows[key], rows, channels, view) for key in ids if key in rows}


def card(
    row: Organisation, rows: dict[str, Organisation], channels: dict[str, tuple[Channel, ...]], view: Perspective
) -> Body:
    superior = next((above for above in _superiors(row, rows) if channels[above.id]), None)
    borrowed = superior if superior and not channels[row.id] else None
    return Body(
        id=row.id,
        name=own_name(row),
        translated=translated_name(row, view.language),
        abbreviation=row.abbreviation,
        country=row.country,
        country_name=view.label(Scheme.COUNTRY, row.country),
        type=view.label(Scheme.ORGANISATION_TYPE, row.type),
        region=row.region,
        mandate=choose(row.mandate, view.language, row.assisted),
        website=row.website_domain,
        channels=channels[borrowed.id if borrowed else row.id],
        via=BodyName(borrowed.id, own_name(borrowed)) if borrowed else None,
    )


def _superiors(row: Organisation, rows: dict[str, Organisation]) -> list[Organisation]:
    above = []
    seen = {row.id}
    parent = rows.get(row.parent_id or "")
    while parent and parent.id not in seen:
        above.append(parent)
        seen.add(parent.id)
        parent = rows.get(parent.parent_id or "")
    return above


def translated_name(row: Organisation, language: str) -> Text:
    """The name for a reader who does not read the body's own; empty where that is the name already shown."""
    if language == own_name(row).language or row.names.get(language) == own_name(row).value:
        return NO_TEXT
    further = {name.language: name.value for name in other_names(row)}
    if own_name(row).language == "nb":
        # Both written forms of Norwegian are read by the same people: the other one helps nobody.
        further.pop("nn", None)
    return choose(further, language)


def holdings(
    session: Session, reader: Reader, view: Perspective, functions: Sequence[str], countries: Sequence[str]
) -> dict[tuple[str, str], Holding]:
    """Every pair of `functions` and `countries`, also those of which nothing is known; bodies the reader may see."""
    notes = session.exec(
        select(Counterpart).where(col(Counterpart.function).in_(functions), col(Counterpart.country).in_(countries))
    )
    known = {(row.function, row.country): row for row in notes}
    bodies: dict[tuple[str, str, bool], list[str]] = {}
    rows = session.exec(
        select(CounterpartBody)
        .join(Organisation, col(CounterpartBody.organisation_id) == Organisation.id)
        .where(visible_where(Organisation, reader))
        .where(col(CounterpartBody.function).in_(functions), col(CounterpartBody.country).in_(countries))
        .order_by(col(CounterpartBody.position))
    )
    for row in rows:
        bodies.setdefault((row.function, row.country, row.is_stand_in), []).append(row.organisation_id)
    return {
        (function, country): _holding(function, country, known.get((function, country)), bodies, view)
        for function in functions
        for country in countries
    }


def _holding(
    function: str,
    country: str,
    row: Counterpart | None,
    bodies: dict[tuple[str, str, bool], list[str]],
    view: Perspective,
) -> Holding:
    return Holding(
        function=function,
        country=country,
        holders=tuple(bodies.get((function, country, False), ())),
        stand_ins=tuple(bodies.get((function, country, True), ())),
        note=choose(row.note, view.language, row.assisted) if row else NO_TEXT,
        is_known=row is not None,
    )
