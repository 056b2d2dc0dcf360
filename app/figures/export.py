"""A figure as CSV: every row carries definition, caveats and source, and `samband import-figures` reads it again."""

import csv
import io

from app.figures.csv_cells import safe_cell
from app.figures.service import Cell, Figure, Row, Series
from app.figures.table_columns import BETWEEN_SOURCES, BETWEEN_WORDS, COLUMNS, STANDING, YES

MEDIA_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes the file for its own old encoding and spoils å, ä, ø, þ."""


def figure_csv(figure: Figure) -> str:
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    shared = _indicator_cells(figure)
    for place, series in enumerate(figure.series):
        for row in figure.rows:
            cell = row.cells[place]
            if cell.is_stated:
                fields = shared | _series_cells(series) | _number_cells(row, cell)
                writer.writerow({name: safe_cell(text) for name, text in fields.items()})
    return BYTE_ORDER_MARK + target.getvalue()


def _indicator_cells(figure: Figure) -> dict[str, str]:
    sources = figure.sources
    return {
        "indicator": figure.id,
        "country": figure.country,
        "language": figure.title.language,
        "unit": figure.unit.value,
        "title": figure.title.value,
        "definition": figure.definition.value,
        "caveat": figure.caveat.value,
        "contradiction": figure.contradiction.value,
        "machine_assisted": YES if figure.title.is_assisted else "",
        "partitions": BETWEEN_WORDS.join(figure.partitions),
        "source_publisher": BETWEEN_SOURCES.join(source.publisher for source in sources),
        "source_title": BETWEEN_SOURCES.join(source.title for source in sources),
        "source_url": _joined([source.url for source in sources]),
        "source_date": _joined([source.date for source in sources]),
        "as_of": figure.as_of or "",
        STANDING: figure.standing_caveat,
    }


def _joined(values: list[str | None]) -> str:
    return BETWEEN_SOURCES.join(value or "" for value in values) if any(values) else ""


def _series_cells(series: Series) -> dict[str, str]:
    return {
        "series": series.code,
        "series_label": series.label.value,
        "series_caveat": series.caveat.value,
        "breakdown": BETWEEN_WORDS.join(f"{dimension}={value}" for dimension, value in series.breakdown.items()),
    }


def _number_cells(row: Row, cell: Cell) -> dict[str, str]:
    return {
        "period": row.period.text,
        "value": "" if cell.value is None else f"{cell.value:.12g}",
        "approximate": YES if cell.is_approximate else "",
        "note": cell.note.value,
    }
