"""What may be pressed, and how a number is written for callers from abroad."""

import pytest

from app.directory.dialling import dial, international


@pytest.mark.parametrize(
    ("value", "display", "country", "written"),
    [
        ("+4570121288", "70 12 12 88", "DK", "+45 70 12 12 88"),
        ("+4620390000", "020-39 00 00", "SE", "+46 20-39 00 00"),
        ("+35818531305", "+358 18 531 305", "AX", "+358 18 531 305"),
        ("+3546162694", "616 2694", "IS", "+354 616 2694"),
        ("+4512345678", "call us", "DK", "+4512345678"),
    ],
)
def test_numbers_are_written_internationally_for_readers_abroad(
    value: str, display: str, country: str, written: str
) -> None:
    assert international(value, display, country) == written


def test_at_home_a_number_stays_as_it_is_written_there() -> None:
    assert dial("phone", "+4570121288", "70 12 12 88", "DK", "DK").display == "70 12 12 88"
    assert dial("phone", "+4570121288", "70 12 12 88", "DK", "FI").display == "+45 70 12 12 88"
    assert dial("phone", "+4570121288", "70 12 12 88", "DK", None).display == "+45 70 12 12 88"


@pytest.mark.parametrize(
    ("value", "country", "home", "href"),
    [
        ("114", "DK", "DK", "tel:114"),
        ("114", "DK", "SE", None),
        ("114", "FO", "DK", None),
        ("112", "DK", "SE", "tel:112"),
        ("112", "GL", "IS", "tel:112"),
    ],
)
def test_short_numbers_are_pressed_only_inside_their_country(
    value: str, country: str, home: str, href: str | None
) -> None:
    """The same digits reach somebody else abroad, or nobody; 112 answers everywhere."""
    found = dial("helpline", value, value, country, home)
    assert found.href == href
    assert found.is_local == (value != "112")


def test_text_message_numbers_open_a_message() -> None:
    found = dial("helpline", "+4791000000", "SMS 91 00 00 00", "NO", "SE")
    assert (found.href, found.display, found.is_sms) == ("sms:+4791000000", "SMS +47 91 00 00 00", True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("web", "javascript:alert(1)"),
        ("form", "data:text/html,x"),
        ("web", "//elsewhere.example"),
        ("email", "a@b.example?bcc=c@d.example"),
        ("email", "not an address"),
        ("phone", "+45;phone-context=x"),
        ("secure", "SIENA"),
        ("address", "Somewhere 1"),
    ],
)
def test_what_is_no_plain_address_becomes_no_link(kind: str, value: str) -> None:
    assert dial(kind, value, value, "DK", "DK").href is None
