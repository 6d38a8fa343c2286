"""Anonymise a file: read it once, search over its distinct rows, write the release in one go or not at all."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from entrepot.engine.faults import explained
from entrepot.kit import Invalid, Refused
from entrepot.kit.words import counted
from entrepot.privacy.anonymise import cluster, lattice, leftovers
from entrepot.privacy.anonymise.asked import PRESENT, asked_of
from entrepot.privacy.anonymise.changes import Change, expressions
from entrepot.privacy.anonymise.coding import Ints, Listed, Table, classes, ends, tree_of
from entrepot.privacy.anonymise.collapse import ENCODED, Collapsed, collapse, encode, key_sql, keys_of, locate
from entrepot.privacy.anonymise.commas import with_commas
from entrepot.privacy.anonymise.criteria import Test
from entrepot.privacy.anonymise.hidden import settle
from entrepot.privacy.anonymise.identifiers import findings, named, quasi_identifiers, require_meant
from entrepot.privacy.anonymise.model import Method, Plan, Release
from entrepot.privacy.anonymise.source import Source, open_source
from entrepot.privacy.anonymise.trees import strangers, trees_of, unmatched
from entrepot.privacy.anonymise.walk import lattice_size, walk
from entrepot.privacy.anonymise.write import Layout, carried, require_folder_of, write
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.model import ColumnFinding
from entrepot.privacy.notes import Note, note

Progress = Callable[[str, float], None]
WALKED = 200_000
"""Combinations of levels up to which local recoding tries all of them."""


def anonymise(
    cursor: duckdb.DuckDBPyConnection,
    path: str | Path,
    out: str | Path,
    *,
    plan: Plan,
    hierarchies: Mapping[str, Hierarchy],
    changes: Sequence[Change] = (),
    secret: bytes = b"",
    progress: Progress | None = None,
) -> Release:
    """Write a version of a table that satisfies the plan: the same columns in the same order, in the same format.

    The same file, plan and hierarchies give the same bytes; the order of rows changes nothing but the order of rows.

    Args:
        cursor: A cursor of the engine; a temporary table is made in it and dropped.
        out: The file to write, whole or not at all.
        changes: What is done to columns that are no quasi-identifiers.
        secret: Key of pseudonyms and date shifts.
        progress: Told the step and its share done.

    Raises:
        NotFound: There is no such file.
        Invalid: The table and the plan do not fit; the message names columns and counts, never values.
        IdentifiersLeft: Columns would name persons in the release, and nobody said that they are to be kept.
        Refused: Nothing satisfies the plan within the suppression limit, or nothing would be left of the quasi-identifiers.
    """
    given, target, told = Path(path), Path(out), progress or (lambda step, share: None)
    require_folder_of(target)
    with tempfile.TemporaryDirectory(prefix="entrepot-anonymise-") as folder:
        job = _Job(cursor, given, Path(folder), plan, hierarchies, changes, secret, told)
        try:
            job.read()
            return job.write(target)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {ENCODED}")


class _Job:
    """One file on its way."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, path: Path, folder: Path, plan: Plan, hierarchies: Mapping[str, Hierarchy],
        changes: Sequence[Change], secret: bytes, told: Progress,
    ) -> None:  # fmt: skip
        self.cursor, self.folder, self.plan, self.told, self.given = cursor, folder, plan, told, hierarchies
        self.changes, self.secret = changes, secret
        self.findings: tuple[ColumnFinding, ...] | None = None
        self.notes: list[Note] = []
        self.source = open_source(cursor, path, folder)
        if plan.automatic and not plan.quasi:
            self._choose()
        self._lay_out()
        self.kept = self._kept()
        strange = strangers(self.given, self.source.columns)
        self.notes += [note("strange_hierarchies", names=strange)] if strange else []

    def _lay_out(self) -> None:
        self.quasi, self.layout = _layout(self.source, self.plan, self.given, self.changes)

    def _found(self) -> tuple[ColumnFinding, ...]:
        """What the check says of the columns; asked once, and only where it matters."""
        if self.findings is None:
            self.told("check", 0.0)
            self.findings = findings(self.cursor, self.source, self.folder)
            self.told("check", 1.0)
        return self.findings

    def _choose(self) -> None:
        """Take the columns with a hierarchy, and those that the check takes for what others may know."""
        plan, columns = self.plan, self.source.columns
        said = {*plan.drop, *plan.keep, *plan.sensitive, plan.person, *(change.column for change in self.changes)}
        seen = quasi_identifiers(self._found(), but={*said, *self.given})
        quasi = tuple(column for column in columns if column in seen or (column in self.given and column not in plan.drop))
        if not quasi:
            raise Invalid(
                f"The check finds no column of {self.source.path.name} that others may know of a person.",
                "Name the columns to generalise with --qi.",
            )
        self.notes += [note("taken", columns=seen)] if seen else []
        self.plan = replace(plan, quasi=quasi)

    def _kept(self) -> tuple[ColumnFinding, ...]:
        """The columns that name persons and stay as they are, which must have been said of each."""
        plan = self.plan
        self.source.require(plan.keep, "to be kept")
        untouched = {*self.layout.columns} - {*self.quasi} - {change.column for change in self.changes}
        left = named(self._found(), untouched) if untouched else ()
        require_meant(self.source.path, left, plan.keep)
        self.notes += [note("kept", columns=[one.column for one in left])] if left else []
        return left

    def read(self) -> None:
        """Read the file into the temporary table and collapse it."""
        self.told("read", 0.0)
        try:
            self._read()
        except Invalid as error:
            if self.source.dialect is None or "UTF-8" not in error.message:
                raise
            # It begins as UTF-8 and goes on as something else; only a look at all of it tells as what.
            self.source = open_source(self.cursor, self.source.path, self.folder, surveyed=True)
            self._lay_out()
            self._read()

    def _read(self) -> None:
        plan, path = self.plan, self.source.path
        made = trees_of(self.cursor, self.source, self.quasi, self.given, plan=plan)
        self.known, self.odd = made.hierarchies, made.notes
        known = self.known
        trees = tuple(tree_of(known[column], weight=plan.weights.get(column, 1.0)) for column in self.quasi)
        keys = keys_of(trees)
        counted = tuple(dict.fromkeys([*plan.sensitive, *([plan.person] if plan.person else [])]))
        changed = expressions(self.cursor, self.source, self.changes, secret=self.secret)
        self.commas = with_commas(self.cursor, self.source, [one.column for one in plan.closeness])
        wanted = [*((f"v:{column}", self.source.sql(column)) for column in counted), *carried(self.source, self.layout, changed)]
        with explained(path):
            self.rows = encode(self.cursor, keys, self.source, key_sql(self.source, self.quasi, trees, keys), wanted)
            if not self.rows:
                raise Invalid(f"{path.name} has no rows.", "Check that the export finished.")
            self.found = collapse(
                self.cursor, keys, trees, values=[f"v:{c}" for c in plan.sensitive], person=f"v:{plan.person}" if plan.person else "",
                unknown=plan.unknown, commas=[f"v:{column}" for column in self.commas],
            )  # fmt: skip

    def write(self, target: Path) -> Release:
        """Search, write the file, and say what is released."""
        released, best = self.search()
        release = self.released(target, released, best)
        self.told("write", 0.0)
        with explained(self.source.path):
            write(
                self.cursor, self.source, self.layout, self.found, released, self.hidden.silent, target, rows=self.rows,
                progress=lambda share: self.told("write", share),
            )  # fmt: skip
        return release

    def search(self) -> tuple[Ints, lattice.Found | None]:
        """The node of each column and distinct row, and what global recoding chose."""
        self.table = _with_population(self.cursor, self.found, self.plan, self.quasi, self.folder)
        criteria = asked_of(self.plan, self.cursor, self.found, self.given, commas=self.commas)
        test = Test(self.table, k=self.plan.k, criteria=criteria)
        _check_size(self.table, test, self.plan)
        self.told("search", 0.0)
        released, best = _search(self.table, test, self.plan, lambda share: self.told("search", share))
        before = int(self.table.rows[leftovers.hidden(self.table, released)].sum())
        self.test, self.hidden = settle(self.table, test, released)
        return released, _settled(self.table, self.plan, released, best, before)

    def released(self, target: Path, released: Ints, best: lattice.Found | None) -> Release:
        """What is released, with what should be known of how it came about."""
        made = _release(target, self.table, self.test, self.plan, self.quasi, released, best)
        blank = [column for column, loss in made.loss.items() if loss == 1.0]
        if made.suppressed == made.rows:
            raise Refused(
                f"All {made.rows:,} rows would be hidden, so that nothing of {', '.join(self.quasi)} is left.",
                f"Ask for less than k = {self.plan.k} or for less of --l and --t, generalise fewer columns, or give hierarchies with more levels.",
            )
        self.notes += [note("all_hidden", columns=blank)] if blank else []
        self.notes += self.hidden.notes(self.plan.k) if self.layout.says_more else []
        return replace(
            made, silent=self.hidden.rows, hidden_class=self.hidden.persons, hierarchies=self.known, kept=self.kept, seen=self.findings or (),
            notes=(*self.notes, *self.odd),
        )  # fmt: skip


