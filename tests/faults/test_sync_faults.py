"""F-01, F-02, F-03: `kill -9` at every step of write → outbox → index. F-06, F-07: the main engine away or slow.

Acknowledged means kept; whatever was interrupted, the engine equals the database after the next start.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlmodel import col, func, select
from starlette.testclient import TestClient

from app import sync
from app.crash_points import CRASH_POINTS, arm
from app.db import reading
from app.discovery.forms import SearchForm
from app.discovery.service import search
from app.library.models import Edition, Material, PublicationStatus
from app.outbox import Audit, Outbox, chained_digest
from app.permissions import VISITOR
from app.settings import Settings
from app.state import Portal
from app.worker import Worker
from search.fallback import FallbackEngine
from tests.operations.processes import wait_until
from tests.page_client import html_problems
from tests.sync.conftest import data_dir, migrated, small
from tests.sync.engines import Answering
from tests.sync.records import change, equals_database, write
from tests.sync.running import KILLED, samband, start_writer

__all__ = ["data_dir", "migrated", "small"]
pytestmark = pytest.mark.fault

IN_A_BATCH = ("batch-read", "batch-deleted", "batch-half-given", "batch-written", "cursor-moved")
LATER = [pytest.param(f"{step}:2", marks=pytest.mark.full) for step in IN_A_BATCH if step != "cursor-moved"]
IN_A_REBUILD = ("rebuild-read", "rebuild-half-given", "rebuild-swapped")
IN_A_WRITE = ("before-commit", "after-commit")


def test_every_step_has_its_test() -> None:
    assert set(IN_A_BATCH + IN_A_REBUILD + IN_A_WRITE) == set(CRASH_POINTS)


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


def found(portal: Portal, text: str) -> set[str]:
    """What a visitor is shown, whatever the engine says."""
    with reading(portal.database) as session:
        return {one.card.id for one in search(portal, session, VISITOR, SearchForm(text=text), "en").results}


def killed_writer(folder: Path, name: str, after: int) -> list[str]:
    """Records acknowledged before it was killed in the middle of its work."""
    with start_writer(folder, name, 1_000_000) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after)]
        process.kill()
        told += process.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


# -- F-01 ------------------------------------------------------------------------------------------------------------


def test_f01_what_was_acknowledged_is_there_after_a_kill(data_dir: Path, small: Portal) -> None:
    acknowledged = [key for name in ("a", "b", "c") for key in killed_writer(data_dir, name, 40)]
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
    assert equals_database(small, small.engine)


@pytest.mark.parametrize(("step", "is_kept"), [("before-commit", False), ("after-commit", True)])
def test_f01_a_write_is_kept_whole_or_not_at_all(data_dir: Path, small: Portal, step: str, is_kept: bool) -> None:
    with start_writer(data_dir, "w", 10, crash_at=f"{step}:4") as process:
        told = process.communicate()[0].split()
    assert process.returncode == KILLED
    assert told == ["w-0", "w-1", "w-2"]
    assert whole_records(small) == {*told, *(["w-3"] if is_kept else [])}
    assert is_sound(data_dir)
    assert is_chained(small)
    assert Worker(small).once()
    assert equals_database(small, small.engine)


@pytest.mark.full
def test_f01_f02_ten_thousand_writes_while_writer_and_worker_are_killed(data_dir: Path, small: Portal) -> None:
    steps = [f"{step}:{number}" for step in IN_A_BATCH for number in (1, 2)]
    acknowledged: list[str] = []
    turn = 0
    while len(acknowledged) < 10_000:
        with start_writer(data_dir, f"t{turn}", 1_000_000) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(200)]
            assert samband(data_dir, "worker", "--once", crash_at=steps[turn % len(steps)]) in {KILLED, 0}
            writer.kill()
            acknowledged += [line.strip() for line in writer.stdout.readlines() if line.endswith("\n")]
        turn += 1
    assert turn >= 2
    assert set(acknowledged) <= whole_records(small)
    assert is_sound(data_dir)
    assert is_chained(small)
    assert samband(data_dir, "worker", "--once") == 0
    assert equals_database(small, small.engine)
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


@pytest.mark.parametrize("step", [*IN_A_BATCH, *LATER])
def test_f02_the_worker_is_killed_at_a_step_and_the_next_one_goes_on(
    data_dir: Path, changed: Portal, step: str
) -> None:
    assert samband(data_dir, "worker", "--once", crash_at=step) == KILLED
    shown = found(changed, "title")
    assert "gone" not in shown, "the database forbids it"
    assert {"kept", "other"} <= shown
    assert samband(data_dir, "worker", "--once") == 0
    assert equals_database(changed, changed.engine)
    assert waiting(changed) == 0
    assert found(changed, "title") == {"kept", "changed", "other", "new", "newer"}


# -- F-03 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", IN_A_REBUILD)
def test_f03_a_rebuild_is_killed_and_the_old_index_serves(data_dir: Path, changed: Portal, step: str) -> None:
    before = dict(changed.engine.versions())
    assert samband(data_dir, "reindex", crash_at=step) == KILLED
    if step == "rebuild-swapped":
        assert equals_database(changed, changed.engine)
    else:
        assert dict(changed.engine.versions()) == before
    assert {"kept", "other"} <= found(changed, "title")
    assert "gone" not in found(changed, "title")
    assert samband(data_dir, "reindex") == 0
    assert equals_database(changed, changed.engine)
    assert waiting(changed) == 0
    generations = [path for path in (data_dir / "index").iterdir() if path.name.startswith("generation-")]
    assert len(generations) <= 2, "what the killed one had begun is gone"


# -- F-06, F-07 ------------------------------------------------------------------------------------------------------

NOTICE = "The main search engine does not answer just now"
PATHS = ("/en/", "/en/search?q=police", "/en/materials", "/en/concepts/forced-labour", "/en/organisations/no-kom")


@pytest.fixture
def main_engine(client: TestClient, portal: Portal) -> Iterator[Answering]:
    """A fake main engine that finds 4711 records, before the portal's own index as its reserve."""
    own, main = portal.engine, Answering(4711)
    portal.engine = FallbackEngine(main, own, budget_seconds=0.2, probe_every_seconds=0.1)
    yield main
    main.gate.set()
    portal.engine = own


