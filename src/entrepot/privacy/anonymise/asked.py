"""From a plan to predicates: what every class must satisfy beside its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from entrepot.engine.sql import identifier
from entrepot.kit import Invalid
from entrepot.kit.words import counted
from entrepot.privacy.anonymise.collapse import ENCODED, Collapsed, said_sql, value_order
from entrepot.privacy.anonymise.criteria import Close, Criterion, Distinct, Entropy, Recursive, Share
from entrepot.privacy.anonymise.model import Closeness, Diversity, Plan, Presence
from entrepot.privacy.hierarchies import Hierarchy

PRESENT = "p:presence"
"""What the counts of the population for δ-presence are called among the values; no column's name begins so."""


def asked_of(
    plan: Plan,
    cursor: duckdb.DuckDBPyConnection,
    collapsed: Collapsed,
    hierarchies: Mapping[str, Hierarchy],
    *,
    commas: Collection[str] = (),
) -> tuple[Criterion, ...]:
    """The criteria of a plan, over the values that the temporary table holds.

    Args:
        commas: Columns of numbers with a decimal comma.

    Raises:
        Invalid: A column does not suit its criterion.
    """
    found: list[Criterion] = [_diversity(asked) for asked in plan.diversity]
    found += [_closeness(asked, cursor, collapsed, hierarchies, comma=asked.column in commas) for asked in plan.closeness]
    if plan.presence:
        found.append(_presence(plan.presence, cursor, collapsed))
    return tuple(found)


def _kinds(cursor: duckdb.DuckDBPyConnection, collapsed: Collapsed, column: str, *, comma: bool = False) -> list[str | None]:
    """The values of a counted column, in the order of their numbers."""
    said = said_sql(collapsed.keys, collapsed.table.trees, column)
    values = f"SELECT DISTINCT CAST({identifier(column)} AS VARCHAR) AS v FROM {ENCODED} WHERE {said}"
    return [row[0] for row in cursor.execute(f"SELECT v FROM ({values}) ORDER BY {value_order(comma=comma)}").fetchall()]


def _presence(asked: Presence, cursor: duckdb.DuckDBPyConnection, collapsed: Collapsed) -> Criterion:
    if not asked.column:
        return Share(column=PRESENT, least=asked.least, most=asked.most)
    if _kinds(cursor, collapsed, f"v:{asked.column}") not in (["0", "1"], ["false", "true"]):
        raise Invalid(f"{asked.column} does not say with 0 and 1 who is in the subset.", "Write 1 for rows of the subset and 0 for others.")
    return Share(column=f"v:{asked.column}", least=asked.least, most=asked.most)


def _diversity(asked: Diversity) -> Criterion:
    column = f"v:{asked.column}"
    if asked.kind == "entropy":
        return Entropy(column=column, l=asked.l)
    if asked.kind == "recursive":
        return Recursive(column=column, c=asked.c, l=int(asked.l))
    return Distinct(column=column, l=int(asked.l))


def _closeness(
    asked: Closeness, cursor: duckdb.DuckDBPyConnection, collapsed: Collapsed, hierarchies: Mapping[str, Hierarchy], *, comma: bool
) -> Criterion:
    column = f"v:{asked.column}"
    if asked.distance != "hierarchical":
        return Close(column=column, t=asked.t, ordered=asked.distance == "ordered")
    tree = hierarchies.get(asked.column)
    if tree is None:
        raise Invalid(f"{asked.column} has no hierarchy for its distance.", f"Write {asked.column}.csv, or choose equal or ordered.")
    values = [value or "" for value in _kinds(cursor, collapsed, column, comma=comma)]
    bad = sum(not tree.knows(value) for value in values)
    if bad:
        raise Invalid(
            f"{asked.column}: {counted(bad, 'value', 'is', 'are')} missing from its hierarchy.",
            "Add them to the hierarchy.",
            column=asked.column,
            count=bad,
        )
    levels = []
    for level in range(1, tree.levels):
        names = [tree.generalised(value, level) for value in values]
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        levels.append(tuple(number[name] for name in names))
    return Close(column=column, t=asked.t, levels=tuple(levels))
