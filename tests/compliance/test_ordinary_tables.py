"""What everyday tables get from all packs together, with nothing known but what an exchange measures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide
from entrepot.compliance.library import choose, shipped, taxonomy, vocabulary
from entrepot.compliance.pack_model import Gate
from entrepot.compliance.ruling import Ruling
from entrepot.kit import Decision

TABLE: dict[str, Any] = {
    "asset.personal": False, "asset.categories": [], "asset.rows_about_persons": False, "asset.under_14": False, "asset.medium": "table",
    "offer.mode": "file", "offer.purposes": ["dpv:Purpose"], "offer.public": True, "owner.country": "DE", "owner.verified": True,
    "exchange.country": "CN", "exchange.intermediary": True, "deal.jurisdictions": ["CN", "EU", "US"],
}  # fmt: skip
AGREED: dict[str, Any] = TABLE | {
    "use.purposes": ["dpv:AcademicResearch"], "use.prohibited": [], "buyer.country": "US", "buyer.verified": True,
    "deal.cross_border": True, "contract.provision_on": "2026-11-21", "contract.fixes": ["purpose", "method", "scope", "security"],
}  # fmt: skip
PATIENTS = {"asset.personal": True, "asset.rows_about_persons": True, "asset.categories": ["pd:Age", "pd:MedicalHealth"]}
FACTS = {Gate.LISTING: TABLE, Gate.CONTRACT: AGREED, Gate.DELIVERY: AGREED}


def ruling(gate: Gate, *packs: str, **changed: Any) -> Ruling:
    values = vocabulary().check(FACTS[gate] | {path.replace("__", "."): value for path, value in changed.items()})
    dossier = Dossier(values, dict.fromkeys(values, Source.MEASURED))
    return decide(choose(packs, shipped()), gate, dossier, at=date(2026, 11, 21), taxonomy=taxonomy())


@pytest.mark.parametrize("gate", FACTS)
def test_a_table_about_no_person_asks_nobody_anything(gate: Gate) -> None:
    found = ruling(gate, "eu", "us")
    assert (found.decision, found.missing, found.duties) == (Decision.ALLOW, (), ())


def patients(gate: Gate, grade: int) -> Ruling:
    return ruling(gate, **{path.replace(".", "__"): value for path, value in PATIENTS.items()}, asset__grade=grade)


@pytest.mark.parametrize("grade", [1, 2])
def test_sensitive_rows_of_grade_1_and_2_are_blocked_with_a_way_out(grade: int) -> None:
    found = patients(Gate.LISTING, grade)
    assert found.decision is Decision.BLOCK
    assert [fix.do for fix in found.deciding[0].rule.fixes] == ["anonymise", "aggregate", "drop_columns"]


def test_sensitive_rows_of_grade_3_trade_under_a_contract_that_forbids_to_look_for_people() -> None:
    assert patients(Gate.LISTING, 3).decision is Decision.ALLOW
    agreed = patients(Gate.CONTRACT, 3)
    assert (agreed.decision, [duty.do for duty in agreed.duties]) == (Decision.ALLOW, ["no_reidentification"])


def test_aggregates_may_go_to_anyone() -> None:
    agreed = patients(Gate.CONTRACT, 4)
    assert (agreed.decision, agreed.duties) == (Decision.ALLOW, ())


def test_contact_data_are_left_to_the_check_of_the_table() -> None:
    assert ruling(Gate.LISTING, asset__personal=True, asset__categories=["pd:EmailAddress"], asset__grade=1).decision is Decision.ALLOW
