"""Composition: two releases of one table, each fit by itself, may together show whose row is whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.kit import Invalid
from entrepot.privacy.anonymise.coding import packed
from entrepot.privacy.attacks.frame import Frame, Ints
from entrepot.privacy.attacks.pair import Pair, pair_of
from entrepot.privacy.attacks.search import chunks, fits
from entrepot.privacy.hierarchies import Hierarchy


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What several releases of one table show together.

    Attributes:
        rows: Rows of the original.
        smallest: Persons in the smallest class of each release; suppressed rows are a class like others.
        effective: Persons in the smallest class of those who share their class in every release.
        sizes: Effective class sizes, each with the rows that have it, rising.
        aligned: Whether the class of each row is known from the order of rows; else it is the class that fits best.
    """

    rows: int
    smallest: tuple[int, ...]
    effective: int
    sizes: tuple[tuple[int, int], ...]
    aligned: bool

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
            "sizes": [{"size": size, "rows": rows} for size, rows in self.sizes],
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
    each = [int(_sizes([places], original.weight, person).min()) for places, _ in placed]
    sizes = _sizes([places for places, _ in placed], original.weight, person)
    values, which = np.unique(sizes, return_inverse=True)
    rows = np.bincount(which, weights=original.weight).astype(np.int64)
    return Composition(
        rows=original.rows, smallest=tuple(each), effective=int(sizes.min()),
        sizes=tuple(zip(values.tolist(), rows.tolist(), strict=True)), aligned=all(aligned for _, aligned in placed),
    )  # fmt: skip


def _placed(
    original: Frame, release: Frame, quasi: Sequence[str], hierarchies: Mapping[str, Hierarchy] | None, person: str
) -> tuple[Ints, bool]:
    """The class of each row of the original, and whether it is known for sure."""
    shared = [column for column in quasi if column in release.columns]
    pair = pair_of(original, release, quasi=shared, hierarchies=hierarchies, person=person)
    if pair.members is not None:
        return pair.place, True
    return _best(pair)[pair.row], False


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
