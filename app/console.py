"""What the commands share: how they speak, the settings they read, a bar for what takes long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from app.checks import database_head
from app.portal import NotReady, open_portal, refuse_other_server
from app.settings import Settings, get_settings
from app.state import Portal

Progress = Callable[[int, int], None]

out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def current_settings() -> Settings:
    return get_settings()


def settings_or_exit() -> Settings:
    try:
        return current_settings()
    except ValidationError as error:
        for problem in error.errors():
            # What is wrong with several settings together names them in its words.
            names = "".join(f"SAMBAND_{str(part).upper()}: " for part in problem["loc"])
            errors.print(f"Setting refused: {names}{problem['msg']}", markup=False)
        raise typer.Exit(2) from None


def refuse_other_revision(settings: Settings) -> None:
    head = database_head(settings)
    if not head.is_ok:
        errors.print(f"Not ready: {head.text}", markup=False)
        raise typer.Exit(1)


def refuse_other_engine(settings: Settings) -> None:
    try:
        refuse_other_server(settings)
    except NotReady as error:
        _not_ready(error)


def opened_or_exit(settings: Settings) -> Portal:
    try:
        return open_portal(settings)
    except NotReady as error:
        _not_ready(error)


def opened_for_indexing_or_exit(settings: Settings) -> Portal:
    portal = opened_or_exit(settings)
    if not all(index.is_written_here for index in portal.indexes):
        _not_ready(NotReady("this writes the index and needs SAMBAND_MEILISEARCH_KEY"))
    return portal


def _not_ready(error: NotReady) -> NoReturn:
    errors.print(f"Not ready: {error}", markup=False)
    raise typer.Exit(1) from None


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with ProgressBar(*columns, console=errors) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
