"""Composition: two releases of one table, each fit by itself, may together show whose row is whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from entrepot.kit import Invalid
from entrepot.privacy.anonymise.coding import packed
from entrepot.privacy.attacks.frame import Flags, Frame, Ints, read_together
from entrepot.privacy.attacks.pair import Pair, pair_of, suppressed
from entrepot.privacy.attacks.search import chunks, fits
from entrepot.privacy.hierarchies import Hierarchy


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What several releases of one table show together.

    Attributes:
        rows: Rows of the original.
        smallest: Persons in the smallest class of each release, suppressed rows apart; None when all are suppressed.
        effective: Persons in the smallest class of those who share their class in every release that shows them.
        sizes: Effective class sizes, each with the rows that have it, rising.
        strange: Share of rows that no class of one of the releases covers, at most over the releases.
        aligned: Whether the class of each row is known from the order of rows; else it is the class that fits best.
    """

    rows: int
    smallest: tuple[int | None, ...]
    effective: int
    sizes: tuple[tuple[int, int], ...]
    aligned: bool
    strange: float = 0.0

    def below(self, k: int) -> int:
        """Rows whose effective class has fewer than k persons."""
        return sum(rows for size, rows in self.sizes if size < k)

    def breaks(self, k: int) -> bool:
        """Whether some person hides among fewer than k by now, though each release by itself keeps k."""
        return self.effective < k

    def to_dict(self) -> dict[str, Any]:
        """The composition as JSON."""
        return {
            "rows": self.rows, "smallest": list(self.smallest), "effective": self.effective, "aligned": self.aligned,
            "strange": round(self.strange, 6), "sizes": [{"size": size, "rows": rows} for size, rows in self.sizes],
        }  # fmt: skip


def compose(
    original: Frame, releases: Sequence[Frame], *, quasi_identifiers: Sequence[str], hierarchies: Mapping[str, Hierarchy] | None = None,
    person_key: str = "",
) -> Composition:  # fmt: skip
    """How many persons remain alike to somebody who sees all releases of a table and knows the class of a person in each.

    Counted in full, not sampled. It is the worst case for intersection: whoever cannot tell the class of a person in one of
    the releases learns less.

    Args:
        quasi_identifiers: Columns of the original; a release may lack some, which then show nothing.
        person_key: Column of the original that says whose row it is.

    Raises:
        Invalid: There is no release, or one has none of the columns.
    """
    if not releases:
        raise Invalid("There is no release to compose.", "Name the earlier release and the new one.")
    placed = [_placed(original, release, quasi_identifiers, hierarchies, person_key) for release in releases]
    person = original.column(person_key).codes if person_key else None
    each = [_sizes([one.place], original.weight, person)[one.shown] for one in placed]
    sizes = _effective(placed, original, person)
    values, which = np.unique(sizes, return_inverse=True)
    rows = np.bincount(which, weights=original.weight).astype(np.int64)
    return Composition(
        rows=original.rows, smallest=tuple(int(found.min()) if len(found) else None for found in each), effective=int(sizes.min()),
        sizes=tuple(zip(values.tolist(), rows.tolist(), strict=True)), aligned=all(one.aligned for one in placed),
        strange=max(one.strange for one in placed),
    )  # fmt: skip


def compose_files(
    cursor: duckdb.DuckDBPyConnection, original: str | Path, releases: Sequence[str | Path], *, quasi_identifiers: Sequence[str],
    hierarchies: Mapping[str, Hierarchy] | None = None, person_key: str = "",
) -> Composition:  # fmt: skip
    """`compose` on CSV or Parquet files.

    Raises:
        NotFound: There is no such file.
        Invalid: They do not fit together; the message names columns and counts.
    """
    wanted = [*quasi_identifiers, *([person_key] if person_key and person_key not in quasi_identifiers else [])]
    first, *others = read_together(cursor, [(original, wanted), *((path, quasi_identifiers) for path in releases)], lenient=True)
    return compose(first, others, quasi_identifiers=quasi_identifiers, hierarchies=hierarchies, person_key=person_key)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Placed:
    """The class of each row of the original in a release, whether that shows anything and is known for sure, and the share of rows it does not fit."""

    place: Ints
    shown: Flags
    aligned: bool
    strange: float


def _effective(placed: Sequence[_Placed], original: Frame, person: Ints | None) -> Ints:
    """For each row the persons who share its classes in the releases that show it: a suppressed row tells nothing of whose it is."""
    pattern = np.zeros(original.size, np.int64)
    for one in placed:
        pattern = pattern * 2 + one.shown
    found = np.empty(original.size, np.int64)
    for value in np.unique(pattern).tolist():
        same = pattern == value
        telling = [one.place for one in placed if one.shown[same].all()]
        found[same] = _sizes(telling or [np.zeros_like(pattern)], original.weight, person)[same]
    return found


def _placed(original: Frame, release: Frame, quasi: Sequence[str], hierarchies: Mapping[str, Hierarchy] | None, person: str) -> _Placed:
    shared = [column for column in quasi if column in release.columns]
    pair = pair_of(original, release, quasi=shared, hierarchies=hierarchies, person=person)
    place = pair.place if pair.members is not None else _best(pair)[pair.row]
    outside = np.zeros(original.size, bool)
    for at, first, end in zip(pair.people.at, pair.classes.first, pair.classes.end, strict=True):
        outside |= (at[pair.row] < first[place]) | (at[pair.row] >= end[place])
    strange = float(original.weight[outside].sum()) / original.rows
    shown = ~suppressed(pair.classes, pair.scales)[place]
    return _Placed(place=place, shown=shown, aligned=pair.members is not None, strange=strange)


def _best(pair: Pair) -> Ints:
    found = np.empty(pair.people.size, np.int64)
    for start, some in chunks(np.arange(pair.people.size), pair.classes):
        found[start : start + len(some)] = fits(pair.people.at[:, some], pair.classes, pair.scales).argmax(axis=1)
    return found


def _sizes(places: Sequence[Ints], weight: Ints, person: Ints | None) -> Ints:
    """For each row the persons who share its classes."""
    key, _ = packed(places, [int(place.max()) + 1 for place in places])
    _, group = np.unique(key, return_inverse=True)
    if person is None:
        return np.bincount(group, weights=weight).astype(np.int64)[group]
    both, _ = packed([group, person], [int(group.max()) + 1, int(person.max()) + 1])
    _, first = np.unique(both, return_index=True)
    counted: Ints = np.bincount(group[first])[group]
    return counted
