"""Aggregated figures: what is counted, by whom, and the numbers. No row describes a person."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.db_types import enum_column
from app.permissions import Visibility


class Unit(StrEnum):
    """What one of the counted things is."""

    PERSONS = "persons"
    CASES = "cases"
    REPORTS = "reports"
    PERMITS = "permits"
    PERCENT = "percent"


class FigureSource(BaseModel):
    model_config = ConfigDict(frozen=True)

    publisher: str
    title: str
    url: str | None = None
    date: str | None = None


class SourcesType(TypeDecorator[list[FigureSource]]):
    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[FigureSource] | None, dialect: Dialect) -> list[dict[str, object]] | None:
        return None if value is None else [entry.model_dump(mode="json") for entry in value]

    def process_result_value(
        self, value: list[dict[str, object]] | None, dialect: Dialect
    ) -> list[FigureSource] | None:
        return None if value is None else [FigureSource.model_validate(entry) for entry in value]


class Indicator(SQLModel, table=True):
    """One table of one source about one country. Texts are per language; `assisted` names the languages that were
    written with machine assistance. `partitions`: dimensions whose series cover everything that is counted, so that
    they must add up to the total. `contradiction`: where the source contradicts itself, in words.
    """

    id: str = Field(primary_key=True, max_length=64)
    country: str = Field(max_length=4, index=True)
    position: int = 0
    unit: Unit = Field(sa_type=enum_column(Unit, "unit"))
    titles: dict[str, str] = Field(sa_type=JSON)
    definitions: dict[str, str] = Field(sa_type=JSON)
    caveats: dict[str, str] = Field(sa_type=JSON)
    contradiction: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    assisted: list[str] = Field(default_factory=list, sa_type=JSON)
    partitions: list[str] = Field(default_factory=list, sa_type=JSON)
    sources: list[FigureSource] = Field(sa_type=SourcesType)
    as_of: str | None = Field(default=None, max_length=10)
    visibility: Visibility = Field(default=Visibility.CLEAR, sa_type=enum_column(Visibility, "visibility"))


class IndicatorSeries(SQLModel, table=True):
    """One column of the table. `breakdown`: dimension -> value; an empty one is the total."""

    indicator_id: str = Field(primary_key=True, foreign_key="indicator.id", max_length=64)
    code: str = Field(primary_key=True, max_length=40)
    position: int = 0
    labels: dict[str, str] = Field(sa_type=JSON)
    caveats: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    breakdown: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Observation(SQLModel, table=True):
    """A number as the source states it. `period`: a year, or `from/to` of years or months; `value` null: unknown."""

    indicator_id: str = Field(primary_key=True, foreign_key="indicator.id", max_length=64)
    series: str = Field(primary_key=True, max_length=40)
    period: str = Field(primary_key=True, max_length=15)
    value: float | None = None
    is_approximate: bool = False
    note: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
