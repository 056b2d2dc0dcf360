"""What the readers of office documents share."""

from collections.abc import Iterator

from app.extraction.traces import in_archive


def filled_names(data: bytes, fields: dict[str, str | None]) -> tuple[str, ...]:
    """The properties of a document, and what else in it, that name a person or a place."""
    filled = (name for name, value in fields.items() if value and value not in {"python-docx", "PPTX"})
    return tuple(dict.fromkeys((*filled, *in_archive(data))))


def joined_cells(texts: Iterator[str]) -> str:
    """Merged cells come once for each column they span."""
    words = dict.fromkeys(" ".join(cell.split()) for cell in texts)
    return " | ".join(word for word in words if word)
