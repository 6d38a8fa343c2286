"""Find what a table tells about persons: headings, then shapes over a sample of distinct values, then checksums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from entrepot.engine.arrow import pa, pc
from entrepot.engine.faults import explained
from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy import headers
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.detectors import DETECTORS, Detector
from entrepot.privacy.model import Assessment, ColumnFinding, Evidence

SAMPLE = 1_000
SEED = 20_261_121
_MANY_COLUMNS = 200
_HEADING_ALONE = 0.7
_HEADING = "heading"
_SHOWS_IN_VALUES = frozenset(
    {"email", "iban", "payment_card", "ip_address", "mac_address", "cn_resident_id", "cn_organisation_id", "plate"}
)
"""Categories whose values always show what they are, so that a heading alone is no evidence."""


def assess(cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, *, sample: int = SAMPLE, seed: int = SEED) -> Assessment:
    """What the columns of a Parquet file tell about persons.

    The sample is of distinct values, chosen by a seeded hash over all rows, so that neither the order of rows nor frequent
    values decide what is seen. Tables of two hundred columns or more give a sample of rows instead.

    Args:
        profile: The file's figures.
        sample: Distinct values of a column to look at, at most.
    """
    many = len(profile.columns) >= _MANY_COLUMNS
    size = max(100, min(sample, 2_000_000 // max(1, len(profile.columns)))) if many else sample
    with explained(path):
        findings = [_find(column, values) for column, values in _samples(cursor, path, profile, size, seed, many)]
    return Assessment(findings=tuple(f for f in findings if f), sample=size, seed=seed)


def _samples(
    cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile, size: int, seed: int, many: bool
) -> Iterator[tuple[ColumnProfile, list[str]]]:
    if not many:
        for column in profile.columns:
            yield column, _distinct(cursor, path, column, size, seed) if _is_worth_reading(column) else []
        return
    for start in range(0, len(profile.columns), _MANY_COLUMNS):
        some = profile.columns[start : start + _MANY_COLUMNS]
        chosen = ", ".join(f"CAST({identifier(c.name)} AS VARCHAR)" if _is_worth_reading(c) else "NULL" for c in some)
        rows = cursor.execute(f"SELECT {chosen} FROM {parquet(path)} USING SAMPLE reservoir({size} ROWS) REPEATABLE ({seed})").fetchall()
        for i, column in enumerate(some):
            yield column, sorted({row[i] for row in rows if row[i]})


def _is_worth_reading(column: ColumnProfile) -> bool:
    if column.type == "VARCHAR":
        return column.distinct > 0
    # The shortest identifier that numbers alone can hold, a Dutch one, has eight digits.
    return column.type in ("BIGINT", "DECIMAL(20,0)", "DECIMAL(38,0)") and len((column.maximum or "").lstrip("-")) >= 8


def _distinct(cursor: duckdb.DuckDBPyConnection, path: Path, column: ColumnProfile, size: int, seed: int) -> list[str]:
    name = identifier(column.name)
    # Thinned by hash before it is sorted, so that a column of millions of values needs no memory for them.
    thin = max(1, column.distinct // (3 * size))
    query = (
        f"SELECT DISTINCT CAST({name} AS VARCHAR) AS v FROM {parquet(path)} WHERE {name} IS NOT NULL AND hash({name}, {seed}) % {thin} = 0 "
        f"ORDER BY hash(v, {seed}) LIMIT {size}"
    )
    return [row[0] for row in cursor.execute(query).fetchall() if row[0]]


def _find(column: ColumnProfile, values: list[str]) -> ColumnFinding | None:
    heading = headers.promised(column.name)
    plausible = heading if heading and headers.is_plausible(heading, column) else ""
    seen = _seen(values, heading)
    if seen:
        return _from_values(column, seen, plausible)
    if not plausible:
        return None
    evidence = _some(plausible, values)
    if evidence.matched == 0 and values and plausible in _SHOWS_IN_VALUES:
        # An address that never has an ``@`` is no e-mail address, whatever the heading says.
        return None
    return ColumnFinding(column=column.name, category=CATEGORIES[plausible], confidence=_HEADING_ALONE, evidence=(evidence,))


def _some(category: str, values: list[str]) -> Evidence:
    """How many values fit a category that the heading promises, though too few to speak for themselves."""
    array = pa.array(values, pa.string())
    matched = max((_matched(array, d, 0) for d in DETECTORS if d.category == category), default=0)
    return Evidence(detector=_HEADING, matched=matched, examined=len(values))


def _seen(values: list[str], heading: str) -> list[tuple[Detector, Evidence]]:
    if not values:
        return []
    array = pa.array(values)
    found = []
    for detector in DETECTORS:
        if detector.headed and heading not in (detector.category, "official_id"):
            continue
        matched = _matched(array, detector, len(values))
        # Of few values all must speak; a share of three would be chance.
        if matched >= min(detector.least, len(values)) and matched >= detector.share * len(values) and matched:
            found.append((detector, Evidence(detector=detector.name, matched=matched, examined=len(values))))
    return found


def _matched(array: object, detector: Detector, examined: int) -> int:
    shaped = pc.filter(array, pc.match_substring_regex(array, detector.shape))
    if len(shaped) < detector.share * examined:
        return 0
    return sum(1 for value in shaped.to_pylist() if detector.accepts(value.strip()))


def _from_values(column: ColumnProfile, seen: list[tuple[Detector, Evidence]], heading: str) -> ColumnFinding | None:
    # What the heading confirms wins, then the surest detector, then the one with most matches.
    detector, evidence = max(seen, key=lambda s: (s[0].category == heading, s[0].confidence, s[1].matched))
    if evidence.examined < 5 and detector.category != heading and detector.confidence < 0.95:
        return None
    agreed = detector.category == heading
    more = (Evidence(detector=_HEADING, matched=0, examined=evidence.examined),) if agreed else ()
    return ColumnFinding(
        column=column.name,
        category=CATEGORIES[detector.category],
        confidence=min(0.99, detector.confidence + 0.03) if agreed else detector.confidence,
        evidence=(evidence, *more),
    )
