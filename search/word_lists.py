"""simplemma's word lists as tries in files that open at once.

Decoding all of them takes 3 s and 100 MB (as dictionaries 6 s and 700 MB) at every start. Written once to a folder they
open in a millisecond. A form keeps only how its base form ends, so that forms share both their beginnings and their
ends in the trie.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from marisa_trie import BytesTrie

# The decoder is not public, but simplemma is pinned by hash, and a test compares every language with the public way.
from simplemma.strategies.dictionaries import frontcode
from simplemma.strategies.dictionaries.dictionary_factory import _read_decompressed

from search.endings import ending, with_ending
from search.folding import spelt

# Written by one process each: the longest list takes as long as all others together.
_WRITTEN_TOGETHER = (("fi",), ("sv", "da", "nb", "is", "en", "nn"))


class WordList(Mapping[str, str]):
    """Word form → base form of one language, read in place."""

    def __init__(self, path: Path) -> None:
        self._trie = BytesTrie().mmap(str(path))

    def __getitem__(self, key: str) -> str:
        # The trie takes a NUL for the end of the word.
        found = self._trie.get(key) if "\0" not in key else None
        if not found:
            raise KeyError(key)
        return with_ending(key, found[0].decode())

    def __len__(self) -> int:
        return len(self._trie)

    def __iter__(self) -> Iterator[str]:
        return iter(self._trie.iterkeys())

    def spellings(self, folded: str) -> Iterator[str]:
        """Forms that become `folded` when their marks are forgotten."""
        beginnings = [("", 0)]
        while beginnings:
            beginning, at = beginnings.pop()
            if at == len(folded):
                if beginning in self._trie:
                    yield beginning
            elif next(self._trie.iterkeys(beginning), None) is not None:
                beginnings += [(beginning + letter, at + length) for letter, length in spelt(folded, at)]


class WordLists:
    """A dictionary factory for simplemma: the lists are written on first use, then read in place. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve() / f"simplemma-{version('simplemma')}-endings"
        self._lists: dict[str, WordList] = {}
        self._lock = threading.Lock()

    def get_dictionary(self, lang: str) -> WordList:
        found = self._lists.get(lang)
        if found is None:
            with self._lock:
                found = self._lists.get(lang) or self._open(lang)
                self._lists[lang] = found
        return found

    def _open(self, language: str) -> WordList:
        path = self._folder / language
        if not path.exists():
            _write_all(self._folder)
        return WordList(path)


def _write_all(folder: Path) -> None:
    """In processes of their own: together on two cores, and the 300 MB it takes go with them."""
    root = Path(__file__).parents[1]
    commands = [[sys.executable, "-m", __name__, str(folder), *languages] for languages in _WRITTEN_TOGETHER]
    writers = [subprocess.Popen(command, cwd=root) for command in commands]  # noqa: S603  nothing from outside
    if any([writer.wait() for writer in writers]):
        raise OSError(f"the word lists could not be written to {folder}")


def _write(folder: Path, languages: Iterable[str]) -> None:
    """A file stands there whole or not at all, also when two processes write at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        trie = BytesTrie((form, ending(form, base).encode()) for form, base in _decoded(language))
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            trie.save(str(Path(beside, language)))
            os.replace(Path(beside, language), folder / language)


def _decoded(language: str) -> Iterator[tuple[str, str]]:
    data = _read_decompressed(language)
    is_reversed, _, start = frontcode._read_header(data)
    turn = -1 if is_reversed else 1
    for _, form, base in frontcode._iter_records(data, start):
        yield form[::turn].decode(), base[::turn].decode()


if __name__ == "__main__":
    _write(Path(sys.argv[1]), sys.argv[2:])
