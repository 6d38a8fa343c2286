"""What is asked of an aggregation, and what it published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.kit import Invalid

LEAST = 11
"""Persons behind a cell by default: what grade 4 asks for."""
MOST_TOTALLED = 5
"""Columns up to which totals are offered: each more doubles the tables that have to be kept apart."""
_RANKED = re.compile(r"(\d+):(\d+(?:\.\d+)?)%?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dominance:
    """When a few contributors make up so much of a sum that one of them can work out another.

    Attributes:
        top: 0 for the p% rule: what all but the two largest add is less than ``percent`` of the largest. Otherwise the (n, k) rule:
            the ``top`` largest make up more than ``percent`` of the whole (Hundepool et al., Statistical Disclosure Control, 2012).
    """

    top: int = 0
    percent: float = 10.0

    def __post_init__(self) -> None:
        if not 0 <= self.top <= 10 or not 0 < self.percent <= 100:
            raise Invalid(
                f"A dominance rule of {self.top} contributors and {self.percent:g}% means nothing.",
                "Write 10% for the p% rule, or 2:75% for two contributors and three quarters.",
            )

    @property
    def ranks(self) -> int:
        """How many of the largest contributors the rule looks at."""
        return self.top or 2

    def __str__(self) -> str:
        return f"{self.top}:{self.percent:g}%" if self.top else f"{self.percent:g}%"


def parse_dominance(text: str) -> Dominance:
    """A dominance rule as ``10%`` (p% rule) or ``2:75%`` ((n, k) rule).

    Raises:
        Invalid: It is written in another way.
    """
    ranked, percent = _RANKED.fullmatch(text), _PERCENT.fullmatch(text)
    if ranked:
        return Dominance(top=int(ranked[1]), percent=float(ranked[2]))
    if percent:
        return Dominance(percent=float(percent[1]))
    raise Invalid(f"{text!r} is no dominance rule.", "Write 10% for the p% rule, or 2:75% for two contributors and three quarters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabulation:
    """Which cells are published of a table, and what each must satisfy.

    Attributes:
        by: The columns whose values make the cells.
        count: Whether persons are counted in the open; they are always counted to protect them.
        minimum: Cells of fewer persons are left out.
        base: Counts are rounded to a multiple of this, halves up; 1 for none.
        totals: Whether totals over all other columns are published too, marked ``*``.
        person: Column that says whose row it is; without it each row is a person.
        dominance: The rule that sums and means must satisfy.
        epsilon: Where given, counts carry noise of this privacy loss, and a cell is published if its noisy count is large enough.
        delta: The chance that noise lets a smaller cell through.
    """

    by: tuple[str, ...]
    count: bool = True
    sums: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    minimum: int = LEAST
    base: int = 5
    totals: bool = False
    person: str = ""
    dominance: Dominance = Dominance()
    epsilon: float | None = None
    delta: float = 1e-6

    def __post_init__(self) -> None:
        if not self.by:
            raise Invalid("Cells need columns.", "Name those whose values make the cells, with --by.")
        if self.minimum < 2 or self.base < 1:
            raise Invalid(
                f"Cells of {self.minimum} rounded to {self.base} protect nobody.",
                f"Choose a minimum of 2 or more ({LEAST} for grade 4), and a base of 1 (not rounded) or more.",
            )
        self._check_columns()
        self._check_noise()

    @property
    def measures(self) -> tuple[str, ...]:
        """The columns that are summed or averaged, each once."""
        return tuple(dict.fromkeys([*self.sums, *self.means]))

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of what is published."""
        counted = ["count"] if self.count else []
        return (*self.by, *counted, *(f"sum_{column}" for column in self.sums), *(f"mean_{column}" for column in self.means))

    def _check_columns(self) -> None:
        if not (self.count or self.measures):
            raise Invalid("Nothing is counted, summed or averaged.", "Ask for --count, --sum COLUMN or --mean COLUMN.")
        twice = sorted({name for name in self.headings if self.headings.count(name) > 1})
        if twice:
            raise Invalid(f"Two columns would be called {twice[0]}.", "Name each column once, or rename one in the table.", columns=twice)
        mixed = sorted({*self.by} & {*self.measures, self.person})
        if mixed:
            raise Invalid(f"{mixed[0]} makes the cells and is in them.", "Choose one.", columns=mixed)
        told = [column for column in self.sums if column in self.means]
        if told and self.base > 1:
            raise Invalid(
                f"The sum and the mean of {told[0]} together tell the exact count, and counts are rounded to {self.base}.",
                "Ask for one of them, or for exact counts with --base 1.",
                columns=told,
            )
        if self.totals and len(self.by) > MOST_TOTALLED:
            raise Invalid(
                f"Totals are made over {MOST_TOTALLED} columns at most, and {len(self.by)} are named.", "Name fewer, or leave totals out."
            )

    def _check_noise(self) -> None:
        if self.epsilon is None:
            return
        if not self.epsilon > 0 or not 0 < self.delta < 0.01:
            raise Invalid(
                f"A privacy loss of {self.epsilon:g} with a chance of {self.delta:g} means nothing.",
                "Choose ε above 0 (1 is usual) and δ above 0 and below .01 (.000001 is usual).",
            )
        if self.totals or self.measures:
            raise Invalid("Noise is added to counts alone.", "Leave sums, means and totals out, or leave the noise out.")

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON."""
        return {
            "by": list(self.by), "count": self.count, "sums": list(self.sums), "means": list(self.means), "minimum": self.minimum,
            "base": self.base, "totals": self.totals, "person": self.person, "dominance": str(self.dominance), "epsilon": self.epsilon,
            "delta": None if self.epsilon is None else self.delta,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What was published.

    Attributes:
        cells: Those of the finest table, without totals.
        small: Cells left out for too few persons or too large contributors; None where noise decided.
        beside: Cells left out so that small ones cannot be worked out from totals.
        totals: The sets of columns whose totals are published; the empty set is the grand total.
        withheld: Those whose totals are not, each with why: ``small`` or ``unprotected``.
        smallest: Persons behind each published cell, at least, as far as the published table shows it.
    """

    path: Path
    cells: int
    small: int | None
    beside: int
    totals: tuple[tuple[str, ...], ...]
    withheld: tuple[tuple[tuple[str, ...], str], ...]
    smallest: int

    def to_dict(self) -> dict[str, Any]:
        """The aggregation as JSON; the rows of the table stay out of it, since they are the grand total."""
        return {
            "file": self.path.name, "cells": self.cells, "left_out_small": self.small, "left_out_beside": self.beside,
            "totals": [list(columns) for columns in self.totals],
            "totals_withheld": [{"columns": list(columns), "reason": reason} for columns, reason in self.withheld], "smallest": self.smallest,
        }  # fmt: skip
