"""A vCard 4.0 (RFC 6350) of an organisation: its functional channels, nothing of any person."""

from collections.abc import Iterator

from app.directory.contacts import Channel
from app.directory.organisations import OrganisationPage

MAX_LINE_BYTES = 75
MEDIA_TYPE = "text/vcard; charset=utf-8"


def vcard(page: OrganisationPage, address: str) -> str:
    """`address`: where the record stands, so that who saved it can look up what has changed since.

    Channels that still have to be confirmed are left out: in an address book nothing would say so.
    """
    lines = ["BEGIN:VCARD", "VERSION:4.0", "KIND:org", *_properties(page, address), "END:VCARD"]
    return "".join(f"{fold(line)}\r\n" for line in lines)


def _properties(page: OrganisationPage, address: str) -> Iterator[str]:
    yield f"UID:{_uri(address)}"
    yield f"SOURCE:{_uri(address)}"
    yield f"FN;LANGUAGE={page.name.language}:{escape(page.name.value)}"
    yield f"ORG:{escape(page.name.value)}"
    if page.abbreviation:
        yield f"NICKNAME:{escape(page.abbreviation)}"
    for channel in page.channels if page.via is None else ():
        if channel.is_confirmed_fact:
            yield from _channel(channel)
    if page.mandate:
        yield f"NOTE;LANGUAGE={page.mandate.language}:{escape(page.mandate.value)}"
    if page.sources.compiled_on:
        yield f"REV:{page.sources.compiled_on.replace('-', '')}T000000Z"


def _channel(channel: Channel) -> Iterator[str]:
    if channel.is_emergency:
        return
    if channel.is_called and channel.href:
        kind = "text" if channel.is_sms else "voice"
        yield f"TEL;TYPE={kind};TYPE=work:{escape(channel.value)}"
    elif channel.kind == "email" and channel.href:
        yield f"EMAIL;TYPE=work:{escape(channel.value)}"
    elif channel.href and not channel.is_called:
        yield f"URL;TYPE=work:{_uri(channel.value)}"
    elif channel.kind == "address":
        yield f"ADR;TYPE=work:;;{escape(channel.value)};;;;"


def escape(text: str) -> str:
    """RFC 6350 §3.4. Every kind of line break becomes `\\n`: no value can begin a property of its own."""
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return "\\n".join(_without_controls(line) for line in text.splitlines())


def _without_controls(text: str) -> str:
    return "".join(character for character in text if character.isprintable() or character == "\u00ad")


def _uri(address: str) -> str:
    return "".join(character for character in address if character.isprintable() and not character.isspace())


def fold(line: str) -> str:
    """RFC 6350 §3.2: no line longer than 75 bytes; a continuation begins with one space; no character is cut in two."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > MAX_LINE_BYTES:
            parts.append(part)
            part = " "
        part += character
    return "\r\n".join([*parts, part])
