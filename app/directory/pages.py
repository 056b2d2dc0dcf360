"""The pages of the directory."""

import io
from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.db import SessionDep
from app.directory.countries import get_countries_index, get_country_page
from app.directory.facts import get_compare_page
from app.directory.functions import FunctionGroup, get_counterpart_page, get_function_index, get_function_page
from app.directory.organisation_list import OrganisationFilter, get_organisations_index
from app.directory.organisations import OrganisationPage, get_organisation_page
from app.directory.perspective import Perspective, perspective
from app.directory.publications import Publications, publications_of
from app.directory.question import QuestionPage, get_question, is_complete
from app.directory.structured_data import organisation_data
from app.directory.vcard import MEDIA_TYPE, vcard
from app.pages import PUBLIC, Slug, Visit, VisitDep

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC], include_in_schema=False)

CountrySlug = Annotated[str, Path(pattern="^[a-z]{2,3}$")]
From = Annotated[str, Query(alias="from", max_length=8)]
"""The country the reader works in; what is no country is left out, not refused: a shared link still opens."""
Choice = Annotated[str, Query(max_length=80)]
QR_BORDER_MODULES = 2


def seen_from(visit: Visit, said: str = "") -> Perspective:
    return perspective(visit.vocabulary, visit.language, said)


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The record with what other rooms know of it."""

    title: str
    country: str
    record: OrganisationPage
    works: Publications
    json_ld: str
    home: str | None
    is_home_said: bool


@router.get("/organisations")
def organisations_page(
    visit: VisitDep,
    session: SessionDep,
    country: Choice = "",
    function: Choice = "",
    type_: Annotated[str, Query(alias="type", max_length=80)] = "",
    concept: Choice = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> HTMLResponse:
    wanted = OrganisationFilter(country.upper(), function, type_, concept)
    index = get_organisations_index(session, visit.reader, seen_from(visit), wanted, page)
    return visit.render("directory/organisations.html", index)


@router.get("/organisations/{organisation_id}.vcf")
def organisation_vcard(visit: VisitDep, session: SessionDep, organisation_id: Slug) -> Response:
    page = get_organisation_page(session, visit.reader, seen_from(visit), organisation_id)
    headers = {"Content-Disposition": f'attachment; filename="{page.id}.vcf"'}
    return Response(vcard(page, _address(visit, page.id)), media_type=MEDIA_TYPE, headers=headers)


@router.get("/organisations/{organisation_id}/qr.svg")
def organisation_qr(visit: VisitDep, session: SessionDep, organisation_id: Slug) -> Response:
    """The address of the page, not the card itself: a phone opens it at once, and it never grows old."""
    page = get_organisation_page(session, visit.reader, seen_from(visit), organisation_id)
    code = segno.make_qr(_address(visit, page.id), error="m")
    picture = io.BytesIO()
    code.save(picture, kind="svg", border=QR_BORDER_MODULES, light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Response(picture.getvalue(), media_type="image/svg+xml")


@router.get("/organisations/{organisation_id}")
def organisation_page(
    visit: VisitDep,
    session: SessionDep,
    request: Request,
    organisation_id: Slug,
    from_: From = "",
    mandate: Annotated[str, Query(max_length=3)] = "",
) -> HTMLResponse:
    view = seen_from(visit, from_)
    record = get_organisation_page(session, visit.reader, view, organisation_id, mandate)
    works = publications_of(request, session, visit.reader, record.id)
    json_ld = organisation_data(record, _address(visit, record.id))
    page = OrganisationView(record.title, record.country, record, works, json_ld, view.home, view.is_home_said)
    return visit.render("directory/organisation.html", page)


def _address(visit: Visit, organisation_id: str) -> str:
    return visit.absolute(visit.url(f"organisations/{organisation_id}"))


@router.get("/countries")
def countries_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    return visit.render("directory/countries.html", get_countries_index(session, visit.reader, seen_from(visit)))


@router.get("/countries/{country}")
def country_page(visit: VisitDep, session: SessionDep, country: CountrySlug, from_: From = "") -> HTMLResponse:
    page = get_country_page(session, visit.reader, seen_from(visit, from_), country.upper())
    return visit.render("directory/country.html", page)


@router.get("/compare/{topic}")
def compare_page(visit: VisitDep, session: SessionDep, topic: Slug) -> HTMLResponse:
    return visit.render("directory/compare.html", get_compare_page(session, visit.reader, seen_from(visit), topic))


@dataclass(frozen=True, slots=True)
class FunctionsView:
    """All functions, under the question; a question that is to be changed comes filled in."""

    title: str
    groups: tuple[FunctionGroup, ...]
    countries: int
    question: QuestionPage


@router.get("/functions")
def functions_page(
    visit: VisitDep, session: SessionDep, function: Choice = "", country: Choice = "", from_: From = ""
) -> HTMLResponse:
    view = seen_from(visit, from_)
    index = get_function_index(session, visit.reader, view)
    page = FunctionsView(index.title, index.groups, index.countries, get_question(view, function, country))
    return visit.render("directory/functions.html", page)


@router.get("/functions/{function}")
def function_page(visit: VisitDep, session: SessionDep, function: Slug, from_: From = "") -> HTMLResponse:
    page = get_function_page(session, visit.reader, seen_from(visit, from_), function)
    return visit.render("directory/function.html", page)


@router.get("/functions/{function}/{country}")
def counterpart_page(
    visit: VisitDep, session: SessionDep, function: Slug, country: CountrySlug, from_: From = ""
) -> HTMLResponse:
    view = seen_from(visit, from_)
    page = get_counterpart_page(session, visit.reader, view, function, country.upper())
    return visit.render("directory/counterpart.html", page)


@router.get("/counterpart")
def counterpart_question(visit: VisitDep, function: Choice = "", country: Choice = "", from_: From = "") -> Response:
    """303 to the permanent address of the answer; an incomplete question is asked again."""
    view = seen_from(visit, from_)
    if is_complete(view, function, country):
        home = view.home.lower() if view.is_home_said and view.home else None
        target = visit.url(f"functions/{function}/{country.lower()}", from_=home)
        return RedirectResponse(target, status_code=303)
    page = get_question(view, function, country, is_asked=bool(function or country))
    return visit.render("directory/question.html", page, 422 if page.errors else 200)
