"""Hierarchies made from the values themselves: ranges of numbers, spans of dates, masked codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext

from entrepot.engine.types import COMMA_NUMBER
from entrepot.kit import Invalid
from entrepot.privacy.hierarchies.model import STAR, Hierarchy, hierarchy
from entrepot.privacy.hierarchies.shipped import shipped

_FACTORS = (2, 5)
_RANGES = 40
"""Ranges on the first level of numbers, at most; a round width is chosen to fit."""
_MONTH = (
    r"(?:jan(?:uary?)?|jänner|feb(?:ruary?)?|mar(?:ch)?|märz?|maerz|mrz|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?"
    r"|nov(?:ember)?|de[cz](?:ember)?)"
)
"""Months in English and German, whole and short."""
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_GAP = r"[ .,/\-]"
_NUMERIC = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?|[-+]?(nan|inf(inity)?)", re.IGNORECASE)
_COMMA = re.compile(COMMA_NUMBER)
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z .\-/]{2,}")
_FORMS = (
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), "21/11/2026"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), "21.11.2026"),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), "21-11-2026"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "2026/11/21"),
    (re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}"), "2026.11.21"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "2026年11月21日"),
    (re.compile(rf"{_DAY}{_GAP}{{0,3}}(?:of )?{_MONTH}{_GAP}{{0,3}}(?:\d\d|\d{{4}})", re.IGNORECASE), "21 November 2026"),
    (re.compile(rf"{_MONTH}{_GAP}{{0,3}}{_DAY}{_GAP}{{1,3}}(?:\d\d|\d{{4}})", re.IGNORECASE), "November 21, 2026"),
    (re.compile(rf"\d{{4}}{_GAP}{{0,3}}{_MONTH}{_GAP}{{0,3}}{_DAY}", re.IGNORECASE), "2026 November 21"),
)
"""Forms of dates that are counted apart where a column has several."""
_DIGITAL = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_SOME = 20
"""Distinct values up to which numbers may be a list of codes."""
_LARGEST = 308
"""Tens exponent of the largest numbers that are taken for numbers, as of doubles."""
_DIGITS = 1_000
"""Digits that ranges are worked out with, so that the smallest of such numbers differs from the largest."""


def automatic(column: str, values: Collection[str], *, hide_odd: bool = False, comma: bool = False) -> Hierarchy:
    """The hierarchy that suits the values: regions and industries that are known, spans of dates, ranges of numbers, masked codes, else each value or none.

    Args:
        values: Distinct values as text, or how many rows hold each; an empty one stands for missing data.
        hide_odd: Leave values that are no dates or numbers like the others out, so that they are unknown to the hierarchy.
        comma: Whether a comma may mark decimals.

    Raises:
        Invalid: There is no value at all, or most are dates or numbers and the others not: dates in several forms, NaN, infinite
            numbers, words among numbers. The message says how many rows hold them.
    """
    filled = [value for value in values if value != ""]
    if not filled:
        raise Invalid(f"{column} has no value in any row.", "Leave it out of the quasi-identifiers, or out of the table.", column=column)
    known = shipped(column, values)
    if known is not None:
        return known
    if comma and _has_commas(filled):
        return _with_commas(column, values, hide_odd=hide_odd)
    if _mostly(filled, _is_dated) or (odd_among_dates(dict.fromkeys(filled, 1)) and (len(filled) > _SOME or hide_odd)):
        return dates(column, _without(values, _date) if hide_odd else values)
    numeric, worded = _parted(filled, _is_numeric)
    among = bool(worded) and len(numeric) + len(worded) == len(filled) and 2 * len(numeric) >= len(filled)
    if _mostly(filled, _is_numeric) or (among and (len(filled) > _SOME or hide_odd)):
        return ranges(column, _without(values, _number) if hide_odd else values)
    if len(filled) > _SOME and all(_CODE.fullmatch(value) for value in filled):
        return prefixes(column, values)
    return flat(column, values)


def _has_commas(values: Sequence[str]) -> bool:
    """Whether the numbers among these are written with decimal commas."""
    numbers = [value for value in values if _COMMA.fullmatch(value)]
    return any("," in value for value in numbers) and 2 * len(numbers) >= len(values)


def _with_commas(column: str, values: Collection[str], *, hide_odd: bool) -> Hierarchy:
    """The hierarchy of the same numbers with points, written with commas again."""
    rows = values if isinstance(values, Mapping) else dict.fromkeys(values, 1)
    # What is no such number must not become one, and keeps being told apart by its own name.
    plain = {value: _pointed(value) if _COMMA.fullmatch(value) else f"{value}," if _is_numeric(value) else value for value in rows}
    spelt: dict[str, list[str]] = {}
    for value, text in plain.items():
        spelt.setdefault(text, []).append(value)
    found = automatic(column, {text: sum(rows[value] for value in same) for text, same in spelt.items()}, hide_odd=hide_odd)
    paths = [
        (value, *(label if label in rows else label.replace(".", ",") for label in path[1:]))
        for path in found.paths
        for value in spelt[path[0]]
    ]
    return hierarchy(column, paths)


def _pointed(value: str) -> str:
    return value.replace(".", "").replace(",", ".")


def words_among_numbers(values: Mapping[str, int]) -> int:
    """How many rows hold words where others hold numbers, in a column for which no ranges are made.

    Args:
        values: How many rows hold each value.
    """
    numeric, worded = _parted([value for value in values if value != ""], _is_numeric)
    return sum(values[value] for value in worded) if len(numeric) > 2 and len(numeric) >= len(worded) else 0


def odd_among_dates(values: Mapping[str, int]) -> int:
    """How many rows hold words or dates of other forms where others hold dates, in a column for which no spans are made.

    Args:
        values: How many rows hold each value.
    """
    filled = [value for value in values if value != ""]
    dated, worded = _parted(filled, _is_dated)
    if len(filled) < 2 or len(dated) < len(worded) or len(dated) + len(worded) < len(filled):
        return 0
    return sum(values[value] for value in filled if _date(value) is None)


def _parted(values: Sequence[str], fits: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Those that fit, and those of the others without any digit; the rest are codes."""
    return [value for value in values if fits(value)], [value for value in values if not fits(value) and not any(map(str.isdigit, value))]


