"""What a channel becomes under a finger: tel:, sms:, mailto: and https: links, and numbers as dialled from abroad."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

CALLING_CODES = {
    "DK": "45", "FI": "358", "IS": "354", "NO": "47", "SE": "46", "AX": "358", "FO": "298", "GL": "299", "EE": "372",
}  # fmt: skip
EMERGENCY = "112"
"""Answers everywhere, but for the caller's country; other short numbers mean something else abroad, or nothing."""

CALLED = frozenset({"phone", "helpline"})
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Dial:
    """`href` is None where there is nothing to press. `is_local`: the number works only inside its own country.

    `is_elsewhere`: pressed where the reader is, it reaches another centre than this body's.
    """

    display: str
    href: str | None
    is_sms: bool = False
    is_local: bool = False
    is_elsewhere: bool = False


def dial(kind: str, value: str, display: str, country: str, home: str | None) -> Dial:
    """The channel of a body in `country` for a reader who works in `home` (None: not known)."""
    if kind in CALLED:
        return _number(value, display, country, home)
    if kind == "email":
        return Dial(display, f"mailto:{quote(value, safe='@+')}" if _MAILBOX.fullmatch(value) else None)
    return Dial(display, value if _is_web(value) else None)


def _number(value: str, display: str, country: str, home: str | None) -> Dial:
    is_sms = display.upper().startswith("SMS")
    if not _NUMBER.fullmatch(value):
        return Dial(display, None, is_sms)
    scheme = "sms" if is_sms else "tel"
    if value.startswith("+"):
        is_same_network = home is not None and CALLING_CODES.get(home) == CALLING_CODES.get(country)
        return Dial(display if is_same_network else international(value, display, country), f"{scheme}:{value}", is_sms)
    if value == EMERGENCY:
        return Dial(display, f"{scheme}:{value}", is_sms, is_elsewhere=home not in (None, country))
    return Dial(display, f"{scheme}:{value}" if home in (None, country) else None, is_sms, is_local=True)


def international(value: str, display: str, country: str) -> str:
    """A number as callers from abroad write it; its own grouping is kept where that says the same number."""
    words, national = ("SMS ", display[3:].strip()) if display.upper().startswith("SMS") else ("", display)
    if national.startswith("+"):
        return display
    code = CALLING_CODES.get(country, "")
    for written in (national, national.removeprefix("0").lstrip(" -")):
        if code and f"{code}{_digits(written)}" == value.removeprefix("+"):
            return f"{words}+{code} {written}"
    return f"{words}{value}"


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _is_web(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"https", "http"} and bool(parts.hostname)
