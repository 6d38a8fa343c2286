"""What may be done to columns that are no quasi-identifiers: mask, pseudonym, round, clip, average, shift."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from entrepot.engine.faults import explained
from entrepot.engine.sql import literal
from entrepot.kit import Invalid
from entrepot.kit.words import counted
from entrepot.privacy.anonymise.commas import number_sql, with_commas, written
from entrepot.privacy.anonymise.source import Source

_VERBS = {
    "mask": "mask:2 keeps the first two characters",
    "pseudonym": "pseudonym, or pseudonym:digits to keep a number's length",
    "round": "round:10",
    "clip": "clip:0:100",
    "average": "average:5 puts the mean of five or more neighbours",
    "shift": "shift:30:patient moves dates by up to 30 days, equally for one patient",
}
_MOST_VALUES = 100_000
_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to one column, as ``COLUMN=VERB:ARGUMENTS``."""

    column: str
    verb: str
    arguments: tuple[str, ...] = ()


def parse_change(text: str) -> Change:
    """A change as the command line writes it.

    Raises:
        Invalid: It is written in another way.
    """
    column, _, how = text.rpartition("=")
    verb, *arguments = how.split(":")
    if not column or verb not in _VERBS:
        raise Invalid(f"{text!r} is no change.", f"Write COLUMN= and one of: {'; '.join(_VERBS.values())}.")
    change = Change(column=column, verb=verb, arguments=tuple(arguments))
    _check(change)
    return change


def _check(change: Change) -> None:
    """Refuse arguments that mean nothing, before anything is read."""
    numbers = {"mask": 1, "round": 1, "clip": 2, "average": 1, "shift": 1}.get(change.verb, 0)
    found = [_number(change, at, default=0 if change.verb == "mask" else None) for at in range(min(numbers, max(1, len(change.arguments))))]
    least = {"mask": 0, "average": 2, "shift": 1}.get(change.verb)
    wrong = (least is not None and any(number < least or number != int(number) for number in found)) or (
        change.verb == "clip" and len(found) == 2 and found[0] > found[1]
    )
    if wrong:
        raise Invalid(f"{change.verb} of {change.column} has arguments that cannot be.", f"Write it as {_VERBS[change.verb]}.")


def expressions(cursor: duckdb.DuckDBPyConnection, source: Source, changes: Sequence[Change], *, secret: bytes = b"") -> dict[str, str]:
    """SQL for the changed columns of a table.

    Args:
        secret: Key of pseudonyms and shifts; whoever has it can link them again.

    Raises:
        Invalid: A column is not there, a change lacks its argument, or values do not suit it; the message counts them.
    """
    source.require([change.column for change in changes], "to be changed")
    return {change.column: _typed(cursor, source, change, _expression(cursor, source, change, secret)) for change in changes}


def _typed(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, value: str) -> str:
    """SQL for changed numbers and dates in the column's own type where it has one; in double where that cannot hold them."""
    if not source.types or change.verb in ("mask", "pseudonym"):
        return value
    own = source.types[source.columns.index(change.column)]
    if own == "VARCHAR":
        return value
    if change.verb == "shift":
        # The hour is not moved with the day, so it is not told.
        return f"CAST({value} AS DATE)"
    lost = f"TRY_CAST({value} AS {own}) IS NULL"
    if own.endswith("INT") or own.endswith("INTEGER"):
        lost = f"({lost} OR TRY_CAST({value} AS {own})::DOUBLE <> CAST({value} AS DOUBLE))"
    with explained(source.path):
        misfits = cursor.execute(f"SELECT count(*) FROM {source.scan} WHERE {source.sql(change.column)} IS NOT NULL AND {lost}").fetchall()[
            0
        ][0]
    return f"CAST({value} AS {'DOUBLE' if misfits else own})"


def _expression(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, secret: bytes) -> str:
    text = source.text(change.column)
    if change.verb == "mask":
        keep = int(_number(change, 0, default=0))
        return f"CASE WHEN {text} IS NOT NULL THEN left({text}, {keep}) || repeat('*', greatest(0, length({text}) - {keep})) END"
    if change.verb == "pseudonym":
        return _pseudonym(change, text, secret)
    if change.verb == "shift":
        return _shift(cursor, source, change, secret)
    comma = change.column in with_commas(cursor, source, [change.column])
    value = number_sql(text, comma=comma)
    _require_numbers(cursor, source, change, value)
    return written(_reckoned(cursor, source, change, value), comma=comma)


def _reckoned(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, value: str) -> str:
    """SQL for a number that is rounded, clipped or averaged, as text."""
    given = change.arguments
    if change.verb == "round":
        step = _number(change, 0)
        if step <= 0:
            raise Invalid(f"{change.column} cannot be rounded to {step:g}.", "Choose a step above 0.")
        return _trimmed(_multiple(value, step, change.arguments[0]))
    if change.verb == "clip":
        if len(given) != 2:
            raise Invalid(f"Clipping {change.column} needs two bounds.", "Write clip:LOW:HIGH.")
        return _trimmed(f"least(greatest({value}, {_number(change, 0)!r}), {_number(change, 1)!r})")
    return _average(cursor, source, change, value)


def _multiple(value: str, step: float, written: str) -> str:
    """SQL for the nearest multiple of a step, with the step's decimals and no more."""
    decimals = max(0, -int(Decimal(written).normalize().as_tuple().exponent))
    # A half such as 0.35 / 0.1 falls short by the last bit of a double; beyond a million steps that bit is left alone.
    steps = f"{value} / {step!r}"
    return f"round(round(CASE WHEN abs({steps}) < 1e6 THEN round({steps}, 9) ELSE {steps} END) * {step!r}, {decimals})"


