"""SQLite FTS5 and PostgreSQL full text beside the portal's engines, as a team would build a library search on them.

Ordinary tables, one full-text row per passage and one for the title and names of a record; words are alternatives, a
record ranks by its best row, totals are exact, a facet is counted by GROUP BY with its own filter left out, and what a
reader may not see is filtered. No concepts, no other languages than that of the words, no reasons for a hit.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from search.engine import Document
from tests.bench.corpus import FACETS

PER_PAGE = 10
_TABLES = """
CREATE TABLE record (
    id integer PRIMARY KEY, key text NOT NULL, title text NOT NULL, acl text NOT NULL, year integer NOT NULL);
CREATE TABLE record_facet (
    record_id integer NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (name, value, record_id));
CREATE TABLE passage (
    id integer PRIMARY KEY, record_id integer NOT NULL, acl text NOT NULL, language text NOT NULL, page integer,
    title text NOT NULL, text text NOT NULL);
"""
_INDEXES = """
CREATE INDEX record_facet_of ON record_facet (record_id, name, value);
CREATE INDEX passage_of ON passage (record_id);
"""
_CONFIGURATIONS = {"en": "english", "da": "danish", "fi": "finnish", "nb": "norwegian", "sv": "swedish"}


@dataclass(frozen=True, slots=True)
class Answer:
    total: int
    facets: dict[str, dict[str, int]]
    snippets: list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    records: list[tuple[int, str, str, str, int]]
    facets: list[tuple[int, str, str]]
    passages: list[tuple[int, int, str, str, int | None, str, str]]


def batches(documents: Iterable[Document], size: int = 500) -> Iterator[Rows]:
    rows, numbers = Rows([], [], []), count(1)
    for record, document in enumerate(documents, 1):
        rows.records.append((record, document.key, document.title, document.acl[0], document.year or 0))
        facets = {"kind": (document.kind,), **document.facets}
        rows.facets.extend((record, name, value) for name, values in facets.items() for value in values)
        called = " ".join((document.title, *document.names))
        rows.passages.append((next(numbers), record, document.acl[0], document.language, None, called, ""))
        for one in document.passages:
            rows.passages.append((next(numbers), record, one.acl[0], one.language, one.page, "", one.text))
        if len(rows.records) == size:
            yield rows
            rows = Rows([], [], [])
    yield rows


def statement(found: str, filters: str) -> str:
    """Total, facets and the page in one. `found`: record, its best passage, rank."""
    passing = f"""EXISTS (SELECT 1 FROM record_facet w
        WHERE w.record_id = found.record_id AND w.name = 'country' AND w.value IN ({filters}))"""  # noqa: S608
    where = f"WHERE {passing}" if filters else ""
    counted = [
        f"""SELECT '{facet}' AS what, f.value AS value, count(*) AS number
        FROM found JOIN record_facet f ON f.record_id = found.record_id AND f.name = '{facet}'
        {"" if facet == "country" else where} GROUP BY f.value"""  # noqa: S608
        for facet in FACETS
    ]
    return f"""WITH found AS MATERIALIZED ({found})
        SELECT 'total' AS what, '' AS value, count(*) AS number FROM found {where}
        UNION ALL {" UNION ALL ".join(counted)}
        UNION ALL SELECT * FROM (
            SELECT 'hit' AS what, r.key AS value, found.passage_id AS number
            FROM found JOIN record r ON r.id = found.record_id {where}
            ORDER BY found.rank DESC, r.year DESC, r.title, r.key LIMIT {PER_PAGE}) page"""  # noqa: S608


def answer(rows: Iterable[tuple[str, str, int]]) -> tuple[int, dict[str, dict[str, int]], list[int]]:
    total, facets, passages = 0, {facet: dict[str, int]() for facet in FACETS}, []
    for what, value, number in rows:
        if what == "total":
            total = number
        elif what == "hit":
            passages.append(number)
        else:
            facets[what][value] = number
    return total, facets, passages


class SqliteSearch:
    """`unicode61` takes marks away; no stemmer, as there is none for most of the languages."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self.close = self._connection.close
        self._connection.execute("PRAGMA mmap_size = 1000000000")

    def fill(self, documents: Iterable[Document]) -> None:
        run = self._connection
        run.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
        run.execute(
            "CREATE VIRTUAL TABLE passage_fts USING fts5"
            "(title, text, content='passage', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
        )
        for rows in batches(documents):
            run.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?)", rows.records)
            run.executemany("INSERT INTO record_facet VALUES (?, ?, ?)", rows.facets)
            run.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)", rows.passages)
            texts = [(row[0], *row[5:]) for row in rows.passages]
            run.executemany("INSERT INTO passage_fts (rowid, title, text) VALUES (?, ?, ?)", texts)
            run.commit()
        run.executescript(_INDEXES)
        run.execute("INSERT INTO passage_fts (passage_fts) VALUES ('optimize')")
        run.executescript("ANALYZE")

    def search(self, text: str, principals: Sequence[str], countries: Sequence[str]) -> Answer:
        words = " OR ".join(f'"{word}"' for word in text.replace('"', " ").split())
        seen, filters = _marks("?", principals), _marks("?", countries)
        found = f"""SELECT p.record_id AS record_id, p.id AS passage_id, max(-f.rank) AS rank
            FROM passage_fts f JOIN passage p ON p.id = f.rowid JOIN record r ON r.id = p.record_id
            WHERE passage_fts MATCH ? AND rank MATCH 'bm25(5.0, 1.0)' AND p.acl IN ({seen}) AND r.acl IN ({seen})
            GROUP BY p.record_id"""  # noqa: S608
        given = [words, *principals, *principals, *(list(countries) * (len(FACETS) + 1))]
        total, facets, passages = answer(self._connection.execute(statement(found, filters), given))
        shown = self._connection.execute(
            f"""SELECT snippet(passage_fts, -1, '[', ']', '…', 40) FROM passage_fts
            WHERE passage_fts MATCH ? AND rowid IN ({_marks("?", passages)})""",  # noqa: S608
            [words, *passages],
        )
        return Answer(total, facets, [row[0] for row in shown])


