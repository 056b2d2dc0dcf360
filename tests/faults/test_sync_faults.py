"""F-01, F-02, F-03: `kill -9` at every step of write → outbox → index, on each engine.

Acknowledged means kept; whatever was interrupted, every engine equals the database after the next start.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from sqlmodel import col, func, select

from app import sync
from app.crash_points import CRASH_POINTS, arm
from app.db import reading
from app.discovery.forms import SearchForm
from app.discovery.service import search
from app.library.models import Edition, Material, PublicationStatus
from app.outbox import Audit, Outbox, chained_digest
from app.permissions import VISITOR
from app.portal import meilisearch_server, open_portal
from app.settings import Settings
from app.state import Portal
from app.sync import lag
from app.worker import Worker
from tests.conftest import settings_for
from tests.search.conftest import ENGINES, meilisearch
from tests.sync.conftest import data_dir, migrated, served_by
from tests.sync.records import change, equals_database, write
from tests.sync.running import KILLED, samband, start_writer

__all__ = ["data_dir", "meilisearch", "migrated"]
pytestmark = pytest.mark.fault

IN_A_BATCH = {"batch-half-given": 2, "batch-read": 2, "batch-deleted": 2, "batch-written": 2, "cursor-moved": 1}
"""Step → how often it is reached until one engine has taken the changes of `changed`."""

IN_A_REBUILD = {"rebuild-half-given": 3, "rebuild-read": 1, "rebuild-swapped": 1}
"""Step → how often it is reached until one engine is rebuilt with the records of `changed`."""

WRITES = 10_000
IN_A_WRITE = ("before-commit", "after-commit")


def one_at_once(steps: Iterable[str]) -> list[str | ParameterSet]:
    """The first of them in the fast lane."""
    first, *others = steps
    return [first, *(pytest.param(step, marks=pytest.mark.full) for step in others)]


@pytest.fixture(params=ENGINES)
def small(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Portal]:
    """With Meilisearch there are two indexes: the embedded one stays warm beside it."""
    settings = settings_for(data_dir)
    if request.param == "meilisearch":
        settings = served_by(request.getfixturevalue("meilisearch"), data_dir)
    portal = open_portal(settings)
    yield portal
    portal.database.dispose()


def of_the_last_engine(portal: Portal, reached: dict[str, int], step: str) -> str:
    """The engines have their turns one after the other: which passage of a step is that of the last one."""
    name, _, number = step.partition(":")
    return f"{name}:{reached[name] * (len(portal.indexes) - 1) + int(number or 1)}"


def test_every_step_has_its_test() -> None:
    assert {*IN_A_BATCH, *IN_A_REBUILD, *IN_A_WRITE} == set(CRASH_POINTS)


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="no step"):
        arm("somewhere")


def test_f45_steps_of_crashes_are_refused_outside_localhost() -> None:
    with pytest.raises(ValueError, match="SAMBAND_CRASH_AT"):
        Settings(base_url="https://samband.example", secret="x" * 40, crash_at="batch-read")


# -- what must hold after any kill -----------------------------------------------------------------------------------


def is_sound(database: Path) -> bool:
    with closing(sqlite3.connect(database / "samband.sqlite3")) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def whole_records(portal: Portal) -> set[str]:
    """Materials, each with its edition: half a record is none."""
    with reading(portal.database) as session:
        materials = set(session.exec(select(Material.id)))
        assert materials == set(session.exec(select(Edition.material_id)))
    return materials


def is_chained(portal: Portal) -> bool:
    before = ""
    with reading(portal.database) as session:
        for row in session.exec(select(Audit).order_by(col(Audit.id))):
            if row.digest != chained_digest(before, row.at, row.actor, row.action, row.record):
                return False
            before = row.digest
    return True


def waiting(portal: Portal) -> int:
    with reading(portal.database) as session:
        return session.exec(select(func.count()).select_from(Outbox)).one()


def all_equal_database(portal: Portal) -> bool:
    return all(equals_database(portal, index.engine) for index in portal.indexes)


def held(portal: Portal) -> list[dict[str, str]]:
    return [dict(index.engine.versions()) for index in portal.indexes]


def behind(portal: Portal) -> list[int]:
    """How many changes each engine has not taken."""
    with reading(portal.database) as session:
        return [lag(session, index.name) for index in portal.indexes]


def found(portal: Portal, text: str) -> list[set[str]]:
    """What a visitor is shown by each engine, whatever that says."""
    with reading(portal.database) as session:
        return [
            {one.card.id for one in search(asked, session, VISITOR, SearchForm(text=text), "en").results}
            for asked in (replace(portal, engine=index.engine) for index in portal.indexes)
        ]


def killed_writer(settings: Settings, name: str, after: int) -> list[str]:
    """Records acknowledged before it was killed in the middle of its work."""
    with start_writer(settings, name, 1_000_000) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after)]
        process.kill()
        told += process.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


# -- F-01 ------------------------------------------------------------------------------------------------------------


def test_f01_what_was_acknowledged_is_there_after_a_kill(data_dir: Path, small: Portal) -> None:
    acknowledged = [key for name in ("a", "b", "c") for key in killed_writer(small.settings, name, 40)]
    assert len(acknowledged) >= 3 * 40
    assert is_sound(data_dir)
    there = whole_records(small)
    assert set(acknowledged) <= there
    assert len(there) <= len(acknowledged) + 3, "at most the one in hand was kept without a word"
    with reading(small.database) as session:
        noted = set(session.exec(select(Outbox.key)))
    assert noted == {f"material:{key}" for key in there}
    assert is_chained(small)
    assert Worker(small).once()
    assert all_equal_database(small)


@pytest.mark.full
@pytest.mark.parametrize(("step", "is_kept"), [("before-commit", False), ("after-commit", True)])
def test_f01_a_write_is_kept_whole_or_not_at_all(data_dir: Path, small: Portal, step: str, is_kept: bool) -> None:
    with start_writer(small.settings, "w", 10, crash_at=f"{step}:4") as process:
        told = process.communicate()[0].split()
    assert process.returncode == KILLED
    assert told == ["w-0", "w-1", "w-2"]
    assert whole_records(small) == {*told, *(["w-3"] if is_kept else [])}
    assert is_sound(data_dir)
    assert is_chained(small)
    assert Worker(small).once()
    assert all_equal_database(small)


@pytest.mark.full
def test_f01_f02_ten_thousand_writes_while_writer_and_worker_are_killed(data_dir: Path, small: Portal) -> None:
    """In turns: the worker is killed while the writer writes, and the writer before the worker has its last engine."""
    steps = cycle(step for step in IN_A_BATCH if step != "batch-half-given")
    acknowledged: list[str] = []
    lags: list[list[int]] = []
    while len(acknowledged) < WRITES:
        with start_writer(small.settings, f"t{len(lags)}", 1_000_000) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(WRITES // 20)]
            if len(lags) % 2:
                assert samband(small.settings, "worker", "--once", crash_at=f"{next(steps)}:2") in {KILLED, 0}
            writer.kill()
            acknowledged += [line.strip() for line in writer.stdout.readlines() if line.endswith("\n")]
        if not len(lags) % 2:
            batches = -(-behind(small)[0] // sync.BATCH) * (len(small.indexes) - 1)
            assert samband(small.settings, "worker", "--once", crash_at=f"{next(steps)}:{batches + 2}") in {KILLED, 0}
        lags.append(behind(small))
    assert max(last for *_, last in lags) > 0
    assert len(small.indexes) == 1 or any(first == 0 < last for first, last in lags), "killed at the second engine"
    assert set(acknowledged) <= whole_records(small)
    assert is_sound(data_dir)
    assert is_chained(small)
    assert samband(small.settings, "worker", "--once") == 0
    assert all_equal_database(small)
    assert waiting(small) == 0


# -- F-02 ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(small: Portal) -> Portal:
    """Indexed, and then changed in every way: the index is behind."""
    write(small.database, ["kept", "changed", "gone", "other"])
    sync.rebuild(small)
    change(small.database, "changed", year=1999)
    change(small.database, "gone", status=PublicationStatus.WITHDRAWN)
    write(small.database, ["new", "newer"])
    return small


LATER = tuple(f"{step}:2" for step in IN_A_BATCH if step != "cursor-moved")


@pytest.mark.parametrize("step", one_at_once((*IN_A_BATCH, *LATER)))
def test_f02_the_worker_is_killed_at_a_step_and_the_next_one_goes_on(changed: Portal, step: str) -> None:
    crash_at = of_the_last_engine(changed, IN_A_BATCH, step)
    assert samband(changed.settings, "worker", "--once", crash_at=crash_at) == KILLED
    *others, last = behind(changed)
    assert (others, last > 0) == ([0] * len(others), step != "cursor-moved")
    for shown in found(changed, "title"):
        assert "gone" not in shown, "the database forbids it"
        assert {"kept", "other"} <= shown
    assert samband(changed.settings, "worker", "--once") == 0
    assert all_equal_database(changed)
    assert waiting(changed) == 0
    assert found(changed, "title") == [{"kept", "changed", "other", "new", "newer"}] * len(changed.indexes)


# -- F-03 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", one_at_once(IN_A_REBUILD))
def test_f03_a_rebuild_is_killed_and_the_old_index_serves(data_dir: Path, changed: Portal, step: str) -> None:
    *_, before = held(changed)
    crash_at = of_the_last_engine(changed, IN_A_REBUILD, step)
    assert samband(changed.settings, "reindex", crash_at=crash_at) == KILLED
    *others, last = changed.indexes
    assert all(equals_database(changed, index.engine) for index in others)
    if step == "rebuild-swapped":
        assert equals_database(changed, last.engine)
    else:
        assert dict(last.engine.versions()) == before
    for shown in found(changed, "title"):
        assert {"kept", "other"} <= shown
        assert "gone" not in shown
    assert samband(changed.settings, "reindex") == 0
    assert all_equal_database(changed)
    assert waiting(changed) == 0
    nothing_is_left(changed)


def nothing_is_left(portal: Portal) -> None:
    """What the killed one had begun is gone."""
    generations = list((portal.settings.data_dir / "index").glob("generation-*"))
    assert len(generations) <= 2
    if len(portal.indexes) > 1:
        name = portal.settings.meilisearch_name
        assert sorted(meilisearch_server(portal.settings).indexes()) == [f"{name}-passages", f"{name}-records"]