def _layout(source: Source, plan: Plan, hierarchies: Mapping[str, Hierarchy], changes: Sequence[Change]) -> tuple[tuple[str, ...], Layout]:
    quasi = plan.quasi or tuple(column for column in source.columns if column in hierarchies and column not in plan.drop)
    source.require(quasi, "a quasi-identifier")
    source.require(plan.sensitive, "a sensitive column")
    source.require([plan.person] if plan.person else [], "the person key")
    source.require(plan.drop, "to be dropped")
    if not quasi:
        raise Invalid(
            f"No column has a hierarchy{unmatched(hierarchies, source.columns)}.",
            "Name quasi-identifiers with --qi, or a folder with a COLUMN.csv for each of them, or let the check choose them with --automatic.",
        )
    both = [column for column in plan.sensitive if column in quasi]
    twice = [change.column for change in changes if change.column in quasi or change.column in plan.sensitive]
    if twice:
        raise Invalid(f"{twice[0]} cannot be changed: it is generalised or counted.", "Take it out of the one or the other.")
    if both:
        raise Invalid(f"{both[0]} is both quasi-identifier and sensitive.", "Choose one; a sensitive column is released as it is.")
    pseudonyms = tuple(change.column for change in changes if change.verb == "pseudonym")
    return quasi, Layout(columns=tuple(column for column in source.columns if column not in plan.drop), quasi=quasi, pseudonyms=pseudonyms)


