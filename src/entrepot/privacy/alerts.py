"""What a whole table should make its owner think of: children, secrets of a trade, exact places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from entrepot.engine.model import ColumnProfile, TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.privacy import headers
from entrepot.privacy.ages import Ages, Told
from entrepot.privacy.columns import Looked, counts_like
from entrepot.privacy.laws import CHILD_AGE
from entrepot.privacy.model import Alert, ColumnFinding

DECIMALS = 2
"""Decimals of a degree up to which a point names an area, about a kilometre; US state laws call finer than 1,750 to 1,850 feet precise."""
_KEYS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}|\bxox[abprs]-[\w-]{10,}"
    r"|\bsk_live_\w{16,}|\bAIza[\w-]{35}\b|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|\bglpat-[\w-]{20}|://[^/\s:@]+:[^/\s:@]+@"
)
_HOSTS = r"(?i)\b[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.(internal|intranet|corp|lan|local|localdomain)\b|\b(10\.\d{1,3}|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d{1,3}){2}\b"
_CONFIDENTIAL = (
    r"(?i)\b(strictly )?confidential\b|\binternal (use )?only\b|\btrade secret\b|\bnot for distribution\b|机密|保密|内部资料|商业秘密|绝密"
)
_PRICES = frozenset(["price", "cost", "margin", "discount", "rebate", "purchase", "supplier"])
_LEAST = 1


def alerts(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    profile: TableProfile,
    looked: Sequence[Looked],
    findings: Sequence[ColumnFinding],
    ages: Mapping[str, Ages],
) -> tuple[Alert, ...]:
    """What the table as a whole brings up; counts only, never a value.

    Args:
        ages: What the columns of ages and births tell.
    """
    columns = {column.name: column for column in profile.columns}
    return (
        *_children(profile, findings, ages),
        *_unread(profile, findings, ages),
        *_in_values(looked),
        *_confidential(looked),
        *_precise(cursor, path, profile.rows, columns, findings),
    )


def _children(profile: TableProfile, findings: Sequence[ColumnFinding], ages: Mapping[str, Ages]) -> Iterator[Alert]:
    for finding in findings:
        if (found := ages.get(finding.column)) and found.told is Told.CHILDREN:
            said = (
                f"holds births less than {CHILD_AGE} years ago"
                if finding.category.id == "birth_date"
                else f"goes down to ages below {CHILD_AGE}"
            )
            message = f"{finding.column} {said}, in {found.children:,} of {profile.rows:,} rows."
            yield Alert(code="minors", column=finding.column, message=message, hint=_LEAVE_OUT, count=found.children)


def _unread(profile: TableProfile, findings: Sequence[ColumnFinding], ages: Mapping[str, Ages]) -> Iterator[Alert]:
    for finding in findings:
        if (found := ages.get(finding.column)) and found.unread and found.told is not Told.CHILDREN:
            kind = "births" if finding.category.id == "birth_date" else "ages"
            message = (
                f"{finding.column} holds values in {found.unread:,} of {profile.rows:,} rows that cannot be read as {kind} for certain."
            )
            yield Alert(code="unread_ages", column=finding.column, message=message, hint=_WRITE_OUT, count=found.unread)


_WRITE_OUT = "Write births as 2014-03-17 or 2014-03 and ages as numbers of years, and leave what is not known empty."
_LEAVE_OUT = "Leave out the rows of children, whoever consented, or publish counts of many persons (grade 4)."


def _in_values(looked: Sequence[Looked]) -> Iterator[Alert]:
    for code, pattern, what, hint in (
        ("credentials", _KEYS, "keys, tokens or passwords", "Revoke them, and drop the column."),
        ("internal_hosts", _HOSTS, "names or addresses of internal machines", "Drop the column, or replace the names by random keys."),
    ):
        for column, count in zip(looked, _counts(looked, pattern), strict=True):
            if count >= _LEAST:
                message = f"{count:,} of {len(column.values):,} sampled values of {column.column.name} {'holds' if count == 1 else 'hold'} {what}."
                yield Alert(code=code, column=column.column.name, message=message, hint=hint, count=count)


def _confidential(looked: Sequence[Looked]) -> Iterator[Alert]:
    priced = any(_PRICES & set(headers.tokens(c.column.name)) or "价" in c.column.name or "成本" in c.column.name for c in looked)
    headed = counts_like([[column.column.name.replace("_", " ")] for column in looked], _CONFIDENTIAL)
    for column, *counts in zip(looked, headed, _counts(looked, _CONFIDENTIAL), strict=True):
        if any(counts):
            what = "a price list marked as confidential" if priced else "content marked as confidential"
            message = f"{column.column.name} shows {what}."
            yield Alert(code="confidential", column=column.column.name, message=message, hint="Ask whoever marked it before it is offered.")


def _counts(looked: Sequence[Looked], pattern: str) -> list[int]:
    """How many of each column's sampled values match, where they are texts."""
    return counts_like([column.values if column.column.type == "VARCHAR" else () for column in looked], pattern)


def _precise(
    cursor: duckdb.DuckDBPyConnection, path: Path, rows: int, columns: dict[str, ColumnProfile], findings: Sequence[ColumnFinding]
) -> Iterator[Alert]:
    for finding in findings:
        column = columns[finding.column]
        if finding.category.id != "coordinates" or not column.type.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
            continue
        name = identifier(column.name)
        finer = cursor.execute(f"SELECT count_if(round({name}, {DECIMALS}) <> {name}) FROM {parquet(path)}").fetchall()[0][0]
        if finer:
            message = f"{finer:,} of {rows - column.nulls:,} values of {column.name} {'has' if finer == 1 else 'have'} more than {DECIMALS} decimals."
            hint = f"Round to {DECIMALS} decimals, about a kilometre, or publish regions."
            yield Alert(code="precise_location", column=column.name, message=message, hint=hint, count=int(finer))
