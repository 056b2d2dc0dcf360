"""`samband import-figures`: tables of counted figures, one file at a time."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.console import bar, errors, out, refuse_other_revision, settings_or_exit
from app.db import make_engine, reading, transaction
from app.figures.importing import Report, import_figures
from app.figures.reading import YAML

ENDINGS = (".csv", ".tsv", ".xlsx", *YAML)


def import_figures_command(
    paths: Annotated[list[Path], typer.Argument(help="Files (.csv .tsv .xlsx .yaml), or folders of them.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Also write what was taken and refused here, as JSON.")] = None,
) -> None:
    """Take tables of counted figures; what describes persons is refused. A second time changes nothing."""
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    files = list(_files(paths))
    engine = make_engine(chosen.sqlalchemy_url)
    reports: list[tuple[Path, Report]] = []
    try:
        with bar("Reading figures") as advance:
            for done, path in enumerate(files, start=1):
                # What is never committed is a rehearsal.
                with reading(engine) if dry_run else transaction(engine, actor="import") as session:
                    reports.append((path, import_figures(session, path)))
                advance(done, len(files))
    finally:
        engine.dispose()
    for _, found in reports:
        _tell(found)
    if report is not None:
        written = [{"file": str(path), **asdict(found)} for path, found in reports]
        report.write_text(json.dumps(written, ensure_ascii=False, indent=2), "utf-8")
    raise typer.Exit(1 if any(found.refused for _, found in reports) else 0)


def _files(paths: list[Path]) -> Iterator[Path]:
    """A folder stands for the tables in it; a YAML file that describes a table beside it is read with that table."""
    for path in paths:
        listed = sorted(path.iterdir()) if path.is_dir() else [path]
        tables = {found.with_suffix("") for found in listed if found.suffix.lower() in ENDINGS and not _is_yaml(found)}
        for found in listed:
            is_sidecar = _is_yaml(found) and found.with_suffix("") in tables
            if not path.is_dir() or (found.suffix.lower() in ENDINGS and not is_sidecar):
                yield found


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in YAML


def _tell(report: Report) -> None:
    for word, ids in (("new", report.new), ("changed", report.changed), ("unchanged", report.unchanged)):
        for key in ids:
            out.print(f"{word:<10} {key}", markup=False)
    for flag in report.flagged:
        out.print(f"{'flagged':<10} {flag.indicator}: {flag.words}", markup=False)
    for refusal in report.refused:
        errors.print(f"{'refused':<10} {refusal}", markup=False)
