"""Names from outside as they may be printed: nothing in them moves the cursor, ends the line or turns the direction."""

import unicodedata

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNPRINTED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_plain(text: str) -> bool:
    return not any(_is_hidden(character) for character in text)


def plain(text: str) -> str:
    """Hidden characters as escapes: `\\n`, `\\u202e`."""
    return "".join(
        character.encode("unicode_escape").decode("ascii") if _is_hidden(character) else character for character in text
    )


def _is_hidden(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _UNPRINTED
