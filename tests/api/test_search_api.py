"""The search and its suggestions as JSON: the promised shape, strict parameters, answers that can be cached."""

import pytest
from starlette.testclient import TestClient

from app.state import Portal

SEARCH = "/api/v1/search"
SUGGEST = "/api/v1/suggest"


def test_the_answer_has_the_promised_shape(client: TestClient) -> None:
    answer = client.get(SEARCH, params={"q": "pakkotyö", "lang": "fi"}).json()
    assert set(answer) == {"query", "total", "page", "per_page", "hits", "facets", "degraded"}
    assert answer["query"]["text"] == "pakkotyö"
    assert {"id", "label", "matched"} == set(answer["query"]["concepts"][0])
    assert any(word["label"] == "tvångsarbete" and word["on"] for word in answer["query"]["also_searched"])
    assert len(answer["hits"]) == 10 < answer["total"]
    expected = {"kind", "id", "title", "language", "country", "type", "url", "snippet", "page", "why", "score"}
    assert all(expected <= set(hit) for hit in answer["hits"])
    assert all(hit["why"] for hit in answer["hits"])
    assert answer["degraded"] is None


def test_every_hit_has_a_page(client: TestClient) -> None:
    for hit in client.get(SEARCH, params={"q": "tvangsarbeid", "lang": "nb", "per_page": 40}).json()["hits"]:
        assert client.get(hit["url"]).status_code == 200, hit["url"]


def test_facets_count_what_filters_find(client: TestClient) -> None:
    facets = client.get(SEARCH, params={"q": "police"}).json()["facets"]
    for name in ("kind", "country", "language", "type", "theme", "audience", "function"):
        value = facets[name][0]
        assert value["label"]
        found = client.get(SEARCH, params={"q": "police", name: value["value"]}).json()
        assert found["total"] == value["count"], name


def test_the_pages_together_are_the_total(client: TestClient) -> None:
    first = client.get(SEARCH, params={"q": "kidnapping OR shelter", "per_page": 50}).json()
    keys = [(hit["kind"], hit["id"]) for hit in first["hits"]]
    for number in range(2, 2 + first["total"] // 50):
        page = client.get(SEARCH, params={"q": "kidnapping OR shelter", "per_page": 50, "page": number}).json()
        keys += [(hit["kind"], hit["id"]) for hit in page["hits"]]
    assert len(keys) == len(set(keys)) == first["total"]


def test_a_key_of_also_searched_switches_it_off(client: TestClient) -> None:
    answer = client.get(SEARCH, params={"q": "pakkotyö", "lang": "fi"}).json()
    key = next(word["key"] for word in answer["query"]["also_searched"] if word["language"] == "en")
    fewer = client.get(SEARCH, params={"q": "pakkotyö", "lang": "fi", "off": key}).json()
    assert fewer["total"] < answer["total"]
    assert [word["key"] for word in fewer["query"]["also_searched"] if not word["on"]] == [key]


@pytest.mark.parametrize(
    "params",
    [
        {"q": "a" * 257},
        {"country": "ZZ"},
        {"kind": "person"},
        {"lang": "xx"},
        {"page": 0},
        {"page": 1001},
        {"page": 2**63},
        {"per_page": 101},
        {"per_page": "many"},
        {"sort": "sideways"},
        {"year_from": 0},
        {"year_to": "99999999999999999999"},
        {"theme": "no-such-theme"},
        {"theme": "a\x00b"},
        {"off": "../../etc"},
        {"unheard": "of"},
        {"country": ["FI"] * 41},
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, params: dict[str, str | int | list[str]]) -> None:
    response = client.get(SEARCH, params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    (name,) = params
    assert {error["parameter"].split(".")[0] for error in problem["errors"]} == {name}


@pytest.mark.parametrize("name", ["q", "country", "theme", "off", "page"])
def test_a_refused_value_is_not_repeated(client: TestClient, name: str) -> None:
    secret = "Strandgatan-17-" * 20
    response = client.get(SEARCH, params={name: secret})
    assert response.status_code == 422
    assert "Strandgatan" not in response.text


def test_labels_come_in_the_language_asked_for(client: TestClient) -> None:
    facets = client.get(SEARCH, params={"q": "police", "lang": "is"}).json()["facets"]
    assert {"value": "IS", "label": "Ísland"}.items() <= next(
        country for country in facets["country"] if country["value"] == "IS"
    ).items()


def test_an_answer_already_held_is_not_sent_again(client: TestClient) -> None:
    first = client.get(SEARCH, params={"q": "police"})
    assert "max-age=300" in first.headers["cache-control"]
    again = client.get(SEARCH, params={"q": "police"}, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(SEARCH, params={"q": "shelter"}, headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_suggestions_begin_as_typed(client: TestClient) -> None:
    answer = client.get(SUGGEST, params={"q": "nauðung", "lang": "is"}).json()
    assert answer["total"] == len(answer["items"]) > 0
    assert any("nauðung" in item["text"].casefold() for item in answer["items"])
    for item in answer["items"]:
        assert client.get(item["url"]).status_code == 200


@pytest.mark.parametrize("params", [{}, {"q": "a" * 257}, {"q": "a", "per_page": 21}, {"q": "a", "lang": "xx"}])
def test_a_wrong_suggestion_request_is_refused(client: TestClient, params: dict[str, str | int]) -> None:
    assert client.get(SUGGEST, params=params).status_code == 422


def test_nothing_typed_suggests_nothing(client: TestClient) -> None:
    assert client.get(SUGGEST, params={"q": " "}).json()["items"] == []


def test_a_statute_citation_finds_its_concept(client: TestClient, portal: Portal) -> None:
    concepts = client.get(SEARCH, params={"q": "§ 257", "lang": "nb"}).json()["query"]["concepts"]
    assert concepts
    assert all(concept["id"] in portal.vocabulary.concepts for concept in concepts)
