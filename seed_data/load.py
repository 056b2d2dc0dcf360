"""Seed files → database. Run twice, it leaves the same rows; what people confirmed in the portal is kept."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, select

from seed_data.figures import figure_rows
from seed_data.read import FOLDER, read_seed
from seed_data.rows import all_rows

KEPT = frozenset({"verified_at", "verified_by"})
"""Set by people in the portal; the files never know better."""

Progress = Callable[[int, int], None]


def digest(folder: Path = FOLDER) -> str:
    """What the seed files hold, as one short word: unchanged files need no second load."""
    total = hashlib.sha256()
    for path in sorted([*folder.rglob("*.yaml"), *folder.glob("*.py")]):
        total.update(path.read_bytes())
    return total.hexdigest()


def load(session: Session, progress: Progress = lambda _done, _total: None, folder: Path = FOLDER) -> int:
    """Returns how many rows are new or changed. Raises SeedError; then nothing has been written."""
    groups = [*all_rows(read_seed(folder)), *figure_rows(folder)]
    total = sum(len(group) for group in groups)
    done = changed = 0
    for group in groups:
        for row_changed in _merge(session, group):
            changed += row_changed
            done += 1
            progress(done, total)
        session.flush()
    return changed


def _merge(session: Session, rows: Sequence[SQLModel]) -> Iterator[bool]:
    if not rows:
        return
    model = type(rows[0])
    keys = [column.key for column in inspect(model).primary_key]
    held = {tuple(getattr(row, key) for key in keys): row for row in session.exec(select(model))}
    for row in rows:
        known = held.get(tuple(getattr(row, key) for key in keys))
        if known is None:
            session.add(row)
            yield True
        else:
            yield _update(known, row)


def _update(known: SQLModel, wanted: SQLModel) -> bool:
    changed = False
    for name in type(wanted).model_fields:
        if name not in KEPT and getattr(known, name) != getattr(wanted, name):
            setattr(known, name, getattr(wanted, name))
            changed = True
    return changed
