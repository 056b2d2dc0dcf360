"""The API as a whole keeps its contract: OpenAPI 3.1, bounded parameters, problem+json, answers that can be cached."""

from collections.abc import Iterator
from typing import Protocol, cast

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from jsonschema_rs import meta
from schemathesis import CheckFunction, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

OPENAPI = "/api/v1/openapi.json"
Json = dict[str, object]
LISTS = ("organisations", "materials", "cases", "concepts", "countries", "functions", "figures")


class GeneratedCall(Protocol):
    """What is used of a `schemathesis.Case`, whose own type asks for four more."""

    def call(self) -> Response: ...

    def validate_response(self, response: Response, *, excluded_checks: list[CheckFunction]) -> None: ...

    def as_curl_command(self) -> str: ...


@pytest.fixture(scope="session")
def described(client: TestClient) -> Json:
    return cast(Json, client.get(OPENAPI).json())


@pytest.fixture(scope="session")
def api_schema(app: FastAPI, client: TestClient) -> BaseSchema:
    """Of the app that `client` has started; a generated call must not start it again under the other tests."""

    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await send({"type": f"{(await receive())['type']}.complete"})
            await send({"type": f"{(await receive())['type']}.complete"})
        else:
            await app(scope, receive, send)

    return schemathesis.openapi.from_asgi(OPENAPI, started)


def operations(described: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in cast(dict[str, dict[str, Json]], described["paths"]).items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_description_is_openapi_3_1(described: Json) -> None:
    assert str(described["openapi"]).startswith("3.1.")
    schemas = cast(dict[str, dict[str, Json]], described["components"])["schemas"]
    for name, body in schemas.items():
        assert meta.is_valid(body), name


def test_the_api_only_reads_and_serves_only_itself(described: Json) -> None:
    found = list(operations(described))
    assert {method for _, method, _ in found} == {"get"}
    assert all(path.startswith("/api/v1/") for path, _, _ in found)


def test_every_parameter_is_bounded(described: Json) -> None:
    """S-27: integers have both ends, texts a length, a pattern or a list of values."""
    loose = []
    for path, _, operation in operations(described):
        for parameter in cast(list[Json], operation.get("parameters", [])):
            loose += [
                f"{path} {parameter['name']} {kind}" for kind in unbounded(cast(Json, parameter["schema"]), described)
            ]
    assert loose == []


def unbounded(body: Json, described: Json) -> Iterator[str]:
    if "$ref" in body:
        name = str(body["$ref"]).rsplit("/", 1)[-1]
        body = cast(dict[str, dict[str, Json]], described["components"])["schemas"][name]
    for choice in cast(list[Json], body.get("anyOf", [])):
        yield from unbounded(choice, described)
    match body.get("type"):
        case "integer" if not {"minimum", "maximum"} <= set(body):
            yield "integer"
        case "string" if not {"enum", "const", "pattern", "maxLength", "format"} & set(body):
            yield "string"
        case "array":
            if "maxItems" not in body:
                yield "array"
            yield from unbounded(cast(Json, body["items"]), described)
        case "number" | "object":
            yield str(body["type"])


def test_every_operation_tells_its_problems(described: Json) -> None:
    for path, _, operation in operations(described):
        answers = cast(dict[str, dict[str, Json]], operation["responses"])
        for status in ("404", "422", "429"):
            assert "application/problem+json" in answers[status]["content"], (path, status)


@pytest.mark.parametrize("name", LISTS)
def test_lists_have_one_shape_and_items_stable_ids(client: TestClient, name: str) -> None:
    answer = client.get(f"/api/v1/{name}").json()
    assert {"total", "page", "per_page", "items"} <= set(answer)
    assert answer["items"]
    assert answer["total"] >= len(answer["items"])
    first = answer["items"][0]
    identifier = first.get("id") or first.get("code")
    assert client.get(f"/api/v1/{name}/{identifier}").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_what_does_not_exist_is_a_problem(client: TestClient, name: str) -> None:
    response = client.get(f"/api/v1/{name}/no-such-thing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_cached(client: TestClient, name: str) -> None:
    first = client.get(f"/api/v1/{name}")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get(f"/api/v1/{name}", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_generated_calls_keep_the_contract(api_schema: BaseSchema, mode: GenerationMode) -> None:
    assert explore(api_schema, mode, examples=5) > 0


@pytest.mark.full
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_many_generated_calls_keep_the_contract(api_schema: BaseSchema, mode: GenerationMode) -> None:
    assert explore(api_schema, mode, examples=100) > 0


def explore(schema: BaseSchema, mode: GenerationMode, examples: int) -> int:
    """Right or wrong calls of every operation; returns how many answers were checked."""
    checked = 0
    health = list(HealthCheck)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(max_examples=examples, deadline=None, suppress_health_check=health, derandomize=True, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: GeneratedCall) -> None:
            nonlocal checked
            response: Response = case.call()
            assert response.status_code < 500, case.as_curl_command()
            # Codes of the closed lists are data and stand in no schema: a well-formed one may be refused.
            case.validate_response(response, excluded_checks=[positive_data_acceptance])
            checked += 1

        call()
    return checked
