"""Whether a text holds what looks like a person's number or address: a warning that names the kind, never the value.

A checksum that fails does not clear a number: it may be mistyped, and mistyped it still points at somebody.
"""

import re
from collections.abc import Iterator

import phonenumbers
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.is_ import kennitala
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

NATIONAL = "national identity number"
MAYBE_A_PERSON = frozenset({
    phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
})  # fmt: skip

_HETU = re.compile(r"(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![\w-])")
_TEN = re.compile(r"(?<![\d.-])(?:\d{6}[- ]?\d{4}|\d{8}[-+]?\d{4})(?![\d-])")
_ELEVEN = re.compile(r"(?<![\d-])\d{6} ?\d{5}(?![\d-])")
_MAIL = re.compile(r"(?<![\w.+-])([a-zà-öø-ÿ0-9._+-]{1,64})@[a-z0-9.-]+\.[a-z]{2,}", re.I)
_NAMED = re.compile(r"^[a-zà-öø-ÿ]{2,}[._-][a-zà-öø-ÿ]{2,}$", re.I)
_DAY = re.compile(r"^(0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(0[1-9]|1[0-2]|4[1-9]|5[0-2])")
_SWEDISH_DAY = re.compile(r"^(?:\d{2})?\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])")
_PHONE = re.compile(r"(?:\+|\b00)(?:45|46|47|354|358)[\d ()-]{6,16}\d")


def personal_patterns(text: str) -> tuple[str, ...]:
    """The kinds that are in the text, each once."""
    return tuple(dict.fromkeys([*_numbers(text), *_mails(text), *_phones(text)]))


def _numbers(text: str) -> Iterator[str]:
    finnish = any(_is_day_first(found) or hetu.is_valid(found) for found in _HETU.findall(text))
    if finnish or any(map(_is_ten_digit_number, _TEN.findall(text))):
        yield NATIONAL
    for found in _ELEVEN.findall(text):
        if fodselsnummer.is_valid(found.replace(" ", "")):
            yield NATIONAL


def _is_ten_digit_number(found: str) -> bool:
    """Danish, Icelandic, Swedish; one with its hyphen and a possible day needs no right checksum."""
    digits = re.sub(r"\D", "", found)
    if cpr.is_valid(digits) or kennitala.is_valid(digits) or personnummer.is_valid(found.replace(" ", "-")):
        return True
    is_date = _is_day_first(digits) or _SWEDISH_DAY.match(digits)
    return bool(re.search(r"\d[-+]\d", found) and is_date)


def _is_day_first(digits: str) -> bool:
    return bool(_DAY.match(digits))


def _mails(text: str) -> Iterator[str]:
    """first.last@… is a person's; a shared box is called otherwise."""
    if any(_NAMED.match(box) for box in _MAIL.findall(text)):
        yield "mail address of a person"


def _phones(text: str) -> Iterator[str]:
    """Mobile numbers belong to people more often than not; in Denmark and Iceland a number does not say what it is."""
    for found in _PHONE.findall(text):
        try:
            number = phonenumbers.parse(re.sub(r"^00", "+", found), None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.number_type(number) in MAYBE_A_PERSON:
            yield "phone number that may be a person's"
