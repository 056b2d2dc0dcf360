"""Documents → the library. Each item is one transaction: a killed import goes on where it stopped."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, col, select

from app.db import reading, transaction
from app.erasure import FILE, is_erased
from app.extraction.result import Refused
from app.figures.importing import import_figures
from app.importing.reading import Document, Prepared, prepare, read, read_text
from app.importing.records import MaterialRecord
from app.importing.rows import FIRST_POSITION, PRACTICE, RowMaker, Rows
from app.importing.scanning import Scanner, scanner_of
from app.importing.sources import Item, items_of
from app.library.files import PICTURE, FileStore
from app.library.models import File, ImportedItem, MaterialRelation, Passage, RelationKind
from app.plain_names import plain
from app.state import Portal

if sys.platform != "win32":
    import fcntl

READERS = 2
AHEAD = 16
ACTOR = "import"
MAX_REASONS = 5


class Fate(StrEnum):
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Scan(StrEnum):
    """What is known of viruses in the files of an item; never more than a scanner has said."""

    NONE = "not scanned for viruses"
    PASSED = "no virus found"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one item. `notes`: what was assumed, found or is to be looked at; never a value from the text."""

    name: str
    fate: Fate
    material: str | None = None
    reason: str | None = None
    passages: int = 0
    notes: tuple[str, ...] = ()
    scan: Scan | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """`are_practices_kept`: sections with success factors or recommendations become records of their own."""

    is_dry_run: bool = False
    are_practices_kept: bool = True


class ImportRunning(RuntimeError):
    """Another import writes into this portal."""


class _DryRun(Exception):
    """Ends a transaction that was only tried."""


Progress = Callable[[int, int], None]


def import_paths(
    portal: Portal, paths: Sequence[Path], flags: MaterialRecord, options: Options, progress: Progress
) -> Iterator[Line]:
    """Raises ImportRunning."""
    store = FileStore(portal.settings.data_dir)
    with _alone(store):
        store.sweep()
        items = items_of(paths, flags)
        progress(0, len(items))
        for number, line in enumerate(_lines(portal, store, items, options), start=1):
            progress(number, len(items))
            yield _printable(line)


def _printable(line: Line) -> Line:
    """Names of files, and what records say, come from outside."""
    reason = plain(line.reason) if line.reason else None
    return replace(line, name=plain(line.name), reason=reason, notes=tuple(map(plain, line.notes)))


