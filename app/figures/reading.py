"""Files of figures → forms. A file is taken whole or refused whole, with every fault by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.figures.forms import IndicatorForm
from app.figures.privacy import person_text, small_cells
from app.figures.table_forms import RowFault, TableForm, forms_of_table, wide_form
from app.figures.tables import Unreadable, decoded, read_bytes, read_table
from app.plain_yaml import NotPlain, read_plain_yaml

YAML = (".yaml", ".yml")
TABLES = (".csv", ".tsv", ".xlsx")
MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Refusal:
    """`row` of a table, None where the file or a record as a whole is meant."""

    file: str
    row: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: row {self.row}: {self.reason}" if self.row else f"{self.file}: {self.reason}"


class FileRefused(ValueError):
    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = tuple(refusals[:MAX_PROBLEMS])


def read_figures(path: Path) -> list[IndicatorForm]:
    """Raises FileRefused, which names everything at once."""
    try:
        if path.suffix.lower() in YAML:
            return _from_yaml(path)
        if path.suffix.lower() in TABLES:
            return _from_table(path)
    except Unreadable as error:
        raise FileRefused([Refusal(path.name, None, str(error))]) from error
    except RowFault as error:
        raise FileRefused([Refusal(path.name, row, reason) for row, reason in error.faults]) from error
    raise FileRefused([Refusal(path.name, None, f"no table of figures: only {', '.join((*YAML, *TABLES))}")])


def _from_table(path: Path) -> list[IndicatorForm]:
    table = read_table(path)
    sidecar = next((path.with_suffix(end) for end in YAML if path.with_suffix(end).is_file()), None)
    found = forms_of_table(table) if sidecar is None else [wide_form(table, _mapping(_document(sidecar)))]
    refusals = [Refusal(path.name, found_row, reason) for draft in found for found_row, reason in _checked(draft)]
    if refusals:
        raise FileRefused(refusals)
    return [draft.form for draft in found]


def _checked(draft: TableForm) -> Iterator[tuple[int | None, str]]:
    for place, reason in small_cells(draft.form):
        yield draft.rows[place], reason


def _from_yaml(path: Path) -> list[IndicatorForm]:
    document = _document(path)
    listed = document.get("indicators", [document]) if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise Unreadable("must hold an indicator, or a list of them under “indicators”")
    refusals = [Refusal(path.name, None, reason) for reason in _persons(document, "")]
    forms: list[IndicatorForm] = []
    for number, entry in enumerate(listed, start=1):
        label = entry.get("id", f"record {number}") if isinstance(entry, dict) else f"record {number}"
        try:
            form = IndicatorForm.model_validate(entry)
        except ValidationError as error:
            refusals += [Refusal(path.name, None, f"{label}: {line}") for line in fault_lines(error)]
            continue
        forms.append(form)
        refusals += [
            Refusal(path.name, None, f"{label}: observation {place + 1}: {reason}")
            for place, reason in small_cells(form)
        ]
    names = [form.id for form in forms]
    refusals += [Refusal(path.name, None, f"{name}: stands there twice") for name in {*names} if names.count(name) > 1]
    if refusals:
        raise FileRefused(refusals)
    return forms


def fault_lines(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}".lstrip(": ") for entry in error.errors()]


def _document(path: Path) -> object:
    try:
        return read_plain_yaml(decoded(read_bytes(path)))
    except NotPlain as error:
        raise Unreadable(str(error)) from error


def _mapping(document: object) -> dict[str, object]:
    if not isinstance(document, dict):
        raise Unreadable("the YAML file beside it must be one mapping")
    return document


def _persons(node: object, place: str) -> Iterator[str]:
    if isinstance(node, str):
        reason = None if place.endswith("url") else person_text(node)
        if reason:
            yield f"{place}: {reason}"
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _persons(value, f"{place}.{key}".lstrip("."))
    elif isinstance(node, list):
        for number, value in enumerate(node, start=1):
            yield from _persons(value, f"{place}.{number}".lstrip("."))
