"""The report of an aggregated table: what was published, what was left out, and what that does not protect against."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from entrepot.privacy.aggregates.model import Cells, Tabulation
from entrepot.privacy.grading import words
from entrepot.privacy.grading.markup import count, listed, section, table
from entrepot.privacy.grading.model import Grade
from entrepot.privacy.grading.report import COUNT, DIGEST_HEX, GRADE, NAMES, TEXT, Report, as_object, plain
from entrepot.privacy.grading.words import WORDS

FORM = "entrepot.aggregation-report/1"


def make_cells_report(*, asked: Tabulation, cells: Cells, release_sha256: str, grade: Grade) -> Report:
    """Put the facts of an aggregation together; neither rows nor digest of the original, both of which tell its grand total or more."""
    document = {
        "form": FORM,
        "grade": grade.to_dict(),
        "settings": asked.to_dict(),
        "release": cells.to_dict() | {"sha256": release_sha256},
        "limits": list(_limits(asked)),
    }
    return Report(document=plain(document))


def _limits(asked: Tabulation) -> list[str]:
    """Those of the words' limits that hold of these settings."""
    if asked.epsilon is not None:
        return ["groups", "noise", *(["many_cells"] if asked.person else [])]
    return [*(["empty"] if asked.totals else ["no_totals"]), "totals_elsewhere", "other_tables", "groups"]


def cells_report_schema() -> dict[str, Any]:
    """The JSON Schema of the report of an aggregation."""
    number: dict[str, Any] = {"type": ["number", "null"]}
    settings = {
        "by": NAMES, "count": {"type": "boolean"}, "sums": NAMES, "means": NAMES, "minimum": COUNT, "base": COUNT, "totals": {"type": "boolean"},
        "person": TEXT, "dominance": TEXT, "epsilon": number, "delta": number,
    }  # fmt: skip
    withheld = as_object({"columns": NAMES, "reason": {"enum": ["small", "unprotected"]}})
    release = {
        "sha256": DIGEST_HEX, "file": TEXT, "cells": COUNT, "left_out_small": {"type": ["integer", "null"], "minimum": 0},
        "left_out_beside": COUNT, "totals": {"type": "array", "items": NAMES}, "totals_withheld": {"type": "array", "items": withheld},
        "smallest": COUNT,
    }  # fmt: skip
    limits = {"type": "array", "items": {"enum": list(words.CELL_LIMITS["en"])}, "uniqueItems": True}
    found = as_object(
        {"form": {"const": FORM}, "grade": GRADE, "settings": as_object(settings), "release": as_object(release), "limits": limits}
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Entrepot aggregation report",
        "description": "What was published of a table as cells, and what was left out. No row and no total beyond the published ones.",
    } | found | {"additionalProperties": False}  # fmt: skip


def _published(document: Mapping[str, Any], language: str) -> str:
    w, release, asked = WORDS[language], document["release"], document["settings"]["totals"]
    totals = [", ".join(columns) or w["grand"] for columns in release["totals"]]
    withheld = [f"{', '.join(one['columns']) or w['grand']} ({w[one['reason']]})" for one in release["totals_withheld"]]
    rows = [
        [w["cells_shown"], count(release["cells"])], [w["left_small"], count(release["left_out_small"])],
        [w["left_beside"], count(release["left_out_beside"])], [w["totals"], listed(totals) if asked else w["no_totals"]],
        [w["withheld"], listed(withheld)],
    ]  # fmt: skip
    return section(w["cells"], table(["", ""], rows))


def _limited(document: Mapping[str, Any], language: str) -> str:
    items = "".join(f"<li>{words.CELL_LIMITS[language][limit]}</li>" for limit in document["limits"])
    return section(WORDS[language]["limits"], f"<ul>{items}</ul>")


def _settings(document: Mapping[str, Any], language: str) -> str:
    w, said, release = WORDS[language], document["settings"], document["release"]
    noise = "–" if said["epsilon"] is None else f"{said['epsilon']:g}, {said['delta']:g}"
    rows = [
        [w["file"], escape(release["file"])], [w["digest"], f"<code>sha256:{escape(release['sha256'])}</code>"],
        [w["column"], listed(said["by"])], [w["counted"], w["yes" if said["count"] else "no"]], [w["sums"], listed(said["sums"])],
        [w["means"], listed(said["means"])], [w["minimum"], count(said["minimum"])], [w["base"], count(said["base"])],
        [w["dominance"], escape(said["dominance"])], [w["person"], escape(said["person"]) or "–"], [w["epsilon"], noise],
        [w["form"], f"<code>{escape(document['form'])}</code>"],
    ]  # fmt: skip
    return section(w["settings"], table(["", ""], rows))


PARTS = (_published, _limited, _settings)
"""The sections of such a report beside grade and facts."""
