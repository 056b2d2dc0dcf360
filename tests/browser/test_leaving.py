"""The quick exit: after it, Back never shows a page of the portal; it works without JavaScript too."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
EXIT_LINK = "[data-leave]"


class Elsewhere(BaseHTTPRequestHandler):
    """Any page of some other site; it remembers which Referer headers came."""

    referrers: tuple[str | None, ...] = ()

    def do_GET(self) -> None:
        Elsewhere.referrers = (*Elsewhere.referrers, self.headers.get("Referer"))
        body = b"<!doctype html><html lang=en><title>Elsewhere</title><h1>Elsewhere</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def walk(page: Page, server: str, elsewhere: str, language: str = "en") -> None:
    """Another site first, then four pages of the portal, one step back; the exit leads to the local site."""
    page.goto(f"{elsewhere}/before")
    page.goto(f"{server}/{language}/")
    for path in ("about", "privacy", "accessibility"):
        page.click(f"footer a[href='/{language}/{path}']")
        page.wait_for_url(f"**/{path}")
    page.go_back()
    page.wait_for_url("**/privacy")
    page.evaluate("url => document.querySelector('[data-leave]').href = url", f"{elsewhere}/exit")


def history_of(page: Page) -> tuple[list[str], list[str]]:
    """What Back and Forward of the tab lead to, as the browser itself keeps it."""
    kept = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    addresses = [entry["url"] for entry in kept["entries"]]
    return addresses[: kept["currentIndex"]], addresses[kept["currentIndex"] + 1 :]


@pytest.mark.parametrize("way", ["click", "escape"])
def test_back_never_shows_the_portal_after_leaving(browser: Browser, server: str, elsewhere: str, way: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    walk(page, server, elsewhere)
    if way == "click":
        page.click(EXIT_LINK)
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url(f"{elsewhere}/exit")
    assert page.title() == "Elsewhere"
    back, forward = history_of(page)
    assert back == ["about:blank", f"{elsewhere}/before"]
    assert forward == [f"{server}/leave"]
    page.go_back()
    assert page.url == f"{elsewhere}/before"
    context.close()


def test_the_exit_of_a_tab_that_began_here_leaves_nothing_behind(browser: Browser, server: str, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/fi/")
    page.evaluate("url => document.querySelector('[data-leave]').href = url", f"{elsewhere}/exit")
    page.click(EXIT_LINK)
    page.wait_for_url(f"{elsewhere}/exit")
    assert [url for url in history_of(page)[0] if url.startswith(server)] == []
    page.goto(f"{server}/fi/about")
    assert page.evaluate("sessionStorage.length") == 0
    context.close()


def test_two_escapes_only_close_a_menu(browser: Browser, server: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/sv/")
    page.click(".help-line summary")
    assert page.evaluate("document.querySelector('.help-line details').open")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.querySelector('.help-line details').open")
    page.keyboard.press("Escape")
    assert page.url == f"{server}/sv/"
    context.close()


def test_the_exit_works_without_javascript_and_tells_no_referrer(browser: Browser, server: str, elsewhere: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/is/help")
    target = page.get_attribute(EXIT_LINK, "href")
    assert target is not None
    Elsewhere.referrers = ()
    page.route(target, lambda route: route.fulfill(status=302, headers={"Location": f"{elsewhere}/exit"}))
    page.click(EXIT_LINK)
    page.wait_for_url(f"{elsewhere}/exit")
    assert Elsewhere.referrers
    assert set(Elsewhere.referrers) == {None}
    context.close()


def test_phone_menu_opens_without_javascript(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{server}/nb/about")
    page.click(".identity details:last-of-type summary")
    page.click(".identity details:last-of-type a[href='/nb/glossary']")
    assert page.url == f"{server}/nb/glossary"
    context.close()
