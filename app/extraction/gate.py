"""What a document must be before a parser sees it: extension = first bytes = parser; archives are counted.

Limits: security.md S-29. A file that is two things at once (PDF and ZIP, PDF and HTML) is neither.
"""

import io
import re
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from app.extraction.result import Refused

MAX_FILE_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PARTS = 2_000
MAX_RATIO = 200
MAX_PAGES = 2_000
MAX_CHARACTERS = 20_000_000
SMALL_PART_BYTES = 100_000
"""A part below this may shrink as much as it likes: a page of blanks does."""
CHUNK = 1 << 16

PDF, ZIP, OLE = b"%PDF-", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
END_OF_PDF = b"%%EOF"
TAIL = 1_024
MACRO_MARKS = ("vbaproject", "vbadata", "macrosheets", "/activex/", "basic/", "scripts/")
EMBEDDED_MARKS = ("/embeddings/",)
MARKUP = (".xml", ".rels", ".vml")
DECLARATIONS = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le"))
"""No office program writes a document type; with one come entities, from outside too. In UTF-16 bytes lie wider."""
LONGEST = max(map(len, DECLARATIONS))
_TAG = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_FROM_OUTSIDE = re.compile(rb"TargetMode\s*=\s*[\"']External")
_ONLY_NAMED = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
MAIN_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "odt": "content.xml"}
ODT_TYPE = b"application/vnd.oasis.opendocument.text"


def check_pdf(data: bytes) -> None:
    if not data.startswith(PDF):
        raise Refused(f"is named .pdf and is {kind_in_words(data)}")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused("is a PDF and a ZIP archive at once")
    if not data[-TAIL:].rstrip(b"\r\n\t \0").endswith(END_OF_PDF):
        raise Refused("does not end as a PDF ends: it is cut off, or something is appended to it")


def text_of(data: bytes, kind: str) -> str:
    """UTF-8 text without anything that belongs to another format."""
    if data.startswith((PDF, ZIP, OLE)) or zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused(f"is named .{kind} and is {kind_in_words(data)}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("is not UTF-8 text") from None
    if "\0" in text:
        raise Refused("holds NUL characters: it is no text")
    if is_html(data) != (kind == "html"):
        raise Refused(f"is named .{kind} and is {kind_in_words(data)}")
    return text


def is_html(data: bytes) -> bool:
    start = data[:TAIL].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml")) and b"<" in start[1:]


def kind_in_words(data: bytes) -> str:
    if data.startswith(PDF):
        return "a PDF"
    if data.startswith(OLE):
        return "an encrypted or very old Office document"
    if data.startswith(ZIP) or zipfile.is_zipfile(io.BytesIO(data)):
        return "a ZIP archive or another Office document"
    return "an HTML page" if is_html(data) else "something else"


def check_archive(data: bytes, kind: str) -> None:
    """Refuses before anything is unpacked to keep: parts, ratio and sizes are counted while they stream by."""
    if data.startswith(OLE):
        raise Refused("is encrypted, or a binary Office document of before 2007")
    if not data.startswith(ZIP) or not zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused(f"is named .{kind} and is {kind_in_words(data)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise Refused(f"holds {len(parts)} parts; {MAX_PARTS} are allowed")
            _check_names(parts)
            _check_kind(archive, kind)
            _count(archive, parts, len(data))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error):
        raise Refused("is a damaged archive") from None


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise Refused("holds two parts of the same name")
    for part in parts:
        path = PurePosixPath(part.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in part.filename or ":" in part.filename:
            raise Refused("holds a part whose name leads out of the archive")
        if stat.S_ISLNK(part.external_attr >> 16):
            raise Refused("holds a symbolic link")
        if part.flag_bits & 1:
            raise Refused("is encrypted")
        if any(mark in f"/{part.filename.lower()}" for mark in MACRO_MARKS):
            raise Refused("holds macros or other active content")
        if any(mark in f"/{part.filename.lower()}" for mark in EMBEDDED_MARKS):
            raise Refused("holds embedded files")


def _check_kind(archive: zipfile.ZipFile, kind: str) -> None:
    names = set(archive.namelist())
    if MAIN_PARTS[kind] not in names:
        raise Refused(f"is named .{kind} and is an archive of another kind")
    if kind == "odt":
        if "mimetype" not in names or _small(archive, "mimetype").strip() != ODT_TYPE:
            raise Refused("is named .odt and does not say that it is one")
        if b"encryption-data" in _small(archive, "META-INF/manifest.xml"):
            raise Refused("is encrypted")
        return
    types = _small(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        raise Refused("holds macros or other active content")


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        return b""
    with archive.open(name) as part:
        return part.read(CHUNK * 16)


def _count(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], packed: int) -> None:
    total = 0
    for part in parts:
        total += _counted(archive, part, MAX_UNPACKED_BYTES - total)
    if total > SMALL_PART_BYTES and total > MAX_RATIO * packed:
        raise Refused(f"unpacks to more than {MAX_RATIO} times its size")


def _counted(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    size, end = 0, b""
    name = part.filename.lower()
    relations = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise Refused(f"unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
            if size > SMALL_PART_BYTES and size > MAX_RATIO * max(1, part.compress_size):
                raise Refused(f"unpacks to more than {MAX_RATIO} times its size")
            if name.endswith(MARKUP) and any(word in end + chunk for word in DECLARATIONS):
                raise Refused("declares XML entities, or a document type")
            end = chunk[-LONGEST:]
            relations += chunk if name.endswith(".rels") else b""
    for tag in _TAG.findall(relations):
        if _FROM_OUTSIDE.search(tag) and not _ONLY_NAMED.search(tag):
            raise Refused("loads something from outside when it is opened")
    return size
