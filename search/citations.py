"""Statute citations as one identifying token: `§ 257` → `cite:257`, `RL 25:3` and `25 luvun 3 §` → `cite:25:3`.

The law itself is left out of the token: it is written in too many ways, and section and chapter tell enough.
"""

import re
from dataclasses import dataclass

_LETTER = r"(?:\s?(?P<letter>[a-hj-z])|(?P<tight>i))?(?!\w)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 4 kap. 1 a §, 25 luvun 3 §, chapter 25, section 3
        rf"\b(?P<chapter>\d{{1,3}})\s?(?:kap(?:\.|itel|itlet)?|luvun|luku)\s?(?P<section>\d{{1,4}}){_LETTER}(?:\s?§)?",
        rf"\bchapter\s(?P<chapter>\d{{1,3}}),?\s(?:section|§)\s?(?P<section>\d{{1,4}}){_LETTER}",
        # RL 25:3a, BrB 4:1 a: an abbreviation of a law before it, or it would be a time of day
        rf"(?<=(?-i:\b[A-ZÅÄÖ]{{2}})\s)(?P<chapter>\d{{1,3}}):(?P<section>\d{{1,4}}){_LETTER}",
        rf"(?<=(?-i:\b[A-ZÅÄÖ][A-Za-zÅÄÖåäö][A-ZÅÄÖ])\s)(?P<chapter>\d{{1,3}}):(?P<section>\d{{1,4}}){_LETTER}",
        # § 257, §§ 257, section 257
        rf"(?:§{{1,2}}|\b(?:section|paragraf|pykälä)\s)\s?(?P<section>\d{{1,4}}){_LETTER}",
        # 227. gr. a
        r"\b(?P<section>\d{1,4})\.\s?(?:gr\.|grein(?:ar)?\b)(?:\s?(?P<letter>[a-hj-z])(?!\w))?",
        # 3 a §
        r"\b(?P<section>\d{1,4})(?:\s?(?P<letter>[a-hj-z]))?\s?§",
    )
)
# Every form has a digit, and one of these: most text is told apart without trying the patterns.
_WORTH_A_LOOK = re.compile(
    r"§|\d\s?kap|\dluku|\d lu[vk]u|[cC]hapter \d|[sS]ection \d|[pP]aragraf \d|[pP]ykälä \d|[A-ZÅÄÖ] \d+:\d|\d\. ?gr"
)

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Citation:
    key: str
    start: int
    end: int


def citations(text: str) -> list[Citation]:
    """In order of appearance, not overlapping; a form with a chapter wins over one without."""
    if not (_DIGIT.search(text) and _WORTH_A_LOOK.search(text)):
        return []
    found: list[Citation] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Citation(_key(match.groupdict()), match.start(), match.end()))
    return sorted(found, key=lambda citation: citation.start)


def _key(groups: dict[str, str | None]) -> str:
    chapter = groups.get("chapter")
    letter = groups.get("letter") or groups.get("tight") or ""
    return f"cite:{chapter + ':' if chapter else ''}{groups['section']}{letter.lower()}"
