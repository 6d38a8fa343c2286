"""Make all attacks on a release: one call, one report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from entrepot.engine.faults import explained
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.attacks import downcoding, inference, linkage, linking, singling
from entrepot.privacy.attacks.frame import Frame, read_frame, read_pair
from entrepot.privacy.attacks.model import AttackReport, AttackResult, Budget
from entrepot.privacy.attacks.pair import MOST_SECRETS, Pair, pair_of
from entrepot.privacy.attacks.related import doubts
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.notes import Note, note
from entrepot.privacy.risk.classes import saying

SEED = 20_261_121
_MOST_GUESSED = 1_000
"""Leaves of a quasi-identifier up to which it is guessed from the others."""
_MOST_CELLS = 50_000_000
Progress = Callable[[str, float], None]
_Made = Sequence[AttackResult | None]
_Step = tuple[str, str, Callable[[np.random.Generator], _Made]]


def attack(
    original: Frame,
    release: Frame,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
    person_key: str = "",
    control: Frame | None = None,
    neighbours: int = 1,
    budget: Budget | None = None,
    seed: int = SEED,
    only: Collection[str] = (),
    hidden_tell: bool = True,
    progress: Progress | None = None,
) -> AttackReport:
    """Attack a release as the literature describes it, and say what came of it.

    The order of rows and columns changes nothing, as long as the rows of the release keep that of the original; the same tables, budget and
    seed give the same report.

    Args:
        sensitive: Columns released as they are, whose values must not be learnt; without any, each quasi-identifier is guessed from the others.
        hierarchies: What generalised values stand for; without them ``*``, ranges and masked ends are understood.
        person_key: Column of the original that says whose row it is.
        neighbours: Rows that each of two parties takes in the linkability attack.
        control: Rows like those of the original, of persons who are in neither table.
        only: Names of attacks to make; all of them without any.
        hidden_tell: Whether rows that show no quasi-identifier say something in other columns.
        progress: Told the attack and its share done.

    Raises:
        Invalid: A column is missing, a table is empty, or no quasi-identifier is named.
    """
    asked, told = budget or Budget(), progress or (lambda step, share: None)
    pair = pair_of(
        original, release, quasi=quasi_identifiers, sensitive=sensitive, hierarchies=hierarchies, person=person_key, control=control
    )  # fmt: skip
    notes = _notes(pair, asked, sensitive)
    # Numbered before any is left out, so that each keeps its stream.
    steps = [
        step for step in enumerate(_steps(pair, asked, notes, bool(sensitive), neighbours, hidden_tell)) if not only or step[1][0] in only
    ]
    results = _tried(steps, asked, notes, seed, told)
    return AttackReport(
        rows=pair.people.rows, released=pair.classes.rows, control_rows=pair.control.rows if pair.control else 0,
        quasi_identifiers=pair.quasi, aligned=pair.members is not None, results=tuple(results), notes=tuple(notes), seed=seed,
        doubts=doubts(pair),
    )  # fmt: skip


def _tried(steps: Sequence[tuple[int, _Step]], asked: Budget, notes: list[Note], seed: int, told: Progress) -> list[AttackResult]:
    """What the attacks came to, as long as there is time; a note names those that were left."""
    results: list[AttackResult] = []
    began = time.monotonic()
    for made_so_far, (number, (name, column, make)) in enumerate(steps):
        if time.monotonic() - began > asked.seconds:
            left = [(name, column) for _, (name, column, _) in steps[made_so_far:]]
            attacks, names, columns = [_shown(*one) for one in left], [name for name, _ in left], [column for _, column in left]
            notes.append(note("time_up", attacks=attacks, names=names, columns=columns))
            break
        told(_shown(name, column), made_so_far / len(steps))
        # Each attack draws from a stream of its own, so that leaving one out changes no other.
        results += [made for made in make(np.random.default_rng([seed, number])) if made is not None]
    return results


def attack_files(
    cursor: duckdb.DuckDBPyConnection,
    original: str | Path,
    release: str | Path,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
    person_key: str = "",
    control: str | Path | None = None,
    neighbours: int = 1,
    pseudonyms: Collection[str] = (),
    budget: Budget | None = None,
    seed: int = SEED,
    progress: Progress | None = None,
) -> AttackReport:
    """`attack` on CSV or Parquet files.

    Args:
        pseudonyms: Columns of keyed pseudonyms, which say nothing of anybody.

    Raises:
        NotFound: There is no such file.
        Invalid: They do not fit together; the message names columns and counts.
    """
    columns = sorted({*quasi_identifiers, *sensitive})
    if progress:
        progress("read", 0.0)
    first, second = read_pair(cursor, original, release, columns, person=person_key)
    group = read_frame(cursor, control, columns) if control else None
    return attack(
        first, second, quasi_identifiers=quasi_identifiers, sensitive=sensitive, hierarchies=hierarchies, person_key=person_key,
        control=group, neighbours=neighbours, budget=budget, seed=seed, hidden_tell=_tell(cursor, release, quasi_identifiers, pseudonyms),
        progress=progress,
    )  # fmt: skip


def _tell(cursor: duckdb.DuckDBPyConnection, release: str | Path, quasi: Sequence[str], pseudonyms: Collection[str]) -> bool:
    """Whether hidden rows of a file say something in other columns."""
    with TemporaryDirectory(prefix="entrepot-attack-") as folder:
        source = open_source(cursor, Path(release), Path(folder))
        with explained(source.path):
            return bool(cursor.execute(f"SELECT 1 FROM {source.scan} WHERE {saying(source, quasi, pseudonyms)} LIMIT 1").fetchall())


def _steps(pair: Pair, budget: Budget, notes: list[Note], any_sensitive: bool, neighbours: int, hidden_tell: bool) -> Iterator[_Step]:
    yield "singling_out_univariate", "", lambda rng: [singling.univariate(pair, budget, rng)]
    yield "singling_out_multivariate", "", lambda rng: [singling.multivariate(pair, budget, rng)]
    yield "unique_linkage", "", lambda rng: [linkage.unique_linkage(pair, budget, rng, tells=hidden_tell)]
    yield "linkability", "", lambda rng: [linking.linkability(pair, budget, rng, neighbours=neighbours)]
    yield "downcoding", "", lambda rng: [downcoding.downcoding(pair, budget, rng)]
    for column in _guessed(pair, notes, any_sensitive):
        yield "attribute_inference", column, partial(inference.inference, pair, column, budget)


def _guessed(pair: Pair, notes: list[Note], any_sensitive: bool) -> list[str]:
    if any_sensitive:
        return sorted(pair.secret_labels)
    if len(pair.quasi) < 2:
        return []
    sizes = {name: scale.leaves for name, scale in zip(pair.quasi, pair.scales, strict=True)}
    found = [name for name, leaves in sizes.items() if 1 < leaves <= _MOST_GUESSED and leaves * pair.classes.size <= _MOST_CELLS]
    left = sorted(set(pair.quasi) - set(found))
    if left:
        notes.append(note("not_guessed", columns=left))
    return found


def _shown(name: str, column: str) -> str:
    return name.replace("_", " ") + (f" of {column}" if column else "")


def _notes(pair: Pair, budget: Budget, sensitive: Sequence[str]) -> list[Note]:
    found = []
    if budget.targets is not None and pair.people.rows > budget.targets:
        found.append(note("sampled", targets=budget.targets, rows=pair.people.rows))
    if budget.classes is not None and pair.classes.size > budget.classes:
        found.append(note("some_classes", targets=budget.classes, classes=pair.classes.size))
    if pair.control is None:
        found.append(note("no_control"))
    elif pair.control.rows != pair.people.rows:
        found.append(note("unequal_control", control=pair.control.rows, rows=pair.people.rows))
    if pair.members is None:
        found.append(note("not_understood", columns=list(pair.unread)) if pair.unread else note("not_aligned"))
    found += [
        note("unknown_values", values=len(scale.strange), column=name)
        for name, scale in zip(pair.quasi, pair.scales, strict=True)
        if scale.strange
    ]
    if not sensitive:
        found.append(note("no_sensitive"))
    left = sorted(set(sensitive) - set(pair.secret_labels))
    if left:
        found.append(note("too_many_secrets", most=MOST_SECRETS, columns=left))
    return found
