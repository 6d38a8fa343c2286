"""The report of an anonymised table: canonical JSON with a digest, without any value of the table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from entrepot.kit import canonical_json, sha256_hex
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.anonymise.model import Method, Plan, Presence, Release
from entrepot.privacy.attacks.model import AttackReport
from entrepot.privacy.grading.model import Grade
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.risk.combined import Combined
from entrepot.privacy.risk.model import Risk
from entrepot.privacy.utility.model import UtilityReport

FORM = "entrepot.anonymisation-report/1"
LIMITS = ("composition", "background", "downcoding", "inference", "other_columns", "population", "sample")
"""What no release of rows protects against, or not every one: words that `report_html` says as sentences."""
_LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done to a table, and what that came to.

    Attributes:
        document: The report as JSON.
    """

    document: Mapping[str, Any]

    @property
    def data(self) -> bytes:
        """The report's bytes: canonical JSON (RFC 8785), so that the digest of the file is that of the report."""
        return canonical_json(dict(self.document))

    @property
    def digest(self) -> str:
        """``sha256:…`` of the bytes."""
        return "sha256:" + sha256_hex(self.data)


def make_report(
    *,
    plan: Plan,
    release: Release,
    release_sha256: str,
    before: Risk,
    after: Risk,
    grade: Grade,
    attacks: AttackReport | None,
    utility: UtilityReport | None,
    untreated: Combined | None = None,
    changes: Sequence[Change] = (),
    given: Sequence[str] = (),
) -> Report:
    """Put the figures of a release together.

    The digest of the original stays out of it: of a small table somebody could try all originals that fit until one has the digest.

    Args:
        given: Columns whose hierarchy the owner gave; the others' were made from the data.
    """
    document = {
        "form": FORM,
        "grade": grade.to_dict(),
        "settings": settings_of(plan, release, changes),
        "release": release.to_dict() | {"sha256": release_sha256},
        "hierarchies": [_hierarchy(column, release.hierarchies[column], column in given) for column in release.quasi],
        "risk": {"before": before.to_dict(), "after": after.to_dict()},
        "attacks": attacks.to_dict() if attacks else None,
        "utility": utility.to_dict() if utility else None,
        "untreated": untreated.to_dict() if untreated else None,
        "limits": list(_limits(plan, attacks)),
    }
    return Report(document=plain(document))


def settings_of(plan: Plan, release: Release, changes: Sequence[Change] = ()) -> dict[str, Any]:
    """What was asked for, as JSON; its digest tells two plans apart. Keys of pseudonyms are no part of it."""
    return {
        "k": plan.k, "method": plan.method.value, "quasi_identifiers": list(release.quasi), "suppress": plan.suppress, "person": plan.person,
        "diversity": [asdict(one) for one in plan.diversity], "closeness": [asdict(one) for one in plan.closeness],
        "presence": _presence(plan.presence) if plan.presence else None, "population": plan.population.name if plan.population else None,
        "weights": dict(sorted(plan.weights.items())), "unknown": plan.unknown, "automatic": plan.automatic, "drop": list(plan.drop),
        "keep": list(plan.keep),
        "changes": [{"column": change.column, "verb": change.verb, "arguments": list(change.arguments)} for change in changes],
    }  # fmt: skip


def _presence(asked: Presence) -> dict[str, Any]:
    return asdict(asked) | {"population": asked.population.name if asked.population else None}


def _limits(plan: Plan, attacks: AttackReport | None) -> list[str]:
    """Those of ``LIMITS`` that stand in a report of this plan."""
    left_out = set() if plan.method is Method.LOCAL else {"downcoding"}
    left_out |= set() if plan.population else {"population"}
    left_out |= set() if attacks and any(note.code == "sampled" for note in attacks.notes) else {"sample"}
    return [limit for limit in LIMITS if limit not in left_out]


def _hierarchy(column: str, found: Hierarchy, given: bool) -> dict[str, Any]:
    """A hierarchy by the digest of its file as ``--save-hierarchies`` writes it; its values belong to the table."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(found.paths)
    # A made hierarchy holds the values of the table; of few values somebody could try all until one has the digest.
    digest = "sha256:" + sha256_hex(text.getvalue().encode()) if given else None
    return {"column": column, "sha256": digest, "levels": found.levels, "leaves": found.leaves, "made": "by hand" if given else "automatic"}


def plain(value: Any) -> Any:
    """JSON of six digits behind the point, so that the last bit of a sum decides about no digest; whole numbers beyond 2^53 as floats."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6)
    return float(value) if isinstance(value, int) and abs(value) > _LARGEST else value


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entrepot anonymisation report",
        "description": "What was done to a table to make it fit to share, what is left of its risk and of its use. No value of the table.",
        "type": "object",
        "properties": {
            "form": {"const": FORM},
            "grade": GRADE,
            "settings": as_object(_SETTINGS),
            "release": as_object(
                {"sha256": DIGEST_HEX, "rows": COUNT, "suppressed": COUNT, "silent": COUNT, "ncp": SHARE, "loss": _map(SHARE)}
            ),
            "hierarchies": {"type": "array", "items": as_object(_HIERARCHY)},
            "risk": as_object({"before": as_object(_RISK), "after": as_object(_RISK)}),
            "attacks": {"anyOf": [{"type": "null"}, as_object(_ATTACKS)]},
            "utility": {"anyOf": [{"type": "null"}, as_object({"ncp": SHARE, "loss": _map(SHARE), "marginals": _map(SHARE)})]},
            "untreated": {"anyOf": [{"type": "null"}, as_object(_COMBINED)]},
            "limits": {"type": "array", "items": {"enum": list(LIMITS)}, "uniqueItems": True},
        },
        "required": ["form", "grade", "settings", "release", "hierarchies", "risk", "attacks", "utility", "untreated", "limits"],
        "additionalProperties": False,
    }


