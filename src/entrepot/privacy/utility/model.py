"""What a release is still good for, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entrepot.privacy.notes import Note, as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """A naive Bayes classifier trained on the original and on the release, tried on rows of the original that neither training saw.

    Attributes:
        target: The column it tells.
        before: Share of right answers after training on the original; ``after`` on the release.
        majority: Share of right answers of who always says the most frequent value.
        tried: Rows it was tried on.
    """

    target: str
    before: float
    after: float
    majority: float
    tried: int

    @property
    def kept(self) -> float | None:
        """What is left of the gain over the majority, 0 to 1 and sometimes more; None where there was no gain."""
        gain = self.before - self.majority
        return (self.after - self.majority) / gain if gain > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """The classifier's figures as JSON."""
        kept = self.kept
        return {
            "target": self.target, "before": round(self.before, 6), "after": round(self.after, 6), "majority": round(self.majority, 6),
            "kept": None if kept is None else round(kept, 6), "tried": self.tried,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryError:
    """Relative errors of counting queries answered from the release, each span being as likely at one leaf as at the next.

    Attributes:
        floor: Errors of smaller counts are held against this many rows.
    """

    queries: int
    median: float
    ninth_decile: float
    floor: float

    def to_dict(self) -> dict[str, Any]:
        """The errors as JSON."""
        return {
            "queries": self.queries, "median": round(self.median, 6), "ninth_decile": round(self.ninth_decile, 6),
            "floor": round(self.floor, 3),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityReport:
    """How much of a table its release keeps; counts and shares, no value of anybody.

    Attributes:
        suppressed: Rows that show no quasi-identifier.
        classes: Classes of rows that show some.
        ncp: Normalised certainty penalty, the mean over cells of (leaves covered − 1) / (leaves − 1); ``loss`` the same by column.
        discernibility: Sum over rows of the size of their class, a suppressed row counting the whole table (Bayardo and Agrawal 2005).
        average_class: Rows in a class on average; None when all are suppressed.
        c_avg: The same divided by k, 1 at best (LeFevre et al. 2006); None without k.
        marginals: Total variation distance of each column's values from the original's: 0 equal, 1 nothing in common.
        pairs: The same for values of two columns together.
    """

    rows: int
    suppressed: int
    classes: int
    ncp: float
    loss: dict[str, float]
    discernibility: int
    average_class: float | None
    c_avg: float | None
    marginals: dict[str, float]
    pairs: dict[tuple[str, str], float]
    classifier: Classifier | None
    query_error: QueryError
    notes: tuple[Note, ...]
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        mean = sum(self.pairs.values()) / len(self.pairs) if self.pairs else None
        return {
            "rows": self.rows, "suppressed": self.suppressed, "classes": self.classes, "ncp": round(self.ncp, 6),
            "loss": {name: round(loss, 6) for name, loss in self.loss.items()}, "discernibility": self.discernibility,
            "average_class": None if self.average_class is None else round(self.average_class, 3),
            "c_avg": None if self.c_avg is None else round(self.c_avg, 3),
            "marginals": {name: round(distance, 6) for name, distance in self.marginals.items()},
            "pairs": [{"columns": list(both), "distance": round(distance, 6)} for both, distance in self.pairs.items()],
            "pairs_mean": None if mean is None else round(mean, 6), "classifier": self.classifier.to_dict() if self.classifier else None,
            "query_error": self.query_error.to_dict(), **as_json(self.notes), "seed": self.seed,
        }  # fmt: skip
