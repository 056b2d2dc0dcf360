"""Reader of .docx, .pptx and .odt: the archive is checked before a parser opens it."""

import io
import re
from collections.abc import Iterator

import docx
import pptx
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from odf import opendocument, teletype
from odf.element import Element
from pptx.presentation import Presentation

from app.extraction.child import run
from app.extraction.gate import MAX_PAGES, check_archive
from app.extraction.result import Block, BlockKind, Extract, Properties, Refused, Sheet

_HEADING = re.compile(r"^(heading|title|überschrift|overskrift|otsikko|rubrik|fyrirsögn)", re.IGNORECASE)
_LIST = re.compile(r"list|bullet|luettelo|punkt", re.IGNORECASE)


def read(kind: str, data: bytes) -> Extract:
    check_archive(data, kind)
    return {"docx": _docx, "pptx": _pptx, "odt": _odt}[kind](data)


def _docx(data: bytes) -> Extract:
    document = docx.Document(io.BytesIO(data))
    core = document.core_properties
    named = _named({"author": core.author, "last modified by": core.last_modified_by})
    blocks = tuple(block for block in _docx_blocks(document) if block.text)
    return Extract((Sheet(None, blocks),), Properties(core.title or "", core.language or "", named))


def _named(fields: dict[str, str | None]) -> tuple[str, ...]:
    return tuple(name for name, value in fields.items() if value and value not in {"python-docx", "PPTX"})


def _docx_blocks(document: Document) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            yield Block(_docx_kind(part), " ".join(part.text.split()))
        elif isinstance(part, Table):
            for row in part.rows:
                yield Block(BlockKind.TABLE, _cells(cell.text for cell in row.cells))


def _docx_kind(paragraph: Paragraph) -> BlockKind:
    style = (paragraph.style.name if paragraph.style else "") or ""
    if _HEADING.match(style):
        return BlockKind.HEADING
    properties = paragraph._p.pPr
    is_item = bool(_LIST.search(style)) or (properties is not None and properties.numPr is not None)
    return BlockKind.ITEM if is_item else BlockKind.TEXT


def _cells(texts: Iterator[str]) -> str:
    """Merged cells come once for each column they span."""
    words = dict.fromkeys(" ".join(cell.split()) for cell in texts)
    return " | ".join(word for word in words if word)


def _pptx(data: bytes) -> Extract:
    shown: Presentation = pptx.Presentation(io.BytesIO(data))
    slides = list(shown.slides)
    if len(slides) > MAX_PAGES:
        raise Refused(f"has {len(slides)} slides; {MAX_PAGES} are allowed")
    sheets = []
    for number, slide in enumerate(slides, start=1):
        blocks = []
        for shape in slide.shapes:
            if shape.has_text_frame:
                kind = BlockKind.HEADING if shape == slide.shapes.title else BlockKind.ITEM
                lines = [" ".join(line.text.split()) for line in shape.text_frame.paragraphs]
                blocks += [Block(kind, line) for line in lines if line]
            if shape.has_table:
                blocks += [Block(BlockKind.TABLE, _cells(cell.text for cell in row.cells)) for row in shape.table.rows]
        sheets.append(Sheet(number, tuple(blocks)))
    core = shown.core_properties
    named = _named({"author": core.author, "last modified by": core.last_modified_by})
    return Extract(tuple(sheets), Properties(core.title or "", core.language or "", named), len(slides))


def _odt(data: bytes) -> Extract:
    document = opendocument.load(io.BytesIO(data))
    blocks = tuple(block for block in _odt_blocks(document.text) if block.text)
    fields = {element.qname[1]: str(element) for element in document.meta.childNodes}
    named = _named({"author": fields.get("initial-creator"), "last modified by": fields.get("creator")})
    return Extract((Sheet(None, blocks),), Properties(fields.get("title", ""), fields.get("language", ""), named))


def _odt_blocks(parent: Element, is_item: bool = False) -> Iterator[Block]:
    for element in parent.childNodes:
        tag = getattr(element, "qname", ("", ""))[1]
        if tag == "h":
            yield Block(BlockKind.HEADING, _odt_words(element))
        elif tag == "p":
            yield Block(BlockKind.ITEM if is_item else BlockKind.TEXT, _odt_words(element))
        elif tag == "table-row":
            cells = (_odt_words(cell) for cell in element.childNodes)
            yield Block(BlockKind.TABLE, _cells(cells))
        elif tag == "table-of-content":
            continue
        else:
            yield from _odt_blocks(element, is_item or tag == "list-item")


def _odt_words(element: Element) -> str:
    return " ".join(teletype.extractText(element).split())


if __name__ == "__main__":
    run(read)
