"""`samband …`: what whoever runs the portal types."""

import os
import socket
import sys
from typing import Annotated

import typer
import uvicorn
from sqlalchemy import Engine

from app import sync
from app.checks import all_checks
from app.cli_documents import export_command, import_command
from app.cli_figures import import_figures_command
from app.cli_meilisearch import keys_command
from app.cli_operations import operations
from app.console import (
    bar,
    current_settings,
    errors,
    opened_for_indexing_or_exit,
    out,
    refuse_other_engine,
    refuse_other_revision,
    settings_or_exit,
)
from app.db import make_engine, reading, transaction, upgrade
from app.erasure import replay
from app.main import configure_logging, create_app
from app.settings import Settings
from app.settings_page import settings_page
from app.worker import Worker, run_until_told
from search.engine import EngineError
from seed_data.load import load
from seed_data.read import SeedError
from seed_data.stamp import is_loaded, remember

SECONDS_FOR_OPEN_REQUESTS = 5

commands = typer.Typer(
    help="The Nordic directory and library against trafficking in human beings.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.command("import")(import_command)
commands.command("export")(export_command)
commands.command("import-figures")(import_figures_command)
commands.command("meilisearch-keys")(keys_command)
commands.add_typer(operations)


def main() -> None:
    """Ctrl-C is an ordinary end: no traceback; serving ends with 0, unfinished work with 130."""
    try:
        commands()
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(130)


@commands.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    upgrade(settings_or_exit())
    out.print("The database is at the newest revision.")


@commands.command()
def seed() -> None:
    """Load the portal's own data; a second time changes nothing."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    engine = make_engine(chosen.sqlalchemy_url)
    try:
        _load(engine)
    finally:
        engine.dispose()


@commands.command()
def reindex() -> None:
    """Fill a new search index from the database and swap it in."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    _reindex(chosen)


@commands.command()
def check() -> None:
    """Settings, database, engine, index lag, disk: one line each; exit code 1 when one is not as it should be."""
    is_fit = True
    for line in all_checks(current_settings):
        is_fit &= line.is_ok
        out.print(f"{'ok  ' if line.is_ok else 'FAIL'}  {line.name:<10} {line.text}", markup=False)
    raise typer.Exit(0 if is_fit else 1)


@commands.command()
def settings() -> None:
    """Every environment variable with its meaning, as docs/settings.md shows it."""
    sys.stdout.write(settings_page())


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8000,
    prepare: Annotated[bool, typer.Option("--prepare", help="First migrate, seed and index what has changed.")] = False,
) -> None:
    """Serve the portal until Ctrl-C."""
    chosen = settings_or_exit()
    listener = listen_or_exit(host, port)
    if prepare:
        _prepare(chosen)
    refuse_other_revision(chosen)
    refuse_other_engine(chosen)
    server = _Server(uvicorn_config(chosen), f"http://{_shown(host)}:{listener.getsockname()[1]}")
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        # uvicorn has answered what was open and raises the signal again when it is done.
        errors.print("Stopped.")
    if not server.started:
        raise typer.Exit(1)


@commands.command("worker")
def worker_command(
    once: Annotated[bool, typer.Option("--once", help="Bring the index up to date, compare it, and end.")] = False,
) -> None:
    """Bring every change to the search index until Ctrl-C. With SQLite `samband serve` does it by itself."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    configure_logging(chosen)
    portal = opened_for_indexing_or_exit(chosen)
    try:
        is_done = Worker(portal).once() if once else run_until_told(portal)
    finally:
        portal.database.dispose()
    raise typer.Exit(0 if is_done else 1)


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            out.print(f"Samband is at {self.address} (Ctrl-C stops it)")


def uvicorn_config(settings: Settings) -> uvicorn.Config:
    """Without uvicorn's own access log, which would write what people search for. Only named proxies are trusted."""
    return uvicorn.Config(
        create_app(settings, with_worker=settings.is_sqlite),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips or "",
        timeout_graceful_shutdown=SECONDS_FOR_OPEN_REQUESTS,
    )


def _shown(host: str) -> str:
    return "localhost" if host == "127.0.0.1" else f"[{host}]" if ":" in host else host


def listen_or_exit(host: str, port: int) -> socket.socket:
    """Taken before anything else is done, so that a busy port is said at once."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        errors.print(f"Cannot listen on {host}:{port}: {error.strerror}. Another port: --port N", markup=False)
        raise typer.Exit(1) from None
    return listener


def _prepare(settings: Settings) -> None:
    """The server itself catches up with what is new; only what takes long is done here, with a bar."""
    upgrade(settings)
    engine = make_engine(settings.sqlalchemy_url)
    stamp = settings.data_dir / "seed.stamp"
    try:
        with reading(engine) as session:
            is_seeded = is_loaded(session, stamp)
        if not is_seeded:
            _load(engine)
            with reading(engine) as session:
                remember(session, stamp)
    finally:
        engine.dispose()
    if not is_seeded or not (settings.data_dir / "index").is_dir():
        _reindex(settings, only_if_needed=True)


def _load(engine: Engine) -> None:
    try:
        with bar("Loading data") as advance, transaction(engine, actor="seed") as session:
            changed = load(session, advance)
            replay(session)
    except SeedError as error:
        errors.print(f"The seed files have faults; nothing was loaded.\n{error}", markup=False)
        raise typer.Exit(1) from None
    out.print(f"{changed} rows are new or changed.")


def _reindex(settings: Settings, *, only_if_needed: bool = False) -> None:
    portal = opened_for_indexing_or_exit(settings)
    try:
        if only_if_needed and not portal.engine.health().needs_rebuild:
            return
        with bar("Building the index") as advance:
            records = sync.rebuild(portal, advance)
    except EngineError as error:
        errors.print(f"The index is not built: {error}", markup=False)
        if only_if_needed:
            # The portal starts nevertheless: whoever brings the changes in begins anew.
            return
        raise typer.Exit(1) from None
    finally:
        portal.database.dispose()
    out.print(f"The index holds {records} records.")
