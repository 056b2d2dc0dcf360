"""Outbox → engines: each at its own pace, withdrawals first, one bad record does not stop the others."""

import logging

import pytest
from sqlalchemy import Engine, func, text
from sqlmodel import select

from app import checks, sync
from app.db import reading, transaction
from app.health import readiness
from app.library.models import PublicationStatus
from app.outbox import IndexQuarantine, Outbox, OutboxCursor
from app.permissions import Visibility
from app.state import Index, Portal
from app.sync_lock import AnotherWriter, only_writer
from app.sync_quarantine import count_quarantined
from search.engine import EngineDown, EngineError
from tests.sync.engines import MemoryEngine
from tests.sync.records import change, equals_database, wanted, write


def waiting(database: Engine) -> int:
    with reading(database) as session:
        return session.exec(select(func.count()).select_from(Outbox)).one()


@pytest.fixture
def memory(small: Portal) -> MemoryEngine:
    """A second engine beside the embedded one, both empty and known."""
    engine = MemoryEngine()
    small.indexes = (*small.indexes, Index("memory", engine))
    sync.rebuild(small)
    engine.given.clear()
    return engine


def embedded(portal: Portal) -> Index:
    return portal.indexes[0]


def test_every_engine_gets_every_change(small: Portal, memory: MemoryEngine) -> None:
    write(small.database, ["one", "two", "three"])
    assert sync.catch_up(small) == 2 * 3
    assert set(memory.held) == {"material:one", "material:two", "material:three"}
    change(small.database, "two", year=1999)
    change(small.database, "three", status=PublicationStatus.WITHDRAWN)
    sync.catch_up(small)
    assert set(memory.held) == {"material:one", "material:two"}
    assert all(equals_database(small, index.engine) for index in small.indexes)
    assert waiting(small.database) == 0


def test_an_engine_that_is_away_holds_nobody_up_and_misses_nothing(small: Portal, memory: MemoryEngine) -> None:
    memory.is_down = True
    write(small.database, ["one"])
    sync.catch_up_one(small, embedded(small))
    with pytest.raises(EngineDown):
        sync.catch_up_one(small, small.indexes[1])
    assert equals_database(small, embedded(small).engine)
    assert waiting(small.database) > 0
    with reading(small.database) as session:
        assert sync.lag(session, "embedded") == 0
        assert sync.lag(session, "memory") > 0
        assert count_quarantined(session) == {}
    memory.is_down = False
    sync.catch_up(small)
    assert equals_database(small, memory)
    assert waiting(small.database) == 0


def test_batches_are_never_larger_than_they_may_be(
    small: Portal, memory: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 4)
    write(small.database, [f"m{number}" for number in range(11)])
    sync.catch_up(small)
    assert max(len(keys) for keys in memory.given) <= 4
    assert equals_database(small, memory)


def test_withdrawals_and_permissions_travel_first(
    small: Portal, memory: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 4)
    write(small.database, ["gone", "hidden", "other"])
    sync.catch_up(small)
    memory.given.clear()
    write(small.database, [f"m{number}" for number in range(9)])
    change(small.database, "other", year=2001)
    change(small.database, "hidden", visibility=Visibility.GREEN)
    change(small.database, "gone", status=PublicationStatus.WITHDRAWN)
    sync.catch_up(small)
    assert memory.given[:2] == [("material:gone",), ("material:hidden",)]
    assert equals_database(small, memory)


def test_one_bad_record_is_found_and_set_aside(
    small: Portal, memory: MemoryEngine, caplog: pytest.LogCaptureFixture
) -> None:
    write(small.database, ["bad"])
    sync.catch_up(small)
    memory.refuses = {"material:bad"}
    write(small.database, [f"m{number}" for number in range(20)])
    change(small.database, "bad", year=2002)
    with caplog.at_level(logging.ERROR, logger="samband.sync"):
        sync.catch_up(small)
    assert set(memory.held) == set(wanted(small)) - {"material:bad"}, "what it said before has left, the rest is there"
    assert equals_database(small, embedded(small).engine)
    assert waiting(small.database) == 0
    assert [record.__dict__["record"] for record in caplog.records] == ["material:bad"]
    with reading(small.database) as session:
        assert count_quarantined(session) == {"memory": 1}
        assert session.exec(select(IndexQuarantine)).one().error == "EngineError"
    line = checks.quarantine(small)
    assert not line.is_ok
    assert "material:bad (memory)" in line.text
    assert readiness(small).index == "degraded"

    sync.retry_quarantined(small, small.indexes[1])
    with reading(small.database) as session:
        assert session.exec(select(IndexQuarantine)).one().tries == 2
    memory.refuses = set()
    sync.retry_quarantined(small, small.indexes[1])
    assert equals_database(small, memory)
    assert checks.quarantine(small).is_ok
    assert readiness(small).index == "ok"


