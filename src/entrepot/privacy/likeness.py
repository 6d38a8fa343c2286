"""Tell tables of largely the same rows or people apart from others, without keeping a row of them.

A table is remembered by a digest that no order of rows or columns changes, and by bottom-k sketches (Cohen and Kaplan 2007): the smallest of the
keyed hashes of its rows, of its rows without each column, and of the values of columns that name rows. Without the key nobody can try
whether somebody is in a sketch.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.privacy.anonymise.source import Source, open_source

LARGELY = 0.5
"""Share of the smaller table's rows or people that must be in the other."""
_NEARLY = 0.9
"""The same where most rows have a double: of such tables many rows are alike by chance."""
_KEPT, _KEPT_OF_PARTS = 512, 128
_MOST_PARTS = 24
"""Columns up to which rows are also sketched without each of them."""
_TELLING = 20
"""Rows from which on a column of mostly different values names rows."""
_HASHES = "entrepot_hashes"
_SEPARATOR = "\x1f"


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
        kept = min(max(len(self.least), len(other.least)), *(len(one.least) for one in (self, other) if len(one.least) < one.size), _KEPT)
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
            "columns": self.columns, "whole": self.whole.to_dict(),
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
    """A fingerprint from its digest and its text."""
    found = json.loads(text)
    return Fingerprint(
        digest=digest, columns=tuple(found["columns"]), whole=_sketch(found["whole"]),
        parts={column: _sketch(one) for column, one in found["parts"].items()}, names=tuple(_sketch(one) for one in found["names"]),
    )  # fmt: skip


def fingerprint(cursor: duckdb.DuckDBPyConnection, path: str | Path, *, key: bytes, person: str = "") -> Fingerprint:
    """The fingerprint of a CSV or Parquet file; numbers, letter case and outer spaces count as they mean, not as they are written.

    Args:
        key: Without it nobody can make a sketch, or try values against one.
        person: Column that says whose row it is.

    Raises:
        NotFound: There is no such file.
        Invalid: It cannot be read.
    """
    with TemporaryDirectory(prefix="entrepot-likeness-") as folder:
        source = open_source(cursor, Path(path), Path(folder))
        work = _Work(cursor, source, key.hex())
        try:
            with explained(source.path):
                return work.run(person)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {_HASHES}")


@dataclass(frozen=True, slots=True)
class _Work:
    """One table on its way to its fingerprint."""

    cursor: duckdb.DuckDBPyConnection
    source: Source
    key: str

    def run(self, person: str) -> Fingerprint:
        names = {column: column.strip().lower() for column in self.source.columns}
        hashed = ", ".join(
            f"md5_number_lower({literal(names[column] + _SEPARATOR)} || {self._meant(column)}) AS h{i}" for i, column in enumerate(names)
        )
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_HASHES} AS SELECT {hashed} FROM {self.source.scan}")
        rows, mixed = self._all(len(names))
        said = [sorted(names.values()), rows, mixed]
        whole = self._rows(_row(range(len(names))), rows, _KEPT)
        parts = {}
        if 1 < len(names) <= _MOST_PARTS:
            for i, column in enumerate(names):
                parts[names[column]] = self._rows(_row([j for j in range(len(names)) if j != i]), rows, _KEPT_OF_PARTS)
        digest = hmac.new(bytes.fromhex(self.key), json.dumps(said).encode(), sha256).hexdigest()
        return Fingerprint(
            digest=digest, columns=tuple(sorted(names.values())), whole=whole, parts=parts, names=self._named(rows, person)
        )  # fmt: skip

    def _meant(self, column: str) -> str:
        text = f"trim(coalesce({self.source.text(column)}, ''))"
        number = f"TRY_CAST({text} AS DOUBLE)"
        # Numbers beyond what a double holds exactly, such as those on cards, are texts; 0.0 and -0.0 are one.
        return f"CASE WHEN {number} IS NOT NULL AND abs({number}) < 9007199254740992 THEN CAST({number} + 0.0 AS VARCHAR) ELSE lower({text}) END"

    def _all(self, width: int) -> tuple[int, str]:
        # Hashed once more: sums of sums would not tell which values stood in one row.
        query = f"SELECT {_row(range(width))} AS h FROM {_HASHES}"
        found = self.cursor.execute(f"SELECT count(*), sum(md5_number_lower(CAST(h AS VARCHAR))::HUGEINT) FROM ({query})").fetchall()[0]
        return int(found[0]), str(found[1] or 0)

    def _rows(self, row: str, rows: int, kept: int) -> Sketch:
        """Of rows; the second of two that are alike counts as another, so that tables of few different rows differ by how often they have each."""
        counted = f"SELECT {row} AS h, count(*) AS n FROM {_HASHES} GROUP BY 1"
        distinct = self._one(f"SELECT count(*) FROM ({counted})")
        return self._least(f"SELECT concat(h, ':', unnest(range(n))) AS value FROM ({counted})", "rows", (rows, distinct), kept)

    def _named(self, rows: int, person: str) -> tuple[Sketch, ...]:
        columns = list(self.source.columns)
        found = []
        for column in sorted(columns, key=lambda one: one != person):
            distinct = self._one(f"SELECT count(DISTINCT h{columns.index(column)}) FROM {_HASHES}")
            telling = rows >= _TELLING and distinct >= LARGELY * rows and distinct >= _TELLING
            if (telling or column == person) and not self._is_counter(column, distinct):
                found.append(
                    self._least(
                        f"SELECT DISTINCT {self._meant(column)} AS value FROM {self.source.scan}", "names", (distinct, distinct), _KEPT
                    )
                )
        return tuple(found)

    def _is_counter(self, column: str, distinct: int) -> bool:
        """Whether a column runs through whole numbers, as that of any other table may."""
        number = f"TRY_CAST(trim({self.source.text(column)}) AS BIGINT)"
        return bool(
            self.cursor.execute(
                f"SELECT count({number}) = count(*) AND coalesce(max({number})::HUGEINT - min({number}) < {2 * distinct}, false) FROM {self.source.scan}"
            ).fetchall()[0][0]
        )

    def _one(self, query: str) -> int:
        return int(self.cursor.execute(query).fetchall()[0][0])

    def _least(self, query: str, what: str, sizes: tuple[int, int], kept: int) -> Sketch:
        # Fifteen hexadecimal digits are a number of sixty bits.
        hashed = f"CAST('0x' || left(sha256({literal(f'{self.key}:{what}:')} || value), 15) AS UBIGINT)"
        found = self.cursor.execute(f"SELECT {hashed} AS s FROM ({query}) ORDER BY s LIMIT {kept}").fetchall()
        return Sketch(size=sizes[0], distinct=sizes[1], least=tuple(int(row[0]) for row in found))


def _row(columns: Sequence[int] | range) -> str:
    """SQL for the hash of a row over some columns; a sum, so that their order does not matter."""
    return "CAST((" + " + ".join(f"h{i}::HUGEINT" for i in columns) + ") % 18446744073709551616 AS UBIGINT)"
