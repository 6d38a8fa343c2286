"""Check a file as publishing would: read, profile, describe, look for personal data, judge. Needs no exchange."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from entrepot import compliance, privacy
from entrepot.catalogue.assessed import is_about_persons
from entrepot.catalogue.model import Manifest, Visibility
from entrepot.compliance import AlertFact, ColumnFact, Facts, Finding, Verdict
from entrepot.config import Settings
from entrepot.engine import ConvertedTable, DuckEngine, Limits, TableProfile
from entrepot.engine.convert import to_parquet
from entrepot.engine.model import Rows, SourceTable
from entrepot.engine.profiling import profile
from entrepot.engine.read import ReadOptions, open_table
from entrepot.engine.stream import preview
from entrepot.flows.goods import Persons, count_persons
from entrepot.flows.pseudonyms import lone_columns
from entrepot.kit import Decision, Invalid, strictest
from entrepot.privacy import Assessment
from entrepot.privacy.columns import is_recognised
from entrepot.privacy.looking import assess
from entrepot.privacy.risk import Standing, standing
from entrepot.standards.dictionary import Dictionary, Mark, draft

Progress = Callable[[str, float], None]
_OF_PLACES = frozenset({"place", "postal_code", "site_address", "coordinates"})
"""What tables of weather or shops have too: alone these do not make rows be about people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCheck:
    """What the check of one table came to.

    Attributes:
        profile: The figures, without values of restricted columns.
        rows: A few rows for a preview, without restricted columns.
        risk: How people stand out by the columns that may be known of them; None where there are none, or where nobody asked.
    """

    source: SourceTable
    converted: ConvertedTable
    profile: TableProfile
    assessment: Assessment
    dictionary: Dictionary
    rows: Rows
    verdict: Verdict
    risk: Standing | None

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON, without any value of a restricted column."""
        return {
            "name": self.source.name,
            "format": self.source.format.value,
            "encoding": self.source.encoding,
            "rows": self.converted.rows,
            "bytes": self.source.bytes,
            "newest": self.profile.newest,
            "personal": self.assessment.personal,
            "sample": self.assessment.sample,
            "seed": self.assessment.seed,
            "alerts": [alert.to_dict() for alert in self.assessment.alerts],
            "grown_up": list(self.assessment.grown_up),
            "keys": list(self.dictionary.keys),
            "person_key": self.dictionary.person_key,
            "risk": self.risk.to_dict() if self.risk else None,
            "columns": _columns(self),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What the check of a file came to; ``decision`` is the strictest of its tables', and of the rules where they were asked.

    Attributes:
        persons: Who stands behind the person key of the manifest.
        rules: What the rules say of the offer, where they were asked.
    """

    path: Path
    decision: Decision
    tables: tuple[TableCheck, ...]
    findings: tuple[Finding, ...]
    persons: Persons | None = None
    rules: Mapping[str, Any] | None = None

    @property
    def exit_code(self) -> int:
        """0 to go ahead, 4 for a review, 3 when something is missing, 2 when it is blocked."""
        return self.decision.exit_code

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON: ``columns`` are those of all tables in order."""
        tables = [table.to_dict() for table in self.tables]
        return {
            "file": self.path.name,
            "decision": self.decision.value,
            "exit_code": self.exit_code,
            "findings": [finding.to_dict() for finding in self.findings],
            "columns": [column for table in tables for column in table["columns"]],
            "tables": tables,
            **({"rules": dict(self.rules)} if self.rules is not None else {}),
        }


def check(
    path: str | Path,
    *,
    manifest: Manifest | None = None,
    settings: Settings | None = None,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
    engine: DuckEngine | None = None,
    person: str = "",
    population: Path | None = None,
) -> CheckReport:
    """Check a file on this machine; nothing of it is kept.

    Args:
        engine: The engine to use, so that many checks share one limit of memory; without it, one for this check alone.
        manifest: The offer it would belong to; without one, the rules about offers are left out.
        options: What the owner says about the file's form.
        progress: Told the step and its share done, from another thread.
        person: Column that says whose row it is; without it the manifest's, else one that seems to and repeats.
        population: A table of the population with the same columns, for the journalist's risk.

    Raises:
        NotFound: There is no such file.
        Invalid: It holds no table that can be read; the message names the file, the place and the next step.
    """
    settings = settings or Settings()
    with tempfile.TemporaryDirectory(prefix="entrepot-check-") as folder:
        scratch = Path(folder)
        with _cursor(engine, settings, scratch) as cursor:
            table = check_table(
                cursor, Path(path), scratch / "table.parquet", scratch=scratch, manifest=manifest, settings=settings, options=options,
                progress=progress, now=now, person=person, population=population,
            )  # fmt: skip
            columns = [column.name for column in table.dictionary.columns]
            persons = count_persons(cursor, manifest.person_key, [(table.source.name, table.converted.path, columns)]) if manifest else None
    return CheckReport(path=Path(path), decision=table.verdict.decision, tables=(table,), findings=table.verdict.findings, persons=persons)


@contextmanager
def _cursor(engine: DuckEngine | None, settings: Settings, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the engine that was given, else of one of its own that ends with it."""
    own = engine or DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=scratch / "engine")
    cursor = own.cursor()
    try:
        yield cursor
    finally:
        cursor.close()
        if engine is None:
            own.close()


