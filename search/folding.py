"""Cleaning, folding and cutting text into tokens. Everything here is linear in the length of its input."""

import re
import unicodedata
from typing import NamedTuple

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARK_RUN = re.compile(f"([{_MARKS}]{{2}})[{_MARKS}]+")
_MARK = re.compile(f"[{_MARKS}]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_TOKEN = re.compile(f"[^\\W_](?:[^\\W_]|[{_MARKS}])*")
_LETTERS = {
    ord(letter): plain
    for plain, letters in {
        "a": "åäáàâã", "e": "éèêë", "i": "íìîï\u0131", "o": "öóøòôõ", "u": "úùüû", "y": "ýÿ", "ae": "æ", "oe": "œ",
        "d": "ðđ", "th": "þ", "ss": "ß", "l": "ł", "ng": "ŋ", "t": "ŧ", "s": "š", "z": "ž", "c": "čç", "n": "ñ",
    }.items()
    for letter in letters
}  # fmt: skip
_NORDIC_LETTERS = [(letter, _LETTERS[ord(letter)]) for letter in "åäáæéíöøóúýðþ"]


class Token(NamedTuple):
    """`lower` keeps its diacritics (word lists need them), `folded` has lost them (readers forget them)."""

    surface: str
    lower: str
    folded: str
    start: int
    end: int


def clean(text: str, limit: int) -> str:
    """At most `limit` characters in NFC, without controls or piles of marks. Cut first: the cost must not grow."""
    text = _CONTROL.sub(" ", text[:limit])
    return unicodedata.normalize("NFC", _MARK_RUN.sub(r"\1", text))[:limit]


def fold(text: str) -> str:
    """Å ä ö ø é → a a o o e, æ → ae, ð → d, þ → th; lower case; what is not Latin keeps its letters."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.translate(_LETTERS)
    if text.isascii():
        return text
    return _MARK.sub("", unicodedata.normalize("NFKD", text)).lower()


def spelt(folded: str, at: int) -> list[tuple[str, int]]:
    """What may have stood here before it was folded, and how many folded letters it takes up."""
    return [(folded[at], 1)] + [
        (letter, len(plain)) for letter, plain in _NORDIC_LETTERS if folded.startswith(plain, at)
    ]


class Cut(NamedTuple):
    """The words of a text: as written, in lower case with their marks, and folded."""

    surfaces: list[str]
    lower: list[str]
    folded: list[str]


def cut(text: str) -> Cut:
    """Folded as a whole and cut alike, which is four times faster than word by word."""
    surfaces = _TOKEN.findall(text)
    lower = _TOKEN.findall(text.lower())
    folded = lower if text.isascii() else _TOKEN.findall(fold(text))
    if not len(surfaces) == len(lower) == len(folded):
        # A letter that falls apart when it is folded (½ becomes three signs): then word by word after all.
        lower = [surface.lower() for surface in surfaces]
        folded = [fold(surface) for surface in surfaces]
    return Cut(surfaces, lower, folded)


def tokens(text: str) -> list[Token]:
    places = zip(*word_spans(text), strict=True) if (words := cut(text)).surfaces else ((), ())
    return list(map(Token, *words, *places))


def folded_words(text: str) -> list[str]:
    return cut(text).folded


def word_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _TOKEN.finditer(text)]


def fold_phrase(text: str) -> str:
    """Folded words with single spaces between: two spellings of one name give one key."""
    return " ".join(_TOKEN.findall(fold(text)))
