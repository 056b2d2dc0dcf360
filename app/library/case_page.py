"""The page of one case summary."""

from dataclasses import dataclass

from sqlmodel import Session

from app.library.material_page import Topic, concept_topics, related_entries
from app.library.models import CaseSummary, PublicationStatus
from app.library.service import Ask, Entry, whom_to_ask
from app.pages import Visit
from app.permissions import Visibility


@dataclass(frozen=True, slots=True)
class Story:
    """The chapters of a case, all in its own language."""

    language: str
    language_name: str
    is_foreign: bool
    what_happened: str
    detection: str
    cooperation: str
    evidence: str
    outcome: str
    lessons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """`is_composite`: invented or put together from several; the page says so before anything else."""

    title: str
    language: str
    country: str
    country_label: str
    is_composite: bool
    is_archived: bool
    forms: tuple[str, ...]
    acts: tuple[str, ...]
    means: tuple[str, ...]
    purposes: tuple[str, ...]
    victim_groups: tuple[str, ...]
    stages: tuple[str, ...]
    story: Story
    themes: tuple[str, ...]
    concepts: tuple[Topic, ...]
    related: tuple[Entry, ...]
    ask: Ask
    visibility: Visibility


def get_case_page(session: Session, visit: Visit, case: CaseSummary) -> CasePage:
    return CasePage(
        title=case.title,
        language=case.language,
        country=case.country,
        country_label=visit.label("countries", case.country),
        is_composite=case.is_composite,
        is_archived=case.status is PublicationStatus.ARCHIVED,
        forms=tuple(visit.labels("exploitation_forms", case.exploitation_forms)),
        acts=tuple(visit.labels("acts", case.acts)),
        means=tuple(visit.labels("means", case.means)),
        purposes=tuple(visit.labels("purposes", case.purposes)),
        victim_groups=tuple(visit.labels("victim_groups", case.victim_groups)),
        stages=tuple(visit.labels("stages", case.stages)),
        story=_story(visit, case),
        themes=tuple(visit.labels("themes", case.themes)),
        concepts=concept_topics(visit, case.concepts),
        related=related_entries(session, visit, f"case:{case.id}"),
        ask=whom_to_ask(visit, [case.country]),
        visibility=case.visibility,
    )


def _story(visit: Visit, case: CaseSummary) -> Story:
    return Story(
        language=case.language,
        language_name=visit.label("languages", case.language),
        is_foreign=case.language != visit.language,
        what_happened=case.what_happened,
        detection=case.detection,
        cooperation=case.cooperation,
        evidence=case.evidence,
        outcome=case.outcome,
        lessons=tuple(case.lessons),
    )
