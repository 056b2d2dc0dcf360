"""Figures for Prometheus, only where SAMBAND_METRICS says so: route templates, never a path, query or address."""

import time
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import reading
from app.health import backup_age_seconds, index_lags, search_answers
from app.pages import PUBLIC
from app.state import Portal
from app.sync_quarantine import count_quarantined

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other word a client sends as its method counts as `other`: it must not make new series."""

API = "/api/v1"
BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RequestMetrics:
    """Counts and times every answer of this process, refusals included."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ("method", "route", "status")
        self.requests = Counter("samband_requests", "Answers sent.", labels, registry=registry)
        self.seconds = Histogram(
            "samband_request_seconds", "Time to answer.", ("route",), buckets=BUCKETS_SECONDS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            route = template(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.requests.labels(method, route, str(status)).inc()
            self.seconds.labels(route).observe(time.perf_counter() - started)


def template(scope: Scope) -> str:
    """The address with the names of its parts; a route of the API does not know under which prefix it stands."""
    path = str(getattr(scope.get("route"), "path", "-"))
    is_api = scope["path"].startswith(API) and path != "-" and not path.startswith(API)
    return f"{API}{path}" if is_api else path


class PortalMetrics(Collector):
    """The state of what the portal stands on, looked at when asked."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def collect(self) -> Iterator[Metric]:
        portal: Portal | None = getattr(self.app.state, "portal", None)
        if portal is None:
            return
        yield GaugeMetricFamily("samband_search_up", "1 where the engine answers.", float(search_answers(portal)))
        yield from _database(portal)
        age = backup_age_seconds(portal.settings.data_dir)
        if age is not None:
            yield GaugeMetricFamily("samband_backup_age_seconds", "Since the last backup of this machine.", age)


def _database(portal: Portal) -> Iterator[Metric]:
    up = GaugeMetricFamily("samband_database_up", "1 where the database answers.")
    waiting = GaugeMetricFamily("samband_index_waiting", "Changes an engine has not taken yet.", labels=("engine",))
    age = GaugeMetricFamily("samband_index_lag_seconds", "Age of the oldest of them.", labels=("engine",))
    quarantine = GaugeMetricFamily("samband_index_quarantined", "Records it cannot take.", labels=("engine",))
    try:
        with reading(portal.database) as session:
            lags, aside = index_lags(session), count_quarantined(session)
    except SQLAlchemyError:
        up.add_metric((), 0)
        yield up
        return
    up.add_metric((), 1)
    for lag in lags:
        waiting.add_metric((lag.engine,), lag.waiting)
        age.add_metric((lag.engine,), lag.age_seconds)
        quarantine.add_metric((lag.engine,), aside.get(lag.engine, 0))
    yield from (up, waiting, age, quarantine)


def install_metrics(app: FastAPI) -> None:
    registry = CollectorRegistry()
    registry.register(PortalMetrics(app))
    app.add_middleware(RequestMetrics, registry=registry)
    router = APIRouter(dependencies=[PUBLIC], include_in_schema=False)

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(
            generate_latest(registry), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
        )

    app.include_router(router)
