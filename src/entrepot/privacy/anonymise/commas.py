"""Numbers with a decimal comma: which columns hold them, and how they are read and written back."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.engine.types import COMMA_NUMBER, comma_number
from entrepot.privacy.anonymise.source import Source


def with_commas(cursor: duckdb.DuckDBPyConnection, source: Source, columns: Iterable[str]) -> frozenset[str]:
    """Those of the columns whose every value is such a number, as the check reads them: a comma that separates values marks no decimals."""
    asked = list(columns)
    if not asked or not may_have_commas(source):
        return frozenset()
    found = []
    for column in asked:
        text = source.text(column)
        filled = f"{text} IS NOT NULL AND {text} <> '*'"
        found.append(
            f"count_if({filled} AND NOT regexp_matches({text}, {literal(COMMA_NUMBER)})) = 0 AND count_if(contains({text}, ',')) > 0"
        )
    with explained(source.path):
        answers = cursor.execute(f"SELECT {', '.join(found)} FROM {source.scan}").fetchall()[0]
    return frozenset(column for column, is_so in zip(asked, answers, strict=True) if is_so)


def may_have_commas(source: Source) -> bool:
    """Whether a comma may mark decimals, because it does not separate values."""
    return source.dialect is not None and source.dialect.delimiter != ","


def number_sql(text: str, *, comma: bool) -> str:
    """SQL for a text as a number; NULL where it is none."""
    return f"TRY_CAST({comma_number(text) if comma else text} AS DOUBLE)"


def written(text: str, *, comma: bool) -> str:
    """SQL for a number's text as its column writes it."""
    return f"replace({text}, '.', ',')" if comma else text
