"""Bulk files: whole or not at all, lines named and values not, each row with a receipt that anyone can check."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from entrepot import consent, flows
from entrepot.consent import Act, RowsRefused
from entrepot.kit import Invalid, Refused
from support.consenting import PERSONS, PeopleMarket


def test_a_csv_of_people_who_gave_consent_is_recorded_for_each(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish(consent="required"))
    made = market.import_rows("person\nP001\nP005\nP001\nX9\n")
    assert (made.rows, made.repeated, made.kept_back) == (3, 1, 0)
    assert market.visitors(agreement) == ["P001", "P005"] * 2
    market.import_rows("who;why\nP005;moved\n", Act.WITHDRAWN, column="who")
    assert market.visitors(agreement) == ["P001"] * 2


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_parquet_and_json_lines_say_the_same(market: PeopleMarket, form: str) -> None:
    agreement = market.agree(market.publish(consent="required"))
    path = market.market.folder / f"people.{form}"
    if form == "parquet":
        pyarrow.parquet.write_table(pyarrow.table({"person": ["P002"], "expires_at": ["2030-01-01"]}), path)
    else:
        path.write_text(json.dumps({"person": "P002", "expires_at": "2030-01-01"}) + "\n")
    consent.import_file(market.exchange, market.market.owner, path, act=Act.GIVEN, scope=consent.make_scope(market.owner_id))
    assert market.visitors(agreement) == ["P002"] * 2


def test_bad_lines_are_named_by_number_and_nothing_is_kept(market: PeopleMarket) -> None:
    text = "person,given_at,expires_at\nP001,2026-01-01,\n,2026-01-01,\nP003,yesterday,\nP004,2027-01-01,\nP005,,2020-01-01\nP006,,soon\n"
    with market.market.unhurt(), pytest.raises(RowsRefused) as refused:
        market.import_rows(text)
    lines = [problem["line"] for problem in refused.value.details["problems"]]
    assert lines == [3, 4, 5, 6, 7]
    assert not any(value in str(refused.value) + json.dumps(refused.value.details) for value in ("P003", "yesterday", "soon"))


@pytest.mark.parametrize(
    ("name", "text"), [("people.txt", "person\nP1\n"), ("people.csv", "name\nP1\n"), ("people.jsonl", "{not json"), ("people.parquet", "x")]
)
def test_a_file_that_is_no_such_file_is_refused(market: PeopleMarket, name: str, text: str) -> None:
    with market.market.unhurt(), pytest.raises(Invalid):
        market.import_rows(text, name=name)


def test_nobody_but_an_owner_records_for_people(market: PeopleMarket) -> None:
    path = market.market.folder / "p.csv"
    path.write_text("person\nP001\n")
    scope = consent.make_scope(market.buyer_id)
    with market.market.unhurt(), pytest.raises(Refused):
        consent.import_file(market.exchange, market.market.buyer, path, act=Act.GIVEN, scope=scope)


def test_who_said_no_by_the_own_link_is_not_brought_back_by_a_file(market: PeopleMarket) -> None:
    agreement = market.agree(market.publish(consent="required"))
    market.import_rows("person\nP001\nP002\nP003\n")
    market.say("P001", Act.WITHDRAWN)
    market.say("P002", Act.WITHDRAWN, by=consent.CONTROLLER)
    old = market.import_rows("person,given_at\nP001,2026-11-01\nP002,2026-11-01\nP003,2026-11-01\n")
    assert (old.rows, old.kept_back) == (1, 2)
    assert market.visitors(agreement) == ["P003"] * 2
    market.market.wait(hours=1)
    fresh = market.import_rows("person\nP001\nP002\n")
    assert (fresh.rows, fresh.kept_back) == (1, 1)
    assert market.visitors(agreement) == ["P002", "P003"] * 2


def test_every_row_has_a_receipt_that_verifies_offline(market: PeopleMarket) -> None:
    people = [*PERSONS, *(f"N{n}" for n in range(700))]
    made = market.import_rows("person\n" + "\n".join(people) + "\n")
    market.market.seal()
    for person in (people[0], people[255], people[256], people[-1]):
        assert _verified(market, person)["holds"], person
    receipt = _receipt(market, people[3])
    assert receipt["batch"]["fact"]["root"] == made.root
    assert receipt["fact"]["schema_version"] == "ISO/IEC TS 27560:2023"


@pytest.mark.parametrize("change", ["subject", "position", "salt", "path", "batch"])
def test_a_changed_receipt_does_not_verify(market: PeopleMarket, change: str) -> None:
    market.import_rows("person\n" + "\n".join(PERSONS) + "\n")
    market.market.seal()
    receipt = _receipt(market, "P004")
    if change == "subject":
        receipt["fact"]["pii_principal_id"] = "00" * 16
    elif change == "position":
        receipt["position"] += 1
    elif change == "salt":
        receipt["salt"] = "00" * 32
    elif change == "path":
        receipt["path"][0] = "00" * 32
    else:
        receipt["batch"]["fact"]["rows"] += 1
    assert not _check(market, receipt)["holds"]


def test_a_single_act_has_its_receipt_too(market: PeopleMarket) -> None:
    market.say("P001", Act.GIVEN, recipient_id=market.buyer_id)
    market.say("P001", Act.WITHDRAWN)
    market.market.seal()
    assert _verified(market, "P001")["holds"]
    assert [r["fact"]["events"][0]["event_state"] for r in _receipts(market, "P001")] == ["given", "withdrawn"]


def _receipts(market: PeopleMarket, person: str) -> list[dict[str, Any]]:
    with market.exchange.reading(market.market.owner) as session:
        said = consent.history(session, market.owner_id, consent.subject(session, market.owner_id, person))
        return [consent.receipt(session, act, scope) for act, scope in said]


def _receipt(market: PeopleMarket, person: str) -> dict[str, Any]:
    return _receipts(market, person)[-1]


def _verified(market: PeopleMarket, person: str) -> dict[str, Any]:
    return _check(market, _receipt(market, person))


def _check(market: PeopleMarket, receipt: dict[str, Any]) -> dict[str, Any]:
    with market.exchange.reading() as session:
        trust = flows.trust(session)
    return flows.verify_document(json.dumps(receipt).encode(), json.dumps(trust).encode())


_VICTIM = """
import json, os, sys
from pathlib import Path
from entrepot import consent
from entrepot.config import Settings
from entrepot.consent import repository
from entrepot.runtime import ALL_SCOPES, Actor, Exchange, Role

