"""Names from outside as they may be printed: nothing in them moves the cursor, ends the line or turns the direction."""

import unicodedata

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = frozenset({"Cc", "Cs"})
_LINE_ENDS = frozenset({"Zl", "Zp"})


def is_plain(text: str) -> bool:
    """Whether it may be the name of a file."""
    return not any(_is_control(character) for character in text)


def plain(text: str) -> str:
    """Hidden characters as escapes: `\\n`, `\\u202e`."""
    return "".join(
        character.encode("unicode_escape").decode("ascii") if _is_hidden(character) else character for character in text
    )


def _is_hidden(character: str) -> bool:
    return _is_control(character) or unicodedata.category(character) in _LINE_ENDS


def _is_control(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _CONTROL
