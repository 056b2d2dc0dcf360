"""`samband backup`, `restore`, `copy-database`, `erase`: what keeps a portal safe over the years."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app import sync
from app.backup import BackupFailed, back_up
from app.backup_archive import BackupDamaged, verify
from app.cli_links import check_links_command
from app.console import bar, errors, opened_for_indexing_or_exit, out, refuse_other_revision, settings_or_exit
from app.copying import CopyRefused, copy_database
from app.db import make_engine, upgrade
from app.erasure import erase_for_good
from app.library.files import FileStore
from app.restore import RestoreRefused, restore
from app.settings import Settings
from search.engine import EngineError

BACKUP_DAYS = 35
"""How long erased records may live on in archives; the privacy page's figure."""

operations = typer.Typer()
operations.command("check-links")(check_links_command)


class Erasable(StrEnum):
    CONTACT_POINT = "contactpoint"
    CASE_SUMMARY = "casesummary"
    MATERIAL = "material"


@operations.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the archive goes; made where it is missing.")],
    keep_days: Annotated[int, typer.Option(min=1, help="Older archives in the folder are deleted.")] = BACKUP_DAYS,
) -> None:
    """Write all rows and documents into one verified archive; the portal may go on serving and writing."""
    chosen = settings_or_exit()
    with _told():
        archive = back_up(chosen, folder, keep_days)
    out.print(f"{archive} ({archive.stat().st_size / 1e6:.1f} MB) holds every row and document and reads well.")


@operations.command("verify-backup")
def verify_backup(archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Read an archive to its end and compare it with its manifest; nothing is changed."""
    with _told():
        manifest = verify(archive)
    rows = sum(manifest.rows.values())
    out.print(f"Sound: {rows} rows of revision {manifest.revision}, {len(manifest.members) - 1} files.")


@operations.command("restore")
def restore_backup(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the rows that are there.")] = False,
) -> None:
    """Bring an archive back, erase again what was erased since, and build the index. Stop the portal first."""
    chosen = settings_or_exit()
    with _told():
        restored = restore(chosen, archive, replacing=replace)
    rows = sum(restored.manifest.rows.values())
    at = f"{restored.manifest.created_at:%Y-%m-%d %H:%M} UTC"
    out.print(f"Restored {rows} rows and {restored.documents} documents of {at}.")
    if restored.erased_again:
        out.print(f"{restored.erased_again} records had been erased since and were erased again.")
    _reindex(chosen)


@operations.command("copy-database")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="SQLAlchemy address of the database to read.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Empty: SAMBAND_DATABASE_URL.")] = "",
) -> None:
    """Copy all tables into an empty database, in one transaction, with counts and checksums compared."""
    chosen = settings_or_exit()
    here, there = _engine(source), _engine(target or chosen.sqlalchemy_url)
    if here.dialect.name == "sqlite" and not Path(here.url.database or "").is_file():
        errors.print(f"There is no database at {here.url.database}.", markup=False)
        raise typer.Exit(1)
    try:
        with _told():
            upgrade(chosen.model_copy(update={"database_url": there.url.render_as_string(hide_password=False)}))
            with bar("Copying rows") as advance:
                sums = copy_database(here, there, advance)
    finally:
        here.dispose()
        there.dispose()
    out.print(f"{sum(one.rows for one in sums)} rows in {len(sums)} tables arrived; counts and checksums agree.")
    out.print("Documents lie in the data folder and stay there. Next: `samband reindex`.")


@operations.command("erase")
def erase_record(
    kind: Annotated[Erasable, typer.Argument(help="What it is.")],
    key: Annotated[str, typer.Argument(help="Its identifier, as it stands in its address.")],
) -> None:
    """Delete a record for good: no restore, seed or import brings it back. The index hears of it at its next turn."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    engine = make_engine(chosen.sqlalchemy_url)
    try:
        is_found = erase_for_good(engine, FileStore(chosen.data_dir), kind.value, key)
    finally:
        engine.dispose()
    if not is_found:
        errors.print(f"There is no {kind.value} {key}.", markup=False)
        raise typer.Exit(1)
    out.print(
        f"Erased. Archives made before hold it for {BACKUP_DAYS} days; take a backup now to keep the ledger safe."
    )


@contextmanager
def _told() -> Iterator[None]:
    """What stands in the way is said in one line."""
    try:
        yield
    except (BackupDamaged, BackupFailed, RestoreRefused, CopyRefused, OSError) as error:
        errors.print(f"Refused: {error}", markup=False)
        raise typer.Exit(1) from None
    except SQLAlchemyError as error:
        # Its text may hold rows.
        errors.print(f"The database does not do it ({type(error).__name__}). Nothing was changed.", markup=False)
        raise typer.Exit(1) from None


def _engine(url: str) -> Engine:
    try:
        return make_engine(make_url(url).render_as_string(hide_password=False))
    except (ArgumentError, ModuleNotFoundError):
        errors.print("That is no address of SQLite or PostgreSQL.")
        raise typer.Exit(2) from None


def _reindex(settings: Settings) -> None:
    portal = opened_for_indexing_or_exit(settings)
    try:
        with bar("Building the index") as advance:
            records = sync.rebuild(portal, advance)
    except EngineError as error:
        errors.print(f"The index is not built: {error}. Run `samband reindex` when it answers.", markup=False)
        raise typer.Exit(1) from None
    finally:
        portal.database.dispose()
    out.print(f"The index holds {records} records.")