said = json.loads(sys.argv[1])
setattr(repository, said["at"], lambda *args, **named: os._exit(9))
actor = Actor(organisation_id=said["owner"], roles=frozenset({Role.OWNER}), scopes=ALL_SCOPES, via="local")
with Exchange(Settings(**said["settings"])) as exchange:
    consent.import_file(exchange, actor, Path(said["file"]), act=consent.Act.GIVEN, scope=consent.make_scope(said["owner"]))
"""


@pytest.mark.parametrize("at", ["next_seq", "add_acts", "note_last", "add_batch"])
def test_a_process_that_dies_half_way_leaves_nothing_of_the_file(market: PeopleMarket, at: str) -> None:
    agreement = market.agree(market.publish(consent="required"))
    path = market.market.folder / "people.csv"
    path.write_text("person\n" + "\n".join(PERSONS) + "\n")
    market.exchange.engine.close()
    said = {"at": at, "owner": market.owner_id, "settings": asdict(market.exchange.settings), "file": str(path)}
    with market.market.unhurt():
        died = subprocess.run([sys.executable, "-c", _VICTIM, json.dumps(said)], check=False, capture_output=True)
        assert died.returncode == 9, died.stderr.decode()[-2000:]
    del market.exchange.__dict__["engine"]
    assert market.visitors(agreement) == []
    market.import_rows(path.read_text())
    assert market.visitors(agreement) == [*PERSONS, *PERSONS]
