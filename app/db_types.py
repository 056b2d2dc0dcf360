"""Column types that the tables share."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator


def enum_column(kind: type[StrEnum], name: str) -> Enum:
    """An enumeration stored as its value and checked by the database too."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Hours(BaseModel):
    """`days` mon … sun; local times `HH:MM`, 24:00 allowed; `closes` before `opens` ends on the next day."""

    model_config = ConfigDict(frozen=True)

    days: tuple[str, ...]
    opens: str
    closes: str
    tz: str
    note: dict[str, str] = {}


class HoursType(TypeDecorator[list[Hours]]):
    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[Hours] | None, dialect: Dialect) -> list[dict[str, object]] | None:
        return None if value is None else [entry.model_dump(mode="json") for entry in value]

    def process_result_value(self, value: list[dict[str, object]] | None, dialect: Dialect) -> list[Hours] | None:
        return None if value is None else [Hours.model_validate(entry) for entry in value]
