"""Rights as SQL: on a real engine they give the rows that they say, and whatever is written in them stays a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.terms import Condition, Operator, Rights
from entrepot.terms.rights_sql import quote_identifier, rights_to_sql
from terms import strategies as make


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


# DuckDB takes names that differ in case only for the same column.
tables = st.lists(make.names, min_size=1, max_size=4, unique_by=lambda name: name.casefold()).filter(
    lambda names: len({n.lower() for n in names}) == len({n.upper() for n in names}) == len(names)
)
cells = st.none() | make.nasty


def _holds(condition: Condition, cell: str | None) -> bool:
    """What a condition means, in Python: text compares by code point, and an empty cell meets only `is null`."""
    value: Any = condition.value
    if condition.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (cell is None) == (condition.operator is Operator.IS_NULL)
    if cell is None:
        return False
    left = cell.encode()
    if condition.operator in (Operator.IN, Operator.NOT_IN):
        return (cell in value) == (condition.operator is Operator.IN)
    right = value.encode()
    return {
        Operator.EQUAL: left == right, Operator.NOT_EQUAL: left != right, Operator.LESS: left < right,
        Operator.AT_MOST: left <= right, Operator.MORE: left > right, Operator.AT_LEAST: left >= right,
    }[condition.operator]  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[str], list[list[str | None]], Rights]:
    columns = draw(tables)
    rows = draw(st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns)), max_size=6))
    conditions = []
    for _ in range(draw(st.integers(0, 3))):
        operator = draw(st.sampled_from(Operator))
        value: Any = draw(make.nasty)
        if operator in (Operator.IN, Operator.NOT_IN):
            value = tuple(draw(st.lists(make.nasty, min_size=1, max_size=3)))
        elif operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
            value = None
        conditions.append(Condition(column=draw(st.sampled_from(columns)), operator=operator, value=value))
    chosen = draw(st.none() | st.lists(st.sampled_from(columns), min_size=1).map(tuple))
    return columns, rows, Rights(columns=chosen, rows=tuple(conditions))


@given(cases())
def test_the_query_gives_exactly_the_rows_and_columns_that_the_rights_say(
    engine: duckdb.DuckDBPyConnection, case: tuple[list[str], list[list[str | None]], Rights]
) -> None:
    columns, rows, rights = case
    engine.execute(f"CREATE OR REPLACE TABLE source ({', '.join(f'{quote_identifier(c)} VARCHAR' for c in columns)})")
    for row in rows:
        engine.execute(f"INSERT INTO source VALUES ({', '.join('?' * len(row))})", row)
    sql, values = rights_to_sql(rights, dict.fromkeys(columns, "VARCHAR"))
    kept = [c for c in columns if rights.columns is None or c in rights.columns]
    expected = [
        tuple(row[columns.index(c)] for c in kept)
        for row in rows
        if all(_holds(condition, row[columns.index(condition.column)]) for condition in rights.rows)
    ]
    found = engine.execute(sql, values)
    assert [d[0] for d in found.description or []] == kept
    assert found.fetchall() == expected
    assert engine.execute("SELECT count(*) FROM source").fetchall() == [(len(rows),)], "and the table is untouched"


@given(make.rights, st.lists(make.names, max_size=4))
def test_a_query_is_one_statement_without_any_text_of_the_values(rights: Rights, more: list[str]) -> None:
    columns = list(dict.fromkeys([*(rights.columns or ()), *(row.column for row in rights.rows), *more, "plain"]))
    sql, values = rights_to_sql(rights, columns)
    bare = sql
    for name in sorted({*columns, "source"}, key=lambda n: len(quote_identifier(n)), reverse=True):
        bare = bare.replace(quote_identifier(name), "")
    assert set(bare) <= set("SELECT FROMWHERANDISOU,<=>?() ")
    assert bare.count("?") == len(values)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("INTEGER", 5, "5"),
        ("DECIMAL(10,2)", 1.5, True),
        ("DOUBLE", 3, "three"),
        ("BOOLEAN", True, 1),
        ("VARCHAR", "x", 5),
        ("DATE", "2026-11-21", "21.11.2026"),
        ("TIMESTAMP", "2026-11-21T09:30:00", "soon"),
        ("TIME", "09:30:00", 9),
        ("ENUM('a', 'b')", "a", 1),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused_before_the_engine_could_quote_a_cell(
    engine: duckdb.DuckDBPyConnection, kind: str, good: Any, bad: Any
) -> None:
    engine.execute(f"CREATE OR REPLACE TABLE source (c {kind})")
    sql, values = rights_to_sql(Rights(rows=(Condition(column="c", operator=Operator.AT_LEAST, value=good),)), {"c": kind})
    assert engine.execute(sql, values).fetchall() == []
    with pytest.raises(Invalid, match="The column c is") as caught:
        rights_to_sql(Rights(rows=(Condition(column="c", operator=Operator.EQUAL, value=bad),)), {"c": kind})
    assert caught.value.hint


def test_rights_to_a_column_that_is_not_there_are_refused_with_the_columns_that_are() -> None:
    with pytest.raises(Invalid, match="no column Salary") as caught:
        rights_to_sql(Rights(columns=("Salary",)), ["year", "salary"])
    assert "year, salary" in caught.value.hint


def test_a_table_of_nested_values_takes_no_condition() -> None:
    with pytest.raises(Invalid, match="struct"):
        rights_to_sql(Rights(rows=(Condition(column="c", operator=Operator.EQUAL, value="x"),)), {"c": "STRUCT(a INTEGER)"})
