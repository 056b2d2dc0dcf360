"""Hits become what the reader sees: every record is read again from the database, through their own permission."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.directory.contacts import Channel, channels_of
from app.directory.models import Organisation
from app.directory.names import own_name
from app.directory.perspective import perspective
from app.library.models import CaseSummary, Edition, Material, PublicationStatus
from app.permissions import Reader, visible_where
from app.vocabulary.service import Text, Vocabulary

PAGES = {"organisation": "organisations", "material": "materials", "case": "cases", "concept": "concepts"}
CASE_TYPE = "case-summary"


@dataclass(frozen=True, slots=True)
class Card:
    """`type` is a code of the organisation or material types; `languages` are those it is written in or served in.

    `channel` is the best way to reach an organisation that a source states, not hearsay.
    """

    kind: str
    id: str
    title: Text
    type: str | None = None
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    year: int | None = None
    publisher: str | None = None
    channel: Channel | None = None
    is_composite: bool = False

    @property
    def path(self) -> str:
        return f"{PAGES[self.kind]}/{self.id}"


class CardReader:
    """Two queries for organisations, two for materials, one for cases, none for concepts."""

    def __init__(self, session: Session, vocabulary: Vocabulary, reader: Reader, language: str) -> None:
        self._session = session
        self._vocabulary = vocabulary
        self._reader = reader
        self._language = language

    def cards(self, keys: Iterable[str]) -> Mapping[str, Card]:
        """Key -> card; a record that this reader may not see, or that is no more, is not in it."""
        wanted: dict[str, list[str]] = {}
        for key in keys:
            kind, _, identifier = key.partition(":")
            wanted.setdefault(kind, []).append(identifier)
        read: dict[str, Callable[[list[str]], Iterable[Card]]] = {
            "organisation": self._organisations,
            "material": self._materials,
            "case": self._cases,
            "concept": self._concepts,
        }
        found = (card for kind, ids in wanted.items() if kind in read for card in read[kind](ids))
        return {f"{card.kind}:{card.id}": card for card in found}

    def _organisations(self, ids: list[str]) -> Iterable[Card]:
        query = select(Organisation).where(visible_where(Organisation, self._reader), col(Organisation.id).in_(ids))
        rows = self._session.exec(query).all()
        channels = channels_of(self._session, self._reader, rows, perspective(self._vocabulary, self._language))
        for row in rows:
            yield Card(
                kind="organisation",
                id=row.id,
                title=own_name(row),
                type=row.type,
                countries=(row.country,),
                languages=tuple(row.languages_served or ()),
                channel=first_channel(channels[row.id]),
            )

    def _materials(self, ids: list[str]) -> Iterable[Card]:
        query = select(Material).where(
            visible_where(Material, self._reader),
            Material.status == PublicationStatus.PUBLISHED,
            col(Material.id).in_(ids),
        )
        rows = self._session.exec(query).all()
        editions: dict[str, list[Edition]] = {}
        held = select(Edition).where(col(Edition.material_id).in_([row.id for row in rows]))
        for edition in self._session.exec(held):
            editions.setdefault(edition.material_id, []).append(edition)
        for row in rows:
            titles = {edition.language: edition.title for edition in editions.get(row.id, [])}
            language = row.language if row.language in titles else next(iter(sorted(titles)), row.language)
            yield Card(
                kind="material",
                id=row.id,
                title=Text(titles.get(language, row.id), language),
                type=row.type,
                countries=tuple(row.countries),
                languages=tuple(dict.fromkeys((row.language, *sorted(titles)))),
                year=row.year,
                publisher=row.publisher,
            )

    def _cases(self, ids: list[str]) -> Iterable[Card]:
        query = select(CaseSummary).where(
            visible_where(CaseSummary, self._reader),
            CaseSummary.status == PublicationStatus.PUBLISHED,
            col(CaseSummary.id).in_(ids),
        )
        for row in self._session.exec(query):
            yield Card(
                kind="case",
                id=row.id,
                title=Text(row.title, row.language),
                type=CASE_TYPE,
                countries=(row.country,),
                languages=(row.language,),
                is_composite=row.is_composite,
            )

    def _concepts(self, ids: list[str]) -> Iterable[Card]:
        for identifier in ids:
            if entry := self._vocabulary.concepts.get(identifier):
                yield Card(kind="concept", id=identifier, title=entry.label(self._language))


def first_channel(channels: Iterable[Channel]) -> Channel | None:
    """One that answers; else a page to start from."""
    stated = [channel for channel in channels if channel.is_confirmed_fact and channel.href]
    return next((channel for channel in stated if channel.may_lead), next(iter(stated), None))
