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

from search.engine import EngineDown, EngineError
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
    "faceting": {"maxValuesPerFacet": 100_000},
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


class Missing(EngineError):
    """There is no such index."""


class Server:
    """`name` begins the names of all indexes of one portal. Clients are not shared by threads."""

    def __init__(self, url: str, key: str, name: str) -> None:
        if not re.fullmatch(r"[a-zA-Z0-9-]{1,100}", name):
            raise ValueError("the name of an index has letters, digits and dashes")
        self.url = url
        self.key = key
        self.name = name
        self._threads = threading.local()
        self._version = ""
        self._reading_key: _ReadingKey | None = None

    def version(self) -> str:
        """Raises EngineDown where it is not the one this was tried with. Asked anew after the server was away."""
        if not self._version:
            found = str(self._said(lambda: self._client(_READ_SECONDS).get_version())["pkgVersion"])
            if not found.startswith(WANTED_VERSION):
                raise EngineDown(f"Meilisearch {found} is not {WANTED_VERSION}x")
            self._version = found
        return self._version

    # Reading

    def search(self, principals: frozenset[str], searches: Sequence[Search]) -> list[Answer]:
        """Of rows whose record and part these principals may see: the token says so, whatever the searches ask."""
        if not searches:
            return []
        self.version()
        reader = Client(self.url, self._token(principals), timeout=_READ_SECONDS)
        found = self._said(lambda: reader.multi_search([cast(Mapping[str, object], one) for one in searches]))
        return cast(list[Answer], found["results"])

    def rows(self, index: str, condition: str, fields: Iterable[str]) -> list[Row]:
        """All rows, whoever may see them: for the writer, never on behalf of a reader."""
        self.version()
        found: list[Row] = []
        while True:
            body = {"filter": condition, "fields": list(fields), "limit": _PAGE, "offset": len(found)}
            page = self._post(f"indexes/{index}/documents/fetch", body)
            found += cast(list[Row], page["results"])
            if len(found) >= cast(int, page["total"]) or not page["results"]:
                return found

    def total(self, index: str, condition: str) -> int:
        return cast(int, self._post(f"indexes/{index}/documents/fetch", {"filter": condition, "limit": 0})["total"])

    def reading_key(self) -> str:
        return self._reading().key

    def _token(self, principals: frozenset[str]) -> str:
        allowed = any_of(token(one) for one in sorted(principals))
        rules = {f"{self.name}-*": {"filter": [f"head {allowed}", f"part {allowed}"]}}
        reading = self._reading()
        until = datetime.now(UTC) + _TOKEN_LIFE
        return str(Client(self.url).generate_tenant_token(reading.uid, rules, api_key=reading.key, expires_at=until))

    def _reading(self) -> _ReadingKey:
        """A key that can only search, and only here: made once, found again by its name."""
        if self._reading_key is None:
            uid = str(UUID(bytes=sha256(f"samband {self.name}".encode()).digest()[:16], version=4))
            client = self._client(_READ_SECONDS)
            try:
                key = self._said(lambda: client.get_key(uid))
            except Missing:
                wanted = {"uid": uid, "actions": ["search"], "indexes": [f"{self.name}-*"], "expiresAt": None}
                key = self._said(lambda: client.create_key({**wanted, "name": f"{self.name} reading"}))
            self._reading_key = _ReadingKey(uid, str(key.key))
        return self._reading_key

    # Writing

    def create(self, index: str) -> list[int]:
        self.version()
        made = self._post("indexes", {"uid": index, "primaryKey": "id"})
        client = self._client(_WRITE_SECONDS)
        settings = self._said(lambda: client.http.patch(f"indexes/{index}/settings", _SETTINGS))
        return [cast(int, made["taskUid"]), cast(int, settings["taskUid"])]

    def add(self, index: str, rows: Sequence[Row]) -> list[int]:
        return [cast(int, self._post(f"indexes/{index}/documents", rows)["taskUid"])] if rows else []

    def remove(self, index: str, condition: str) -> list[int]:
        return [cast(int, self._post(f"indexes/{index}/documents/delete", {"filter": condition})["taskUid"])]

    def swap(self, pairs: Iterable[tuple[str, str]]) -> list[int]:
        return [cast(int, self._post("swap-indexes", [{"indexes": list(pair)} for pair in pairs])["taskUid"])]

    def drop(self, indexes: Iterable[str]) -> list[int]:
        client = self._client(_WRITE_SECONDS)
        return [self._said(partial(client.delete_index, index)).task_uid for index in indexes]

    def indexes(self) -> list[str]:
        client = self._client(_WRITE_SECONDS)
        found = self._said(lambda: client.http.get(f"indexes?limit={_PAGE}"))
        return [uid for uid in (str(one["uid"]) for one in found["results"]) if uid.startswith(f"{self.name}-")]

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

    def _post(self, path: str, body: Mapping[str, object] | Sequence[Mapping[str, object]]) -> Mapping[str, object]:
        client = self._client(_WRITE_SECONDS)
        return cast(Mapping[str, object], self._said(lambda: client.http.post(path, body)))

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
            if error.code == "invalid_api_key":
                # Its keys went with its database: another one is made for the next question.
                self._reading_key = None
                raise EngineDown("Meilisearch does not know the key") from error
            kind = EngineDown if error.status_code >= _SERVER_BROKEN else EngineError
            raise kind(f"Meilisearch refused: {error.message}") from error
        except (MeilisearchCommunicationError, MeilisearchTimeoutError, OSError) as error:
            # What requests raises besides is an OSError.
            self._version = ""
            raise EngineDown("Meilisearch does not answer") from error
        except MeilisearchError as error:
            raise EngineError(f"Meilisearch refused: {error}") from error
