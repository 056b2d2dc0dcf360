"""What one running portal holds: settings, database, vocabulary, engine, lines for people in danger."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.settings import Settings
from app.vocabulary.service import Vocabulary
from search.engine import SearchEngine
from search.understand import Understander


@dataclass(frozen=True, slots=True)
class Index:
    """An engine that the outbox feeds, under the name of its cursor.

    `is_written_here`: false where this process has only a key for reading.
    """

    name: str
    engine: SearchEngine
    is_written_here: bool = True


@dataclass(slots=True)
class Portal:
    """`engine` answers readers; `indexes` are all that are kept up to date, the embedded one first."""

    settings: Settings
    database: Engine
    vocabulary: Vocabulary
    understander: Understander
    engine: SearchEngine
    indexes: tuple[Index, ...]
    help_lines: "HelpLines" = field(default_factory=lambda: HelpLines(()))


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A line that may be shown to someone in danger."""

    country: str
    value: str
    display: str
    label: dict[str, str]
    languages: tuple[str, ...] | None
    purpose: str
    is_sms: bool


@dataclass(frozen=True, slots=True)
class HelpLines:
    lines: tuple[HelpLine, ...]

    def of(self, country: str) -> tuple[HelpLine, ...]:
        return tuple(line for line in self.lines if line.country == country)
