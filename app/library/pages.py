"""Pages of the library: materials, case summaries, citations, what is new."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, Response

from app.db import SessionDep
from app.i18n import N_, gettext, speaking
from app.library.case_page import get_case_page
from app.library.citation import bibtex, ris
from app.library.documents import get_file
from app.library.files import PICTURE
from app.library.forms import MaterialForm, material_filters
from app.library.material_page import WithdrawnPage, get_material_page
from app.library.models import PublicationStatus
from app.library.service import get_case, get_citation, get_material, whom_to_ask
from app.library.shelves import get_cases_page, get_materials_page, get_new_page
from app.pages import PUBLIC, Slug, Visit, VisitDep

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC])
Digest = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]
TextLanguage = Annotated[str | None, Query(alias="text", pattern="^[a-z]{2,3}$")]


def said(visit: Visit, message: str) -> str:
    with speaking(visit.language):
        return gettext(message)


@router.get("/materials")
def materials_page(visit: VisitDep, session: SessionDep, form: Annotated[MaterialForm, Query()]) -> HTMLResponse:
    filters = material_filters(form, visit.vocabulary)
    page = get_materials_page(session, visit, filters, form.page, said(visit, N_("Library")))
    return visit.render("library/materials.html", page)


@router.get("/materials/{material_id}")
def material_page(visit: VisitDep, session: SessionDep, material_id: Slug, text: TextLanguage = None) -> HTMLResponse:
    record = get_material(session, visit.reader, material_id)
    if record.is_withdrawn:
        return _withdrawn(visit, record.material.countries)
    return visit.render("library/material.html", get_material_page(session, visit, record, text))


def _withdrawn(visit: Visit, countries: list[str]) -> HTMLResponse:
    """The address stays and says that the record is gone, never what it held."""
    page = WithdrawnPage(said(visit, N_("This record was withdrawn")), whom_to_ask(visit, countries))
    return visit.render("library/withdrawn.html", page, HTTPStatus.GONE)


@router.get("/materials/{material_id}/files/{sha256}")
def material_file(visit: VisitDep, session: SessionDep, material_id: Slug, sha256: Digest) -> Response:
    return get_file(session, visit, material_id, sha256)


@router.get("/materials/{material_id}/files/{sha256}/page-1.png")
def material_picture(visit: VisitDep, session: SessionDep, material_id: Slug, sha256: Digest) -> Response:
    return get_file(session, visit, material_id, sha256, PICTURE)


@router.get("/materials/{material_id}/cite.bib")
def material_bibtex(visit: VisitDep, session: SessionDep, material_id: Slug) -> Response:
    return _citation(
        bibtex(get_citation(session, visit.reader, material_id)), "application/x-bibtex", f"{material_id}.bib"
    )


@router.get("/materials/{material_id}/cite.ris")
def material_ris(visit: VisitDep, session: SessionDep, material_id: Slug) -> Response:
    cited = ris(get_citation(session, visit.reader, material_id))
    return _citation(cited, "application/x-research-info-systems", f"{material_id}.ris")


def _citation(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=f"{media_type}; charset=utf-8", headers=headers)


@router.get("/cases")
def cases_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    return visit.render("library/cases.html", get_cases_page(session, visit, said(visit, N_("Case summaries"))))


@router.get("/cases/{case_id}")
def case_page(visit: VisitDep, session: SessionDep, case_id: Slug) -> HTMLResponse:
    case = get_case(session, visit.reader, case_id)
    if case.status is PublicationStatus.WITHDRAWN:
        return _withdrawn(visit, [case.country])
    return visit.render("library/case.html", get_case_page(session, visit, case))


@router.get("/new")
def new_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    return visit.render("library/new.html", get_new_page(session, visit, said(visit, N_("What’s new"))))
