"""Make the fingerprint of a table: a keyed hash of each cell, of each row, and the smallest of them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.privacy.anonymise.source import Source, open_source
from entrepot.privacy.likeness import KEPT, LARGELY, Fingerprint, Sketch

_KEPT_OF_PARTS = 128
_MOST_PARTS = 24
"""Columns up to which rows are also sketched without each of them."""
_TELLING = 20
"""Rows from which on a column of mostly different values names rows."""
_NEARLY = 1.2
"""How far an estimate of different values may be off."""
_REPEATS = 8
"""How often values occur from which on each is hashed once and looked up."""
_SLICE = 200
_VALUES, _HASHES, _ALIKE = "entrepot_values", "entrepot_hashes", "entrepot_alike"
_SEPARATOR = "\x1f"
_GOLDEN = 11400714819323198485
"""2^64 over the golden ratio: its multiples spread evenly (Knuth, The Art of Computer Programming 3, section 6.4)."""


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
        try:
            with explained(source.path):
                return _Work(cursor, source, key).run(person)
        finally:
            for table in (_VALUES, _HASHES, _ALIKE):
                cursor.execute(f"DROP TABLE IF EXISTS {table}")


@dataclass(frozen=True, slots=True)
class _Work:
    """One table on its way to its fingerprint."""

    cursor: duckdb.DuckDBPyConnection
    source: Source
    key: bytes

    def run(self, person: str) -> Fingerprint:
        names = [column.strip().lower() for column in self.source.columns]
        rows, different = self._read()
        self._hash(names, rows, different)
        whole = self._rows("line", rows, KEPT)
        some = range(len(names)) if 1 < len(names) <= _MOST_PARTS else ()
        parts = {names[i]: self._rows(f"xor(line, h{i})", rows, _KEPT_OF_PARTS) for i in some}
        # Hashed once more: sums of what columns add up to would not tell which values stood in one row.
        added = self._ask(f"SELECT sum(md5_number_lower(CAST(line AS VARCHAR))::HUGEINT) FROM {_HASHES}")
        said = json.dumps([sorted(names), rows, str(added or 0)])
        return Fingerprint(
            digest=hmac.new(self.key, said.encode(), sha256).hexdigest(), columns=tuple(sorted(names)), whole=whole, parts=parts,
            names=self._named(rows, different, person),
        )  # fmt: skip

    def _read(self) -> tuple[int, list[int]]:
        """Hold the values as texts; how many rows there are, and how many different values in each column, nearly."""
        columns = list(enumerate(self.source.columns))
        values = ", ".join(f"trim(coalesce({self.source.text(column)}, '')) AS c{i}" for i, column in columns)
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_VALUES} AS SELECT {values} FROM {self.source.scan}")
        different: list[int] = []
        for start in range(0, len(columns), _SLICE):
            counted = ", ".join(f"approx_count_distinct(c{i})" for i, _ in columns[start : start + _SLICE])
            different += self.cursor.execute(f"SELECT {counted} FROM {_VALUES}").fetchall()[0]
        return int(self._ask(f"SELECT count(*) FROM {_VALUES}")), different

    def _hash(self, names: Sequence[str], rows: int, different: Sequence[int]) -> None:
        """Hold the hash of each row (``line``), and of each cell where rows are looked at without a column."""
        # A secret before the value: the order of a sketch must not tell about a row that somebody tries.
        secret = hmac.new(self.key, b"cells", sha256).hexdigest()[:32]
        starts = [literal(secret + name + _SEPARATOR) for name in names]
        if len(names) > _MOST_PARTS:
            # One expression over a list: thousands of expressions would take minutes to plan.
            pairs = f"list_zip([{', '.join(starts)}], [{', '.join(f'c{i}' for i in range(len(names)))}])"
            line = f"list_bit_xor(list_transform({pairs}, lambda p: md5_number_lower(p[1] || {_meant('p[2]')})))"
            self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_HASHES} AS SELECT {line} AS line FROM {_VALUES}")
            return
        cells, joins = [], []
        for i, start in enumerate(starts):
            column, hashed = f"c{i}", f"md5_number_lower({start} || {_meant(f'c{i}')})"
            repeats = different[i] * _REPEATS < rows
            if repeats:
                joins.append(f" JOIN (SELECT {column}, {hashed} AS h{i} FROM (SELECT DISTINCT {column} FROM {_VALUES})) USING ({column})")
            cells.append(f"h{i}" if repeats else f"{hashed} AS h{i}")
        hashes = f"SELECT {', '.join(cells)} FROM {_VALUES}{''.join(joins)}"
        line = _xor([f"h{i}" for i in range(len(names))])
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_HASHES} AS SELECT *, {line} AS line FROM ({hashes})")

    def _rows(self, row: str, rows: int, kept: int) -> Sketch:
        """Of rows; the second of two that are alike counts as another, so that tables of few different rows differ by how often they have each."""
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_ALIKE} AS SELECT {row} AS h, count(*)::BIGINT AS n FROM {_HASHES} GROUP BY 1")
        each = (
            f"SELECT h, 0::BIGINT AS i FROM {_ALIKE} UNION ALL SELECT h, unnest(range(1, n)) AS i FROM {_ALIKE} WHERE n > 1"
        )  # fmt: skip
        ordered = f"SELECT h, i, xor(h, (i::HUGEINT * {_GOLDEN} % 18446744073709551616)::UBIGINT) AS o FROM ({each})"
        # Those whose order ends in most zeros come first, so that few rows have to be hashed with care.
        zeros = "least(bit_count(xor(o, greatest(o, 1::UBIGINT) - 1)) - 1, 63)::UBIGINT"
        hashed = f"((63 - {zeros}) << 54) | (({self._keyed('rows', 'concat(h, chr(58), i)')}) & 18014398509481983)"
        chosen = f"SELECT {hashed} AS s FROM ({ordered}) WHERE o > 0 AND o & {{}} = 0 ORDER BY s LIMIT {kept}"
        enough = max(0, (rows // (4 * kept)).bit_length() - 1)
        found = self.cursor.execute(chosen.format(2**enough - 1)).fetchall()
        if len(found) < min(kept, rows):
            found = self.cursor.execute(chosen.format(0)).fetchall()
        return Sketch(size=rows, distinct=int(self._ask(f"SELECT count(*) FROM {_ALIKE}")), least=tuple(int(one[0]) for one in found))

    def _named(self, rows: int, different: Sequence[int], person: str) -> tuple[Sketch, ...]:
        columns = list(self.source.columns)
        found = []
        for column in sorted(columns, key=lambda one: one != person):
            i = columns.index(column)
            if column != person and (rows < _TELLING or different[i] * _NEARLY < max(LARGELY * rows, _TELLING)):
                continue
            distinct = int(self._ask(f"SELECT count(DISTINCT {_meant(f'c{i}')}) FROM {_VALUES}"))
            telling = rows >= _TELLING and distinct >= max(LARGELY * rows, _TELLING)
            if (telling or column == person) and not self._is_counter(i, distinct):
                query = f"SELECT {self._keyed('names', 'value')} AS s FROM (SELECT DISTINCT {_meant(f'c{i}')} AS value FROM {_VALUES}) ORDER BY s LIMIT {KEPT}"
                least = tuple(int(row[0]) for row in self.cursor.execute(query).fetchall())
                found.append(Sketch(size=distinct, distinct=distinct, least=least))
        return tuple(found)

    def _is_counter(self, i: int, distinct: int) -> bool:
        """Whether a column runs through whole numbers, as that of any other table may."""
        number = f"TRY_CAST(c{i} AS BIGINT)"
        close = f"coalesce(max({number})::HUGEINT - min({number}) < {2 * distinct}, false)"
        return bool(self._ask(f"SELECT count({number}) = count(*) AND {close} FROM {_VALUES}"))

    def _keyed(self, what: str, value: str) -> str:
        # Fifteen hexadecimal digits are a number of sixty bits.
        return f"CAST('0x' || left(sha256({literal(f'{self.key.hex()}:{what}:')} || {value}), 15) AS UBIGINT)"

    def _ask(self, query: str) -> int:
        found: int = self.cursor.execute(query).fetchall()[0][0]
        return found


def _meant(text: str) -> str:
    """SQL for what a trimmed text means: a number however it is written, else itself in small letters."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    # Numbers beyond what a double holds exactly, such as those on cards, are texts; 0.0 and -0.0 are one.
    return (
        f"CASE WHEN {number} IS NOT NULL AND abs({number}) < 9007199254740992 THEN CAST({number} + 0.0 AS VARCHAR) ELSE lower({text}) END"
    )


def _xor(terms: Sequence[str]) -> str:
    """SQL for the exclusive or of many numbers, in which their order does not matter; nested no deeper than it must be."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"xor({_xor(terms[:half])}, {_xor(terms[half:])})"
