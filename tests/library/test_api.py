"""The library as JSON: the same records, rights and limits as on its pages."""

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.library.models import CaseSummary, Material


def test_lists_reach_every_record_once(client: TestClient, session: Session) -> None:
    for kind, model in (("materials", Material), ("cases", CaseSummary)):
        first = client.get(f"/api/v1/{kind}?per_page=50").json()
        second = client.get(f"/api/v1/{kind}?per_page=50&page=2").json()
        ids = [item["id"] for item in (*first["items"], *second["items"])]
        assert len(ids) == len(set(ids)) == first["total"] == second["total"]
        assert set(ids) == set(session.exec(select(model.id)))


def test_a_material_tells_its_rights_and_relations(client: TestClient) -> None:
    detail = client.get("/api/v1/materials/norway-police-competence-group?lang=sv").json()
    assert detail["licence"] == "CC-BY-SA-4.0"
    assert detail["type_label"] == "Praxis"
    assert detail["url"] == "/sv/materials/norway-police-competence-group"
    assert {"kind": "part-of", "id": "nordic-best-practices-seminar-2022", "inverse": False} in detail["relations"]
    assert {"kind": "adapted-from", "id": "nn-samandrag-kompetansegruppe", "inverse": True} in detail["relations"]
    unknown = client.get("/api/v1/materials/nb-fafo-2015-45").json()
    assert unknown["licence"] is None
    assert unknown["document_url"] is None


def test_a_case_carries_its_flag(client: TestClient) -> None:
    assert all(item["fictional"] for item in client.get("/api/v1/cases").json()["items"])
    detail = client.get("/api/v1/cases/case-02-dk-boys").json()
    assert detail["means"] == ["not-required"]
    assert detail["lessons"]


def test_filters_are_those_of_the_page(client: TestClient, session: Session) -> None:
    answer = client.get("/api/v1/materials?country=SE&language=sv&year_from=2019&per_page=100").json()
    rows = session.exec(select(Material).where(Material.language == "sv")).all()
    expected = {row.id for row in rows if "SE" in row.countries and (row.year or 0) >= 2019}
    assert expected
    assert {item["id"] for item in answer["items"]} == expected
    years = [item["year"] for item in answer["items"]]
    assert years == sorted(years, reverse=True)


@pytest.mark.parametrize(
    "query",
    ["country=ZZ", "type=nothing", "page=0", "per_page=101", "lang=xx", "year_from=1", "sort=up", "q=word", "type=%00"],
)
def test_a_wrong_parameter_is_refused_by_name(client: TestClient, query: str) -> None:
    response = client.get(f"/api/v1/materials?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize("path", ["materials/unknown", "cases/unknown", "materials/A", "materials/" + "a" * 90])
def test_unknown_records_are_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/{path}").status_code == 404


def test_an_answer_that_is_held_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/materials/nb-kom-veileder")
    again = client.get("/api/v1/materials/nb-kom-veileder", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
