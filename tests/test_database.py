"""The database keeps every write, whoever else writes at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app import db
from app.db import make_engine, reading, transaction, upgrade
from tests.conftest import settings_for

THREADS, TIMES = 4, 100


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    settings = settings_for(tmp_path)
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    with transaction(engine) as session:
        session.execute(text("INSERT INTO outboxcursor (engine, position) VALUES ('counter', 0)"))
    yield engine
    engine.dispose()


def count_up(database: Engine) -> None:
    for _ in range(TIMES):
        with transaction(database) as session:
            position = session.scalar(text("SELECT position FROM outboxcursor WHERE engine = 'counter'"))
            assert position is not None
            session.execute(text("UPDATE outboxcursor SET position = :next"), {"next": position + 1})


def test_no_update_is_lost_among_threads(database: Engine) -> None:
    """With the driver's own transactions, fewer than a third of them survive."""
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(count_up, database) for _ in range(THREADS)]:
            done.result()
    with reading(database) as session:
        assert session.scalar(text("SELECT position FROM outboxcursor")) == THREADS * TIMES


def test_sqlite_is_set_up_for_a_crash(database: Engine) -> None:
    with reading(database) as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        deleted = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("secure_delete", "auto_vacuum")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert deleted == {"secure_delete": 1, "auto_vacuum": 1}


def test_a_reader_sees_one_moment(database: Engine) -> None:
    with reading(database) as session:
        before = session.scalar(text("SELECT position FROM outboxcursor"))
        with transaction(database) as writer:
            writer.execute(text("UPDATE outboxcursor SET position = 41"))
        assert session.scalar(text("SELECT position FROM outboxcursor")) == before
    with reading(database) as session:
        assert session.scalar(text("SELECT position FROM outboxcursor")) == 41


def test_a_new_reader_does_not_wait_for_a_writer(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 0)
    newcomer = make_engine(str(database.url))
    with transaction(database) as writer:
        writer.execute(text("UPDATE outboxcursor SET position = 7"))
        with reading(newcomer) as session:
            assert session.scalar(text("SELECT position FROM outboxcursor")) == 0
    newcomer.dispose()
