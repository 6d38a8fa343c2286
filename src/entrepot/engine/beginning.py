"""The first rows of a large file as a file of their own, to look at while somebody waits."""

from __future__ import annotations

import codecs
from pathlib import Path

import duckdb

from entrepot.engine.detect import detect, is_gzip
from entrepot.engine.faults import explained
from entrepot.engine.model import Format
from entrepot.engine.sql import literal, parquet

_CELLS = 1_000_000
_BACK = 1_000
"""Line ends to go back at most for one that stands outside quotes."""
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def beginning(cursor: duckdb.DuckDBPyConnection, path: Path, folder: Path, *, most: int) -> Path | None:
    """A file of the same name with the first rows of a larger one; None where it is no larger, or has no beginning that can be read alone.

    Args:
        folder: An empty folder for it.
        most: Bytes of a text to take; of Parquet a million cells.
    """
    if path.stat().st_size <= most or is_gzip(path):
        return None
    target, form = folder / path.name, detect(path)
    if form is Format.PARQUET:
        return _first_rows(cursor, path, target)
    if form not in (Format.CSV, Format.JSONL):
        return None
    with path.open("rb") as file:
        head = file.read(most)
    wide = next((encoding for mark, encoding in _WIDE_MARKS if head.startswith(mark)), "")
    kept = _whole_lines(head.decode(wide, "ignore").encode("utf-8", "ignore") if wide else head)
    if not kept:
        return None
    target.write_bytes(kept)
    return target


def _first_rows(cursor: duckdb.DuckDBPyConnection, path: Path, target: Path) -> Path:
    with explained(path):
        width = len(cursor.execute(f"DESCRIBE SELECT * FROM {parquet(path)}").fetchall())
        rows = max(1_000, _CELLS // max(1, width))
        cursor.execute(f"COPY (SELECT * FROM {parquet(path)} LIMIT {rows}) TO {literal(str(target))} (FORMAT parquet)")
    return target


def _whole_lines(head: bytes) -> bytes:
    """The text up to a line end that no quote holds; empty where there is none near."""
    end = len(head)
    quotes = head.count(b'"')
    for _ in range(_BACK):
        before = head.rfind(b"\n", 0, end) + 1
        if before == 0:
            return b""
        quotes -= head.count(b'"', before, end)
        if quotes % 2 == 0:
            return head[:before]
        end = before - 1
    return b""
