"""Talking to one Meilisearch server: keys, tenant tokens, tasks that are waited for, errors of the contract."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import NotRequired, TypedDict, TypeVar, cast
from uuid import UUID

from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)

from search.engine import EngineDown, EngineError, WrongVersion
from search.meili_clauses import any_of
from search.meili_rows import DISPLAYED, FILTERABLE, SORTABLE, Row, token

R = TypeVar("R")

WANTED_VERSION = "1.50."
_READ_SECONDS = 2
_WRITE_SECONDS = 60
_TASK_MILLISECONDS = 600_000
_POLL_MILLISECONDS = 10
_TOKEN_LIFE = timedelta(hours=1)
_SERVER_BROKEN = 500
_PAGE = 5_000
NONSENSE = (LookupError, TypeError, ValueError, AttributeError)
"""What reading an answer raises that is no answer of a Meilisearch."""

_REFUSED_KEYS = {"invalid_api_key", "missing_authorization_header"}
_READER_MAY = ["search", "version"]
_WRITER_MAY = ["indexes.*", "documents.*", "settings.*", "tasks.get", "version"]
EVERY = 10_000_000
_SETTINGS = {
    "searchableAttributes": ["id"],
    "displayedAttributes": list(DISPLAYED),
    "filterableAttributes": [
        {
            "attributePatterns": list(FILTERABLE),
            "features": {"facetSearch": False, "filter": {"equality": True, "comparison": True}},
        },
    ],
    "sortableAttributes": list(SORTABLE),
    "rankingRules": ["sort"],
    "typoTolerance": {"enabled": False},
    "prefixSearch": "disabled",
    "faceting": {"maxValuesPerFacet": EVERY},
    "pagination": {"maxTotalHits": EVERY},
}


class Search(TypedDict):
    """A search in a multi-search, as far as it is used here: nothing but filters."""

    indexUid: str
    filter: list[str | list[str]]
    attributesToRetrieve: NotRequired[list[str]]
    limit: NotRequired[int]
    offset: NotRequired[int]
    page: NotRequired[int]
    hitsPerPage: NotRequired[int]
    distinct: NotRequired[str]
    facets: NotRequired[list[str]]
    sort: NotRequired[list[str]]


class Answer(TypedDict):
    hits: list[Row]
    totalHits: NotRequired[int]
    facetDistribution: NotRequired[dict[str, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class _ReadingKey:
    uid: str
    key: str


@dataclass(frozen=True, slots=True)
class Keys:
    """`reading` can only search and ask for the version, `writing` only index; Meilisearch tells its version to no key
    that is for some indexes only."""

    reading: str
    writing: str


class Missing(EngineError):
    """There is no such index."""


class Server:
    """`name` begins the names of all indexes of one portal. Clients are not shared by threads.

    `key` is for writing; with a `reading_key` of `make_keys` it may be absent where nothing is written, and needs no
    right to make keys where something is.
    """

    def __init__(self, url: str, key: str, name: str, reading_key: str = "") -> None:
        if not re.fullmatch(r"[a-zA-Z0-9-]{1,100}", name):
            raise ValueError("the name of an index has letters, digits and dashes")
        self.url = url
        self.key = key or reading_key
        self.name = name
        self._given_reading_key = reading_key
        self._threads = threading.local()
        self._version = ""
        self._reading_key: _ReadingKey | None = None

    def version(self) -> str:
        """Raises WrongVersion where it is not the one this was tried with. Asked anew after the server was away."""
        if not self._version:
            found = self._said(lambda: str(self._client(_READ_SECONDS).get_version()["pkgVersion"]))
            if not found.startswith(WANTED_VERSION):
                raise WrongVersion(f"Meilisearch {found} is not {WANTED_VERSION}x")
            self._version = found
        return self._version

    # Reading

    def search(self, principals: frozenset[str], searches: Sequence[Search]) -> list[Answer]:
        """Of rows whose record and part these principals may see: the token says so, whatever the searches ask."""
        if not searches:
            return []
        self.version()
        return self._answers(self._token(principals), searches)

    def look(self, searches: Sequence[Search]) -> list[Answer]:
        """As `search`, but whoever may see it: for the state of the index, never on behalf of a reader."""
        self.version()
        return self._answers(self.reading_key(), searches)

    def _answers(self, key: str, searches: Sequence[Search]) -> list[Answer]:
        reader = Client(self.url, key, timeout=_READ_SECONDS)
        asked = [cast(Mapping[str, object], one) for one in searches]
        return self._said(lambda: cast(list[Answer], reader.multi_search(asked)["results"]))

    def rows(self, index: str, condition: str, fields: Iterable[str]) -> list[Row]:
        """All rows, whoever may see them: for the writer, never on behalf of a reader."""
        self.version()
        found: list[Row] = []
        while True:
            body = {"filter": condition, "fields": list(fields), "limit": _PAGE, "offset": len(found)}
            page, total = self._page(index, body)
            found += page
            if len(found) >= total or not page:
                return found

    def _page(self, index: str, body: Mapping[str, object]) -> tuple[list[Row], int]:
        client = self._client(_WRITE_SECONDS)

        def ask() -> tuple[list[Row], int]:
            said = client.http.post(f"indexes/{index}/documents/fetch", body)
            return list(said["results"]), int(said["total"])

        return self._said(ask)

    def reading_key(self) -> str:
        return self._reading().key

    def _token(self, principals: frozenset[str]) -> str:
        allowed = any_of(token(one) for one in sorted(principals))
        rules = {f"{self.name}-*": {"filter": [f"head {allowed}", f"part {allowed}"]}}
        reading = self._reading()
        until = datetime.now(UTC) + _TOKEN_LIFE
        return str(Client(self.url).generate_tenant_token(reading.uid, rules, api_key=reading.key, expires_at=until))

    def _reading(self) -> _ReadingKey:
        """A key that can only search: the one that was given, else one that is made. Its tokens are for here only."""
        if self._reading_key is None:
            key = self._given_reading_key or self._made("reading", _READER_MAY)
            self._reading_key = _ReadingKey(self._uid("reading"), key)
        return self._reading_key

    # Keys

    def make_keys(self) -> Keys:
        """Made once, found again by their names: the same ones each time. Needs the master key."""
        return Keys(self._made("reading", _READER_MAY), self._made("writing", _WRITER_MAY))

    def _made(self, purpose: str, actions: Sequence[str]) -> str:
        client, uid = self._client(_READ_SECONDS), self._uid(purpose)
        try:
            key = self._said(lambda: client.get_key(uid))
        except Missing:
            wanted = {"uid": uid, "actions": list(actions), "indexes": ["*"], "expiresAt": None}
            key = self._said(lambda: client.create_key({**wanted, "name": f"{self.name} {purpose}"}))
        return str(key.key)

    def _uid(self, purpose: str) -> str:
        return str(UUID(bytes=sha256(f"samband {self.name} {purpose}".encode()).digest()[:16], version=4))

    # Writing

    def create(self, index: str) -> list[int]:
        self.version()
        made = self._task("indexes", {"uid": index, "primaryKey": "id"})
        client = self._client(_WRITE_SECONDS)
        return [made, self._said(lambda: int(client.http.patch(f"indexes/{index}/settings", _SETTINGS)["taskUid"]))]

    def add(self, index: str, rows: Sequence[Row]) -> list[int]:
        return [self._task(f"indexes/{index}/documents", rows)] if rows else []

    def remove(self, index: str, condition: str) -> list[int]:
        return [self._task(f"indexes/{index}/documents/delete", {"filter": condition})]

    def swap(self, pairs: Iterable[tuple[str, str]]) -> list[int]:
        return [self._task("swap-indexes", [{"indexes": list(pair)} for pair in pairs])]

    def drop(self, indexes: Iterable[str]) -> list[int]:
        client = self._client(_WRITE_SECONDS)
        return [int(self._said(partial(client.delete_index, index)).task_uid) for index in indexes]

    def indexes(self) -> list[str]:
        client = self._client(_WRITE_SECONDS)
        found = self._said(lambda: [str(one["uid"]) for one in client.http.get(f"indexes?limit={_PAGE}")["results"]])
        return [uid for uid in found if uid.startswith(f"{self.name}-")]

    def wait(self, tasks: Iterable[int]) -> None:
        """Raises EngineError for the first that did not succeed."""
        client = self._client(_WRITE_SECONDS)
        for number in tasks:
            done = self._said(partial(client.wait_for_task, number, _TASK_MILLISECONDS, _POLL_MILLISECONDS))
            if done.status != "succeeded":
                raise EngineError(f"Meilisearch could not do a {done.type}: {(done.error or {}).get('message')}")
            said = done.details or {}
            if done.type == "documentAdditionOrUpdate" and said["receivedDocuments"] != said["indexedDocuments"]:
                raise EngineError(f"Meilisearch took {said['indexedDocuments']} of {said['receivedDocuments']} rows")

    def _task(self, path: str, body: Mapping[str, object] | Sequence[Mapping[str, object]]) -> int:
        client = self._client(_WRITE_SECONDS)
        return self._said(lambda: int(client.http.post(path, body)["taskUid"]))

    def _client(self, seconds: int) -> Client:
        clients: dict[int, Client] = self._threads.__dict__.setdefault("clients", {})
        if seconds not in clients:
            clients[seconds] = Client(self.url, self.key, timeout=seconds)
        return clients[seconds]

    def _said(self, ask: Callable[[], R]) -> R:
        try:
            return ask()
        except MeilisearchApiError as error:
            if error.code in {"index_not_found", "api_key_not_found"}:
                raise Missing(error.message) from error
            if error.code in _REFUSED_KEYS:
                # Its keys went with its database: another one is made for the next question.
                self._reading_key = None
                raise EngineDown("Meilisearch does not know the key, or it may not do this") from error
            kind = EngineDown if error.status_code >= _SERVER_BROKEN else EngineError
            raise kind(f"Meilisearch refused: {error.message}") from error
        except (MeilisearchCommunicationError, MeilisearchTimeoutError, OSError) as error:
            # What requests raises besides is an OSError.
            self._version = ""
            raise EngineDown("Meilisearch does not answer") from error
        except MeilisearchError as error:
            raise EngineError(f"Meilisearch refused: {error}") from error
        except NONSENSE as error:
            self._version = ""
            raise EngineDown("Meilisearch answers in another form") from error
