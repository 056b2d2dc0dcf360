"""Reader of PDF: what is active or encrypted is refused; lines become paragraphs, and each keeps its page."""

import base64
import io
import re
from collections.abc import Iterator

import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

from app.extraction.child import run
from app.extraction.gate import MAX_CHARACTERS, MAX_PAGES, check_pdf
from app.extraction.lines import Line, blocks_of, without_running_lines
from app.extraction.result import Extract, Properties, Refused, Sheet
from app.extraction.traces import PLACE, REMARKS, has_place

ACTIVE = {
    "/JS": "scripts",
    "/JavaScript": "scripts",
    "/Launch": "commands that start programs",
    "/EmbeddedFile": "embedded files",
    "/EmbeddedFiles": "embedded files",
    "/EF": "embedded files",
    "/RichMedia": "active content",
    "/XFA": "an XFA form",
    "/SubmitForm": "a form that sends data",
    "/ImportData": "a form that reads data",
}
REMARK_KINDS = frozenset({"/Text", "/FreeText", "/Highlight", "/Underline", "/StrikeOut", "/Ink", "/Stamp", "/Popup"})
_CREATOR = re.compile(rb"<dc:creator>\s*(?:<rdf:Seq>\s*<rdf:li[^>]*>)?\s*[^<\s]")
PICTURE_WIDTH = 360
MAX_PICTURE_BYTES = 400_000


def read(kind: str, data: bytes) -> Extract:
    check_pdf(data)
    properties = _check(data)
    document = pdfium.PdfDocument(data)
    if not len(document):
        raise Refused("has no pages")
    pages = without_running_lines([lines_of(document[number]) for number in range(len(document))])
    if sum(len(line.text) for lines in pages for line in lines) > MAX_CHARACTERS:
        raise Refused(f"holds more than {MAX_CHARACTERS} characters")
    sheets = tuple(Sheet(number, blocks) for number, blocks in enumerate(blocks_of(pages), start=1))
    return Extract(sheets, properties, len(document), _picture(document))


def _check(data: bytes) -> Properties:
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            if document.is_encrypted:
                raise Refused("is encrypted")
            if len(document.pages) > MAX_PAGES:
                raise Refused(f"has {len(document.pages)} pages; {MAX_PAGES} are allowed")
            for found in _active(document):
                raise Refused(f"holds {found}")
            return _properties(document)
    except pikepdf.PasswordError:
        raise Refused("is encrypted") from None
    except pikepdf.PdfError:
        raise Refused("is a damaged PDF") from None


def _active(document: pikepdf.Pdf) -> Iterator[str]:
    """Every object is looked at, also those that no page names."""
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield from (ACTIVE[key] for key in thing.keys() if key in ACTIVE)  # noqa: SIM118  no mapping
            for key in ("/S", "/Type", "/Subtype"):
                value = str(thing.get(key, "")) if key in thing else ""
                if value in ACTIVE:
                    yield ACTIVE[value]
            yield from _nested(thing, 0)


MAX_DEPTH = 40


def _nested(thing: pikepdf.Object, depth: int) -> Iterator[str]:
    """Dictionaries that stand inside others are no objects of their own."""
    if depth > MAX_DEPTH:
        raise Refused("nests its objects too deeply")
    values = thing if isinstance(thing, pikepdf.Array) else [thing[key] for key in thing.keys()]  # noqa: SIM118
    for value in values:
        if getattr(value, "is_indirect", False) or not isinstance(value, pikepdf.Dictionary | pikepdf.Array):
            continue
        if isinstance(value, pikepdf.Dictionary):
            yield from (ACTIVE[key] for key in value.keys() if key in ACTIVE)  # noqa: SIM118
            action = str(value.get("/S", ""))
            if action in ACTIVE:
                yield ACTIVE[action]
        yield from _nested(value, depth + 1)


def _properties(document: pikepdf.Pdf) -> Properties:
    info = document.docinfo
    named = tuple(dict.fromkeys(_named(document)))
    title, language = (_clean(str(value)) for value in (info.get("/Title", ""), document.Root.get("/Lang", "")))
    return Properties(title, language, named)


def _named(document: pikepdf.Pdf) -> Iterator[str]:
    if str(document.docinfo.get("/Author", "")).strip():
        yield "author"
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        kind = str(thing.get("/Subtype", ""))
        if str(thing.get("/T", "")).strip() and kind in REMARK_KINDS:
            yield REMARKS
        if not isinstance(thing, pikepdf.Stream):
            continue
        if kind == "/XML" and _CREATOR.search(thing.read_bytes()):
            yield "author"
        if "/DCTDecode" in str(thing.get("/Filter", "")) and has_place(thing.read_raw_bytes()):
            yield PLACE


def lines_of(page: pdfium.PdfPage) -> list[Line]:
    """The lines of a page in reading order, with the size and place of their letters."""
    words = page.get_textpage()
    height = page.get_height()
    text = words.get_text_range()
    found = []
    start = 0
    for part in text.splitlines(keepends=True):
        shown = part.strip("\r\n")
        if shown.strip():
            index = start + len(shown) - len(shown.lstrip())
            size = raw.FPDFText_GetFontSize(words.raw, index)
            _, _, _, top = words.get_charbox(index, loose=True)
            _, end_bottom, _, end_top = words.get_charbox(start + len(shown.rstrip()) - 1, loose=True)
            place = (height - top, height - end_top, height - end_bottom)
            found.append(Line(_clean(shown), round(size, 1), *place, height))
        start += len(part)
    words.close()
    page.close()
    return found


def _clean(text: str) -> str:
    """pdfium joins lines at a hyphen, for which it writes U+0002 or U+FFFE: a hyphen that may go."""
    joined = re.sub(r"[\x02\ufffe]\s*", "\u00ad", text)
    # No database holds NUL, and no reader sees the others.
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", joined).strip()


def _picture(document: pdfium.PdfDocument) -> str | None:
    page = document[0]
    scale = min(PICTURE_WIDTH / max(1.0, page.get_width()), 2 * PICTURE_WIDTH / max(1.0, page.get_height()))
    held = io.BytesIO()
    page.render(scale=scale).to_pil().convert("P", palette=1, colors=128).save(held, "PNG", optimize=True)
    data = held.getvalue()
    return base64.b64encode(data).decode("ascii") if len(data) <= MAX_PICTURE_BYTES else None


if __name__ == "__main__":
    run(read)
