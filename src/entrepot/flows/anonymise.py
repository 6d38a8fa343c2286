"""From a table to a release with its report: anonymise, measure before and after, attack, say what it is still good for, grade."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from entrepot.config import Settings
from entrepot.engine import DuckEngine
from entrepot.engine.model import TableProfile
from entrepot.engine.sql import identifier, parquet
from entrepot.flows.check import check_table
from entrepot.kit import Conflict, Invalid
from entrepot.privacy import Assessment, Kind
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.anonymise import anonymise as write_release
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.anonymise.write import require_folder_of
from entrepot.privacy.attacks import SEED, AttackReport, Budget, attack, read_pair
from entrepot.privacy.grading import Grade, Report, grade, make_report, report_html
from entrepot.privacy.grading.model import MOST_FOUND
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.risk import Risk, measure
from entrepot.privacy.utility import UtilityReport, measure_utility

BUDGET = Budget(targets=2_000, classes=20_000, seconds=60.0)
"""What attackers may spend on a release while it is graded; `entrepot attack --full` tries everything."""
_KEY_ROWS = 20
"""Rows from which on a column that differs in each of them tells who is who, and is not so by chance."""
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
    seed: int = SEED,
    settings: Settings | None = None,
    engine: DuckEngine | None = None,
    progress: Progress | None = None,
) -> Anonymised:
    """Write a release, and beside it ``OUT.report.json`` and ``OUT.report.html``: all of them, or none.

    Args:
        changes: What is done to columns that are no quasi-identifiers; ``secret`` is the key of pseudonyms and date shifts.
        budget: What the attackers may spend; ``seed`` draws whom they try.
        engine: The engine to use; without it, one for this table alone.
        progress: Told the step and its share done.

    Raises:
        NotFound: There is no such file.
        Invalid: The table and the plan do not fit; the message names columns and counts, never values.
        Refused: Nothing satisfies the plan within its limits.
    """
    target, settings, told = Path(out), settings or Settings(), progress or (lambda step, share: None)
    if target.exists() and Path(path).exists() and target.samefile(path):
        raise Invalid(f"{target.name} is the table itself.", "Choose another name for the release; the original is never overwritten.")
    require_folder_of(target)
    # In the folder of the release, so that its parts take their places by renaming.
    with tempfile.TemporaryDirectory(prefix=".entrepot-", dir=target.parent) as held:
        folder = Path(held)
        own = engine or DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=folder / "engine")
        cursor = own.cursor()
        # Where Python was started without a script DuckDB takes it for interactive and draws a bar of its own into the answer.
        cursor.execute("SET enable_progress_bar = false")
        try:
            part = folder / target.name
            release = write_release(
                cursor, path, part, plan=plan, hierarchies=hierarchies, changes=changes, secret=secret, progress=progress
            )  # fmt: skip
            found = replace(release, path=target)
            made = None
            if with_report:
                work = _Grading(cursor, Path(path), part, folder, plan, found, changes, frozenset(hierarchies), settings, told)
                made = work.run(budget, seed)
        finally:
            cursor.close()
            if engine is None:
                own.close()
        parts = {target: part} | (_report_files(target, folder, made[0]) if made else {})
        _put_in_place(parts)
    if made is None:
        return Anonymised(release=found)
    return Anonymised(release=found, report=made[0], grade=made[1], files=tuple(parts)[1:])


def report_names(out: Path) -> tuple[Path, Path]:
    """Where the report of a release lies: as JSON and as a page."""
    return out.with_name(f"{out.name}.report.json"), out.with_name(f"{out.name}.report.html")


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

    def run(self, budget: Budget, seed: int) -> tuple[Report, Grade]:
        assessment, keys = self._looked()
        pseudonyms = [change.column for change in self.changes if change.verb == "pseudonym"]
        sensitive = self._sensitive(assessment, pseudonyms)
        before, after = self._risks(sensitive)
        attacks, utility = self._tried(sensitive, budget, seed)
        made = grade(
            assessment=assessment, release=self.release, after=after, attacks=attacks, treated=pseudonyms, keys=keys
        )  # fmt: skip
        report = make_report(
            plan=self.plan, release=self.release, release_sha256=sha256_of(self.part), before=before, after=after, grade=made,
            attacks=attacks, utility=utility, changes=self.changes, given=[c for c in self.release.quasi if c in self.given],
        )  # fmt: skip
        return report, made

    def _looked(self) -> tuple[Assessment, list[str]]:
        """What the release's columns tell about persons, and which are keys, by the names that the release writes."""
        self.told("look", 0.0)
        parquet_file = self.scratch / "release.parquet"
        found = check_table(self.cursor, self.part, parquet_file, scratch=self.scratch, settings=self.settings, with_risk=False)
        # The check tidies headings, so columns are matched by their place.
        written = open_source(self.cursor, self.part, self.scratch).columns
        names = dict(zip((c.name for c in found.profile.columns), written, strict=True))
        findings = tuple(replace(f, column=names.get(f.column, f.column)) for f in found.assessment.findings)
        keys = [names[column] for column in _keys(self.cursor, parquet_file, found.profile)]
        # A person key names one person, in however many rows.
        keys += [self.plan.person] if self.plan.person in written and self.plan.person not in keys else []
        self.told("look", 1.0)
        return replace(found.assessment, findings=findings), keys

    def _sensitive(self, assessment: Assessment, pseudonyms: Sequence[str]) -> list[str]:
        """Columns nobody is to learn: those the plan names, and those the check takes for sensitive and the release shows as they are."""
        changed = {*(change.column for change in self.changes), *pseudonyms}
        found = [f.column for f in assessment.of(Kind.SENSITIVE) if f.column not in self.release.quasi and f.column not in changed]
        return sorted({*self.plan.sensitive, *found} - {*self.plan.drop})

    def _risks(self, sensitive: Sequence[str]) -> tuple[Risk, Risk]:
        self.told("measure", 0.0)
        quasi, plan = self.release.quasi, self.plan
        before = measure(self.cursor, self.original, quasi=quasi, sensitive=sensitive, person=plan.person)
        self.told("measure", 0.5)
        # A key that was left out cannot be counted any more; the release itself then says how many persons its classes have.
        kept = plan.person if plan.person in open_source(self.cursor, self.part, self.scratch).columns else ""
        after = measure(self.cursor, self.part, quasi=quasi, sensitive=sensitive, person=kept)
        self.told("measure", 1.0)
        return before, after

    def _tried(self, sensitive: Sequence[str], budget: Budget, seed: int) -> tuple[AttackReport, UtilityReport]:
        quasi, plan = self.release.quasi, self.plan
        self.told("attack", 0.0)
        first, second = read_pair(self.cursor, self.original, self.part, sorted({*quasi, *sensitive}), person=plan.person)
        attacks = attack(
            first, second, quasi_identifiers=quasi, sensitive=sensitive, hierarchies=self.release.hierarchies, person_key=plan.person,
            budget=budget, seed=seed, progress=lambda step, share: self.told("attack", share),
        )  # fmt: skip
        self.told("attack", 1.0)
        utility = measure_utility(
            first, second, quasi_identifiers=quasi, sensitive=sensitive, hierarchies=self.release.hierarchies, k=plan.k, seed=seed
        )  # fmt: skip
        return attacks, utility


