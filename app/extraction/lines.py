"""Lines of a page → paragraphs, headings, list items, footnotes. What repeats at the edge of every page is left out."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.extraction.result import Block, BlockKind

EDGE = 0.1
"""The part of a page, above and below, in which running titles and page numbers stand."""
REPEATED_PAGES = 3
HEADING_SIZE, NOTE_SIZE = 1.12, 0.93
PARAGRAPH_GAP = 0.72
"""White between lines, as a share of the letters, beyond what this document has between lines of a paragraph."""
LEADERS_OF_CONTENTS = 3
MAX_HEADING_CHARACTERS = 200
SHORT_LINE, WIDER = 0.8, 1.15
LARGE_NUMBERS = 3
OTHER_SIZE = 0.6
"""Points; less is a change of font inside a line."""

_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}\s*$|\s\.{2,}\s*\d{1,4}$|…[.…\s]*\d{1,4}$")
_CONTENTS = re.compile(r"^(?:table of )?contents$|^innehåll|^sisäl|^indhold|^innhold|^efnisyfirlit", re.IGNORECASE)
_ENTRY = re.compile(r"[^\W\d_]\s+\d{1,4}$")
"""Beside lines with leaders: a chapter in a list of contents often has none."""
_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[^\W\d_]")
_BULLET = re.compile(r"^(?:[•●▪‣◦·\uf0b7]\s*|[–—-]\s+|\(?\d{1,2}[.)]\s+(?=[^\W\d_]))")
_BROKEN = re.compile(r"(\w+)\u00ad(\w+)")
_SENTENCE_END = re.compile(r"[.!?:;”\"»)]\s*\d{0,2}$")
_ONLY_NUMBER = re.compile(r"^[\s\-–|]*\d{1,4}[\s\-–|]*(?:[/(]\s*\d{1,4}\)?)?$")


@dataclass(frozen=True, slots=True)
class Line:
    """Places are measured from the upper edge of a page `height` high; `size` is that of the letters.

    Lines that a hyphen joins come as one: `top` is that of its beginning, `end_top` and `bottom` are those of its end.
    """

    text: str
    size: float
    top: float
    end_top: float
    bottom: float
    height: float

    @property
    def is_at_edge(self) -> bool:
        return self.bottom < EDGE * self.height or self.top > (1 - EDGE) * self.height


@dataclass(frozen=True, slots=True)
class Style:
    """How this document is set. `has_large_numbers`: numbered headings are larger than the text, so that a numbered
    line of its size is none; `compounds`: words that it writes with a hyphen in the middle of a line."""

    body: float
    gap: float
    compounds: frozenset[str]
    has_large_numbers: bool


def without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Running titles repeat with other digits; a number alone at the edge is a page number."""
    seen = Counter(key for lines in pages for key in {_running(line) for line in lines if line.is_at_edge})
    repeated = {key for key, count in seen.items() if count >= REPEATED_PAGES}
    return [
        [
            line
            for line in lines
            if not (line.is_at_edge and (_running(line) in repeated or _ONLY_NUMBER.match(line.text)))
        ]
        for lines in pages
    ]


def _running(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def blocks_of(pages: Sequence[list[Line]]) -> list[tuple[Block, ...]]:
    sizes = Counter[float]()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    everything = [line for lines in pages for line in lines]
    large = sum(line.size > body * HEADING_SIZE and bool(_NUMBERED.match(line.text)) for line in everything)
    style = Style(
        body=body,
        gap=_usual_gap(pages, body),
        compounds=_compounds(line.text for line in everything),
        has_large_numbers=large >= LARGE_NUMBERS,
    )
    return [tuple(_page(lines, style)) for lines in pages]


def _usual_gap(pages: Sequence[list[Line]], body: float) -> float:
    """The step from line to line inside a paragraph, which is the commonest one."""
    steps = Counter[float]()
    for lines in pages:
        for one, other in pairwise(lines):
            if one.size == other.size == body and 0 < other.top - one.end_top < 3 * body:
                steps[round(other.top - one.end_top, 1)] += 1
    return steps.most_common(1)[0][0] if steps else 1.2 * body


def _compounds(texts: Iterable[str]) -> frozenset[str]:
    """At the end of a line, too, the hyphen of these is their own."""
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+-\w+", text))


def _page(lines: list[Line], style: Style) -> Iterable[Block]:
    contents = _contents(lines)
    widest = max((len(line.text) for line in lines), default=0)
    group: list[Line] = []
    for number, line in enumerate(lines):
        if number in contents:
            if group:
                yield _block(group, style)
            yield Block(BlockKind.CONTENTS, _joined([line.text], style.compounds))
            group = []
            continue
        if group and _starts_block(group[-1], line, style, widest):
            yield _block(group, style)
            group = []
        group.append(line)
    if group:
        yield _block(group, style)


def _contents(lines: list[Line]) -> range:
    """The lines of a list of contents on this page: from its first entry to its last, with entries of two lines."""
    found = [number for number, line in enumerate(lines) if _LEADER.search(line.text)]
    if len(found) < LEADERS_OF_CONTENTS:
        return range(0)
    first, last = found[0], found[-1]
    while first and not _CONTENTS.match(lines[first - 1].text) and _is_entry(lines[first - 1].text):
        first -= 1
    if first and _CONTENTS.match(lines[first - 1].text):
        first -= 1
    while last + 1 < len(lines) and _ENTRY.search(lines[last + 1].text):
        last += 1
    return range(first, last + 1)


def _is_entry(text: str) -> bool:
    return bool(_NUMBERED.match(text) or _ENTRY.search(text))


def _starts_block(last: Line, line: Line, style: Style, widest: int) -> bool:
    step = line.top - last.end_top
    if abs(line.size - last.size) > OTHER_SIZE or _BULLET.match(line.text) or step < 0:
        return True
    usual = style.gap * (line.size / style.body if style.body else 1)
    if step > usual + PARAGRAPH_GAP * line.size / 2:
        return True
    ended = bool(_SENTENCE_END.search(last.text)) and len(last.text) < SHORT_LINE * widest
    return ended and (step > usual * WIDER or bool(_NUMBERED.match(line.text)))


def _block(group: list[Line], style: Style) -> Block:
    text = _joined([line.text for line in group], style.compounds)
    size = group[0].size
    is_short = len(text) <= MAX_HEADING_CHARACTERS
    if size > style.body * HEADING_SIZE and is_short:
        return Block(BlockKind.HEADING, text)
    if size < style.body * NOTE_SIZE and group[0].top > group[0].height / 2:
        return Block(BlockKind.NOTE, text)
    if _BULLET.match(text):
        return Block(BlockKind.ITEM, _BULLET.sub("", text))
    if _NUMBERED.match(text) and is_short and not style.has_large_numbers and not _SENTENCE_END.search(text):
        return Block(BlockKind.HEADING, text)
    return Block(BlockKind.TEXT, text)


def _joined(lines: list[str], compounds: frozenset[str]) -> str:
    text = ""
    for line in lines:
        if text.endswith("-") and line[:1].islower():
            text = f"{text[:-1]}\u00ad{line}"
        elif text.endswith("\u00ad"):
            text += line
        else:
            text = f"{text} {line}" if text else line
    return " ".join(_BROKEN.sub(lambda found: _whole(found, compounds), text).replace("\u00ad", "").split())


def _whole(found: re.Match[str], compounds: frozenset[str]) -> str:
    hyphenated = f"{found[1]}-{found[2]}"
    return hyphenated if hyphenated.lower() in compounds else f"{found[1]}{found[2]}"
