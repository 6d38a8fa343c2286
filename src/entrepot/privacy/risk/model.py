"""Risk in figures; a class is all rows (persons) with the same quasi-identifiers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """What belonging to a class tells about a sensitive column, in the worst class; hidden rows that say something of it are one.

    Attributes:
        l: Fewest distinct values.
        entropy_l: As many equally frequent values as the least even class is worth (e to its entropy).
        recursive_c: The smallest c for which recursive (c, 2)-diversity holds, exclusive; None where a class has one value only.
        top: Largest share of one value: 1 where a class tells the value.
        told: Share of rows in classes that have one value only.
        t: Largest distance of a class from the whole table, all values equally far apart.
        t_ordered: The same with values on a line; None where there are too many values or they are no numbers.
    """

    column: str
    l: int  # noqa: E741  # the field's own letter
    entropy_l: float
    recursive_c: float | None
    top: float
    told: float
    t: float
    t_ordered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Risk where an attacker knows a population but not who of it is in the table.

    Attributes:
        k_map: Fewest persons of the population who share the quasi-identifiers of a row.
        least, most: δ-presence: smallest and largest share of a population class that is in the table.
        journalist: Largest chance to find somebody chosen freely.
        marketer: Expected share of rows that are linked rightly when all are tried.
        outside: Rows that nobody of the population matches; they are left out of these figures.
    """

    k_map: int | None
    least: float
    most: float
    journalist: float
    marketer: float
    outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A table's risk as it stands.

    Attributes:
        rows: Rows, or different persons where a person key is named; one with rows in several classes is counted in each of them.
        hidden: Those among them whose quasi-identifiers are all suppressed, in every row of theirs; they are in no class.
        hidden_said: Those of the hidden that say something in other columns. They look alike, and so are a class that ``sensitive`` counts.
        hidden_told: Sensitive columns of which the hidden have one value, and no other class has.
        k: Size of the smallest class; None where all are hidden.
        unique: Share that is alone in its class; of persons, alone in any of theirs.
        prosecutor: Largest chance to find somebody known to be in the table: 1 / k.
        marketer: Expected share found when everybody is looked for: classes / rows, or classes / what they hold of persons together.
        sizes: How many classes there are of size 1, 2, 3–4, 5–9, 10–19 and more.
    """

    quasi: tuple[str, ...]
    rows: int
    hidden: int
    classes: int
    k: int | None
    unique: float
    prosecutor: float
    marketer: float
    sizes: dict[str, int]
    sensitive: tuple[Sensitive, ...]
    against: Against | None
    hidden_said: int = 0
    hidden_told: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The risk as JSON, without any value of the table."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimal:
    """Columns that single rows (persons) out, none of which could be left out."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniques:
    """Minimal uniques: who stands out by how few columns.

    Attributes:
        sets: Sets of columns that single somebody out, those that do so for most rows first.
        by_size: Rows by the size of their smallest such set.
        searched: Sets looked at; ``skipped`` says how many of up to ``size`` columns were not, for lack of time or of memory.
        size: Sets of more columns than this were not looked at.
    """

    rows: int
    size: int
    sets: tuple[Minimal, ...]
    by_size: dict[int, int]
    searched: int
    skipped: int

    def to_dict(self) -> dict[str, Any]:
        """The sets as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The risk of a table as it stands, over the columns that a check found.

    Attributes:
        person: The column that persons are counted by; empty where rows are.
        left_out: Quasi-identifiers beyond the number that are counted together.
        keys: Columns in which many rows hold a value of their own: who knows it finds the row.
    """

    risk: Risk
    uniques: Uniques
    person: str
    left_out: tuple[str, ...]
    keys: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The risk as JSON, without any value of the table."""
        shown = {"person": self.person, "left_out": list(self.left_out), "keys": list(self.keys), "uniques": self.uniques.to_dict()}
        return {**self.risk.to_dict(), **shown}
