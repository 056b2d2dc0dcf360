"""Reads the seed files; what is wrong is told by file, record and field."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from app.vocabulary.models import Scheme
from seed_data.records import (
    CaseRecord,
    ConceptRecord,
    ContactRecord,
    CounterpartRecord,
    CountryRecord,
    EmergencyCountryRecord,
    MaterialRecord,
    MissingBodyRecord,
    MissingRecord,
    MoreLabelsRecord,
    OrganisationRecord,
    Record,
    SourceRecord,
    TermRecord,
    TranslationRecord,
)
from seed_data.references import Seed, dangling

FOLDER = Path(__file__).parent
R = TypeVar("R", bound=Record)
TRANSLATED = ("da", "fi", "is", "nb", "sv")


class SeedError(ValueError):
    """`problems`: one line each, `file: record: field: what is wrong`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def document(self, name: str) -> dict[str, object]:
        path = self.folder / name
        try:
            content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise SeedError([f"{name}: cannot be read: {error}"]) from error
        if not isinstance(content, dict):
            raise SeedError([f"{name}: must be a mapping of lists"])
        return content

    def records(self, kind: type[R], entries: object, name: str) -> list[R]:
        if not isinstance(entries, list):
            self.problems.append(f"{name}: must be a list")
            return []
        read = (self.record(kind, entry, name, number) for number, entry in enumerate(entries, start=1))
        return [record for record in read if record is not None]

    def record(self, kind: type[R], entry: object, name: str, number: int = 0) -> R | None:
        try:
            return kind.model_validate(entry)
        except ValidationError as error:
            known = entry if isinstance(entry, dict) else {}
            label = known.get("id") or known.get("function") or known.get("country") or f"record {number}"
            self.problems += _lines(f"{name}: {label}", error)
            return None


def _lines(prefix: str, error: ValidationError) -> Iterable[str]:
    return [f"{prefix}: {'.'.join(str(part) for part in entry['loc'])}: {entry['msg']}" for entry in error.errors()]


def read_seed(folder: Path = FOLDER) -> Seed:
    """Raises SeedError that names every problem at once."""
    reader = _Reader(folder)
    lists = reader.document("enumerations.yaml")
    bodies = reader.document("organisations.yaml")
    channels = reader.document("contact_points.yaml")
    profiles = reader.document("country_profiles.yaml")
    topics = reader.document("topics.yaml")
    meta = profiles.get("meta")
    seed = Seed(
        terms={
            scheme: reader.records(TermRecord, lists.get(scheme), f"enumerations.yaml: {scheme}") for scheme in Scheme
        },
        concepts=reader.records(ConceptRecord, reader.document("thesaurus.yaml").get("concepts"), "thesaurus.yaml"),
        topics=reader.records(ConceptRecord, topics.get("concepts"), "topics.yaml"),
        more_labels=reader.records(MoreLabelsRecord, topics.get("more_labels"), "topics.yaml: more_labels"),
        organisations=reader.records(OrganisationRecord, bodies.get("organisations"), "organisations.yaml"),
        counterparts=reader.records(CounterpartRecord, bodies.get("counterpart_roles"), "organisations.yaml"),
        contacts=reader.records(ContactRecord, channels.get("contact_points"), "contact_points.yaml"),
        missing=reader.records(MissingRecord, channels.get("missing"), "contact_points.yaml: missing"),
        missing_bodies=reader.records(
            MissingBodyRecord, channels.get("missing_bodies"), "contact_points.yaml: missing_bodies"
        ),
        emergency=reader.records(
            EmergencyCountryRecord, reader.document("emergency.yaml").get("countries"), "emergency.yaml"
        ),
        sources=reader.records(
            SourceRecord, meta.get("sources") if isinstance(meta, dict) else None, "country_profiles.yaml: sources"
        ),
        countries=reader.records(CountryRecord, profiles.get("countries"), "country_profiles.yaml"),
        materials=reader.records(MaterialRecord, reader.document("materials.yaml").get("materials"), "materials.yaml"),
        cases=reader.records(CaseRecord, reader.document("case_summaries.yaml").get("cases"), "case_summaries.yaml"),
        translations=_translations(reader),
    )
    problems = reader.problems or dangling(seed)
    if problems:
        raise SeedError(problems)
    return seed


def _translations(reader: _Reader) -> dict[str, TranslationRecord]:
    read = {
        language: reader.record(
            TranslationRecord, reader.document(f"translations/{language}.yaml"), f"translations/{language}.yaml"
        )
        for language in TRANSLATED
    }
    return {language: record for language, record in read.items() if record is not None}
