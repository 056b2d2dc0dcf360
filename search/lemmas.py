"""Base forms of words: simplemma for da en fi nb nn sv, BÍN (islenska) for is."""

import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from islenska import Bin
from simplemma import Lemmatizer as Simplemma
from simplemma.strategies import DefaultStrategy
from simplemma.strategies.dictionaries import DictionaryFactory, StreamDictionaryFactory

from search.word_lists import WordList, WordLists

LANGUAGES = ("en", "da", "fi", "is", "nb", "nn", "sv")
_LONGEST_WORD = 40
_REMEMBERED_FORMS = 10_000


class Lemmatizer:
    """Words come in lower case, with their diacritics, and so do base forms. Thread-safe.

    Without a `cache_dir` the word lists are decoded into memory, each when it is first needed.
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._lists: DictionaryFactory = WordLists(cache_dir) if cache_dir else StreamDictionaryFactory()
        strategy = DefaultStrategy(dictionary_factory=self._lists)
        self._simplemma = Simplemma(cache_max_size=0, lemmatization_strategy=strategy)
        self._icelandic: Bin | None = None
        self._lock = threading.Lock()
        self.lemmas = lru_cache(maxsize=_REMEMBERED_FORMS)(self._lemmas)
        self.is_known = lru_cache(maxsize=_REMEMBERED_FORMS)(self._is_known)
        self.with_marks = lru_cache(maxsize=_REMEMBERED_FORMS)(self._with_marks)

    def _lemmas(self, word: str, language: str) -> tuple[str, ...]:
        """Base forms other than the word itself; none when the word is not known, or the language is not."""
        if len(word) > _LONGEST_WORD or language not in LANGUAGES or not word.isalpha():
            return ()
        if language == "is":
            found = self._icelandic_lemmas(word)
        else:
            # Straight from the list where it is there; the rules for what is not are much slower.
            found = ((self._in_list(word, language) or self._simplemma.lemmatize(word, language)).lower(),)
        return tuple(lemma for lemma in found if lemma != word)

    def _is_known(self, word: str, language: str) -> bool:
        if len(word) > _LONGEST_WORD or language not in LANGUAGES or not word.isalpha():
            return False
        return bool(self._icelandic_lemmas(word) if language == "is" else self._in_list(word, language))

    def _in_list(self, word: str, language: str) -> str | None:
        words = self._lists.get_dictionary(language)
        return words.get(word) or words.get(word.capitalize())

    def is_known_anywhere(self, word: str) -> bool:
        """As it is typed, or with the marks that the reader has left out."""
        return any(self.is_known(word, language) for language in LANGUAGES) or bool(self.with_marks(word))

    def _with_marks(self, word: str) -> Mapping[str, str]:
        """Language → what this is without its marks, where all words that fold to it have one base form."""
        meant: dict[str, str] = {}
        if len(word) > _LONGEST_WORD or not (word.isascii() and word.isalpha()):
            return meant
        for language in LANGUAGES:
            words = self._lists.get_dictionary(language)
            found = list(words.spellings(word)) if isinstance(words, WordList) else []
            if len({self.lemmas(one, language) or (one,) for one in found}) == 1:
                meant[language] = found[0]
        return meant

    def forget(self) -> None:
        """Empty the memory of word forms, so that a measurement starts cold."""
        self.lemmas.cache_clear()
        self.is_known.cache_clear()
        self.with_marks.cache_clear()

    def open_all(self) -> None:
        """Write and open every list now: what a first start does while it indexes, so that no query waits for it."""
        for language in LANGUAGES:
            self.is_known("a", language)

    def _icelandic_lemmas(self, word: str) -> tuple[str, ...]:
        # One at a time: BÍN's wrapper keeps an unguarded cache of its own.
        with self._lock:
            if self._icelandic is None:
                self._icelandic = Bin()
            _, entries = self._icelandic.lookup(word)
        return tuple(dict.fromkeys(entry.ord.replace("-", "").lower() for entry in entries))
