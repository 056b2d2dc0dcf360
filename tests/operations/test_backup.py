"""F-42: what `samband backup` writes, `samband restore` brings back, whole or not at all."""

import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from app import backup, cli, console, restore
from app.backup import NAME, BackupFailed, back_up
from app.backup_archive import DATABASE, MANIFEST, BackupDamaged, verify
from app.copying import table_sums
from app.db import alembic_config
from app.health import backup_age_seconds
from app.library.files import PICTURE, FileStore
from app.library.models import Material
from app.outbox import Audit, Outbox, OutboxCursor, chained_digest
from app.restore import RestoreRefused
from app.settings import Settings
from tests.conftest import settings_for
from tests.operations.archives import DAMAGES, flipped
from tests.operations.conftest import DIGEST, DOCUMENT, Stocked, a_material, looking, writing

KEEP_DAYS = 35
NOT_BROUGHT_BACK = {"audit", "outboxcursor", "outbox"}
"""Their rows say what happened to this database; a restore adds that it happened."""


def content(settings: Settings) -> dict[str, tuple[int, str]]:
    with looking(settings) as session:
        sums = {one.table: (one.rows, one.digest) for one in table_sums(session)}
    return {name: found for name, found in sums.items() if name not in NOT_BROUGHT_BACK}


def other(tmp_path: Path, name: str = "other") -> Settings:
    return settings_for(tmp_path / name)


def test_everything_comes_back_on_another_machine(small: Stocked, tmp_path: Path) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    machine = other(tmp_path)
    restored = restore.restore(machine, archive, replacing=False)
    assert content(machine) == content(small.settings)
    assert restored.documents == 1
    store = FileStore(machine.data_dir)
    assert store.path(DIGEST).read_bytes() == DOCUMENT
    assert store.path(DIGEST, PICTURE).is_file()
    with looking(machine) as session:
        assert session.exec(select(OutboxCursor)).all() == []
    assert not list(machine.data_dir.glob(".restore-*"))


def test_an_archive_is_for_its_owner_and_holds_nothing_else(small: Stocked, tmp_path: Path) -> None:
    (small.settings.data_dir / "cache").mkdir()
    (small.settings.data_dir / "cache" / "big").write_text("can be made again")
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    assert NAME.match(archive.name)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as opened:
        assert opened.getnames() == [DATABASE, f"files/{DIGEST}", f"files/{DIGEST}{PICTURE}", MANIFEST]
    assert {path.name for path in (tmp_path / "backups").iterdir()} == {archive.name, "erasures.json"}
    assert (backup_age_seconds(small.settings.data_dir) or -1) >= 0


def test_two_backups_in_one_second_are_two_archives(small: Stocked, tmp_path: Path) -> None:
    made = {back_up(small.settings, tmp_path / "backups", KEEP_DAYS) for _ in range(2)}
    assert len(made) == 2
    assert all(verify(archive).rows["material"] == 1 for archive in made)


