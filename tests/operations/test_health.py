"""Health and figures: what they say when all is well, when a part is gone, and what they never say."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.db import make_engine
from app.health import BACKUP_STAMP, MAX_INDEX_AGE_SECONDS, backup_age_seconds, note_backup
from app.outbox import Outbox
from app.state import Portal
from search.engine import EngineDown, Health

REFUSING = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
CANARY = "ankerstue"


class Gone:
    """An engine that is not there."""

    def health(self) -> Health:
        raise EngineDown


def portal_of(client: TestClient) -> Portal:
    assert isinstance(client.app, FastAPI)
    portal: Portal = client.app.state.portal
    return portal


def test_a_portal_that_is_well(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "search": "ok", "index": "ok"}
    assert answer.headers["cache-control"] == "no-store"


def test_without_its_engine_it_is_degraded_and_goes_on(
    make_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    monkeypatch.setattr(portal_of(client), "engine", Gone())
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["search"]) == (200, "degraded", "degraded")
    assert client.get("/health/live").status_code == 200
    assert client.get("/en/organisations/no-kom").status_code == 200


def test_changes_that_wait_too_long_are_said(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    portal = portal_of(client)
    waiting = datetime.now(UTC) - timedelta(seconds=MAX_INDEX_AGE_SECONDS + 60)
    with Session(portal.database) as session, session.begin():
        session.add(Outbox(key="organisation:no-kom", at=waiting))
    answer = client.get("/health/ready").json()
    assert (answer["status"], answer["index"]) == ("degraded", "degraded")


def test_f11_without_the_database_readers_are_told_within_three_seconds(
    make_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    whole = portal_of(client).database
    gone = make_engine(REFUSING)
    monkeypatch.setattr(portal_of(client), "database", gone)
    started = time.monotonic()
    page, api = client.get("/sv/organisations/no-kom"), client.get("/api/v1/organisations/no-kom")
    assert time.monotonic() - started < 2 * 3
    assert (page.status_code, api.status_code) == (503, 503)
    assert int(page.headers["retry-after"]) > 0
    assert '<html lang="sv"' in page.text
    assert api.json()["type"] == "/problems/database-down"
    assert "127.0.0.1" not in page.text + api.text
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["database"]) == (503, "down", "down")
    assert client.get("/health/live").status_code == 200

    monkeypatch.setattr(portal_of(client), "database", whole)
    assert client.get("/sv/organisations/no-kom").status_code == 200
    assert client.get("/health/ready").json()["status"] == "ok"
    gone.dispose()


def test_s38_there_are_no_figures_unless_asked_for(client: TestClient) -> None:
    assert client.get("/metrics", follow_redirects=True).status_code == 404


@pytest.fixture
def measured(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client(metrics=True)


def figure(client: TestClient, name: str) -> float | None:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else None


def test_requests_are_counted_by_template(measured: TestClient) -> None:
    for path in (
        f"/en/search?q={CANARY}",
        "/fi/search",
        f"/en/organisations/{CANARY}",
        f"/{CANARY}",
        f"/api/v1/search?q={CANARY}",
    ):
        measured.get(path)
    text = measured.get("/metrics").text
    assert CANARY not in text
    assert figure(measured, 'samband_requests_total{method="GET",route="/{lang}/search",status="200"}') == 2
    assert figure(measured, 'samband_requests_total{method="GET",route="/api/v1/search",status="200"}') == 1
    missing = 'samband_requests_total{method="GET",route="/{lang}/organisations/{organisation_id}",status="404"}'
    assert figure(measured, missing) == 1
    assert (figure(measured, 'samband_request_seconds_count{route="/{lang}/search"}') or 0) == 2


def test_a_client_cannot_make_new_series(measured: TestClient) -> None:
    for method in ("BREW", "PROPFIND"):
        measured.request(method, "/en/search")
    text = measured.get("/metrics").text
    assert "BREW" not in text
    assert "PROPFIND" not in text
    assert 'method="other"' in text


def test_the_state_of_the_parts_is_measured(measured: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = portal_of(measured)
    assert (figure(measured, "samband_database_up"), figure(measured, "samband_search_up")) == (1, 1)
    assert figure(measured, 'samband_index_waiting{engine="embedded"}') == 0
    with Session(portal.database) as session, session.begin():
        session.add(Outbox(key="organisation:no-kom", at=datetime.now(UTC) - timedelta(hours=1)))
    assert figure(measured, 'samband_index_waiting{engine="embedded"}') == 1
    assert (figure(measured, 'samband_index_lag_seconds{engine="embedded"}') or 0) >= 3600
    monkeypatch.setattr(portal, "engine", Gone())
    assert figure(measured, "samband_search_up") == 0


def test_figures_are_there_when_the_database_is_not(measured: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = make_engine(REFUSING)
    monkeypatch.setattr(portal_of(measured), "database", gone)
    assert figure(measured, "samband_database_up") == 0
    gone.dispose()


def test_f42_the_age_of_the_last_backup_is_measured(measured: TestClient) -> None:
    folder = portal_of(measured).settings.data_dir
    assert backup_age_seconds(folder) is None
    assert figure(measured, "samband_backup_age_seconds") is None
    note_backup(folder, "samband-x.tar")
    assert 0 <= (figure(measured, "samband_backup_age_seconds") or -1) < 60
    (folder / BACKUP_STAMP).write_text("not json", encoding="utf-8")
    assert backup_age_seconds(folder) is None


@pytest.mark.parametrize("metrics", [True, False])
def test_two_portals_in_one_process_do_not_share_figures(make_client: Callable[..., TestClient], metrics: bool) -> None:
    first, second = make_client(metrics=True), make_client(metrics=metrics)
    first.get("/en/search")
    assert ('route="/{lang}/search"' in second.get("/metrics").text) is False
