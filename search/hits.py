"""What a reader is shown of the records that an engine has found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.engine import Hit, Suggestion, Why
from search.evidence import Finder, Reasons, of_passage, of_title, snippet
from search.rows import SEPARATOR, StoredPassage, StoredRecord
from search.scoring import Group
from search.thesaurus import Thesaurus

MAX_SUGGESTION_PREFIX = 64
_MAX_SUGGESTIONS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """`passage`: of those the reader sees, the one that speaks most to the query."""

    kind: str
    score: float
    is_called_so: bool
    head: StoredRecord
    passage: StoredPassage | None


def hits(thesaurus: Thesaurus, found: Iterable[Found], groups: Sequence[Group], text: str) -> tuple[Hit, ...]:
    finder = Finder(groups)
    reasons = Reasons(thesaurus, groups, text)
    made = []
    for one in found:
        texts = [of_title(one.head), *([of_passage(one.passage)] if one.passage else [])]
        matches = [(piece, match) for piece in texts for match in finder.matches(piece)]
        in_passage = [match for piece, match in matches if piece is texts[-1]]
        made.append(
            Hit(
                key=one.head["key"],
                kind=one.kind,
                score=one.score,
                snippet=snippet(one.passage, in_passage) if one.passage else None,
                why=reasons.why(one.head, matches, one.is_called_so) if text else (),
            )
        )
    return tuple(made)


def shared(thesaurus: Thesaurus, source: StoredRecord, other: StoredRecord) -> tuple[Why, ...]:
    """The concepts that two records have in common."""
    return tuple(
        Why(thesaurus.label(one, source["language"]), *thesaurus.label_and_language(one, other["language"]), one)
        for one in source["concepts"]
        if one in other["concepts"]
    )


def suggestions(thesaurus: Thesaurus, terms: Iterable[str], limit: int) -> tuple[Suggestion, ...]:
    """Of each record the best of its terms: those that begin a name first, then the shortest."""
    ranked: list[tuple[int, int, str, str, Suggestion]] = []
    for term in terms:
        tail, skipped, text, kind, key, language = term.split(SEPARATOR)
        spoken = thesaurus.language_of(text) or language
        ranked.append((int(skipped), len(text), tail, key, Suggestion(text, kind, key, spoken)))
    best: dict[str, Suggestion] = {}
    for *_, key, suggestion in sorted(ranked, key=lambda one: one[:4]):
        best.setdefault(key, suggestion)
    return tuple(best.values())[: max(0, min(limit, _MAX_SUGGESTIONS))]
