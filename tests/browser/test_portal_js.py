"""What JavaScript adds: filters without a new page, suggestions, the route on the map; nothing is lost without it."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

pytestmark = pytest.mark.browser


def test_a_tick_renews_the_results_and_keeps_the_focus(context: BrowserContext, server: str) -> None:
    page = context.new_page()
    page.goto(f"{server}/en/search?q=forced+labour")
    before = page.inner_text("h1")
    box = page.locator("input[type=checkbox][name=country]").nth(1)
    chosen = box.get_attribute("id")
    box.check()
    page.wait_for_url(re.compile(r"country="))
    expect(page.locator("h1")).not_to_have_text(before)
    assert page.evaluate("document.activeElement.id") == chosen
    assert page.locator(f"[id='{chosen}']").is_checked()
    assert "country=" in (page.get_attribute("nav a[hreflang=sv]", "href") or "")
    renewed = page.inner_text("h1")
    page.reload()
    assert page.inner_text("h1") == renewed


def test_typing_brings_suggestions(context: BrowserContext, server: str) -> None:
    page = context.new_page()
    page.goto(f"{server}/en/")
    page.locator("#q").press_sequentially("forced lab")
    expect(page.locator("#q-suggestions option").first).to_be_attached()
    words = page.eval_on_selector_all("#q-suggestions option", "options => options.map(option => option.value)")
    assert any(word.lower().startswith("forced lab") for word in words)


def test_the_map_follows_the_sentence(context: BrowserContext, server: str) -> None:
    page = context.new_page()
    page.goto(f"{server}/fi/")
    assert page.locator(".map .is-on").count() == 1
    page.select_option("#country", "NO")
    assert page.locator(".map .is-on").count() == 2
    assert (page.get_attribute(".arc", "d") or "").startswith("M")
    page.select_option("#country", "")
    assert page.get_attribute(".arc", "d") == ""


def test_the_sentence_leads_to_a_desk_without_javascript(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/sv/")
    page.select_option("#function", "labour-inspection")
    page.select_option("#country", "NO")
    page.click("form[data-sentence] button")
    page.wait_for_url("**/sv/functions/labour-inspection/no**")
    assert page.locator("a[href^='tel:+47']").count() >= 1
    context.close()


def test_a_number_is_copied(browser: Browser, server: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{server}/en/functions/labour-inspection/no")
    button = page.locator("[data-copy]").first
    button.click()
    expect(button).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == button.get_attribute("data-copy")
    context.close()


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_kept(context: BrowserContext, server: str) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/en/", "/en/help", "/en/search?q=forced+labour"):
        page.goto(server + path)
    assert [url for url in asked if not url.startswith(server)] == []
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
