"""The security floor: headers, own addresses only, nothing that tells too much, rates, logs without contents."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.i18n import LANGUAGES
from app.main import api_routes, create_app, is_guarded, refuse_unguarded
from app.middleware import HSTS, SECURITY_HEADERS
from app.pages import STATIC
from app.rate_limits import network
from tests.conftest import BASE_URL
from tests.routes import address, templates

CANARY = "strandgatan17canary"
LOADING = (
    "script[src], link[href], img[src], source[src], source[srcset], iframe[src], object[data], embed[src], video[src]"
)
NOT_LOADED = {"canonical", "alternate", "prev", "next"}


def everything(app: FastAPI) -> list[str]:
    """Addresses of every kind of answer: each route, each error, static files."""
    right = [address(template) for template in templates(app)]
    wrong = ["/en/nowhere", "/xx/search", "/api/v1/search?page=0", "/api/v1/nowhere", "/static/nowhere.css", "/nowhere"]
    return [*right, *wrong, "/static/css/base.css", "/api/v1/openapi.json", f"/en/search?q={'a' * 9000}"]


def with_failing_route(app: FastAPI) -> TestClient:
    """A client that shows the 500 page instead of raising."""

    @app.get("/{lang}/test-failure")
    def fail(lang: str) -> None:
        raise RuntimeError(CANARY)

    return client_of(app)


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=BASE_URL, raise_server_exceptions=False, follow_redirects=False)


def test_s17_every_response_carries_the_headers(app: FastAPI, client: TestClient) -> None:
    for path in everything(app):
        response = client.get(path)
        missing = {name for name, value in SECURITY_HEADERS.items() if response.headers.get(name) != value}
        if response.headers.get("referrer-policy") == "no-referrer":
            # Stricter than the rule: who leaves quickly tells the next site nothing.
            missing.discard("Referrer-Policy")
        assert not missing, (path, response.status_code, missing)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 405),
        ("POST", {"sec-fetch-site": "cross-site"}, 403),
        ("POST", {"origin": "https://elsewhere.example"}, 403),
        ("POST", {"cookie": "a=b"}, 403),
        ("POST", {"content-length": "99999999"}, 413),
        ("GET", {"host": "elsewhere.example"}, 400),
        ("GET", {"host": "[::1"}, 400),
        ("DELETE", {"sec-fetch-site": "same-origin"}, 405),
    ],
)
def test_s17_refusals_carry_the_headers_too(
    client: TestClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = client.request(method, "/en/search", headers=headers)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_s17_the_page_of_an_unexpected_error_is_calm_and_tells_nothing(
    make_app: Callable[..., FastAPI],
) -> None:
    client = with_failing_route(make_app())
    with hearing() as lines:
        response = client.get(f"/en/test-failure?q={CANARY}")
    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert CANARY not in response.text
    assert "Traceback" not in response.text
    told = re.search(r"'incident': '([0-9a-f]{12})'", next(line for line in lines if "unexpected error" in line))
    assert told is not None
    assert told.group(1) in response.text


def test_s17_https_is_remembered_where_the_portal_is_reached_by_https(make_app: Callable[..., FastAPI]) -> None:
    client = client_of(make_app(base_url="https://localhost"))
    assert client.get("/en/about").headers["strict-transport-security"] == HSTS


def test_s02_every_route_declares_what_it_needs(app: FastAPI) -> None:
    routes = api_routes(app)
    assert len(routes) > 20
    assert [route.path for route in routes if not is_guarded(route)] == []


def test_s02_an_unguarded_route_stops_the_start(app: FastAPI) -> None:
    fresh = create_app(app.state.settings)
    fresh.get("/open-door")(lambda: None)
    with pytest.raises(RuntimeError, match="/open-door"):
        refuse_unguarded(fresh)


def test_s18_nothing_is_changed_by_reading(app: FastAPI) -> None:
    assert {method for route in api_routes(app) for method in route.methods or ()} == {"GET"}


def loaded(tree: LexborHTMLParser, base: str) -> Iterator[str]:
    """What a browser fetches by itself for this page."""
    for node in tree.css(LOADING):
        attributes = node.attributes
        if node.tag == "link" and set((attributes.get("rel") or "").split()) & NOT_LOADED:
            continue
        for name in ("src", "href", "data", "srcset"):
            if attributes.get(name):
                yield urljoin(base, attributes[name] or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_s20_pages_load_only_their_own(app: FastAPI, client: TestClient, language: str) -> None:
    seen = 0
    for template in templates(app):
        if not template.startswith("/{lang}/"):
            continue
        response = client.get(address(template, lang=language))
        if response.headers.get("content-type", "").startswith("text/html"):
            for url in loaded(LexborHTMLParser(response.text), "https://localhost/"):
                assert urlsplit(url).netloc == "localhost", (template, url)
                seen += 1
    assert seen > 20


def test_s20_styles_and_scripts_load_only_their_own() -> None:
    files = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"}]
    assert files
    for path in files:
        text = re.sub(r"xmlns(:\w+)?=\"[^\"]*\"", "", path.read_text())
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:|//)|https?://", text), path


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/metrics", "/openapi.json", "/docs/oauth2-redirect", "/debug"])
def test_s38_no_doors_that_frameworks_leave_open(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_s38_the_description_of_the_api_is_at_its_own_address(client: TestClient) -> None:
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Samband"


def test_s38_headers_name_no_software(app: FastAPI, client: TestClient) -> None:
    for path in everything(app):
        headers = client.get(path).headers
        assert not {"server", "x-powered-by", "via"} & set(headers), path
        assert not re.search(r"uvicorn|starlette|fastapi|python|tantivy", str(headers.raw), re.IGNORECASE), path


def test_s38_a_page_of_an_error_names_no_software(client: TestClient) -> None:
    for path in ("/en/nowhere", "/api/v1/search?page=0", "/static/nowhere.css", "/nowhere"):
        assert not re.search(r"uvicorn|starlette|fastapi|python|site-packages", client.get(path).text, re.IGNORECASE)


class Heard(logging.Handler):
    """Everything the portal logs, with all fields; the test's own HTTP client is left out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore")):
            self.lines.append(f"{record.getMessage()} {record.__dict__}")


