"""What stands on every page, the pages about the portal, and what machines ask for."""

from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.directory.models import ContactPoint, EmergencyLine, Organisation
from app.i18n import LANGUAGES
from app.permissions import Visibility
from app.state import Portal
from tests.page_client import PageClient, first

PATHS = ("", "help", "about", "accessibility", "privacy", "api")
MAX_STYLE_BYTES, MAX_SCRIPT_BYTES = 40_000, 15_000
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_in_every_language(page: PageClient, language: str, path: str) -> None:
    tree = page.get(f"/{language}/{path}")
    alternates = {link.attributes["hreflang"]: link.attributes["href"] for link in tree.css("head link[rel=alternate]")}
    assert set(alternates) == {*LANGUAGES, "x-default"}
    assert (alternates["sv"] or "").endswith(f"/sv/{path}")
    current = tree.css("nav a[aria-current][hreflang]")
    assert {link.attributes["hreflang"] for link in current} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_stands_first_on_every_page_and_on_errors(page: PageClient, language: str) -> None:
    for path, status in ((f"/{language}/about", 200), (f"/{language}/nothing-here", 404)):
        tree = page.get(path, status)
        line = tree.css_first("body > aside.help-line")
        assert line is not None
        assert line.css_first("a[href='tel:112']") is not None
        assert line.css_first("a[data-leave][rel=noreferrer]") is not None


def test_the_readers_own_helplines_are_on_the_page(page: PageClient, portal: Portal) -> None:
    for language, country in (("da", "DK"), ("fi", "FI"), ("is", "IS"), ("nb", "NO"), ("sv", "SE")):
        shown = [link.attributes["href"] or "" for link in page.get(f"/{language}/about").css(".help-list a")]
        wanted = [line.value for line in portal.help_lines.of(country)]
        assert [link.removeprefix("tel:").removeprefix("sms:") for link in shown] == wanted
        assert len(wanted) > 1
    countries = page.get("/en/about").css(".help-countries a")
    assert len(countries) == 8


def test_help_page_shows_released_lines_only(page: PageClient, session: Session) -> None:
    lines = session.exec(select(EmergencyLine)).all()
    released = [line for line in lines if line.is_shown and line.confidence == "stated"]
    assert 0 < len(released) < len(lines)
    links = [link.attributes["href"] or "" for link in page.get("/en/help").css(".help-entry .channel-value a")]
    assert sorted(link.removeprefix("tel:").removeprefix("sms:") for link in links) == sorted(
        line.value for line in released
    )


def test_a_web_chat_is_no_telephone_number(page: PageClient) -> None:
    for path in ("/is/help", "/is/countries/is"):
        links = [link.attributes["href"] or "" for link in page.get(path).css("a")]
        assert "https://112.is/en/human-trafficking" in links
        assert not [link for link in links if link.startswith(("tel:http", "sms:http"))]


@pytest.mark.parametrize(("language", "first_country"), [("fi", "FI"), ("sv", "SE"), ("en", "DK")])
def test_help_begins_with_the_readers_own_country(page: PageClient, language: str, first_country: str) -> None:
    countries = [node.attributes["id"] for node in page.get(f"/{language}/help").css(".help-sheets > section")]
    assert countries[0] == first_country
    assert len(countries) == len(set(countries))


def test_a_line_says_its_languages_its_hours_and_its_age(page: PageClient) -> None:
    denmark = page.get("/en/help").css_first("section#DK")
    assert denmark is not None
    words = " ".join(denmark.text(separator=" ").split())
    assert "Monday–Friday 08:30–16:00" in words
    assert "Languages: Danish and English." in words
    assert "Not confirmed , source from 2023" in words


def test_the_operator_is_named_only_when_there_is_one(page: PageClient, make_client: Callable[..., TestClient]) -> None:
    assert "No operator has been appointed yet" in first(page.get("/en/"), "footer").text()
    named = PageClient(make_client(operator="The Example Secretariat", contact_address="desk@example.org")).get(
        "/en/about"
    )
    assert "Run by The Example Secretariat" in first(named, "footer").text()
    assert "No operator" not in named.text()
    assert named.css_first("footer a[href='mailto:desk@example.org']") is not None


def test_controller_and_takedown_address_are_settings(page: PageClient, make_client: Callable[..., TestClient]) -> None:
    assert "No controller has been appointed yet" in page.text("/en/privacy")
    text = PageClient(make_client(controller="The Example Ministry", takedown_address="remove@example.org")).text(
        "/en/privacy"
    )
    assert "The controller of personal data is The Example Ministry." in text
    assert "remove@example.org" in text