def test_old_archives_go_and_other_files_stay(small: Stocked, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old, young = "samband-20200101T000000Z.tar.gz", f"samband-{datetime.now(UTC):%Y%m%dT000000Z}.tar.gz"
    for name in (old, young, "samband-notes.tar.gz", "20200101.tar.gz"):
        (folder / name).write_text("x")
    made = back_up(small.settings, folder, KEEP_DAYS)
    left = {path.name for path in folder.iterdir()}
    assert left == {young, "samband-notes.tar.gz", "20200101.tar.gz", made.name, "erasures.json"}


def audit_chain_holds(session: Session) -> int:
    """Each row's digest follows from the one before: no row of a moment is missing."""
    before, number = "", 0
    for row in session.exec(select(Audit).order_by(col(Audit.id))):
        assert row.digest == chained_digest(before, row.at, row.actor, row.action, row.record)
        before, number = row.digest, number + 1
    return number


@contextmanager
def writer(settings: Settings) -> Iterator[list[str]]:
    """Somebody goes on writing; the list holds what was acknowledged so far."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            key = f"nb-{len(acknowledged)}"
            with writing(settings) as session:
                session.add(a_material(key))
            acknowledged.append(key)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        thread.join()


def test_a_backup_under_writes_is_one_moment(small: Stocked, tmp_path: Path) -> None:
    with writer(small.settings) as acknowledged:
        for number in range(3):
            while len(acknowledged) < 5 * (number + 1):
                pass
            before = list(acknowledged)
            archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
            machine = other(tmp_path, f"machine{number}")
            restore.restore(machine, archive, replacing=False)
            with looking(machine) as session:
                materials = set(session.exec(select(Material.id)))
                outbox = {row.key for row in session.exec(select(Outbox))}
                assert audit_chain_holds(session) > 0
            assert set(before) <= materials
            assert {f"material:{key}" for key in materials} <= outbox


# -- what is not restored --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_is_refused_and_changes_nothing(
    small: Stocked, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    damage(archive)
    machine = other(tmp_path)
    with pytest.raises(BackupDamaged):
        restore.restore(machine, archive, replacing=True)
    assert not machine.data_dir.exists()
    assert not (tmp_path / "climbed").exists()


def test_rows_that_are_there_are_not_overwritten_unasked(small: Stocked, tmp_path: Path) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    at_backup = content(small.settings)
    with writing(small.settings) as session:
        session.add(a_material("nb-since"))
    since = content(small.settings)
    with pytest.raises(RestoreRefused, match="--replace"):
        restore.restore(small.settings, archive, replacing=False)
    assert content(small.settings) == since
    restore.restore(small.settings, archive, replacing=True)
    assert content(small.settings) == at_backup


def test_a_restore_that_fails_half_way_leaves_the_portal_as_it_was(
    small: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    with writing(small.settings) as session:
        session.add(a_material("nb-since"))
    before = content(small.settings)

    def fail(_settings: object, _engine: object, _live: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restore, "_put_in_place", fail)
    with pytest.raises(OSError, match="space"):
        restore.restore(small.settings, archive, replacing=True)
    assert content(small.settings) == before
    assert small.store.path(DIGEST).is_file()
    assert not list(small.settings.data_dir.glob(".restore-*"))


def test_a_database_in_use_is_not_replaced(small: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    monkeypatch.setattr(restore, "BUSY_SECONDS", 0.2)
    before = content(small.settings)
    with closing(sqlite3.connect(small.settings.data_dir / "samband.sqlite3", isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(RestoreRefused, match="stop the portal"):
            restore.restore(small.settings, archive, replacing=True)
        somebody.execute("ROLLBACK")
    assert content(small.settings) == before


def test_a_damaged_database_is_not_replaced_before_its_erasures_are_safe(small: Stocked, tmp_path: Path) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    database = small.settings.data_dir / "samband.sqlite3"
    for path in small.settings.data_dir.glob("samband.sqlite3-*"):
        path.unlink()
    database.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(RestoreRefused, match="erasures"):
        restore.restore(small.settings, archive, replacing=True)
    database.rename(tmp_path / "damaged")
    restore.restore(small.settings, archive, replacing=False)
    assert content(small.settings)["material"][0] == 1


# -- what is not backed up -------------------------------------------------------------------------------------------


def test_a_missing_document_is_said_and_leaves_no_archive(small: Stocked, tmp_path: Path) -> None:
    small.store.path(DIGEST).unlink()
    with pytest.raises(BackupFailed, match=DIGEST):
        back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_damaged_database_makes_no_backup(small: Stocked, tmp_path: Path) -> None:
    with closing(sqlite3.connect(small.settings.data_dir / "samband.sqlite3")) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("DELETE FROM material")
        database.commit()
    with pytest.raises(BackupFailed, match="name other rows"):
        back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_that_fails_half_way_leaves_nothing(
    small: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "write_archive", fail)
    with pytest.raises(OSError, match="space"):
        back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    assert list((tmp_path / "backups").iterdir()) == []
    assert backup_age_seconds(small.settings.data_dir) is None


# -- other versions and databases ------------------------------------------------------------------------------------


def test_a_backup_of_an_older_version_comes_back_at_this_one(tmp_path: Path) -> None:
    old = other(tmp_path, "old")
    old.data_dir.mkdir()
    command.upgrade(alembic_config(old.sqlalchemy_url), "0001")
    with closing(sqlite3.connect(old.data_dir / "samband.sqlite3")) as database:
        database.execute("INSERT INTO missingbody (country, body) VALUES ('NO', 'et kontor')")
        database.commit()
    archive = back_up(old, tmp_path / "backups", KEEP_DAYS)
    assert verify(archive).revision == "0001"
    machine = other(tmp_path)
    restore.restore(machine, archive, replacing=False)
    assert content(machine)["missingbody"][0] == 1


@pytest.mark.full
@pytest.mark.postgres
def test_it_comes_back_in_postgresql_and_from_there_in_sqlite(
    stocked: Stocked, tmp_path: Path, postgres_url: str
) -> None:
    server = stocked.settings.model_copy(update={"data_dir": tmp_path / "server", "database_url": postgres_url})
    restore.restore(server, back_up(stocked.settings, tmp_path / "backups", KEEP_DAYS), replacing=False)
    assert content(server) == content(stocked.settings)

    archive = back_up(server, tmp_path / "backups", KEEP_DAYS)
    assert verify(archive).origin == "postgresql"
    with pytest.raises(RestoreRefused, match="--replace"):
        restore.restore(server, archive, replacing=False)
    restore.restore(server, archive, replacing=True)
    machine = other(tmp_path)
    restore.restore(machine, archive, replacing=False)
    assert content(machine) == content(server) == content(stocked.settings)
    assert FileStore(machine.data_dir).path(DIGEST).read_bytes() == DOCUMENT


# -- the commands ----------------------------------------------------------------------------------------------------


def samband(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(console, "get_settings", lambda: settings)
    result = CliRunner().invoke(cli.commands, list(arguments))
    return result.exit_code, result.output


@pytest.mark.full
def test_a_restored_portal_is_fit_and_found_in(
    stocked: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    code, said = samband(stocked.settings, monkeypatch, "backup", str(folder))
    assert code == 0
    archive = next(folder.glob("*.tar.gz"))
    assert str(archive) in said
    assert samband(stocked.settings, monkeypatch, "verify-backup", str(archive))[0] == 0
    machine = other(tmp_path)
    code, said = samband(machine, monkeypatch, "restore", str(archive))
    assert code == 0
    assert "The index holds" in said
    code, said = samband(machine, monkeypatch, "check")
    assert (code, "FAIL" in said) == (0, False)


def test_the_commands_say_in_one_line_what_is_wrong(
    small: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = back_up(small.settings, tmp_path / "backups", KEEP_DAYS)
    code, said = samband(small.settings, monkeypatch, "restore", str(archive))
    assert (code, said.count("\n")) == (1, 1)
    assert "--replace" in said
    flipped(archive)
    for name in ("verify-backup", "restore"):
        code, said = samband(small.settings, monkeypatch, name, str(archive))
        assert (code, said.count("\n"), said.startswith("Refused:")) == (1, 1, True)
    shutil.rmtree(small.settings.data_dir)
    code, said = samband(small.settings, monkeypatch, "backup", str(tmp_path / "backups"))
    assert code == 1
    assert "no database" in said
