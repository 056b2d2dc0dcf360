"""One item, read: the bytes of its documents, what they say, and one word for all of it. Touches no database."""

import base64
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.extraction.gate import MAX_FILE_BYTES
from app.extraction.result import Block, BlockKind, Extract, Refused, Sheet
from app.extraction.sandbox import MEDIA_TYPES, extract, kind_of
from app.importing.passages import Piece, pieces_of
from app.importing.proposals import Proposal, language_of_piece, propose
from app.importing.sources import Item, inside
from app.importing.structure import Abstract, Practice, abstracts_of, practices_of
from app.library.files import digest_of
from app.plain_names import is_plain
from app.publishing.personal_patterns import personal_patterns

READING = "2"
"""Counted up when the same document would be read otherwise: then it is taken again."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A document before it is read. `language` is what the record says, if it does."""

    name: str
    data: bytes
    language: str | None

    @property
    def sha256(self) -> str:
        return digest_of(self.data)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. `pieces`: (language, piece); `warnings` name kinds and pages, never values."""

    raw: Raw
    media_type: str
    pages: int | None
    picture: bytes | None
    proposal: Proposal
    pieces: tuple[tuple[str, Piece], ...]
    practices: tuple[Practice, ...]
    abstracts: tuple[Abstract, ...]
    warnings: tuple[str, ...]
    scanned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """`digest` is None where there is a reason not to take the item."""

    item: Item
    digest: str | None
    raws: tuple[Raw, ...] = ()
    refused: str | None = None


def prepare(item: Item, is_scanned: bool = False) -> Prepared:
    """The bytes, and the word that says whether this very thing was taken before: with a scan, where there is one."""
    if item.refused:
        return Prepared(item, None, refused=item.refused)
    try:
        raws = tuple(_raws(item))
        if not all(is_plain(raw.name) for raw in raws):
            raise Refused("has a name with characters that cannot be seen, or that turn the direction of writing")
    except Refused as refusal:
        return Prepared(item, None, refused=str(refusal))
    said = item.record.model_dump_json(exclude_none=True)
    whole = "\n".join(
        [READING, *(["scanned"] if is_scanned else []), said, *(f"{kind_of(raw.name)} {raw.sha256}" for raw in raws)]
    )
    return Prepared(item, hashlib.sha256(whole.encode()).hexdigest(), raws)


def _raws(item: Item) -> Iterator[Raw]:
    if item.document:
        yield Raw(item.document.name, _bytes(item.document), item.record.language)
    for file in item.record.files or []:
        path = inside(item.folder, file.path) if item.folder else None
        if path is None:
            raise Refused(f"names a file outside its own folder: {file.path[:80]}")
        if kind_of(path.name) is None:
            raise Refused(f"names a file of a kind that is not taken: {path.name}")
        yield Raw(file.name or path.name, _bytes(path), file.language)


def _bytes(path: Path) -> bytes:
    """Opened once, without following a link, and never more than is allowed: what is checked is what is read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise Refused(f"cannot be opened: {getattr(error, 'strerror', error)}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("is no ordinary file")
    with os.fdopen(handle, "rb") as opened:
        try:
            data = opened.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise Refused(f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise Refused(f"is larger than {MAX_FILE_BYTES // 1_000_000} MB")
    if not data:
        raise Refused("is empty")
    return data


def read(raw: Raw) -> Document:
    """Raises Refused."""
    kind = kind_of(raw.name)
    if kind is None:
        raise Refused("is of a kind that is not taken")
    extracted = extract(kind, raw.data)
    picture = base64.b64decode(extracted.picture) if extracted.picture else None
    return _document(raw, MEDIA_TYPES[kind], extracted, picture)


def read_text(name: str, text: str, language: str | None) -> Document:
    """The `text` of a record: paragraphs, without pages; a form feed begins a page."""
    parts = text.split("\f")
    sheets = tuple(
        Sheet(number if len(parts) > 1 else None, tuple(_text_blocks(part))) for number, part in enumerate(parts, 1)
    )
    return _document(Raw(name, b"", language), "", Extract(sheets), None)


def _text_blocks(text: str) -> Iterator[Block]:
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        if words := " ".join(paragraph.split()):
            yield Block(BlockKind.TEXT, words)


def _document(raw: Raw, media_type: str, extracted: Extract, picture: bytes | None) -> Document:
    pieces = pieces_of(extracted.sheets)
    if not pieces:
        raise Refused("holds no text (is it a scan?)")
    proposal = propose(extracted, pieces, raw.name)
    language = raw.language or proposal.language
    return Document(
        raw=raw,
        media_type=media_type,
        pages=extracted.pages,
        picture=picture,
        proposal=proposal,
        pieces=tuple((language_of_piece(piece.text, language) if language else "", piece) for piece in pieces),
        practices=practices_of(extracted.sheets),
        abstracts=abstracts_of(extracted.sheets),
        warnings=tuple(_warnings(extracted, pieces)),
    )


def _warnings(extracted: Extract, pieces: Sequence[Piece]) -> Iterator[str]:
    if extracted.properties.named:
        yield f"the file tells of a person or place beside its text: {', '.join(extracted.properties.named)}"
    seen: dict[str, list[int | None]] = {}
    for piece in pieces:
        for kind in personal_patterns(piece.text):
            seen.setdefault(kind, []).append(piece.page)
    for kind, pages in seen.items():
        known = [str(page) for page in dict.fromkeys(pages) if page is not None]
        yield f"{kind}: page {', '.join(known)}" if known else f"{kind} in the text"
