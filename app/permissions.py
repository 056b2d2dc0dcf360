"""Who may see what: all of it, on one screen.

Visibility is the TLP 2.0 label. `visible_where` (database) and `principals` (search engine) say the same thing in two
languages; `acl` is what a record carries in the index. Today every reader is a visitor; members come with sign-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlmodel import col


class Visibility(StrEnum):
    """TLP 2.0. RED is no member: it is refused and never stored."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever asks. Without an identity it is a visitor."""

    is_member: bool = False


VISITOR = Reader()
PUBLIC_PRINCIPAL = "clear"


class HasVisibility(Protocol):
    visibility: Visibility


class Access(StrEnum):
    """What a route needs. A route that declares none stops the start."""

    PUBLIC = "public"


_RULES: dict[Access, Callable[[Reader], bool]] = {Access.PUBLIC: lambda _reader: True}


def may(reader: Reader, access: Access) -> bool:
    return _RULES[access](reader)


def visible_where(model: type[HasVisibility], reader: Reader) -> ColumnElement[bool]:
    """The condition that every list and look-up of `model` carries."""
    seen = [Visibility.CLEAR, Visibility.GREEN] if reader.is_member else [Visibility.CLEAR]
    return col(model.visibility).in_(seen)


def principals(reader: Reader) -> frozenset[str]:
    return frozenset({PUBLIC_PRINCIPAL, "green"}) if reader.is_member else frozenset({PUBLIC_PRINCIPAL})


def acl(visibility: Visibility) -> tuple[str, ...]:
    """The principals of a record in the index; AMBER names groups, of which there are none yet: nobody sees it."""
    return {Visibility.CLEAR: (PUBLIC_PRINCIPAL,), Visibility.GREEN: ("green",)}.get(visibility, ())
