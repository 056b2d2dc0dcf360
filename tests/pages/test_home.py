"""The home page: the task first, a person to reach for each country, nothing claimed that the data does not say."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.directory.models import ContactPoint, Counterpart, Organisation
from app.i18n import LANGUAGES
from app.library.models import Material
from app.permissions import Visibility
from app.state import Portal
from app.vocabulary.models import Scheme
from tests.page_client import PageClient, first

MAX_FIRST_PAGE_BYTES = 100_000
MAX_CSS_BYTES = 40_000
MAX_JS_BYTES = 15_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_offers_every_function_and_country(page: PageClient, language: str) -> None:
    tree = page.get(f"/{language}/")
    form = tree.css_first("form[data-sentence]")
    assert form is not None
    assert form.attributes["action"] == f"/{language}/counterpart"
    offered = {
        name: {
            option.attributes["value"]
            for option in form.css(f"select[name={name}] option")
            if option.attributes["value"]
        }
        for name in ("function", "country", "from")
    }
    assert len(offered["function"]) == 35
    assert offered["country"] == offered["from"] == {"DK", "FI", "IS", "NO", "SE", "AX", "FO", "GL"}


def test_the_readers_own_country_is_chosen_by_the_language(page: PageClient) -> None:
    for language, country in (("fi", "FI"), ("nb", "NO"), ("is", "IS")):
        chosen = page.get(f"/{language}/").css_first("select[name=from] option[selected]")
        assert chosen is not None
        assert chosen.attributes["value"] == country
    assert page.get("/en/").css_first("select[name=from] option[selected]") is None


def test_five_coordinators_each_with_a_channel_and_its_state(page: PageClient) -> None:
    entries = page.get("/en/").css(".band > li")
    assert [first(entry, "h3").text(strip=True) for entry in entries] == [
        "Denmark",
        "Finland",
        "Iceland",
        "Norway",
        "Sweden",
    ]
    for entry in entries:
        link = entry.css_first(".band-channel a")
        assert link is not None
        assert (link.attributes["href"] or "").startswith(("tel:+", "mailto:"))
        assert "Not confirmed" in entry.text()


def test_a_channel_that_no_page_states_is_said_to_be_unread(page: PageClient, session: Session) -> None:
    iceland = page.get("/en/").css(".band > li")[2]
    rows = session.exec(select(ContactPoint).where(ContactPoint.organisation_id == "is-justice")).all()
    shown = first(iceland, ".band-channel a").attributes["href"]
    row = next(row for row in rows if shown in {f"tel:{row.value}", f"mailto:{row.value}"})
    assert row.confidence == "common-knowledge"
    assert "check it first" in iceland.text()


def test_a_country_without_a_coordinator_shows_a_gap(make_client: Callable[..., TestClient]) -> None:
    def lose_coordinator(session: Session) -> None:
        row = session.get(Counterpart, ("national-coordinator", "NO"))
        assert row is not None
        row.is_gap = True

    norway = PageClient(make_client(lose_coordinator)).get("/en/").css(".band > li")[3]
    assert "No coordinator found" in norway.text()
    assert norway.css_first(".band-channel") is None
    assert norway.css_first("a[href='/en/functions/national-coordinator/no']") is not None


def test_a_hidden_channel_and_document_are_not_on_the_page(
    make_client: Callable[..., TestClient], session: Session
) -> None:
    newest = session.exec(select(Material).order_by(col(Material.year).desc().nulls_last(), Material.id)).first()
    assert newest is not None

    def hide(session: Session) -> None:
        session.get_one(Material, newest.id).visibility = Visibility.GREEN
        for row in session.exec(select(ContactPoint).where(ContactPoint.organisation_id == "no-kom")):
            row.visibility = Visibility.GREEN

    tree = PageClient(make_client(hide)).get("/en/")
    links = {link.attributes.get("href") for link in tree.css("a")}
    assert f"/en/materials/{newest.id}" not in links
    assert "mailto:KOM.pod@politiet.no" not in links
    assert "No direct channel found" in tree.css(".band > li")[3].text()


def test_only_a_length_gets_a_bar(page: PageClient) -> None:
    entries = page.get("/en/").css(".periods > li")
    bars = {first(entry, "b").text(): entry.css_first("rect") for entry in entries}
    widths = {country: int(bar.attributes["width"] or 0) for country, bar in bars.items() if bar is not None}
    assert set(widths) == {"Denmark", "Iceland", "Norway", "Sweden"}
    assert widths["Iceland"] == 100
    assert widths["Iceland"] > widths["Norway"] > widths["Denmark"] == widths["Sweden"] > 0
    finland = next(entry for entry in entries if first(entry, "b").text() == "Finland")
    assert "no single length" in finland.text()


@pytest.mark.parametrize(("language", "words"), [("fi", "30 päivää"), ("is", "30 dagar"), ("en", "30 days")])
@pytest.mark.parametrize("path", ["", "compare/reflection-period"])
def test_a_length_is_said_in_the_readers_language(page: PageClient, path: str, language: str, words: str) -> None:
    said = [node.text() for node in page.get(f"/{language}/{path}").css(".period-line .number, .fact .value")]
    assert said.count(words) == len(["DK", "SE"])


def test_the_library_counts_what_a_reader_finds(page: PageClient, session: Session) -> None:
    tree = page.get("/en/")
    counts = [
        int(first(entry, ".count").text())
        for entry in tree.css("section[aria-labelledby=browse] li")
        if entry.css_first(".count")
    ]
    *families, cases = counts
    assert sum(families) == len(session.exec(select(Material)).all())
    assert cases == 12


def test_a_new_user_with_only_begging_in_mind_finds_a_way_in(page: PageClient) -> None:
    links = {
        link.text(strip=True): link.attributes["href"]
        for link in page.get("/en/").css("section[aria-labelledby=situations] a")
    }
    assert links["Someone is made to beg"] == "/en/concepts/forced-begging"
    assert links["I need a safe place for someone today"] == "/en/functions/shelter"


def test_every_situation_names_something_that_exists(page: PageClient, portal: Portal) -> None:
    vocabulary = portal.vocabulary
    links = [
        link.attributes["href"] or ""
        for link in page.get("/en/").css("section[aria-labelledby=situations] a, .asked a")
    ]
    assert len(links) >= 15
    for link in links:
        parts = urlsplit(link).path.split("/")[2:]
        known = {"concepts": vocabulary.concepts, "functions": vocabulary.terms[Scheme.FUNCTION]}.get(parts[0])
        assert parts[1] in known if known is not None else parse_qs(urlsplit(link).query)["q"]


def test_names_of_bodies_carry_their_language(page: PageClient, session: Session) -> None:
    body = session.get_one(Organisation, "fi-justice")
    names = page.get("/en/").css(".band > li")[1].css("span[lang=fi]")
    assert [name.text() for name in names] == [body.names["fi"]]


def test_the_first_page_is_light(client: TestClient) -> None:
    answer = client.get("/fi/", headers={"accept-encoding": "identity"})
    addresses = [link for link in _assets(answer.text) if link.startswith("/static/")]
    sizes = {
        address: len(client.get(address, headers={"accept-encoding": "identity"}).content) for address in addresses
    }
    assert sum(size for address, size in sizes.items() if address.endswith(".css")) <= MAX_CSS_BYTES
    assert sum(size for address, size in sizes.items() if address.endswith(".js")) <= MAX_JS_BYTES
    assert len(answer.content) + sum(sizes.values()) <= MAX_FIRST_PAGE_BYTES
    assert len(addresses) >= 4


def _assets(html: str) -> list[str]:
    tree = LexborHTMLParser(html)
    links = [node.attributes.get("href") for node in tree.css("link[rel=stylesheet], link[rel=icon]")]
    return [
        address for address in [*links, *(node.attributes.get("src") for node in tree.css("script[src]"))] if address
    ]
