"""`samband import` and `samband export`: documents in, the library out."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from app.console import bar, errors, opened_or_exit, out, refuse_other_revision, settings_or_exit
from app.errors import Busy, Full
from app.importing.export import export_library
from app.importing.records import MaterialRecord
from app.importing.service import Fate, ImportRunning, Line, Options, Scan, import_paths
from app.state import Portal

GOES_ON = "What was taken is kept; the same command goes on from there."
Text = Annotated[str | None, typer.Option()]


def import_command(  # noqa: PLR0913, PLR0917  the flags are the signature
    paths: Annotated[
        list[Path], typer.Argument(help=".pdf .docx .pptx .odt .html .md .txt .yaml .jsonl .csv .xlsx, or folders.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Also write what became of each file here, as JSON.")] = None,
    practices: Annotated[bool, typer.Option(help="Sections with success factors become records.")] = True,
    material_id: Annotated[str | None, typer.Option("--id", help="The material that a document belongs to.")] = None,
    title: Text = None,
    language: Annotated[str | None, typer.Option(help="Language of the document: da, fi, is, nb, nn, sv, en …")] = None,
    material_type: Annotated[str | None, typer.Option("--type", help="Type of material, as in the library.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Country code; may be repeated.")] = None,
    publisher: Text = None,
    publisher_organisation: Annotated[str | None, typer.Option(help="Id of the publisher in the directory.")] = None,
    year: Annotated[int | None, typer.Option()] = None,
    licence: Annotated[
        str | None, typer.Option(help="SPDX id: only with one are files shown and texts copied.")
    ] = None,
    identifier: Annotated[list[str] | None, typer.Option(help="ISBN …, ISSN …, URN:…, DOI …")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the document at its publisher.")] = None,
    part_of: Annotated[str | None, typer.Option(help="Id of the publication that it is a part of.")] = None,
    theme: Annotated[list[str] | None, typer.Option()] = None,
    concept: Annotated[
        list[str] | None, typer.Option(help="Concept of the thesaurus instead of proposed ones.")
    ] = None,
    audience: Annotated[list[str] | None, typer.Option()] = None,
    status: Annotated[str | None, typer.Option(help="published (default), draft, archived …")] = None,
    visibility: Annotated[str | None, typer.Option(help="CLEAR (default), GREEN, AMBER, AMBER+STRICT.")] = None,
) -> None:
    """Take documents, and tables of counted figures. A second time changes nothing; what was interrupted goes on.

    What a sidecar (report.pdf.yaml) says of a document wins over these flags, and flags win over what its text says.
    """
    said = {
        "id": material_id, "title": title, "language": language, "type": material_type, "countries": country,
        "publisher": publisher, "publisher_organisation": publisher_organisation, "year": year, "licence": licence,
        "identifiers": identifier, "url": url, "part_of": part_of, "themes": theme, "concepts": concept,
        "audience": audience, "status": status, "visibility": visibility,
    }  # fmt: skip
    flags = _flags({name: value for name, value in said.items() if value})
    _write_report(report, [])
    lines: list[Line] = []
    try:
        with _opened() as portal:
            _import(portal, paths, flags, Options(dry_run, practices), lines)
    finally:
        # Also of an import that was stopped or failed: what was taken until then is kept.
        _tell(lines, dry_run)
        _write_report(report, lines)
    raise typer.Exit(1 if any(line.fate is Fate.REFUSED for line in lines) else 0)


def export_command(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or is empty.")],
) -> None:
    """Write the whole library, files included, as `samband import` reads it: also what is not public."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        errors.print(f"{folder} is not empty; nothing was written.", markup=False)
        raise typer.Exit(1)
    with _opened() as portal, bar("Writing materials") as advance:
        written = export_library(portal, folder, advance)
    out.print(f"{written.materials} materials and {written.files} files are in {folder}.", markup=False)
    for name in written.missing:
        errors.print(f"missing on disk: {name}", markup=False)
    raise typer.Exit(1 if written.missing else 0)


@contextmanager
def _opened() -> Iterator[Portal]:
    chosen = settings_or_exit()
    refuse_other_revision(chosen)
    portal = opened_or_exit(chosen)
    try:
        yield portal
    finally:
        portal.database.dispose()


def _flags(said: dict[str, object]) -> MaterialRecord:
    try:
        return MaterialRecord.model_validate(said)
    except ValidationError as error:
        for problem in error.errors():
            errors.print(f"--{'-'.join(map(str, problem['loc']))}: {problem['msg']}", markup=False)
        raise typer.Exit(2) from None


def _import(portal: Portal, paths: list[Path], flags: MaterialRecord, options: Options, lines: list[Line]) -> None:
    try:
        with bar("Taking documents") as advance:
            for line in import_paths(portal, paths, flags, options, advance):
                lines.append(line)
    except ImportRunning:
        errors.print("Another import is running; nothing was changed.")
        raise typer.Exit(1) from None
    except Full:
        errors.print(f"Stopped: the disk of the database is full. {GOES_ON}")
        raise typer.Exit(1) from None
    except Busy:
        errors.print(f"The database is busy. {GOES_ON}")
        raise typer.Exit(1) from None
    except (OSError, OperationalError) as error:
        cause = error.orig if isinstance(error, OperationalError) else error.strerror or error
        errors.print(f"Stopped: {cause}. {GOES_ON}", markup=False)
        raise typer.Exit(1) from None


def _write_report(report: Path | None, lines: list[Line]) -> None:
    """First empty: whether it can be written shows before the work, not after it."""
    if report is None:
        return
    try:
        report.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        errors.print(f"The report {report} cannot be written: {error.strerror}", markup=False)
        raise typer.Exit(2) from None


def _tell(lines: list[Line], is_dry_run: bool) -> None:
    for line in lines:
        if line.fate is not Fate.UNCHANGED:
            taken = f"{line.material}, {line.passages} passages" if line.material else "figures"
            told = f"{line.reason}" if line.fate is Fate.REFUSED else taken
            out.print(f"{line.fate.value:<10} {line.name}: {told}", markup=False)
        for note in line.notes:
            out.print(f"           {note}", markup=False)
    counts = Counter(line.fate for line in lines)
    words = ", ".join(f"{counts[fate]} {fate.value}" for fate in Fate)
    out.print(f"{words}.{' Nothing was written: this was a rehearsal.' if is_dry_run else ''}", markup=False)
    if unscanned := sum(line.scan is Scan.NONE for line in lines):
        out.print(f"Not scanned for viruses: the files of {unscanned} (SAMBAND_CLAMD is not set).", markup=False)
    if counts[Fate.TAKEN] and not is_dry_run:
        out.print("Search shows them as soon as the index has caught up.")
