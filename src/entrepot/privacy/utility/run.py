"""Measure what a release keeps: one call, one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np

from entrepot.kit import Invalid
from entrepot.privacy.attacks.frame import Floats, Frame, Ints, read_together, starred
from entrepot.privacy.attacks.pair import Classes, Pair, pair_of, suppressed
from entrepot.privacy.attacks.scale import Scale
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.notes import Note, note
from entrepot.privacy.utility.classifier import told, train
from entrepot.privacy.utility.model import Classifier, UtilityReport
from entrepot.privacy.utility.queries import query_error
from entrepot.privacy.utility.spread import Boxes, boxes_of, distance

SEED = 20_261_121
QUERIES = 1_000
_HELD_OUT = 0.3
_MOST_CELLS = 4_000_000
"""Pairs of leaves of two columns up to which they are counted together."""
_MOST_PAIRS = 66
_MOST_TOLD = 100
"""Values of a column up to which a classifier tells it."""


def measure_utility(
    original: Frame,
    release: Frame,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
    k: int | None = None,
    target: str = "",
    queries: int = QUERIES,
    seed: int = SEED,
) -> UtilityReport:
    """How much a release keeps of a table. The order of rows and columns changes nothing, as long as both keep the same order of rows.

    Args:
        sensitive: Columns released as they are; they take part in pairs, queries and the classifier, and lose nothing themselves.
        k: What the release was made for, to hold the average class against.
        target: Column the classifier tells; by default the one with fewest values, a sensitive one if there is any.

    Raises:
        Invalid: A column is missing, a table is empty, no quasi-identifier is named, or the target is another column.
    """
    pair = pair_of(original, release, quasi=quasi_identifiers, hierarchies=hierarchies)
    every = pair_of(
        original, starred(release, quasi_identifiers, sensitive), quasi=[*quasi_identifiers, *sensitive], hierarchies=hierarchies
    )
    notes: list[Note] = []
    hidden = suppressed(pair.classes, pair.scales)
    loss = _loss(pair)
    shown, rows = pair.classes.weight[~hidden], pair.classes.rows
    gone = int(pair.classes.weight[hidden].sum())
    average = float(shown.mean()) if len(shown) else None
    leaves = [scale.leaves for scale in every.scales]
    before, after = boxes_of(every.people), boxes_of(every.classes)
    return UtilityReport(
        rows=rows, suppressed=gone, classes=len(shown), ncp=float(np.mean(list(loss.values()))), loss=loss,
        discernibility=int((shown.astype(object) ** 2).sum()) + gone * rows, average_class=average,
        c_avg=average / k if average is not None and k else None,
        marginals={
            name: distance(before.over(i, leaves[i]), after.over(i, leaves[i])) for i, name in enumerate(every.quasi)
        },
        pairs=_pairs(every, before, after, leaves, notes, np.random.default_rng([seed, 0])),
        classifier=_classifier(every, target, sensitive, notes, np.random.default_rng([seed, 1])),
        query_error=query_error(before, after, queries=queries, rng=np.random.default_rng([seed, 2])), notes=tuple(notes), seed=seed,
    )  # fmt: skip


def measure_utility_files(
    cursor: duckdb.DuckDBPyConnection,
    original: str | Path,
    release: str | Path,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
    k: int | None = None,
    target: str = "",
    queries: int = QUERIES,
    seed: int = SEED,
) -> UtilityReport:
    """`measure_utility` on CSV or Parquet files.

    Raises:
        NotFound: There is no such file.
        Invalid: They do not fit together; the message names columns and counts.
    """
    columns = sorted({*quasi_identifiers, *sensitive})
    first, second = read_together(cursor, [(original, columns), (release, columns)])
    return measure_utility(
        first, second, quasi_identifiers=quasi_identifiers, sensitive=sensitive, hierarchies=hierarchies, k=k, target=target,
        queries=queries, seed=seed,
    )  # fmt: skip


def _loss(pair: Pair) -> dict[str, float]:
    return {name: _penalty(pair.classes, i, scale) for i, (name, scale) in enumerate(zip(pair.quasi, pair.scales, strict=True))}


def _penalty(classes: Classes, column: int, scale: Scale) -> float:
    covered = classes.end[column] - classes.first[column]
    each: Floats = np.maximum(covered - 1, 0) / max(1, scale.leaves - 1)
    return float(each @ classes.weight / classes.rows)


def _pairs(
    pair: Pair, before: Boxes, after: Boxes, leaves: Sequence[int], notes: list[Note], rng: np.random.Generator
) -> dict[tuple[str, str], float]:
    every = list(combinations(range(len(leaves)), 2))
    counted = [both for both in every if leaves[both[0]] * leaves[both[1]] <= _MOST_CELLS]
    if len(counted) < len(every):
        notes.append(note("wide_pairs", pairs=len(every) - len(counted)))
    if len(counted) > _MOST_PAIRS:
        notes.append(note("some_pairs", compared=_MOST_PAIRS, pairs=len(counted)))
        counted = [counted[i] for i in np.sort(rng.choice(len(counted), _MOST_PAIRS, replace=False))]
    found = {}
    for a, b in counted:
        tables = [table.together(a, b, leaves[a], leaves[b]) for table in (before, after)]
        found[pair.quasi[a], pair.quasi[b]] = distance(*tables)
    return found


def _classifier(pair: Pair, target: str, sensitive: Sequence[str], notes: list[Note], rng: np.random.Generator) -> Classifier | None:
    leaves = {name: scale.leaves for name, scale in zip(pair.quasi, pair.scales, strict=True)}
    if target and target not in leaves:
        raise Invalid(f"{target} is no column that is compared.", f"Choose one of {', '.join(pair.quasi)}.", column=target)
    fit = [name for name in sorted(sensitive) or pair.quasi if 2 <= leaves[name] <= _MOST_TOLD]
    chosen = target or min(fit, key=lambda name: leaves[name], default="")
    if not chosen or len(leaves) < 2:
        notes.append(note("no_classifier"))
        return None
    if pair.members is None:
        notes.append(note("seen_rows"))
    place = pair.quasi.index(chosen)
    held, learnt, released = _parts(pair, rng)
    if held.weight.sum() == 0 or learnt.weight.sum() == 0:
        notes.append(note("few_rows"))
        return None
    sizes = [scale.leaves for scale in pair.scales]
    truth, others = held.first[place], np.delete(held.first, place, axis=0)
    shares = [
        float(held.weight[told(train(boxes, place, sizes), others) == truth].sum() / held.weight.sum()) for boxes in (learnt, released)
    ]
    usual = int(learnt.over(place, sizes[place]).argmax())
    majority = float(held.weight[truth == usual].sum() / held.weight.sum())
    return Classifier(target=chosen, before=shares[0], after=shares[1], majority=majority, tried=int(held.weight.sum()))


def _parts(pair: Pair, rng: np.random.Generator) -> tuple[Boxes, Boxes, Boxes]:
    """Exact rows held back, exact rows to learn from, and what the release shows of the latter."""
    people, classes = pair.people, pair.classes
    if pair.members is None:
        held = _drawn(people.weight, rng)
        return _exact(people.at, held), _exact(people.at, people.weight - held), boxes_of(classes)
    row, place, weight = pair.members
    held = _drawn(weight, rng)
    rest = weight - held
    released = Boxes(first=classes.first[:, place], end=classes.end[:, place], weight=rest.astype(float))
    return _exact(people.at[:, row], held), _exact(people.at[:, row], rest), released


def _drawn(weight: Ints, rng: np.random.Generator) -> Ints:
    drawn: Ints = rng.multivariate_hypergeometric(weight, int(weight.sum() * _HELD_OUT), method="marginals")
    return drawn


def _exact(at: Ints, weight: Ints) -> Boxes:
    kept = weight > 0
    return Boxes(first=at[:, kept], end=at[:, kept] + 1, weight=weight[kept].astype(float))
