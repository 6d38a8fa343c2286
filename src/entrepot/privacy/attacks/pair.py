"""An original and its release on the same scales: persons with exact values, classes with spans, and who is in which class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.kit import Invalid
from entrepot.privacy.anonymise.coding import packed
from entrepot.privacy.attacks.frame import Encoded, Flags, Floats, Frame, Ints
from entrepot.privacy.attacks.scale import Scale, scale_of
from entrepot.privacy.hierarchies import STAR, Hierarchy

_NOTHING = ("", STAR)
MOST_SECRETS = 2_000
"""Different values of a sensitive column up to which it is guessed; with more, each is somebody's own."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class People:
    """The distinct rows of a table with exact values, in an order that does not depend on that of the table.

    Attributes:
        at: For each quasi-identifier and row the leaf, by its place on the scale.
        weight: Rows of the table that each stands for.
        person: Whose row it is, by number; None where each row is a person.
        secrets: For each sensitive column and row the value, by number.
    """

    at: Ints
    weight: Ints
    person: Ints | None
    secrets: dict[str, Ints]

    @property
    def size(self) -> int:
        """Distinct rows."""
        return len(self.weight)

    def some(self, chosen: Ints | Flags) -> People:
        """These distinct rows alone."""
        person = None if self.person is None else self.person[chosen]
        secrets = {name: found[chosen] for name, found in self.secrets.items()}
        return People(at=self.at[:, chosen], weight=self.weight[chosen], person=person, secrets=secrets)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return int(self.weight.sum())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Classes:
    """The classes of a release: rows with the same released quasi-identifiers.

    Attributes:
        first: For each quasi-identifier and class the first leaf covered, ``end`` the one after the last.
        weight: Rows of each class.
        secrets: For each sensitive column the rows by class and value.
    """

    first: Ints
    end: Ints
    weight: Ints
    secrets: dict[str, Floats]

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self.weight)

    @property
    def rows(self) -> int:
        """Rows of the release."""
        return int(self.weight.sum())

    def some(self, chosen: Ints | Flags) -> Classes:
        """These classes alone."""
        secrets = {name: found[chosen] for name, found in self.secrets.items()}
        return Classes(first=self.first[:, chosen], end=self.end[:, chosen], weight=self.weight[chosen], secrets=secrets)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pair:
    """What the attacks work on.

    Attributes:
        quasi: The quasi-identifiers, sorted by name; scales, leaves and spans have their order.
        row: For each row of the original frame which of ``people`` it is; ``place`` for each row of the release its class.
        members: Where the tables are aligned, as (row of ``people``, class, rows of the table) in three arrays, by class.
        unread: Columns of which some released values stand for nothing known, where that alone keeps members from being told.
    """

    quasi: tuple[str, ...]
    scales: tuple[Scale, ...]
    people: People
    classes: Classes
    control: People | None
    row: Ints
    place: Ints
    members: tuple[Ints, Ints, Ints] | None
    secret_labels: dict[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()

    def hidden_rows(self) -> Flags:
        """Which classes show nothing of any quasi-identifier."""
        return suppressed(self.classes, self.scales)

    def hidden(self) -> Classes:
        """A release of as many rows that shows no quasi-identifier at all."""
        ends = np.array([[scale.leaves] for scale in self.scales], np.int64)
        secrets = {name: found.sum(axis=0, keepdims=True) for name, found in self.classes.secrets.items()}
        return Classes(first=np.zeros_like(ends), end=ends, weight=np.array([self.classes.rows]), secrets=secrets)

    def without(self, columns: Sequence[str]) -> Pair:
        """The same persons and classes, seen without some quasi-identifiers; classes are not merged."""
        kept = [i for i, name in enumerate(self.quasi) if name not in columns]
        classes = replace(self.classes, first=self.classes.first[kept], end=self.classes.end[kept])
        people = replace(self.people, at=self.people.at[kept])
        control = replace(self.control, at=self.control.at[kept]) if self.control else None
        return replace(
            self, quasi=tuple(self.quasi[i] for i in kept), scales=tuple(self.scales[i] for i in kept), people=people, classes=classes,
            control=control,
        )  # fmt: skip


def pair_of(
    original: Frame, release: Frame, *, quasi: Sequence[str], sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None, person: str = "", control: Frame | None = None,
) -> Pair:  # fmt: skip
    """Put a table, its release and a control group on the same scales.

    Raises:
        Invalid: A column is missing, a table is empty, or no quasi-identifier is named.
    """
    _check(original, release, quasi, sensitive, control)
    names = tuple(sorted(quasi))
    known, tables = hierarchies or {}, [original, *([control] if control else []), release]
    scales = tuple(scale_of(name, [_shown(table.column(name)) for table in tables], known.get(name)) for name in names)
    labels = {name: tuple(sorted({v for table in tables for v in _shown(table.column(name))})) for name in sorted(sensitive)}
    labels = {name: values for name, values in labels.items() if len(values) <= MOST_SECRETS}
    people, row = _people(original, names, scales, labels, person)
    classes, place = _classes(release, names, scales, labels)
    is_ordered, unread = _order(original, release, names, scales, _Sides(people, classes, row, place))
    return Pair(
        quasi=names, scales=scales, people=people, classes=classes, secret_labels=labels, row=row, place=place,
        control=_people(control, names, scales, labels, "")[0] if control else None,
        members=_members(row, place, original.weight) if is_ordered else None, unread=unread,
    )  # fmt: skip


def _check(original: Frame, release: Frame, quasi: Sequence[str], sensitive: Sequence[str], control: Frame | None) -> None:
    if not quasi:
        raise Invalid("No quasi-identifier is named.", "Name the columns that others may know about persons.")
    both = sorted(set(quasi) & set(sensitive))
    if both:
        raise Invalid(f"{both[0]} is both quasi-identifier and sensitive.", "Choose one.", column=both[0])
    for what, table in (("original", original), ("release", release), ("control group", control)):
        if table is not None and not table.rows:
            raise Invalid(f"The {what} has no rows.", "Check that the export finished.")


def _shown(column: Encoded) -> tuple[str, ...]:
    return tuple(column.labels[code] for code in np.unique(column.codes))


def _people(
    table: Frame, names: Sequence[str], scales: Sequence[Scale], labels: Mapping[str, tuple[str, ...]], person: str
) -> tuple[People, Ints]:
    columns = [scale.of(table.column(name))[0] for name, scale in zip(names, scales, strict=True)]
    columns += [_numbered(table.column(name), values) for name, values in labels.items()]
    columns += [_numbered(table.column(person), tuple(sorted(_shown(table.column(person)))))] if person else []
    distinct, row = _distinct(columns)
    at, rest = distinct[: len(names)], distinct[len(names) :]
    secrets = {name: rest[i] for i, name in enumerate(labels)}
    weight = np.bincount(row, weights=table.weight, minlength=distinct.shape[1]).astype(np.int64)
    return People(at=at, weight=weight, person=rest[len(labels)] if person else None, secrets=secrets), row


def _classes(table: Frame, names: Sequence[str], scales: Sequence[Scale], labels: Mapping[str, tuple[str, ...]]) -> tuple[Classes, Ints]:
    both = [scale.of(table.column(name)) for name, scale in zip(names, scales, strict=True)]
    distinct, place = _distinct([side for spans in both for side in spans])
    count = distinct.shape[1]
    secrets: dict[str, Floats] = {}
    for name, values in labels.items():
        found = _numbered(table.column(name), values)
        counted = np.bincount(place * len(values) + found, weights=table.weight, minlength=count * len(values))
        secrets[name] = counted.reshape(count, len(values)).astype(np.float64)
    weight = np.bincount(place, weights=table.weight, minlength=count).astype(np.int64)
    made = Classes(first=distinct[0::2], end=distinct[1::2], weight=weight, secrets=secrets)
    hidden = suppressed(made, scales)
    for name, values in labels.items():
        # A hidden row that was left empty says nothing, not that somebody has no value.
        nothing = np.array([value in _NOTHING for value in values], bool)
        secrets[name][np.outer(hidden, nothing)] = 0
    return made, place


def _numbered(column: Encoded, values: tuple[str, ...]) -> Ints:
    place = {value: i for i, value in enumerate(values)}
    return np.array([place.get(label, -1) for label in column.labels], np.int64)[column.codes]


def _distinct(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The different rows in rising order, and which of them each row is."""
    key, _ = packed(columns, [int(column.max(initial=0)) + 1 for column in columns])
    _, at, row = np.unique(key, return_index=True, return_inverse=True)
    return np.stack(columns)[:, at], row


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Persons and classes, and which of them each row of the frames is."""

    people: People
    classes: Classes
    row: Ints
    place: Ints


def _order(
    original: Frame, release: Frame, names: Sequence[str], scales: Sequence[Scale], sides: _Sides
) -> tuple[bool, tuple[str, ...]]:  # fmt: skip
    """Whether each row is covered by the one beside it; where it is not for values alone that nobody understands, their columns.

    A row that is beside one with other values says that the order must be another.
    """
    if original.size != release.size or not bool((original.weight == release.weight).all()):
        return False, ()
    at, first, end = sides.people.at, sides.classes.first, sides.classes.end
    unread = []
    for i, (name, scale) in enumerate(zip(names, scales, strict=True)):
        misfit = (at[i][sides.row] < first[i][sides.place]) | (at[i][sides.row] >= end[i][sides.place])
        if (misfit & scale.reads(release.column(name))).any():
            return False, ()
        unread += [name] if misfit.any() else []
    return not unread, tuple(unread)


def _members(row: Ints, place: Ints, weight: Ints) -> tuple[Ints, Ints, Ints]:
    """Who is in which class."""
    distinct, of = _distinct([place, row])
    return distinct[1], distinct[0], np.bincount(of, weights=weight).astype(np.int64)


def suppressed(classes: Classes, scales: Sequence[Scale]) -> Flags:
    """Classes that show nothing of any quasi-identifier."""
    wide = [(i, scale.leaves) for i, scale in enumerate(scales) if scale.leaves > 1]
    found = np.full(classes.size, bool(wide))
    for i, leaves in wide:
        found &= classes.end[i] - classes.first[i] >= leaves
    return found
