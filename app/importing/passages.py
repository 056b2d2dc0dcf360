"""Blocks of a document → passages of 80 to 220 words; a passage never runs over the edge of its page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.extraction.result import Block, BlockKind, Sheet

FEWEST_WORDS, MOST_WORDS = 80, 220
UNSEARCHED = frozenset({BlockKind.CONTENTS})
"""A list of contents names every subject and explains none: it would stand before the page that does."""
_SENTENCE = re.compile(r"(?<=[.!?])[\"”»)]?\s+(?=[\"“„«(]?[A-ZÁÅÄÆÉÍÐÖØÓÚÝÞ\d])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one page (None: the document knows no pages)."""

    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence or less; `opens`: a heading, before which a passage likes to end."""

    text: str
    words: int
    opens: bool
    ends: bool


def pieces_of(sheets: Sequence[Sheet]) -> tuple[Piece, ...]:
    return tuple(Piece(sheet.number, text) for sheet in sheets for text in texts_of(sheet.blocks))


def texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    """As even as can be: what is left at the end of a page shares with the passage before it."""
    parts = [part for block in blocks if block.kind not in UNSEARCHED for part in _parts(block)]
    total = sum(part.words for part in parts)
    if not total:
        return
    wanted = total / max(1, -(-total // MOST_WORDS))
    group: list[_Part] = []
    for number, part in enumerate(parts):
        words = sum(one.words for one in group)
        left = sum(one.words for one in parts[number:])
        if group and _is_full(words, part, wanted, left, group[-1].ends):
            yield _joined(group)
            group = []
        group.append(part)
    if group:
        yield _joined(group)


def _is_full(words: int, coming: _Part, wanted: float, left: int, ended: bool) -> bool:
    if words + coming.words > MOST_WORDS:
        return True
    if words < FEWEST_WORDS or left < FEWEST_WORDS:
        return False
    return coming.opens or (ended and words + coming.words / 2 >= wanted)


def _parts(block: Block) -> Iterator[_Part]:
    sentences = [block.text] if block.kind is BlockKind.HEADING else _SENTENCE.split(block.text)
    chunks = [chunk for sentence in sentences for chunk in _chunks(sentence)]
    for number, chunk in enumerate(chunks):
        is_last = number == len(chunks) - 1
        is_heading = block.kind is BlockKind.HEADING
        yield _Part(chunk + ("\n" if is_last else ""), len(chunk.split()), is_heading, is_last and not is_heading)


def _chunks(sentence: str) -> Iterator[str]:
    words = sentence.split()
    for start in range(0, len(words), MOST_WORDS):
        yield " ".join(words[start : start + MOST_WORDS])


def _joined(parts: Iterable[_Part]) -> str:
    return " ".join(part.text for part in parts).replace("\n ", "\n").strip()
