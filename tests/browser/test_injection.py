"""F-21 in a real browser: whatever stands in a record or a question, no script of it runs and no rule is broken."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Dialog, Route
from sqlmodel import Session
from starlette.testclient import TestClient

from app.library.models import Edition, Material

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "[x](javascript:alert(1))",
    "'-alert(1)-'",
    "{{ 7*7 }}",
)


def poison(session: Session) -> None:
    everything = " ".join(HOSTILE)
    session.add(
        Material(
            id="hostile",
            type="report",
            language="en",
            titles={"fi": everything},
            publisher=everything,
            url="javascript:alert(1)",
            note=everything,
        )
    )
    session.flush()
    session.add(Edition(material_id="hostile", language="en", title=everything, abstract=everything))


@pytest.mark.browser
def test_f21_nothing_of_a_record_or_question_runs(
    make_client: Callable[..., TestClient], context: BrowserContext
) -> None:
    client = make_client(poison)
    alarms: list[str] = []
    page = context.new_page()
    page.on("dialog", lambda dialog: dismiss(dialog, alarms))
    page.on("console", lambda message: alarms.append(message.text) if "Security Policy" in message.text else None)
    page.on("pageerror", lambda error: alarms.append(str(error)))
    page.route("**/*", lambda route: fulfil(route, client))
    questions = [f"/fi/search?q={quote(text)}" for text in HOSTILE]
    for path in ("/fi/materials/hostile", "/fi/materials", "/fi/new", *questions):
        page.goto(f"https://localhost{path}")
        assert page.locator("h1").count() == 1, path
        assert (
            page.locator("main script:not([type='application/ld+json']), main iframe, main img[onerror]").count() == 0
        )
        assert page.locator("a[href^='javascript:']").count() == 0
    assert alarms == []


def fulfil(route: Route, client: TestClient) -> None:
    """The browser's requests go to the test's own portal."""
    answer = client.get(route.request.url)
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def dismiss(dialog: Dialog, alarms: list[str]) -> None:
    alarms.append(dialog.message)
    dialog.dismiss()
