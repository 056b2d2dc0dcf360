"""F-09 and search down: an engine that says too much or nothing at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.directory.models import Organisation
from app.library.models import CaseSummary, Material, PublicationStatus
from app.permissions import PUBLIC_PRINCIPAL, Visibility
from app.state import Portal
from search.engine import (
    Document,
    EngineDown,
    EngineError,
    FacetCount,
    Fragment,
    Health,
    Hit,
    Page,
    Query,
    Snippet,
    Suggestion,
)
from tests.page_client import html_problems

pytestmark = pytest.mark.fault
SECRET = "Verndarhúsið við Leynigötu"
HIDDEN = ("organisation:no-kom", "material:fi-heuni-95b", "case:case-01-fi-restaurant")


def hide(session: Session) -> None:
    """Three records that the index still knows under their old label."""
    organisation = session.exec(select(Organisation).where(col(Organisation.id) == "no-kom")).one()
    organisation.visibility = Visibility.GREEN
    material = session.exec(select(Material).where(col(Material.id) == "fi-heuni-95b")).one()
    material.visibility = Visibility.GREEN
    case = session.exec(select(CaseSummary).where(col(CaseSummary.id) == "case-01-fi-restaurant")).one()
    case.status = PublicationStatus.WITHDRAWN
    session.add_all([organisation, material, case])


class Talkative:
    """Ignores principals and filters, and is behind the database."""

    keys: tuple[str, ...] = (
        *HIDDEN,
        "organisation:dk-cmm",
        "concept:forced-labour",
        "material:gone-long-ago",
        "odd:x",
        "x",
    )

    def search(self, query: Query) -> Page:
        snippet = Snippet((Fragment(SECRET, True),), "is", 7)
        hits = tuple(Hit(key, key.partition(":")[0], 1.0, snippet if key in HIDDEN else None, ()) for key in self.keys)
        told = {"country": (FacetCount("NO", 37),), "kind": (FacetCount("organisation", 39),)}
        return Page(hits, 40, {name: told.get(name, ()) for name in query.facets})

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(SECRET if key in HIDDEN else key, "", key, "is") for key in self.keys)

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        return self.search(Query(principals)).hits

    def upsert(self, documents: Iterable[Document]) -> None: ...

    def delete(self, keys: Iterable[str]) -> None: ...

    def rebuild(self, documents: Iterable[Document]) -> None: ...

    def versions(self) -> Mapping[str, str]:
        return {}

    def health(self) -> Health:
        return Health(True, "1", 1, "one")


class Down(Talkative):
    def __init__(self, error: type[EngineError]) -> None:
        self.error = error

    def search(self, query: Query) -> Page:
        raise self.error

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        raise self.error

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        raise self.error


def portal_of(client: TestClient) -> Portal:
    assert isinstance(client.app, FastAPI)
    portal: Portal = client.app.state.portal
    return portal


@pytest.fixture
def talkative(make_client: Callable[..., TestClient]) -> TestClient:
    client = make_client(hide)
    portal_of(client).engine = Talkative()
    return client


def test_f09_the_page_shows_only_what_the_database_shows(talkative: TestClient) -> None:
    response = talkative.get("/en/search?q=police")
    tree = LexborHTMLParser(response.text)
    assert html_problems(tree, "/en/search") == []
    paths = [node.attributes["href"] for node in tree.css(".result-title a")]
    assert paths == ["/en/organisations/dk-cmm", "/en/concepts/forced-labour"]
    for secret in (SECRET, "no-kom", "fi-heuni-95b", "case-01-fi-restaurant", "Kokki"):
        assert secret not in response.text


def test_f09_counts_are_corrected_and_facets_not_believed(talkative: TestClient) -> None:
    answer = talkative.get("/api/v1/search?q=police").json()
    assert [hit["id"] for hit in answer["hits"]] == ["dk-cmm", "forced-labour"]
    assert answer["total"] == 40 - 6
    assert answer["facets"] == {}
    assert answer["degraded"] == "index-behind"
    assert SECRET not in str(answer)


def test_f09_suggestions_are_checked_too(talkative: TestClient) -> None:
    for path in ("/api/v1/suggest?q=ver", "/en/suggest?q=ver"):
        text = talkative.get(path).text
        assert "dk-cmm" in text
        assert SECRET not in text


def test_f09_similar_records_are_checked_too(talkative: TestClient) -> None:
    for path in ("materials/nordic-best-practices-seminar-2022", "concepts/trafficking-in-human-beings"):
        response = talkative.get(f"/en/{path}")
        assert response.status_code == 200
        assert not [key for key in HIDDEN if key.partition(":")[2] in response.text]


def test_f09_the_event_is_logged_without_the_records(talkative: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="samband.search"):
        talkative.get("/en/search?q=police")
    record = next(record for record in caplog.records if record.name == "samband.search")
    assert record.__dict__["dropped"] == 6
    assert "no-kom" not in str(record.__dict__)


@pytest.mark.parametrize("error", [EngineDown, EngineError])
def test_a_silent_engine_is_told_and_nothing_breaks(
    client: TestClient, portal: Portal, error: type[EngineError]
) -> None:
    sound = portal.engine
    portal.engine = Down(error)
    try:
        page = client.get("/en/search?q=police&country=NO")
        assert page.status_code == 200
        assert "The search does not answer just now." in page.text
        assert html_problems(LexborHTMLParser(page.text), "/en/search") == []
        answer = client.get("/api/v1/search?q=police").json()
        assert (answer["total"], answer["hits"], answer["degraded"]) == (0, [], "engine-down")
        assert client.get("/api/v1/suggest?q=po").json()["items"] == []
        for path in (
            "/en/",
            "/en/organisations/no-kom",
            "/en/materials/fi-heuni-95b",
            "/en/cases/case-01-fi-restaurant",
        ):
            assert client.get(path).status_code == 200, path
        for path in ("/en/materials", "/en/concepts/forced-labour", "/api/v1/materials"):
            refused = client.get(path)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "60"), path
            assert "The search does not answer just now" in refused.text
    finally:
        portal.engine = sound


def test_without_principals_nothing_is_seen(portal: Portal) -> None:
    seen = portal.engine.search(Query(frozenset({PUBLIC_PRINCIPAL}), facets=("kind",)))
    assert seen.total > 0
    nothing = portal.engine.search(Query(frozenset(), facets=("kind",)))
    assert nothing == replace(nothing, hits=(), total=0, facets={"kind": ()})
