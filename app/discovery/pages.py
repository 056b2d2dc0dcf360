"""The search page and the suggestions while typing."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.db import SessionDep
from app.discovery.forms import read_form, read_text
from app.discovery.search_page import make_search_page
from app.discovery.service import Suggested, places, search, suggest
from app.i18n import gettext, speaking
from app.library.documents import page_addresses
from app.pages import PUBLIC, VisitDep
from app.rate_limits import Limited, limited

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SuggestPage:
    title: str
    text: str
    suggestions: tuple[Suggested, ...]


@router.get("/search", dependencies=[limited(Limited.SEARCH)])
def search_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    form = read_form(visit.request.query_params.multi_items(), visit.vocabulary)
    results = search(visit.portal, session, visit.reader, form, visit.language)
    page_urls = page_addresses(session, visit, places(results))
    with speaking(visit.language):
        return visit.render("discovery/search.html", make_search_page(visit, form, results, page_urls))


@router.get("/suggest", dependencies=[limited(Limited.SUGGEST)])
def suggest_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    """The suggestions as a page; the field itself asks the API."""
    text, _ = read_text(visit.request.query_params.get("q", ""))
    found = suggest(visit.portal, session, visit.reader, text, visit.language)
    with speaking(visit.language):
        return visit.render("discovery/suggest.html", SuggestPage(gettext("Suggestions"), text, found))
