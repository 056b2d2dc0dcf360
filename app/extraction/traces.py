"""S-32: what a document tells of persons and places beside its text: kinds, never values."""

import io
import re
import zipfile
from collections.abc import Iterator

PLACE = "place where a picture was taken"
REMARKS = "author of remarks or changes"
GPS = 0x8825
FIRST_BYTES = 1 << 18
MAX_ENTRIES = 200
_EXIF = re.compile(rb"Exif\0\0|eXIf")
_ORDERS = {b"II": "little", b"MM": "big"}
_IN_OFFICE = (
    (re.compile(r"^docprops/app\.xml$"), re.compile(rb"<Manager>[^<]"), "manager"),
    (re.compile(r"^word/.*\.xml$"), re.compile(rb"w:author=\"[^\"]"), REMARKS),
    (re.compile(r"^ppt/(commentauthors|authors)\.xml$"), re.compile(rb"\sname=\"[^\"]"), REMARKS),
    (re.compile(r"^(content|styles)\.xml$"), re.compile(rb"<dc:creator>[^<]"), REMARKS),
)


def has_place(picture: bytes) -> bool:
    """Whether a JPEG, PNG or WebP carries where it was taken (the GPS part of its Exif data)."""
    for found in _EXIF.finditer(picture[:FIRST_BYTES]):
        tiff = picture[found.end() : found.end() + FIRST_BYTES]
        order = _ORDERS.get(tiff[:2])
        if order and GPS in _tags(tiff, order):
            return True
    return False


def _tags(tiff: bytes, order: str) -> Iterator[int]:
    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    start = number(4, 4)
    for entry in range(min(number(start, 2), MAX_ENTRIES)):
        yield number(start + 2 + 12 * entry, 2)


def in_archive(data: bytes) -> Iterator[str]:
    """Of an Office document that has passed the check of its archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            name = part.filename.lower()
            wanted = [(pattern, kind) for place, pattern, kind in _IN_OFFICE if place.match(name)]
            is_picture = name.endswith((".jpg", ".jpeg", ".png", ".webp"))
            if not wanted and not is_picture:
                continue
            content = archive.read(part)
            yield from (kind for pattern, kind in wanted if pattern.search(content))
            if is_picture and has_place(content):
                yield PLACE
