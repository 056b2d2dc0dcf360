"""All rows of one database into another, SQLite or PostgreSQL: one transaction, counted and summed on both sides."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import JSON, Column, ColumnElement, Engine, Table, bindparam, func, insert, inspect, null, select, text
from sqlalchemy import type_coerce as coerced
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from app.db import reading, revisions, transaction

ROWS_AT_ONCE = 500
OWN_OF_MIGRATIONS = "alembic_version"
AS_JSON = JSON(none_as_null=True)

Progress = Callable[[int, int], None]


class CopyRefused(Exception):
    """Nothing was changed; the message says what stands in the way."""


@dataclass(frozen=True, slots=True)
class TableSum:
    """`digest` adds up the SHA-256 of every row: the same rows give the same digest in whatever order."""

    table: str
    rows: int
    digest: str


def all_tables() -> list[Table]:
    """Parents before their parts."""
    return list(SQLModel.metadata.sorted_tables)


def one_moment(engine: Engine) -> Session:
    """A session for reading in which nobody else's writes show."""
    if engine.dialect.name == "postgresql":
        return reading(engine.execution_options(isolation_level="REPEATABLE READ"))
    return reading(engine)


def copy_database(
    source: Engine, target: Engine, progress: Progress = lambda _done, _total: None, *, replacing: bool = False
) -> list[TableSum]:
    """Both have to be at this version's revision. Raises CopyRefused; the target then holds what it held before."""
    refuse_other_tables(source)
    refuse_other_tables(target)
    with one_moment(source) as here, transaction(target, actor="copy") as there:
        if replacing:
            empty(there)
        else:
            refuse_rows(there)
        tables = all_tables()
        total = sum(count(here, table) for table in tables)
        sums: list[TableSum] = []
        for table in tables:
            sums.append(_copy_table(here, there, table))
            progress(sum(one.rows for one in sums), total)
        _carry_counters(here, there)
        arrived = table_sums(there)
        if arrived != sums:
            wrong = [one.table for one, other in zip(sums, arrived, strict=True) if one != other]
            raise CopyRefused(f"what arrived differs from what was sent in {', '.join(wrong)}; nothing was kept")
    return sums


def refuse_other_tables(engine: Engine) -> None:
    current, expected = revisions(engine)
    if current != expected:
        raise CopyRefused(f"{engine.dialect.name} is at revision {current}, this version needs {expected}")
    unknown = set(inspect(engine).get_table_names()) - {table.name for table in all_tables()} - {OWN_OF_MIGRATIONS}
    if unknown:
        raise CopyRefused(f"{engine.dialect.name} holds tables that are not the portal's: {', '.join(sorted(unknown))}")


def refuse_rows(session: Session) -> None:
    filled = [table.name for table in all_tables() if count(session, table)]
    if filled:
        raise CopyRefused(f"the target is not empty: {', '.join(filled)}")


def empty(session: Session) -> None:
    for table in reversed(all_tables()):
        session.connection().execute(table.delete())


def count(session: Session, table: Table) -> int:
    return session.connection().execute(select(func.count()).select_from(table)).scalar_one()


def table_sums(session: Session) -> list[TableSum]:
    return [_sum(table, rows_of(session, table)) for table in all_tables()]


# -- rows ------------------------------------------------------------------------------------------------------------

Row = tuple[object, ...]


def rows_of(session: Session, table: Table) -> Iterator[Row]:
    """The values of each row in the order of the columns; SQL's NULL and JSON's null are told apart."""
    columns = list(table.columns)
    jsons = [place for place, column in enumerate(columns) if is_json(column)]
    wanted: list[ColumnElement[object]] = [coerced(one, AS_JSON) if is_json(one) else one for one in columns]
    nulls: list[ColumnElement[bool]] = [columns[place].is_(null()) for place in jsons]
    found = session.connection().execution_options(yield_per=ROWS_AT_ONCE).execute(select(*wanted, *nulls))
    for row in found:
        values = list(row[: len(columns)])
        for place, is_null in zip(jsons, row[len(columns) :], strict=True):
            if values[place] is None and not is_null:
                values[place] = JSON.NULL
        yield tuple(values)


def is_json(column: Column[object]) -> bool:
    kind = column.type
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, JSON)


def _copy_table(here: Session, there: Session, table: Table) -> TableSum:
    columns = list(table.columns)
    values = {column.name: bindparam(column.name, type_=AS_JSON if is_json(column) else None) for column in columns}
    statement = insert(table).values(values)
    names = [column.name for column in columns]
    sent: list[TableSum] = [TableSum(table.name, 0, _hex(0))]
    for chunk in _chunks(parents_first(table, rows_of(here, table))):
        there.connection().execute(statement, [dict(zip(names, row, strict=True)) for row in chunk])
        sent.append(_sum(table, chunk))
    return TableSum(table.name, sum(one.rows for one in sent), _hex(sum(int(one.digest, 16) for one in sent)))


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def parents_first(table: Table, rows: Iterable[Row]) -> Iterable[Row]:
    """A row that names another of its own table comes after that one: PostgreSQL looks at once."""
    names = [column.name for column in table.columns]
    links = [(names.index(key.parent.name), key.column.name) for key in table.foreign_keys if key.column.table is table]
    if not links:
        return rows
    target = names.index(links[0][1])
    waiting = list(rows)
    ordered: list[Row] = []
    placed: set[object] = {None}
    while waiting:
        ready = [row for row in waiting if all(row[link] in placed or row[link] == row[target] for link, _ in links)]
        if not ready:
            raise CopyRefused(f"{table.name} holds rows whose parents are missing or go in circles")
        ordered += ready
        placed |= {row[target] for row in ready}
        waiting = [row for row in waiting if row[target] not in placed]
    return ordered


def _sum(table: Table, rows: Iterable[Row]) -> TableSum:
    number, total = 0, 0
    for row in rows:
        number += 1
        total += int.from_bytes(hashlib.sha256(_canonical(row).encode()).digest())
    return TableSum(table.name, number, _hex(total))


def _hex(total: int) -> str:
    return f"{total % 2**256:064x}"


def _canonical(row: Sequence[object]) -> str:
    return json.dumps(row, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if value is JSON.NULL:
        return "\0null of JSON"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no checksum for {type(value).__name__}")


# -- counters --------------------------------------------------------------------------------------------------------


def _carry_counters(here: Session, there: Session) -> None:
    """The next number of a table goes on where it was, even when its rows are gone: cursors point at such numbers."""
    for table in all_tables():
        column = table.autoincrement_column
        if column is not None:
            highest = here.connection().execute(select(func.max(column))).scalar() or 0
            last = max(highest, _counter(here, table.name, column.name))
            if last:
                _set_counter(there, table, column.name, last)


def _counter(session: Session, table: str, column: str) -> int:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        found = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.execute(found, {"name": table}).scalar() or 0
    found = text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:table, :column) AS regclass))")
    return connection.execute(found, {"table": table, "column": column}).scalar() or 0


def _set_counter(session: Session, table: Table, column: str, last: int) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            add = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
            connection.execute(add, {"name": table.name, "last": last})
        return
    move = text("SELECT setval(CAST(pg_get_serial_sequence(:table, :column) AS regclass), :last)")
    connection.execute(move, {"table": table.name, "column": column, "last": last})
