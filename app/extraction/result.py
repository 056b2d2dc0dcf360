"""What a reader of documents hands back: sheets of blocks, or the reason why there are none."""

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    TABLE = "table"
    NOTE = "note"
    CONTENTS = "contents"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, row of a table, footnote, or line of a list of contents."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page or slide; `number` counts from 1 as a viewer does, None where the format knows no pages."""

    number: int | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says of itself. `named`: fields filled with what may be a person's name or whereabouts."""

    title: str = ""
    language: str = ""
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extract:
    """`pages` counts pages or slides; `picture` is page 1 as PNG in base 64."""

    sheets: tuple[Sheet, ...]
    properties: Properties = Properties()
    pages: int | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the two."""

    extract: Extract | None = None
    refused: str | None = None


class Refused(Exception):
    """The document is not taken; the message says why, in words for whoever brought it."""
