"""What an attack came to: rates with their intervals, the risk they show, and a verdict in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from entrepot.kit import Invalid
from entrepot.privacy.notes import Note, as_json
from entrepot.privacy.risk.combined import Combined

_Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""
_WEAK, _STRONG = 0.02, 0.2
_ENOUGH = 100
"""Tries from which on the upper end of an interval says more about an attack than about how little it was tried."""
_SAYS = {
    "none": "not better than guessing",
    "weak": "slightly better than guessing",
    "clear": "better than guessing",
    "strong": "far better than guessing",
    "untried": "nothing to try it on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something succeeded, with its 95 % Wilson score interval (Wilson 1927).

    Attributes:
        hits: Successes; a sum of probabilities where the attacker draws among equals, so not always whole.
    """

    hits: float
    tries: int

    @property
    def share(self) -> float:
        """Successes per try; 0 without tries."""
        return self.hits / self.tries if self.tries else 0.0

    @property
    def low(self) -> float:
        """Lower end of the interval; 0 without tries."""
        return self._interval()[0]

    @property
    def high(self) -> float:
        """Upper end of the interval; 1 without tries."""
        return self._interval()[1]

    def _interval(self) -> tuple[float, float]:
        if not self.tries:
            return 0.0, 1.0
        n, p, square = self.tries, self.share, _Z * _Z
        middle = (p + square / (2 * n)) / (1 + square / n)
        half = _Z / (1 + square / n) * math.sqrt(max(0.0, p * (1 - p)) / n + square / (4 * n * n))
        return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))

    def to_dict(self) -> dict[str, Any]:
        """The rate as JSON."""
        return {
            "hits": round(self.hits, 3), "tries": self.tries, "share": round(self.share, 6), "low": round(self.low, 6),
            "high": round(self.high, 6),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the release adds: (attack − reference) / (1 − reference), between 0 and 1 (Giomi et al. 2023).

    The interval is that of the difference of two rates, from their Wilson intervals (Newcombe 1998).
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """The risk as JSON."""
        return {"value": round(self.value, 6), "low": round(self.low, 6), "high": round(self.high, 6)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackResult:
    """One attack on one release.

    Attributes:
        name: Which attack, a stable word.
        column: The column guessed; empty where the attack has none.
        attack: Success on persons who are in the release.
        baseline: Success of somebody who does not see the release.
        control: Success on persons who are not in the release; None without a control group or where none is defined.
        facts: Counts and shares that belong to it, by name.
    """

    name: str
    attack: Rate
    baseline: Rate
    control: Rate | None = None
    column: str = ""
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def reference(self) -> Rate:
        """What the attack is held against: the better of baseline and control."""
        return self.control if self.control is not None and self.control.share > self.baseline.share else self.baseline

    @property
    def risk(self) -> Risk:
        """The risk that the release adds."""
        a, r = self.attack, self.reference
        more = a.share - r.share
        low = more - math.hypot(a.share - a.low, r.high - r.share)
        high = more + math.hypot(a.high - a.share, r.share - r.low)
        return Risk(value=_risk(more, r.share), low=_risk(low, r.share), high=_risk(high, r.share))

    @property
    def grade(self) -> str:
        """``untried``, ``none``, ``weak``, ``clear`` or ``strong``."""
        risk = self.risk
        if not self.attack.tries:
            return "untried"
        if risk.low <= 0.0:
            return "none"
        return "weak" if risk.value < _WEAK else "clear" if risk.value < _STRONG else "strong"

    @property
    def verdict(self) -> str:
        """The result as a sentence."""
        if not self.attack.tries:
            return f"{self._title()}: {_SAYS['untried']}."
        against = "for persons outside the release" if self.reference is self.control else "without the release"
        rates = f"{self.attack.share:.1%} of {self.attack.tries:,} tries succeed, {self.reference.share:.1%} {against}"
        return f"{self._title()}: {_SAYS[self.grade]}; {rates}."

    def _title(self) -> str:
        return self.name.replace("_", " ").capitalize() + (f" of {self.column}" if self.column else "")

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        shown: dict[str, Any] = {"name": self.name}
        if self.column:
            shown["column"] = self.column
        return shown | {
            "attack": self.attack.to_dict(), "baseline": self.baseline.to_dict(),
            "control": self.control.to_dict() if self.control else None, "risk": self.risk.to_dict(), "grade": self.grade,
            "verdict": self.verdict, "facts": {name: round(value, 6) for name, value in self.facts.items()},
        }  # fmt: skip


def _risk(more: float, reference: float) -> float:
    return 0.0 if reference >= 1 else min(1.0, max(0.0, more / (1 - reference)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is tried.

    Attributes:
        targets: Persons, rows or predicates each attack is tried on, at most; None for all of them.
        classes: Classes of the release that an attacker compares a person with, at most; None for all.
        seconds: No attack begins after this many seconds; those left out are named in the report.
    """

    targets: int | None = 2_000
    classes: int | None = 20_000
    seconds: float = 120.0

    def __post_init__(self) -> None:
        if (self.targets is not None and self.targets < 1) or (self.classes is not None and self.classes < 1) or self.seconds <= 0:
            raise Invalid("The budget allows no try at all.", "Give one target, one class and some seconds at least.")

    @staticmethod
    def full() -> Budget:
        """Everything is tried, however long it takes."""
        return Budget(targets=None, classes=None, seconds=math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untreated:
    """What columns that a release left as they are tell about who somebody is.

    Attributes:
        columns: Those looked at, whose values an outsider may know of a person.
        limit: The share of rows from which on a set of them was looked for.
    """

    columns: tuple[str, ...]
    limit: float
    found: Combined

    @property
    def singles_out(self) -> bool:
        """Whether some of them single out more rows than the limit."""
        return bool(self.found.columns)

    @property
    def verdict(self) -> str:
        """The result as a sentence."""
        found = self.found
        if found.columns:
            where = " in their released class" if found.with_classes else ""
            return f"Untreated columns: {found.share:.1%} of the rows are the only ones of their {', '.join(found.columns)}{where}."
        names = ", ".join(self.columns)
        if not found.size:
            return f"Untreated columns ({names}): {found.share:.1%} of the rows stand alone by all of them and the released classes."
        skipped = f"; {found.skipped:,} sets were not looked at for lack of time" if found.skipped else ""
        some = f"no {found.size} of them and the released classes single out more than {self.limit:.0%} of the rows"
        return f"Untreated columns ({names}): {some}{skipped}."

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return {"tried": list(self.columns), "limit": self.limit, "verdict": self.verdict, **self.found.to_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackReport:
    """What attackers reached, in counts and rates; it holds no value of anybody.

    Attributes:
        rows: Rows of the original; ``released`` of the release, ``control_rows`` of the control group (0: none).
        aligned: The rows of the release stand in the order of the original, so that guesses can be held against the truth.
        notes: What was sampled, what was left out, and why.
        doubts: Why the two tables look unrelated, so that the attacks may mean nothing; none where they fit.
        untreated: What the columns that no attack tried tell about who somebody is; None where nobody looked.
    """

    rows: int
    released: int
    control_rows: int
    quasi_identifiers: tuple[str, ...]
    aligned: bool
    results: tuple[AttackResult, ...]
    notes: tuple[Note, ...]
    seed: int
    doubts: tuple[Note, ...] = ()
    untreated: Untreated | None = None

    @property
    def worst(self) -> AttackResult | None:
        """The attack whose risk may be highest, by the upper end of its interval; None when there was none, or on tables that look unrelated.

        Attacks of few tries count where no other was made: their intervals are wide whatever they found.
        """
        if self.doubts:
            return None
        tried = [result for result in self.results if result.attack.tries]
        enough = [result for result in tried if result.attack.tries >= _ENOUGH]
        return max(enough or tried, key=lambda result: result.risk.high, default=None)

    def get(self, name: str, column: str = "") -> AttackResult:
        """The result of one attack.

        Raises:
            Invalid: It was not made.
        """
        for result in self.results:
            if result.name == name and column in ("", result.column):
                return result
        raise Invalid(f"The report has no attack {name}.", "Look at its notes for what was left out.", name=name)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        worst = self.worst
        return {
            "rows": self.rows, "released": self.released, "control_rows": self.control_rows,
            "quasi_identifiers": list(self.quasi_identifiers), "aligned": self.aligned, "seed": self.seed,
            "worst": {"name": worst.name, "column": worst.column, "risk": worst.risk.to_dict()} if worst else None,
            "attacks": [result.to_dict() for result in self.results], **as_json(self.notes),
            **as_json(self.doubts, said="doubts", told="doubted"),
            **({"untreated": self.untreated.to_dict()} if self.untreated else {}),
        }  # fmt: skip
