"""create_app(): the table of contents of the portal."""

import logging
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from types import TracebackType

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pythonjsonlogger.json import JsonFormatter
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from app import health, worker
from app.api_answers import PROBLEM_ANSWERS
from app.directory import api as directory_api
from app.directory import pages as directory_pages
from app.discovery import api as discovery_api
from app.discovery import concepts, home
from app.discovery import pages as discovery_pages
from app.error_pages import CatchUnexpected, install_error_pages
from app.figures import api as figures_api
from app.figures import pages as figures_pages
from app.library import api as library_api
from app.library import pages as library_pages
from app.library.publications import find_publications
from app.metrics import install_metrics
from app.middleware import AccessLog, RequestGuard, SecurityHeaders
from app.portal import open_portal
from app.rate_limits import Limited, RateLimits, limited
from app.settings import Settings, get_settings
from app.site import pages as site_pages
from app.static_files import CachedStatic
from app.vocabulary import api as vocabulary_api
from app.vocabulary import pages as vocabulary_pages

API = "/api/v1"
ALREADY_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf")


def create_app(settings: Settings | None = None, *, with_worker: bool = False) -> FastAPI:
    """Opens database and index when it starts serving; a route without a guard stops it here.

    `with_worker`: this process also brings changes to the index while it serves.
    """
    chosen = settings or get_settings()
    configure_logging(chosen)
    app = FastAPI(
        title="Samband",
        version="1",
        summary="Nordic contact network and library against human trafficking: open data, read-only.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=_lifespan,
        debug=False,
    )
    app.state.settings = chosen
    app.state.with_worker = with_worker
    app.state.find_publications = find_publications
    app.state.rate_limits = RateLimits(chosen)
    install_error_pages(app)
    for module in (discovery_api, directory_api, library_api, vocabulary_api, figures_api):
        app.include_router(module.router, prefix=API, dependencies=[limited(Limited.API)], responses=PROBLEM_ANSWERS)
    for router in _page_routers():
        app.include_router(router, include_in_schema=False)
    app.mount("/static", CachedStatic(), name="static")
    app.add_middleware(CatchUnexpected)
    app.add_middleware(GZipMiddleware, minimum_size=1000, exclude_content_types=ALREADY_COMPRESSED)
    app.add_middleware(RequestGuard, settings=chosen)
    app.add_middleware(AccessLog)
    app.add_middleware(SecurityHeaders, settings=chosen)
    if chosen.metrics:
        install_metrics(app)
    refuse_unguarded(app)
    return app


def _page_routers() -> tuple[APIRouter, ...]:
    return (
        health.router,
        site_pages.router,
        home.router,
        discovery_pages.router,
        concepts.router,
        directory_pages.router,
        figures_pages.router,
        library_pages.router,
        vocabulary_pages.router,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    portal = open_portal(app.state.settings)
    app.state.portal = portal
    worker.prepare(portal)
    with worker.in_background(portal) if app.state.with_worker else nullcontext():
        yield
    portal.database.dispose()


def refuse_unguarded(app: FastAPI) -> None:
    """S-02: every route declares what it needs."""
    for route in api_routes(app):
        if not is_guarded(route):
            raise RuntimeError(f"{route.path} declares no access rule")


def api_routes(app: FastAPI) -> list[RouteContext]:
    """Every route that answers, also of included routers: these stand in `app.routes` as one entry each."""
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


def is_guarded(route: RouteContext) -> bool:
    return any(hasattr(dependency.call, "access") for dependency in route.dependant.dependencies)


class JsonLines(JsonFormatter):
    def formatException(  # the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Type and path through the code only: an exception's text may hold what a reader typed (F-35)."""
        frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(ei[2])]
        return " ".join([ei[0].__name__ if ei[0] else "", *frames])


def configure_logging(settings: Settings) -> None:
    """One JSON object a line (a line break in a value cannot forge a line); times in UTC."""
    handler = logging.StreamHandler()
    formatter = JsonLines("%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # It tells at every look at the revision which database it looks at.
    logging.getLogger("alembic").setLevel(logging.WARNING)
