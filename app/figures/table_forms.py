"""Rows of a table → indicators. Two shapes: every row complete in itself, or years × series with a YAML file beside."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from app.figures.csv_cells import plain_cell
from app.figures.forms import IndicatorForm
from app.figures.privacy import person_columns, person_text, person_value
from app.figures.table_columns import (
    BETWEEN_SOURCES,
    BETWEEN_WORDS,
    COLUMNS,
    OF_INDICATOR,
    OF_SERIES,
    REQUIRED,
    SOURCE,
    TEXTS,
    YES,
)
from app.figures.tables import Table, TableRow, Unreadable

UNKNOWN = frozenset({"", "..", ":"})
"""How statistical tables write that a number is not known."""
WORDS = frozenset({*TEXTS, *SOURCE, "series_label", "series_caveat", "note", "standing_caveat"})
ADDRESSES = frozenset({"source_url"})
DATES = frozenset({"source_date", "as_of"})
PERIOD_COLUMNS = frozenset({"period", "year", "år", "vuosi", "ár"})
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?|\d+\.\d{4,}")


class RowFault(ValueError):
    """`faults`: (row or None, reason)."""

    def __init__(self, faults: Sequence[tuple[int | None, str]]) -> None:
        super().__init__("; ".join(reason for _, reason in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class TableForm:
    """`rows`: the row of the table in which each observation of the form stands."""

    form: IndicatorForm
    rows: tuple[int, ...]


Record = Mapping[str, str]


def forms_of_table(table: Table) -> list[TableForm]:
    """Raises RowFault."""
    columns = [re.sub(r"[ -]+", "_", column.casefold()) for column in table.header]
    faults: list[tuple[int | None, str]] = [(1, reason) for reason in (*person_columns(table.header), *_fit(columns))]
    if faults:
        raise RowFault(faults)
    records = {row.number: dict(zip(columns, map(plain_cell, row.cells), strict=True)) for row in table.rows}
    faults += [(number, reason) for number, record in records.items() for reason in _personal(record)]
    grouped: dict[str, dict[int, Record]] = {}
    for number, record in records.items():
        grouped.setdefault(record["indicator"].strip(), {})[number] = record
    drafts = [_draft(group, faults) for group in grouped.values()] if not faults else []
    if faults:
        raise RowFault(faults)
    return [draft for draft in drafts if draft]


def _fit(columns: Sequence[str]) -> Iterator[str]:
    missing = [column for column in COLUMNS if column in REQUIRED and column not in columns]
    unknown = [column for column in columns if column and column not in COLUMNS]
    if missing:
        yield f"the columns {', '.join(missing)} are missing"
    if unknown:
        yield f"unknown columns {', '.join(unknown)}: only counted figures with {', '.join(COLUMNS)} are taken"
    if len(set(columns)) < len(columns):
        yield "a column stands there twice"


def _personal(record: Record) -> Iterator[str]:
    for column, text in record.items():
        if column in ADDRESSES or column in DATES or not text:
            continue
        is_text = column in WORDS or column == "period"
        reason = person_text(text) if is_text else person_value(text)
        if reason:
            yield f"{column}: {reason}"


def _draft(group: Mapping[int, Record], faults: list[tuple[int | None, str]]) -> TableForm | None:
    first_row, first = next(iter(group.items()))
    before = len(faults)
    known: dict[str, Record] = {}
    for number, record in group.items():
        series = known.setdefault(record["series"], record)
        for column in (*OF_INDICATOR, *OF_SERIES):
            expected = series if column in OF_SERIES else first
            if record.get(column, "") != expected.get(column, ""):
                faults.append((number, f"{column} differs from the other rows of {record['indicator']}"))
    observations = []
    for number, record in group.items():
        try:
            observations.append(_observation(record, record["language"]))
        except ValueError as error:
            faults.append((number, str(error)))
    if len(faults) > before:
        return None
    try:
        fields = _fields(first) | {"series": [_series(record) for record in known.values()]}
        form = IndicatorForm.model_validate(fields | {"observations": observations})
    except (ValidationError, ValueError) as error:
        numbers = list(group)
        faults += [(row, reason) for row, reason in _placed(error, numbers, first_row)]
        return None
    return TableForm(form, tuple(group))


def _placed(error: ValueError, numbers: Sequence[int], first_row: int) -> Iterator[tuple[int, str]]:
    """A fault of one observation is told by the row it stands in."""
    if not isinstance(error, ValidationError):
        yield first_row, str(error)
        return
    for entry in error.errors():
        location = entry["loc"]
        if len(location) > 1 and location[0] == "observations" and isinstance(location[1], int):
            yield numbers[location[1]], f"{'.'.join(map(str, location[2:]))}: {entry['msg']}"
        else:
            named = re.search(r"observation (\d+): ", entry["msg"])
            row = numbers[int(named.group(1)) - 1] if named else first_row
            yield row, f"{'.'.join(map(str, location))}: {entry['msg']}".lstrip(": ")


def _observation(record: Record, language: str) -> dict[str, object]:
    return {
        "series": record["series"].strip(),
        "period": record["period"].strip(),
        "value": number(record["value"]),
        "approximate": is_yes(record.get("approximate", "")),
        "note": _said(record.get("note", ""), language),
    }


def number(text: str) -> float | None:
    """Spaces group thousands, comma or point begins decimals. Raises ValueError for `1,234`, which means either."""
    trimmed = text.strip()
    if trimmed in UNKNOWN:
        return None
    if not _NUMBER.fullmatch(trimmed):
        raise ValueError(f"value: {trimmed[:20]!r} is no plain number")
    return float(re.sub(r"[ \u00a0\u202f]", "", trimmed).replace(",", "."))


def is_yes(text: str) -> bool:
    """Raises ValueError for what is neither yes nor no."""
    word = text.strip().casefold()
    if word in {"", "no", "0", "false"}:
        return False
    if word in {YES, "1", "true"}:
        return True
    raise ValueError(f"{text.strip()[:20]!r} is neither yes nor no")


def _said(text: str, language: str) -> dict[str, str]:
    return {language.strip(): text} if text.strip() else {}


def _fields(record: Record) -> dict[str, object]:
    language = record["language"].strip()
    texts = {column: _said(record.get(column, ""), language) for column in TEXTS}
    return {
        "id": record["indicator"].strip(),
        "country": record["country"].strip().upper(),
        "unit": record["unit"].strip(),
        **texts,
        "assisted": [language] if is_yes(record.get("machine_assisted", "")) else [],
        "partitions": _listed(record.get("partitions", "")),
        "sources": _sources(record),
        "as_of": record.get("as_of", "").strip() or None,
    }


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(BETWEEN_WORDS) if word.strip()]


def _sources(record: Record) -> list[dict[str, str | None]]:
    parts = {column: record.get(column, "").split(BETWEEN_SOURCES.strip()) for column in SOURCE}
    count = len(parts["source_publisher"])
    if any(len(values) not in {count, 1} for values in parts.values()) or len(parts["source_title"]) != count:
        raise ValueError(
            f"sources: as many titles, addresses and dates as publishers, with “{BETWEEN_SOURCES}” between"
        )
    padded = {column: [*values, *[""] * (count - len(values))] for column, values in parts.items()}
    return [
        {column.removeprefix("source_"): values[place].strip() or None for column, values in padded.items()}
        for place in range(count)
    ]


def _series(record: Record) -> dict[str, object]:
    language = record["language"]
    pairs = [word.partition("=") for word in _listed(record.get("breakdown", ""))]
    return {
        "code": record["series"].strip(),
        "label": _said(record["series_label"], language),
        "caveat": _said(record.get("series_caveat", ""), language),
        "breakdown": {dimension.strip(): value.strip() for dimension, _, value in pairs},
    }


def wide_form(table: Table, sidecar: dict[str, object]) -> TableForm:
    """One row a period, one column a series; `columns` of the YAML file: heading → series. Raises RowFault."""
    columns = sidecar.pop("columns", None)
    if not isinstance(columns, dict):
        raise Unreadable("the YAML file beside it must say under “columns” which heading is which series")
    faults: list[tuple[int | None, str]] = [(1, reason) for reason in person_columns(table.header)]
    periods = [place for place, name in enumerate(table.header) if name.casefold() in PERIOD_COLUMNS]
    unknown = [name for place, name in enumerate(table.header) if name not in columns and place not in periods]
    if len(periods) != 1:
        faults.append((1, "one column must be called year or period"))
    if unknown:
        faults.append((1, f"the YAML file beside it does not say which series these are: {', '.join(unknown)}"))
    if faults:
        raise RowFault(faults)
    observations: list[dict[str, object]] = []
    rows: list[int] = []
    for row in table.rows:
        for found in _wide_row(row, table.header, periods[0], columns, faults):
            observations.append(found)
            rows.append(row.number)
    if faults:
        raise RowFault(faults)
    try:
        return TableForm(IndicatorForm.model_validate(sidecar | {"observations": observations}), tuple(rows))
    except ValidationError as error:
        raise RowFault(list(_placed(error, rows, 1))) from error


def _wide_row(
    row: TableRow, header: Sequence[str], period: int, columns: Mapping[str, str], faults: list[tuple[int | None, str]]
) -> Iterator[dict[str, object]]:
    for place, (name, text) in enumerate(zip(header, row.cells, strict=True)):
        reason = person_text(text) if place == period else person_value(text)
        if reason:
            faults.append((row.number, f"{name}: {reason}"))
        elif place != period:
            try:
                value = number(text)
            except ValueError as error:
                faults.append((row.number, f"{name}: {error}"))
            else:
                yield {"series": columns[name], "period": row.cells[period].strip(), "value": value}