def is_answered_by_the_reserve(client: TestClient) -> None:
    page = client.get("/en/search?q=police")
    assert page.status_code == 200
    assert NOTICE in page.text
    assert html_problems(LexborHTMLParser(page.text), "/en/search") == []
    answer = client.get("/api/v1/search?q=police").json()
    assert answer["degraded"] == "reserve-answers"
    assert 0 < answer["total"] < 4711
    assert answer["hits"]
    assert client.get("/api/v1/suggest?q=pol").json()["items"]
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["search"]) == (200, "degraded")
    assert [client.get(path).status_code for path in PATHS] == [200] * len(PATHS)


def is_well_again(client: TestClient) -> bool:
    answer = client.get("/api/v1/search?q=police").json()
    return (answer["total"], answer["degraded"]) == (4711, None)


def test_f06_a_main_engine_that_is_down_is_replaced_with_a_notice(client: TestClient, main_engine: Answering) -> None:
    assert NOTICE not in client.get("/en/search?q=police").text
    main_engine.is_down = True
    is_answered_by_the_reserve(client)
    main_engine.is_down = False
    wait_until(lambda: is_well_again(client), "the main engine answers again", 10)
    assert NOTICE not in client.get("/en/search?q=police").text
    assert client.get("/health/ready").json()["search"] == "ok"


def test_f07_a_main_engine_that_never_answers_is_replaced_too(client: TestClient, main_engine: Answering) -> None:
    main_engine.gate.clear()
    is_answered_by_the_reserve(client)
    main_engine.gate.set()
    wait_until(lambda: is_well_again(client), "the main engine answers again", 10)


def test_f06_the_reserve_is_as_fresh_as_the_main_engine(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    assert isinstance(client.app, FastAPI)
    portal: Portal = client.app.state.portal
    main = Answering()
    main.is_down = True
    portal.engine = FallbackEngine(main, portal.engine, budget_seconds=0.2)
    write(portal.database, ["qvykkelord"])
    sync.catch_up(portal)
    answer = client.get("/api/v1/search?q=qvykkelord").json()
    assert [hit["id"] for hit in answer["hits"]] == ["qvykkelord"]
    assert answer["degraded"] == "reserve-answers"
