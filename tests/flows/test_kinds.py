"""Kinds of data that an owner names, that headings tell, and what an app took beyond the necessary."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entrepot.compliance import NotCompliant
from entrepot.config import Settings
from entrepot.flows import goods
from entrepot.flows.app_facts import of_app
from entrepot.flows.check import check
from entrepot.flows.goods import Goods
from support.trading import Market

QUIET = "member,item\n" + "".join(f"M{n:03},{('a', 'b', 'c')[n % 3]}\n" for n in range(90))
"""Whose column of belief and illness nobody could tell by heading or values."""


@pytest.mark.parametrize(
    "said",
    [
        {"facts": {"asset": {"categories": ["pd:Religion", "pd:MedicalHealth"], "under_14": False}}},
        {"columns": {"item": {"concept": "https://w3id.org/dpv/pd#Religion"}}, "facts": {"asset": {"under_14": False}}},
    ],
)
def test_kinds_of_data_that_an_owner_names_are_believed_where_nothing_was_found(market: Market, said: dict[str, Any]) -> None:
    with pytest.raises(NotCompliant) as refused:
        market.publish_tables(QUIET, person_key="member", **said)
    assert "HOUSE-NO-RAW-SENSITIVE" in {one["rule"] for one in refused.value.details["findings"]}


def test_kinds_that_an_answer_adds_stand_beside_those_of_the_manifest_and_those_found() -> None:
    found = {"name": "t", "rows": 3, "personal": True, "person_key": "", "alerts": [], "grown_up": ["age"], "columns": [
        {"name": "age", "kind": "quasi", "category": "age", "term": "pd:Age", "confidence": 1.0},
        {"name": "wage", "kind": "none", "category": "income", "term": "pd:Income", "confidence": 1.0},
        {"name": "firm", "kind": "none", "category": "cn_organisation_id", "term": "ent-cn:UnifiedSocialCreditCode", "confidence": 1.0},
    ]}  # fmt: skip
    offered = Goods(rows=3, fields=("age", "wage", "firm"), grades=(None,), assessed=(found,))
    said = goods.joined({"asset.categories": ["pd:Religion"]}, {"asset.categories": ["pd:Ethnicity"], "asset.under_14": False})
    assert goods.facts(offered, said)["asset.categories"] == ["pd:Age", "pd:Ethnicity", "pd:Income", "pd:Religion"]
    nobody = Goods(rows=3, fields=("rain",), grades=(None,), assessed=({**found, "personal": False, "columns": [], "grown_up": []},))
    assert goods.facts(nobody, {})["asset.personal"] is False
    assert goods.facts(nobody, {}, ["pd:Income"])["asset.categories"] == [], "a note on a column is no word on persons"
    assert goods.facts(nobody, {"asset.categories": ["pd:Income"]})["asset.personal"] is True


@pytest.mark.parametrize(
    ("heading", "term"),
    [
        ("account_balance", "pd:FinancialAccount"), ("loan_amount", "pd:LoanRecord"), ("credit_limit", "pd:CreditRecord"),
        ("credit_score", "pd:CreditScore"), ("信用评分", "pd:CreditScore"), ("账户余额", "pd:FinancialAccount"), ("征信", "pd:CreditRecord"),
    ],
)  # fmt: skip
def test_financial_headings_tell_kinds_of_data_where_rows_are_about_persons(tmp_path: Path, heading: str, term: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"member,{heading}\n" + "".join(f"M{n:03},{n * 37 % 900}\n" for n in range(90)), "utf-8")
    (table,) = check(path, settings=Settings()).tables
    assert {c["name"]: c["term"] for c in table.to_dict()["columns"]}[heading] == term


@pytest.mark.parametrize(
    ("said", "fields", "beyond"),
    [
        ({"app.type": "online_shopping", "app.fields": ["pd:SocialNetwork"], "app.beyond": []}, ["pd:SocialNetwork"], ["pd:SocialNetwork"]),
        ({"app.type": "online_shopping", "app.fields": [], "asset.categories": ["pd:Age", "pd:UID"]}, ["pd:Age"], ["pd:Age"]),
        ({"app.type": "online_shopping", "app.fields": ["pd:TelephoneNumber"]}, ["pd:TelephoneNumber"], []),
        ({"app.type": "other", "app.fields": ["pd:Age"]}, ["pd:Age"], None),
        ({"app.type": "online_shopping"}, None, None),
    ],
)
def test_what_an_app_took_beyond_the_necessary_is_worked_out(
    said: dict[str, Any], fields: list[str] | None, beyond: list[str] | None
) -> None:
    found = of_app({"source.kinds": ["app_collection"], **said}, date(2026, 11, 22))
    assert (found.get("app.fields"), found.get("app.beyond")) == (fields, beyond)
    assert of_app({"source.kinds": ["own_operation"], **said}, date(2026, 11, 22)) == {}
