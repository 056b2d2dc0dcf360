"""Outbox → engine. One writer; rows are read as they are now: one road for new, changed and withdrawn records."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.db import reading, transaction
from app.directory.search import organisation_documents
from app.library.search import case_documents, material_documents
from app.outbox import Outbox, OutboxCursor
from app.state import Portal
from app.vocabulary.search import concept_documents
from app.vocabulary.service import Vocabulary
from search.engine import Document

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


def all_documents(session: Session, vocabulary: Vocabulary) -> list[Document]:
    return [document for build in BUILDERS.values() for document in build(session, vocabulary, None)]


def rebuild(portal: Portal, progress: Progress = lambda _done, _total: None) -> int:
    """Fill a new index aside and swap it in; returns how many records it holds."""
    with reading(portal.database) as session:
        position = _newest(session)
        documents = all_documents(session, portal.vocabulary)
    portal.engine.rebuild(_counted(documents, progress))
    _move_cursor(portal, position)
    return len(documents)


def catch_up(portal: Portal) -> int:
    """Bring the engine up to the outbox row that is the newest now; returns how many records were looked at."""
    seen = 0
    with reading(portal.database) as session:
        newest = _newest(session)
    while True:
        with reading(portal.database) as session:
            position = _position(session, portal.settings.search)
            waiting = select(Outbox).where(col(Outbox.id) > position, col(Outbox.id) <= newest)
            rows = session.exec(waiting.order_by(col(Outbox.id)).limit(BATCH)).all()
            keys = list(dict.fromkeys(row.key for row in rows))
            documents = [document for key in keys for document in _documents_of(session, portal.vocabulary, key)]
        if not rows:
            return seen
        portal.engine.delete([key for key in keys if key not in {document.key for document in documents}])
        portal.engine.upsert(documents)
        _move_cursor(portal, rows[-1].id or position)
        seen += len(keys)


def lag(session: Session, engine: str) -> int:
    """How many outbox rows an engine has not taken yet."""
    return session.exec(select(func.count()).where(col(Outbox.id) > _position(session, engine))).one()


def _documents_of(session: Session, vocabulary: Vocabulary, key: str) -> Iterator[Document]:
    kind, _, identifier = key.partition(":")
    return BUILDERS[kind](session, vocabulary, [identifier])


def _counted(documents: list[Document], progress: Progress) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        yield document
        progress(number, len(documents))


def _newest(session: Session) -> int:
    return session.exec(select(func.max(Outbox.id))).one() or 0


def _position(session: Session, engine: str) -> int:
    cursor = session.get(OutboxCursor, engine)
    return cursor.position if cursor else 0


def _move_cursor(portal: Portal, position: int) -> None:
    """Rows that every cursor has passed are dropped."""
    with transaction(portal.database, actor="sync") as session:
        cursor = session.get(OutboxCursor, portal.settings.search) or OutboxCursor(
            engine=portal.settings.search, position=0
        )
        cursor.position = max(cursor.position, position)
        session.add(cursor)
        session.flush()
        passed = session.exec(select(func.min(OutboxCursor.position))).one()
        for row in session.exec(select(Outbox).where(col(Outbox.id) <= passed)):
            session.delete(row)
