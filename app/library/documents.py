"""Documents that the portal itself may hand out: which, under which address, with which headers.

Only what a licence allows to copy is handed out; without a licence statement the document is linked and quoted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select
from starlette.responses import FileResponse

from app.errors import NotFound
from app.library.files import DOCUMENT, PICTURE, FileStore
from app.library.models import File, Material, Passage
from app.library.service import MaterialRecord, get_material, listed_where
from app.pages import Visit

PDF = "application/pdf"
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
FOR_VIEWERS = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""A browser does not open a PDF in a sandbox. Every PDF that is kept has passed the check for active content."""


@dataclass(frozen=True, slots=True)
class FileLink:
    """`url` answers with the file itself; a PDF opens at `#page=…`. `picture_url` shows its first page."""

    url: str
    name: str
    language: str
    language_name: str
    kind: str
    size_bytes: int
    pages: int | None
    picture_url: str | None
    scanned_on: date | None

    @property
    def is_web_page(self) -> bool:
        """It may hold scripts; the others were refused if they did."""
        return self.kind in {"HTML", "HTM"}

    @property
    def is_pdf(self) -> bool:
        return self.kind == "PDF"

    def at_page(self, page: int) -> str | None:
        return f"{self.url}#page={page}" if self.is_pdf else None


def may_be_copied(material: Material) -> bool:
    return material.licence is not None


def open_passages(record: MaterialRecord) -> list[Passage]:
    """Those that stand on a page and may be shown, in reading order."""
    if not may_be_copied(record.material):
        return []
    paged = [passage for passage in record.passages if passage.page is not None]
    return sorted(paged, key=lambda passage: (passage.position, passage.language))


def file_path(file: File, language: str) -> str:
    return f"/{language}/materials/{file.material_id}/files/{file.sha256}"


def file_links(visit: Visit, material: Material, files: Iterable[File]) -> tuple[FileLink, ...]:
    if not may_be_copied(material):
        return ()
    store = FileStore(visit.settings.data_dir)
    return tuple(_link(visit, store, file) for file in files)


def _link(visit: Visit, store: FileStore, file: File) -> FileLink:
    url = visit.url(f"materials/{file.material_id}/files/{file.sha256}")
    return FileLink(
        url=url,
        name=file.name,
        language=file.language,
        language_name=visit.label("languages", file.language),
        kind=file.name.rsplit(".", 1)[-1].upper(),
        size_bytes=file.size_bytes,
        pages=file.pages,
        picture_url=f"{url}/page-1.png" if store.path(file.sha256, PICTURE).is_file() else None,
        scanned_on=file.scanned_at.date() if file.scanned_at else None,
    )


def in_language(files: Sequence[FileLink], language: str) -> FileLink | None:
    """The file that a passage in this language stands in: that of its edition, else the only reading there is."""
    return next((file for file in files if file.language == language), next(iter(files), None))


def page_addresses(session: Session, visit: Visit, places: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """(material, language, page) → material id → the address of that page, where the file may be shown."""
    wanted = {material_id: (language, page) for material_id, language, page in places}
    if not wanted:
        return {}
    query = (
        select(File, Material)
        .join(Material, col(Material.id) == File.material_id)
        .where(col(File.material_id).in_(wanted), File.media_type == PDF, *listed_where(Material, visit.reader))
        .order_by(File.material_id, File.language)
    )
    held: dict[str, list[FileLink]] = {}
    for file, material in session.exec(query):
        held.setdefault(material.id, []).extend(file_links(visit, material, [file]))
    found = {}
    for material_id, links in held.items():
        language, page = wanted[material_id]
        chosen = in_language(links, language)
        if chosen and (address := chosen.at_page(page)):
            found[material_id] = address
    return found


def get_file(session: Session, visit: Visit, material_id: str, sha256: str, suffix: str = DOCUMENT) -> FileResponse:
    """Raises NotFound for what this reader may not see, what may not be copied, and what is not there."""
    record = get_material(session, visit.reader, material_id)
    file = next((file for file in record.files if file.sha256 == sha256), None)
    if file is None or record.is_withdrawn or not may_be_copied(record.material):
        raise NotFound
    path = FileStore(visit.settings.data_dir).path(file.sha256, suffix)
    if not path.is_file():
        raise NotFound
    is_inline = file.media_type == PDF or suffix == PICTURE
    response = FileResponse(
        path,
        media_type="image/png" if suffix == PICTURE else file.media_type,
        filename="page-1.png" if suffix == PICTURE else file.name,
        content_disposition_type="inline" if is_inline else "attachment",
    )
    response.headers["Content-Security-Policy"] = FOR_VIEWERS if is_inline and not suffix else SANDBOX
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noarchive"
    return response
