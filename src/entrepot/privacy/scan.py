"""Formats and checksums over every row: cheap gates in the engine rule out nearly all cells, vectorised checks count the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from entrepot.engine.arrow import pa, pc
from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.engine.stream import batches
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.checksums import CHECKS, passing
from entrepot.privacy.model import ColumnFinding, Evidence

_BATCH = 65_536
_SLICE = 200
_EMAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
_SHORTEST = {"email": 6, "digits": 8, "letters": 15}
_FEW = 50_000
"""Distinct values up to which a column is looked at value by value, with how often each occurs."""
# Comparisons of the first bytes and of the length read what a text's fixed part holds, without a look at its characters.
_GATES = {
    "email": "contains({c}, '@')",
    "digits": "strlen({c}) BETWEEN 8 AND 23 AND {c} >= '0' AND {c} < ':'",
    "letters": "strlen({c}) BETWEEN 15 AND 42 AND {c} >= 'A' AND {c} < '['",
}
"""What a cell must have to be looked at more closely; ``digits`` and ``letters`` are what it begins with."""
_THIRD = "substr({c}, 3, 1) BETWEEN '0' AND '9'"
"""What all numbers that are looked for have in their third place; slower to see than the gates, so asked of few cells."""
_SURE = {"email": "email", "gb11643": "cn_resident_id", "iban": "iban"}
"""Categories of what a few cells are enough for, wherever they stand."""
_LEAST = 3
_NEARLY_ALL = 0.9
_GATE_OF = {"email": "email", "gb11643": "digits", "luhn-card": "digits", "iban": "letters"}
"""The gate that nearly all values of a detector come through."""
_ALWAYS: dict[str, tuple[str, ...]] = {"digits": ("gb11643", "luhn-card", "gb32100"), "letters": ("iban",)}
"""Checksums that every gated cell is tried against: numbers that chance does not bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Cells of one column that are of a kind, out of those that hold anything; never the cells."""

    column: str
    evidence: Evidence


def scan(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    profile: TableProfile,
    *,
    tried: Mapping[str, Sequence[str]] | None = None,
    worded: Collection[str] = (),
) -> tuple[Tally, ...]:
    """Count e-mail addresses and numbers with a checksum in every row of a Parquet file.

    Args:
        tried: More detectors to try for a column, such as the national number that a sample of it showed.
        worded: Columns whose sampled values are words, so that no numbers are looked for in them.
    """
    asked = tried or {}
    columns = [column for column in profile.columns if _is_worth_scanning(column)]
    tallies: list[Tally] = []
    for start in range(0, len(columns), _SLICE):
        some = columns[start : start + _SLICE]
        for column, gates in _gated(cursor, path, some, worded, asked):
            filled = profile.rows - column.nulls
            for detector, matched in _counted(cursor, path, column, gates, asked.get(column.name, ())).items():
                if matched:
                    tallies.append(Tally(column=column.name, evidence=Evidence(detector=detector, matched=matched, examined=filled)))
    return tuple(tallies)


def with_tallies(profile: TableProfile, findings: Sequence[ColumnFinding], tallies: Sequence[Tally]) -> tuple[ColumnFinding, ...]:
    """The findings with their counts over every row, and new ones where the sample missed what some rows hold."""
    counted: dict[str, list[Evidence]] = {}
    for tally in tallies:
        counted.setdefault(tally.column, []).append(tally.evidence)
    known = {finding.column: finding for finding in findings}
    found = []
    for column in profile.columns:
        cells = counted.get(column.name, [])
        if column.name in known:
            found.append(replace(known[column.name], cells=tuple(cells)))
        elif missed := _missed(column.name, cells):
            found.append(missed)
    return tuple(found)


def _missed(column: str, cells: Sequence[Evidence]) -> ColumnFinding | None:
    """What a few cells of a column hold; a tenth of random digits pass for a card, so these alone are no reason."""
    sure = [cell for cell in cells if cell.detector in _SURE and cell.matched >= _LEAST]
    if not sure:
        return None
    most = max(sure, key=lambda cell: cell.matched)
    return ColumnFinding(column=column, category=CATEGORIES[_SURE[most.detector]], confidence=0.75, evidence=(), cells=tuple(cells))


def _is_worth_scanning(column: ColumnProfile) -> bool:
    if column.type == "VARCHAR":
        return column.distinct > 0 and (column.length_max or 0) >= _SHORTEST["email"]
    return column.type in ("BIGINT", "DECIMAL(20,0)", "DECIMAL(38,0)") and len((column.maximum or "").lstrip("-")) >= _SHORTEST["digits"]


def _gated(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Sequence[ColumnProfile],
    worded: Collection[str],
    tried: Mapping[str, Sequence[str]],
) -> Iterator[tuple[ColumnProfile, list[str]]]:
    """The gates that let cells of each column through; one pass over all columns."""
    found = {column.name: ["digits"] for column in columns if column.type != "VARCHAR"}
    # What the sample showed to be one kind of number needs no gate to be opened.
    found |= {column.name: [gate] for column in columns for name, gate in _GATE_OF.items() if name in tried.get(column.name, ())}
    asked = [(column, gate) for column in columns if column.name not in found for gate in _GATES if _fits(column, gate, worded)]
    if asked:
        wanted = ", ".join(f"count_if({_GATES[gate].format(c=identifier(column.name))})" for column, gate in asked)
        counts = cursor.execute(f"SELECT {wanted} FROM {parquet(path)}").fetchall()[0]
        for (column, gate), count in zip(asked, counts, strict=True):
            if count:
                found.setdefault(column.name, []).append(gate)
    for column in columns:
        if column.name in found:
            yield column, found[column.name]


def _fits(column: ColumnProfile, gate: str, worded: Collection[str]) -> bool:
    return (column.length_max or 0) >= _SHORTEST[gate] and (gate == "email" or column.name not in worded)


def _counted(
    cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, gates: Sequence[str], asked: Sequence[str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for gate in gates:
        names = () if gate == "email" else (*_ALWAYS[gate], *(name for name in asked if name in CHECKS and name not in _ALWAYS[gate]))
        for cells, counts in _cells(cursor, path, column, gate):
            if gate == "email":
                marks = pc.match_substring_regex(cells, _EMAIL)
                found["email"] = found.get("email", 0) + (pc.sum(pc.if_else(marks, counts, 0)).as_py() or 0)
            rows = pc.sum(counts).as_py() or 0
            for name in names:
                passed = passing(cells, CHECKS[name], counts)
                found[name] = found.get(name, 0) + passed
                if passed > _NEARLY_ALL * rows:  # They are no other number as well, but by chance.
                    break
    return found


def _cells(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, gate: str) -> Iterator[tuple[Any, Any]]:
    """The cells that a gate lets through and how often they occur, without the separators that numbers are written with."""
    name = identifier(column.name)
    text = name if column.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    plain = f"CASE WHEN {_SEPARATED} THEN {_JOINED} ELSE v END" if column.type == "VARCHAR" and gate != "email" else "v"
    where = _GATES[gate].format(c=text) if column.type == "VARCHAR" else f"{name} >= 10000000"
    where += "" if gate == "email" or column.type != "VARCHAR" else f" AND {_THIRD.format(c=text)}"
    scanned = f"SELECT {text} AS v, 1 AS n FROM {parquet(path)} WHERE {where}"
    if column.distinct <= _FEW:
        scanned = f"SELECT {text} AS v, count(*) AS n FROM {parquet(path)} WHERE {where} GROUP BY {name}"
    for batch in batches(cursor, f"SELECT {plain} AS v, CAST(n AS BIGINT) AS n FROM ({scanned})", rows=_BATCH):
        cells = batch.column(0)
        yield cells if pa.types.is_string(cells.type) else pc.cast(cells, pa.string()), batch.column(1)


_SEPARATED = "contains(v, ' ') OR contains(v, '-') OR contains(v, '.')"
_JOINED = "replace(replace(replace(v, ' ', ''), '-', ''), '.', '')"
