"""Aggregation to cells: counts by some columns, small ones left out and the rest rounded so that none can be worked out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import identifier, literal, target_literal
from entrepot.kit import Invalid
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.anonymise.write import replacing


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What was written: cells, those left out, and the rows in these, given only where they are too many to betray one."""

    path: Path
    cells: int
    left_out: int
    rows_left_out: int | None


def aggregate(
    cursor: duckdb.DuckDBPyConnection, path: str | Path, out: str | Path, *, by: Sequence[str], least: int = 10, base: int = 5, person: str = ""
) -> Cells:  # fmt: skip
    """Write how many rows (persons) each combination of values has, in the table's own form, sorted by the values.

    Args:
        least: Cells of fewer are left out.
        base: Counts are rounded to a multiple of this, halves up, so that sums over tables do not give small cells away; 1 for none.
        person: Column that says whose row it is; persons are then counted.

    Raises:
        NotFound: There is no such file.
        Invalid: It lacks a column, already has one called count, or every cell is too small.
    """
    if least < 2 or base < 1:
        raise Invalid(f"Cells of {least} rounded to {base} protect nobody.", "Leave out cells of fewer than 2 at least; 10 is usual.")
    with tempfile.TemporaryDirectory(prefix="entrepot-cells-") as folder:
        source = open_source(cursor, Path(path), Path(folder))
        source.require([*by, *([person] if person else [])], "of the cells")
        if not by or "count" in by:
            raise Invalid("Cells need columns, none of them called count.", "Name them, or rename the column.")
        named = ", ".join(f"{source.sql(column)} AS {identifier(column)}" for column in by)
        size = f"count(DISTINCT {source.sql(person)})" if person else "count(*)"
        grouped = f"SELECT {named}, {size} AS n FROM {source.scan} GROUP BY ALL"
        with explained(source.path):
            cells, small, rows = cursor.execute(
                f"SELECT count(*) FILTER (n >= {least}), count(*) FILTER (n < {least}), coalesce(sum(n) FILTER (n < {least}), 0) FROM ({grouped})"
            ).fetchall()[0]
        if not cells:
            raise Invalid(f"Every one of the {small:,} cells has fewer than {least}.", "Use fewer columns, or generalise them first.")
        columns = ", ".join(identifier(column) for column in by)
        rounded = f"CAST((n + {base // 2}) // {base} * {base} AS BIGINT)"
        chosen = f"SELECT {columns}, {rounded} AS count FROM ({grouped}) WHERE n >= {least} ORDER BY {columns}"
        form = "FORMAT parquet, COMPRESSION zstd"
        if source.dialect:
            form = f"FORMAT csv, HEADER true, DELIMITER {literal(source.dialect.delimiter)}, QUOTE {literal(source.dialect.quote)}"
        with replacing(Path(out)) as part, explained(source.path):
            cursor.execute(f"COPY ({chosen}) TO {target_literal(part)} ({form})")
    return Cells(path=Path(out), cells=int(cells), left_out=int(small), rows_left_out=int(rows) if rows >= least and small > 1 else None)
