"""What a body has published. The library above knows; it hands its question in when the portal starts."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from app.permissions import Reader


@dataclass(frozen=True, slots=True)
class PublishedWork:
    id: str
    title: str
    language: str
    type_code: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Publications:
    """`total` counts all that the reader may see; `newest` are the first of them."""

    newest: tuple[PublishedWork, ...]
    total: int


FindPublications = Callable[[Session, Reader, str], Publications]
"""(session, reader, organisation id) → its works."""


def publications_of(request: Request, session: Session, reader: Reader, organisation_id: str) -> Publications:
    find: FindPublications = request.app.state.find_publications
    return find(session, reader, organisation_id)