def check_table(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    target: Path,
    *,
    scratch: Path,
    name: str | None = None,
    manifest: Manifest | None = None,
    settings: Settings | None = None,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
    person: str = "",
    population: Path | None = None,
    with_risk: bool = True,
) -> TableCheck:
    """Convert one file to Parquet at ``target`` and check it; what publishing and ``entrepot check`` both run.

    Args:
        cursor: A cursor of the engine.
        scratch: A folder for copies in UTF-8.
        person, population: As in `check`.
        with_risk: Measure how people stand out too.

    Raises:
        NotFound: There is no such file.
        Invalid: It holds no table that can be read; nothing is left at ``target``.
    """
    limits = Limits(file=settings.upload_limit) if settings else Limits()
    told = progress or (lambda step, share: None)
    source = open_table(cursor, path, name=name, scratch=scratch, options=options, limits=limits)
    _require_person(source, person)
    converted = to_parquet(cursor, source, target, progress=(lambda share: told("read", share)) if progress else None)
    told("profile", 0.0)
    figures = profile(cursor, target, now=now)
    told("assess", 0.0)
    assessment = assess(cursor, target, figures, now=now)
    # Whose row each is, is for the exchange to know, however harmless the keys look.
    hidden = tuple(dict.fromkeys([*assessment.restricted, *([manifest.person_key] if manifest and manifest.person_key else [])]))
    shown = figures.without_values(hidden)
    told("assess", 1.0)
    dictionary = draft(shown, _marks(assessment))
    counted = _person(figures, person or (manifest.person_key if manifest else ""), dictionary.person_key)
    return TableCheck(
        source=source,
        converted=converted,
        profile=shown,
        assessment=assessment,
        dictionary=dictionary,
        rows=preview(cursor, target, masked=hidden),
        verdict=compliance.check(_facts(converted, figures, assessment, source.name, manifest, dictionary.person_key)),
        risk=_risk(cursor, target, figures, assessment, counted, population, told) if with_risk else None,
    )


def _require_person(source: SourceTable, person: str) -> None:
    if person and person not in (column.name for column in source.columns):
        shown_names = ", ".join(column.name for column in source.columns[:20])
        raise Invalid(f"{source.path.name} has no column {person} (the person key).", f"Its columns: {shown_names}.", columns=[person])


def overall(checks: tuple[TableCheck, ...]) -> Decision:
    """The decision on an offer of several tables."""
    return strictest(check.verdict.decision for check in checks)


def _person(figures: TableProfile, named: str, seeming: str) -> str:
    """The column that persons are counted by: the one named, else one that seems to tell whose row it is where rows repeat."""
    columns = {column.name: column for column in figures.columns}
    if named in columns:
        return named
    # The profile estimates distinct values of large columns, to a few in a hundred.
    return seeming if seeming in columns and columns[seeming].distinct * 1.1 < figures.rows else ""