class PostgresSearch:
    """A stemmer per language where there is one; Icelandic has none."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )
        self.close = self.connection.close

    def fill(self, documents: Iterable[Document]) -> None:
        run = self.connection
        run.execute(f"{_TABLES} ALTER TABLE passage ADD COLUMN words tsvector".encode())
        words = (
            f"setweight(to_tsvector({self._configuration()}, title), 'A') || to_tsvector({self._configuration()}, text)"
        )
        for rows in batches(documents):
            with run.transaction():
                self._copy("record", rows.records)
                self._copy("record_facet", rows.facets)
                self._copy("passage", [(*row, None) for row in rows.passages])
                if rows.passages:
                    added = f"UPDATE passage SET words = {words} WHERE id >= %s"  # noqa: S608
                    run.execute(added.encode(), [rows.passages[0][0]])
        run.execute(f"{_INDEXES} CREATE INDEX passage_words ON passage USING gin (words)".encode())
        run.execute("VACUUM FULL ANALYZE")

    def search(self, text: str, principals: Sequence[str], countries: Sequence[str]) -> Answer:
        words = text.split()
        query = " || ".join(
            f"plainto_tsquery('{one}', %s)" for one in (*_CONFIGURATIONS.values(), "simple") for _ in words
        )
        asked = words * (len(_CONFIGURATIONS) + 1)
        seen, filters = _marks("%s", principals), _marks("%s", countries)
        found = f"""SELECT DISTINCT ON (p.record_id) p.record_id, p.id AS passage_id, ts_rank(p.words, q.query) AS rank
            FROM (SELECT {query} AS query) q, passage p JOIN record r ON r.id = p.record_id
            WHERE p.words @@ q.query AND p.acl IN ({seen}) AND r.acl IN ({seen})
            ORDER BY p.record_id, rank DESC, p.id"""  # noqa: S608
        given = [*asked, *principals, *principals, *(list(countries) * (len(FACETS) + 1))]
        total, facets, passages = answer(self.connection.execute(statement(found, filters).encode(), given))
        shown = self.connection.execute(
            f"""SELECT ts_headline({self._configuration()}, title || text, {query}, 'MaxFragments=1')
            FROM passage WHERE id = ANY(%s)""".encode(),  # noqa: S608
            [*asked, passages],
        )
        return Answer(total, facets, [str(row[0]) for row in shown])

    def _copy(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def _configuration(self) -> str:
        cases = " ".join(f"WHEN '{language}' THEN '{name}'" for language, name in _CONFIGURATIONS.items())
        return f"(CASE language {cases} ELSE 'simple' END)::regconfig"


def _marks(mark: str, values: Sequence[object]) -> str:
    return ", ".join(mark for _ in values)
