"""`samband copy-database`: every row arrives, or none does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel, col, select
from typer.testing import CliRunner

from app import cli, console, copying
from app.copying import CopyRefused, all_tables, copy_database, one_moment, parents_first, table_sums
from app.db import make_engine, reading, transaction, upgrade
from app.db_types import Hours
from app.directory.models import Confidence, ContactPoint, MissingBody, Organisation
from app.outbox import Audit, Outbox
from app.settings import Settings
from tests.conftest import settings_for
from tests.operations.conftest import Stocked


@contextmanager
def database(settings: Settings) -> Iterator[Engine]:
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def whole(stocked: Stocked) -> Iterator[Engine]:
    with database(stocked.settings) as engine:
        yield engine


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Engine]:
    """A few rows of every kind of column; the child stands before its parent."""
    settings = settings_for(tmp_path / "source")
    with database(settings) as engine:
        with transaction(engine, actor="test") as session:
            child, parent = organisation("b-child"), organisation("a-parent")
            for row in (child, parent):
                session.add(row)
                session.flush()
            child.parent_id = parent.id
            session.add_all(contact(f"point-{number}") for number in range(3))
        yield engine


def organisation(key: str) -> Organisation:
    return Organisation(id=key, country="NO", names={"nb": "Et kontor på Ås"}, type="police")


def contact(key: str) -> ContactPoint:
    verified = datetime(2026, 11, 27, 12, 30, 15, 250, tzinfo=UTC)
    return ContactPoint(
        id=key,
        organisation_id="b-child",
        kind="phone",
        value="+4700000000",
        display="00 00 00 00",
        hours=[Hours(days=("mon", "fri"), opens="08:00", closes="15:30", tz="Europe/Oslo")],
        audience="public",
        source_note="made up for this test",
        confidence=Confidence.STATED,
        verified_at=verified,
    )


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Engine]:
    with database(settings_for(tmp_path / "target")) as engine:
        yield engine


def sums(engine: Engine) -> dict[str, tuple[int, str]]:
    with one_moment(engine) as session:
        return {one.table: (one.rows, one.digest) for one in table_sums(session)}


def next_numbers(engine: Engine) -> tuple[int, int]:
    """Of a table whose numbers are never used again, and of one that counts on from its highest row."""
    with transaction(engine) as session:
        row, body = Outbox(key="organisation:no-kom", at=datetime.now(UTC)), MissingBody(country="NO", body="x")
        session.add_all((row, body))
        session.flush()
        return row.id or 0, body.id or 0


def empty_outbox(engine: Engine) -> None:
    """As the sync leaves it: what remains of its numbers is the counter alone."""
    with transaction(engine) as session:
        for row in session.exec(select(Outbox)):
            session.delete(row)


def copies_everything(source: Engine, target: Engine) -> None:
    last, body = next_numbers(source)
    empty_outbox(source)
    before = sums(source)
    seen: list[tuple[int, int]] = []
    copied = copy_database(source, target, lambda done, total: seen.append((done, total)))
    assert {one.table: (one.rows, one.digest) for one in copied} == before
    assert sums(target) == before
    assert sums(source) == before
    assert seen[-1][0] == seen[-1][1] == sum(rows for rows, _ in before.values())
    assert next_numbers(target) == (last + 1, body + 1)


@pytest.mark.full
def test_the_whole_seed_arrives_in_another_sqlite(whole: Engine, target: Engine) -> None:
    copies_everything(whole, target)
    assert sums(target)["organisation"][0] > 300


def test_every_row_arrives_in_another_sqlite(source: Engine, target: Engine) -> None:
    copies_everything(source, target)


@pytest.mark.full
@pytest.mark.postgres
def test_the_whole_seed_arrives_in_postgresql_and_comes_back(whole: Engine, target: Engine, postgres_url: str) -> None:
    with database(Settings(database_url=postgres_url)) as postgres:
        copies_everything(whole, postgres)
        copies_everything(postgres, target)


def test_a_row_reads_the_same_on_the_other_side(source: Engine, target: Engine) -> None:
    copy_database(source, target)
    with reading(source) as here, reading(target) as there:
        points, bodies = here.exec(select(ContactPoint)).all(), here.exec(select(Organisation)).all()
        assert (len(points), len(bodies)) == (3, 2)
        assert all(there.get_one(ContactPoint, row.id).model_dump() == row.model_dump() for row in points)
        assert all(there.get_one(Organisation, row.id).model_dump() == row.model_dump() for row in bodies)


def test_the_null_of_json_and_that_of_sql_stay_apart(source: Engine, target: Engine) -> None:
    """A column that was never given and one that was given None are stored differently, and queries see it."""
    with transaction(source) as session:
        names = session.execute(text("SELECT id FROM contactpoint ORDER BY id LIMIT 2")).scalars().all()
        for name, value in zip(names, (None, "null"), strict=True):
            session.execute(
                text("UPDATE contactpoint SET hours = :value WHERE id = :name"), {"name": name, "value": value}
            )
    copy_database(source, target)
    with reading(target) as session:
        found = [
            session.execute(text("SELECT hours IS NULL FROM contactpoint WHERE id = :name"), {"name": name}).scalar()
            for name in names
        ]
    assert found == [1, 0]


def test_a_target_with_rows_is_refused_and_left_alone(source: Engine, target: Engine) -> None:
    next_numbers(target)
    before = sums(target)
    with pytest.raises(CopyRefused, match=r"not empty: .*outbox"):
        copy_database(source, target)
    assert sums(target) == before


def test_replacing_takes_the_place_of_what_was_there(source: Engine, target: Engine) -> None:
    next_numbers(target)
    copy_database(source, target, replacing=True)
    assert sums(target) == sums(source)


def test_another_revision_is_refused(source: Engine, target: Engine) -> None:
    with transaction(source) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(CopyRefused, match="revision 0001"):
        copy_database(source, target)


def test_a_table_that_would_be_left_behind_is_refused(source: Engine, target: Engine) -> None:
    with transaction(source) as session:
        session.execute(text("CREATE TABLE notebook (id INTEGER PRIMARY KEY)"))
    with pytest.raises(CopyRefused, match="notebook"):
        copy_database(source, target)


def test_a_copy_that_fails_half_way_leaves_nothing(
    source: Engine, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_here: object, _there: object) -> None:
        raise CopyRefused("the cable was pulled")

    monkeypatch.setattr(copying, "_carry_counters", fail)
    before = sums(target)
    with pytest.raises(CopyRefused, match="cable"):
        copy_database(source, target)
    assert sums(target) == before
    assert sum(rows for rows, _ in before.values()) == 0


def test_what_arrives_changed_is_refused(source: Engine, target: Engine) -> None:
    """A trigger of somebody else's shortens a name on its way in."""
    with transaction(target) as session:
        session.execute(
            text(
                "CREATE TRIGGER shorten AFTER INSERT ON organisation BEGIN "
                "UPDATE organisation SET country = 'XX' WHERE id = NEW.id; END"
            )
        )
    with pytest.raises(CopyRefused, match="organisation"):
        copy_database(source, target)
    assert sums(target)["organisation"][0] == 0


