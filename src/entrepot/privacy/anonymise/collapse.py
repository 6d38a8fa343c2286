"""From a file to distinct rows with weights: one pass that turns each row's quasi-identifiers into a key, and one count of the keys."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from entrepot.engine.sql import identifier, literal
from entrepot.kit import Invalid
from entrepot.kit.words import counted
from entrepot.privacy.anonymise.coding import WORD, Ints, Listed, Table, Tree
from entrepot.privacy.anonymise.commas import number_sql
from entrepot.privacy.anonymise.source import Source

ENCODED = "entrepot_encoded"
"""The temporary table of one row for each row of the file, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """How the quasi-identifiers of a row become whole numbers.

    Attributes:
        words: For each number the columns it holds, by their place among the quasi-identifiers.
        sizes: Nodes of each column, and one more that stands for an unknown value.
    """

    words: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]

    def names(self) -> list[str]:
        """The numbers' columns in the temporary table."""
        return [f"k{i}" for i in range(len(self.words))]

    def hidden(self, trees: Sequence[Tree]) -> str:
        """SQL for rows that show nothing of any column."""
        found = []
        for name, word in zip(self.names(), self.words, strict=True):
            number, stride = 0, 1
            for at in word:
                number, stride = number + stride * trees[at].star, stride * self.sizes[at]
            found.append(f"{name} = {number}")
        return " AND ".join(found)

    def decode(self, numbers: Sequence[Ints]) -> Ints:
        """The node of each column."""
        found = np.empty((len(self.sizes), len(numbers[0])), np.int64)
        for word, number in zip(self.words, numbers, strict=True):
            rest = number.copy()
            for column in word:
                rest, found[column] = np.divmod(rest, self.sizes[column])
        return found


def keys_of(trees: Sequence[Tree]) -> Keys:
    """As few numbers as hold all columns."""
    words: list[list[int]] = [[]]
    room = WORD
    sizes = tuple(len(tree.labels) + 1 for tree in trees)
    for column, size in enumerate(sizes):
        bits = math.log2(size)
        if bits > room:
            words.append([])
            room = WORD
        words[-1].append(column)
        room -= math.ceil(bits * 1000) / 1000  # type: ignore[assignment]
    return Keys(words=tuple(tuple(word) for word in words), sizes=sizes)


def key_sql(source: Source, columns: Sequence[str], trees: Sequence[Tree], keys: Keys) -> list[str]:
    """SQL for each of the numbers."""
    found = []
    for word in keys.words:
        stride, terms = 1, []
        for at in word:
            labels = ", ".join(literal(label) for label in trees[at].labels)
            text = f"coalesce({source.text(columns[at])}, '')"
            terms.append(f"{stride} * coalesce(enum_code(TRY_CAST({text} AS ENUM({labels})))::BIGINT, {keys.sizes[at] - 1})")
            stride *= keys.sizes[at]
        found.append(" + ".join(terms))
    return found


def encode(cursor: duckdb.DuckDBPyConnection, keys: Keys, source: Source, sql: Sequence[str], carried: Sequence[tuple[str, str]]) -> int:
    """Read the file once into the temporary table: its keys and what else is wanted, as (name, SQL); how many rows."""
    chosen = ", ".join([*(f"{expression} AS {name}" for name, expression in zip(keys.names(), sql, strict=True)),
                        *(f"{expression} AS {identifier(name)}" for name, expression in carried)])  # fmt: skip
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {ENCODED} AS SELECT {chosen} FROM {source.scan}")
    return int(cursor.execute(f"SELECT count(*) FROM {ENCODED}").fetchall()[0][0])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Collapsed:
    """The distinct rows, and the keys by which a row of the file finds its own; sorted by the keys."""

    table: Table
    keys: Keys
    numbers: tuple[Ints, ...]


def collapse(
    cursor: duckdb.DuckDBPyConnection, keys: Keys, trees: Sequence[Tree], *, values: Sequence[str] = (), person: str = "", unknown: str = "refuse",
    commas: Collection[str] = (),
) -> Collapsed:  # fmt: skip
    """Count the distinct rows of the temporary table.

    Args:
        values: Columns whose values are counted for the criteria.
        person: Column that says whose row it is, where rows repeat per person.
        unknown: What to do with values no hierarchy knows: ``refuse``, or ``star`` to hide each of them.
        commas: Those of ``values`` that are numbers with a decimal comma.

    Raises:
        Invalid: Values are missing from a hierarchy; the message names columns and counts.
    """
    by = ", ".join(keys.names())
    persons = f", count(DISTINCT {identifier(person)}) AS p" if person else ""
    got = cursor.execute(f"SELECT {by}, count(*)::BIGINT AS n{persons} FROM {ENCODED} GROUP BY ALL").fetchnumpy()
    order = np.lexsort([got[name] for name in reversed(keys.names())])
    numbers = tuple(np.asarray(got[name], np.int64)[order] for name in keys.names())
    rows = np.asarray(got["n"], np.int64)[order]
    codes = _known(keys.decode(numbers), trees, rows, unknown)
    listed = {name: _values(cursor, keys, trees, numbers, name, comma=name in commas) for name in values}
    own, shared = (_persons(cursor, keys, numbers, np.asarray(got["p"], np.int64)[order], person)) if person else (rows, None)
    table = Table(trees=tuple(trees), codes=codes, rows=rows, persons=own, shared=shared, population=None, values=listed)
    return Collapsed(table=table, keys=keys, numbers=numbers)


