"""A synthetic library: real word forms with a Zipf tail, labels of the thesaurus, three visibilities, four facets."""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

from search.engine import Document, Passage
from search.lemmas import LANGUAGES
from search.thesaurus import Thesaurus
from search.word_lists import WordLists

FACETS = ("kind", "country", "theme", "audience")
VISITOR = frozenset({"clear"})
PASSAGES_PER_RECORD = 10
WORDS_PER_PASSAGE = (80, 140)
_ACLS = (("clear",), ("clear",), ("clear",), ("green",))
_PART_ACLS = (("clear",), ("clear",), ("clear",), ("clear",), ("amber",))
_COUNTRIES = ("DK", "FI", "IS", "NO", "SE", "AX", "FO", "GL", "EE", "INT")
_KINDS = ("material", "organisation", "case")


class Corpus:
    """The same for the same sizes. Word forms are spread evenly over each language's list, then ranked at random."""

    def __init__(self, thesaurus: Thesaurus, words_dir: Path, word_forms: int) -> None:
        self._random = random.Random(20261127)
        self._labels = _labels_by_language(thesaurus)
        self.words = {one: self._word_forms(words_dir, one, word_forms // len(LANGUAGES)) for one in LANGUAGES}
        self._weights = {one: _zipf(len(words)) for one, words in self.words.items()}
        self._themes = [f"theme-{number:02}" for number in range(27)]
        self._audiences = [f"audience-{number}" for number in range(9)]

    @property
    def word_forms(self) -> int:
        return sum(len(words) for words in self.words.values())

    def documents(self, records: int, passages_each: int = PASSAGES_PER_RECORD) -> Iterator[Document]:
        self._random.seed(records)
        for number in range(records):
            yield self._document(number, passages_each)

    def queries(self, count: int) -> list[str]:
        """Labels, words from the whole range of ranks, a typo now and then; no two alike."""
        self._random.seed(count)
        found: dict[str, None] = {}
        while len(found) < count:
            language = self._random.choice(LANGUAGES)
            words = [self._random.choice(self._labels[language])[1]] if self._random.random() < 0.8 else []
            words += self._some_words(language, self._random.randint(0 if words else 1, 3))
            query = " ".join(words)
            found[self._with_typo(query) if self._random.random() < 0.1 else query] = None
        return list(found)

    def _document(self, number: int, passages_each: int) -> Document:
        language = self._random.choice(LANGUAGES)
        passages = tuple(self._passage(language, page) for page in range(passages_each))
        concepts = dict.fromkeys(concept for concept, _ in self._random.sample(self._labels[language], 4))
        return Document(
            key=f"record-{number}",
            kind=self._random.choice(_KINDS),
            language=language,
            title=" ".join(self._some_words(language, 6)),
            acl=self._random.choice(_ACLS),
            names=(" ".join(self._some_words("en", 5)),),
            passages=passages,
            concepts=tuple(concepts),
            facets={
                "country": (self._random.choice(_COUNTRIES),),
                "theme": tuple(self._random.sample(self._themes, 3)),
                "audience": tuple(self._random.sample(self._audiences, 2)),
            },
            year=self._random.randint(1998, 2026),
            version="1",
        )

    def _passage(self, language: str, page: int) -> Passage:
        words = self._some_words(language, self._random.randint(*WORDS_PER_PASSAGE))
        for _ in range(self._random.randint(1, 3)):
            words.insert(self._random.randrange(len(words)), self._random.choice(self._labels[language])[1])
        return Passage(" ".join(words).capitalize() + ".", language, self._random.choice(_PART_ACLS), page + 1)

    def _some_words(self, language: str, count: int) -> list[str]:
        return self._random.choices(self.words[language], cum_weights=self._weights[language], k=count)

    def _with_typo(self, query: str) -> str:
        at = self._random.randrange(len(query))
        return query[:at] + query[at + 1 :]

    def _word_forms(self, words_dir: Path, language: str, count: int) -> list[str]:
        known = WordLists(words_dir).get_dictionary(language)
        step = max(1, len(known) // count)
        forms = [form for form in islice(known, 0, None, step) if form.isalpha()][:count]
        self._random.shuffle(forms)
        return forms


def _labels_by_language(thesaurus: Thesaurus) -> dict[str, Sequence[tuple[str, str]]]:
    return {
        language: [
            (concept.id, label.text)
            for concept in thesaurus.concepts.values()
            for label in concept.labels
            if label.language == language
        ]
        for language in LANGUAGES
    }


def _zipf(size: int) -> list[float]:
    return list(accumulate(1 / (rank + 2.7) for rank in range(size)))
