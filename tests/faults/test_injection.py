"""F-21 and F-22: whatever stands in a field stays text, on pages, in structured data, in vCards and in headers."""

import json
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
import vobject
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import Session
from starlette.testclient import TestClient

from app.directory.models import Confidence, ContactPoint, CountryFact, FactSource, Organisation, OrganisationFunction
from app.directory.organisations import OrganisationPage, get_organisation_page
from app.directory.perspective import perspective
from app.directory.vcard import vcard
from app.i18n import LANGUAGES
from app.library.models import CaseSummary, Edition, Material, Passage
from app.permissions import VISITOR
from app.state import Portal
from app.vocabulary.service import Text

pytestmark = pytest.mark.fault

TAG = "<script>alert('x')</script><img src=x onerror=alert(1)><svg/onload=alert(2)>"
BREAK_OUT = "\"'></a></title></textarea></script><iframe src=javascript:alert(3)>"
MARKDOWN = "[click](javascript:alert(4)) **bold** <b onclick=alert(5)>b</b>"
TEMPLATE = "{{ 7 * 7 }}{% raw %}{{ visit }}"
EVIL = f"{TAG} {BREAK_OUT} {MARKDOWN} {TEMPLATE}"
SCRIPT_URL = "javascript:alert(document.domain)//https://"
DATA_URL = "data:text/html,<script>alert(6)</script>"
EVERYWHERE = {language: EVIL for language in LANGUAGES}
FORBIDDEN = "iframe, object, embed, base, img[src=x], svg[onload], [onerror], [onclick], [onload], meta[http-equiv]"
SCHEMES = {"", "https", "http", "mailto", "tel", "sms"}


def poison(session: Session) -> None:
    """Records that an inattentive or hostile editor could have written."""
    session.add(
        Organisation(
            id="xx-evil", country="FI", names=EVERYWHERE, abbreviation=EVIL[:40], type="ngo", city=EVIL, region=EVIL,
            mandate=EVERYWHERE, assisted=["en"], website_domain='evil.example/"><script>alert(7)</script>',
            sources=[EVIL], source_url=SCRIPT_URL, missing=[EVIL], missing_note=EVIL, note=EVIL, verified_by=EVIL,
        )
    )  # fmt: skip
    session.flush()
    session.add(OrganisationFunction(organisation_id="xx-evil", function="shelter", region=EVIL, note=EVIL))
    for number, (kind, value) in enumerate(
        [("web", SCRIPT_URL), ("form", DATA_URL), ("phone", f"+358{EVIL}"), ("email", f"{EVIL}@x"), ("address", EVIL)]
    ):
        session.add(
            ContactPoint(
                id=f"xx-evil-{number}", organisation_id="xx-evil", position=number, kind=kind, value=value,
                display=EVIL, audience="public", scope=EVERYWHERE, note=EVERYWHERE, area=EVIL, source_note=EVIL,
                source_url=SCRIPT_URL, confidence=Confidence.STATED, functions=["shelter"],
            )
        )  # fmt: skip
    session.add(
        Material(
            id="xx-evil-material", type="manual", language="en", titles=EVERYWHERE, countries=["FI"], publisher=EVIL,
            publisher_id="xx-evil", year=2024, licence=EVIL[:40], identifiers=[EVIL], url=SCRIPT_URL,
            related_url=DATA_URL, sources=[EVIL], note=EVIL, concepts=["forced-labour"],
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Edition(
            material_id="xx-evil-material", language="en", title=EVIL, abstract=EVIL, abstract_basis=EVIL,
            success_factors=[EVIL], recommendations=[EVIL],
        )
    )  # fmt: skip
    session.add(Passage(material_id="xx-evil-material", language="en", position=0, page=3, text=f"zebrafish {EVIL}"))
    session.add(
        CaseSummary(
            id="xx-evil-case", language="en", country="FI", title=EVIL, is_composite=True, lessons=[EVIL],
            what_happened=EVIL, detection=EVIL, cooperation=EVIL, evidence=EVIL, outcome=EVIL,
        )
    )  # fmt: skip
    session.add(FactSource(id="xx-evil-source", title=EVIL, publisher=EVIL, url=SCRIPT_URL))
    session.add(
        CountryFact(
            id="xx-evil-fact", country="FI", topic="reflection-period", text=EVERYWHERE, value=EVIL, note=EVERYWHERE,
            source_ids=["xx-evil-source"], organisation_id="xx-evil",
        )
    )  # fmt: skip


PAGES = [
    "/en/organisations/xx-evil",
    "/fi/organisations/xx-evil?from=SE",
    "/en/organisations",
    "/en/materials/xx-evil-material",
    "/en/materials",
    "/en/new",
    "/en/cases/xx-evil-case",
    "/en/cases",
    "/en/countries/fi",
    "/en/compare/reflection-period",
    "/en/functions/shelter",
    "/en/functions/shelter/fi",
    "/en/concepts/forced-labour",
    "/en/search?q=zebrafish",
    "/en/search?q=alert&country=FI",
    "/en/suggest?q=script",
    "/en/",
]


@pytest.fixture
def poisoned(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client(poison)


def foreign(html: str) -> list[str]:
    """What no template of ours writes."""
    tree = LexborHTMLParser(html)
    found = [f"{node.tag} {node.attributes}" for node in tree.css(FORBIDDEN)]
    found += [
        str(node.text())[:80]
        for node in tree.css("script")
        if not node.attributes.get("src") and node.attributes.get("type") != "application/ld+json"
    ]
    for node in tree.css("[href], [src], [action]"):
        for name in ("href", "src", "action"):
            target = (node.attributes.get(name) or "").strip()
            if urlsplit(target).scheme.lower() not in SCHEMES:
                found.append(f"{name}={target[:80]}")
    for node in tree.css("*"):
        found += [
            f"{node.tag} {name}" for name in node.attributes if name.startswith("on") or '"' in name or "<" in name
        ]
    return found


def test_f21_records_are_shown_as_text(poisoned: TestClient) -> None:
    """Also in the data for search engines, which no element may leave."""
    shown = 0
    for path in PAGES:
        response = poisoned.get(path)
        assert response.status_code == 200, path
        assert foreign(response.text) == [], path
        shown += "&lt;script&gt;alert" in response.text and "{{ 7 * 7 }}" in response.text
        for node in LexborHTMLParser(response.text).css('script[type="application/ld+json"]'):
            assert isinstance(json.loads(node.text()), dict | list), path
    assert shown >= 8


def test_f21_answers_for_programs_stay_json(poisoned: TestClient) -> None:
    for path in ("organisations/xx-evil", "materials/xx-evil-material", "cases/xx-evil-case", "search?q=zebrafish"):
        response = poisoned.get(f"/api/v1/{path}")
        assert response.status_code == 200, path
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "<script>" in json.dumps(response.json())
    for path in ("materials/xx-evil-material/cite.bib", "materials/xx-evil-material/cite.ris"):
        response = poisoned.get(f"/en/{path}")
        assert response.status_code == 200
        assert not response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("evil", [TAG, BREAK_OUT, MARKDOWN, TEMPLATE, SCRIPT_URL])
def test_f21_a_question_is_shown_as_text(client: TestClient, language: str, evil: str) -> None:
    for path in (f"/{language}/search?q={quote(evil)}", f"/{language}/suggest?q={quote(evil)}"):
        response = client.get(path)
        assert response.status_code == 200
        assert foreign(response.text) == []
        field = LexborHTMLParser(response.text).css_first("input#q")
        assert field is not None
        assert field.attributes["value"] == " ".join(evil.split())


def test_f21_a_parameter_is_shown_as_text(client: TestClient) -> None:
    names = ("country", "theme", "sort", "year_from", "off", "kind", "function", "from", "page", "language", "topic")
    query = "&".join(f"{name}={quote(TAG + BREAK_OUT)}" for name in names)
    for path in ("search", "organisations", "materials", "counterpart", "glossary", "functions/shelter/fi", "nowhere"):
        response = client.get(f"/en/{path}?{query}")
        assert response.status_code < 500
        assert foreign(response.text) == [], path


LINE_BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(LINE_BREAKS + ',;:\\"<>\t\0' + "åøæðþ"),
        st.sampled_from(string.ascii_letters),
        st.characters(codec="utf-8"),
    ),
    min_size=1,
    max_size=120,
)
INJECTION = st.sampled_from(
    [
        "A\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:B",
        "A\nTEL:+1",
        "A\rEMAIL:x@y",
        "A\u2028TEL:+1",
        "\\\nTEL:+1",
        "A;B,C\\;D",
        "BEGIN:VCARD",
    ]
)