def _known(codes: Ints, trees: Sequence[Tree], rows: Ints, unknown: str) -> Ints:
    lacking = [(tree, codes[c] == len(tree.labels)) for c, tree in enumerate(trees)]
    bad = {tree.column: int(rows[flag].sum()) for tree, flag in lacking if flag.any()}
    if bad and unknown != "star":
        said = "; ".join(f"{column}: {counted(count, 'row')}" for column, count in bad.items())
        raise Invalid(
            f"Values are missing from their hierarchy. {said}.",
            "Add them to the hierarchy, correct them, or hide each of them with --unknown star.",
            columns=bad,
        )
    for c, (tree, flag) in enumerate(lacking):
        codes[c][flag] = tree.star
    return codes


def locate(numbers: Sequence[Ints], wanted: Sequence[Ints]) -> Ints:
    """The place of each wanted key among sorted ones; all are there."""
    if len(numbers) == 1:
        return _searched(numbers[0], wanted[0])
    both = [np.unique(n, return_inverse=True) for n in numbers]
    radix = [len(values) for values, _ in both]
    key, asked = both[0][1].astype(np.int64), np.searchsorted(both[0][0], wanted[0])
    for (values, inverse), size, more in zip(both[1:], radix[1:], wanted[1:], strict=True):
        if int(key.max(initial=0)) * size >= 1 << WORD:
            known, key = np.unique(key, return_inverse=True)
            asked = np.searchsorted(known, asked)
        key, asked = key * size + inverse, asked * size + np.searchsorted(values, more)
    return np.searchsorted(key, asked)


def _searched(sorted_: Ints, wanted: Ints) -> Ints:
    low = max(1, len(wanted).bit_length())
    if int(wanted.max(initial=0)).bit_length() + low > WORD:
        return np.searchsorted(sorted_, wanted)
    # Looking keys up in rising order keeps to the cache, which saves more than the sort costs.
    both = np.sort((wanted << low) | np.arange(len(wanted)))
    found = np.empty(len(wanted), np.int64)
    found[both & ((1 << low) - 1)] = np.searchsorted(sorted_, both >> low)
    return found


def said_sql(keys: Keys, trees: Sequence[Tree], column: str) -> str:
    """SQL for rows that say something of a column: all but those that were hidden and left empty before."""
    return f"NOT ({keys.hidden(trees)} AND {identifier(column)} IS NULL)"


def _values(
    cursor: duckdb.DuckDBPyConnection, keys: Keys, trees: Sequence[Tree], numbers: Sequence[Ints], column: str, *, comma: bool
) -> Listed:
    by, name = ", ".join(keys.names()), identifier(column)
    # Missing values are a value like others: that somebody has none may be what nobody is to know.
    rank = f"dense_rank() OVER (ORDER BY {value_order(comma=comma)}) - 1"
    counted = f"SELECT {by}, CAST({name} AS VARCHAR) AS v, count(*)::BIGINT AS n FROM {ENCODED} WHERE {said_sql(keys, trees, column)} GROUP BY ALL"
    got = cursor.execute(f"SELECT {by}, {rank} AS r, n, v IS NULL AS lost FROM ({counted}) ORDER BY {by}, r").fetchnumpy()
    rank_of, count, lost = np.asarray(got["r"], np.int64), np.asarray(got["n"], np.int64), np.asarray(got["lost"], bool)
    missing = int(rank_of[lost][0]) if lost.any() else -1
    return replace(_listed(numbers, [np.asarray(got[n], np.int64) for n in keys.names()], rank_of, count), missing=missing)


def value_order(*, comma: bool) -> str:
    """SQL for the order of a column's values ``v``: numbers by their size, then words."""
    return f"{number_sql('v', comma=comma)} NULLS LAST, v NULLS FIRST"


def _listed(numbers: Sequence[Ints], keys: Sequence[Ints], what: Ints, count: Ints) -> Listed:
    place = locate(numbers, keys)
    start = np.searchsorted(place, np.arange(len(numbers[0]) + 1))
    return Listed(start=start, what=what, count=count, kinds=int(what.max(initial=0)) + 1)


def _persons(
    cursor: duckdb.DuckDBPyConnection, keys: Keys, numbers: Sequence[Ints], persons: Ints, person: str
) -> tuple[Ints, Listed | None]:
    """Persons with one distinct row only, by row, and those with several, listed."""
    by, who = ", ".join(keys.names()), identifier(person)
    several = f"SELECT {who} FROM (SELECT DISTINCT {who}, {by} FROM {ENCODED}) GROUP BY 1 HAVING count(*) > 1"
    got = cursor.execute(
        f"SELECT {by}, dense_rank() OVER (ORDER BY {who}) - 1 AS r FROM (SELECT DISTINCT {who}, {by} FROM {ENCODED} "
        f"WHERE {who} IN ({several})) ORDER BY {by}, r"
    ).fetchnumpy()
    what = np.asarray(got["r"], np.int64)
    if not len(what):
        return persons, None
    listed = _listed(numbers, [np.asarray(got[name], np.int64) for name in keys.names()], what, np.ones(len(what), np.int64))
    return persons - np.diff(listed.start), listed
