"""The search page: understood questions, filters, switches, reasons, and never a dead end."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.discovery.forms import read_form
from app.i18n import LANGUAGES
from app.state import Portal
from tests.page_client import PageClient

FORCED_LABOUR = {
    "fi": "pakkotyö",
    "sv": "tvångsarbete",
    "nb": "tvangsarbeid",
    "is": "nauðungarvinna",
    "en": "forced labour",
}


def result_titles(tree: LexborHTMLParser) -> list[str]:
    return [node.text(strip=True) for node in tree.css(".result-title")]


def total(tree: LexborHTMLParser) -> int:
    heading = tree.css_first("h1")
    assert heading is not None
    return int("".join(letter for letter in heading.text().split("“")[0] if letter.isdigit()))


def checked(tree: LexborHTMLParser) -> set[tuple[str | None, str | None]]:
    return {(node.attributes.get("name"), node.attributes.get("value")) for node in tree.css("input[checked]")}


def link(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    assert node is not None, selector
    return node.attributes["href"] or ""


@pytest.mark.parametrize(("language", "words"), FORCED_LABOUR.items())
def test_one_concept_finds_every_language_and_says_why(page: PageClient, language: str, words: str) -> None:
    tree = page.get(f"/{language}/search?q={quote(words)}&kind=material&per_page=50")
    languages = {node.attributes.get("lang", language) for node in tree.css(".result-title a")}
    assert len(languages) >= 4
    assert all(row.css(".equals li") for row in tree.css(".result"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_search_page(page: PageClient, language: str) -> None:
    assert result_titles(page.get(f"/{language}/search"))


def test_an_inflected_and_a_misspelt_question_are_understood(page: PageClient) -> None:
    assert total(page.get(f"/fi/search?q={quote('ihmiskaupan uhrille')}")) > 0
    tree = page.get("/sv/search?q=menskehandel")
    assert total(tree) > 0
    assert "menneskehandel" in link(tree, ".did-you-mean a")


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("Bjarkarhlid", "/en/organisations/is-bjarkarhlid"),
        ("Lauras hus", "/en/organisations/no-lauras-hus"),
        ("KOM", "/en/organisations/no-kom"),
    ],
)
def test_a_name_finds_what_it_names_first(page: PageClient, words: str, path: str) -> None:
    assert link(page.get(f"/en/search?q={quote(words)}"), ".result-title a") == path


def test_an_organisation_shows_its_channel_and_how_old_it_is(page: PageClient) -> None:
    row = page.get("/en/search?q=KOM&kind=organisation").css_first(".result")
    assert row is not None
    assert row.css_first(".result-channel a") is not None
    assert row.css_first(".result-channel .dot") is not None


def test_a_switched_off_word_finds_less_and_can_come_back(page: PageClient) -> None:
    everything = page.get("/fi/search?q=pakkoty%C3%B6")
    off = page.get(link(everything, "a.switch:not(.off)"))
    assert total(off) < total(everything)
    assert len(off.css("a.switch.off")) == 1
    back = page.get(link(off, "a.switch.off"))
    assert total(back) == total(everything)


def test_a_filter_narrows_and_its_chip_takes_it_away(page: PageClient) -> None:
    everything = page.get("/en/search?q=trafficking")
    narrowed = page.get("/en/search?q=trafficking&country=FI")
    assert 0 < total(narrowed) < total(everything)
    assert ("country", "FI") in checked(narrowed)
    assert str(total(everything) - total(narrowed)) in page.text("/en/search?q=trafficking&country=FI")
    assert total(page.get(link(narrowed, "a.filter-chip"))) == total(everything)


def test_counts_of_a_facet_are_what_choosing_it_finds(page: PageClient) -> None:
    tree = page.get("/en/search?q=trafficking")
    for node in tree.css("fieldset input[type=checkbox]")[:8]:
        label = node.parent
        assert label is not None
        count = label.css_first(".count")
        assert count is not None
        name, value = node.attributes["name"], node.attributes["value"]
        assert total(page.get(f"/en/search?q=trafficking&{name}={value}")) == int(count.text()), (name, value)


def test_several_values_of_a_filter_add_up(page: PageClient) -> None:
    one = total(page.get("/en/search?q=trafficking&country=FI&kind=material"))
    both = total(page.get("/en/search?q=trafficking&country=FI&country=SE&kind=material"))
    assert both > one


def test_the_nordic_group_is_its_members(page: PageClient) -> None:
    group = page.get("/en/search?country=NORDIC")
    members = page.get(
        "/en/search?" + "&".join(f"country={code}" for code in ("DK", "FI", "IS", "NO", "SE", "AX", "FO", "GL"))
    )
    assert total(group) == total(members)
    assert ("country", "NORDIC") in checked(group)


def test_tabs_count_each_kind(page: PageClient) -> None:
    tree = page.get("/en/search?q=police")
    for tab in tree.css(".tabs a")[1:]:
        count = tab.css_first(".count")
        assert count is not None
        assert total(page.get(tab.attributes["href"] or "")) == int(count.text())


def test_pages_follow_each_other_without_repeating(page: PageClient) -> None:
    first = page.get("/en/search?q=trafficking")
    second = page.get(link(first, "a[rel=next]"))
    paths = [[node.attributes["href"] for node in tree.css(".result-title a")] for tree in (first, second)]
    assert len(paths[0]) == 10
    assert not set(paths[0]) & set(paths[1])
    assert link(second, "a[rel=prev]")


def test_a_page_too_far_leads_back(page: PageClient) -> None:
    tree = page.get("/en/search?q=trafficking&page=999")
    assert result_titles(page.get(link(tree, ".gap a")))


def test_newest_first_is_by_year(page: PageClient) -> None:
    tree = page.get("/en/search?q=trafficking&kind=material&sort=newest&per_page=40")
    years = [int(node.text()) for node in tree.css(".result-meta .number")]
    assert years
    assert years == sorted(years, reverse=True)


def test_years_bound_the_results(page: PageClient) -> None:
    tree = page.get("/en/search?kind=material&year_from=2015&year_to=2018&per_page=50")
    years = [int(node.text()) for node in tree.css(".result-meta .number")]
    assert years
    assert all(2015 <= year <= 2018 for year in years)


def test_nothing_found_is_no_dead_end(page: PageClient) -> None:
    tree = page.get("/sv/search?q=zzzzqqqq")
    assert total(tree) == 0
    targets = {node.attributes["href"] for node in tree.css(".way-on a")}
    assert "/sv/functions/national-coordinator/se" in targets
    assert "/sv/glossary" in targets


def test_a_filter_that_leaves_nothing_can_be_dropped(page: PageClient) -> None:
    tree = page.get("/fi/search?q=pakkoty%C3%B6&year_from=1801&year_to=1802")
    assert total(tree) == 0
    assert "/fi/search?q=pakkoty%C3%B6" in {node.attributes["href"] for node in tree.css(".way-on a")}


def test_a_broader_concept_is_offered(page: PageClient, portal: Portal) -> None:
    broader = portal.vocabulary.concepts["forced-labour"].broader[0]
    label = portal.vocabulary.concepts[broader].label("fi").value
    assert label in page.text("/fi/search?q=pakkoty%C3%B6")


def test_what_means_nothing_is_told(page: PageClient) -> None:
    text = page.text("/en/search?q=police&country=ZZ&year_from=banana&sort=sideways")
    for value in ("ZZ", "banana", "sideways"):
        assert f"“{value}”" in text


def test_a_long_question_is_cut_and_told(page: PageClient) -> None:
    tree = page.get(f"/en/search?q={'police ' * 60}")
    field = tree.css_first("input#q")
    assert field is not None
    assert len(field.attributes["value"] or "") <= 256
    assert "256" in page.text(f"/en/search?q={'police ' * 60}")


def test_a_country_in_the_question_is_offered_as_a_filter(page: PageClient) -> None:
    tree = page.get("/en/search?q=shelter+Norway")
    assert any("country=NO" in (node.attributes["href"] or "") for node in tree.css("main a"))
    assert ("country", "NO") not in checked(tree)


def test_the_form_of_the_page_says_what_the_address_says(portal: Portal, page: PageClient) -> None:
    tree = page.get("/en/search?q=police&country=FI&theme=prevention&sort=title&off=police.fi")
    pairs = [
        (node.attributes["name"] or "", node.attributes["value"] or "")
        for node in tree.css("form.facets input[type=hidden], form.facets input[checked]")
    ]
    form = read_form(pairs, portal.vocabulary)
    assert (form.text, form.chosen("country"), form.chosen("theme")) == ("police", ("FI",), ("prevention",))
    assert form.sort.value == "title"
    assert form.off == ("police.fi",)


def test_the_reader_is_warned_not_to_enter_cases(page: PageClient) -> None:
    assert "Never type details of a real case" in page.text("/en/search?q=police")


def test_search_pages_are_kept_out_of_other_search_engines(page: PageClient) -> None:
    robots = page.get("/en/search?q=police").css_first("meta[name=robots]")
    assert robots is not None
    assert robots.attributes["content"] == "noindex"


def test_links_of_the_page_lead_to_valid_searches(page: PageClient, portal: Portal) -> None:
    tree = page.get("/en/search?q=police&country=FI")
    targets = [urlsplit(node.attributes["href"] or "") for node in tree.css("main a")]
    searches = [target for target in targets if target.path == "/en/search"]
    assert searches
    for target in searches:
        assert read_form(parse_qsl(target.query), portal.vocabulary).left_out == ()


def test_suggestions_begin_as_typed(page: PageClient) -> None:
    tree = page.get("/en/suggest?q=bjark")
    words = [node.text() for node in tree.css("a.row-title")]
    assert words
    assert all("bjark" in word.casefold() for word in words)


def test_no_suggestion_is_no_dead_end(page: PageClient) -> None:
    assert link(page.get("/en/suggest?q=zzzzqqqq"), ".gap a") == "/en/search?q=zzzzqqqq"


def test_the_page_is_compressed_and_small(client: TestClient) -> None:
    response = client.get("/fi/search?q=pakkoty%C3%B6", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 20_000


@pytest.mark.parametrize(
    ("asked", "country"),
    [
        ("labour inspectorate sweden", "SE"),
        ("labour inspectorate norway", "NO"),
        ("koordinator Norge", "NO"),
        ("kansallinen koordinaattori ruotsi", "SE"),
        ("shelter sweden", "SE"),
        ("lögregla Danmörk", "DK"),
    ],
)
def test_what_is_of_the_country_named_comes_first(client: TestClient, asked: str, country: str) -> None:
    hits = client.get("/api/v1/search", params={"q": asked, "kind": "organisation", "per_page": 3}).json()["hits"]
    assert {hit["country"][0] if isinstance(hit["country"], list) else hit["country"] for hit in hits} == {country}
