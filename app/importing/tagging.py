"""What a text speaks of, in the words of the thesaurus: concepts, the themes they belong to, countries in a title."""

from collections import Counter
from collections.abc import Sequence

from app.state import Portal
from app.vocabulary.models import Scheme
from search.matching import MatchKind

MOST_CONCEPTS = 12
MOST_THEMES = 4
FEWEST_PASSAGES = 2
TITLE_WEIGHT = 5


def concepts_of(portal: Portal, title: str, texts: Sequence[tuple[str, str]]) -> list[str]:
    """`texts` are (text, language). What one passage mentions in passing is no subject, unless there is but one."""
    counts: Counter[str] = Counter()
    for text, language in texts:
        counts.update(_mentioned(portal, text, language))
    needed = FEWEST_PASSAGES if len(texts) > FEWEST_PASSAGES else 1
    kept = Counter({concept: count for concept, count in counts.items() if count >= needed})
    if texts:
        kept.update({concept: TITLE_WEIGHT for concept in _mentioned(portal, title, texts[0][1])})
    ranked = sorted(kept.items(), key=lambda entry: (-entry[1], entry[0]))
    return [concept for concept, _ in ranked[:MOST_CONCEPTS] if concept in portal.vocabulary.concepts]


def _mentioned(portal: Portal, text: str, language: str) -> set[str]:
    mentions = portal.understander.analyse(text, language).mentions
    return {mention.concept for mention in mentions if mention.how is not MatchKind.COMPOUND}


def themes_of(portal: Portal, concepts: Sequence[str]) -> list[str]:
    counts = {term.code: len(set(term.concepts) & set(concepts)) for term in portal.vocabulary.list(Scheme.THEME)}
    ranked = sorted((code for code, count in counts.items() if count), key=lambda code: (-counts[code], code))
    return ranked[:MOST_THEMES]


def countries_in(portal: Portal, title: str, language: str) -> list[str]:
    return list(portal.understander.query(title[:200], language).countries)