def test_a_record_of_a_kind_nobody_knows_is_set_aside(small: Portal, memory: MemoryEngine) -> None:
    write(small.database, ["one"])
    with transaction(small.database, actor="test") as session:
        session.execute(text("INSERT INTO outbox (key, at) VALUES ('odd:x', '2026-01-01 00:00:00')"))
    sync.catch_up(small)
    assert equals_database(small, memory)
    with reading(small.database) as session:
        assert count_quarantined(session) == {"embedded": 1, "memory": 1}


def test_an_engine_that_refuses_everything_is_itself_to_blame(small: Portal, memory: MemoryEngine) -> None:
    names = [f"m{number}" for number in range(6)]
    memory.refuses = {f"material:{name}" for name in names}
    write(small.database, names)
    with pytest.raises(EngineError, match="every one of 6"):
        sync.catch_up_one(small, small.indexes[1])
    with reading(small.database) as session:
        assert count_quarantined(session) == {}
        assert sync.lag(session, "memory") > 0
    memory.refuses = set()
    sync.catch_up(small)
    assert equals_database(small, memory)


def test_what_is_quarantined_does_not_spoil_a_rebuild(small: Portal, memory: MemoryEngine) -> None:
    memory.refuses = {"material:bad"}
    write(small.database, ["one", "bad", "two"])
    sync.catch_up(small)
    sync.rebuild(small)
    assert set(memory.held) == {"material:one", "material:two"}
    memory.refuses = set()
    sync.rebuild(small)
    assert equals_database(small, memory)
    assert checks.quarantine(small).is_ok


def test_reconciling_mends_what_an_engine_forgot_kept_or_mixed_up(
    small: Portal, memory: MemoryEngine, caplog: pytest.LogCaptureFixture
) -> None:
    write(small.database, ["one", "two", "three"])
    sync.catch_up(small)
    assert [sync.reconcile(small, index) for index in small.indexes] == [0, 0]
    memory.held |= {"material:ghost": "1", "material:two": "old"}
    del memory.held["material:one"]
    embedded(small).engine.delete(["material:three"])
    with caplog.at_level(logging.WARNING, logger="samband.sync"):
        assert [sync.reconcile(small, index) for index in small.indexes] == [1, 3]
    assert [record.__dict__["records"] for record in caplog.records] == [1, 3]
    assert all(equals_database(small, index.engine) for index in small.indexes)


def test_an_engine_that_is_new_begins_with_everything(small: Portal) -> None:
    write(small.database, ["one", "two"])
    sync.rebuild(small)
    assert waiting(small.database) == 0
    newcomer = Index("memory", MemoryEngine())
    small.indexes = (*small.indexes, newcomer)
    sync.start(small, newcomer)
    assert equals_database(small, newcomer.engine)


def test_a_rebuild_that_comes_out_incomplete_does_not_count(small: Portal) -> None:
    class Forgetful(MemoryEngine):
        def rebuild(self, documents: object) -> None:
            self.held = {}

    write(small.database, ["one"])
    forgetful = Index("forgetful", Forgetful())
    small.indexes = (*small.indexes, forgetful)
    with pytest.raises(EngineError, match="1 records"):
        sync.start(small, forgetful)
    with reading(small.database) as session:
        assert session.get(OutboxCursor, "forgetful") is None


def test_the_cursor_of_an_engine_that_is_gone_keeps_no_rows(small: Portal, memory: MemoryEngine) -> None:
    small.indexes = small.indexes[:1]
    write(small.database, ["one"])
    sync.catch_up(small)
    assert waiting(small.database) > 0
    sync.forget_other_engines(small)
    write(small.database, ["two"])
    sync.catch_up(small)
    assert waiting(small.database) == 0


def test_the_age_of_the_oldest_waiting_change_is_checked(small: Portal, memory: MemoryEngine) -> None:
    assert checks.index_lag(small).is_ok
    with transaction(small.database, actor="test") as session:
        session.execute(text("INSERT INTO outbox (key, at) VALUES ('material:x', '2026-01-01 00:00:00')"))
    line = checks.index_lag(small)
    assert not line.is_ok
    assert line.text.startswith("1 changes wait for the index, the oldest for ")


def test_two_writers_never_work_at_once(small: Portal, memory: MemoryEngine) -> None:
    with only_writer(small.settings.data_dir), pytest.raises(AnotherWriter):
        sync.catch_up_one(small, embedded(small), wait=False)
    sync.catch_up_one(small, embedded(small), wait=False)
