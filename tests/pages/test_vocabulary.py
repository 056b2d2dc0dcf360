"""Concept pages and the glossary in every language."""

from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.directory.models import Organisation
from app.i18n import LANGUAGES, collation_key
from app.library.models import CaseSummary, Material
from app.permissions import Visibility
from app.state import Portal
from app.vocabulary.concepts import with_narrower
from app.vocabulary.models import Scheme
from tests.page_client import PageClient


def hrefs(tree: HTMLParser, selector: str = "main a[href]") -> list[str]:
    return [node.attributes.get("href") or "" for node in tree.css(selector)]


def first(tree: HTMLParser | Node, selector: str) -> Node:
    node = tree.css_first(selector)
    assert node is not None, selector
    return node


@pytest.mark.parametrize(
    ("language", "term_language"), [*zip(LANGUAGES, LANGUAGES, strict=True), ("fi", "nn"), ("is", "en"), ("en", "sv")]
)
def test_the_glossary_holds_every_term_of_a_language_once(
    page: PageClient, portal: Portal, language: str, term_language: str
) -> None:
    tree = page.get(f"/{language}/glossary?language={term_language}")
    shown = [node.text().strip() for node in tree.css("dl.glossary dt")]
    expected = [entry.preferred[term_language] for entry in portal.vocabulary.concepts.values()]
    assert sorted(shown) == sorted(expected)
    foreign = {node.attributes.get("lang") for node in tree.css("dl.glossary dt")}
    assert foreign == {None if term_language == language else term_language}


@pytest.mark.parametrize(
    ("language", "last"), [("sv", "ÅÄÖ"), ("fi", "ÄÖ"), ("da", "ÆØÅ"), ("nb", "ÆØÅ"), ("is", "ÞÆÖ")]
)
def test_letters_stand_in_the_order_of_the_alphabet(page: PageClient, language: str, last: str) -> None:
    tree = page.get(f"/{language}/glossary")
    letters = [node.text().strip() for node in tree.css("main h2")]
    assert letters == sorted(letters, key=collation_key(language))
    own = [letter for letter in letters if letter in last]
    assert letters[len(letters) - len(own) :] == [letter for letter in last if letter in own]
    assert hrefs(tree, ".letters a") == [f"#letter-{number}" for number in range(1, len(letters) + 1)]


def test_terms_lead_to_their_concept_with_their_equivalents(page: PageClient, portal: Portal) -> None:
    tree = page.get("/fi/glossary")
    assert {link.removeprefix("/fi/concepts/") for link in hrefs(tree, "dl.glossary a")} == set(
        portal.vocabulary.concepts
    )
    row = next(node for node in tree.css("dl.glossary > div") if "pakkotyö" in first(node, "dt").text())
    equivalents = {node.attributes.get("lang"): node.text() for node in row.css(".equivalents span")}
    assert equivalents == {
        "da": "tvangsarbejde", "is": "nauðungarvinna", "nb": "tvangsarbeid", "sv": "tvångsarbete",
        "en": "forced labour",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["glossary?language=xx", "concepts/unknown", "concepts/..%2fx"])
def test_unknown_words_are_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_concept_is_named_in_every_language(page: PageClient, portal: Portal, language: str) -> None:
    entry = portal.vocabulary.concepts["forced-labour"]
    tree = page.get(f"/{language}/concepts/forced-labour")
    assert first(tree, "h1").text().strip() == entry.preferred[language]
    table = first(tree, "table.words")
    for term in entry.preferred.values():
        assert term in table.text()
    assert first(table, "tbody th").text() == portal.vocabulary.label(Scheme.LANGUAGE, language, language)
    assert "Straffeloven §§ 257-258" in table.text()


def test_a_definition_that_nobody_has_read_is_marked(page: PageClient) -> None:
    assert page.get("/fi/concepts/forced-labour").css_first(".lead .assisted") is not None
    assert page.get("/en/concepts/forced-labour").css_first(".lead .assisted") is None


def test_only_attested_words_are_marked_so(page: PageClient, portal: Portal) -> None:
    for concept_id in ("forced-labour", "trafficking-in-human-beings", "survivor-council"):
        words = [word for word in portal.vocabulary.concepts[concept_id].words if word.kind.value != "hidden"]
        marks = page.get(f"/en/concepts/{concept_id}").css("table.words .icon")
        assert len(marks) == sum(word.is_verified for word in words)


