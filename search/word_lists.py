"""simplemma's word lists as files that open at once.

Decoding all of them takes 3 s and 100 MB (as dictionaries 6 s and 700 MB) at every start. Written once to a folder
they open in a millisecond, and the operating system keeps in memory only what is read. A list is sorted and front-
coded, so a word is found by bisecting the first words of its blocks and decoding one block.
"""

import mmap
import os
import tempfile
import threading
from array import array
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

# The decoder is not public, but simplemma is pinned by hash, and a test compares every language with the public way.
from simplemma.strategies.dictionaries import frontcode
from simplemma.strategies.dictionaries.dictionary_factory import _read_decompressed

_BLOCK = 8


class WordList(Mapping[str, str]):
    """Word form → base form of one language, read from three files."""

    def __init__(self, stem: Path) -> None:
        self._data = _map(stem.with_suffix(".data"))
        self._seeds = _map(stem.with_suffix(".seeds"))
        # Per block: where it starts in the data, where its seed's key ends, where its seed's value ends.
        self._index = memoryview(_map(stem.with_suffix(".index"))).cast("q")
        self._blocks = len(self._index) // 3
        self._is_reversed, self._count, self._start = frontcode._read_header(self._data[:64])

    def __getitem__(self, key: str) -> str:
        value = self._find(key)
        if value is None:
            raise KeyError(key)
        return value

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for _, key, _ in frontcode._iter_records(self._data[:], self._start):
            yield self._turned(key).decode()

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def _find(self, key: str) -> str | None:
        wanted = self._turned(key.encode(errors="ignore"))
        block = self._block(wanted)
        if block < 0:
            return None
        index, seeds, at = self._index, self._seeds, 3 * block
        first = index[at - 1] if block else 0
        end = index[at + 3] if block + 1 < self._blocks else len(self._data)
        start, key_end = index[at], index[at + 1]
        previous = seeds[first:key_end], seeds[key_end : index[at + 2]]
        for _, found, value in frontcode._iter_records(self._data[start:end], 0, *previous):
            if found == wanted:
                return self._turned(value).decode()
            if found > wanted:
                return None
        return None

    def _block(self, wanted: bytes) -> int:
        """The last block that can hold the word: each is seeded with the word before it, so that word is smaller."""
        low, high = 0, self._blocks
        index, seeds = self._index, self._seeds
        while low < high:
            middle = (low + high) // 2
            begin = index[3 * middle - 1] if middle else 0
            if seeds[begin : index[3 * middle + 1]] < wanted:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def _turned(self, text: bytes) -> bytes:
        return text[::-1] if self._is_reversed else text


class WordLists:
    """A dictionary factory for simplemma: every list is written on first use, then read in place. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        stem = self._folder / f"simplemma-{version('simplemma')}-{_BLOCK}" / language
        if not stem.with_suffix(".index").exists():
            _write(language, stem)
        return WordList(stem)


def _write(language: str, stem: Path) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    data = _read_decompressed(language)
    _, _, start = frontcode._read_header(data)
    index = array("q")
    seeds = bytearray()
    previous = b"", b""
    for number, (record_start, key, value) in enumerate(frontcode._iter_records(data, start)):
        if number % _BLOCK == 0:
            key_end = len(seeds) + len(previous[0])
            seeds += previous[0] + previous[1]
            index.extend((record_start, key_end, len(seeds)))
        previous = key, value
    _put(stem.with_suffix(".data"), data)
    _put(stem.with_suffix(".seeds"), bytes(seeds))
    # Last: where this file stands, the other two are whole, also when two processes write at once.
    _put(stem.with_suffix(".index"), index.tobytes())


def _put(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
