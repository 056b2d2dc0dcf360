"""The directory as JSON."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.directory.models import ContactPoint, Organisation
from app.permissions import Visibility

COUNTRIES = ("DK", "FI", "IS", "NO", "SE", "AX", "FO", "GL")


def test_every_organisation_is_listed_once(client: TestClient, session: Session) -> None:
    held = set(session.exec(select(Organisation.id)))
    seen: list[str] = []
    for number in range(1, 6):
        answer = client.get(f"/api/v1/organisations?per_page=100&page={number}").json()
        assert answer["total"] == len(held)
        seen += [item["id"] for item in answer["items"]]
    assert len(seen) == len(set(seen))
    assert set(seen) == held


def test_filters_mean_all_of_them(client: TestClient) -> None:
    answer = client.get("/api/v1/organisations?country=SE&type=ngo&concept=low-threshold-service&per_page=100").json()
    everything = client.get("/api/v1/organisations?country=SE&per_page=100").json()
    assert answer["total"] < everything["total"]
    assert {(item["country"], item["type"]) for item in answer["items"]} <= {("SE", "ngo")}


@pytest.mark.parametrize(
    "query", ["country=XX", "function=nothing", "type=x", "concept=x", "lang=de", "page=0", "odd=1"]
)
def test_what_no_list_holds_is_refused(client: TestClient, query: str) -> None:
    response = client.get(f"/api/v1/organisations?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_a_function_is_answered_for_every_country(client: TestClient) -> None:
    listed = client.get("/api/v1/functions?per_page=100").json()
    assert listed["total"] == 35
    for item in listed["items"]:
        answer = client.get(f"/api/v1/functions/{item['code']}").json()
        by_country = {found["country"]: found for found in answer["counterparts"]}
        assert set(COUNTRIES) <= set(by_country)
        for country in COUNTRIES:
            found = by_country[country]
            assert found["gap"] == (not found["holders"])
            assert found["holders"] or found["fallback"], (item["code"], country)


def test_an_answer_is_not_fetched_twice(client: TestClient) -> None:
    first = client.get("/api/v1/countries/no")
    again = client.get("/api/v1/countries/NO", headers={"If-None-Match": first.headers["etag"]})
    assert first.status_code == 200
    assert again.status_code == 304


def test_a_country_gives_its_facts_with_sources(client: TestClient) -> None:
    answer = client.get("/api/v1/countries/dk?lang=fi").json()
    period = next(fact for fact in answer["facts"] if fact["topic"] == "reflection-period")
    assert period["value"] == "30 days"
    assert period["text"]["language"] == "fi"
    assert period["text"]["machine_assisted"] is True
    assert period["sources"][0]["publisher"] == "Center mod Menneskehandel"
    assert answer["coordinator"]["id"] == "dk-cmm"


def test_what_members_see_is_not_given_out(make_client: Callable[..., TestClient]) -> None:
    def hide(session: Session) -> None:
        for key in ("no-rosa", "no-police"):
            body = session.get(Organisation, key)
            assert body is not None
            body.visibility = Visibility.GREEN
            session.add(body)
        point = session.get(ContactPoint, "no-kom-email")
        assert point is not None
        point.visibility = Visibility.GREEN
        session.add(point)

    client = make_client(hide)
    assert client.get("/api/v1/organisations/no-rosa").status_code == 404
    listed = client.get("/api/v1/organisations?country=NO&per_page=100").json()
    assert "no-rosa" not in {item["id"] for item in listed["items"]}
    assert "no-police" not in {item["parent"] for item in listed["items"]}
    coordinator = client.get("/api/v1/organisations/no-kom").json()
    assert "no-kom-email" not in {point["id"] for point in coordinator["contacts"]}
    for path in ("/api/v1/functions/helpline", "/api/v1/countries/no", "/api/v1/functions/criminal-investigation"):
        text = client.get(path).text
        assert '"no-rosa"' not in text
        assert '"no-police"' not in text
