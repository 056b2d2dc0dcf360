"""Addresses without a language: the front door, leaving quickly, and what machines ask for first."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from app.db import SessionDep
from app.errors import NotFound
from app.i18n import LANGUAGES, negotiate
from app.pages import PUBLIC, environment
from app.site.sitemap import list_addresses
from app.state import Portal

router = APIRouter(dependencies=[PUBLIC], include_in_schema=False)
SECURITY_CONTACT_DAYS = 180


@router.get("/")
def choose_language(request: Request) -> RedirectResponse:
    language = negotiate(request.headers.get("accept-language", ""))
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
    return RedirectResponse(f"/{language}/", status_code=303, headers=headers)


@router.get("/leave")
def leave(request: Request) -> RedirectResponse:
    """What stands ahead in the tab's history after leaving quickly: it leads away too."""
    portal: Portal = request.app.state.portal
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(portal.settings.exit_url, status_code=303, headers=headers)


@router.get("/robots.txt")
def robots(request: Request) -> PlainTextResponse:
    base = request.app.state.portal.settings.base_url.rstrip("/")
    lines = ["User-agent: *", "Disallow: /leave", *(f"Disallow: /{code}/search" for code in LANGUAGES)]
    return PlainTextResponse("\n".join([*lines, "", f"Sitemap: {base}/sitemap.xml", ""]))


@router.get("/sitemap.xml")
def sitemap_index(request: Request) -> Response:
    base = request.app.state.portal.settings.base_url.rstrip("/")
    text = environment().get_template("static_pages/sitemap_index.xml").render(base=base, languages=LANGUAGES)
    return Response(text, media_type="application/xml")


@router.get("/sitemap-{language}.xml")
def sitemap(request: Request, session: SessionDep, language: Annotated[str, Path(pattern="^[a-z]{2}$")]) -> Response:
    """Every page that a visitor may see, with its address in each language."""
    if language not in LANGUAGES:
        raise NotFound
    portal: Portal = request.app.state.portal
    text = (
        environment()
        .get_template("static_pages/sitemap.xml")
        .render(
            base=portal.settings.base_url.rstrip("/"),
            language=language,
            languages=LANGUAGES,
            addresses=list_addresses(session, portal.vocabulary),
        )
    )
    return Response(text, media_type="application/xml")


@router.get("/.well-known/security.txt")
def security_txt(request: Request) -> PlainTextResponse:
    """RFC 9116; without an address to write to there is no such file."""
    settings = request.app.state.portal.settings
    if not settings.contact_address:
        raise NotFound
    expires = (datetime.now(UTC) + timedelta(days=SECURITY_CONTACT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: mailto:{settings.contact_address}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {settings.base_url.rstrip('/')}/.well-known/security.txt",
    )
    return PlainTextResponse("".join(f"{line}\n" for line in lines))
