"""Outbox → engines. One writer; rows are read as they are now: one road for new, changed and withdrawn records.

Each engine has a cursor of its own; a row of the outbox goes when every cursor has passed it. Everything here may be
interrupted and done again: what was given to an engine before its cursor moved is given once more.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import delete, func
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, select

from app.crash_points import reached
from app.db import reading, transaction
from app.directory.search import organisation_documents
from app.errors import PortalError
from app.library.search import case_documents, material_documents
from app.outbox import Outbox, OutboxCursor
from app.state import Index, Portal
from app.sync_lock import only_writer
from app.sync_quarantine import quarantined, release, set_aside
from app.vocabulary.search import concept_documents
from app.vocabulary.service import Vocabulary
from search.engine import Document, EngineDown, EngineError

log = logging.getLogger("samband.sync")
BATCH = 500
Builder = Callable[[Session, Vocabulary, Sequence[str] | None], Iterator[Document]]
BUILDERS: dict[str, Builder] = {
    "organisation": organisation_documents,
    "material": material_documents,
    "case": case_documents,
    "concept": concept_documents,
}
"""Kind → the documents of these records, or of all. What nobody may see yields nothing and so leaves the index."""

Progress = Callable[[int, int], None]
NOT_A_RECORDS_FAULT = (EngineDown, OperationalError, InterfaceError, PortalError)
"""The engine or the database is away: everything waits, no record is to blame."""


def all_documents(session: Session, vocabulary: Vocabulary) -> list[Document]:
    return [document for build in BUILDERS.values() for document in build(session, vocabulary, None)]


# -- what others ask for ---------------------------------------------------------------------------------------------


def rebuild(portal: Portal, progress: Progress = lambda _done, _total: None) -> int:
    """Fill every index anew, aside, and swap it in; returns how many records each holds."""
    with only_writer(portal.settings.data_dir):
        return max(_rebuild(portal, index, progress) for index in portal.indexes)


def catch_up(portal: Portal) -> int:
    """Bring the engines up to the outbox row that is the newest now; returns how many records were looked at."""
    with only_writer(portal.settings.data_dir):
        return sum(_catch_up(portal, index) for index in portal.indexes)


def start(portal: Portal, index: Index, *, wait: bool = True) -> None:
    """An index that is missing or was made by something else is built, any other one catches up."""
    with only_writer(portal.settings.data_dir, wait=wait):
        with reading(portal.database) as session:
            is_known = session.get(OutboxCursor, index.name) is not None
        if not is_known or index.engine.health().needs_rebuild:
            _rebuild(portal, index)
        else:
            _catch_up(portal, index)


def has_news(portal: Portal, index: Index) -> bool:
    with reading(portal.database) as session:
        return lag(session, index.name) > 0


def catch_up_one(portal: Portal, index: Index, *, wait: bool = True) -> int:
    with only_writer(portal.settings.data_dir, wait=wait):
        return _catch_up(portal, index)


def reconcile(portal: Portal, index: Index, *, wait: bool = True) -> int:
    """Compare the engine with the database record by record and mend what differs; returns how many records did."""
    with only_writer(portal.settings.data_dir, wait=wait):
        _catch_up(portal, index)
        with reading(portal.database) as session:
            wanted = {document.key: document.version for document in all_documents(session, portal.vocabulary)}
        wrong = different(wanted, index.engine.versions())
        _in_batches(portal, index, wrong)
    if wrong:
        log.warning("the index differed from the database", extra={"engine": index.name, "records": len(wrong)})
    return len(wrong)


def retry_quarantined(portal: Portal, index: Index, *, wait: bool = True) -> None:
    """What was set aside is tried once more: what was in its way may be gone."""
    with reading(portal.database) as session:
        keys = quarantined(session, index.name)
    if keys:
        with only_writer(portal.settings.data_dir, wait=wait):
            _in_batches(portal, index, keys)


def different(wanted: Mapping[str, str], held: Mapping[str, str]) -> list[str]:
    return sorted(key for key in wanted.keys() | held.keys() if wanted.get(key) != held.get(key))


def lag(session: Session, engine: str) -> int:
    """How many outbox rows an engine has not taken yet."""
    return session.exec(select(func.count()).where(col(Outbox.id) > _position(session, engine))).one()


def forget_other_engines(portal: Portal) -> None:
    """The cursor of an engine that is no longer set up would keep every row; if it comes back, it begins anew."""
    names = [index.name for index in portal.indexes]
    with transaction(portal.database, actor="sync") as session:
        for cursor in session.exec(select(OutboxCursor).where(col(OutboxCursor.engine).not_in(names))):
            session.delete(cursor)


# -- one index -------------------------------------------------------------------------------------------------------


def _rebuild(portal: Portal, index: Index, progress: Progress = lambda _done, _total: None) -> int:
    """What is quarantined stays out, so that it does not spoil the rest, and is tried by itself afterwards."""
    with reading(portal.database) as session:
        position = _newest(session)
        aside = set(quarantined(session, index.name))
        documents = [one for one in all_documents(session, portal.vocabulary) if one.key not in aside]
    reached("rebuild-read")
    index.engine.rebuild(_given(documents, "rebuild-half-given", progress))
    reached("rebuild-swapped")
    missing = different({one.key: one.version for one in documents}, index.engine.versions())
    if missing:
        raise EngineError(f"{len(missing)} records of the new {index.name} index are not as they should be")
    _settle(portal, index, position)
    _in_batches(portal, index, sorted(aside))
    return len(documents)


def _catch_up(portal: Portal, index: Index) -> int:
    """Withdrawals and changes of permission first, also those that come while a long backlog is worked through."""
    with reading(portal.database) as session:
        newest, hurried = _newest(session), _position(session, index.name)
    seen = 0
    while True:
        with reading(portal.database) as session:
            position = _position(session, index.name)
            waiting = select(Outbox).where(col(Outbox.id) > position).order_by(col(Outbox.id))
            urgent = session.exec(waiting.where(Outbox.is_urgent, col(Outbox.id) > hurried)).all()
            rows = session.exec(waiting.where(col(Outbox.id) <= newest).limit(BATCH)).all()
        if urgent:
            hurried = urgent[-1].id or hurried
            _in_batches(portal, index, _keys(urgent))
        if not rows:
            return seen
        keys = _keys(rows)
        failed = _write_or_bisect(portal, index, keys)
        _settle(portal, index, rows[-1].id or position, failed, keys)
        seen += len(keys)


def _keys(rows: Iterable[Outbox]) -> list[str]:
    return list(dict.fromkeys(row.key for row in rows))


def _in_batches(portal: Portal, index: Index, keys: Sequence[str]) -> None:
    """Out of turn: the cursor stays."""
    for begin in range(0, len(keys), BATCH):
        batch = keys[begin : begin + BATCH]
        _settle(portal, index, None, _write_or_bisect(portal, index, batch), batch)


def _write_or_bisect(portal: Portal, index: Index, keys: Sequence[str]) -> Mapping[str, str]:
    """Returns the records that cannot be indexed, with the kind of error. Raises when none of many can."""
    failed: dict[str, str] = {}
    _bisect(portal, index, keys, failed)
    if len(failed) == len(keys) > 1:
        raise EngineError(f"{index.name} refuses every one of {len(keys)} records ({failed[keys[0]]})")
    return failed


def _bisect(portal: Portal, index: Index, keys: Sequence[str], failed: dict[str, str]) -> None:
    try:
        _write(portal, index, keys)
    except NOT_A_RECORDS_FAULT:
        raise
    except Exception as error:
        if len(keys) == 1:
            failed[keys[0]] = type(error).__name__
            return
        middle = len(keys) // 2
        _bisect(portal, index, keys[:middle], failed)
        _bisect(portal, index, keys[middle:], failed)


def _write(portal: Portal, index: Index, keys: Sequence[str]) -> None:
    with reading(portal.database) as session:
        documents = list(_documents_of(session, portal.vocabulary, keys))
    reached("batch-read")
    found = {document.key for document in documents}
    gone = [key for key in keys if key not in found]
    if gone:
        index.engine.delete(gone)
    reached("batch-deleted")
    if documents:
        index.engine.upsert(_given(documents, "batch-half-given"))
    reached("batch-written")


def _documents_of(session: Session, vocabulary: Vocabulary, keys: Sequence[str]) -> Iterator[Document]:
    by_kind: dict[str, list[str]] = {}
    for key in keys:
        kind, _, identifier = key.partition(":")
        by_kind.setdefault(kind, []).append(identifier)
    for kind, identifiers in by_kind.items():
        yield from BUILDERS[kind](session, vocabulary, identifiers)


def _given(
    documents: Sequence[Document], crash_point: str, progress: Progress = lambda _done, _total: None
) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        yield document
        progress(number, len(documents))
        if number * 2 >= len(documents):
            reached(crash_point)


# -- cursors ---------------------------------------------------------------------------------------------------------


def _newest(session: Session) -> int:
    return session.exec(select(func.max(Outbox.id))).one() or 0


def _position(session: Session, engine: str) -> int:
    cursor = session.get(OutboxCursor, engine)
    return cursor.position if cursor else 0


def _settle(
    portal: Portal,
    index: Index,
    position: int | None,
    failed: Mapping[str, str] | None = None,
    tried: Sequence[str] = (),
) -> None:
    """Quarantine and cursor move together, after the engine has answered; rows that every cursor has passed go."""
    _withdraw(index, failed or {})
    with reading(portal.database) as session:
        aside = set(quarantined(session, index.name))
    mended = [key for key in tried if key in aside and key not in (failed or {})]
    if position is None and not failed and not mended:
        return
    with transaction(portal.database, actor="sync") as session:
        set_aside(session, index.name, failed or {})
        release(session, index.name, mended)
        if position is not None:
            _move_cursor(session, index.name, position)
    reached("cursor-moved")


def _withdraw(index: Index, failed: Mapping[str, str]) -> None:
    """What a record said before must not stay: it may be what was to go."""
    for key, error in failed.items():
        log.error(
            "a record cannot be indexed and was set aside", extra={"engine": index.name, "record": key, "error": error}
        )
        try:
            index.engine.delete([key])
        except EngineDown:
            raise
        except EngineError as refused:
            log.error("nor can it be taken out", extra={"record": key, "error": type(refused).__name__})


def _move_cursor(session: Session, name: str, position: int) -> None:
    cursor = session.get(OutboxCursor, name) or OutboxCursor(engine=name, position=0)
    cursor.position = max(cursor.position, position)
    session.add(cursor)
    session.flush()
    passed = session.exec(select(func.min(OutboxCursor.position))).one()
    session.exec(delete(Outbox).where(col(Outbox.id) <= passed))
