"""The library → a folder that `samband import` reads: one line of JSON a material, its files under their digests."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from app.db import reading
from app.importing.records import EditionRecord, FileRecord, MaterialRecord, PassageRecord, RelationRecord
from app.library.files import FileStore
from app.library.models import Edition, File, Material, MaterialRelation, Passage
from app.state import Portal

RECORDS, FILES = "materials.jsonl", "files"
MATERIAL_FIELDS = {
    "id", "language", "type", "themes", "concepts", "audience", "publisher", "year", "licence", "url", "related_url",
    "sources", "note", "titles", "countries", "identifiers", "status", "visibility", "review_by",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """`missing`: files that a row names and the disk does not hold."""

    materials: int
    files: int
    missing: tuple[str, ...]


def export_library(portal: Portal, folder: Path, progress: Callable[[int, int], None]) -> Exported:
    """Everything, whatever its status and visibility: the folder is as confidential as its narrowest record."""
    store = FileStore(portal.settings.data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    files = 0
    missing: list[str] = []
    with reading(portal.database) as session, (folder / RECORDS).open("w", encoding="utf-8") as lines:
        materials = session.exec(select(Material).order_by(Material.id)).all()
        for number, material in enumerate(materials, start=1):
            record = _record(session, material)
            for file in record.files or []:
                if _copy(store, file.path.split("/")[1], folder / file.path):
                    files += 1
                else:
                    missing.append(f"{material.id}: {file.name}")
            lines.write(record.model_dump_json(exclude_none=True) + "\n")
            progress(number, len(materials))
    return Exported(len(materials), files, tuple(missing))


def _record(session: Session, material: Material) -> MaterialRecord:
    editions = session.exec(select(Edition).where(Edition.material_id == material.id).order_by(Edition.language)).all()
    own = next((edition for edition in editions if edition.language == material.language), None)
    return MaterialRecord(
        **material.model_dump(include=MATERIAL_FIELDS),
        title=own.title if own else (editions[0].title if editions else None),
        publisher_organisation=material.publisher_id,
        url_at_publisher=material.is_url_at_publisher,
        editions=[_edition(edition) for edition in editions],
        passages=[
            PassageRecord(language=row.language, position=row.position, page=row.page, text=row.text)
            for row in session.exec(
                select(Passage).where(Passage.material_id == material.id).order_by(col(Passage.position))
            )
        ],
        files=list(_files(session, material)) or None,
        relations=[
            RelationRecord(kind=row.kind, target=row.target_id)
            for row in session.exec(select(MaterialRelation).where(MaterialRelation.material_id == material.id))
        ]
        or None,
    )


def _edition(edition: Edition) -> EditionRecord:
    fields = edition.model_dump(exclude={"material_id", "is_abstract_quoted"})
    return EditionRecord(**fields, abstract_is_quoted=edition.is_abstract_quoted)


def _files(session: Session, material: Material) -> Iterator[FileRecord]:
    for file in session.exec(select(File).where(File.material_id == material.id).order_by(File.language)):
        suffix = Path(file.name).suffix.lower()
        yield FileRecord(path=f"{FILES}/{file.sha256}/document{suffix}", language=file.language, name=file.name)


def _copy(store: FileStore, sha256: str, target: Path) -> bool:
    source = store.path(sha256)
    if not source.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return True
