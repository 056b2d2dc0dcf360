"""Reader of .pptx: the archive is checked before a parser opens it."""

import io

import pptx
from pptx.presentation import Presentation

from app.extraction.child import run
from app.extraction.gate import MAX_PAGES, check_archive
from app.extraction.office import filled_names, joined_cells
from app.extraction.result import Block, BlockKind, Extract, Properties, Refused, Sheet


def read(kind: str, data: bytes) -> Extract:
    check_archive(data, kind)
    return _pptx(data)


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
                blocks += [
                    Block(BlockKind.TABLE, joined_cells(cell.text for cell in row.cells)) for row in shape.table.rows
                ]
        sheets.append(Sheet(number, tuple(blocks)))
    core = shown.core_properties
    named = filled_names(data, {"author": core.author, "last modified by": core.last_modified_by})
    return Extract(tuple(sheets), Properties(core.title or "", core.language or "", named), len(slides))


if __name__ == "__main__":
    run(read)
