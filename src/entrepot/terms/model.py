"""What a buyer may do with data: terms, the rows and columns that are handed over, a use, and the verdict on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from entrepot.kit import Decision, Invalid, canonical_json
from entrepot.terms.territories import check_territory
from entrepot.vocabulary.purposes import narrower, normalise

MAX_DAYS = 36_500
MAX_COUNT = 2**53 - 1
MAX_LIST = 1_000
"""Longest list in one condition, and most conditions or columns in one set of rights."""


class Redistribution(StrEnum):
    """What may be passed on: nothing, results that no longer contain the data, or the data itself."""

    FORBIDDEN = "forbidden"
    DERIVED = "derived"
    ALLOWED = "allowed"

    @property
    def level(self) -> int:
        """0 for the strictest; a larger level permits all that a smaller one does."""
        return list(Redistribution).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the owner permits. Two terms are equal when they say the same in the same words.

    Args:
        permitted_purposes: W3C DPV purposes, such as ``dpv:AcademicResearch``; a narrower purpose is permitted with its broader one.
        prohibited_purposes: Purposes that stay forbidden even where a broader one is permitted.
        duration_days: Days from the signature for which the data may be used; None for no end.
        territories: ISO 3166-1 alpha-2 codes of where it may be used; None for everywhere.
        count_limit: How many times it may be delivered or read; None for any number.
        redistribution: What may be passed on to others.
        attribution: Whether published results must name the owner.
        person_key_delivered: Whether the column that tells whose row it is is handed over.

    Raises:
        Invalid: A value cannot be, or the terms permit no purpose at all.
    """

    permitted_purposes: tuple[str, ...]
    prohibited_purposes: tuple[str, ...] = ()
    duration_days: int | None = None
    territories: tuple[str, ...] | None = None
    count_limit: int | None = None
    redistribution: Redistribution = Redistribution.FORBIDDEN
    attribution: bool = False
    person_key_delivered: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "permitted_purposes", _words("permitted_purposes", self.permitted_purposes, normalise))
        put(self, "prohibited_purposes", _words("prohibited_purposes", self.prohibited_purposes, normalise))
        if self.territories is not None:
            put(self, "territories", _words("territories", self.territories, check_territory))
            if not self.territories:
                raise Invalid(
                    "The terms name no territory, so the data could be used nowhere.", "Leave territories out to mean everywhere."
                )
        put(self, "redistribution", _redistribution(self.redistribution))
        _check_number("duration_days", self.duration_days, MAX_DAYS)
        _check_number("count_limit", self.count_limit, MAX_COUNT)
        for name in ("attribution", "person_key_delivered"):
            if not isinstance(getattr(self, name), bool):
                raise Invalid(f"{name} is {getattr(self, name)!r}.", "Write true or false.")
        if not self.allowed_purposes():
            raise Invalid("The terms permit no purpose.", "Permit at least one purpose that is not prohibited; dpv:Purpose stands for any.")

    def allowed_purposes(self) -> frozenset[str]:
        """Every purpose that is permitted and not prohibited; a prohibition wins."""
        permitted = frozenset[str]().union(*(narrower(p) for p in self.permitted_purposes))
        return permitted.difference(*(narrower(p) for p in self.prohibited_purposes))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, every field named."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()} | {"redistribution": self.redistribution.value}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Terms:
        """Terms from plain values; fields that are left out take their defaults.

        Raises:
            Invalid: A field is unknown or cannot be.
        """
        known = check_fields("terms", value, {f.name for f in fields(cls)})
        if "permitted_purposes" not in known:
            raise Invalid("The terms name no permitted purpose.", "Add permitted_purposes, for example [dpv:AcademicResearch].")
        return cls(**known)


