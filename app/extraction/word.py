"""Reader of .docx: the archive is checked before a parser opens it."""

import io
import re
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from app.extraction.child import run
from app.extraction.gate import check_archive
from app.extraction.office import filled_names, joined_cells
from app.extraction.result import Block, BlockKind, Extract, Properties, Sheet

_HEADING = re.compile(r"^(heading|title|überschrift|overskrift|otsikko|rubrik|fyrirsögn)", re.IGNORECASE)
_LIST = re.compile(r"list|bullet|luettelo|punkt", re.IGNORECASE)


def read(kind: str, data: bytes) -> Extract:
    check_archive(data, kind)
    return _docx(data)


def _docx(data: bytes) -> Extract:
    document = docx.Document(io.BytesIO(data))
    core = document.core_properties
    named = filled_names(data, {"author": core.author, "last modified by": core.last_modified_by})
    blocks = tuple(block for block in _docx_blocks(document) if block.text)
    return Extract((Sheet(None, blocks),), Properties(core.title or "", core.language or "", named))


def _docx_blocks(document: Document) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            yield Block(_docx_kind(part), " ".join(part.text.split()))
        elif isinstance(part, Table):
            for row in part.rows:
                yield Block(BlockKind.TABLE, joined_cells(cell.text for cell in row.cells))


def _docx_kind(paragraph: Paragraph) -> BlockKind:
    style = (paragraph.style.name if paragraph.style else "") or ""
    if _HEADING.match(style):
        return BlockKind.HEADING
    properties = paragraph._p.pPr
    is_item = bool(_LIST.search(style)) or (properties is not None and properties.numPr is not None)
    return BlockKind.ITEM if is_item else BlockKind.TEXT


if __name__ == "__main__":
    run(read)
