"""What the report beside a release tells whoever attacks it: which columns were generalised, and by hierarchies that can be made again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from entrepot.flows.released import report_names, sha256_of
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.anonymise.trees import trees_of
from entrepot.privacy.attacks import AttackReport
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.notes import note


@dataclass(frozen=True, slots=True, kw_only=True)
class Generalised:
    """A column that was generalised."""

    by_hand: bool
    levels: int
    leaves: int
    unknown: str


def generalised_by_report(release: Path) -> dict[str, Generalised]:
    """The columns that a release's report says were generalised; none where no report of this very file lies beside it."""
    said = _report_of(release)
    try:
        unknown = said["settings"]["unknown"] if said else ""
        return {
            one["column"]: Generalised(by_hand=one["made"] != "automatic", levels=one["levels"], leaves=one["leaves"], unknown=unknown)
            for one in (said["hierarchies"] if said else [])
        }
    except (KeyError, TypeError):
        # Another file of that name; the release can be attacked without it.
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Columns that a release was made to keep from others: ``protected`` by l-diversity or t-closeness, ``pseudonyms`` by a key."""

    protected: frozenset[str]
    pseudonyms: frozenset[str]


def hidden_by_report(release: Path) -> Hidden | None:
    """What a release's report says was hidden; None where no report of this very file lies beside it."""
    said = _report_of(release)
    try:
        settings = said["settings"] if said else None
        if settings is None:
            return None
        return Hidden(
            protected=frozenset(one["column"] for kind in ("diversity", "closeness") for one in settings[kind]),
            pseudonyms=frozenset(one["column"] for one in settings["changes"] if one["verb"] == "pseudonym"),
        )
    except (KeyError, TypeError):
        return None


def _report_of(release: Path) -> Any:
    """The report of this very file that lies beside it; None where there is none."""
    path = report_names(release)[0]
    if not path.is_file() or not release.is_file():
        return None
    try:
        said = json.loads(path.read_text("utf-8"))
        return said if said["release"]["sha256"] == sha256_of(release) else None
    except (ValueError, KeyError, TypeError):
        return None


def doubted(report: AttackReport, columns: Mapping[str, Generalised], known: Collection[str]) -> AttackReport:
    """The attacks on a release, doubted where it was made with hierarchies by hand that are not known now.

    Args:
        known: Columns whose hierarchies were given or made again.
    """
    lacking = [name for name in report.quasi_identifiers if name not in known and name in columns and columns[name].by_hand]
    if not lacking:
        return report
    # What is not understood covers nothing, which says nothing against the tables.
    left = [doubt for doubt in report.doubts if doubt.code != "few_fit" and doubt.values.get("column") not in lacking]
    return replace(report, doubts=(note("lacks_hierarchies", columns=lacking), *left))


def made_again(
    cursor: duckdb.DuckDBPyConnection, original: Path, scratch: Path, columns: Mapping[str, Generalised]
) -> dict[str, Hierarchy]:
    """The hierarchies that were made from the values of the original: the same values give the same ones."""
    source = open_source(cursor, original, scratch)
    made = {}
    for column, told in columns.items():
        if told.by_hand or column not in source.columns:
            continue
        found = trees_of(cursor, source, (column,), {}, plan=Plan(automatic=True, unknown=told.unknown)).hierarchies[column]
        # Another original gives other hierarchies, which say nothing about this release.
        if (found.levels, found.leaves) == (told.levels, told.leaves):
            made[column] = found
    return made
