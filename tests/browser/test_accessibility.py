"""axe finds nothing on any page type, in any width, light or dark; nothing runs out of the window."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
PAGES = {
    "home": "/fi/",
    "search": "/fi/search?q=pakkoty%C3%B6+ravintola",
    "search-nothing": "/is/search?q=zzzzqqqq",
    "search-filtered": "/nb/search?q=tvangsarbeid&country=FI&country=SE&kind=material",
    "organisations": "/sv/organisations",
    "organisation": "/nb/organisations/fi-nas",
    "organisation-without-channel": "/is/organisations/dk-erstatningsnaevnet",
    "countries": "/da/countries",
    "country": "/is/countries/is",
    "country-figures": "/nb/countries/no",
    "functions": "/fi/functions",
    "function": "/sv/functions/labour-inspection",
    "counterpart": "/sv/functions/labour-inspection/no?from=FI",
    "counterpart-gap": "/is/functions/national-coordinator/fo",
    "compare": "/da/compare/reflection-period",
    "materials": "/fi/materials",
    "material": "/da/materials/fi-heuni-95b",
    "cases": "/nb/cases",
    "case": "/fi/cases/case-01-fi-restaurant",
    "concept": "/is/concepts/forced-labour",
    "glossary": "/sv/glossary",
    "new": "/fi/new",
    "help": "/is/help",
    "about": "/fi/about",
    "accessibility": "/is/accessibility",
    "privacy": "/da/privacy",
    "api": "/nb/api",
    "error": "/fi/does-not-exist",
}
IN_SHORT = {
    "home",
    "search",
    "organisation",
    "counterpart",
    "country",
    "country-figures",
    "material",
    "error",
}
WIDTHS = (320, 390, 1280)
SCHEMES = ("light", "dark")


def cases() -> Iterator[object]:
    for width in WIDTHS:
        for scheme in SCHEMES:
            for name in PAGES:
                is_narrow = name in IN_SHORT and (width, scheme) == (320, "dark")
                is_short = is_narrow or (name, width, scheme) == ("search", 1280, "light")
                yield pytest.param(
                    name, width, scheme, marks=[] if is_short else [pytest.mark.full], id=f"{name}-{width}-{scheme}"
                )


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[tuple[int, str], BrowserContext]]:
    opened = {
        (width, scheme): browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS
        for scheme in SCHEMES
    }
    yield opened
    for context in opened.values():
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("name", "width", "scheme"), list(cases()))
def test_page_has_no_axe_violation(
    server: str, contexts: dict[tuple[int, str], BrowserContext], name: str, width: int, scheme: str
) -> None:
    page = contexts[width, scheme].new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server + PAGES[name])
    results = Axe().run(page, options=RULES)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    found = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in results.response["violations"]
    ]
    assert found == []
    assert overflow <= 0, f"{overflow} px wider than the window"
    assert [text for text in errors if name != "error" or "404" not in text] == []
