"""The hierarchies of the columns to generalise: those that are given, and those made from the values where that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from entrepot.engine.faults import explained
from entrepot.kit import Invalid
from entrepot.kit.words import counted, nearest
from entrepot.privacy.anonymise.commas import may_have_commas
from entrepot.privacy.anonymise.model import Plan
from entrepot.privacy.anonymise.source import Source
from entrepot.privacy.hierarchies import STAR, Hierarchy, automatic, odd_among_dates, words_among_numbers
from entrepot.privacy.notes import Note, note

_MOST_VALUES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """The hierarchy of each column, and what is to be said of those that were made."""

    hierarchies: dict[str, Hierarchy]
    notes: tuple[Note, ...]


def trees_of(
    cursor: duckdb.DuckDBPyConnection, source: Source, quasi: tuple[str, ...], given: Mapping[str, Hierarchy], *, plan: Plan
) -> Trees:
    """The hierarchies of some columns.

    Raises:
        Invalid: One is neither given nor to be made, or its values suit none; the message names the column and counts rows.
    """
    lacking = [column for column in quasi if column not in given]
    if lacking and not plan.automatic:
        raise Invalid(
            f"{lacking[0]} has no hierarchy ({counted(len(lacking), 'such column')}){unmatched(given, source.columns)}.",
            f"Write {lacking[0]}.csv, or have one made with --automatic.",
            columns=lacking,
        )
    made, notes = {column: given[column] for column in quasi if column in given}, []
    for column in lacking:
        values = _values(cursor, source, column)
        made[column] = automatic(column, values, hide_odd=plan.unknown == "star", comma=may_have_commas(source))
        # All that a column of words and numbers or dates is given is each value or none.
        if made[column].levels == 2 and plan.unknown != "star":
            odd = {"odd_values": words_among_numbers(values), "odd_dates": odd_among_dates(values)}
            notes += [note(code, column=column, rows=rows, of=sum(values.values())) for code, rows in odd.items() if rows]
    return Trees(hierarchies={column: made[column] for column in quasi}, notes=tuple(notes))


def strangers(given: Mapping[str, Hierarchy], columns: Collection[str]) -> list[str]:
    """The names of hierarchies that match no column, each with the column that may be meant."""
    found = [(name, nearest(name, columns, count=1)) for name in given if name not in columns]
    return [f"{name} (≈ {near[0]})" if near else name for name, near in found]


def unmatched(given: Mapping[str, Hierarchy], columns: Collection[str]) -> str:
    """What an error adds where some match no column."""
    found = strangers(given, columns)
    return f"; these match no column, whose name must be the same to the letter: {', '.join(found)}" if found else ""


def _values(cursor: duckdb.DuckDBPyConnection, source: Source, column: str) -> dict[str, int]:
    """How many rows hold each value; values are in order."""
    text = f"coalesce({source.text(column)}, '')"
    with explained(source.path):
        found = cursor.execute(f"SELECT {text}, count(*) FROM {source.scan} GROUP BY 1 LIMIT {_MOST_VALUES + 1}").fetchall()
        if len(found) > _MOST_VALUES:
            raise Invalid(
                f"{column} has more than {_MOST_VALUES:,} different values.",
                "Drop it, replace it by a pseudonym, or give it a hierarchy of fewer leaves.",
                column=column,
            )
    return {str(value): int(rows) for value, rows in sorted(found) if value != STAR} or {"": 0}
