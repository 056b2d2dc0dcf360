"""The rows of a document as Meilisearch keeps them: the same words and concepts as in the embedded index.

Meilisearch only filters, counts and sorts here. It folds the values it compares (`NO` equals `no`), and so they are
written in signs that it leaves alone.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NotRequired, TypedDict, cast

import tantivy

from search.engine import Document
from search.folding import fold
from search.rows import CONCEPT_TIERS, SEPARATOR, RowWriter, StoredPassage, StoredRecord, stored_passage, stored_record
from search.understand import Understander

_PLAIN = re.compile(r"[a-z0-9]{1,200}")
_MAX_BYTES = 200
_WORD_FIELDS = ("title", "names", "text", "bases")
_RAW_FIELDS = ("exact", *CONCEPT_TIERS)

DISPLAYED = ("id", "record", "key", "version", "year", "title_key", "key_key", "run", "suggest", "data", "meta")
FILTERABLE = (
    *("id", "record", "head", "part", "is_head", "kind", "language", "year", "tails", "facets.*"),
    *(*_WORD_FIELDS, *_RAW_FIELDS),
)
SORTABLE = ("year", "title_key", "key_key")


class Row(TypedDict):
    """`record`: the same in all rows of a record; `tails`: what suggestions begin with; `run`: the running text."""

    id: str
    record: NotRequired[str]
    key: NotRequired[str]
    version: NotRequired[str]
    year: NotRequired[int]
    title_key: NotRequired[str]
    key_key: NotRequired[str]
    kind: NotRequired[str]
    language: NotRequired[str]
    head: NotRequired[list[str]]
    part: NotRequired[list[str]]
    is_head: NotRequired[bool]
    facets: NotRequired[dict[str, list[str]]]
    tails: NotRequired[list[str]]
    suggest: NotRequired[list[str]]
    run: NotRequired[str]
    data: NotRequired[str]
    meta: NotRequired[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Rows:
    records: list[Row]
    passages: list[Row]


def token(term: str) -> str:
    """What begins alike has tokens that begin alike, up to a length no word has; beyond it terms are told apart by a
    digest."""
    if _PLAIN.fullmatch(term):
        return term
    encoded = term.encode(errors="replace")
    if len(encoded) <= _MAX_BYTES:
        return f"~{encoded.hex()}"
    return f"~{encoded[: _MAX_BYTES // 2].hex()}{hashlib.sha256(encoded).hexdigest()}"


def plain(value: str) -> str:
    """The value that has this token."""
    return bytes.fromhex(value[1:]).decode(errors="replace") if value.startswith("~") else value


def facet_field(name: str) -> str:
    """Names of attributes are letters and digits."""
    return token(name).replace("~", "zz")


def sort_key(text: str) -> str:
    return text.encode(errors="replace")[:_MAX_BYTES].hex()


def record_id(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:32]


def record_of(row_id: str) -> str:
    return row_id.partition("-")[0]


class MeiliRows:
    def __init__(self, understander: Understander) -> None:
        self._writer = RowWriter(understander)

    def of(self, document: Document) -> Rows:
        records, passages = self._writer.rows(document, 0)
        made = [_record_row(document, number, row) for number, row in enumerate(records)]
        acls = [passage.acl for passage in document.passages]
        return Rows(made, [_passage_row(document, number, acls[number], row) for number, row in enumerate(passages)])


def _record_row(document: Document, number: int, row: tantivy.Document) -> Row:
    stored = stored_record(row)
    found = _values(row)
    facets = {"kind": [stored["kind"]], "language": [stored["language"]], **stored["facets"]}
    made = Row(
        id=f"{record_id(document.key)}-{number}",
        record=record_id(document.key),
        key=document.key,
        version=document.version,
        title_key=sort_key(fold(stored["title"])),
        key_key=sort_key(document.key),
        kind=token(document.kind),
        head=_tokens(stored["head"]),
        part=_tokens(stored["part"]),
        is_head=stored["is_head"],
        facets={facet_field(name): _tokens(values) for name, values in facets.items()},
        tails=[tail_token(term.partition(SEPARATOR)[0]) for term in found.get("suggest", ())],
        suggest=found.get("suggest", []),
        run=" ".join(found.get("text", ())),
        data=_packed(stored),
    )
    if document.year is not None:
        made["year"] = document.year
    return _with_terms(made, found)


def _passage_row(document: Document, number: int, acl: Iterable[str], row: tantivy.Document) -> Row:
    made = Row(
        id=f"{record_id(document.key)}-{number}",
        record=record_id(document.key),
        language=token(document.passages[number].language),
        head=_tokens(document.acl),
        part=_tokens(acl),
        data=_packed(stored_passage(row)),
    )
    return _with_terms(made, _values(row))


def tail_token(tail: str) -> str:
    return f"~{sort_key(tail)}"


def _values(row: tantivy.Document) -> dict[str, list[str]]:
    return cast(dict[str, list[str]], row.to_dict())


def _with_terms(row: Row, found: dict[str, list[str]]) -> Row:
    words = {field: _tokens(" ".join(found.get(field, ())).split()) for field in _WORD_FIELDS}
    raw = {field: _tokens(found.get(field, ())) for field in _RAW_FIELDS}
    return cast(Row, {**row, **words, **raw})


def _tokens(terms: Iterable[str]) -> list[str]:
    return [token(term) for term in dict.fromkeys(terms)]


def _packed(stored: StoredRecord | StoredPassage) -> str:
    """Without who may see it."""
    kept = {name: value for name, value in stored.items() if name not in ("head", "part", "ordinal")}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(errors="replace").decode()


def head_of(row: Row) -> StoredRecord:
    return cast(StoredRecord, {"ordinal": 0, "head": [], "part": [], **json.loads(row["data"])})


def passage_of(row: Row) -> StoredPassage:
    return cast(StoredPassage, json.loads(row["data"]))
