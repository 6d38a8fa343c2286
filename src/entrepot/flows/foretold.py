"""What publishing would say of a table and its manifest, before anything is sent: figures and kinds of columns are judged, never values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from entrepot import catalogue, compliance, parties
from entrepot.catalogue import Manifest
from entrepot.compliance import Dossier, Gate, Ruling, Source, library
from entrepot.compliance.judge import decide
from entrepot.compliance.places import jurisdictions
from entrepot.config import Settings
from entrepot.flows import dossiers, goods
from entrepot.flows.app_facts import of_app
from entrepot.flows.check import CheckReport
from entrepot.flows.goods import Goods, Persons
from entrepot.flows.publish import as_published
from entrepot.flows.releases import releases_of
from entrepot.kit import Decision, strictest
from entrepot.runtime import Role, Session

_OF_A_TABLE = ("name", "rows", "personal", "person_key")
_OF_A_COLUMN = ("name", "kind", "category", "term", "confidence", "cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A table as far as the rules ask.

    Attributes:
        table: Names and kinds of columns, counts, whether children are seen; of values nothing.
        persons: Who stands behind the person key, where the table has it.
        sha256: Of the file, by which an exchange knows what it released itself.
    """

    table: Mapping[str, Any]
    persons: Persons | None
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """The sketch as JSON."""
        return {"table": dict(self.table), "persons": self.persons.to_dict() if self.persons else None, "sha256": self.sha256}


def sketch(report: CheckReport, *, sha256: str) -> Sketch:
    """What the rules have to know of a table that was checked with its manifest."""
    (checked,) = report.tables
    found = checked.to_dict()
    table = {name: found[name] for name in _OF_A_TABLE} | {
        "grown_up": list(found["grown_up"]),
        "alerts": [{name: alert[name] for name in ("code", "column", "count")} for alert in found["alerts"]],
        "columns": [{name: column[name] for name in _OF_A_COLUMN} for column in found["columns"]],
    }
    return Sketch(table=table, persons=report.persons, sha256=sha256)


def foretell(session: Session, manifest: Manifest, sketched: Sketch, *, listing_id: str = "") -> tuple[Ruling, int | None]:
    """What the rules of this exchange would say of an offer of the acting organisation, and the grade it has measured of the table.

    Args:
        listing_id: The listing it would be a new version of, whose answers count; empty for a new one.

    Raises:
        Refused: The actor offers nothing here.
        NotFound: The listing is another's.
    """
    parties.require_role(session, Role.OWNER)
    organisation_id = parties.acting_organisation(session)
    if listing_id:
        parties.require_self(session, catalogue.get(session, listing_id).organisation_id)
    known = releases_of(session, organisation_id, [sketched.sha256] if sketched.sha256 else [])
    grade = known[sketched.sha256].grade if sketched.sha256 in known else None
    offered = _goods(sketched, manifest, grade)
    dossier = dossiers.of_listing(session, organisation_id, manifest, offered, listing_id=listing_id or None)
    return compliance.judge(session, Gate.LISTING, dossier), grade


def foretell_here(settings: Settings, manifest: Manifest, sketched: Sketch, *, at: date) -> Ruling:
    """What the packs that the settings name would say without an exchange: as if it sat where they say, and the owner there too, its papers in order."""
    named = [name.strip() for name in settings.rule_packs.split(",") if name.strip()]
    offered = _goods(sketched, manifest, None)
    dossier = Dossier().with_(dossiers.stated(manifest))
    dossier = dossier.with_(goods.conceded(offered, dossier.values))
    measured = dossiers.of_offer(manifest, offered, dossier.values) | {
        "owner.verified": True, "exchange.intermediary": True,
        **({"owner.country": settings.country, "exchange.country": settings.country} if settings.country else {}),
    }  # fmt: skip
    dossier = dossiers.with_places(dossier, manifest, measured)
    packs = library.choose(named, library.shipped())
    measured |= dossiers.whose_law(packs, jurisdictions(settings.country, *dossier.values.get("asset.subjects_in", ())))
    measured |= of_app({**dossier.values, **measured}, at)
    return decide(packs, Gate.LISTING, dossier.with_(measured, Source.MEASURED), at=at, taxonomy=library.taxonomy())


def with_rules(report: CheckReport, ruled: Mapping[str, Any], grade: int | None) -> CheckReport:
    """The report on a table together with what the rules say: what publishing would come to."""
    tables = tuple(as_published(table, grade) for table in report.tables)
    decision = strictest([Decision(ruled["decision"]), *(table.verdict.decision for table in tables)])
    findings = tuple(finding for table in tables for finding in table.verdict.findings)
    return replace(report, decision=decision, tables=tables, findings=findings, rules=ruled)


def shown(ruling: Ruling, language: str = "en") -> dict[str, Any]:
    """A ruling on what is no listing yet, as JSON: its questions are answered in the manifest."""
    from entrepot.flows.rulebook import shown_ruling
    from entrepot.flows.ways import Spot

    return {"at": ruling.at.isoformat(), "decision": ruling.decision.value, **shown_ruling(ruling, Spot(), language)}


def _goods(sketched: Sketch, manifest: Manifest, grade: int | None) -> Goods:
    fields = tuple(str(column["name"]) for column in sketched.table["columns"])
    return Goods(
        rows=int(sketched.table["rows"]), fields=fields, grades=(grade,), assessed=(sketched.table,), persons=sketched.persons,
        has_key=bool(manifest.person_key) and manifest.person_key in fields,
    )  # fmt: skip
