"""What a release must satisfy as JSON and back, so that it can wait in the records until it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from entrepot.privacy.aggregates import Dominance, Tabulation
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.anonymise.model import Closeness, Diversity, Presence
from entrepot.privacy.hierarchies import Hierarchy, hierarchy


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymisation:
    """A release of rows as it is asked for."""

    plan: Plan
    hierarchies: Mapping[str, Hierarchy]
    changes: Sequence[Change]


def anonymisation_json(asked: Anonymisation) -> dict[str, Any]:
    """A release of rows that is asked for, as JSON; a population's file is no part of it."""
    return {
        "plan": asdict(asked.plan) | {"population": None},
        # As pairs, because not every store keeps the order of names.
        "hierarchies": [[column, tree.paths] for column, tree in asked.hierarchies.items()],
        "changes": [asdict(change) for change in asked.changes],
    }


def read_anonymisation(said: Mapping[str, Any]) -> Anonymisation:
    """What `anonymisation_json` wrote."""
    plan: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said["plan"].items()}
    plan["diversity"] = tuple(Diversity(**one) for one in plan["diversity"])
    plan["closeness"] = tuple(Closeness(**one) for one in plan["closeness"])
    plan["presence"] = Presence(**plan["presence"]) if plan["presence"] else None
    changes = [Change(column=one["column"], verb=one["verb"], arguments=tuple(one["arguments"])) for one in said["changes"]]
    return Anonymisation(
        plan=Plan(**plan), hierarchies={column: hierarchy(column, paths) for column, paths in said["hierarchies"]}, changes=changes
    )


def tabulation_json(asked: Tabulation) -> dict[str, Any]:
    """Cells that are asked for, as JSON."""
    return asdict(asked)


def read_tabulation(said: Mapping[str, Any]) -> Tabulation:
    """What `tabulation_json` wrote."""
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Tabulation(**fields | {"dominance": Dominance(**fields["dominance"])})