class Operator(StrEnum):
    """How a condition compares a column with its value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not in"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"


Scalar = str | int | float | bool
_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
_NULLS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition on a row, such as ``year >= 2012``. An empty cell meets only ``is null``, as in SQL.

    Args:
        value: A text, number or truth value; a list of them for ``in`` and ``not in``; None for ``is null`` and ``is not null``.
            Dates and times are written as text (``2026-11-21``).
    """

    column: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "column", _column(self.column))
        try:
            put(self, "operator", Operator(str(self.operator).strip().lower()))
        except ValueError:
            raise Invalid(f"{self.operator!r} is no operator.", f"Use one of {', '.join(Operator)}.") from None
        if self.operator in _NULLS:
            if self.value is not None:
                raise Invalid(f"{self.operator} takes no value, and {self.column} has {self.value!r}.", "Leave the value out.")
        elif self.operator in _LISTS:
            put(self, "value", _scalars(self.column, self.value))
        else:
            _check_scalar(self.column, self.value)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "column": self.column,
            "operator": self.operator.value,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Condition:
        """A condition from plain values.

        Raises:
            Invalid: A field is unknown, missing or cannot be.
        """
        known = check_fields("condition", value, {"column", "operator", "value"})
        if not {"column", "operator"} <= set(known):
            raise Invalid("A condition needs a column and an operator.", "Write it like {column: year, operator: '>=', value: 2012}.")
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Which part of a table is handed over: these columns (None: all) of the rows that meet every condition.

    Order and repetition mean nothing and are not kept, so equal rights have equal digests.
    """

    columns: tuple[str, ...] | None = None
    rows: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.columns is not None:
            put(self, "columns", _words("columns", self.columns, _column))
            if not self.columns:
                raise Invalid("The rights name no column, so nothing would be handed over.", "Leave columns out to mean all of them.")
        if not isinstance(self.rows, list | tuple) or not all(isinstance(row, Condition) for row in self.rows):
            raise Invalid("The rows of rights are a list of conditions.", "Write each like {column: year, operator: '>=', value: 2012}.")
        if len(self.rows) > MAX_LIST:
            raise Invalid(f"The rights have {len(self.rows)} conditions; {MAX_LIST} are the most.", "Use `in` with a list.")
        by_text = {canonical_json(row.to_dict()): row for row in self.rows}
        put(self, "rows", tuple(by_text[key] for key in sorted(by_text)))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"columns": None if self.columns is None else list(self.columns), "rows": [row.to_dict() for row in self.rows]}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Rights:
        """Rights from plain values.

        Raises:
            Invalid: A field is unknown or cannot be.
        """
        known = check_fields("rights", value, {"columns", "rows"})
        rows = known.get("rows") or ()
        if not isinstance(rows, list | tuple):
            raise Invalid("The rows of rights are a list of conditions.", "Write each like {column: year, operator: '>=', value: 2012}.")
        return cls(columns=known.get("columns"), rows=tuple(Condition.from_dict(row) for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use that somebody has in mind.

    Args:
        territory: Where; None when it is not known yet.
        at: When; None for now, which no duration speaks against.
        count: The how-manieth use this would be, from 1.
        redistribution: What would be passed on.
    """

    purpose: str
    territory: str | None = None
    at: datetime | None = None
    count: int = 1
    redistribution: Redistribution = Redistribution.FORBIDDEN

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "purpose", normalise(self.purpose))
        put(self, "redistribution", _redistribution(self.redistribution))
        if self.territory is not None:
            put(self, "territory", check_territory(self.territory))
        if self.at is not None and self.at.tzinfo is None:
            raise Invalid(f"The time {self.at} names no zone.", "Write it like 2026-11-21T09:30:00Z.")
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 1:
            raise Invalid(f"The use is number {self.count!r}.", "Count uses from 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What terms say to a use, why, and what to do next."""

    decision: Decision
    reasons: tuple[str, ...]
    hint: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the use may go ahead."""
        return self.decision is Decision.ALLOW


def check_fields(what: str, value: Any, known: set[str]) -> dict[str, Any]:
    """The value as a dict with known fields only.

    Raises:
        Invalid: It is no mapping, or has a field that nobody knows.
    """
    if not isinstance(value, Mapping):
        raise Invalid(f"The {what} is {type(value).__name__}, not a set of fields.", f"The fields are {', '.join(sorted(known))}.")
    unknown = sorted(map(str, set(value) - known))
    if unknown:
        raise Invalid(f"The {what} has the unknown field {', '.join(unknown)[:200]}.", f"The fields are {', '.join(sorted(known))}.")
    return dict(value)


def _words(name: str, value: Any, check: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable) or isinstance(value, Mapping):
        raise Invalid(f"{name} is {value!r}, not a list.", "Write a list, even of one.")
    words = tuple(sorted({check(word) for word in value}))
    if len(words) > MAX_LIST:
        raise Invalid(f"{name} lists {len(words)} entries; {MAX_LIST} are the most.", "Name fewer.")
    return words


def _redistribution(value: Any) -> Redistribution:
    try:
        return Redistribution(value)
    except ValueError:
        raise Invalid(f"redistribution is {value!r}.", f"Use one of {', '.join(Redistribution)}.") from None


def _check_number(name: str, value: Any, most: int) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most):
        raise Invalid(f"{name} is {value!r}.", f"Write a whole number from 1 to {most}, or leave it out for no limit.")


def _column(name: Any) -> str:
    if not isinstance(name, str) or not name or len(name) > 255 or "\x00" in name:
        raise Invalid(f"{str(name)[:80]!r} is no name of a column.", "Give the name as the table spells it.")
    return name


def _check_scalar(column: str, value: Any) -> None:
    if not isinstance(value, str | int | float):
        raise Invalid(f"The condition on {column} compares with {value!r}.", "Use a text, a number, true or false.")
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"The condition on {column} compares with {value}.", "Use a finite number.")
    if isinstance(value, int) and abs(value) > MAX_COUNT:
        raise Invalid(f"The condition on {column} compares with {value}, beyond ±{MAX_COUNT}.", "Choose a smaller bound.")
    if isinstance(value, str) and (len(value) > 10_000 or "\x00" in value):
        raise Invalid(
            f"The condition on {column} compares with a text that is too long or has a null character.", "Use a plain short text."
        )
    canonical_json(value)  # Refuses lone surrogates, which no signature could carry.


def _scalars(column: str, value: Any) -> tuple[Scalar, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_LIST:
        raise Invalid(f"The condition on {column} needs a list of 1 to {MAX_LIST} values.", "Write it like [a, b].")
    for item in value:
        _check_scalar(column, item)
    by_text = {canonical_json(item): item for item in value}
    return tuple(by_text[key] for key in sorted(by_text))
