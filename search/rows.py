"""What stands in the two tantivy indexes: their schemas, and the rows of a document.

*records*: a head row with all that everyone who sees the record may see, and one more row per narrower visibility of
its passages, which repeats the head and adds them. *passages*: the evidence. Every row carries one visibility class, so
a reader's filter is the list of the classes they may see.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

import tantivy

from search.analysis import Analysis
from search.citations import citations
from search.endings import with_ending
from search.engine import Document, Passage
from search.folding import clean, fold_phrase, tokens
from search.matching import MatchKind
from search.understand import Understander

GAP = "\u00b6"
SEPARATOR = "\x1f"
_PAUSE = re.compile(r"[,:;(]|\s[-–—]\s")
_MAX_NAME_CHARACTERS = 1_000
_MAX_SUGGESTED_WORDS = 8
_LONGEST_ABBREVIATION = 3

ROW_FORMAT = 3
"""Goes up with every change of what stands in a row: an index of another format is filled anew."""

LEXICAL_TIERS = ("title", "names", "text")
CONCEPT_TIERS = ("concept_title", "concept_tag", "concept_text", "concept_part")


class StoredRecord(TypedDict):
    key: str
    ordinal: int
    kind: str
    language: str
    title: str
    names: list[str]
    concepts: list[str]
    facets: dict[str, list[str]]
    year: int | None
    version: str
    head: list[str]
    part: list[str]
    is_head: bool
    passages: int
    title_mentions: list[tuple[int, int, str]]
    title_bases: str


class StoredPassage(TypedDict):
    """`bases`: per token the endings of its base forms, with a bar between; spaces between tokens."""

    text: str
    language: str
    page: int | None
    mentions: list[tuple[int, int, str]]
    bases: str


@dataclass(frozen=True, slots=True)
class VisibilityClass:
    """Seen by who holds one principal of the head and one of the part: a part is never wider than its record."""

    head: frozenset[str]
    part: frozenset[str]

    @property
    def token(self) -> str:
        text = "\n".join(SEPARATOR.join(sorted(acl)) for acl in (self.head, self.part))
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def is_seen_by(self, principals: frozenset[str]) -> bool:
        return bool(self.head & principals and self.part & principals)


def record_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for raw in ("key", "visibility", "exact", "suggest", *CONCEPT_TIERS):
        builder.add_text_field(raw, tokenizer_name="raw", index_option="basic")
    for words in ("title", "names", "bases"):
        builder.add_text_field(words, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field("ordinal", fast=True)
    builder.add_bytes_field("data", stored=True)
    return builder.build()


def passage_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for raw in ("key", "visibility", "language", "concept_text", "concept_part"):
        builder.add_text_field(raw, tokenizer_name="raw", index_option="basic")
    for words in ("text", "bases"):
        builder.add_text_field(words, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("ordinal", fast=True)
    builder.add_unsigned_field("number", fast=True)
    builder.add_bytes_field("data", stored=True)
    return builder.build()


def exact_key(text: str) -> str:
    """Two ways of writing one name give one key; a statute citation in it becomes its own token."""
    cited = citations(text)
    for citation in reversed(cited):
        text = f"{text[: citation.start]} \x00{citation.key}\x00 {text[citation.end :]}"
    pieces = (piece if piece.startswith("cite:") else fold_phrase(piece) for piece in text.split("\x00"))
    return " ".join(piece for piece in pieces if piece)


def case_key(text: str) -> str | None:
    """For an abbreviation of up to three letters, which is a name only as it is written."""
    return f"={text}" if text.isupper() and len(text) <= _LONGEST_ABBREVIATION else None


def beginning_key(key: str) -> str:
    """For the beginning of a name up to its first pause: `Lauras hus, Kirkens Bymisjon Oslo` is called Lauras hus."""
    return f"^{key}"


class RowWriter:
    def __init__(self, understander: Understander) -> None:
        self._understander = understander

    def rows(self, document: Document, ordinal: int) -> tuple[list[tantivy.Document], list[tantivy.Document]]:
        """Rows for the records and for the passages index."""
        head = frozenset(document.acl)
        analysed = [(passage, self._analyse(passage.text, passage.language)) for passage in document.passages]
        classes = {head: None, **{frozenset(passage.acl): None for passage in document.passages}}
        title = self._analyse(document.title, document.language)
        names = [self._analyse(name[:_MAX_NAME_CHARACTERS], document.language) for name in document.names]
        records = []
        for part in classes:
            visibility = VisibilityClass(head, part)
            seen = [analysis for passage, analysis in analysed if frozenset(passage.acl) in (head, part)]
            records.append(_record_row(document, ordinal, visibility, title, names, seen))
        passages = [
            _passage_row(
                document.key, ordinal, number, VisibilityClass(head, frozenset(passage.acl)), passage, analysis
            )
            for number, (passage, analysis) in enumerate(analysed)
        ]
        return records, passages

    def _analyse(self, text: str, language: str) -> Analysis:
        return self._understander.analyse(text, language)


def _record_row(
    document: Document,
    ordinal: int,
    visibility: VisibilityClass,
    title: Analysis,
    names: list[Analysis],
    passages: list[Analysis],
) -> tantivy.Document:
    is_head = visibility.head == visibility.part
    row = tantivy.Document()
    row.add_text("key", document.key)
    row.add_text("visibility", visibility.token)
    row.add_unsigned("ordinal", ordinal)
    for key in _keys(document):
        row.add_text("exact", key)
    row.add_text("title", " ".join(_forms(title)))
    row.add_text("names", " ".join(form for name in names for form in _forms(name)))
    _add_running_text(row, [title, *names, *passages])
    _add_concepts(row, "concept_title", [title])
    _add_concepts(row, "concept_text", [*names, *passages])
    for concept in document.concepts:
        row.add_text("concept_tag", concept)
        row.add_text("concept_tag", f"{concept}|{document.language}")
    if is_head:
        for suggestion in _suggestions(document):
            row.add_text("suggest", suggestion)
    row.add_bytes("data", _packed(_stored_record(document, ordinal, visibility, title)))
    return row


def _passage_row(
    key: str, ordinal: int, number: int, visibility: VisibilityClass, passage: Passage, analysis: Analysis
) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text("key", key)
    row.add_text("visibility", visibility.token)
    row.add_unsigned("ordinal", ordinal)
    row.add_unsigned("number", number)
    row.add_text("language", passage.language)
    _add_running_text(row, [analysis])
    _add_concepts(row, "concept_text", [analysis])
    stored = StoredPassage(
        text=analysis.text,
        language=passage.language,
        page=passage.page,
        mentions=_stored_mentions(analysis),
        bases=analysis.endings,
    )
    row.add_bytes("data", _packed(stored))
    return row


def _stored_record(document: Document, ordinal: int, visibility: VisibilityClass, title: Analysis) -> StoredRecord:
    return StoredRecord(
        key=document.key,
        ordinal=ordinal,
        kind=document.kind,
        language=document.language,
        title=title.text,
        names=list(document.names),
        concepts=list(dict.fromkeys(document.concepts)),
        facets={name: list(dict.fromkeys(values)) for name, values in document.facets.items()},
        year=document.year,
        version=document.version,
        head=sorted(visibility.head),
        part=sorted(visibility.part),
        is_head=visibility.head == visibility.part,
        passages=len(document.passages),
        title_mentions=_stored_mentions(title),
        title_bases=title.endings,
    )


def _keys(document: Document) -> Iterable[str]:
    keys: dict[str, None] = {}
    for name in (document.title, *document.names):
        shown = clean(name, _MAX_NAME_CHARACTERS)
        beginning = exact_key(_PAUSE.split(shown, maxsplit=1)[0])
        for key in (exact_key(shown), case_key(shown), beginning_key(beginning) if beginning else None):
            if key:
                keys[key] = None
    return keys


def _forms(analysis: Analysis) -> Iterable[str]:
    return (*analysis.words, *sorted(analysis.bases))


def _add_running_text(row: tantivy.Document, analyses: list[Analysis]) -> None:
    """Words as written, in order, with a gap between pieces so that no phrase runs across; base forms beside them."""
    row.add_text("text", f" {GAP} ".join(" ".join(analysis.words) for analysis in analyses))
    row.add_text("bases", " ".join(frozenset().union(*(analysis.bases for analysis in analyses))))


def _add_concepts(row: tantivy.Document, field: str, analyses: list[Analysis]) -> None:
    """Each concept by itself and in the language it was met in: a reader may switch a language off."""
    seen: set[tuple[str, str, bool]] = set()
    for analysis in analyses:
        for mention in analysis.mentions:
            seen.add((mention.concept, mention.language, mention.how is MatchKind.COMPOUND))
    for concept, language, is_part in sorted(seen):
        name = "concept_part" if is_part else field
        row.add_text(name, concept)
        row.add_text(name, f"{concept}|{language}")


def _suggestions(document: Document) -> Iterable[str]:
    """Every title and name under each of its words: `hus` finds Lauras hus."""
    for name in dict.fromkeys((document.title, *document.names)):
        shown = clean(name, _MAX_NAME_CHARACTERS).replace(SEPARATOR, " ").strip()
        words = [token.folded for token in tokens(shown)]
        for start in range(min(len(words), _MAX_SUGGESTED_WORDS)):
            tail = " ".join(words[start:])
            yield SEPARATOR.join((tail, str(start), shown, document.kind, document.key, document.language))


def _stored_mentions(analysis: Analysis) -> list[tuple[int, int, str]]:
    return [(mention.first, mention.last, mention.concept) for mention in analysis.mentions]


def bases_of(stored: str, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Numbers of tokens and base forms they have; `words` are the folded tokens."""
    for number, (word, endings) in enumerate(zip(words, stored.split(" "), strict=False)):
        if endings:
            for one in endings.split("|"):
                yield number, with_ending(word, one)


def _packed(row: StoredRecord | StoredPassage) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(errors="replace"), 6)


def stored_record(row: tantivy.Document) -> StoredRecord:
    return cast(StoredRecord, _unpacked(row))


def stored_passage(row: tantivy.Document) -> StoredPassage:
    return cast(StoredPassage, _unpacked(row))


def _unpacked(row: tantivy.Document) -> object:
    """Raises ValueError for rows that another version of this has written."""
    try:
        return json.loads(zlib.decompress(row["data"][0]))
    except zlib.error as error:
        raise ValueError(f"a row cannot be read: {error}") from error