def _keys(cursor: duckdb.DuckDBPyConnection, path: Path, profile: TableProfile) -> list[str]:
    """Columns whose values single out more rows than attackers may find: whoever knows the value finds the row."""
    if profile.rows < _KEY_ROWS:
        return []
    # The profile estimates distinct values of large columns, so those that come near are counted.
    near = [c.name for c in profile.columns if c.distinct * 1.1 >= MOST_FOUND * profile.rows]
    return [column for column in near if _alone(cursor, path, column) > MOST_FOUND * profile.rows]


def _alone(cursor: duckdb.DuckDBPyConnection, path: Path, column: str) -> int:
    name = identifier(column)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {parquet(path)} WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) = 1)"
    return int(cursor.execute(query).fetchall()[0][0])


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; memory stays small."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _report_files(target: Path, folder: Path, report: Report) -> dict[Path, Path]:
    as_json, as_page = report_names(target)
    made = {as_json: folder / "report.json", as_page: folder / "report.html"}
    made[as_json].write_bytes(report.data)
    made[as_page].write_text(report_html(report.document, digest=report.digest), "utf-8")
    return made


def _put_in_place(parts: Mapping[Path, Path]) -> None:
    """Rename each part to its name, the release last; where one cannot be, none that was not there before stays."""
    taken = [target for target in parts if target.is_dir()]
    if taken:
        raise Conflict(f"{taken[0].name} is a folder.", "Choose another name for the release.")
    placed: list[Path] = []
    try:
        for target, part in reversed(list(parts.items())):
            is_new = not target.exists()
            part.replace(target)
            placed += [target] if is_new else []
    except BaseException:
        for target in placed:
            target.unlink(missing_ok=True)
        raise
