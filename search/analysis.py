"""What a piece of a document is to the index, and a memory of what its words are."""

from collections.abc import Callable
from dataclasses import dataclass

from search.citations import Citation
from search.matching import Mention
from search.thesaurus import Label

# In each language: some 12 MB.
_REMEMBERED_WORDS = 30_000


@dataclass(frozen=True, slots=True)
class Analysis:
    """A piece of a document: its folded words, for each how its base forms end, and what it speaks of."""

    text: str
    words: list[str]
    bases: frozenset[str]
    endings: str
    mentions: tuple[Mention, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class KnownWord:
    """What a word of one language is to the index, wherever it stands."""

    forms: tuple[str, ...]
    endings: str
    may_begin: bool
    parts: tuple[tuple[str, Label], ...]


class Memory(dict[str, KnownWord]):
    """Of the words met last: the older half is dropped when there are too many."""

    def __init__(self, look_up: Callable[[str], KnownWord]) -> None:
        super().__init__()
        self._look_up = look_up
        self._older: dict[str, KnownWord] = {}

    def __missing__(self, word: str) -> KnownWord:
        if len(self) >= _REMEMBERED_WORDS // 2:
            self._older = self.copy()
            self.clear()
        found = self._older.get(word) or self._look_up(word)
        self[word] = found
        return found
