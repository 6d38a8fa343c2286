"""What is asked of the anonymiser, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from entrepot.kit import Invalid
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.model import ColumnFinding
from entrepot.privacy.notes import Note, as_json


class Method(StrEnum):
    """How quasi-identifiers are generalised.

    ``global`` gives all values of a column the same level, ``local`` each class its own: far less is lost, and somebody who knows the
    method and other data can undo more of it.
    """

    LOCAL = "local"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """l-diversity of a sensitive column: ``distinct``, ``entropy``, or ``recursive`` with ``c``."""

    column: str
    l: float  # noqa: E741  # the field's own letter
    kind: str = "distinct"
    c: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """t-closeness of a sensitive column by ``equal``, ``ordered`` or ``hierarchical`` distance."""

    column: str
    t: float
    distance: str = "equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """δ-presence: the share of a secret subset lies between ``least`` and ``most`` in every class.

    Attributes:
        column: The column of 0 and 1 that says who is in the subset, where the table is the population; else empty.
        population: The population (CSV or Parquet, the same quasi-identifiers), where the table is the subset; only ``most`` can be asked then.
    """

    column: str = ""
    population: Path | None = None
    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a release must satisfy.

    Attributes:
        quasi: The quasi-identifiers; empty for all columns that have a hierarchy, and with ``automatic`` those that the check takes for some.
        suppress: Largest share of rows that may be hidden, 0 to 1. Local recoding hides fewer where a class takes them at less loss.
        person: Column that says whose row it is, where rows repeat per person; k then counts persons.
        weights: How much a loss in a column counts; 1 where it is not named.
        population: For k-map: a table (CSV or Parquet) with the same quasi-identifiers; k then counts its rows.
        unknown: Values that no hierarchy knows: ``refuse`` or ``star``.
        automatic: Make a hierarchy for quasi-identifiers that lack one.
        drop: Columns left out of the release, such as names.
        keep: Columns that name persons and are released as they are on purpose.
    """

    k: int = 5
    method: Method = Method.LOCAL
    quasi: tuple[str, ...] = ()
    diversity: tuple[Diversity, ...] = ()
    closeness: tuple[Closeness, ...] = ()
    presence: Presence | None = None
    population: Path | None = None
    suppress: float = 0.02
    person: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    unknown: str = "refuse"
    automatic: bool = False
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in list(Method):
            raise Invalid(f"{str(self.method)!r} is no method.", "Choose local or global.")
        object.__setattr__(self, "method", Method(self.method))
        if self.k < 1:
            raise Invalid(f"k is {self.k}; a class has at least one row.", "Choose k of 2 or more; 5 and 10 are usual.")
        if self.k == 1 and not (self.diversity or self.closeness or self.presence or self.population):
            raise Invalid(
                "k is 1 and nothing else is asked, so a class of one row would do, and nobody is protected.",
                "Choose k of 2 or more (5 and 10 are usual), or ask for l, t, presence or a population beside it.",
            )
        if not 0 <= self.suppress <= 1:
            raise Invalid(f"The suppression limit is {self.suppress:g}; it is a share.", "Choose one from 0 to 1, or from 0% to 100%.")
        if self.unknown not in ("refuse", "star"):
            raise Invalid(f"{self.unknown!r} is no way to treat unknown values.", "Choose refuse or star.")
        _check_diversity(self.diversity)
        _check_closeness(self.closeness)
        if self.presence:
            _check_presence(self.presence)
        if any(weight <= 0 for weight in self.weights.values()):
            raise Invalid("A weight is zero or less.", "Choose weights above 0; 1 is usual.")

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Columns whose values the criteria count."""
        named = (
            [d.column for d in self.diversity]
            + [c.column for c in self.closeness]
            + ([self.presence.column] if self.presence and self.presence.column else [])
        )
        return tuple(dict.fromkeys(named))


def _check_diversity(asked: tuple[Diversity, ...]) -> None:
    for one in asked:
        if one.kind not in ("distinct", "entropy", "recursive"):
            raise Invalid(f"{one.kind!r} is no kind of l-diversity.", "Choose distinct, entropy or recursive.")
        if one.l < 1 or (one.kind != "entropy" and one.l != int(one.l)):
            raise Invalid(f"l is {one.l:g} for {one.column}.", "Choose a whole number of 2 or more (entropy: any number above 1).")
        if one.kind == "recursive" and one.c <= 0:
            raise Invalid(f"Recursive l-diversity of {one.column} lacks c.", "Write it as recursive(c):l, such as recursive(3):2.")


def _check_closeness(asked: tuple[Closeness, ...]) -> None:
    for one in asked:
        if one.distance not in ("equal", "ordered", "hierarchical"):
            raise Invalid(f"{one.distance!r} is no distance of t-closeness.", "Choose equal, ordered or hierarchical.")
        if not 0 <= one.t <= 1:
            raise Invalid(f"t is {one.t:g} for {one.column}.", "Choose t from 0 to 1; .2 is usual.")


def _check_presence(asked: Presence) -> None:
    if bool(asked.column) == bool(asked.population):
        raise Invalid("δ-presence needs a column or a population.", "Name the column of 0 and 1, or the population's file.")
    if not 0 <= asked.least <= asked.most <= 1:
        raise Invalid(
            f"The bounds of δ-presence are {asked.least:g} and {asked.most:g}.", "Choose two shares from 0 to 1, the smaller one first."
        )
    if asked.population and asked.least:
        # Who of the population has values that the table lacks is in no class that could be counted.
        raise Invalid(
            f"The lower bound of δ-presence is {asked.least:g}, and a population bounds it from above alone.",
            "Choose 0, or anonymise the population itself with a column of 0 and 1 for the subset.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What was released.

    Attributes:
        suppressed: Rows whose quasi-identifiers are all hidden.
        silent: Those among them that say nothing else either, because together they do not pass what every class must.
        hidden_class: Persons in the class of hidden rows that say something; None where there is none.
        ncp: Mean normalised certainty penalty over cells: 0 as it was, 1 when all is hidden.
        loss: The same by column.
        smallest: Persons of the smallest class, suppressed rows apart; None when all rows are suppressed.
        levels: Global recoding: the level of each column.
        bound: Global recoding: no choice of levels within the limit loses less by ``measure``, the loss that was made small.
        tried: Global recoding: combinations of levels counted.
        hierarchies: Those that were used, made ones included; not part of the JSON.
        kept: What was found of columns that name persons and were kept on purpose.
        seen: What the check found of the table's columns, where it was asked; not part of the JSON.
        notes: What whoever reads the release should know of how it came about.
    """

    path: Path
    rows: int
    distinct: int
    suppressed: int
    classes: int
    smallest: int | None
    ncp: float
    loss: dict[str, float]
    method: Method
    quasi: tuple[str, ...]
    levels: tuple[int, ...] | None = None
    measure: float | None = None
    bound: float | None = None
    tried: int | None = None
    silent: int = 0
    hidden_class: int | None = None
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    kept: tuple[ColumnFinding, ...] = ()
    seen: tuple[ColumnFinding, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_proven(self) -> bool | None:
        """Whether global recoding is proven to lose least; None for local recoding."""
        return None if self.measure is None or self.bound is None else self.bound >= self.measure - 1e-12

    def to_dict(self) -> dict[str, Any]:
        """The release as JSON."""
        shown: dict[str, Any] = {
            "file": self.path.name, "method": self.method.value, "quasi_identifiers": list(self.quasi), "rows": self.rows,
            "distinct": self.distinct, "suppressed": self.suppressed,
            "suppressed_share": round(self.suppressed / self.rows, 6) if self.rows else 0.0, "silent": self.silent,
            "hidden_class": self.hidden_class, "classes": self.classes,
            "smallest_class": self.smallest, "ncp": round(self.ncp, 6), "loss": {name: round(loss, 6) for name, loss in self.loss.items()},
            "kept": [one.column for one in self.kept],
        } | as_json(self.notes)  # fmt: skip
        if self.levels is not None:
            shown |= {
                "levels": dict(zip(self.quasi, self.levels, strict=True)), "measure": self.measure, "bound": self.bound,
                "proven": self.is_proven, "tried": self.tried,
            }  # fmt: skip
        return shown
