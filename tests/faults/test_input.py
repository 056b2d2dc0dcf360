"""S-27, F-25, F-44: whatever is sent gets a clear answer below 500."""

from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import FastAPI, Form
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.middleware import MAX_BODY_BYTES
from app.pages import PUBLIC
from tests.page_client import html_problems
from tests.raw_requests import ask
from tests.routes import address, names, templates

pytestmark = pytest.mark.fault

HOSTILE = {
    "nul": "police\x00victim",
    "controls": "\x01\x02\x1b[31m\x7f\r\nSet-Cookie: a=b",
    "combining marks": "a" + "\u0301" * 900,
    "right to left": "\u202egnipleh\u202c \u2066x\u2069",
    "zero width": "\u200b\u200d\ufeff" * 80,
    "emoji": "👩🏽‍🚒" * 40,
    "quotes": "\"“”„«»'" * 30,
    "operators": "AND OR NOT +-&&||!(){}[]^~*?:\\/ field:value title:*",
    "regex": "(a+)+$ .*.*.*.* [[[[ (((((",
    "sql": "'; DROP TABLE organisation; --",
    "template": "{{7*7}} {% raw %} ${7*7} %(text)s %s {0}",
    "path": "../../../../etc/passwd",
    "one letter": "ø",
    "long word": "x" * 5000,
    "many words": "trafficking " * 400,
    "huge number": str(2**63 + 1) + " 1e999 -0 NaN",
    "statutes": "§ " * 200 + "257 §§§ strl. §",
    "han": "人身売買" * 60,
}
RAW = {
    "surrogate": b"q=%ED%A0%80",
    "not utf-8": b"q=%FF%FE%C3%28",
    "half an escape": b"q=%&%zz=%",
    "raw bytes": b"q=\xff\xfe",
    "no name": b"=&==&&;;=",
    "thousands of fields": b"a=1&" * 1900,
    "ten megabytes": b"q=" + b"a" * 10_000_000,
    "a hundred thousand fields": b"a&" * 100_000,
}
SEARCHES = ("/fi/search", "/is/suggest", "/api/v1/search", "/api/v1/suggest")
CLEAR = {200, 303, 400, 404, 413, 414, 422}


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("name", HOSTILE)
def test_s27_hostile_words_get_a_clear_answer(client: TestClient, path: str, name: str) -> None:
    response = client.get(path, params={"q": HOSTILE[name]})
    assert response.status_code in CLEAR
    if response.headers["content-type"].startswith("text/html"):
        assert html_problems(LexborHTMLParser(response.text), path) == []


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("name", RAW)
def test_f44_hostile_query_strings_get_a_clear_answer(app: FastAPI, client: TestClient, path: str, name: str) -> None:
    assert ask(app, path, RAW[name]).status in CLEAR


@pytest.mark.parametrize("parameter", ["page", "per_page", "year_from", "year_to"])
@pytest.mark.parametrize(
    "value", [2**63, 2**63 + 1, -(2**63), 10**400, -1, 0, "1e3", "0x10", "١٢", "²", "1_000", " 7 "]
)
def test_s27_numbers_are_bounded(client: TestClient, parameter: str, value: int | str) -> None:
    for path in ("/en/search", "/api/v1/search", "/en/materials", "/api/v1/materials"):
        response = client.get(path, params={parameter: value})
        assert response.status_code in CLEAR, path


@pytest.mark.parametrize("language", ["xx", "EN", "en ", "e", "..", "%2e%2e", "en%00", "😀", "1"])
def test_s27_a_language_that_is_none_is_not_found(client: TestClient, language: str) -> None:
    assert client.get(f"/{language}/search", follow_redirects=True).status_code == 404


def test_s27_no_address_holds_a_number_from_a_sequence(app: FastAPI, client: TestClient) -> None:
    """Identifiers are words: nobody can count through the records."""
    for template in templates(app):
        for name in set(names(template)) - {"lang", "language"}:
            assert client.get(address(template, **{name: "1"}).split("?")[0]).status_code == 404, template


TRAVERSALS = [
    "..",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cwindows",
    "%00",
    "no-kom%00",
    "no-kom%0d%0aSet-Cookie:a",
    "%c0%ae%c0%ae",
    "a" * 300,
    "%F0%9F%98%80",
    "no-kom%2f..%2fno-kom",
]


@pytest.mark.parametrize("value", TRAVERSALS)
def test_f25_a_path_is_no_identifier(app: FastAPI, client: TestClient, value: str) -> None:
    tried = 0
    for template in templates(app):
        for name in names(template):
            path = address(template, **{name: value}).split("?")[0]
            assert ask(app, path).status == 404, path
            tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app/main.py",
        "/static/%2e%2e/app/main.py",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static//etc/passwd",
        "/static/%00",
        "/static/css/../../../pyproject.toml",
        "/files/../../etc/passwd",
        "/files/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_f25_static_files_stay_in_their_folder(app: FastAPI, client: TestClient, path: str) -> None:
    assert ask(app, path).status == 404


@pytest.fixture
def writing_app(make_app: Callable[[], FastAPI]) -> FastAPI:
    """A portal with a form to post to: so far it has none of its own."""
    app = make_app()

    @app.post("/{lang}/test-form", dependencies=[PUBLIC])
    def post(lang: str, note: Annotated[str, Form(max_length=100)]) -> str:
        return note

    return app


FORM = (b"content-type", b"application/x-www-form-urlencoded")


def test_f44_a_form_that_fits_is_taken(writing_app: FastAPI) -> None:
    answer = ask(writing_app, "/en/test-form", method="POST", headers=[FORM], body=[b"note=", b"kept"])
    assert (answer.status, answer.body) == (200, b'"kept"')


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ([b"note=" + b"a" * 101], {422}),
        ([b"note=" + b"a" * (MAX_BODY_BYTES + 1)], {413}),
        ([b"note="] + [b"a" * 100_000] * 100, {413}),
        ([b"a=1&" * 100_000], {413, 422, 400}),
        ([b"note=%00%ff%ed%a0%80"], {200, 422}),
        ([b""], {422}),
    ],
    ids=["long value", "one big piece", "ten megabytes in pieces", "many fields", "half characters", "nothing"],
)
def test_f44_an_oversized_form_is_refused(writing_app: FastAPI, body: list[bytes], statuses: set[int]) -> None:
    assert ask(writing_app, "/en/test-form", method="POST", headers=[FORM], body=body).status in statuses


@pytest.mark.parametrize("length", [b"10000001", b"-1", b"banana", b"\xb2", b"9" * 40])
def test_f44_a_declared_length_is_checked_first(writing_app: FastAPI, length: bytes) -> None:
    headers = [FORM, (b"content-length", length)]
    assert ask(writing_app, "/en/test-form", method="POST", headers=headers, body=[b"note=a"]).status == 413


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 500_000, b"\x00"])
def test_f44_deep_json_is_no_form(writing_app: FastAPI, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    assert ask(writing_app, "/en/test-form", method="POST", headers=headers, body=[body]).status == 422


@pytest.mark.parametrize(
    "host", [b"", b"[", b"[::1", b"localhost:99999999", b"a b", b"\xff", b"localhost\x00", b"@localhost"]
)
def test_f41_a_strange_host_is_refused_and_never_echoed(make_app: Callable[[], FastAPI], host: bytes) -> None:
    """The first host header counts; the helper's own comes first, so it is left out here."""
    answer = ask(make_app(), "/en/about", headers=[(b"host", host)], own_host=False)
    assert answer.status == 400 or (answer.status == 200 and host in {b"localhost:99999999", b"@localhost"})
    assert host not in answer.body or host in {b"", b"["}
