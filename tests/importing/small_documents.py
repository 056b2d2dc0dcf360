"""Small documents of every kind, honest and hostile, made on the spot."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pikepdf
import pptx
import typst
from odf import opendocument, text

WORDS = (
    "Tarkastaja ja hoitaja sopivat keskenään, kuka soittaa ensin ja kuka palaa seuraavana aamuna. "
    "Näin ihminen ei joudu kertomaan samaa asiaa kahdesti, ja jokainen tietää oman tehtävänsä hyvin. "
)
ENTRY = "[Content_Types].xml"


def pdf(body: str = WORDS, title: str = "Aamukierros") -> bytes:
    return typst.compile(f'#set document(title: "{title}")\n= {title}\n\n{body}'.encode(), format="pdf")


def docx_file(body: str = WORDS, title: str = "Aamukierros") -> bytes:
    document = docx.Document()
    document.core_properties.author = "Somebody"
    document.add_heading(title, 1)
    document.add_paragraph(body)
    document.add_paragraph("Ensimmäinen kohta", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Kierroksia", "42"
    return saved(document.save)


def pptx_file() -> bytes:
    shown = pptx.Presentation()
    for title, line in (("Aamukierros", WORDS), ("Iltakierros", "Toinen dia kertoo iltavuoron työstä.")):
        slide = shown.slides.add_slide(shown.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = line
    return saved(shown.save)


def odt_file() -> bytes:
    document = opendocument.OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text="Aamukierros"))
    document.text.addElement(text.P(text=WORDS))
    return saved(document.write)


def html_file() -> bytes:
    return (
        f'<!doctype html><html lang="fi"><head><title>Aamukierros</title><script>alert(1)</script></head>'
        f"<body><nav>Etusivu</nav><h1>Aamukierros</h1><p>{WORDS}</p><ul><li>Ensimmäinen kohta</li></ul></body></html>"
    ).encode()


def md_file() -> bytes:
    return f"# Aamukierros\n\n{WORDS}\n\n- Ensimmäinen kohta\n- **Toinen** [kohta](https://example.org)\n".encode()


def txt_file() -> bytes:
    return f"Aamukierros\n\n{WORDS}\n".encode()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    held = io.BytesIO()
    save(held)
    return held.getvalue()


HONEST: dict[str, Callable[[], bytes]] = {
    "round.pdf": pdf, "round.docx": docx_file, "round.pptx": pptx_file, "round.odt": odt_file,
    "round.html": html_file, "round.md": md_file, "round.txt": txt_file,
}  # fmt: skip


def with_parts(data: bytes, *parts: tuple[str, bytes], flags: int = 0, link: bool = False) -> bytes:
    """The archive with further parts."""
    held = io.BytesIO(data)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if link:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content)
    packed = held.getvalue()
    return packed if not flags else _flagged(packed, flags)


def _flagged(data: bytes, flags: int) -> bytes:
    """Sets general purpose flags of every part, in local headers and in the directory."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            changed[at + offset] |= flags
            at = data.find(signature, at + 4)
    return bytes(changed)


def changed_pdf(change: Callable[[pikepdf.Pdf], None], user: str | None = None) -> bytes:
    """`user`: its password, with which it is encrypted; an empty one opens by itself."""
    encryption = pikepdf.Encryption(owner="o", user=user) if user is not None else False
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        held = io.BytesIO()
        document.save(held, encryption=encryption)
        return held.getvalue()


def _script(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    document.Root.OpenAction = action


def _launch(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"))


def _attachment(document: pikepdf.Pdf) -> None:
    document.attachments["inner.txt"] = b"inside"


def _many_pages(document: pikepdf.Pdf) -> None:
    for _ in range(9_999):
        document.add_blank_page(page_size=(10, 10))


def _nothing(_: pikepdf.Pdf) -> None:
    """The document as it is."""


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.docx": (lambda: with_parts(docx_file(), ("word/media/b.bin", bytes(60_000_000))), "times its size"),
    "large.docx": (
        lambda: with_parts(docx_file(), *((f"word/media/{n}.bin", bytes(range(256)) * 90_000) for n in range(10))),
        "unpacks to more than",
    ),
    "parts.docx": (lambda: with_parts(docx_file(), *((f"word/x{n}.xml", b"") for n in range(3_000))), "parts"),
    "slip.docx": (lambda: with_parts(docx_file(), ("../../evil.txt", b"x")), "leads out of the archive"),
    "link.docx": (lambda: with_parts(docx_file(), ("word/link", b"/etc/passwd"), link=True), "symbolic link"),
    "macro.docx": (lambda: with_parts(docx_file(), ("word/vbaProject.bin", b"x")), "macros"),
    "locked.docx": (lambda: with_parts(docx_file(), flags=1), "encrypted"),
    "entities.docx": (
        lambda: with_parts(docx_file(), ("word/e.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
        "XML entities",
    ),
    "old.docx": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "encrypted, or a binary"),
    "slides.docx": (pptx_file, "archive of another kind"),
    "text.odt": (docx_file, "archive of another kind"),
    "polyglot.pdf": (lambda: pdf() + with_parts(docx_file()), "PDF and a ZIP archive"),
    "page.pdf": (html_file, "is an HTML page"),
    "cut.pdf": (lambda: pdf()[:-200], "does not end as a PDF"),
    "broken.pdf": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n", "damaged PDF"),
    "locked.pdf": (
        lambda: changed_pdf(_nothing, user="u"),
        "is encrypted",
    ),
    "half-locked.pdf": (
        lambda: changed_pdf(_nothing, user=""),
        "is encrypted",
    ),
    "script.pdf": (lambda: changed_pdf(_script), "scripts"),
    "launch.pdf": (lambda: changed_pdf(_launch), "commands that start programs"),
    "attached.pdf": (lambda: changed_pdf(_attachment), "embedded files"),
    "long.pdf": (lambda: changed_pdf(_many_pages), "10000 pages"),
    "document.html": (pdf, "is a PDF"),
    "page.txt": (html_file, "is an HTML page"),
    "words.html": (txt_file, "something else"),
    "binary.txt": (lambda: b"abc\0def", "NUL"),
    "latin.txt": (lambda: "Kärna och gräns, åäö".encode("latin-1"), "not UTF-8"),
    "archive.md": (docx_file, "ZIP archive"),
    "empty.txt": (lambda: b"", "is empty"),
    "blank.txt": (lambda: b"  \n\n ", "holds no text"),
    "huge.txt": (lambda: b"a" * 20_000_001, "larger than 20 MB"),
    "drawing.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not taken"),
    "program.exe": (lambda: b"MZ", "not taken"),
}  # fmt: skip


def write(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