def as_object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of these."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _map(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": dict(values)}


COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
TEXT: dict[str, Any] = {"type": "string"}
NAMES: dict[str, Any] = {"type": "array", "items": TEXT}
DIGEST_HEX: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OPTIONAL_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_CHECK = as_object(
    {
        "name": {
            "enum": ["direct_identifiers", "other_quasi_identifiers", "keys", "combinations", "k", "hidden_rows", "sequences", "singling_out_multivariate",
                     "unique_linkage", "linkability", "homogeneity", "cells"]
        },
        "holds": {"type": "boolean"}, "value": _OPTIONAL_NUMBER, "limit": {"type": "number"}, "columns": NAMES,
        "interval": {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    }
)  # fmt: skip
GRADE = as_object(
    {
        "level": {"enum": [1, 2, 3, 4]}, "name": {"enum": ["direct", "removed", "acceptable", "aggregate"]},
        "checks": {"type": "array", "items": _CHECK},
    }
)  # fmt: skip
_SETTINGS: dict[str, Any] = {
    "k": {"type": "integer", "minimum": 1}, "method": {"enum": ["local", "global"]}, "quasi_identifiers": NAMES, "suppress": SHARE,
    "person": TEXT, "diversity": {"type": "array", "items": as_object({"column": TEXT, "l": {"type": "number"}, "kind": TEXT, "c": {"type": "number"}})},
    "closeness": {"type": "array", "items": as_object({"column": TEXT, "t": SHARE, "distance": TEXT})},
    "presence": {"type": ["object", "null"]}, "population": {"type": ["string", "null"]}, "weights": _map({"type": "number"}),
    "unknown": {"enum": ["refuse", "star"]}, "automatic": {"type": "boolean"}, "drop": NAMES,
    "changes": {"type": "array", "items": as_object({"column": TEXT, "verb": TEXT, "arguments": NAMES})},
}  # fmt: skip
_HIERARCHY: dict[str, Any] = {
    "column": TEXT, "sha256": {"type": ["string", "null"], "pattern": "^sha256:[0-9a-f]{64}$"}, "levels": {"type": "integer", "minimum": 1},
    "leaves": {"type": "integer", "minimum": 1}, "made": {"enum": ["by hand", "automatic"]},
}  # fmt: skip
_RISK: dict[str, Any] = {
    "quasi": NAMES, "rows": COUNT, "hidden": COUNT, "hidden_said": COUNT, "hidden_told": NAMES, "classes": COUNT, "k": {"type": ["integer", "null"], "minimum": 1}, "unique": SHARE,
    "prosecutor": SHARE, "marketer": SHARE, "sizes": _map(COUNT), "sensitive": {"type": "array"}, "against": {"type": ["object", "null"]},
}  # fmt: skip
_COMBINED: dict[str, Any] = {
    "columns": NAMES, "share": SHARE, "searched": COUNT, "skipped": COUNT, "left_out": NAMES, "size": COUNT,
    "with_classes": {"type": "boolean"},
}  # fmt: skip
_RATE = as_object({"hits": {"type": "number"}, "tries": COUNT, "share": SHARE, "low": SHARE, "high": SHARE})
_NOTED: dict[str, Any] = {"type": "array", "items": as_object({"code": TEXT, "values": {"type": "object"}})}
_ATTACKS: dict[str, Any] = {
    "seed": {"type": "integer"}, "notes": NAMES, "noted": _NOTED, "doubts": NAMES, "doubted": _NOTED,
    "attacks": {
        "type": "array",
        "items": as_object(
            {
                "name": TEXT, "attack": _RATE, "baseline": _RATE, "risk": as_object({"value": SHARE, "low": SHARE, "high": SHARE}),
                "grade": {"enum": ["untried", "none", "weak", "clear", "strong"]}, "verdict": TEXT,
            }
        ),
    },
}  # fmt: skip
