"""The records in memory, one row each: what facets, totals and order are counted from."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.engine import FacetCount, Query, Sort
from search.folding import fold
from search.rows import StoredRecord, VisibilityClass

Mask = npt.NDArray[np.bool_]
Ordinals = npt.NDArray[np.int64]
_NO_YEAR = -(2**15)


@dataclass(frozen=True, slots=True)
class Record:
    """`classes`: the visibility classes its rows have, its own first. What only a hit shows stays in the index."""

    ordinal: int
    key: str
    kind: str
    title: str
    facets: Mapping[str, tuple[str, ...]]
    year: int | None
    version: str
    passages: int
    classes: Sequence[VisibilityClass]


@dataclass(frozen=True, slots=True)
class _Facet:
    """Record `owners[i]` has the value `values[codes[i]]`."""

    values: tuple[str, ...]
    owners: Ordinals
    codes: Ordinals

    def counts(self, mask: Mask) -> tuple[FacetCount, ...]:
        counted = np.bincount(self.codes[mask[self.owners]], minlength=len(self.values))
        found = [FacetCount(self.values[code], int(counted[code])) for code in np.flatnonzero(counted)]
        return tuple(sorted(found, key=lambda count: (-count.count, count.value)))

    def having(self, wanted: Iterable[str], size: int) -> Mask:
        codes = [code for code, value in enumerate(self.values) if value in set(wanted)]
        mask = np.zeros(size, dtype=np.bool_)
        mask[self.owners[np.isin(self.codes, codes)]] = True
        return mask


class Columns:
    """Immutable: a write makes new ones."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = records
        self.size = max((record.ordinal for record in records.values()), default=-1) + 1
        self.by_ordinal: list[Record | None] = [None] * self.size
        self._years = np.full(self.size, _NO_YEAR, dtype=np.int64)
        self._title_ranks = np.zeros(self.size, dtype=np.int64)
        ordered = sorted(records.values(), key=lambda record: (fold(record.title), record.key))
        for rank, record in enumerate(ordered):
            self.by_ordinal[record.ordinal] = record
            self._title_ranks[record.ordinal] = rank
            if record.year is not None:
                self._years[record.ordinal] = record.year
        self.classes = frozenset(one for record in ordered for one in record.classes)
        self.kinds = _facet((record.ordinal, (record.kind,)) for record in ordered)
        names = {name for record in ordered for name in record.facets}
        self._facets = {name: _facet((r.ordinal, r.facets.get(name, ())) for r in ordered) for name in names}
        self._nothing = _facet(())

    def ordinal_of(self, key: str) -> int:
        """The one it has, or a free one."""
        known = self.records.get(key)
        return known.ordinal if known else self.size

    def of_countries(self, countries: Iterable[str]) -> Mask:
        return self._facets.get("country", self._nothing).having(countries, self.size)

    def counted(self, found: Mask, query: Query) -> tuple[Mask, dict[str, tuple[FacetCount, ...]]]:
        """What passes all filters, and per facet the counts with its own filter left out."""
        in_years = found & self._in_years(query)
        passing = {
            name: self._facet(name).having(values, self.size) for name, values in query.filters.items() if values
        }
        kept = in_years.copy()
        for mask in passing.values():
            kept &= mask
        counts = {}
        for name in query.facets:
            others = [mask for other, mask in passing.items() if other != name]
            counts[name] = self._facet(name).counts(np.logical_and.reduce([in_years, *others]))
        return kept, counts

    def ordered(self, ordinals: Ordinals, scores: npt.NDArray[np.float64], sort: Sort) -> Ordinals:
        """Total order: what ties is told apart by year, title and key, never by where a row stands in the index."""
        years, titles = -self._years[ordinals], self._title_ranks[ordinals]
        keys = {
            Sort.RELEVANCE: (titles, years, -scores[ordinals]),
            Sort.NEWEST: (titles, years),
            Sort.TITLE: (titles,),
        }[sort]
        return ordinals[np.lexsort(keys)]

    def seen_by(self, principals: frozenset[str]) -> frozenset[VisibilityClass]:
        return frozenset(one for one in self.classes if one.is_seen_by(principals))

    def _facet(self, name: str) -> _Facet:
        return self._facets.get(name, self._nothing)

    def _in_years(self, query: Query) -> Mask:
        mask = np.ones(self.size, dtype=np.bool_)
        if query.year_from is not None:
            mask &= self._years >= min(query.year_from, 2**31)
        if query.year_to is not None:
            mask &= (self._years <= max(query.year_to, -(2**31))) & (self._years != _NO_YEAR)
        return mask


def _facet(rows: Iterable[tuple[int, Sequence[str]]]) -> _Facet:
    codes: dict[str, int] = {}
    owners: list[int] = []
    coded: list[int] = []
    for ordinal, values in rows:
        for value in values:
            owners.append(ordinal)
            coded.append(codes.setdefault(value, len(codes)))
    return _Facet(tuple(codes), np.array(owners, dtype=np.int64), np.array(coded, dtype=np.int64))


class RecordMaker:
    """Ten thousand records have few different facet values and visibilities: equal ones become the same object."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._classes: dict[tuple[tuple[str, ...], tuple[str, ...]], VisibilityClass] = {}
        self._seen_by: dict[str, list[VisibilityClass]] = {}
        self.records: dict[str, Record] = {}

    def add(self, row: StoredRecord) -> None:
        """The rows of one record, in any order."""
        classes = self._seen_by.setdefault(row["key"], [])
        if not row["is_head"]:
            classes.append(self._class(row))
            return
        classes.insert(0, self._class(row))
        # Two facets every document has, whether its maker thought of them or not.
        facets = {"kind": [row["kind"]], "language": [row["language"]], **row["facets"]}
        self.records[row["key"]] = Record(
            ordinal=row["ordinal"],
            key=row["key"],
            kind=sys.intern(row["kind"]),
            title=row["title"],
            facets={sys.intern(name): self._same(values) for name, values in facets.items()},
            year=row["year"],
            version=row["version"],
            passages=row["passages"],
            classes=classes,
        )

    def _same(self, values: Iterable[str]) -> tuple[str, ...]:
        found = tuple(map(sys.intern, values))
        return self._values.setdefault(found, found)

    def _class(self, row: StoredRecord) -> VisibilityClass:
        acls = self._same(row["head"]), self._same(row["part"])
        if acls not in self._classes:
            self._classes[acls] = VisibilityClass(frozenset(acls[0]), frozenset(acls[1]))
        return self._classes[acls]


def without(records: Mapping[str, Record], keys: Iterable[str]) -> dict[str, Record]:
    gone = set(keys)
    return {key: record for key, record in records.items() if key not in gone}