@contextmanager
def _alone(store: FileStore) -> Iterator[None]:
    """The lock goes with the process that holds it, however that ends."""
    if sys.platform == "win32":
        yield
        return
    store.folder.mkdir(parents=True, exist_ok=True)
    with (store.folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportRunning from None
        yield


def _lines(portal: Portal, store: FileStore, items: Sequence[Item], options: Options) -> Iterator[Line]:
    """Documents are read a few ahead, beside each other; rows are written one item after the other."""
    expected: set[str] = set()
    done: dict[str, Line] = {}
    scanner = scanner_of(portal.settings)
    pool = ThreadPoolExecutor(READERS)
    try:
        for start in range(0, len(items), AHEAD):
            chunk = list(pool.map(partial(prepare, is_scanned=scanner is not None), items[start : start + AHEAD]))
            known = _known(portal, chunk)
            started = _started(pool, chunk, {*known, *done}, scanner)
            for prepared, documents in zip(chunk, started, strict=True):
                name, digest = prepared.item.name, prepared.digest
                if prepared.item.figures:
                    yield _take_figures(portal, name, prepared.item.figures, options)
                elif digest is None:
                    yield Line(name, Fate.REFUSED, reason=prepared.refused)
                elif digest in done:
                    yield _same_as(done[digest], name)
                elif documents is None:
                    yield Line(name, Fate.UNCHANGED, material=known[digest])
                else:
                    try:
                        line = _take(portal, store, prepared, documents.result(), options, frozenset(expected))
                    except Refused as refusal:
                        line = Line(name, Fate.REFUSED, reason=str(refusal))
                    if options.is_dry_run and line.material and line.fate is Fate.TAKEN:
                        expected.add(line.material)
                    done[digest] = line
                    yield line
    finally:
        pool.shutdown(cancel_futures=True)


def _started(
    pool: ThreadPoolExecutor, chunk: Sequence[Prepared], seen: set[str], scanner: Scanner | None
) -> list[Future[list[Document]] | None]:
    """None for what needs no reading: refused, known, or the same as one before it."""
    started: list[Future[list[Document]] | None] = []
    for one in chunk:
        started.append(None if one.digest is None or one.digest in seen else pool.submit(_documents, one, scanner))
        seen.add(one.digest or "")
    return started


def _same_as(first: Line, name: str) -> Line:
    """The same file under another name, with the same particulars, is taken once."""
    fate = Fate.REFUSED if first.fate is Fate.REFUSED else Fate.UNCHANGED
    return Line(name, fate, first.material, first.reason, notes=(f"is the same as {first.name}",))


def _take_figures(portal: Portal, name: str, path: Path, options: Options) -> Line:
    """A file of counted figures is taken whole or refused whole; what is never committed is a rehearsal."""
    database = portal.database
    with reading(database) if options.is_dry_run else transaction(database, actor=ACTOR) as session:
        report = import_figures(session, path)
    if report.refused:
        reasons = [f"row {one.row}: {one.reason}" if one.row else one.reason for one in report.refused]
        more = f" (and {len(reasons) - MAX_REASONS} more)" if len(reasons) > MAX_REASONS else ""
        return Line(name, Fate.REFUSED, reason="; ".join(reasons[:MAX_REASONS]) + more)
    words = (("new", report.new), ("changed", report.changed))
    notes = [f"figures {word}: {', '.join(ids)}" for word, ids in words if ids]
    notes += [f"flagged: {flag.indicator}: {flag.words}" for flag in report.flagged]
    return Line(name, Fate.TAKEN if report.new or report.changed else Fate.UNCHANGED, notes=tuple(notes))


def _known(portal: Portal, chunk: Sequence[Prepared]) -> dict[str, str]:
    digests = [one.digest for one in chunk if one.digest]
    with reading(portal.database) as session:
        found = session.exec(select(ImportedItem).where(col(ImportedItem.digest).in_(digests)))
        return {row.digest: row.material_id for row in found}


def _documents(prepared: Prepared, scanner: Scanner | None) -> list[Document]:
    """With a scanner nothing is read, and so nothing kept, that it has not let pass."""
    record = prepared.item.record
    documents = []
    for raw in prepared.raws:
        try:
            scanned_at = scanner.refuse_unless_passed(raw.data) if scanner else None
            documents.append(replace(read(raw), scanned_at=scanned_at))
        except Refused as refusal:
            if prepared.item.document:
                raise
            raise Refused(f"{raw.name} {refusal}") from None
    if record.text and not documents:
        documents.append(read_text(prepared.item.name, record.text, record.language))
    return documents


def _take(
    portal: Portal, store: FileStore, prepared: Prepared, documents: Sequence[Document], options: Options,
    expected: frozenset[str],
) -> Line:  # fmt: skip
    """Blobs first, then the rows that name them; what no row names any more goes last."""
    item = prepared.item
    dropped: set[str] = set()
    lines: list[Line] = []
    try:
        with transaction(portal.database, actor=ACTOR) as session:
            maker = RowMaker(portal, session)
            rows = maker.rows(item.record, documents, expected)
            notes = [*rows.notes, *(warning for document in documents for warning in document.warnings)]
            parts = [] if item.record.is_complete else list(_parts(session, maker, rows, documents, options, notes))
            for one in (rows, *parts):
                dropped |= _write(session, one)
            # The record of changes leaves its mark when it has written any.
            fate = Fate.TAKEN if "audit_digest" in session.info else Fate.UNCHANGED
            session.add(_imported(prepared, rows.material.id))
            lines.append(Line(item.name, fate, rows.material.id, None, len(rows.passages), tuple(notes), _scan(rows)))
            if options.is_dry_run:
                raise _DryRun
            for document in documents:
                _keep(store, document)
    except _DryRun:
        return lines[0]
    _drop_unnamed(portal, store, dropped)
    return lines[0]


def _scan(rows: Rows) -> Scan | None:
    if not rows.files:
        return None
    return Scan.PASSED if all(file.scanned_at for file in rows.files) else Scan.NONE


def _imported(prepared: Prepared, material_id: str) -> ImportedItem:
    return ImportedItem(
        digest=prepared.digest or "", material_id=material_id, name=prepared.item.name, at=datetime.now(UTC)
    )


def _parts(
    session: Session, maker: RowMaker, rows: Rows, documents: Sequence[Document], options: Options, notes: list[str]
) -> Iterator[Rows]:
    """Where the library describes parts of the work already, in its own words, none are added beside them."""
    found = [document for document in documents if len(document.practices) > 1]
    if not found or not options.are_practices_kept or rows.material.type == PRACTICE:
        return
    parts = [part for document in found for part in maker.practices(rows, document)]
    if not rows.material.licence:
        notes.append(f"{len(parts)} sections list practices; without a licence they are not copied into records")
        return
    own = {part.material.id for part in parts}
    where = (MaterialRelation.target_id == rows.material.id, MaterialRelation.kind == RelationKind.PART_OF)
    others = set(session.exec(select(MaterialRelation.material_id).where(*where))) - own
    if others:
        notes.append(f"{len(parts)} sections list practices; the library describes {len(others)} parts already")
        return
    notes.append(f"{len(parts)} practices become records of their own")
    yield from parts


def _write(session: Session, rows: Rows) -> set[str]:
    """Merges the rows; returns digests of files that this material does not name any more."""
    _refuse_erased(session, rows)
    _merge(session, rows.material)
    session.flush()
    material_id = rows.material.id
    if rows.replaces_passages:
        wanted = {(row.language, row.position) for row in rows.passages}
        lowest = min([FIRST_POSITION, *(row.position for row in rows.passages)])
        held = select(Passage).where(Passage.material_id == material_id, col(Passage.position) >= lowest)
        for passage in session.exec(held):
            if (passage.language, passage.position) not in wanted:
                session.delete(passage)
    dropped: set[str] = set()
    if rows.files:
        kept = {row.sha256 for row in rows.files}
        languages = {row.language for row in rows.files}
        for file in session.exec(select(File).where(File.material_id == material_id)):
            if file.sha256 not in kept and file.language in languages:
                session.delete(file)
                dropped.add(file.sha256)
    for file in rows.files:
        held_file = session.get(File, (file.sha256, file.material_id))
        # What a scanner has said of these bytes stays true when they are taken again without one.
        file.scanned_at = file.scanned_at or (held_file.scanned_at if held_file else None)
    for row in rows.all():
        _merge(session, row)
    session.flush()
    return dropped


def _refuse_erased(session: Session, rows: Rows) -> None:
    """What was erased for good does not come back under its own identifier or as the same document."""
    if is_erased(session, "material", rows.material.id) or any(
        is_erased(session, FILE, file.sha256) for file in rows.files
    ):
        raise Refused("was erased for good and is not taken again")


def _merge(session: Session, row: SQLModel) -> None:
    key = tuple(getattr(row, column.key) for column in inspect(type(row)).primary_key)
    known = session.get(type(row), key)
    if known is None:
        session.add(row)
        return
    for name in type(row).model_fields:
        if getattr(known, name) != getattr(row, name):
            setattr(known, name, getattr(row, name))


def _keep(store: FileStore, document: Document) -> None:
    if document.media_type:
        store.keep(document.raw.sha256, document.raw.data)
        if document.picture:
            store.keep(document.raw.sha256, document.picture, PICTURE)


def _drop_unnamed(portal: Portal, store: FileStore, digests: set[str]) -> None:
    if not digests:
        return
    with reading(portal.database) as session:
        named = set(session.exec(select(File.sha256).where(col(File.sha256).in_(digests))))
    store.drop(digests - named)
