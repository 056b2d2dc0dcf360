"""The one place that makes an answer of an error: a calm page in the reader's language, or problem+json."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import is_down, is_locked
from app.errors import Busy, DatabaseDown, Invalid, NotFound, PortalError, SearchDown
from app.i18n import LANGUAGES, N_, gettext, negotiate, speaking
from app.pages import Visit
from app.permissions import VISITOR
from search.engine import EngineError

log = logging.getLogger("samband.errors")
MAX_KEPT_FIELDS = 50
MAX_KEPT_CHARACTERS = 20_000

TITLES = {
    "not-found": N_("This page does not exist"),
    "not-permitted": N_("You may not do this"),
    "invalid": N_("Something in the address or form is not right"),
    "too-many": N_("Too many requests"),
    "busy": N_("Somebody else is saving just now"),
    "full": N_("Nothing can be saved just now"),
    "search-down": N_("The search does not answer just now"),
    "database-down": N_("The portal cannot read its data just now"),
    "internal": N_("Something went wrong here"),
    "method": N_("This address cannot be used that way"),
}
MESSAGES = {
    "not-found": N_(
        "It may have moved, or the address has a typing error. Nothing was changed. "
        "Try the search or start from the home page."
    ),
    "not-permitted": N_("Nothing was changed. Go back, or ask your national coordinator."),
    "invalid": N_("Nothing was changed. Check the address, or go back and try again."),
    "too-many": N_("Nothing was lost. Wait a minute, then try again."),
    "busy": N_("Nothing was saved yet, and what you wrote is kept below. Wait a few seconds, then press the button."),
    "full": N_(
        "There is no room left. Nothing was saved yet, and what you wrote is kept below. "
        "Keep a copy of it, and try again when whoever runs this portal has made room."
    ),
    "search-down": N_(
        "Nothing was lost. Wait a minute, then try again. Organisations and counterparts can be looked up meanwhile."
    ),
    "database-down": N_("Nothing was saved or changed. Wait a minute, then try again."),
    "internal": N_(
        "The fault is ours, not yours. Nothing you wrote was saved. "
        "Try again; if it happens again, tell us the number below."
    ),
    "method": N_("Nothing was changed. Start again from the home page."),
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`kept` holds what was typed into the form that could not be saved, `action` where to send it again."""

    title: str
    message: str
    status: int
    code: str
    incident: str
    kept: tuple[tuple[str, str], ...] = ()
    action: str = ""


def install_error_pages(app: FastAPI) -> None:
    app.add_exception_handler(PortalError, _portal_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _database_error)
    app.add_exception_handler(NoConnectionFree, _database_error)
    app.add_exception_handler(EngineError, _search_error)
    app.add_exception_handler(Exception, _unexpected)


async def _portal_error(request: Request, error: Exception) -> Response:
    known = error if isinstance(error, PortalError) else PortalError()
    kept = await _kept(request) if isinstance(known, Busy) else ()
    return answer(request, known.status, known.code, dict(known.headers), kept)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    code = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "method"}.get(
        HTTPStatus(status), "invalid"
    )
    headers = error.headers if isinstance(error, HTTPException) and error.headers else {}
    return answer(request, status, code, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """A bad path parameter names nothing (404); a bad query or form is told (422)."""
    places = {entry["loc"][0] for entry in error.errors()} if isinstance(error, RequestValidationError) else set()
    kind: type[PortalError] = NotFound if "path" in places else Invalid
    fields = _fields(error) if kind is Invalid else ()
    return answer(request, kind.status, kind.code, {}, fields=fields)


def _fields(error: Exception) -> tuple[tuple[str, str], ...]:
    """Which parameters are wrong and what would be right; never the values that were sent."""
    if not isinstance(error, RequestValidationError):
        return ()
    return tuple((".".join(str(part) for part in entry["loc"][1:]), str(entry["msg"])) for entry in error.errors()[:10])


async def _database_error(request: Request, error: Exception) -> Response:
    if isinstance(error, OperationalError) and is_locked(error):
        return await _portal_error(request, Busy())
    if isinstance(error, NoConnectionFree) or (isinstance(error, OperationalError) and is_down(error)):
        log.error("the database does not answer", extra={"error": type(error).__name__})
        return await _portal_error(request, DatabaseDown())
    return await _unexpected(request, error)


async def _search_error(request: Request, error: Exception) -> Response:
    log.error("the search engine does not answer", extra={"error": type(error).__name__})
    return await _portal_error(request, SearchDown())


async def _unexpected(request: Request, error: Exception) -> Response:
    """The traceback is logged without the values it met; the page carries only its number."""
    incident = _incident(request)
    frames = _frames(error)
    log.error("unexpected error", extra={"incident": incident, "error": type(error).__name__, "frames": frames})
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", {})


class CatchUnexpected:
    """Answers inside the other middleware, so that the page of an unexpected error carries their headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            if has_started or scope["type"] != "http":
                raise
            response = await _unexpected(Request(scope), error)
            await response(scope, receive, send)


def _frames(error: BaseException) -> list[str]:
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_qualname if hasattr(code, 'co_qualname') else code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-12:]


async def _kept(request: Request) -> tuple[tuple[str, str], ...]:
    form = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)][:MAX_KEPT_FIELDS]
    return tuple((name, value[:MAX_KEPT_CHARACTERS]) for name, value in pairs)


def _incident(request: Request) -> str:
    return str(getattr(request.state, "incident", "-"))


def answer(
    request: Request,
    status: int,
    code: str,
    headers: Mapping[str, str],
    kept: tuple[tuple[str, str], ...] = (),
    fields: tuple[tuple[str, str], ...] = (),
) -> Response:
    language = _language(request)
    with speaking(language):
        title, message = gettext(TITLES[code]), gettext(MESSAGES[code])
    no_store = {**headers, "Cache-Control": "no-store"}
    if request.url.path.startswith("/api/"):
        return _problem(request, int(status), code, title, message, no_store, fields)
    page = ErrorPage(title, message, int(status), code, _incident(request), kept, request.url.path if kept else "")
    visit = Visit(request, language, VISITOR, request.app.state.portal)
    try:
        response: Response = visit.render("errors/error.html", page, int(status))
    except Exception:
        log.exception("the error page itself failed", extra={"incident": page.incident})
        response = PlainTextResponse(f"{title}\n{message}\n{page.incident}", status_code=int(status))
    response.headers.update(no_store)
    return response


def _problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    message: str,
    headers: Mapping[str, str],
    fields: tuple[tuple[str, str], ...],
) -> JSONResponse:
    body = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": message,
        "incident": _incident(request),
    }
    if fields:
        body["errors"] = [{"parameter": name, "problem": problem} for name, problem in fields]
    return JSONResponse(body, status, dict(headers), media_type="application/problem+json")


def _language(request: Request) -> str:
    first = request.url.path.split("/")[1]
    if first in LANGUAGES:
        return first
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else negotiate(request.headers.get("accept-language", ""))
