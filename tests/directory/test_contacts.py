"""The best way in comes first."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.directory.contacts import Channel, best_first, channel
from app.directory.models import Confidence, ContactPoint
from app.directory.perspective import perspective
from app.state import Portal


@pytest.fixture
def desk(portal: Portal) -> Channel:
    view = perspective(portal.vocabulary, "sv", "FI", datetime(2026, 11, 17, 12, tzinfo=UTC))
    row = ContactPoint(
        id="no-desk-phone",
        organisation_id="no-desk",
        kind="phone",
        value="+4773199700",
        display="73 19 97 00",
        audience="public",
        functions=["labour-inspection"],
        source_note="a page",
        confidence=Confidence.STATED,
        check_at="https://example.org/",
    )
    return channel(row, "NO", view)


def order(*channels: Channel, function: str | None = None) -> list[str]:
    return [found.id for found in best_first(channels, function)]


def test_speaking_comes_before_writing_and_writing_before_reading(desk: Channel) -> None:
    web, mail = replace(desk, id="web", kind="web"), replace(desk, id="mail", kind="email")
    assert order(web, mail, desk) == ["no-desk-phone", "mail", "web"]


def test_what_is_stated_comes_before_what_is_only_generally_known(desk: Channel) -> None:
    known = replace(desk, id="known", is_confirmed_fact=False)
    mail = replace(desk, id="mail", kind="email")
    assert order(known, mail) == ["mail", "known"]


def test_the_emergency_number_is_the_last_number(desk: Channel) -> None:
    emergency = replace(desk, id="112", value="112", is_urgent=True, is_open_now=True)
    closed = replace(desk, id="closed", is_open_now=False)
    assert order(emergency, closed) == ["closed", "112"]


def test_an_open_line_comes_before_a_closed_one(desk: Channel) -> None:
    closed, opened = replace(desk, id="closed", is_open_now=False), replace(desk, id="open", is_open_now=True)
    assert order(closed, opened) == ["open", "closed"]


def test_a_line_for_professionals_comes_before_one_for_everybody(desk: Channel) -> None:
    assert order(desk, replace(desk, id="colleagues", is_for_professionals=True)) == ["colleagues", "no-desk-phone"]


def test_the_function_asked_for_decides_first(desk: Channel) -> None:
    mail = replace(desk, id="mail", kind="email", functions=("prosecution",))
    assert order(desk, mail, function="prosecution") == ["mail", "no-desk-phone"]


def test_only_a_stated_channel_may_carry_the_filled_button(desk: Channel) -> None:
    assert desk.may_lead
    assert not replace(desk, is_confirmed_fact=False).may_lead
    assert not replace(desk, href=None).may_lead
    assert not replace(desk, kind="web").may_lead


def test_a_channel_names_where_it_is_to_be_confirmed_only_if_it_has_to_be(desk: Channel, portal: Portal) -> None:
    assert desk.check_at is None
    assert desk.state == "unknown"
    assert desk.display == "+47 73 19 97 00"
