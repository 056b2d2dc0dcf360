"""`samband check-links`: which links still lead somewhere, and whom to tell of those that do not."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from app.console import bar, errors, out, refuse_other_revision, settings_or_exit
from app.db import make_engine, reading, transaction
from app.links.asking import Way, ask_all
from app.links.models import Answer, LinkStatus
from app.links.service import (
    Keeper,
    Link,
    due,
    findings,
    forget_unlinked,
    of_records,
    report_csv,
    report_lines,
    visible_links,
)
from app.settings import Settings

SOME_ARE_BROKEN = 3


def check_links_command(
    records: Annotated[
        list[str] | None, typer.Argument(help="Only these records: identifiers or addresses of their pages.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; ask nobody.")] = False,
    older_than: Annotated[
        int, typer.Option(min=0, max=3650, metavar="DAYS", help="Only links not checked for so many days.")
    ] = 0,
    report: Annotated[bool, typer.Option("--report", help="Ask nobody; name the broken links by owner.")] = False,
    csv: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Also write that report here.")
    ] = None,
) -> None:
    """Ask every link of what visitors see whether it still leads anywhere. Exit code 3: some are broken."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    engine = make_engine(chosen.sqlalchemy_url)
    try:
        if not report:
            links = _links_or_exit(engine, records or [])
            with reading(engine) as session:
                urls = due(session, links, older_than)
            if dry_run:
                _rehearse(links, urls)
                return
            _ask(engine, urls, way(chosen))
        is_broken = _report(engine, chosen, csv, is_asked=report)
    finally:
        engine.dispose()
    raise typer.Exit(SOME_ARE_BROKEN if is_broken else 0)


def way(settings: Settings) -> Way:
    return Way(agent=f"Samband link checker (+{settings.base_url})")


def _links_or_exit(engine: Engine, records: list[str]) -> list[Link]:
    with reading(engine) as session:
        links = visible_links(session)
    if not records:
        return links
    chosen, unknown = of_records(links, records)
    for name in unknown:
        errors.print(f"No record that visitors see has this name and a link: {name}", markup=False)
    if unknown:
        raise typer.Exit(2)
    return chosen


def _rehearse(links: list[Link], urls: list[str]) -> None:
    wanted = set(urls)
    for link in links:
        if link.url in wanted:
            out.print(f"{link.url}  in {link.path}", markup=False)
    out.print(f"Links that would be asked: {len(urls)}.")


def _ask(engine: Engine, urls: list[str], how: Way) -> None:
    keeper = Keeper(engine, urls)
    counted: Counter[LinkStatus] = Counter()
    with bar("Asking links") as advance:

        def tell(url: str, answer: Answer) -> None:
            keeper.take(url, answer)
            counted[answer.status] += 1
            advance(counted.total(), len(urls))
            if answer.status is not LinkStatus.OK:
                out.print(f"{answer.status:<13} {url}  {answer.detail}", markup=False)

        asyncio.run(ask_all(urls, how, tell))
    if not keeper.close():
        errors.print("Not one host answered, so nothing was kept: has this machine a way out?")
        raise typer.Exit(1)
    with transaction(engine, actor="check-links") as session:
        forget_unlinked(session)
    parts = ", ".join(f"{counted[status]} {status}" for status in LinkStatus if counted[status])
    out.print(f"Links asked: {len(urls)}{' (' if parts else ''}{parts}{')' if parts else ''}.")


def _report(engine: Engine, settings: Settings, csv: Path | None, *, is_asked: bool) -> bool:
    with reading(engine) as session:
        found = findings(session)
        lines = list(report_lines(found, settings.base_url)) if is_asked else []
        table = report_csv(found, settings.base_url)
    for line in lines:
        out.print(line, markup=False)
    if csv is not None:
        csv.write_text(table, "utf-8", newline="")
    hint = "" if is_asked or not found else ": `samband check-links --report` names them"
    out.print(f"Broken: {len(found)}{hint}.")
    return bool(found)
