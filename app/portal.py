"""Opening a portal: settings → database, vocabulary, engine. Web process, commands and tests all do it here."""

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
from search.engine import SearchEngine
from search.fallback import FallbackEngine
from search.meili_server import Server
from search.meilisearch import MeilisearchEngine
from search.understand import Understander

EMBEDDED = "embedded"
"""The name of the embedded index's cursor."""


class NotReady(RuntimeError):
    """The database is missing or of another version; the message says what to do."""


def open_portal(settings: Settings) -> Portal:
    """Raises NotReady where the database's revision is not the one this code expects."""
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
    key = settings.meilisearch_key.get_secret_value()
    server = Server(settings.meilisearch_url, key, settings.meilisearch_name)
    return embedded, Index(settings.search, MeilisearchEngine(server, understander))


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
