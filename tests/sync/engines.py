"""Engines that do as they are told: hold what they get, refuse some of it, are away or slow."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from search.engine import Document, EngineDown, EngineError, Health, Hit, Page, Query, Suggestion


@dataclass(slots=True)
class MemoryEngine:
    """`refuses`: keys it cannot take. `given`: the keys of each call, in turn."""

    held: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    given: list[tuple[str, ...]] = field(default_factory=list)
    is_down: bool = False
    needs_rebuild: bool = False

    def upsert(self, documents: Iterable[Document]) -> None:
        batch = list(documents)
        self._take(tuple(document.key for document in batch))
        if self.refuses & {document.key for document in batch}:
            raise EngineError("one of them is not to my taste")
        self.held |= {document.key: document.version for document in batch}

    def delete(self, keys: Iterable[str]) -> None:
        keys = tuple(keys)
        self._take(keys)
        for key in keys:
            self.held.pop(key, None)

    def rebuild(self, documents: Iterable[Document]) -> None:
        batch = list(documents)
        self._take(tuple(document.key for document in batch))
        if self.refuses & {document.key for document in batch}:
            raise EngineError("one of them is not to my taste")
        self.held, self.needs_rebuild = {document.key: document.version for document in batch}, False

    def _take(self, keys: tuple[str, ...]) -> None:
        if self.is_down:
            raise EngineDown("away")
        self.given.append(keys)

    def search(self, query: Query) -> Page:
        raise EngineDown("it only holds")

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        raise EngineDown("it only holds")

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        raise EngineDown("it only holds")

    def versions(self) -> Mapping[str, str]:
        if self.is_down:
            raise EngineDown("away")
        return dict(self.held)

    def health(self) -> Health:
        if self.is_down:
            raise EngineDown("away")
        return Health(True, "memory", len(self.held), "one", needs_rebuild=self.needs_rebuild)


class Answering(MemoryEngine):
    """Answers every question with the same page, unless it is down or `gate` keeps it waiting."""

    def __init__(self, total: int = 0) -> None:
        super().__init__()
        self.total = total
        self.gate = threading.Event()
        self.gate.set()
        self.asked = 0

    def _answer(self) -> None:
        self.asked += 1
        self.gate.wait(30)
        if self.is_down:
            raise EngineDown("away")

    def search(self, query: Query) -> Page:
        self._answer()
        return Page((), self.total, {})

    def suggest(self, prefix: str, principals: frozenset[str], limit: int = 8) -> tuple[Suggestion, ...]:
        self._answer()
        return (Suggestion(str(self.total), "material", "material:x", "en"),)

    def similar(self, key: str, principals: frozenset[str], kinds: tuple[str, ...], limit: int = 5) -> tuple[Hit, ...]:
        self._answer()
        return (Hit(str(self.total), "material", 1.0, None, ()),)

    def health(self) -> Health:
        self._answer()
        return Health(True, "memory", self.total, "one")