def _with_population(cursor: duckdb.DuckDBPyConnection, found: Collapsed, plan: Plan, quasi: tuple[str, ...], folder: Path) -> Table:
    t = found.table
    population = _people(cursor, found, plan.population, quasi, folder) if plan.population else None
    values = t.values
    if plan.presence and plan.presence.population:
        everybody = _people(cursor, found, plan.presence.population, quasi, folder)
        # Who is not in the table is the rest; fewer than none where rows are outside the population, so that sums stay those of classes.
        count = np.stack([everybody - t.rows, t.rows], axis=1).ravel()
        values = values | {PRESENT: Listed(start=np.arange(t.size + 1) * 2, what=np.tile(np.arange(2), t.size), count=count, kinds=2)}
    return Table(trees=t.trees, codes=t.codes, rows=t.rows, persons=t.persons, shared=t.shared, population=population, values=values)


def _people(cursor: duckdb.DuckDBPyConnection, found: Collapsed, path: Path, quasi: tuple[str, ...], folder: Path) -> Ints:
    """How many of a population have exactly the values of each distinct row."""
    source = open_source(cursor, path, folder)
    source.require(quasi, "a quasi-identifier, in the population")
    names, sql = found.keys.names(), key_sql(source, quasi, found.table.trees, found.keys)
    chosen = ", ".join(f"{expression} AS {name}" for name, expression in zip(names, sql, strict=True))
    with explained(path):
        got = cursor.execute(
            f"SELECT {', '.join(names)}, count(*)::BIGINT AS n FROM (SELECT {chosen} FROM {source.scan}) GROUP BY ALL"
        ).fetchnumpy()
    keys, count = [np.asarray(got[name], np.int64) for name in names], np.asarray(got["n"], np.int64)
    asked = np.minimum(locate(found.numbers, keys), found.table.size - 1)
    same = np.logical_and.reduce([have[asked] == want for have, want in zip(found.numbers, keys, strict=True)])
    population = np.zeros(found.table.size, np.int64)
    population[asked[same]] = count[same]
    return population