def _is_numeric(value: str) -> bool:
    return _NUMERIC.fullmatch(value) is not None


def _is_dated(value: str) -> bool:
    return _DIGITAL.fullmatch(value) is not None or any(shape.fullmatch(value) for shape, _ in _FORMS)


def _mostly(values: Sequence[str], fits: Callable[[str], bool]) -> bool:
    # A few odd ones among many are mistakes to be named; a few values that happen to be numbers are a list of codes.
    count = sum(map(fits, values))
    return len(values) > 2 and (count == len(values) or (len(values) > _SOME and count >= 0.9 * len(values)))


def _without(values: Collection[str], read: Callable[[str], object]) -> list[str]:
    """The values that can be read, and the empty one."""
    return [value for value in values if value == "" or read(value) is not None]


def flat(column: str, values: Collection[str]) -> Hierarchy:
    """Each value, or none: two levels."""
    return hierarchy(column, [(value, STAR) for value in sorted(set(values))])


def ranges(column: str, values: Collection[str], *, width: Decimal | int | None = None) -> Hierarchy:
    """Ranges of numbers, each level twice or five times as wide as the one below it.

    Args:
        width: Width of the narrowest ranges; by default a round one that makes at most forty.

    Raises:
        Invalid: Some values are no finite numbers; the message says how many.
    """
    numbers = {value: _number(value) for value in values if value != ""}
    bad = [value for value, number in numbers.items() if number is None]
    if bad:
        raise _misfits(column, values, {value: _number_kind(value) for value in bad}, "finite numbers")
    found = {value: number for value, number in numbers.items() if number is not None}
    if not found:
        return flat(column, values)
    with localcontext() as context:
        context.prec = _DIGITS
        whole = all(number == number.to_integral_value() for number in found.values())
        low, high = min(found.values()), max(found.values())
        widths = _widths(low, high, Decimal(width) if width else _round_width(high - low, whole))
        order = sorted(found, key=lambda value: (found[value], value))
        paths = [(value, *(_range(found[value], w, whole) for w in widths), STAR) for value in order]
    return hierarchy(column, [*paths, *_missing(values, len(widths))])


