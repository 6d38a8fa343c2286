"""From a table to a release with its report: anonymise, measure before and after, attack, say what it is still good for, grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from entrepot.config import Settings
from entrepot.engine import DuckEngine
from entrepot.flows.pseudonyms import KEY_ROWS, lone_columns, pseudonymised
from entrepot.flows.released import looked_at, put_in_place, report_files, sha256_of, working
from entrepot.privacy import Assessment, Kind
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.anonymise import anonymise as write_release
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.anonymise.glance import at_a_glance
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.attacks import AttackReport, Budget, attack, content_seed, read_pair
from entrepot.privacy.grading import DRAWS, IDENTIFYING, Grade, Report, comes_near, grade, make_report
from entrepot.privacy.grading.model import MOST_FOUND
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.notes import note
from entrepot.privacy.risk import Combined, Risk, combined, measure, sequences
from entrepot.privacy.utility import UtilityReport, measure_utility

BUDGET = Budget(targets=2_000, classes=20_000, seconds=60.0)
"""What attackers may spend on a release while it is graded; `entrepot attack --full` tries everything."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymised:
    """A release, and where it was graded its report and their files."""

    release: Release
    report: Report | None = None
    grade: Grade | None = None
    files: tuple[Path, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The release as JSON, with its grade and the report's digest."""
        shown = self.release.to_dict()
        if self.report is None or self.grade is None:
            return shown
        return shown | {
            "grade": self.grade.to_dict(),
            "report_digest": self.report.digest,
            "report_files": [path.name for path in self.files],
        }


def anonymise(
    path: str | Path,
    out: str | Path,
    *,
    plan: Plan,
    hierarchies: Mapping[str, Hierarchy],
    changes: Sequence[Change] = (),
    secret: bytes = b"",
    with_report: bool = True,
    budget: Budget = BUDGET,
    settings: Settings | None = None,
    engine: DuckEngine | None = None,
    progress: Progress | None = None,
) -> Anonymised:
    """Write a release, and beside it ``OUT.report.json`` and ``OUT.report.html``: all of them, or none.

    Args:
        changes: What is done to columns that are no quasi-identifiers; ``secret`` is the key of pseudonyms and date shifts.
        budget: What the attackers may spend. Whom they try follows from the table and its release, so that no grade can be drawn again.
        engine: The engine to use; without it, one for this table alone.
        progress: Told the step and its share done.

    Raises:
        NotFound: There is no such file.
        Invalid: The table and the plan do not fit; the message names columns and counts, never values.
        IdentifiersLeft: Columns would name persons in the release, and nobody said that they are to be kept.
        Refused: Nothing satisfies the plan within its limits.
    """
    target, settings, told = Path(out), settings or Settings(), progress or (lambda step, share: None)
    with working(path, target, settings=settings, engine=engine) as (cursor, folder):
        part = folder / target.name
        release = write_release(
            cursor, path, part, plan=plan, hierarchies=hierarchies, changes=changes, secret=secret, progress=progress
        )  # fmt: skip
        found = replace(release, path=target)
        made = None
        if not with_report:
            found = at_a_glance(cursor, part, found, plan=plan, changes=changes, scratch=folder)
        if with_report:
            work = _Grading(cursor, Path(path), part, folder, plan, found, changes, frozenset(hierarchies), settings, told)
            made = work.run(budget)
        parts = {target: part} | (report_files(target, folder, made[0]) if made else {})
        put_in_place(parts)
    if made is None:
        return Anonymised(release=found)
    return Anonymised(release=found, report=made[0], grade=made[1], files=tuple(parts)[1:])


@dataclass(frozen=True, slots=True)
class _Grading:
    """One release on its way to a grade."""

    cursor: duckdb.DuckDBPyConnection
    original: Path
    part: Path
    scratch: Path
    plan: Plan
    release: Release
    changes: Sequence[Change]
    given: frozenset[str]
    settings: Settings
    told: Progress

    def run(self, budget: Budget) -> tuple[Report, Grade]:
        assessment, keys, parquet_file, written = self._looked()
        tidied = {column: name for name, column in written.items()}
        hidden = [column for column in self._pseudonyms() if column in tidied]
        pseudonyms = pseudonymised(self.cursor, self.original, self.scratch, columns=hidden, person=self.plan.person)
        sensitive = self._sensitive(assessment)
        quasi = [tidied[column] for column in self.release.quasi]
        told = {*sensitive, *pseudonyms.naming, *keys, *self.release.quasi, *(f.column for f in assessment.of(Kind.DIRECT))}
        untreated = self._untreated(parquet_file, {name: column for name, column in written.items() if column not in told}, quasi)
        found = [sequences(self.cursor, parquet_file, quasi=quasi, column=tidied[column]) for column in pseudonyms.naming]
        tied = [replace(one, column=written[one.column]) for one in found if one is not None]
        before, after = self._risks(sensitive)
        attacks, again, utility = self._tried(sensitive, budget, hidden_tell=after.hidden_said > 0)
        made = grade(
            assessment=assessment, release=self.release, after=after, attacks=attacks, again=again, treated=pseudonyms.naming,
            keys=keys, recoded=pseudonyms.telling, untreated=untreated, tied=tied,
        )  # fmt: skip
        report = make_report(
            plan=self.plan, release=self.release, release_sha256=sha256_of(self.part), before=before, after=after, grade=made,
            attacks=attacks, utility=utility, untreated=untreated, changes=self.changes, given=[c for c in self.release.quasi if c in self.given],
        )  # fmt: skip
        return report, made

    def _looked(self) -> tuple[Assessment, list[str], Path, dict[str, str]]:
        """What the release's columns tell about persons, which are keys, and the names that the release writes for those the check read."""
        self.told("look", 0.0)
        found = looked_at(self.cursor, self.part, self.scratch, settings=self.settings)
        written, names = tuple(found.names.values()), found.names
        keys = [names[column] for column in lone_columns(self.cursor, found.parquet, found.profile)]
        # A person key names one person, in however many rows.
        keys += [self.plan.person] if self.plan.person in written and self.plan.person not in keys else []
        self.told("look", 1.0)
        return self._with_kept(found.assessment), keys, found.parquet, names

    def _with_kept(self, assessment: Assessment) -> Assessment:
        """The assessment of the release, with what names persons and was kept, which the release's other columns may no longer give away."""
        kept = {one.column for one in self.release.kept}
        return replace(assessment, findings=(*(f for f in assessment.findings if f.column not in kept), *self.release.kept))

    def _untreated(self, parquet_file: Path, columns: dict[str, str], quasi: list[str]) -> Combined | None:
        """What the columns that are left as they are single out together and with the classes."""
        if not columns or self.release.rows < KEY_ROWS:
            return None
        found = combined(self.cursor, parquet_file, list(columns), limit=MOST_FOUND, quasi=quasi)
        written = [tuple(columns[name] for name in names) for names in (found.columns, found.left_out)]
        return replace(found, columns=written[0], left_out=written[1])

    def _sensitive(self, assessment: Assessment) -> list[str]:
        """Columns nobody is to learn: those the plan names, and those the check takes for sensitive and the release shows as they are."""
        changed = {change.column for change in self.changes}
        found = [f.column for f in assessment.of(Kind.SENSITIVE) if f.column not in self.release.quasi and f.column not in changed]
        return sorted({*self.plan.sensitive, *found} - {*self.plan.drop})

    def _risks(self, sensitive: Sequence[str]) -> tuple[Risk, Risk]:
        self.told("measure", 0.0)
        quasi, plan = self.release.quasi, self.plan
        before = measure(self.cursor, self.original, quasi=quasi, sensitive=sensitive, person=plan.person)
        self.told("measure", 0.5)
        # A key that was left out cannot be counted any more; the release itself then says how many persons its classes have.
        kept = plan.person if plan.person in open_source(self.cursor, self.part, self.scratch).columns else ""
        after = measure(self.cursor, self.part, quasi=quasi, sensitive=sensitive, person=kept, pseudonyms=self._pseudonyms())
        self.told("measure", 1.0)
        return before, after

    def _pseudonyms(self) -> list[str]:
        return [change.column for change in self.changes if change.verb == "pseudonym"]

    def _tried(
        self, sensitive: Sequence[str], budget: Budget, *, hidden_tell: bool
    ) -> tuple[AttackReport, list[AttackReport], UtilityReport]:
        """The attacks, the same again where they came near a bound, and what the release is still good for."""
        quasi, plan = self.release.quasi, self.plan
        self.told("attack", 0.0)
        first, second = read_pair(self.cursor, self.original, self.part, sorted({*quasi, *sensitive}), person=plan.person)
        seed = content_seed(first, second)
        made = partial(
            attack, first, second, quasi_identifiers=quasi, sensitive=sensitive, hierarchies=self.release.hierarchies, person_key=plan.person,
            budget=budget, hidden_tell=hidden_tell,
        )  # fmt: skip
        attacks = made(seed=seed, progress=lambda step, share: self.told("attack", share))
        again = [made(seed=seed + draw, only=IDENTIFYING) for draw in range(1, DRAWS)] if comes_near(attacks) else []
        if again:
            attacks = replace(attacks, notes=(*attacks.notes, note("drawn_again", draws=DRAWS)))
        self.told("attack", 1.0)
        utility = measure_utility(
            first, second, quasi_identifiers=quasi, sensitive=sensitive, hierarchies=self.release.hierarchies, k=plan.k, seed=seed
        )  # fmt: skip
        return attacks, again, utility