def _check_size(table: Table, test: Test, plan: Plan) -> None:
    everyone = int(test.sizes(np.arange(table.size), np.zeros(1, np.int64))[0])
    if plan.k > everyone:
        raise Invalid(
            f"k is {plan.k:,} and the table has {counted(everyone, 'person' if plan.person else 'row')}.",
            "Choose a smaller k, or release aggregates instead.",
        )
    for asked in plan.diversity:
        kinds = table.values[f"v:{asked.column}"].kinds
        if asked.l > kinds:
            raise Invalid(
                f"{asked.column} has only {counted(kinds, 'different value')}, so no class can show {asked.l:g}.",
                f"Choose an l of {kinds:,} or less for {asked.column}, or leave it out.",
                column=asked.column,
            )


def _search(table: Table, test: Test, plan: Plan, told: Callable[[float], None]) -> tuple[Ints, lattice.Found | None]:
    limit = int(plan.suppress * table.rows.sum() + 1e-9)
    if plan.method is Method.GLOBAL:
        best = lattice.search(table, test, limit=limit, progress=told)
        if best is None:
            raise Refused(
                f"No choice of levels satisfies the criteria while at most {plan.suppress:.3g} of the rows are hidden.",
                "Raise --suppress, ask for less, or use --method local.",
            )
        return best.released, best
    released = _locally(table, test, told)
    _require_shown(table, leftovers.show(table, test, released, limit=limit), plan, limit)
    return released, None


def _settled(table: Table, plan: Plan, released: Ints, best: lattice.Found | None, before: int) -> lattice.Found | None:
    """What global recoding chose, with its loss where settling the hidden rows has hidden more than before; refused where that is too many."""
    hidden = int(table.rows[leftovers.hidden(table, released)].sum())
    if hidden == before:
        return best
    _require_shown(table, hidden, plan, int(plan.suppress * table.rows.sum() + 1e-9))
    if best is None:
        return None
    means = [(tree.cost[node] * table.rows).sum() / table.rows.sum() for tree, node in zip(table.trees, released, strict=True)]
    return replace(best, loss=float(np.expm1(np.mean(np.log1p(means)))))


def _require_shown(table: Table, hidden: int, plan: Plan, limit: int) -> None:
    total = int(table.rows.sum())
    # Where every row is hidden, more than the limit is wrong.
    if limit < hidden < total:
        share = math.ceil(1000 * hidden / total) / 10
        raise Refused(
            f"{plan.method.capitalize()} recoding would hide {hidden:,} of {total:,} rows ({share:g} %), and at most {100 * plan.suppress:.3g} % may be.",
            f"Raise the limit (--suppress {share:g}%), ask for less, or generalise fewer columns.",
        )


def _locally(table: Table, test: Test, told: Callable[[float], None]) -> Ints:
    if lattice_size(table) <= WALKED:
        released, left = walk(table, test, progress=told)
        left = leftovers.join(table, test, released, left)
        leftovers.merge(table, test, released, left)
        return released
    released, left = cluster.gather(table, test, progress=told)
    leftovers.join(table, test, released, left)
    return released


def _release(
    target: Path, table: Table, test: Test, plan: Plan, quasi: tuple[str, ...], released: Ints, best: lattice.Found | None
) -> Release:
    total = int(table.rows.sum())
    loss = {
        column: float((tree.loss[node] * table.rows).sum() / total) for column, tree, node in zip(quasi, table.trees, released, strict=True)
    }
    hidden = leftovers.hidden(table, released)
    shown = np.flatnonzero(~hidden)
    order, starts = classes(table, released[:, shown])
    smallest = int(test.sizes(shown[order], starts).min()) if len(shown) else None
    _prove(table, test, shown[order], starts)
    return Release(
        path=target, rows=total, distinct=table.size, suppressed=int(table.rows[hidden].sum()), classes=len(starts), smallest=smallest,
        ncp=float(np.mean(list(loss.values()))), loss=loss, method=plan.method, quasi=quasi, levels=best.levels if best else None,
        measure=best.loss if best else None, bound=best.bound if best else None, tried=best.tried if best else None,
    )  # fmt: skip


def _prove(table: Table, test: Test, rows: Ints, starts: Ints) -> None:
    """Check every class that was released once more; what fails here is an error of this program."""
    if len(rows):
        fails = ~test.passes(rows, starts)
        if fails.any():
            sizes = ends(starts, len(rows)) - starts
            raise AssertionError(f"{int(fails.sum())} released classes with {int(sizes[fails].sum())} distinct rows fail the criteria")
