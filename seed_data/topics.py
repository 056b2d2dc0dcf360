"""The thesaurus with what topics.yaml adds: words for its concepts, and concepts of the portal's own."""

from seed_data.records import AddedLabelsRecord, ConceptRecord, LabelsRecord
from seed_data.references import Seed


def with_topics(seed: Seed) -> list[ConceptRecord]:
    """A topic names the concepts it is related to; here they name it back."""
    more = {record.id: record.labels for record in seed.more_labels}
    known = [_extended(concept, more.get(concept.id, {}), seed.topics) for concept in seed.concepts]
    return [*known, *seed.topics]


def _extended(concept: ConceptRecord, more: dict[str, AddedLabelsRecord], topics: list[ConceptRecord]) -> ConceptRecord:
    labels = {
        language: _joined(known, more[language]) if language in more else known
        for language, known in concept.labels.items()
    }
    related = [*concept.related, *(topic.id for topic in topics if concept.id in topic.related)]
    return concept.model_copy(update={"labels": labels, "related": related})


def _joined(known: LabelsRecord, added: AddedLabelsRecord) -> LabelsRecord:
    return known.model_copy(
        update={
            "alt": [*known.alt, *added.alt],
            "hidden": [*known.hidden, *added.hidden],
            "whole_word": [*known.whole_word, *added.whole_word],
            "never_in_compounds": [*known.never_in_compounds, *added.never_in_compounds],
            "case_sensitive": [*known.case_sensitive, *added.case_sensitive],
        }
    )
