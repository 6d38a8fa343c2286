"""Four levels of de-identification, and what has to be measured for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

LEAST_K = 5
"""Persons who must look alike: a chance of a fifth to find somebody, usual where recipients are bound by a contract (El Emam 2013)."""
MOST_FOUND = 0.2
"""Largest share of persons that an attack may single out or link beyond guessing, at the upper end of its 95 % interval: 1 / ``LEAST_K``."""
MOST_TOLD = 0.2
"""Largest share of rows whose class has one value of a sensitive column and so tells it (homogeneity, Machanavajjhala et al. 2007): 1 / ``LEAST_K``."""
LEAST_CELL = 11
"""Persons behind a published count: nobody is found with a chance above .09, the bound for data anybody may get (EMA Policy 0070)."""

AT_LEAST = frozenset({"k", "hidden_rows", "sequences", "cells"})
"""Checks that count persons; of all others the limit is the most there may be."""


class Level(IntEnum):
    """Grades of de-identification in the order of GB/T 42460-2023, the highest protecting most.

    ``DIRECT`` still holds direct identifiers, ``REMOVED`` has none, in ``ACCEPTABLE`` the risk that is left was measured and attacked,
    ``AGGREGATE`` holds counts of many persons instead of rows.
    """

    DIRECT = 1
    REMOVED = 2
    ACCEPTABLE = 3
    AGGREGATE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One measured fact and what it is held against.

    Attributes:
        name: A stable word.
        holds: Whether the fact is as the grade demands.
        value: What was measured; None where it could not be measured or there was nothing to measure.
        limit: What it is held against: the least of those in ``AT_LEAST``, the most of all others.
        columns: The columns that it speaks of, where it does.
        interval: The 95 % interval of a sampled value.
    """

    name: str
    holds: bool
    value: float | None
    limit: float
    columns: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON."""
        shown = [round(end, 6) for end in self.interval] if self.interval else None
        return {
            "name": self.name, "holds": self.holds, "value": None if self.value is None else round(self.value, 6), "limit": self.limit,
            "columns": list(self.columns), "interval": shown,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A level, and the facts that gave it; those that failed say why it is not a higher one."""

    level: Level
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """What stands in the way of grade 3."""
        return tuple(check for check in self.checks if not check.holds)

    def to_dict(self) -> dict[str, Any]:
        """The grade as JSON."""
        return {"level": int(self.level), "name": self.level.name.lower(), "checks": [check.to_dict() for check in self.checks]}


def grade_of(said: Mapping[str, Any]) -> Grade:
    """The grade that `Grade.to_dict` wrote."""
    checks = [
        Check(
            name=one["name"], holds=one["holds"], value=one["value"], limit=one["limit"], columns=tuple(one["columns"]),
            interval=(one["interval"][0], one["interval"][1]) if one["interval"] else None,
        )
        for one in said["checks"]
    ]  # fmt: skip
    return Grade(level=Level(said["level"]), checks=tuple(checks))
