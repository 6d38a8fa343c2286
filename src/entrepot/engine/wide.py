"""Tables of thousands of columns, in Arrow batches: memory grows with a batch, not with columns times threads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entrepot.engine import types
from entrepot.engine.arrow import Table, pa, pc, pq
from entrepot.engine.model import Format, SourceTable
from entrepot.kit import Invalid
from entrepot.kit.words import counted

_BATCH_CELLS = 1_000_000
_ARROW = {"BIGINT": "int64", "DOUBLE": "float64", types.TEXT: "string"}


class Misfit(Exception):
    """A text that does not fit its column's type; ``column`` is the column's position."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def text_sample(table: SourceTable, rows: int) -> Table:
    """The first rows as text."""
    for batch in _text_batches(table, min(rows, max(50, _BATCH_CELLS // len(table.columns)))):
        return batch
    return pa.table([pa.array([], pa.string()) for _ in table.columns], names=[c.raw for c in table.columns])


def write(table: SourceTable, target: Path) -> int:
    """Write the table as Parquet; how many rows.

    Raises:
        Misfit: A column turned out to be text.
        Invalid: A row has too many or too few values.
    """
    return _write_parquet(table, target) if table.format is Format.PARQUET else _write_text(table, target)


def _write_text(table: SourceTable, target: Path) -> int:
    schema = pa.schema([(c.name, pa.type_for_alias(_ARROW[c.type])) for c in table.columns])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in _text_batches(table, max(50, _BATCH_CELLS // len(table.columns))):
            arrays = [_typed(batch.column(i), i, table) for i in range(len(table.columns))]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += batch.num_rows
    return rows


def _typed(values: Any, index: int, table: SourceTable) -> Any:
    column = table.columns[index]
    if column.type == types.TEXT:
        return values
    present = values
    if column.markers:
        present = pc.if_else(pc.is_in(values, value_set=pa.array(types.MARKERS)), pa.scalar(None, pa.string()), values)
    if types.sniff_type(column, present).type not in _within(column.type) and present.null_count < len(present):
        raise Misfit(index)
    return pc.cast(present, pa.type_for_alias(_ARROW[column.type]))


def _within(type_: str) -> tuple[str, ...]:
    return ("BIGINT",) if type_ == "BIGINT" else ("BIGINT", "DOUBLE", "DECIMAL(18,2)", "DECIMAL(18,3)", "DECIMAL(18,4)")


def _text_batches(table: SourceTable, size: int) -> Iterator[Table]:
    assert table.dialect is not None
    width, names = len(table.columns), [c.raw for c in table.columns]
    with table.file.open("r", encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=table.dialect.delimiter, quotechar=table.dialect.quote or None)
        rows: list[list[str]] = []
        for index, row in enumerate(reader):
            if index < table.dialect.skip or not row:
                continue
            if len(row) != width:
                message = f"{table.path.name}, line {reader.line_num}: {counted(len(row), 'value')} where the rows above have {width}."
                raise Invalid(
                    message,
                    "Put quotes around values that hold the delimiter, complete the row, or say what stands between values with --delimiter.",
                    line=reader.line_num,
                )
            rows.append(row)
            if len(rows) >= size:
                yield _batch(rows, names)
                rows = []
        if rows:
            yield _batch(rows, names)


def _batch(rows: list[list[str]], names: list[str]) -> Table:
    columns = [pa.array([value or None for value in column], pa.string()) for column in zip(*rows, strict=True)]
    return pa.table(columns, names=names)


def _write_parquet(table: SourceTable, target: Path) -> int:
    rows, writer = 0, None
    with pq.ParquetFile(table.file) as source:
        for batch in source.iter_batches(batch_size=max(50, _BATCH_CELLS // len(table.columns))):
            plain = [_plain(array) for array in batch.columns]
            chunk = pa.Table.from_arrays(plain, names=[c.name for c in table.columns])
            writer = writer or pq.ParquetWriter(target, chunk.schema, compression="zstd")
            writer.write_table(chunk)
            rows += batch.num_rows
    if writer:
        writer.close()
    return rows


def _plain(array: Any) -> Any:
    if pa.types.is_nested(array.type) or pa.types.is_null(array.type):
        return pc.cast(pa.array([None if v is None else json.dumps(v, default=str) for v in array.to_pylist()], pa.string()), pa.string())
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
