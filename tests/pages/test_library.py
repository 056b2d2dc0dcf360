"""The library as a reader meets it."""

import json
from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import event
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.i18n import LANGUAGES
from app.library.licences import LICENCES
from app.library.models import CaseSummary, Edition, Material, MaterialRelation, PublicationStatus, RelationKind
from app.permissions import Visibility
from app.state import Portal
from app.vocabulary.models import Scheme
from tests.page_client import PageClient

WHOLE = "nordic-best-practices-seminar-2022"
PART = "norway-police-competence-group"
NORWEGIAN = "nb-kom-veileder"
MAX_QUERIES = 12


def hrefs(tree: HTMLParser, selector: str = "main a[href]") -> list[str]:
    return [node.attributes.get("href") or "" for node in tree.css(selector)]


def section(tree: HTMLParser, heading_id: str) -> str:
    node = tree.css_first(f'section[aria-labelledby="{heading_id}"]')
    assert node is not None, heading_id
    return " ".join(node.text(separator=" ").split())


def heading(tree: HTMLParser) -> str:
    node = tree.css_first("h1")
    assert node is not None
    return node.text().strip()


def test_every_material_has_a_page_under_its_own_title(page: PageClient, session: Session) -> None:
    rows = session.exec(
        select(Material.id, Edition.title, Edition.language)
        .join(Edition, col(Edition.material_id) == Material.id)
        .where(Edition.language == Material.language)
    ).all()
    assert len(rows) == 93
    for material_id, title, language in rows:
        tree = page.get(f"/en/materials/{material_id}")
        node = tree.css_first("h1")
        assert node is not None
        assert node.text().strip() == title
        assert node.attributes.get("lang") == (None if language == "en" else language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_summary_is_said_with_whom_to_ask(page: PageClient, language: str) -> None:
    tree = page.get(f"/{language}/materials/{NORWEGIAN}")
    note = tree.css_first('section[aria-labelledby="summary"] .note')
    if language == "nb":
        assert note is None
    else:
        assert note is not None
        assert f"/{language}/functions/national-coordinator/no" in hrefs(tree, 'section[aria-labelledby="summary"] a')


def test_the_text_of_a_foreign_summary_carries_its_language(page: PageClient) -> None:
    tree = page.get(f"/fi/materials/{NORWEGIAN}")
    assert tree.css_first('section[aria-labelledby="summary"] p.prose[lang="nb"]') is not None


def test_what_is_not_known_of_a_document_is_said(page: PageClient, session: Session) -> None:
    unknown = session.exec(select(Material).where(col(Material.url).is_(None), col(Material.year).is_(None))).first()
    assert unknown is not None
    tree = page.get(f"/en/materials/{unknown.id}")
    assert "No address is known for this document." in section(tree, "editions")
    rights = section(tree, "rights")
    assert "Year Not known" in rights
    assert "Next review Not set" in rights
    assert "Not confirmed" in rights


def test_a_copy_is_not_passed_off_as_the_publishers_page(page: PageClient, session: Session) -> None:
    where = col(Material.is_url_at_publisher).is_(False)
    copies = session.exec(select(Material).where(where)).all()
    assert copies
    for material in copies:
        assert "a copy or a page about the document" in section(page.get(f"/en/materials/{material.id}"), "editions")
    own = page.get(f"/en/materials/{WHOLE}")
    assert "a copy or a page about the document" not in section(own, "editions")


def test_the_licence_is_named_or_its_absence_is(page: PageClient, session: Session) -> None:
    licences = {licence for licence in session.exec(select(Material.licence).distinct()) if licence}
    assert licences <= set(LICENCES), "a licence without a name"
    tree = page.get(f"/en/materials/{WHOLE}")
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in hrefs(tree, 'section[aria-labelledby="rights"] a')
    assert "link and quote, do not copy" in section(page.get(f"/en/materials/{NORWEGIAN}"), "rights")


def test_whole_parts_and_summaries_know_each_other(page: PageClient) -> None:
    whole, part = page.get(f"/en/materials/{WHOLE}"), page.get(f"/en/materials/{PART}")
    assert f"/en/materials/{PART}" in hrefs(whole, 'section[aria-labelledby="parts"] a')
    assert f"/en/materials/{WHOLE}" in hrefs(part, 'section[aria-labelledby="part-of"] a')
    summary = "nn-samandrag-kompetansegruppe"
    assert f"/en/materials/{summary}" in hrefs(part, 'section[aria-labelledby="adaptations"] a')
    adapted = hrefs(page.get(f"/en/materials/{summary}"), 'section[aria-labelledby="adapted-from"] a')
    assert f"/en/materials/{PART}" in adapted


def test_the_page_tells_machines_what_it_is(page: PageClient) -> None:
    script = page.get(f"/fi/materials/{PART}").css_first('script[type="application/ld+json"]')
    assert script is not None
    facts = json.loads(script.text())
    assert facts["name"] == "A national police competence group against trafficking"
    assert facts["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert facts["isPartOf"]["name"] == "Seminar on Nordic Best Practices against Trafficking in Human Beings"
    assert "ISBN 978-952-259-988-9" in facts["identifier"]


def test_editions_can_be_chosen_where_there_are_several(make_client: Callable[..., TestClient]) -> None:
    def translate(session: Session) -> None:
        session.add(
            Edition.model_validate({
                "material_id": NORWEGIAN, "language": "sv", "kind": "translation", "title": "Vägledning",
                "abstract": "En svensk sammanfattning.",
            })
        )  # fmt: skip

    page = PageClient(make_client(translate))
    assert "En svensk sammanfattning." in section(page.get(f"/sv/materials/{NORWEGIAN}"), "summary")
    assert "Veilederen er laget" in section(page.get(f"/sv/materials/{NORWEGIAN}?text=nb"), "summary")
    assert "En svensk sammanfattning." in section(page.get(f"/fi/materials/{NORWEGIAN}"), "summary")
    band = [
        " ".join(node.text(separator=" ").split()) for node in page.get(f"/en/materials/{NORWEGIAN}").css(".band > li")
    ]
    assert [words.split(" ")[0] for words in band] == ["Norwegian", "Swedish"]
    assert "Original" in band[0]
    assert "Translation" in band[1]


def test_markup_in_a_title_stays_text(make_client: Callable[..., TestClient]) -> None:
    title = "</script><script>alert(1)</script><b>&amp;"

    def spoil(session: Session) -> None:
        session.get_one(Edition, (NORWEGIAN, "nb")).title = title

    tree = PageClient(make_client(spoil)).get(f"/nb/materials/{NORWEGIAN}")
    assert heading(tree) == title
    scripts = [node for node in tree.css("script") if not node.attributes.get("src")]
    assert len(scripts) == 1
    assert json.loads(scripts[0].text())["name"] == title


@pytest.mark.parametrize("path", ["materials/unknown", "cases/unknown", "materials/unknown/cite.bib", "materials/A%2e"])
def test_unknown_addresses_are_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


def test_what_is_for_members_does_not_exist_for_a_visitor(make_client: Callable[..., TestClient]) -> None:
    def hide(session: Session) -> None:
        session.get_one(Material, PART).visibility = Visibility.GREEN
        session.get_one(CaseSummary, "case-01-fi-restaurant").visibility = Visibility.AMBER

    client = make_client(hide)
    page = PageClient(client)
    for address in (f"materials/{PART}", f"materials/{PART}/cite.bib", "cases/case-01-fi-restaurant"):
        assert client.get(f"/en/{address}").status_code == 404
    assert f"/en/materials/{PART}" not in hrefs(page.get(f"/en/materials/{WHOLE}"))
    assert "92 documents" in page.text("/en/materials")
    assert "Case summaries 11" in page.text("/en/materials")
    assert f"/en/materials/{PART}" not in hrefs(page.get("/en/materials/nn-samandrag-kompetansegruppe"))
    assert "/en/cases/case-01-fi-restaurant" not in hrefs(page.get("/en/cases"))
    assert client.get("/api/v1/materials").json()["total"] == 92
    assert client.get("/api/v1/cases").json()["total"] == 11


def test_a_withdrawn_record_keeps_its_address_and_a_draft_has_none(make_client: Callable[..., TestClient]) -> None:
    def change(session: Session) -> None:
        session.get_one(Material, NORWEGIAN).status = PublicationStatus.WITHDRAWN
        session.get_one(Material, "nb-fafo-2019-35").status = PublicationStatus.DRAFT
        session.get_one(CaseSummary, "case-02-dk-boys").status = PublicationStatus.WITHDRAWN

    client = make_client(change)
    tree = PageClient(client).get(f"/en/materials/{NORWEGIAN}", 410)
    assert heading(tree) == "This record was withdrawn"
    assert "Veileder" not in (tree.html or "")
    assert client.get(f"/en/materials/{NORWEGIAN}/cite.ris").status_code == 404
    assert client.get("/en/materials/nb-fafo-2019-35").status_code == 404
    assert client.get("/en/cases/case-02-dk-boys").status_code == 410
    assert client.get(f"/api/v1/materials/{NORWEGIAN}").status_code == 404


def test_the_index_names_every_family_and_reaches_every_material(
    page: PageClient, session: Session, portal: Portal
) -> None:
    first = page.get("/sv/materials")
    browse = section(first, "browse")
    for family in portal.vocabulary.list(Scheme.MATERIAL_FAMILY):
        assert family.label("sv") in browse
    reached = {
        link.split("/")[3]
        for number in range(1, 5)
        for link in hrefs(page.get(f"/sv/materials?page={number}"), ".result-title a")
    }
    assert reached == set(session.exec(select(Material.id)))


def test_filters_narrow_the_list_exactly(page: PageClient, session: Session) -> None:
    reports = session.exec(select(Material).where(Material.type == "annual-report")).all()
    tree = page.get("/en/materials?type=annual-report&country=DK&language=&year_from=2021&year_to=&sort=title")
    expected = {f"/en/materials/{row.id}" for row in reports if "DK" in row.countries and (row.year or 0) >= 2021}
    assert expected
    assert set(hrefs(tree, ".result-title a")) == expected
    chips = [node.text(deep=False).strip() for node in tree.css(".filter-chip")]
    assert chips == ["Annual report", "Denmark", "from 2021"]


def test_a_family_stands_for_its_types(page: PageClient, session: Session, portal: Portal) -> None:
    types = [term.code for term in portal.vocabulary.list(Scheme.MATERIAL_TYPE) if term.group == "guidance"]
    held = session.exec(select(Material.id).where(col(Material.type).in_(types))).all()
    assert f"{len(held)} documents" in page.text("/en/materials?family=guidance")


def test_values_that_name_nothing_are_told(page: PageClient) -> None:
    words = page.text("/en/materials?country=XX&year_from=twenty")
    assert "Left out because the library has no such value: XX and twenty." in words
    assert "93 documents" in words


def test_an_empty_list_leads_on(page: PageClient) -> None:
    tree = page.get("/en/materials?country=GL")
    assert "The library holds no such document." in page.text("/en/materials?country=GL")
    assert "/en/functions/national-coordinator/gl" in hrefs(tree, ".gap a")


@pytest.mark.parametrize("query", ["page=0", "page=1001", "page=x", "sort=oldest", "type=" + "a" * 65])
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/en/materials?{query}").status_code == 422


def test_plans_are_shown_over_time_with_their_gaps(page: PageClient) -> None:
    plans = section(page.get("/en/materials"), "plans")
    norway = plans[plans.index("Norway") : plans.index("Sweden")]
    assert norway.index("2011–2014") < norway.index("2015–2024 not in the library") < norway.index("2025–2030")
    assert "None in the library. Ask the national coordinator" in plans[plans.index("Sweden") :]
    assert "no period is named" in plans[plans.index("Iceland") : plans.index("Norway")]


def test_annual_reports_flag_the_years_that_are_missing(page: PageClient) -> None:
    reports = section(page.get("/en/materials?type=annual-report"), "annual-reports")
    denmark = reports[reports.index("Denmark") : reports.index("Finland")]
    assert denmark.index("2019") < denmark.index("2021") < denmark.index("2022–")
    assert "not in the library" in denmark


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_says_first_that_it_is_invented(page: PageClient, session: Session, language: str) -> None:
    for case in session.exec(select(CaseSummary)):
        tree = page.get(f"/{language}/cases/{case.id}")
        html = tree.html or ""
        assert case.is_composite
        assert html.index("fiction") < html.index("<h1")
        assert heading(tree) == case.title
        assert len(tree.css('section[aria-labelledby="lessons"] li')) == len(case.lessons)


def test_a_case_shows_act_means_and_purpose(page: PageClient) -> None:
    elements = section(page.get("/en/cases/case-01-fi-restaurant"), "elements")
    for words in ("Act Recruitment Harbouring", "Means Other coercion", "Purpose Forced labour or services"):
        assert words in elements


def test_all_cases_are_listed_in_the_order_of_the_readers_alphabet(page: PageClient, session: Session) -> None:
    titles = [node.text().strip() for node in page.get("/nb/cases").css(".result-title")]
    assert sorted(titles) == sorted(session.exec(select(CaseSummary.title)))
    assert len(titles) == 12


def test_new_documents_come_by_year_and_no_date_is_made_up(page: PageClient, session: Session) -> None:
    tree = page.get("/en/new")
    years = [int(node.text()) for node in tree.css("main h2")]
    assert years == sorted(years, reverse=True)
    assert years[0] == max(year for year in session.exec(select(Material.year)) if year)
    assert "When a document was added is not recorded yet" in page.text("/en/new")
    assert "23 November 2026" in page.text("/en/new")


def test_no_relation_is_lost(page: PageClient, session: Session) -> None:
    parts = select(MaterialRelation).where(MaterialRelation.kind == RelationKind.PART_OF)
    for relation in session.exec(parts):
        links = hrefs(page.get(f"/en/materials/{relation.material_id}"), 'section[aria-labelledby="part-of"] a')
        assert links == [f"/en/materials/{relation.target_id}"]


@pytest.mark.parametrize("path", [f"materials/{WHOLE}", "materials", "cases/case-01-fi-restaurant", "cases", "new"])
def test_a_page_needs_few_queries(client: TestClient, portal: Portal, path: str) -> None:
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(portal.database, "before_cursor_execute", note)
    try:
        assert client.get(f"/en/{path}").status_code == 200
    finally:
        event.remove(portal.database, "before_cursor_execute", note)
    queries = [statement for statement in asked if not statement.startswith("BEGIN")]
    assert 0 < len(queries) <= MAX_QUERIES
