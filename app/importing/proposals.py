"""What the text itself says of a document: title, language, year, identifiers, licence. Proposals: whoever brings the
document knows better, and what they say wins."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier
from stdnum import isbn, issn

from app.extraction.result import BlockKind, Extract, Sheet
from app.importing.passages import Piece
from app.library.forms import FIRST_YEAR

LANGUAGES = ("da", "fi", "is", "nb", "nn", "sv", "en")
NORWEGIAN = {"no": "nb"}
ALIKE = frozenset({"da", "nb", "nn"})
SURE = 0.95
FEWEST_LETTERS = 20
SAMPLE_CHARACTERS = 20_000
FRONT_SHEETS, FRONT_CHARACTERS = 10, 30_000
MAX_TITLE_CHARACTERS = 300

_ISBN = re.compile(r"\b(97[89][- ]?(?:\d[- ]?){9}\d|(?:\d[- ]?){9}[\dX])\b")
_ISBN_CUE = re.compile(r"isbn[^\d]{0,20}((?:97[89][-– ]?)?(?:\d[-– ]?){9}[\dXx])", re.I)
_ISSN_CUE = re.compile(r"issn[^\d]{0,20}(\d{4}[-–]\d{3}[\dXx])", re.I)
_URN = re.compile(r"\burn:(?:isbn|nbn|issn)[:a-z0-9().+=@;$_!*'%/-]+[a-z0-9]", re.I)
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:a-z0-9]+[a-z0-9]", re.I)
_YEAR = re.compile(r"\b(19[5-9]\d|20[0-4]\d)\b")
_YEAR_CUE = re.compile(
    r"(?:©|copyright|published|publication|julkaistu|utgiven|udgivet|utgitt|útgefi\w*)\D{0,40}", re.I
)
_CC = re.compile(
    r"\bCC[ -](?P<kind>BY(?:[ -](?:NC|SA|ND)){0,2})\b[ -]*(?P<version>[1-4]\.\d)?|\bCC[ -]?(?P<none>0)\b"
    r"|creativecommons\.org/(?:licenses/(?P<path>by(?:-(?:nc|sa|nd)){0,2})|publicdomain/(?P<zero>zero))/"
    r"(?P<number>[1-4]\.\d)"
    r"|Creative Commons (?P<words>(?:Attribution|Erkännande|Nimeä|Navngivelse|Kreditering)[\w\s–-]{0,60}?)\s*"
    r"(?P<last>[1-4]\.\d)",
    re.I,
)
_WORDS = {"noncommercial": "NC", "non-commercial": "NC", "sharealike": "SA", "share alike": "SA", "noderiv": "ND"}


@dataclass(frozen=True, slots=True)
class Proposal:
    title: str | None
    language: str | None
    year: int | None
    identifiers: tuple[str, ...]
    licence: str | None


def propose(extract: Extract, pieces: Sequence[Piece], name: str) -> Proposal:
    front = _front(extract.sheets)
    language = language_of(" ".join(piece.text for piece in pieces)[:SAMPLE_CHARACTERS], extract.properties.language)
    return Proposal(
        title=_title(extract, name),
        language=language,
        year=_year(front),
        identifiers=identifiers(front),
        licence=licence_of(front),
    )


def _front(sheets: Sequence[Sheet]) -> str:
    """The first and the last pages: there a publication says what it is."""
    ends = [*sheets[:FRONT_SHEETS], *(sheets[-2:] if len(sheets) > FRONT_SHEETS else ())]
    text = "\n".join(block.text for sheet in ends for block in sheet.blocks)
    return text if len(text) <= 2 * FRONT_CHARACTERS else text[:FRONT_CHARACTERS] + "\n" + text[-FRONT_CHARACTERS:]


def _title(extract: Extract, name: str) -> str | None:
    """As the file says, else the first heading, else the first line, else the name of the file."""
    said = extract.properties.title.strip()
    if said and not re.search(r"\.(docx?|pdf|indd|pptx?)$|^(untitled|microsoft word)", said, re.I):
        return said[:MAX_TITLE_CHARACTERS]
    blocks = [block for sheet in extract.sheets[:2] for block in sheet.blocks if re.search(r"[^\W\d_]{2}", block.text)]
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    chosen = next(iter(headings), next(iter(blocks), None))
    if chosen and len(chosen.text) <= MAX_TITLE_CHARACTERS:
        return chosen.text
    return re.sub(r"[_\s]+", " ", name.rsplit(".", 1)[0]).strip() or None


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(["da", "fi", "is", "no", "nn", "sv", "en"])
    return found


def language_of(text: str, said: str = "") -> str | None:
    """What the text looks like; too little text leaves what the file says of itself, if it is a Nordic language."""
    if sum(letter.isalpha() for letter in text) >= FEWEST_LETTERS:
        return _looks_like(text)[0]
    code = said.split("-", maxsplit=1)[0].lower()
    return NORWEGIAN.get(code, code) if code in (*LANGUAGES, *NORWEGIAN) else None


def _looks_like(text: str) -> tuple[str, float]:
    code, probability = _identifier().classify(text)
    return NORWEGIAN.get(code, code), float(probability)


def language_of_piece(text: str, whole: str) -> str:
    """That of the document, unless this passage is surely in another one; near languages need more than a guess."""
    if sum(letter.isalpha() for letter in text) < 4 * FEWEST_LETTERS:
        return whole
    code, probability = _looks_like(text)
    is_near = {code, whole} <= ALIKE
    return whole if code == whole or is_near or probability < SURE else code


def _year(front: str) -> int | None:
    """Beside a word of publishing, else the year that stands most often on the first pages."""
    for cue in _YEAR_CUE.finditer(front):
        if near := _YEAR.match(front, cue.end()):
            return int(near.group())
    years = Counter(int(found) for found in _YEAR.findall(front[:FRONT_CHARACTERS]))
    if not years:
        return None
    best = max(years.values())
    return max(year for year, count in years.items() if count == best and year >= FIRST_YEAR)


def identifiers(text: str) -> tuple[str, ...]:
    """Each once, in the order URN, ISBN, ISSN, DOI; a failing checksum is no identifier."""
    urns = [_urn(found) for found in _URN.findall(text)]
    isbns = [isbn.format(found) for found in _numbers(_ISBN_CUE, text) if isbn.is_valid(isbn.compact(found))]
    isbns += [urn.removeprefix("URN:ISBN:") for urn in urns if urn.startswith("URN:ISBN:")]
    issns = [issn.format(issn.compact(found)) for found in _numbers(_ISSN_CUE, text) if issn.is_valid(found)]
    dois = [found.rstrip(".,;)") for found in _DOI.findall(text)]
    return _once([
        *urns,
        *(f"ISBN {number}" for number in isbns),
        *(f"ISSN {number}" for number in issns),
        *(f"DOI {doi}" for doi in dois),
    ])  # fmt: skip


def _numbers(cue: re.Pattern[str], text: str) -> Iterable[str]:
    return (found.replace("–", "-") for found in cue.findall(text))


def _urn(found: str) -> str:
    scheme, space, rest = found.split(":", 2)
    return f"{scheme.upper()}:{space.upper()}:{rest}"


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """The same number with and without hyphens is one number; the way it is written first stays."""
    return tuple({re.sub(r"[\s-]", "", name).casefold(): name for name in reversed(list(names))}.values())[::-1]


def licence_of(text: str) -> str | None:
    """The SPDX id of a Creative Commons statement; its version must be named, CC0 has one only."""
    for found in _CC.finditer(text):
        if found["none"] or found["zero"]:
            return "CC0-1.0"
        kind = (found["kind"] or found["path"] or _from_words(found["words"] or "")).upper().replace(" ", "-")
        version = found["version"] or found["number"] or found["last"]
        if kind.startswith("BY") and version:
            return f"CC-{kind}-{version}"
    return None


def _from_words(words: str) -> str:
    folded = words.casefold()
    return "-".join(["BY", *dict.fromkeys(code for word, code in _WORDS.items() if word in folded)])