def _risk(
    cursor: duckdb.DuckDBPyConnection, path: Path, figures: TableProfile, assessment: Assessment, person: str, population: Path | None,
    told: Progress,
) -> Standing | None:  # fmt: skip
    quasi = [finding.column for finding in assessment.of(privacy.Kind.QUASI) if finding.column != person]
    about_people = [f for f in assessment.findings if f.kind is not privacy.Kind.NONE and f.category.id not in _OF_PLACES]
    if not quasi or not figures.rows or not (about_people or person):
        return None
    told("risk", 0.0)
    sensitive = [finding.column for finding in assessment.of(privacy.Kind.SENSITIVE) if finding.column != person]
    found = standing(cursor, path, quasi=quasi, sensitive=sensitive, person=person, population=population)
    # What names persons is said of the column itself.
    named = {finding.column for finding in assessment.of(privacy.Kind.DIRECT)}
    keys = tuple(column for column in lone_columns(cursor, path, figures) if column not in {*named, *quasi, person})
    told("risk", 1.0)
    return replace(found, keys=keys)


def _marks(assessment: Assessment) -> dict[str, Mark]:
    return {
        f.column: Mark(
            category=f.category.id, concept=f.category.term, personal=f.kind is not privacy.Kind.NONE, restricted=f.restricted,
            recognised=is_recognised(f),
        )
        for f in assessment.findings
    }  # fmt: skip


def _facts(
    converted: ConvertedTable, figures: TableProfile, assessment: Assessment, name: str, manifest: Manifest | None, person_key: str
) -> Facts:
    found = {finding.column: finding for finding in assessment.findings}
    columns = []
    for column in figures.columns:
        finding = found.get(column.name)
        if finding is None:
            columns.append(ColumnFact(name=column.name, formulas=column.formulas))
            continue
        columns.append(
            ColumnFact(
                name=column.name, kind=finding.kind.value, title=finding.category.title, fix=finding.category.fix, confidence=finding.confidence,
                evidence=tuple({"detector": e.detector, "matched": e.matched, "examined": e.examined} for e in finding.evidence),
                formulas=column.formulas,
            )
        )  # fmt: skip
    key = manifest.person_key if manifest is not None else ""
    alerts = [alert.to_dict() for alert in assessment.alerts]
    known = {
        "personal": assessment.personal, "alerts": alerts, "person_key": person_key,
        "columns": [{"category": found[column.name].category.id if column.name in found else None} for column in figures.columns],
    }  # fmt: skip
    is_personal = is_about_persons(known) or key in (column.name for column in figures.columns)
    return Facts(
        table=name,
        columns=tuple(columns),
        notes=tuple((note.code, note.column, note.message) for note in converted.notes),
        # Ages of rocks cannot be read either, and are nobody's.
        alerts=tuple(AlertFact(**alert) for alert in alerts if is_personal or alert["code"] != "unread_ages"),
        handed_over=manifest is None or manifest.lookup is None,
        public=manifest is None or manifest.visibility is Visibility.PUBLIC,
        described=manifest is not None,
        has_terms=manifest is not None and bool(manifest.terms.permitted_purposes or manifest.licence),
        # With several files the key may live in another table, so only a single file can lack it.
        person_key=key if manifest is not None and len(manifest.files) <= 1 else "",
        ages_denied=manifest is not None
        and manifest.facts.get("asset.ages_of_persons") is False
        and not assessment.personal
        and key not in (column.name for column in figures.columns),
    )


def _columns(table: TableCheck) -> list[dict[str, Any]]:
    found = {finding.column: finding for finding in table.assessment.findings}
    described = {column["name"]: column for column in table.dictionary.to_dict()["columns"]}
    rows = []
    for column in table.profile.columns:
        finding = found[column.name].to_dict() if column.name in found else _UNREMARKABLE
        rows.append(
            {
                **{key: described[column.name][key] for key in ("name", "type", "title", "description", "nullable", "unique", "unit")},
                **{
                    key: finding[key]
                    for key in ("category", "term", "kind", "restricted", "linked", "confidence", "evidence", "cells", "laws", "fix")
                },
                "figures": column.to_dict(),
            }
        )
    return rows


_UNREMARKABLE: dict[str, Any] = {
    "category": None, "term": None, "kind": "none", "restricted": False, "linked": False, "confidence": None, "evidence": [], "cells": [],
    "laws": [], "fix": "",
}  # fmt: skip