def dates(column: str, values: Collection[str]) -> Hierarchy:
    """Days, months, quarters, years, decades.

    Raises:
        Invalid: Some values are not dates as ISO 8601 writes them; the message says how many.
    """
    found = {value: _date(value) for value in values if value != ""}
    bad = [value for value, day in found.items() if day is None]
    if bad:
        raise _misfits(column, values, {value: _date_kind(value) for value in bad}, "dates of the form 2026-11-21")
    paths = [(value, *_spans(day), STAR) for value, day in sorted(found.items()) if day]
    return hierarchy(column, [*paths, *_missing(values, 4)])


def prefixes(column: str, values: Collection[str], *, keep: Sequence[int] = ()) -> Hierarchy:
    """Codes with more and more of their ends masked: 10115, 1011*, 101**, 10***, 1****.

    Args:
        keep: Leading characters that each level shows, falling; by default one fewer each time.
    """
    longest = max((len(value) for value in values), default=1)
    kept = keep or range(longest - 1, 0, -1)
    paths = [(value, *(_masked(value, n, longest) for n in kept), STAR) for value in sorted(set(values)) if value != ""]
    return hierarchy(column, [*paths, *_missing(values, len(kept))])


def _masked(value: str, keep: int, longest: int) -> str:
    # A code that is shorter than what is kept shows whole, so it needs no mask.
    return value if len(value) <= keep else value[:keep] + STAR * (longest - keep)


def _missing(values: Collection[str], levels: int) -> list[tuple[str, ...]]:
    return [("", *["missing"] * levels, STAR)] if "" in values else []


def _misfits(column: str, values: Collection[str], odd: Mapping[str, str], what: str) -> Invalid:
    """The error that counts odd values by what they are.

    Args:
        odd: What each of them is, in the plural.
    """
    rows = values if isinstance(values, Mapping) else dict.fromkeys(values, 1)
    counts: Counter[str] = Counter()
    for value, kind in odd.items():
        counts[kind] += rows[value]
    count = counts.total()
    unit = f"rows {'holds' if count == 1 else 'hold'}" if isinstance(values, Mapping) else "distinct values are"
    shown = ", ".join(f"{number:,} {kind}" for kind, number in counts.most_common())
    return Invalid(
        f"{column}: {count:,} of {sum(rows.values()):,} {unit} no {what}: {shown}.",
        f"Correct them, or give {column} a hierarchy file, or hide them (--unknown star), or leave the column out (--drop {column}).",
        column=column,
        count=count,
    )


def _number_kind(value: str) -> str:
    plain = value.lower().lstrip("+-")
    return "NaN" if plain == "nan" else "infinite" if plain.startswith("inf") else "too large" if _NUMERIC.fullmatch(value) else "words"


def _date_kind(value: str) -> str:
    return next((f"like {form}" for shape, form in _FORMS if shape.fullmatch(value)), "of other forms")


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and not -_LARGEST <= number.adjusted() <= _LARGEST):
        return None
    return number


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def _spans(day: date) -> tuple[str, str, str, str]:
    year = f"{day.year:04d}"
    return f"{year}-{day.month:02d}", f"{year}-Q{(day.month + 2) // 3}", year, f"{year[:3]}0s"


def _round_width(span: Decimal, whole: bool) -> Decimal:
    width = Decimal(5) if whole else Decimal(10) ** (span / _RANGES).adjusted() if span else Decimal(1)
    step = 0
    while span / width > _RANGES:
        width *= _FACTORS[step % 2]
        step += 1
    return width


def _widths(low: Decimal, high: Decimal, width: Decimal) -> list[Decimal]:
    widths = [width]
    while low // widths[-1] != high // widths[-1] and len(widths) < 30:
        widths.append(widths[-1] * _FACTORS[(len(widths) - 1) % 2])
    return widths[:-1] or widths


def _range(number: Decimal, width: Decimal, whole: bool) -> str:
    low = (number / width).to_integral_value(rounding="ROUND_FLOOR") * width
    return f"{low:f}-{low + width - 1:f}" if whole and low >= 0 else f"[{low:f}, {low + width:f})"
