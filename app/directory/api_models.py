"""The shapes in which the directory is given out as JSON."""

from datetime import date

from pydantic import BaseModel

from app.db_types import Hours
from app.directory.bodies import Body, BodyName, Holding
from app.directory.contacts import Channel
from app.directory.facts import Fact
from app.directory.models import ContactPoint
from app.vocabulary.service import Text


class TextItem(BaseModel):
    """`machine_assisted`: written or translated with machine assistance, confirmed by nobody yet."""

    text: str
    language: str
    machine_assisted: bool

    @classmethod
    def of(cls, text: Text) -> "TextItem | None":
        return cls(text=text.value, language=text.language, machine_assisted=text.is_assisted) if text else None


class BodyRef(BaseModel):
    id: str
    name: str
    language: str

    @classmethod
    def of(cls, body: BodyName | Body) -> "BodyRef":
        return cls(id=body.id, name=body.name.value, language=body.name.language)


class OrganisationItem(BaseModel):
    """`name` is what the body calls itself, in `language`."""

    id: str
    name: str
    language: str
    names: dict[str, str]
    abbreviation: str | None
    type: str
    country: str
    region: str | None
    parent: str | None
    website: str | None
    visibility: str
    url: str


class ContactItem(BaseModel):
    """`confidence` common-knowledge: to be confirmed at `check_at` before it is used as a fact. `freshness` unknown:
    nobody confirmed it; `as_of` is then the date of its source, null where the source carries none.
    """

    id: str
    kind: str
    value: str
    display: str
    text_messages_only: bool
    only_inside_country: bool
    urgent: bool
    open_24h: bool
    hours: list[Hours] | None
    languages: list[str] | None
    languages_basis: str | None
    audience: str
    functions: list[str]
    area: str | None
    scope: TextItem | None
    note: TextItem | None
    confidence: str
    check_at: str | None
    source: str
    source_url: str | None
    as_of: str | None
    freshness: str


class OrganisationDetail(OrganisationItem):
    """`contacts` come best first; `missing` was looked for and not found."""

    city: str | None
    mandate: TextItem | None
    functions: list[str]
    concepts: list[str]
    themes: list[str]
    languages: list[str] | None
    parents: list[BodyRef]
    units: list[BodyRef]
    contacts: list[ContactItem]
    missing: list[str]
    sources: list[str]
    source_url: str | None
    as_of: str | None
    compiled_on: str | None
    confidence: str | None
    freshness: str


class OrganisationList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[OrganisationItem]


class CounterpartItem(BaseModel):
    """Who holds a function in a country, the first one answers. `gap`: nobody was found; `stand_ins` do not hold it
    there. `known` false: not looked into yet. `fallback`: the coordinator to ask, of a territory perhaps the realm's.
    """

    function: str
    country: str
    gap: bool
    known: bool
    holders: list[BodyRef]
    stand_ins: list[BodyRef]
    fallback: BodyRef | None
    note: TextItem | None
    url: str


class FunctionItem(BaseModel):
    code: str
    label: str
    group: str
    group_label: str
    definition: TextItem | None
    concepts: list[str]
    url: str


class FunctionList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[FunctionItem]


class FunctionDetail(FunctionItem):
    counterparts: list[CounterpartItem]


class CountryItem(BaseModel):
    """`kind`: country, territory, neighbour or international; `realm`: the country a territory belongs to."""

    code: str
    name: str
    kind: str
    realm: str | None
    organisations: int
    url: str


class CountryList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[CountryItem]


class SourceItem(BaseModel):
    title: str
    publisher: str
    url: str | None
    date: str | None


class FactItem(BaseModel):
    """`found` false: looked for and not found. Without a source a statement has to be confirmed first."""

    id: str
    topic: str
    found: bool
    text: TextItem | None
    value: str | None
    organisation: BodyRef | None
    note: TextItem | None
    sources: list[SourceItem]
    as_of: str | None
    freshness: str


class CountryDetail(CountryItem):
    coordinator: BodyRef | None
    facts: list[FactItem]
    counterparts: list[CounterpartItem]


def contact_item(channel: Channel, row: ContactPoint) -> ContactItem:
    """`hours` and `languages` as they are stored: programs want codes, not words."""
    return ContactItem(
        id=channel.id,
        kind=channel.kind,
        value=channel.value,
        display=channel.display,
        text_messages_only=channel.is_sms,
        only_inside_country=channel.is_local,
        urgent=channel.is_urgent,
        open_24h=channel.is_open_24h,
        hours=row.hours,
        languages=row.languages,
        languages_basis=row.languages_basis,
        audience=channel.audience_code,
        functions=list(channel.functions),
        area=channel.area,
        scope=TextItem.of(channel.scope),
        note=TextItem.of(channel.note),
        confidence="stated" if channel.is_confirmed_fact else "common-knowledge",
        check_at=channel.check_at,
        source=channel.source_note,
        source_url=channel.source_url,
        as_of=day(channel.as_of),
        freshness=channel.state,
    )


def counterpart_item(
    holding: Holding, named: dict[str, BodyRef], fallback: BodyRef | None, language: str
) -> CounterpartItem:
    return CounterpartItem(
        function=holding.function,
        country=holding.country,
        gap=holding.is_gap,
        known=holding.is_known,
        holders=[named[key] for key in holding.holders if key in named],
        stand_ins=[named[key] for key in holding.stand_ins if key in named],
        fallback=fallback,
        note=TextItem.of(holding.note),
        url=f"/{language}/functions/{holding.function}/{holding.country.lower()}",
    )


def fact_item(topic: str, fact: Fact) -> FactItem:
    return FactItem(
        id=fact.id,
        topic=topic,
        found=fact.is_found,
        text=TextItem.of(fact.text),
        value=fact.value,
        organisation=BodyRef.of(fact.organisation) if fact.organisation else None,
        note=TextItem.of(fact.note),
        sources=[
            SourceItem(title=found.title, publisher=found.publisher, url=found.url, date=found.date)
            for found in fact.sources
        ],
        as_of=fact.as_of,
        freshness=fact.state,
    )


def day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