@contextmanager
def hearing() -> Iterator[list[str]]:
    """To be entered once the portal has set its own handlers."""
    handler, root = Heard(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_s34_no_log_holds_what_was_looked_for(make_app: Callable[..., FastAPI]) -> None:
    client = with_failing_route(make_app())
    asked = ("/en/search", "/en/suggest", "/api/v1/search", "/api/v1/suggest", "/en/test-failure", "/en/counterpart")
    with hearing() as lines:
        for path in asked:
            client.get(path, params={"q": CANARY, "country": CANARY, "from": CANARY})
        for path in (f"/en/organisations/{CANARY}", f"/{CANARY}", f"/static/{CANARY}", f"/en/{CANARY}"):
            client.get(path, headers={"referer": f"https://localhost/{CANARY}", "user-agent": CANARY})
    routes = re.findall(r"'name': 'samband.access'.*?'route': '([^']*)'", "\n".join(lines))
    assert len(routes) == 10, routes
    assert any("unexpected error" in line for line in lines)
    assert [line for line in lines if CANARY in line or "testclient" in line] == []


def test_s34_the_log_says_which_route_answered(client: TestClient) -> None:
    with hearing() as lines:
        client.get("/en/search?q=police")
        client.get("/api/v1/search?q=police")
    assert any("'route': '/{lang}/search'" in line for line in lines)
    assert any("'route': '/search'" in line for line in lines)


@pytest.mark.parametrize(
    ("setting", "path", "kind"),
    [
        ("search_limit_per_minute", "/en/search?q=police", "text/html"),
        ("search_limit_per_minute", "/api/v1/search?q=police", "application/problem+json"),
        ("suggest_limit_per_minute", "/en/suggest?q=po", "text/html"),
        ("suggest_limit_per_minute", "/api/v1/suggest?q=po", "application/problem+json"),
        ("api_limit_per_minute", "/api/v1/concepts", "application/problem+json"),
    ],
)
def test_s14_too_many_requests_are_told_to_wait(
    make_app: Callable[..., FastAPI], setting: str, path: str, kind: str
) -> None:
    client = client_of(make_app(**{setting: 3}))
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    refused = client.get(path)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"].startswith(kind)
    assert client.get("/en/about").status_code == 200


def test_s14_one_household_has_one_share() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("192.0.2.2")


def test_s43_a_client_cannot_choose_its_address(make_app: Callable[..., FastAPI]) -> None:
    client = client_of(make_app(search_limit_per_minute=2))
    answers = [
        client.get("/en/search?q=police", headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code
        for number in range(3)
    ]
    assert answers == [200, 200, 429]


def test_head_is_answered_like_get(client: TestClient) -> None:
    for path in ("/fi/", "/fi/organisations/fi-nas", "/api/v1/countries", "/static/portal.js"):
        assert client.head(path).status_code == client.get(path).status_code == HTTPStatus.OK, path
    assert client.head("/fi/organisations/nobody").status_code == HTTPStatus.NOT_FOUND
