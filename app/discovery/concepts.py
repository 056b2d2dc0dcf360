"""The page of a concept: its words in every language, its neighbours, and what is tagged with it in which country."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.db import SessionDep
from app.discovery.cards import Card, CardReader
from app.i18n import collation_key
from app.library.service import Ask, whom_to_ask
from app.pages import PUBLIC, Slug, Visit, VisitDep
from app.vocabulary.concepts import ConceptView, Neighbour, concept_view, get_concept, with_narrower
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES
from search.engine import MAX_PER_PAGE, Page, Query, Sort

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC])
KINDS = ("material", "case", "organisation")
SHOWN_PER_COUNTRY = 6


@dataclass(frozen=True, slots=True)
class Counted:
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A tagged record; `type_label` and `year` say what it is."""

    card: Card
    type_label: str
    url: str


@dataclass(frozen=True, slots=True)
class CountryShelf:
    """The first tagged records of a country; `all_url` leads to every one of them."""

    country: str
    label: str
    count: int
    lines: tuple[Line, ...]
    all_url: str


@dataclass(frozen=True, slots=True)
class NeighbourLine:
    neighbour: Neighbour
    count: int


@dataclass(frozen=True, slots=True)
class ConceptPage:
    title: str
    concept: ConceptView
    broader: tuple[NeighbourLine, ...]
    narrower: tuple[NeighbourLine, ...]
    related: tuple[NeighbourLine, ...]
    functions: tuple[tuple[str, str], ...]
    includes_narrower: bool
    total: int
    kinds: Mapping[str, Counted]
    shelves: tuple[CountryShelf, ...]
    ask: Ask


@router.get("/concepts/{concept_id}")
def concept_page(visit: VisitDep, session: SessionDep, concept_id: Slug) -> HTMLResponse:
    return visit.render("discovery/concept.html", get_concept_page(session, visit, concept_id))


def get_concept_page(session: Session, visit: Visit, concept_id: str) -> ConceptPage:
    entry = get_concept(visit.vocabulary, concept_id)
    view = concept_view(visit.vocabulary, entry, visit.language)
    scope = with_narrower(visit.vocabulary, concept_id)
    tagged = find_tagged(visit, scope)
    counts = {one.value: one.count for one in tagged.facets["concept"]}
    return ConceptPage(
        title=view.label.value,
        concept=view,
        broader=_counted(view.broader, counts),
        narrower=_counted(view.narrower, counts),
        related=_counted(view.related, counts),
        functions=tuple(_functions(visit, concept_id)),
        includes_narrower=len(scope) > 1,
        total=tagged.total,
        kinds={
            one.value: Counted(one.count, visit.url("search", concept=list(scope), kind=one.value))
            for one in tagged.facets["kind"]
        },
        shelves=tuple(_shelves(session, visit, scope, tagged)),
        ask=whom_to_ask(visit, []),
    )


def find_tagged(visit: Visit, scope: tuple[str, ...]) -> Page:
    """What carries one of these concepts; the counts of the neighbours come with it."""
    return visit.portal.engine.search(
        Query(
            principals=visit.principals,
            filters={"concept": scope, "kind": KINDS},
            facets=("kind", "country", "concept"),
            sort=Sort.NEWEST,
            per_page=MAX_PER_PAGE,
        )
    )


def _counted(neighbours: Sequence[Neighbour], counts: Mapping[str, int]) -> tuple[NeighbourLine, ...]:
    return tuple(NeighbourLine(neighbour, counts.get(neighbour.id, 0)) for neighbour in neighbours)


def _functions(visit: Visit, concept_id: str) -> Iterable[tuple[str, str]]:
    for term in visit.vocabulary.list(Scheme.FUNCTION):
        if concept_id in term.concepts:
            yield term.label(visit.language), visit.url(f"functions/{term.code}")


def _shelves(session: Session, visit: Visit, scope: tuple[str, ...], tagged: Page) -> Iterable[CountryShelf]:
    """The Nordic countries first, then the territories; each with its newest records and a way to all of them."""
    keys = [hit.key for kind in KINDS for hit in tagged.hits if hit.kind == kind]
    cards = CardReader(session, visit.vocabulary, visit.reader, visit.language).cards(keys)
    lines = [_line(visit, cards[key]) for key in keys if key in cards]
    key = collation_key(visit.language)
    counts = {one.value: one.count for one in tagged.facets["country"]}
    for country in sorted(counts, key=lambda code: (_rank(code), key(visit.label("countries", code)))):
        own = [line for line in lines if country in line.card.countries]
        yield CountryShelf(
            country=country,
            label=visit.label("countries", country),
            count=counts[country],
            lines=tuple(own[:SHOWN_PER_COUNTRY]),
            all_url=visit.url("search", concept=list(scope), country=country),
        )


def _rank(country: str) -> int:
    return 0 if country in NORDIC else 1 if country in TERRITORIES else 2


def _line(visit: Visit, card: Card) -> Line:
    scheme = "organisation_types" if card.kind == "organisation" else "material_types"
    return Line(card, visit.label(scheme, card.type), visit.url(card.path))
