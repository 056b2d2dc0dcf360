"""A card that any address book reads, and that no name can break out of."""

import re

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.directory.dialling import EMERGENCY
from app.directory.vcard import MAX_LINE_BYTES, escape, fold

HOSTILE = "Evil\r\nTEL:+4512345678\r\nEND:VCARD\nX\x0bY\x85Z\u2028W;,\\"


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found.group(1) == "n" else found.group(1), text)


def test_a_hostile_name_stays_one_value() -> None:
    """F-22: every kind of line break."""
    assert not re.search(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", escape(HOSTILE))


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_escaping_keeps_the_words_and_no_line_break(text: str) -> None:
    escaped = escape(text)
    assert len(escaped.splitlines()) <= 1
    kept = "\n".join("".join(c for c in line if c.isprintable() or c == "\u00ad") for line in text.splitlines())
    assert unescaped(escaped) == kept


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=400))
def test_folding_cuts_at_75_bytes_and_never_inside_a_character(text: str) -> None:
    folded = fold(text)
    assert all(len(line.encode()) <= MAX_LINE_BYTES for line in folded.split("\r\n"))
    assert unfolded(folded) == text


@pytest.mark.parametrize("organisation", ["fi-nas", "no-rosa", "se-nspm", "gl-police", "fo-police", "int-europol"])
def test_an_address_book_reads_the_card(client: TestClient, organisation: str) -> None:
    response = client.get(f"/en/organisations/{organisation}.vcf")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/vcard; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{organisation}.vcf"'
    card = vobject.readOne(response.text)
    stored = client.get(f"/api/v1/organisations/{organisation}").json()
    assert card.version.value == "4.0"
    assert card.fn.value == stored["name"]
    called = {found.value for found in card.contents.get("tel", [])}
    assert called == {
        found["value"]
        for found in stored["contacts"]
        if found["kind"] in {"phone", "helpline"} and found["confidence"] == "stated" and found["value"] != EMERGENCY
    }
    assert EMERGENCY not in called, "in an address book it would seem to be this body's own number"


def test_a_channel_to_be_confirmed_is_not_in_the_card(client: TestClient) -> None:
    stored = client.get("/api/v1/organisations/no-kripos").json()
    unsure = {found["value"] for found in stored["contacts"] if found["confidence"] == "common-knowledge"}
    card = unfolded(client.get("/en/organisations/no-kripos.vcf").text)
    assert unsure
    assert not any(value in card for value in unsure)
