"""Reader of .odt: the archive is checked before a parser opens it."""

import io
from collections.abc import Iterator

from odf import opendocument, teletype
from odf.element import Element

from app.extraction.child import run
from app.extraction.gate import check_archive
from app.extraction.office import filled_names, joined_cells
from app.extraction.result import Block, BlockKind, Extract, Properties, Sheet


def read(kind: str, data: bytes) -> Extract:
    check_archive(data, kind)
    return _odt(data)


def _odt(data: bytes) -> Extract:
    document = opendocument.load(io.BytesIO(data))
    blocks = tuple(block for block in _odt_blocks(document.text) if block.text)
    fields = {element.qname[1]: str(element) for element in document.meta.childNodes}
    named = filled_names(data, {"author": fields.get("initial-creator"), "last modified by": fields.get("creator")})
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
            yield Block(BlockKind.TABLE, joined_cells(cells))
        elif tag == "table-of-content":
            continue
        else:
            yield from _odt_blocks(element, is_item or tag == "list-item")


def _odt_words(element: Element) -> str:
    return " ".join(teletype.extractText(element).split())


if __name__ == "__main__":
    run(read)
