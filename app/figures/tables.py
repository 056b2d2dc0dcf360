"""CSV and XLSX files as rows of text, whatever separator and encoding they come in."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 5_000
SEPARATORS = (",", ";", "\t", "|")
ZIP_MAGIC = b"PK\x03\x04"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

Value = int | float | str | bool | time | date | datetime | timedelta


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` as the program shows it in which the table is edited: the heading is row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_bytes(path: Path) -> bytes:
    """Raises Unreadable."""
    try:
        if not path.is_file():
            raise Unreadable("there is no such file")
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(f"larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def read_table(path: Path) -> Table:
    """Raises Unreadable."""
    content = read_bytes(path)
    rows = _xlsx_rows(content) if path.suffix.lower() == ".xlsx" else _csv_rows(content)
    filled = [TableRow(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)]
    if len(filled) < 2:  # noqa: PLR2004  a heading and one row
        raise Unreadable("holds no row below its heading")
    if len(filled) > MAX_ROWS or max(len(row.cells) for row in filled) > MAX_COLUMNS:
        raise Unreadable(f"more than {MAX_ROWS} rows or {MAX_COLUMNS} columns")
    if any(len(cell) > MAX_CELL for row in filled for cell in row.cells):
        raise Unreadable(f"a cell is longer than {MAX_CELL} characters")
    width = max(len(row.cells) for row in filled)
    padded = [TableRow(row.number, (*row.cells, *[""] * (width - len(row.cells)))) for row in filled]
    return Table(tuple(cell.strip() for cell in padded[0].cells), tuple(padded[1:]))


def _csv_rows(content: bytes) -> list[tuple[str, ...]]:
    if content.startswith(ZIP_MAGIC) or (b"\x00" in content and not content.startswith(UTF16_MARKS)):
        raise Unreadable("is no text file, whatever its name says")
    text = decoded(content)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
        return [tuple(row) for row in reader]
    except csv.Error as error:
        raise Unreadable(f"is no well-formed CSV: {error}") from error


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 by their marks, UTF-8 where it fits, else the old Western encoding of spreadsheets."""
    for encoding in ("utf-16",) if content.startswith(UTF16_MARKS) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("is in no known text encoding")


def separator(text: str) -> str:
    """The one that divides the heading most often; quoted words do not count."""
    heading = text.lstrip("\r\n").splitlines()[0] if text.strip() else ""
    outside = "".join(heading.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _xlsx_rows(content: bytes) -> list[tuple[str, ...]]:
    """The first sheet."""
    if not content.startswith(ZIP_MAGIC):
        raise Unreadable("is no XLSX file, whatever its name says")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                raise Unreadable(f"unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
            if any(part.filename.lower().endswith("vbaproject.bin") for part in parts.infolist()):
                raise Unreadable("holds macros")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not workbook.sheet_names:
            raise Unreadable("holds no sheet")
        sheet = workbook.get_sheet_by_index(0)
        if sheet.total_height > MAX_ROWS + 1 or sheet.total_width > MAX_COLUMNS:
            raise Unreadable(f"more than {MAX_ROWS} rows or {MAX_COLUMNS} columns")
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise Unreadable(f"cannot be opened as XLSX: {error}") from error
    return [tuple(_words(value) for value in row) for row in rows]


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)
