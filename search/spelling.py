"""The nearest known word to one that is not known."""

from collections.abc import Iterable

import numpy as np

from search.folding import fold

_SHORTEST = 5
_TWO_EDITS_FROM = 9
_MAX_COMPARED = 300


class Speller:
    """Words are compared folded; what is given back is the word as it was handed in."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        for word in words:
            if len(word) >= _SHORTEST and word.isalpha():
                self._words.setdefault(fold(word), word)
        self._folded = sorted(self._words)
        self._lengths = np.array([len(word) for word in self._folded], dtype=np.int16)
        self._letters = np.array([_letters(word) for word in self._folded], dtype=np.uint64)

    def knows(self, folded: str) -> bool:
        return folded in self._words

    def nearest(self, folded: str) -> str | None:
        """At most one edit (a letter more, less, other, or two swapped) in 5 to 8 letters, two in longer words."""
        if len(folded) < _SHORTEST or not self._folded or not folded.isalpha():
            return None
        edits = 2 if len(folded) >= _TWO_EDITS_FROM else 1
        near = np.abs(self._lengths - len(folded)) <= edits
        near &= np.bitwise_count(self._letters ^ np.uint64(_letters(folded))) <= 2 * edits
        best: tuple[int, bool, str] | None = None
        for index in np.flatnonzero(near)[:_MAX_COMPARED]:
            word = self._folded[index]
            distance = _distance(folded, word, edits)
            if distance <= edits:
                candidate = (distance, word[0] != folded[0], word)
                best = min(best, candidate) if best else candidate
        return self._words[best[2]] if best else None


def _letters(word: str) -> int:
    """A bit for each letter that occurs: one edit changes at most two of them."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits


def _distance(left: str, right: str, limit: int) -> int:
    """Edit distance with swaps of neighbours; `limit` + 1 as soon as it is sure to be more."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        current = [row] + [limit + 1] * len(right)
        for column in range(max(1, row - limit), min(len(right), row + limit) + 1):
            other = right[column - 1]
            cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            current[column] = cost
        if min(current) > limit:
            return limit + 1
        before_last, last = last, current
    return last[-1]
