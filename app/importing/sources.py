"""Paths from the command line → items, in an order in which they can be taken; what is none is refused by name."""

import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from app.extraction.gate import MAX_FILE_BYTES
from app.extraction.result import Refused
from app.extraction.sandbox import kind_of
from app.figures.reading import TABLES, YAML
from app.importing.records import MaterialRecord
from app.plain_yaml import NotPlain, read_plain_yaml

RECORD_KINDS = (".yaml", ".yml", ".jsonl")
MAX_RECORDS_BYTES = 500_000_000
MAX_PROBLEMS = 3
MAX_LABEL = 80
FIGURE_FIELDS = frozenset({"indicators", "observations"})


@dataclass(frozen=True, slots=True)
class Item:
    """One material to take. `document`: its file; `folder`: where the files that the record names are.

    `figures`: it is no material, but a file of counted figures.
    """

    name: str
    record: MaterialRecord
    document: Path | None = None
    folder: Path | None = None
    figures: Path | None = None
    refused: str | None = None


@dataclass(slots=True)
class _Found:
    documents: list[tuple[str, Path]] = field(default_factory=list)
    records: list[tuple[str, Path]] = field(default_factory=list)
    tables: list[tuple[str, Path]] = field(default_factory=list)
    refused: list[Item] = field(default_factory=list)


def items_of(paths: Sequence[Path], flags: MaterialRecord) -> list[Item]:
    found = _Found()
    for path in paths:
        _look(path, path.name or str(path), found)
    documents = {path.absolute(): name for name, path in found.documents}
    sidecars = {path: sidecar for path in documents if (sidecar := _sidecar(path))}
    taken = set(sidecars.values())
    taken |= {path.absolute().with_suffix(end) for _, path in found.tables for end in YAML}
    items = [*found.refused, *(_figures(name, path) for name, path in found.tables)]
    for name, path in found.records:
        if path.absolute() not in taken:
            items += [_figures(name, path)] if _is_of_figures(path) else _records(name, path, flags)
    named = {file for item in items for file in _files(item)}
    for path, name in documents.items():
        if path not in named:
            items.append(_document(name, path, sidecars.get(path), flags))
    return _targets_first(items)


def _look(path: Path, name: str, found: _Found) -> None:
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        found.refused.append(_refused(name, "is not there"))
        return
    if stat.S_ISLNK(mode):
        found.refused.append(_refused(name, "is a symbolic link"))
    elif stat.S_ISDIR(mode):
        try:
            children = sorted(path.iterdir())
        except OSError as error:
            found.refused.append(_refused(name, f"cannot be listed: {error.strerror}"))
            return
        for child in children:
            if not child.name.startswith("."):
                _look(child, f"{name}/{child.name}", found)
    elif not stat.S_ISREG(mode):
        found.refused.append(_refused(name, "is no ordinary file"))
    elif path.suffix.lower() in RECORD_KINDS:
        found.records.append((name, path))
    elif path.suffix.lower() in TABLES:
        found.tables.append((name, path))
    elif kind_of(path.name):
        found.documents.append((name, path))
    else:
        found.refused.append(_refused(name, f"is of a kind that is not taken ({path.suffix or 'no extension'})"))


def _refused(name: str, reason: str) -> Item:
    return Item(name, MaterialRecord(), refused=reason)


def _figures(name: str, path: Path) -> Item:
    return Item(name, MaterialRecord(), figures=path)


def _is_of_figures(path: Path) -> bool:
    """Indicators, and no materials: told by the fields that only they have."""
    if path.suffix.lower() not in YAML:
        return False
    try:
        content = read_yaml(path)
    except Refused:
        return False
    first = content[0] if isinstance(content, list) and content else content
    return isinstance(first, dict) and not FIGURE_FIELDS.isdisjoint(first)


def _sidecar(document: Path) -> Path | None:
    """`report.pdf.yaml`, or `report.yaml` beside `report.pdf`."""
    candidates = (document.with_name(f"{document.name}.yaml"), document.with_suffix(".yaml"))
    return next((path for path in candidates if path.is_file() and not path.is_symlink()), None)


def _document(name: str, path: Path, sidecar: Path | None, flags: MaterialRecord) -> Item:
    if sidecar is None:
        return Item(name, flags, document=path)
    try:
        content = read_yaml(sidecar)
        if not isinstance(content, dict):
            raise Refused("must be one mapping of fields")
        record = _record(content).over(flags)
        if record.files or record.passages or record.text:
            raise Refused("speaks of files, passages or text: these are those of the document itself")
    except Refused as refusal:
        return _refused(name, f"{sidecar.name} {refusal}")
    return Item(name, record, document=path)


def _records(name: str, path: Path, flags: MaterialRecord) -> Iterator[Item]:
    try:
        contents = list(_contents(path))
    except Refused as refusal:
        yield _refused(name, str(refusal))
        return
    for number, content in enumerate(contents, start=1):
        known = content.get("id") if isinstance(content, dict) else None
        label = f"{name}: {str(known)[:MAX_LABEL] if known else f'record {number}'}"
        try:
            if isinstance(content, Refused):
                raise content
            yield Item(label, _record(content).over(flags), folder=path.parent)
        except Refused as refusal:
            yield _refused(label, str(refusal))


def _contents(path: Path) -> Iterator[object]:
    """The records of a file; in their place, where a line is none, the reason why."""
    if path.suffix.lower() != ".jsonl":
        content = read_yaml(path)
        if isinstance(content, dict) and "materials" in content:
            content = content["materials"]
        yield from content if isinstance(content, list) else [content]
        return
    # Not splitlines(): it also ends a line at characters that may stand inside a string of JSON.
    for number, line in enumerate(_text(path, MAX_RECORDS_BYTES).split("\n"), start=1):
        if line.strip():
            yield _json(line, number)


def _json(line: str, number: int) -> object:
    try:
        content: object = json.loads(line)
    except (ValueError, RecursionError):
        return Refused(f"line {number} is not JSON")
    return content


def read_yaml(path: Path) -> object:
    try:
        return read_plain_yaml(_text(path, MAX_FILE_BYTES))
    except NotPlain as error:
        raise Refused(str(error)) from None


def _text(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > most:
            raise Refused(f"is larger than {most // 1_000_000} MB")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise Refused(f"cannot be opened: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused("is not UTF-8 text") from None


def _record(content: object) -> MaterialRecord:
    try:
        return MaterialRecord.model_validate(content)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:MAX_PROBLEMS]]
        raise Refused(f"is not a record of a material: {'; '.join(lines)}") from None


def _files(item: Item) -> Iterator[Path]:
    """The files that a record names below its folder; others are refused when the item is read."""
    for file in item.record.files or []:
        if item.folder and (path := inside(item.folder, file.path)):
            yield path.absolute()


def inside(folder: Path, name: str) -> Path | None:
    """The path of `name` below `folder`; None when it leads out, through a link, or is absolute."""
    if "\0" in name or "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        return None
    path = folder
    for part in Path(name).parts:
        path = path / part
        if path.is_symlink():
            return None
    return path


def _targets_first(items: list[Item]) -> list[Item]:
    """A part after its whole; what stands in a circle comes last and is refused there."""
    known = {item.record.id for item in items if item.record.id}
    placed: set[str] = set()
    ordered: list[Item] = []
    rest = items
    while rest:
        ready = [item for item in rest if all(t in placed or t not in known for t in item.record.targets)]
        if not ready:
            return ordered + rest
        ordered += ready
        placed |= {item.record.id for item in ready if item.record.id}
        done = {id(item) for item in ready}
        rest = [item for item in rest if id(item) not in done]
    return ordered
