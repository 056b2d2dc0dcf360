"""Pages about the portal itself, and help for people in danger."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.db import SessionDep
from app.i18n import N_, gettext, speaking
from app.pages import PUBLIC, Visit, VisitDep
from app.site import addresses
from app.site.help import get_help_page
from app.site.holdings import Holdings, count_holdings

pages = APIRouter(prefix="/{lang}", dependencies=[PUBLIC], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticPage:
    title: str


@dataclass(frozen=True, slots=True)
class AboutPage:
    title: str
    holdings: Holdings


@pages.get("/help")
def help_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    return visit.render("static_pages/help.html", get_help_page(session, visit))


@pages.get("/about")
def about_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    page = AboutPage(_said(visit, N_("About Samband")), count_holdings(session, visit.reader))
    return visit.render("static_pages/about.html", page)


@pages.get("/accessibility")
def accessibility_page(visit: VisitDep) -> HTMLResponse:
    return visit.render("static_pages/accessibility.html", StaticPage(_said(visit, N_("Accessibility statement"))))


@pages.get("/privacy")
def privacy_page(visit: VisitDep) -> HTMLResponse:
    return visit.render("static_pages/privacy.html", StaticPage(_said(visit, N_("Data protection"))))


@pages.get("/api")
def api_page(visit: VisitDep) -> HTMLResponse:
    return visit.render("static_pages/api.html", StaticPage(_said(visit, N_("Open data and API"))))


def _said(visit: Visit, message: str) -> str:
    with speaking(visit.language):
        return gettext(message)


router = APIRouter()
router.include_router(addresses.router)
router.include_router(pages)
