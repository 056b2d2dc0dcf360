"""S-32: what a file tells of persons and places beside its text is shown before it is published, never its value."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pytest
from odf import dc, meta, opendocument, text
from PIL import Image

from app.extraction.sandbox import extract
from app.extraction.traces import PLACE, REMARKS, has_place
from app.importing.service import Fate, Options
from app.state import Portal
from tests.importing.conftest import taken
from tests.importing.small_documents import WORDS, changed_pdf, docx_file, pdf, saved, with_parts, write
from tests.importing.test_import import library

SOMEBODY = "Secret Somebody"


def jpeg(with_place: bool, order: str = "<") -> bytes:
    held = io.BytesIO()
    picture = Image.new("RGB", (8, 8), "teal")
    exif = Image.Exif()
    exif.endian = order
    exif[0x0110] = "Camera"
    if with_place:
        exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 0.0), 3: "E", 4: (24.0, 56.0, 0.0)})
    picture.save(held, "JPEG", exif=exif)
    return held.getvalue()


def with_picture(document: pikepdf.Pdf, data: bytes) -> None:
    stream = pikepdf.Stream(document, data)
    stream.Type, stream.Subtype, stream.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
    stream.Width = stream.Height = 8
    stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    document.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=stream)


def with_author(document: pikepdf.Pdf) -> None:
    document.docinfo["/Author"] = SOMEBODY


def with_creator(document: pikepdf.Pdf) -> None:
    with document.open_metadata(update_docinfo=False) as found:
        found["dc:creator"] = [SOMEBODY]


def with_remark(document: pikepdf.Pdf) -> None:
    remark = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, T=SOMEBODY, Contents="?", Rect=[0, 0, 9, 9]
    )
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(remark)])


def odt_of(somebody: str) -> bytes:
    document = opendocument.OpenDocumentText()
    document.text.addElement(text.P(text=WORDS))
    document.meta.addElement(meta.InitialCreator(text=somebody))
    document.meta.addElement(dc.Creator(text=somebody))
    return saved(document.write)


def docx_of(somebody: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(WORDS)
    document.core_properties.author, document.core_properties.last_modified_by = "python-docx", somebody
    return saved(document.save)


REMARK = f'<w:comments xmlns:w="w"><w:comment w:author="{SOMEBODY}"/></w:comments>'.encode()
CORPUS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "author.pdf": (lambda: changed_pdf(with_author), ("author",)),
    "creator.pdf": (lambda: changed_pdf(with_creator), ("author",)),
    "remark.pdf": (lambda: changed_pdf(with_remark), (REMARKS,)),
    "place.pdf": (lambda: changed_pdf(lambda document: with_picture(document, jpeg(True))), (PLACE,)),
    "picture.pdf": (lambda: changed_pdf(lambda document: with_picture(document, jpeg(False))), ()),
    "plain.pdf": (pdf, ()),
    "modified.docx": (lambda: docx_of(SOMEBODY), ("last modified by",)),
    "remark.docx": (lambda: with_parts(docx_of(""), ("word/comments.xml", REMARK)), (REMARKS,)),
    "place.docx": (lambda: with_parts(docx_of(""), ("word/media/image1.jpeg", jpeg(True))), (PLACE,)),
    "plain.docx": (lambda: docx_of(""), ()),
    "author.odt": (lambda: odt_of(SOMEBODY), ("author", "last modified by")),
}


@pytest.mark.parametrize("name", CORPUS)
def test_s32_traces_are_found(name: str) -> None:
    make, named = CORPUS[name]
    assert extract(name.rsplit(".", 1)[1], make()).properties.named == named


def test_a_title_keeps_no_control_characters() -> None:
    """PostgreSQL refuses a row with NUL in it."""

    def titled(document: pikepdf.Pdf) -> None:
        document.docinfo["/Title"] = "Aamu\0kierros\x1b[31m"

    assert extract("pdf", changed_pdf(titled)).properties.title == "Aamukierros[31m"


@pytest.mark.parametrize("order", ["<", ">"])
def test_s32_a_place_is_told_from_other_data_of_a_camera(order: str) -> None:
    assert has_place(jpeg(True, order))
    assert not has_place(jpeg(False, order))
    assert not has_place(b"Exif\0\0II*\0" + struct.pack("<I", 2**32 - 1))
    assert not has_place(b"Exif\0\0")


def test_s32_a_rehearsal_shows_them_before_anything_is_published(stocked: Portal, tmp_path: Path) -> None:
    before = library(stocked)
    path = write(tmp_path, "round.docx", with_parts(docx_file(), ("word/media/image1.jpeg", jpeg(True))))
    (line,) = taken(stocked, path, options=Options(is_dry_run=True))
    assert line.fate is Fate.TAKEN
    assert f"the file tells of a person or place beside its text: author, {PLACE}" in line.notes
    assert "Somebody" not in str(line)
    assert library(stocked) == before