def _trimmed(value: str) -> str:
    """SQL for a number as text without a useless fraction."""
    return f"CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e15 THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"


def _number(change: Change, at: int, *, default: float | None = None) -> float:
    try:
        found = float(change.arguments[at]) if at < len(change.arguments) or default is None else default
    except (ValueError, IndexError):
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(f"The change {change.verb} of {change.column} lacks a number.", f"Write it as {_VERBS[change.verb]}.")
    return found


def hmac_sql(text: str, secret: bytes) -> str:
    """SQL for the HMAC-SHA-256 (RFC 2104) of a text, in hexadecimal.

    Raises:
        Invalid: There is no key.
    """
    if len(secret) < 16:
        raise Invalid(
            "Pseudonyms and date shifts need a key of at least 16 bytes.", "Set ENTREPOT_PSEUDONYM_KEY, and keep it apart from the release."
        )
    key = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    return f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({text}))))"


def _labelled(use: str, text: str) -> str:
    """A text with its use before it, so that what one use publishes tells nothing of another: a pseudonym must not give its shift away."""
    return f"'{use}:' || {text}"


def _pseudonym(change: Change, text: str, secret: bytes) -> str:
    if change.arguments[:1] != ("digits",):
        return f"CASE WHEN {text} IS NOT NULL THEN left({hmac_sql(_labelled('pseudonym', text), secret)}, 32) END"
    # Digits come from the whole HMAC, each from two hexadecimal figures; 256 mod 10 favours the first six by under 3 %.
    digits = f"list_transform(range(1, length({text}) + 1), lambda i: CASE WHEN {text}[i] BETWEEN '0' AND '9' THEN ('0x' || {hmac_sql(_labelled('digits', text), secret)}[2 * ((i - 1) % 32) + 1 : 2 * ((i - 1) % 32) + 2])::INT % 10 || '' ELSE {text}[i] END)"
    return f"CASE WHEN {text} IS NOT NULL THEN array_to_string({digits}, '') END"


def _shift(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, secret: bytes) -> str:
    text, days = source.text(change.column), int(_number(change, 0))
    if len(change.arguments) != 2:
        raise Invalid(f"Shifting {change.column} needs the column of the person.", f"Write it as {_VERBS['shift']}.")
    source.require([change.arguments[1]], "the person of a shift")
    who = f"coalesce({source.text(change.arguments[1])}, '')"
    with explained(source.path):
        bad = cursor.execute(
            f"SELECT count(*) FROM {source.scan} WHERE {text} IS NOT NULL AND TRY_CAST({text} AS DATE) IS NULL"
        ).fetchall()[0][0]
    if bad:
        raise Invalid(
            f"{change.column}: {counted(bad, 'value', 'is no date', 'are no dates')} of the form 2026-11-21.",
            "Bring all dates to one form first.",
            count=bad,
        )
    offset = f"(('0x' || left({hmac_sql(_labelled('shift', who), secret)}, 8))::BIGINT % {2 * days + 1} - {days})::INT"
    return f"CAST(TRY_CAST({text} AS DATE) + {offset} AS VARCHAR)"


def _require_numbers(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, value: str) -> None:
    text = source.text(change.column)
    with explained(source.path):
        bad = cursor.execute(
            f"SELECT count(*) FROM {source.scan} WHERE {text} IS NOT NULL AND NOT coalesce(isfinite({value}), false)"
        ).fetchall()[0][0]
    if bad:
        raise Invalid(
            f"{change.column}: {counted(bad, 'value', 'is no finite number', 'are no finite numbers')}, so {change.verb} cannot be done.", "Correct them, or mask the column.",
            column=change.column, count=bad,
        )  # fmt: skip


def _average(cursor: duckdb.DuckDBPyConnection, source: Source, change: Change, value: str) -> str:
    """Micro-aggregation of one column: values in order, at least so many rows a group, each replaced by the group's mean."""
    least = int(_number(change, 0))
    with explained(source.path):
        found = cursor.execute(
            f"SELECT v, count(*), CAST(v AS VARCHAR) FROM (SELECT {value} AS v FROM {source.scan}) WHERE v IS NOT NULL GROUP BY v ORDER BY v "
            f"LIMIT {_MOST_VALUES + 1}"
        ).fetchall()
    if len(found) > _MOST_VALUES:
        raise Invalid(f"{change.column} has more than {_MOST_VALUES:,} different values.", "Round it first.", column=change.column)
    means = _means([(float(v), int(n)) for v, n, _ in found], least, change)
    labels = ", ".join(literal(text) for _, _, text in found)
    listed = ", ".join(literal(_shown(mean)) for mean in means)
    return f"([{listed}])[enum_code(TRY_CAST(CAST({value} AS VARCHAR) AS ENUM({labels})))::INT + 1]"


def _means(values: list[tuple[float, int]], least: int, change: Change) -> list[float]:
    groups: list[list[int]] = [[]]
    size = 0
    for at, (_, count) in enumerate(values):
        if size >= least:
            groups.append([])
            size = 0
        groups[-1].append(at)
        size += count
    if size < least and len(groups) > 1:
        groups[-2] += groups.pop()
    elif size < least:
        raise Invalid(f"{change.column} has fewer than {least} values.", "Choose a smaller group.", column=change.column)
    means = []
    for group in groups:
        total = sum(values[at][1] for at in group)
        means += [sum(values[at][0] * values[at][1] for at in group) / total] * len(group)
    return means


def _shown(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
