"""The directory as a reader meets it: the right desk first, and what is not known said openly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import event
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.directory.models import Confidence, ContactPoint, Counterpart, CountryFact, Organisation
from app.i18n import LANGUAGES
from app.permissions import Visibility
from app.state import Portal
from app.vocabulary.models import Scheme
from tests.page_client import PageClient

COUNTRIES = ("dk", "fi", "is", "no", "se", "ax", "fo", "gl")
MAX_QUERIES = 12


def words(tree: HTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    assert node is not None, selector
    return " ".join(node.text(separator=" ").split())


def hrefs(tree: HTMLParser, selector: str) -> list[str]:
    return [node.attributes.get("href") or "" for node in tree.css(selector)]


def hide(session: Session, *ids: str) -> None:
    for key in ids:
        body = session.get(Organisation, key)
        assert body is not None
        body.visibility = Visibility.GREEN
        session.add(body)


@contextmanager
def counted(portal: Portal) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(portal.database, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(portal.database, "before_cursor_execute", note)


# Function × country: the answer


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_function_is_answered_with_a_desk_or_an_explained_fallback(
    page: PageClient, portal: Portal, session: Session, country: str
) -> None:
    gaps = {
        row.function
        for row in session.exec(select(Counterpart).where(Counterpart.country == country.upper()))
        if row.is_gap
    }
    for function in portal.vocabulary.list(Scheme.FUNCTION):
        tree = page.get(f"/en/functions/{function.code}/{country}")
        main = words(tree, "main")
        assert tree.css_first("#answer") is not None, function.code
        assert ("Nobody was found who holds this function here" in main) == (function.code in gaps), function.code


def test_the_labour_inspectorate_of_norway_answers_a_finnish_inspector(page: PageClient) -> None:
    tree = page.get("/sv/functions/labour-inspection/no?from=fi")
    assert words(tree, "#answer") == "Arbeidstilsynet"
    assert words(tree, ".route") == "Finland Norge"
    primary = tree.css(".answer .button.primary")
    assert [node.attributes.get("href") for node in primary] == ["tel:+4773199700"]
    assert "+47 73 19 97 00" in words(tree, ".answer")
    assert "Arbetsplatsinspektion, Norge" in words(tree, "h1")


def test_the_last_alternative_is_the_national_coordinator(page: PageClient) -> None:
    tree = page.get("/en/functions/labour-inspection/no")
    last = tree.css(".alternative")[-1]
    assert "/en/organisations/no-kom" in [node.attributes.get("href") for node in last.css("a")]
    assert "Nobody answers" in last.text()


@pytest.mark.parametrize(("country", "coordinator"), [("ax", "fi-justice"), ("fo", "dk-cmm"), ("gl", "dk-cmm")])
def test_in_a_territory_the_realms_body_is_the_fallback(page: PageClient, country: str, coordinator: str) -> None:
    tree = page.get(f"/en/functions/legal-aid/{country}")
    assert any(coordinator in href for href in hrefs(tree, "main a"))


def test_whoever_stands_in_is_not_said_to_hold_the_function(page: PageClient) -> None:
    tree = page.get("/en/functions/national-rapporteur/no")
    assert "it does not hold this function here" in words(tree, ".answer")
    assert "Holds this function" not in words(tree, ".answer")
    assert words(tree, "#answer") == "Koordineringsenheten mot menneskehandel"


def test_what_differs_is_told_for_both_countries_in_the_readers_language(page: PageClient) -> None:
    tree = page.get("/fi/functions/national-rapporteur/se?from=fi")
    rows = words(tree, 'section[aria-labelledby="differs"]')
    assert "Suomi" in rows
    assert "Ruotsi" in rows
    assert tree.css_first('section[aria-labelledby="differs"] .assisted') is not None


def test_each_assisted_text_is_marked_and_the_words_are_said_once_in_a_card(page: PageClient) -> None:
    card = page.get("/fi/functions/labour-inspection/no").css_first(".answer")
    assert card is not None
    assert len(card.css(".assisted.in-words")) == 1
    texts = len(card.css(".channel-body .assisted"))
    assert texts >= len(card.css(".channel")) > 1
    assert page.get("/en/functions/labour-inspection/no").css_first(".answer .assisted") is None


def test_what_is_only_generally_known_names_no_field_of_the_data(page: PageClient) -> None:
    said = words(page.get("/en/organisations/no-kripos"), "main")
    assert "Generally known, not read on a page." in said
    assert "check_at" not in said


def test_the_country_the_reader_works_in_stays_in_the_links(page: PageClient) -> None:
    tree = page.get("/en/functions/shelter/se?from=is")
    assert "/en/functions/shelter/no?from=is" in hrefs(tree, "aside a")
    assert not [href for href in hrefs(page.get("/en/functions/shelter/se"), "main a") if "from=" in href]


def test_an_unknown_origin_is_left_out_not_refused(page: PageClient) -> None:
    tree = page.get("/en/functions/shelter/se?from=zz")
    assert tree.css_first(".route") is None


@pytest.mark.parametrize(
    "path",
    [
        "/en/functions/nothing",
        "/en/functions/shelter/xx",
        "/en/functions/shelter/int",
        "/en/functions/nothing/no",
        "/en/organisations/nothing",
        "/en/organisations/nothing.vcf",
        "/en/organisations/nothing/qr.svg",
        "/en/countries/xx",
        "/en/compare/nothing",
    ],
)
def test_what_does_not_exist_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


# The question


def test_a_complete_question_leads_to_the_answers_own_address(client: TestClient) -> None:
    response = client.get("/da/counterpart?function=shelter&country=SE&from=DK")
    assert response.status_code == 303
    assert response.headers["location"] == "/da/functions/shelter/se?from=dk"


def test_an_incomplete_question_is_asked_again_with_what_was_chosen(page: PageClient) -> None:
    tree = page.get("/en/counterpart?function=shelter&from=DK", 422)
    assert "Choose a country or territory." in words(tree, ".error-summary")
    chosen = [node.attributes.get("value") for node in tree.css("option[selected]")]
    assert chosen == ["shelter", "DK"]
    assert page.get("/en/counterpart").css_first(".error-summary") is None


def test_hostile_answers_to_the_question_are_asked_again(client: TestClient) -> None:
    for query in (
        "function=%00&country=NO",
        "function=shelter&country=..%2F..",
        "function=%F0%9F%92%A9&country=%0d%0a",
    ):
        assert client.get(f"/en/counterpart?{query}").status_code == 422


@pytest.mark.parametrize("country", ["NO", "DK", "SE", "FI"])
def test_from_home_to_a_number_in_three_interactions(page: PageClient, client: TestClient, country: str) -> None:
    """Choose the function, choose the country, press the button: the answer carries something to call."""
    form = page.get("/en/").css_first('form[action="/en/counterpart"]')
    assert form is not None
    assert {node.attributes.get("name") for node in form.css("select")} >= {"function", "country", "from"}
    response = client.get(f"/en/counterpart?function=helpline&country={country}&from=")
    tree = page.get(response.headers["location"])
    assert any(href.startswith("tel:") for href in hrefs(tree, ".answer .button.primary"))


# Contacts


def test_what_is_only_generally_known_is_never_the_filled_button(page: PageClient, session: Session) -> None:
    query = select(ContactPoint).where(ContactPoint.confidence == Confidence.COMMON_KNOWLEDGE)
    unsure = [row for row in session.exec(query) if row.check_at]
    assert unsure
    for organisation in sorted({row.organisation_id for row in unsure})[:25]:
        tree = page.get(f"/en/organisations/{organisation}")
        assert len(tree.css(".contact-sheet .button.primary")) <= 1
        for channel in tree.css(".channel"):
            if "To be confirmed at" in channel.text():
                assert channel.css_first(".button.primary") is None


def test_a_short_number_abroad_is_said_and_not_linked(page: PageClient) -> None:
    abroad = page.get("/sv/organisations/dk-lev-uden-vold")
    assert "tel:1888" not in hrefs(abroad, "main a")
    said = page.text("/en/organisations/dk-lev-uden-vold")
    assert "works only when you call from inside the country" in said
    assert "tel:1888" in hrefs(page.get("/da/organisations/dk-lev-uden-vold"), "main a")
    assert "tel:1888" in hrefs(page.get("/sv/organisations/dk-lev-uden-vold?from=dk"), "main a")


def test_nothing_claims_to_be_confirmed(page: PageClient) -> None:
    main = page.text("/en/organisations/fi-nas")
    assert "Not confirmed" in main
    assert "not yet" in main
    assert "undated" in main


def test_a_body_without_channels_of_its_own_is_reached_through_the_one_above(page: PageClient) -> None:
    tree = page.get("/en/organisations/no-politi-nordland")
    sheet = words(tree, ".contact-sheet")
    assert "No channel of its own is known" in sheet
    assert "/en/organisations/no-pod" in hrefs(tree, ".contact-sheet a")


def test_a_body_nobody_can_reach_names_whom_to_ask(page: PageClient) -> None:
    tree = page.get("/en/organisations/se-jo")
    assert "No channel of this body is known" in words(tree, ".contact-sheet")
    assert "/en/functions/national-coordinator/se" in hrefs(tree, ".contact-sheet a")


def test_a_unit_is_reached_from_the_body_above_it_and_back(page: PageClient) -> None:
    assert "/en/organisations/no-politi-nordland" in hrefs(page.get("/en/organisations/no-pod"), "aside a")
    assert "/en/organisations/no-pod" in hrefs(page.get("/en/organisations/no-politi-nordland"), "aside a")


def test_the_task_is_told_in_the_language_that_is_chosen(page: PageClient) -> None:
    shown = page.get("/nb/organisations/fi-nas?mandate=sv")
    assert words(shown, '.segmented [aria-current="true"]') == "Svenska"
    assert shown.css_first('section[aria-labelledby="does"] .lead [lang="sv"]') is not None


def test_its_documents_are_named(page: PageClient) -> None:
    assert any(href.startswith("/en/materials/") for href in hrefs(page.get("/en/organisations/dk-cmm"), "main a"))


def test_a_phone_can_read_the_address_of_the_page(client: TestClient) -> None:
    response = client.get("/en/organisations/fi-nas/qr.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert "style=" not in response.text
    assert response.text != client.get("/en/organisations/no-rosa/qr.svg").text


# Lists and countries


def test_the_list_is_narrowed_by_every_choice(page: PageClient) -> None:
    tree = page.get("/en/organisations?country=NO&function=shelter&type=ngo")
    assert len(tree.css("main .section")) == 1
    assert words(tree, "main .section h2") == "Norway"
    narrowed = page.get("/en/organisations?concept=low-threshold-service")
    assert 0 < len(narrowed.css(".alternative")) < 20


def test_an_empty_list_is_no_dead_end(page: PageClient) -> None:
    tree = page.get("/en/organisations?country=GL&function=interpreting")
    assert "No organisation fits these choices" in words(tree, ".gap")
    assert "/en/functions/interpreting/gl" in hrefs(tree, ".gap a")


def test_a_choice_nobody_knows_is_left_out_and_said(page: PageClient) -> None:
    assert "Left out" in page.text("/en/organisations?type=zzz&country=%3Cscript%3E")


def test_names_are_sorted_by_the_readers_alphabet(page: PageClient) -> None:
    tree = page.get("/sv/organisations?country=AX")
    names = [" ".join(node.text().split()) for node in tree.css(".alternative .row-title")]
    assert [name for name in names if name.startswith("Å")] == names[-sum(name.startswith("Å") for name in names) :]


def test_a_country_shows_every_fact_with_its_source_and_says_what_was_not_found(
    page: PageClient, session: Session
) -> None:
    tree = page.get("/en/countries/no")
    main = words(tree, "main")
    facts = session.exec(select(CountryFact).where(CountryFact.country == "NO")).all()
    assert facts
    for fact in facts:
        assert " ".join((fact.text.get("en") or "").split()) in main
    assert main.count("None found") == sum(not fact.is_found for fact in facts)
    assert len(tree.css(".coverage dt")) == 35


def test_a_territory_says_that_it_has_no_facts_and_whom_to_ask(page: PageClient) -> None:
    tree = page.get("/en/countries/gl")
    main = words(tree, "main")
    assert "No coordinator of its own was found" in main
    assert "No facts on law and procedure" in main
    assert "/en/countries/dk" in hrefs(tree, "main a")


def test_ministries_and_units_state_their_task(page: PageClient) -> None:
    tree = page.get("/en/countries/fi")
    assert len(tree.css(".units li")) > 5
    assert all(item.css_first("p.soft") is not None for item in tree.css(".units li"))


def test_countries_are_compared_topic_by_topic(page: PageClient) -> None:
    tree = page.get("/da/compare/reflection-period")
    assert len(tree.css(".side-by-side td")) == 5
    assert len(tree.css(".side-by-side .bar")) == 4
    gap = page.get("/en/compare/rapporteur")
    assert len(gap.css(".side-by-side td.is-gap")) == 3


def test_a_function_names_its_gaps(page: PageClient) -> None:
    tree = page.get("/en/functions/national-rapporteur")
    assert len(tree.css("tbody tr")) == 8
    assert "In 6 countries and territories nobody was found." in words(tree, "main")


# What readers may not see does not exist


def test_hidden_bodies_and_channels_leave_no_trace(make_client: Callable[..., TestClient]) -> None:
    def change(session: Session) -> None:
        hide(session, "no-arbeidstilsynet")
        point = session.get(ContactPoint, "no-kom-email")
        assert point is not None
        point.visibility = Visibility.GREEN
        session.add(point)

    client = make_client(change)
    for path in (
        "/en/organisations?country=NO",
        "/en/functions/labour-inspection",
        "/en/functions/labour-inspection/no",
        "/en/countries/no",
        "/en/countries",
        "/en/organisations/dk-arbejdstilsynet",
    ):
        text = client.get(path).text
        assert "no-arbeidstilsynet" not in text, path
        assert "KOM.pod@politiet.no" not in text, path
    for path in ("no-arbeidstilsynet", "no-arbeidstilsynet.vcf", "no-arbeidstilsynet/qr.svg"):
        assert client.get(f"/en/organisations/{path}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "organisations",
        "organisations/is-bjarkarhlid",
        "organisations/no-politi-nordland",
        "countries",
        "countries/no",
        "countries/fo",
        "countries/ee",
        "countries/int",
        "compare/offence",
        "functions",
        "functions/helpline",
        "functions/helpline/is",
        "functions/legal-aid/gl",
        "counterpart",
    ],
)
def test_pages_stand_in_every_language_on_few_queries(
    page: PageClient, portal: Portal, language: str, path: str
) -> None:
    with counted(portal) as statements:
        page.get(f"/{language}/{path}")
    assert len(statements) <= MAX_QUERIES, statements


@pytest.mark.parametrize("function", ["police-cooperation", "criminal-investigation", "reporting-channel"])
@pytest.mark.parametrize("country", ["dk", "fo", "gl", "ax"])
def test_the_emergency_number_of_another_country_is_not_the_button_to_press(
    page: PageClient, function: str, country: str
) -> None:
    """Whoever presses it in Sweden reaches the Swedish centre."""
    tree = page.get(f"/en/functions/{function}/{country}?from=se")
    assert [node.attributes["href"] for node in tree.css("main a.button.primary[href='tel:112']")] == []
