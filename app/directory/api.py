"""The directory as JSON."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session, col, select

from app.api_answers import MAX_PAGE, MAX_PER_PAGE, ApiLanguage, ApiSlug, Language, PageNumber, PerPage, respond
from app.db import SessionDep
from app.directory.api_models import (
    BodyRef,
    CounterpartItem,
    CountryDetail,
    CountryItem,
    CountryList,
    FunctionDetail,
    FunctionItem,
    FunctionList,
    OrganisationDetail,
    OrganisationItem,
    OrganisationList,
    TextItem,
    contact_item,
    counterpart_item,
    fact_item,
)
from app.directory.bodies import COORDINATION, BodyName, find_bodies, holdings
from app.directory.contacts import Channel
from app.directory.countries import COUNTRIES, count_organisations
from app.directory.facts import facts_of
from app.directory.models import ContactPoint, Organisation
from app.directory.names import own_name
from app.directory.organisation_list import OrganisationFilter, list_organisations
from app.directory.organisations import get_organisation_page
from app.directory.perspective import PLACES, Perspective, perspective
from app.errors import NotFound
from app.pages import PER_PAGE, PUBLIC
from app.permissions import VISITOR
from app.vocabulary.models import Scheme
from app.vocabulary.service import TermEntry

router = APIRouter(dependencies=[PUBLIC], tags=["directory"])
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")] | None
ApiCountry = Annotated[str, Path(pattern="^[A-Za-z]{2,3}$", description="Country or territory, such as NO.")]


class OrganisationParameters(BaseModel):
    """Different filters mean all of them. Codes are those of the closed lists; `concept` is a thesaurus id."""

    model_config = ConfigDict(extra="forbid")

    lang: Language = Field("en", description="Language of labels; names are sorted by its alphabet.")
    country: Code = None
    function: Code = None
    type: Code = None
    concept: Code = None
    page: int = Field(1, ge=1, le=MAX_PAGE)
    per_page: int = Field(PER_PAGE, ge=1, le=MAX_PER_PAGE)

    def filter(self, view: Perspective) -> OrganisationFilter:
        """Raises RequestValidationError for a code that no list holds."""
        lists = {"country": Scheme.COUNTRY, "function": Scheme.FUNCTION, "type": Scheme.ORGANISATION_TYPE}
        unknown = [
            name
            for name, scheme in lists.items()
            if getattr(self, name) is not None and view.vocabulary.find(scheme, getattr(self, name)) is None
        ]
        if self.concept is not None and self.concept not in view.vocabulary.concepts:
            unknown.append("concept")
        if unknown:
            raise RequestValidationError(
                [{"loc": ("query", name), "msg": "There is no such value.", "type": "value_error"} for name in unknown]
            )
        return OrganisationFilter(self.country or "", self.function or "", self.type or "", self.concept or "")


def _view(request: Request, language: str) -> Perspective:
    return perspective(request.app.state.portal.vocabulary, language)


@router.get("/organisations", response_model=OrganisationList)
def read_organisations(
    request: Request, session: SessionDep, asked: Annotated[OrganisationParameters, Query()]
) -> Response:
    """The bodies of the directory, by country and name."""
    view = _view(request, asked.lang)
    rows = list_organisations(session, VISITOR, view, asked.filter(view))
    first = (asked.page - 1) * asked.per_page
    shown = rows[first:][: asked.per_page]
    parents = find_bodies(session, VISITOR, {row.parent_id for row in shown if row.parent_id})
    items = [OrganisationItem.model_validate(item_fields(row, parents, asked.lang)) for row in shown]
    answer = OrganisationList(total=len(rows), page=asked.page, per_page=asked.per_page, items=items)
    return respond(request, answer)


@router.get("/organisations/{organisation_id}", response_model=OrganisationDetail)
def read_organisation(
    request: Request, session: SessionDep, organisation_id: ApiSlug, lang: ApiLanguage = "en"
) -> Response:
    """One body with its task, functions, units and functional channels, each with source and freshness."""
    view = _view(request, lang)
    page = get_organisation_page(session, VISITOR, view, organisation_id)
    visible = find_bodies(session, VISITOR, [organisation_id], levels_above=1)
    row = visible[organisation_id]
    channels = page.channels if page.via is None else ()
    stored = _stored(session, channels)
    contacts = [contact_item(channel, stored[channel.id]) for channel in channels]
    detail = OrganisationDetail(
        **item_fields(row, visible, lang),
        city=row.city,
        mandate=TextItem.of(page.mandate),
        functions=[function.code for function in page.functions],
        concepts=row.concepts,
        themes=row.themes,
        languages=row.languages_served,
        parents=[BodyRef.of(body) for body in page.above],
        units=[BodyRef.of(body) for body in page.below],
        contacts=contacts,
        missing=list(page.missing),
        sources=row.sources,
        source_url=row.source_url,
        as_of=row.as_of,
        compiled_on=row.compiled_on,
        confidence=row.confidence,
        freshness=page.sources.state,
    )
    return respond(request, detail)


def _stored(session: Session, channels: tuple[Channel, ...]) -> dict[str, ContactPoint]:
    ids = [channel.id for channel in channels]
    return {row.id: row for row in session.exec(select(ContactPoint).where(col(ContactPoint.id).in_(ids)))}


def item_fields(row: Organisation, visible: Mapping[str, Organisation], language: str) -> dict[str, object]:
    """The row by the names of the API; its superior body only where that is `visible` to the reader."""
    name = own_name(row)
    return {
        "id": row.id,
        "name": name.value,
        "language": name.language,
        "names": row.names,
        "abbreviation": row.abbreviation,
        "type": row.type,
        "country": row.country,
        "region": row.region,
        "parent": row.parent_id if row.parent_id in visible else None,
        "website": row.website_domain,
        "visibility": row.visibility,
        "url": f"/{language}/organisations/{row.id}",
    }


@router.get("/functions", response_model=FunctionList)
def read_functions(
    request: Request, lang: ApiLanguage = "en", page: PageNumber = 1, per_page: PerPage = PER_PAGE
) -> Response:
    """What a desk can be for: the closed list of functions."""
    view = _view(request, lang)
    entries = view.vocabulary.list(Scheme.FUNCTION)
    items = [FunctionItem.model_validate(_function_fields(view, entry)) for entry in entries]
    first = (page - 1) * per_page
    shown = items[first:][:per_page]
    return respond(request, FunctionList(total=len(items), page=page, per_page=per_page, items=shown))


@router.get("/functions/{function}", response_model=FunctionDetail)
def read_function(request: Request, session: SessionDep, function: ApiSlug, lang: ApiLanguage = "en") -> Response:
    """One function: who holds it in each country and territory, what differs, and whom to ask otherwise."""
    view = _view(request, lang)
    entry = view.vocabulary.find(Scheme.FUNCTION, function)
    if entry is None:
        raise NotFound
    counterparts = _counterparts(session, view, [function], PLACES)
    return respond(request, FunctionDetail(**_function_fields(view, entry), counterparts=counterparts))


def _function_fields(view: Perspective, entry: TermEntry) -> dict[str, object]:
    return {
        "code": entry.code,
        "label": entry.label(view.language),
        "group": entry.group,
        "group_label": view.label(Scheme.FUNCTION_GROUP, entry.group or ""),
        "definition": TextItem.of(entry.definition(view.language)),
        "concepts": list(entry.concepts),
        "url": f"/{view.language}/functions/{entry.code}",
    }


def _counterparts(
    session: Session, view: Perspective, functions: list[str], countries: tuple[str, ...]
) -> list[CounterpartItem]:
    held = holdings(session, VISITOR, view, list(dict.fromkeys([*functions, COORDINATION])), countries)
    rows = find_bodies(session, VISITOR, {key for holding in held.values() for key in holding.bodies})
    named = {key: BodyRef.of(BodyName(key, own_name(row))) for key, row in rows.items()}
    return [
        counterpart_item(
            held[function, country], named, _first(named, held[COORDINATION, country].bodies), view.language
        )
        for function in functions
        for country in countries
    ]


def _first(named: Mapping[str, BodyRef], ids: tuple[str, ...]) -> BodyRef | None:
    return next((named[key] for key in ids if key in named), None)


@router.get("/countries", response_model=CountryList)
def read_countries(
    request: Request, session: SessionDep, lang: ApiLanguage = "en", page: PageNumber = 1, per_page: PerPage = PER_PAGE
) -> Response:
    """Countries and territories of the directory, and the international bodies as one."""
    view = _view(request, lang)
    counts = count_organisations(session, VISITOR)
    items = [CountryItem.model_validate(_country_fields(view, code, counts.get(code, 0))) for code in COUNTRIES]
    first = (page - 1) * per_page
    shown = items[first:][:per_page]
    return respond(request, CountryList(total=len(items), page=page, per_page=per_page, items=shown))


@router.get("/countries/{country}", response_model=CountryDetail)
def read_country(request: Request, session: SessionDep, country: ApiCountry, lang: ApiLanguage = "en") -> Response:
    """One country: facts with their sources, and who holds which function."""
    view = _view(request, lang)
    code = country.upper()
    if code not in COUNTRIES:
        raise NotFound
    functions = [entry.code for entry in view.vocabulary.list(Scheme.FUNCTION)]
    counterparts = _counterparts(session, view, functions, (code,)) if code in PLACES else []
    facts = facts_of(session, VISITOR, view, [code])
    detail = CountryDetail(
        **_country_fields(view, code, count_organisations(session, VISITOR).get(code, 0)),
        coordinator=next((item.fallback for item in counterparts), None),
        facts=[fact_item(topic, fact) for (_, topic), found in facts.items() for fact in found],
        counterparts=counterparts,
    )
    return respond(request, detail)


def _country_fields(view: Perspective, code: str, organisations: int) -> dict[str, object]:
    entry = view.vocabulary.term(Scheme.COUNTRY, code)
    return {
        "code": code,
        "name": entry.label(view.language),
        "kind": entry.kind or "",
        "realm": entry.group,
        "organisations": organisations,
        "url": f"/{view.language}/countries/{code.lower()}",
    }
