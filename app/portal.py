"""Opening a portal: settings → database, vocabulary, engine. Web process, commands and tests all do it here."""

from contextlib import suppress

from sqlmodel import Session, col, select

from app.crash_points import arm
from app.db import make_engine, reading, revisions
from app.directory.models import Confidence, EmergencyLine, Organisation
from app.permissions import Visibility
from app.settings import Settings
from app.state import HelpLine, HelpLines, Index, Portal
from app.vocabulary.search import thesaurus
from app.vocabulary.service import load_vocabulary
from search.embedded import EmbeddedEngine
from search.engine import EngineDown, SearchEngine, WrongVersion
from search.fallback import FallbackEngine
from search.meili_server import WANTED_VERSION, Server
from search.meilisearch import MeilisearchEngine
from search.understand import Understander

EMBEDDED = "embedded"
"""The name of the embedded index's cursor."""


class NotReady(RuntimeError):
    """The database is missing, or it or the search server is of another version; the message says what to do."""


def open_portal(settings: Settings) -> Portal:
    """Raises NotReady where the database's revision or the search server is not the one this code expects."""
    arm(settings.crash_at)
    database = make_engine(settings.sqlalchemy_url)
    current, expected = revisions(database)
    if current != expected:
        raise NotReady(f"the database is at revision {current}, this version needs {expected}: run `samband migrate`")
    with reading(database) as session:
        vocabulary = load_vocabulary(session)
        help_lines = load_help_lines(session)
        names = words_of_names(session)
    understander = Understander(thesaurus(vocabulary), names, settings.data_dir / "cache")
    indexes = open_indexes(settings, understander)
    engine = answering(indexes)
    return Portal(settings, database, vocabulary, understander, engine, indexes, help_lines=help_lines)


def answering(indexes: tuple[Index, ...]) -> SearchEngine:
    """Where there is a server it answers readers, and the embedded index for it while it does not."""
    reserve, *servers = (index.engine for index in indexes)
    return FallbackEngine(servers[0], reserve) if servers else reserve


def open_indexes(settings: Settings, understander: Understander) -> tuple[Index, ...]:
    """The embedded one is always kept, also beside a server: it answers when that does not."""
    embedded = Index(EMBEDDED, EmbeddedEngine(settings.data_dir / "index", understander))
    if settings.search == EMBEDDED:
        return (embedded,)
    refuse_other_server(settings)
    engine = MeilisearchEngine(meilisearch_server(settings), understander)
    return embedded, Index(settings.search, engine, settings.may_write_meilisearch)


def refuse_other_server(settings: Settings) -> None:
    """Raises NotReady for a server of another version; one that is only away is looked for again at every question."""
    if settings.search == EMBEDDED:
        return
    with suppress(EngineDown):
        try:
            meilisearch_server(settings).version()
        except WrongVersion as error:
            raise NotReady(f"{error}: SAMBAND_MEILISEARCH_URL must be that of a {WANTED_VERSION}x") from error


def meilisearch_server(settings: Settings) -> Server:
    return Server(
        settings.meilisearch_url,
        settings.meilisearch_key.get_secret_value(),
        settings.meilisearch_name,
        settings.meilisearch_reading_key.get_secret_value(),
    )


def words_of_names(session: Session) -> set[str]:
    """The words of organisations' names: no spelling mistakes of something else."""
    rows = session.exec(select(Organisation.names).where(Organisation.visibility == Visibility.CLEAR))
    return {word for names in rows for name in names.values() for word in name.split()}


def load_help_lines(session: Session) -> HelpLines:
    """Only what may be shown to someone in danger: rows released for showing whose source states the number."""
    rows = session.exec(
        select(EmergencyLine)
        .where(col(EmergencyLine.is_shown), EmergencyLine.confidence == Confidence.STATED)
        .order_by(EmergencyLine.country, col(EmergencyLine.position))
    )
    return HelpLines(tuple(_help_line(row) for row in rows))


def _help_line(row: EmergencyLine) -> HelpLine:
    return HelpLine(
        country=row.country,
        value=row.value,
        display=row.display,
        label=row.label,
        languages=None if row.languages is None else tuple(row.languages),
        purpose=row.purpose,
        is_sms=row.display.upper().startswith("SMS"),
    )
