"""What a report says about practices: success factors and recommendations under their headings, and its abstracts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.extraction.result import Block, BlockKind, Sheet

FACTORS = re.compile(
    r"^(?:(?:key\s+)?success factors?|what made it work|succesfaktorer|suksessfaktorer|framgångsfaktorer"
    r"|onnistumisen edellytyk\w+|menestystekij\w+|onnistumistekij\w+|árangursþætt\w+)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"^(?:recommendations?|anbefalinger|tilrådingar|rekommendationer|suosituk\w+|ráðlegging\w+|tillögur|tilmæli)\b",
    re.IGNORECASE,
)
ABSTRACTS = {
    "abstract": "en", "summary": "en", "tiivistelmä": "fi", "referat": "sv", "sammanfattning": "sv", "resumé": "da",
    "resume": "da", "sammenfatning": "da", "sammendrag": "nb", "samandrag": "nn", "útdráttur": "is", "ágrip": "is",
}  # fmt: skip
_SECTION = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?P<title>\D.+)$")
_AFTER_ABSTRACT = re.compile(r"^(?:keywords?|asiasanat|nyckelord|nøgleord|nøkkelord|stikkord|efnisorð|emneord)\b", re.I)
_PARTICULARS = re.compile(r"\bISBN\b|\bISSN\b|\burn:|https?://|^-+[\s|-]*$", re.I)
FRONT_PAGES = 10
TITLE_WORDS = range(3, 30)
FEWEST_ABSTRACT_WORDS = 30
MAX_HEADING_WORDS = 25


@dataclass(slots=True)
class Practice:
    """What a section lists: `page` is where the section begins, the others where its lists do."""

    title: str
    page: int | None
    success_factors: list[str] = field(default_factory=list)
    recommendations: list[str] = field(default_factory=list)
    factors_page: int | None = None
    advice_page: int | None = None

    def open(self, page: int | None, is_factors: bool) -> list[str]:
        if is_factors:
            self.factors_page = self.factors_page or page
            return self.success_factors
        self.advice_page = self.advice_page or page
        return self.recommendations

    @property
    def factors(self) -> tuple[int | None, str]:
        return self.factors_page, " ".join(self.success_factors)

    @property
    def advice(self) -> tuple[int | None, str]:
        return self.advice_page, " ".join(self.recommendations)


@dataclass(frozen=True, slots=True)
class Abstract:
    """An abstract of the document's own; `title` is the heading that stands above it in that language, if any."""

    language: str
    title: str | None
    text: str


def practices_of(sheets: Sequence[Sheet]) -> tuple[Practice, ...]:
    """Sections that list success factors or recommendations, each with its numbered heading."""
    found: list[Practice] = []
    section: Practice | None = None
    listed: list[str] | None = None
    for page, block in _flow(sheets):
        is_factors, is_advice = _is_list_heading(block, FACTORS), _is_list_heading(block, ADVICE)
        if is_factors or is_advice:
            section = section or Practice(block.text, page)
            listed = section.open(page, is_factors)
            if section not in found:
                found.append(section)
        elif block.kind is BlockKind.HEADING:
            listed = None
            if numbered := _SECTION.match(block.text):
                section = Practice(numbered["title"].strip(), page)
        elif block.kind is BlockKind.ITEM and listed is not None:
            listed.append(block.text)
        elif block.kind is BlockKind.TEXT:
            _text(listed, block)
    return tuple(one for one in found if one.success_factors or one.recommendations)


def _text(listed: list[str] | None, block: Block) -> None:
    """A paragraph that begins in lower case is the rest of an item, cut by the end of a page."""
    if listed and block.text[:1].islower():
        listed[-1] = f"{listed[-1]} {block.text}"


def _flow(sheets: Sequence[Sheet]) -> Iterator[tuple[int | None, Block]]:
    """The items of a list end with the first paragraph that follows them."""
    for sheet in sheets:
        for block in sheet.blocks:
            if block.kind not in (BlockKind.CONTENTS, BlockKind.NOTE):
                yield sheet.number, block


def _is_list_heading(block: Block, wording: re.Pattern[str]) -> bool:
    plain = numbered["title"] if (numbered := _SECTION.match(block.text)) else block.text
    is_short = len(plain.split()) <= MAX_HEADING_WORDS and not plain.rstrip().endswith((".", ";", ","))
    return block.kind in (BlockKind.HEADING, BlockKind.TEXT) and is_short and bool(wording.match(plain))


def abstracts_of(sheets: Sequence[Sheet]) -> tuple[Abstract, ...]:
    """Those of the first pages, one a language."""
    found: dict[str, Abstract] = {}
    before: list[Block] = []
    for sheet in sheets[:FRONT_PAGES]:
        blocks = list(sheet.blocks)
        for number, block in enumerate(blocks):
            language = ABSTRACTS.get(block.text.strip(" :").casefold())
            if language is None or language in found:
                continue
            text = _abstract_text(blocks[number + 1 :])
            if len(text.split()) >= FEWEST_ABSTRACT_WORDS:
                found[language] = Abstract(language, _title_above(before, blocks[:number]), text)
        before = blocks
    return tuple(found.values())


def _title_above(before: Sequence[Block], above: Sequence[Block]) -> str | None:
    """The first line above the abstract that follows the particulars of the one before it, or begins the page.

    `before`: the page before, on which the title stands where the particulars of the abstract before it end there.
    """
    if not any(map(_is_particular, above)) and any(map(_is_particular, before)):
        above = [*before, *above]
    start = max((number + 1 for number, block in enumerate(above) if _is_particular(block)), default=0)
    return next((block.text for block in above[start:] if _may_be_title(block.text)), None)


def _is_particular(block: Block) -> bool:
    return bool(_PARTICULARS.search(block.text))


def _may_be_title(text: str) -> bool:
    return len(text.split()) in TITLE_WORDS and not re.search(r"\d", text)


def _abstract_text(blocks: Sequence[Block]) -> str:
    taken = []
    for block in blocks:
        is_other = block.kind not in (BlockKind.TEXT, BlockKind.ITEM)
        if is_other or _AFTER_ABSTRACT.match(block.text) or block.text.casefold() in ABSTRACTS:
            break
        taken.append(block.text)
    return " ".join(taken)
