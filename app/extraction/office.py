"""What the readers of office documents share."""

from collections.abc import Iterator


def filled_names(fields: dict[str, str | None]) -> tuple[str, ...]:
    return tuple(name for name, value in fields.items() if value and value not in {"python-docx", "PPTX"})


def joined_cells(texts: Iterator[str]) -> str:
    """Merged cells come once for each column they span."""
    words = dict.fromkeys(" ".join(cell.split()) for cell in texts)
    return " | ".join(word for word in words if word)