def test_about_counts_what_is_there(page: PageClient) -> None:
    text = page.text("/en/about")
    for words in ("Organisations 317", "Channels 530", "Country facts 75", "Documents 93", "Case summaries 12"):
        assert words in text
    assert "No channel has been confirmed" in text


def test_about_counts_confirmed_channels_when_there_are_some(make_client: Callable[..., TestClient]) -> None:
    def confirm(session: Session) -> None:
        row = session.get_one(ContactPoint, "no-kom-email")
        row.verified_at, row.verified_by = datetime(2026, 11, 1, tzinfo=UTC), "KOM"

    text = PageClient(make_client(confirm)).text("/en/about")
    assert "1 of 530 channels has been confirmed" in text


@pytest.mark.parametrize(
    ("header", "language"),
    [("sv-FI,sv;q=0.9", "sv"), ("no", "nb"), ("de", "en"), ("", "en"), ("fr;q=1,is;q=0.4", "is")],
)
def test_front_door_leads_to_the_readers_language(client: TestClient, header: str, language: str) -> None:
    answer = client.get("/", headers={"accept-language": header})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/{language}/"


def test_leave_leads_away_and_is_never_kept(client: TestClient, portal: Portal) -> None:
    answer = client.get("/leave")
    assert answer.headers["location"] == portal.settings.exit_url
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_sitemap_lists_pages_that_answer(client: TestClient) -> None:
    index = ElementTree.fromstring(client.get("/sitemap.xml").text)  # noqa: S314  our own answer
    maps = [entry.text or "" for entry in index.iterfind("s:sitemap/s:loc", SITEMAP)]
    assert len(maps) == len(LANGUAGES)
    tree = ElementTree.fromstring(client.get("/sitemap-is.xml").text)  # noqa: S314  our own answer
    addresses = [entry.text or "" for entry in tree.iterfind("s:url/s:loc", SITEMAP)]
    assert len(set(addresses)) == len(addresses) > 1000
    for address in addresses[:: len(addresses) // 25]:
        assert client.get(address.removeprefix("http://localhost:8000")).status_code == 200, address
    first = tree.find("s:url", SITEMAP)
    assert first is not None
    assert {link.attrib["hreflang"] for link in first.iterfind("x:link", SITEMAP)} == set(LANGUAGES)


def test_sitemap_leaves_hidden_records_out(client: TestClient, make_client: Callable[..., TestClient]) -> None:
    def hide(session: Session) -> None:
        session.get_one(Organisation, "no-kom").visibility = Visibility.GREEN

    assert "/organisations/no-kom<" in client.get("/sitemap-nb.xml").text
    assert "/organisations/no-kom<" not in make_client(hide).get("/sitemap-nb.xml").text


def test_robots_names_the_sitemap(client: TestClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text
    assert "Disallow: /fi/search" in text


def test_security_txt_exists_only_with_an_address(client: TestClient, make_client: Callable[..., TestClient]) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    fields = dict(
        line.split(": ", 1)
        for line in make_client(contact_address="desk@example.org").get("/.well-known/security.txt").text.splitlines()
    )
    assert fields["Contact"] == "mailto:desk@example.org"
    expires = datetime.fromisoformat(fields["Expires"])
    assert 0 < (expires - datetime.now(UTC)).days < 365


def test_error_page_is_calm_and_leads_on(page: PageClient) -> None:
    tree = page.get("/sv/organisations/there-is-none", 404)
    links = {link.attributes.get("href") for link in tree.css("main a")}
    assert {"/sv/", "/sv/functions", "/sv/help"} <= links
    assert tree.css_first("head link[rel=canonical]") is None
    languages = {link.attributes["href"] for link in tree.css("nav a[hreflang]")}
    assert languages == {f"/{code}/" for code in LANGUAGES}


@pytest.mark.parametrize(
    "path", ["/fi/", "/fi/search?q=ty%C3%B6", "/is/countries/no", "/da/materials", "/sv/organisations/fi-nas"]
)
def test_no_page_loads_more_than_its_share_of_styles_and_scripts(client: TestClient, path: str) -> None:
    tree = HTMLParser(client.get(path).text)
    styles = [node.attributes["href"] or "" for node in tree.css("link[rel=stylesheet]")]
    scripts = [node.attributes["src"] or "" for node in tree.css("script[src]")]
    assert sum(len(client.get(address).content) for address in styles) <= MAX_STYLE_BYTES
    assert sum(len(client.get(address).content) for address in scripts) <= MAX_SCRIPT_BYTES
