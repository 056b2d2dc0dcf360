"""indicators.yaml → rows. It is a file as `samband import-figures` takes it, read by the same rules."""

from collections.abc import Iterator
from pathlib import Path

from sqlmodel import SQLModel

from app.figures.importing import rows_of
from app.figures.reading import FileRefused, read_figures
from seed_data.read import SeedError

FILE = "indicators.yaml"


def figure_rows(folder: Path) -> Iterator[list[SQLModel]]:
    """Raises SeedError that names every problem at once."""
    try:
        forms = read_figures(folder / FILE)
    except FileRefused as error:
        raise SeedError([str(refusal) for refusal in error.refusals]) from error
    read = [rows_of(form, position) for position, form in enumerate(forms)]
    yield [rows.indicator for rows in read]
    yield [series for rows in read for series in rows.series]
    yield [observation for rows in read for observation in rows.observations]
