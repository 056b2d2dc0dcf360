"""F-43: what was erased is found nowhere, and no restore, seed or import brings it back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import cli, console, restore, sync
from app.backup import back_up
from app.cli_operations import Erasable
from app.db import make_engine
from app.erasure import (
    ERASABLE,
    FILE,
    LEDGER,
    Erasure,
    erase_for_good,
    keep_ledger,
    read_ledger,
    stored_ledger,
    tombstone,
)
from app.importing.records import MaterialRecord
from app.importing.service import Fate, Options, import_paths
from app.library.files import PICTURE
from app.library.models import Edition, EditionKind, File, Material, MaterialRelation, Passage, RelationKind
from app.outbox import Outbox
from app.portal import open_portal
from app.restore import RestoreRefused
from app.settings import Settings
from search.engine import Query
from tests.conftest import settings_for
from tests.operations.conftest import DIGEST, Stocked, looking, writing

CANARY = "Zinkhattesund"
"""Stands for a name: nothing in the seed has it."""

MATERIAL = "nb-om-en-person"
KEEP_DAYS = 35


@pytest.fixture
def told(stocked: Stocked) -> Stocked:
    """A material that tells of somebody, with all its parts, and another one that names it."""
    with writing(stocked.settings) as session:
        session.add(Material(id=MATERIAL, type="guideline", language="nb"))
        session.flush()
        session.add_all(
            (
                Edition(
                    material_id=MATERIAL,
                    language="nb",
                    kind=EditionKind.ORIGINAL,
                    title=CANARY,
                    abstract=f"Om {CANARY}.",
                ),
                Passage(material_id=MATERIAL, language="nb", position=0, page=1, text=f"{CANARY} bodde her."),
                File(
                    sha256="0" * 64,
                    material_id=MATERIAL,
                    language="nb",
                    name=f"{CANARY}.pdf",
                    media_type="application/pdf",
                    size_bytes=9,
                ),
                MaterialRelation(material_id=stocked.material_id, kind=RelationKind.PART_OF, target_id=MATERIAL),
            )
        )
    stocked.store.folder.joinpath("00").mkdir()
    stocked.store.path("0" * 64).write_text(CANARY)
    stocked.store.path("0" * 64, PICTURE).write_text(CANARY)
    index(stocked.settings)
    return stocked


def index(settings: Settings) -> None:
    portal = open_portal(settings)
    sync.catch_up(portal)
    portal.database.dispose()


def erase(stocked: Stocked, table: str, key: str) -> bool:
    engine = make_engine(stocked.settings.sqlalchemy_url)
    try:
        return erase_for_good(engine, stocked.store, table, key)
    finally:
        engine.dispose()


def files_that_tell(folder: Path) -> list[Path]:
    """Of the database and the documents, whatever SQLite keeps beside its pages included."""
    kept = [path for path in folder.rglob("*") if path.is_file() and "index" not in path.relative_to(folder).parts]
    return [path for path in kept if CANARY.encode() in path.read_bytes()]


def found(settings: Settings) -> int:
    portal = open_portal(settings)
    try:
        query = Query(frozenset({"clear"}), portal.understander.query(CANARY, "nb"))
        return portal.engine.search(query).total
    finally:
        portal.database.dispose()


def test_f43_the_erased_are_found_nowhere(told: Stocked) -> None:
    assert found(told.settings) == 1
    assert files_that_tell(told.settings.data_dir)
    assert erase(told, "material", MATERIAL)
    index(told.settings)
    assert found(told.settings) == 0
    assert files_that_tell(told.settings.data_dir) == []
    assert told.store.path(DIGEST).is_file()
    with looking(told.settings) as session:
        assert session.get(Material, told.material_id) is not None
        assert session.exec(select(Outbox).where(col(Outbox.key).contains(MATERIAL))).all() == []
    assert not erase(told, "material", MATERIAL)


@pytest.mark.full
@pytest.mark.parametrize("where", ["in its own place", "on another machine"])
def test_f43_no_backup_brings_the_erased_back(told: Stocked, tmp_path: Path, where: str) -> None:
    """Another machine has only the folder of backups: the ledger that a later backup left there."""
    folder = tmp_path / "backups"
    archive = back_up(told.settings, folder, KEEP_DAYS)
    erase(told, "material", MATERIAL)
    target = told.settings
    if where == "on another machine":
        back_up(told.settings, folder, KEEP_DAYS)
        target = settings_for(tmp_path / "machine")
    restored = restore.restore(target, archive, replacing=target is told.settings)
    assert restored.erased_again == 1
    assert files_that_tell(target.data_dir) == []
    portal = open_portal(target)
    sync.rebuild(portal)
    portal.database.dispose()
    assert found(target) == 0
    with looking(target) as session:
        assert session.get(Material, MATERIAL) is None
        assert session.get(Erasure, tombstone("material", MATERIAL)) is not None
        assert session.get(Material, told.material_id) is not None


def test_f43_the_readers_find_nothing(told: Stocked, make_client: Callable[..., TestClient]) -> None:
    erase(told, "material", MATERIAL)
    client = make_client(data_dir=told.settings.data_dir)
    for path in (f"/nb/search?q={CANARY}", f"/api/v1/search?q={CANARY}", f"/nb/suggest?q={CANARY}", "/sitemap.xml"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert MATERIAL not in answer.text
        assert f"Om {CANARY}" not in answer.text
    assert client.get(f"/nb/materials/{MATERIAL}").status_code == 404


@pytest.mark.full
def test_f43_the_seed_does_not_bring_it_back(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    with looking(stocked.settings) as session:
        key = session.exec(select(ERASABLE["contactpoint"].id)).first() or ""
    monkeypatch.setattr(console, "get_settings", lambda: stocked.settings)
    for arguments in (["erase", "contactpoint", key], ["seed"]):
        assert CliRunner().invoke(cli.commands, arguments).exit_code == 0
    with looking(stocked.settings) as session:
        assert session.get(ERASABLE["contactpoint"], key) is None
        assert session.exec(select(ERASABLE["contactpoint"].id)).first()


def imported(settings: Settings, folder: Path) -> list[tuple[Fate, str | None]]:
    portal = open_portal(settings)
    try:
        lines = list(import_paths(portal, [folder], MaterialRecord(), Options(), lambda _done, _total: None))
    finally:
        portal.database.dispose()
    return [(line.fate, line.material) for line in lines]


def test_f43_an_import_does_not_bring_it_back_under_another_name_either(stocked: Stocked, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    text = "# Funnet i Zinkhattesund\n\n" + "Politiet veiledet dem som kom, og skrev ned hva de selv ville. " * 20
    (folder / "funnet.md").write_text(text, encoding="utf-8")
    ((fate, material),) = imported(stocked.settings, folder)
    assert fate is Fate.TAKEN
    assert erase(stocked, "material", material or "")
    assert imported(stocked.settings, folder) == [(Fate.REFUSED, None)]
    (folder / "funnet.yaml").write_text("id: nb-et-annet-navn\n", encoding="utf-8")
    assert imported(stocked.settings, folder) == [(Fate.REFUSED, None)]


def test_what_merely_mentions_an_erased_record_forgets_it(stocked: Stocked) -> None:
    with looking(stocked.settings) as session:
        key = (
            session.connection()
            .exec_driver_sql("SELECT contact_point_id FROM emergencyline WHERE contact_point_id IS NOT NULL")
            .scalar()
        )
        lines = session.connection().exec_driver_sql("SELECT count(*) FROM emergencyline").scalar()
    assert erase(stocked, "contactpoint", str(key))
    with looking(stocked.settings) as session:
        rows = session.connection().exec_driver_sql("SELECT contact_point_id FROM emergencyline").scalars().all()
    assert len(rows) == lines
    assert key not in rows


def test_the_ledger_keeps_no_content(told: Stocked, tmp_path: Path) -> None:
    erase(told, "material", MATERIAL)
    back_up(told.settings, tmp_path / "backups", KEEP_DAYS)
    text = (tmp_path / "backups" / LEDGER).read_text()
    assert MATERIAL not in text
    hashes = {entry for entry, _ in read_ledger(tmp_path / "backups" / LEDGER)}
    assert hashes == {tombstone("material", MATERIAL), tombstone(FILE, "0" * 64)}


def test_nothing_ever_leaves_the_ledger_beside_the_archives(tmp_path: Path) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    first, second = (tombstone("material", "a"), now), (tombstone("material", "b"), now + timedelta(days=1))
    keep_ledger(tmp_path, [first])
    keep_ledger(tmp_path, [second])
    keep_ledger(tmp_path, [])
    assert set(read_ledger(tmp_path / LEDGER)) == {first, second}


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", '[{"hash": "x", "at": "2026-01-01"}]', json.dumps([{"hash": "0" * 64, "at": "2026-01-01"}])],
)
def test_a_ledger_that_cannot_be_read_stops_the_restore(small: Stocked, tmp_path: Path, text: str) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    (tmp_path / "backups" / LEDGER).write_text(text)
    machine = settings_for(tmp_path / "machine")
    with pytest.raises(RestoreRefused, match="come back"):
        restore.restore(machine, archive, replacing=False)


def test_a_database_of_an_older_version_has_erased_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert stored_ledger(engine) == []
    engine.dispose()


def test_the_command_knows_every_kind_of_record_that_can_be_erased() -> None:
    assert {kind.value for kind in Erasable} == set(ERASABLE)


def test_the_command_says_when_there_is_no_such_record(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "get_settings", lambda: stocked.settings)
    result = CliRunner().invoke(cli.commands, ["erase", "material", "nb-nowhere"])
    assert result.exit_code == 1
    assert "no material" in result.output
