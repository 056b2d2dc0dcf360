"""Cells that a spreadsheet must not take for a formula (S-26), and the same text back."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\x00")
PREFIX = "'"


def safe_cell(text: str) -> str:
    """Also what already begins like a prefixed cell is prefixed, so that reading back gives the very same text."""
    return PREFIX + text if _looks_dangerous(text) else text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given."""
    return text[1:] if text.startswith(PREFIX) and _looks_dangerous(text[1:]) else text


def _looks_dangerous(text: str) -> bool:
    return text.lstrip(PREFIX).startswith(DANGEROUS)
