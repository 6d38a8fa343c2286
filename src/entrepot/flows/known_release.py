"""What the report beside a release tells whoever attacks it: which columns were generalised, and by hierarchies that can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from entrepot.flows.released import report_names, sha256_of
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.anonymise.trees import trees_of
from entrepot.privacy.hierarchies import Hierarchy


@dataclass(frozen=True, slots=True, kw_only=True)
class Generalised:
    """A column that was generalised."""

    by_hand: bool
    levels: int
    leaves: int
    unknown: str


def generalised_by_report(release: Path) -> dict[str, Generalised]:
    """The columns that a release's report says were generalised; none where no report of this very file lies beside it."""
    path = report_names(release)[0]
    if not path.is_file() or not release.is_file():
        return {}
    try:
        said = json.loads(path.read_text("utf-8"))
        if said["release"]["sha256"] != sha256_of(release):
            return {}
        unknown = said["settings"]["unknown"]
        return {
            one["column"]: Generalised(by_hand=one["made"] != "automatic", levels=one["levels"], leaves=one["leaves"], unknown=unknown)
            for one in said["hierarchies"]
        }
    except (ValueError, KeyError, TypeError):
        # Another file of that name; the release can be attacked without it.
        return {}


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