def tagged(session: Session, scope: tuple[str, ...]) -> dict[str, set[str]]:
    """Country -> addresses of the records that carry one of the concepts, from the tables themselves."""
    found: dict[str, set[str]] = {}
    for material in session.exec(select(Material)):
        if set(scope) & set(material.concepts):
            for country in material.countries:
                found.setdefault(country, set()).add(f"/en/materials/{material.id}")
    for case in session.exec(select(CaseSummary)):
        if set(scope) & set(case.concepts):
            found.setdefault(case.country, set()).add(f"/en/cases/{case.id}")
    return found


@pytest.mark.parametrize("concept_id", ["demand-reduction", "compensation", "forced-labour", "survivor", "prevention"])
def test_what_is_tagged_stands_by_country(page: PageClient, session: Session, portal: Portal, concept_id: str) -> None:
    expected = tagged(session, with_narrower(portal.vocabulary, concept_id))
    assert expected
    tree = page.get(f"/en/concepts/{concept_id}")
    for country, records in expected.items():
        shelf = f'section[aria-labelledby="in-{country}"]'
        held = {link for link in hrefs(tree, f"{shelf} ul a") if not link.startswith("/en/organisations/")}
        assert held <= records
        assert int(first(tree, f"#in-{country} .count").text()) >= len(records)
        assert held == records or f"country={country}" in hrefs(tree, f"{shelf} .heading a")[0]


def test_where_nothing_is_tagged_it_is_said_with_whom_to_ask(
    page: PageClient, session: Session, portal: Portal
) -> None:
    bodies = {concept for body in session.exec(select(Organisation)) for concept in body.concepts}
    functions = {concept for term in portal.vocabulary.list(Scheme.FUNCTION) for concept in term.concepts}
    unused = [
        concept
        for concept in portal.vocabulary.concepts
        if not (scope := set(with_narrower(portal.vocabulary, concept))) & (bodies | functions)
        and not tagged(session, tuple(scope))
    ]
    assert unused
    tree = page.get(f"/sv/concepts/{unused[0]}")
    assert tree.css_first(".shelf") is None
    links = hrefs(tree, ".gap a")
    assert "/sv/functions/national-coordinator/se" in links
    assert any(link.startswith("/sv/search?q=") for link in links)


def test_hidden_records_are_neither_listed_nor_counted(
    page: PageClient, make_client: Callable[..., TestClient]
) -> None:
    concept = "survivor-council"

    def hide(session: Session) -> None:
        for material in session.exec(select(Material)):
            if concept in material.concepts:
                material.visibility = Visibility.GREEN
        for body in session.exec(select(Organisation)):
            if concept in body.concepts:
                body.visibility = Visibility.GREEN

    assert page.get(f"/en/concepts/{concept}").css_first(".shelf") is not None
    hidden = PageClient(make_client(hide)).get(f"/en/concepts/{concept}")
    assert hidden.css_first(".shelf") is None
    assert hidden.css_first(".gap") is not None


def test_neighbours_are_linked_both_ways(page: PageClient, portal: Portal) -> None:
    broader = portal.vocabulary.concepts["forced-labour"].broader
    assert broader
    up = hrefs(page.get("/is/concepts/forced-labour"), 'section[aria-labelledby="broader"] a')
    assert up == [f"/is/concepts/{other}" for other in broader]
    for address in up:
        assert "/is/concepts/forced-labour" in hrefs(page.get(address), 'section[aria-labelledby="narrower"] a')


def test_every_concept_page_answers_with_records_or_a_way_on(page: PageClient, portal: Portal) -> None:
    for concept_id in portal.vocabulary.concepts:
        tree = page.get(f"/fi/concepts/{concept_id}")
        has_records = tree.css_first(".shelf") is not None
        assert has_records or "/fi/functions/national-coordinator/fi" in hrefs(tree, ".gap a"), concept_id


def test_the_api_tells_the_same_words(client: TestClient, portal: Portal) -> None:
    total = len(portal.vocabulary.concepts)
    answer = client.get("/api/v1/concepts?lang=is&per_page=100&page=3").json()
    assert (answer["total"], answer["page"], len(answer["items"])) == (total, 3, total - 200)
    detail = client.get("/api/v1/concepts/forced-labour?lang=is").json()
    assert detail["label"] == "nauðungarvinna"
    assert detail["definition_assisted"] is True
    hidden = [word.text for word in portal.vocabulary.concepts["forced-labour"].words if word.kind.value == "hidden"]
    assert not {word["text"] for word in detail["words"]} & set(hidden)
    assert client.get("/api/v1/concepts?facet=method").json()["total"] == sum(
        entry.facet == "method" for entry in portal.vocabulary.concepts.values()
    )
