"""Tell tables of largely the same rows or people apart from others, without keeping a row of them.

A table is remembered by a digest that no order of rows or columns changes, and by bottom-k sketches (Cohen and Kaplan 2007): the smallest of the
keyed hashes of its rows, of its rows without each column, and of the values of columns that name rows. Without the key nobody can try
whether somebody is in a sketch.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGELY = 0.5
"""Share of the smaller table's rows or people that must be in the other."""
_NEARLY = 0.9
"""The same where most rows have a double: of such tables many rows are alike by chance."""
KEPT = 512
"""Hashes that a sketch keeps, at most."""
_FORM = 2
"""How sketches are made; those of other forms cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """The smallest hashes of a set, rising, how many it has in all, and how many of these differ."""

    size: int
    distinct: int
    least: tuple[int, ...]

    def shared(self, other: Sketch) -> float:
        """The share of the smaller set that is in the other, as far as the smallest hashes of both tell."""
        if not self.size or not other.size:
            return 0.0
        kept = min(max(len(self.least), len(other.least)), *(len(one.least) for one in (self, other) if len(one.least) < one.size), KEPT)
        both = sorted({*self.least, *other.least})[:kept]
        common = {*self.least} & {*other.least}
        alike = sum(one in common for one in both) / len(both)
        return min(1.0, alike / (1 + alike) * (self.size + other.size) / min(self.size, other.size))

    @property
    def is_telling(self) -> bool:
        """Whether what it has is mostly different, so that other tables have little of it by chance."""
        return self.distinct >= self.size / 2

    def to_dict(self) -> dict[str, Any]:
        """The sketch as JSON."""
        return {"size": self.size, "distinct": self.distinct, "least": base64.b64encode(np.array(self.least, "<u8").tobytes()).decode()}


def _sketch(found: Mapping[str, Any]) -> Sketch:
    least = np.frombuffer(base64.b64decode(found["least"]), "<u8")
    return Sketch(size=int(found["size"]), distinct=int(found["distinct"]), least=tuple(least.tolist()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is kept of a table to know it again.

    Attributes:
        digest: Of its rows, in whatever order and form.
        parts: For a column the sketch of the rows without it.
        names: Sketches of the values of columns that name rows or, first, persons.
    """

    digest: str
    columns: tuple[str, ...]
    whole: Sketch
    parts: Mapping[str, Sketch]
    names: tuple[Sketch, ...]

    @property
    def text(self) -> str:
        """All but the digest as JSON."""
        return json.dumps({
            "form": _FORM, "columns": self.columns, "whole": self.whole.to_dict(),
            "parts": {column: one.to_dict() for column, one in self.parts.items()}, "names": [one.to_dict() for one in self.names],
        })  # fmt: skip

    def likeness(self, other: Fingerprint) -> str:
        """``rows`` where the other is largely the same table, ``people`` where it is of the same people, else nothing."""
        if self.digest == other.digest or any(_are_alike(*both) for both in self._comparable(other)):
            return "rows"
        return "people" if any(mine.shared(theirs) >= LARGELY for mine in self.names for theirs in other.names) else ""

    def _comparable(self, other: Fingerprint) -> list[tuple[Sketch, Sketch]]:
        """Sketches of the same columns: all of them, or all but one on either side."""
        mine, theirs = {*self.columns} - {*other.columns}, {*other.columns} - {*self.columns}
        if len(mine) > 1 or len(theirs) > 1:
            return []
        if not mine and not theirs:
            both = [(self.parts[column], other.parts[column]) for column in self.columns if column in self.parts and column in other.parts]
            # Without a column few different rows may be left, which any table has.
            return [(self.whole, other.whole), *(pair for pair in both if all(one.is_telling for one in pair))]
        first = self.parts.get(next(iter(mine))) if mine else self.whole
        second = other.parts.get(next(iter(theirs))) if theirs else other.whole
        return [(first, second)] if first and second and first.is_telling and second.is_telling else []


def _are_alike(first: Sketch, second: Sketch) -> bool:
    return first.shared(second) >= (LARGELY if first.is_telling and second.is_telling else _NEARLY)


def read_fingerprint(digest: str, text: str) -> Fingerprint:
    """A fingerprint from its digest and its text; one of an earlier form is told by its digest alone."""
    found = json.loads(text)
    if found.get("form") != _FORM:
        none = Sketch(size=0, distinct=0, least=())
        return Fingerprint(digest=digest, columns=tuple(found["columns"]), whole=none, parts={}, names=())
    return Fingerprint(
        digest=digest, columns=tuple(found["columns"]), whole=_sketch(found["whole"]),
        parts={column: _sketch(one) for column, one in found["parts"].items()}, names=tuple(_sketch(one) for one in found["names"]),
    )  # fmt: skip