def test_the_sum_sees_one_changed_letter(source: Engine) -> None:
    before = sums(source)
    with transaction(source) as session:
        row = session.exec(select(Audit).order_by(col(Audit.id)).limit(1)).one()
        session.execute(text("UPDATE audit SET action = 'Create' WHERE id = :id"), {"id": row.id})
    assert {name for name, found in sums(source).items() if found != before[name]} == {"audit"}


def test_parents_come_before_their_children() -> None:
    table = SQLModel.metadata.tables["organisation"]
    names = [column.name for column in table.columns]
    given = (("c", "b"), ("b", "a"), ("a", None))

    def row(key: str, parent: str | None) -> tuple[object, ...]:
        return tuple({"id": key, "parent_id": parent}.get(name) for name in names)

    ordered = parents_first(table, [row(*one) for one in given])
    assert [one[names.index("id")] for one in ordered] == ["a", "b", "c"]
    with pytest.raises(CopyRefused, match="circles"):
        parents_first(table, [row("a", "b"), row("b", "a")])


def test_every_table_is_among_those_that_are_copied(target: Engine) -> None:
    with reading(target) as session:
        there = set(session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    assert {table.name for table in all_tables()} == there - {"alembic_version", "sqlite_sequence"}


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def samband(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    monkeypatch.setattr(console, "get_settings", lambda: stocked.settings)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.commands, list(arguments))
        return result.exit_code, result.output

    return run


def test_the_command_makes_the_target_and_says_what_arrived(
    samband: Callable[..., tuple[int, str]], stocked: Stocked, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    target = settings_for(tmp_path / "other")
    code, said = samband("copy-database", stocked.settings.sqlalchemy_url, target.sqlalchemy_url)
    assert code == 0
    assert "counts and checksums agree" in said
    code, said = samband("copy-database", stocked.settings.sqlalchemy_url, target.sqlalchemy_url)
    assert code == 1
    assert "not empty" in said


def test_the_command_never_repeats_a_password(samband: Callable[..., tuple[int, str]], stocked: Stocked) -> None:
    address = "postgresql+psycopg://samband:hemmelig@127.0.0.1:1/nothing"
    code, said = samband("copy-database", stocked.settings.sqlalchemy_url, address)
    assert code == 1
    assert "hemmelig" not in said


@pytest.mark.parametrize("source", ["nonsense", "mysql://x/y"])
def test_the_command_refuses_what_is_no_address(samband: Callable[..., tuple[int, str]], source: str) -> None:
    code, said = samband("copy-database", source)
    assert code == 2
    assert "address" in said


def test_the_command_makes_no_source(samband: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, said = samband("copy-database", f"sqlite:///{tmp_path / 'missing.sqlite3'}")
    assert code == 1
    assert "no database" in said
    assert not (tmp_path / "missing.sqlite3").exists()