@pytest.fixture(scope="module")
def body(portal: Portal) -> OrganisationPage:
    with Session(portal.database.execution_options(read_only=True)) as session:
        return get_organisation_page(session, VISITOR, perspective(portal.vocabulary, "en"), "no-kom")


def properties(card: str) -> list[str]:
    """The names of a card's lines after unfolding."""
    unfolded = card.replace("\r\n ", "")
    return [line.partition(":")[0].partition(";")[0] for line in unfolded.split("\r\n") if line]


@given(name=NASTY | INJECTION, mandate=NASTY | INJECTION, abbreviation=NASTY | INJECTION)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_f22_no_name_begins_a_line_of_its_own(
    body: OrganisationPage, name: str, mandate: str, abbreviation: str
) -> None:
    poisoned = replace(body, name=Text(name, "nb"), mandate=Text(mandate, "en"), abbreviation=abbreviation)
    plain = replace(body, name=Text("A", "nb"), mandate=Text("B", "en"), abbreviation="C")
    card = vcard(poisoned, "https://localhost/en/organisations/no-kom")
    assert properties(card) == properties(vcard(plain, "https://localhost/en/organisations/no-kom"))
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    assert "\n" not in card.replace("\r\n", "")
    assert "\r" not in card.replace("\r\n", "")


@given(name=INJECTION | st.text(alphabet=string.ascii_letters + ",;\\\n åøæðþÅÖ", min_size=1, max_size=90))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_f22_another_reader_finds_one_card_with_the_same_name(body: OrganisationPage, name: str) -> None:
    poisoned = replace(body, name=Text(name, "nb"))
    cards: Iterator[vobject.base.Component] = vobject.readComponents(vcard(poisoned, "https://localhost/"))
    (card,) = list(cards)
    assert card.fn.value.split() == "\n".join(name.splitlines()).split()
    assert len(card.contents.get("tel", [])) == properties(vcard(body, "https://localhost/")).count("TEL")


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: b=c", "å\nX: y", "\u560a\u560dSet-Cookie: b=c", "%0d%0aSet-Cookie:b"]
)
def test_f22_no_value_reaches_a_header(app: FastAPI, client: TestClient, name: str) -> None:
    for path in (
        "search?q=",
        "counterpart?function=",
        "counterpart?function=shelter&country=",
        "organisations?country=",
    ):
        response = client.get(f"/en/{path}{quote(name)}")
        assert response.status_code < 500
        assert "set-cookie" not in response.headers
        assert all("\n" not in value and "\r" not in value for value in response.headers.values())
