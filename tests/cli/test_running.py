"""What whoever runs an exchange types: reviews, members, keys, fees, holding back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import CommandLine
from entrepot import parties
from entrepot.config import load
from entrepot.runtime import SYSTEM, Exchange, Role
from support import trading

BUYER = ("--as", "quay-research")
OWNER = ("--as", "harbour-statistics")
NAMES = "姓名,分数\n王伟,3\n李娜,4\n张敏,5\n刘洋,6\n陈静,7\n"


@pytest.fixture
def shop(entrepot: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """An exchange with an owner and a buyer who has money."""
    monkeypatch.setenv("ENTREPOT_DATA_DIR", "shop")
    trading.iris_csv(tmp_path)
    Path("iris.yaml").write_text(trading.manifest_text(), "utf-8")
    Path("names.csv").write_text(NAMES, "utf-8")
    said = {"file": "names.csv", "visibility": "private", "facts": {"asset": {"under_14": False}}}
    Path("names.yaml").write_text(trading.manifest_text(**said), "utf-8")
    entrepot.done("init")
    entrepot.done("organisation", "Harbour Statistics", "--roles", "owner")
    entrepot.done("organisation", "Quay Research", "--roles", "buyer")
    entrepot.done("deposit", "quay-research", "100.00 EUR", "--reference", "bank-1")
    return entrepot


def test_what_needs_a_review_is_sent_back_or_put_on_offer(shop: CommandLine) -> None:
    sent = shop("publish", "names.yaml", *OWNER)
    assert sent.code == 4
    assert "waits for the operator's review: entrepot approve" in sent.out.replace("\n", " ")
    (waiting,) = json.loads(shop.done("reviews", "--json"))["listings"]
    assert "draft" in shop.done("reject", waiting["id"], "--reason", "it shows names")
    assert "nothing waits" in shop.done("reviews")
    assert "draft: " in shop.done("listings", *OWNER)  # Its owner still finds what was sent back.
    assert shop("publish", "names.yaml", "--listing", waiting["id"], *OWNER).code == 4
    assert "is live" in shop.done("approve", waiting["id"])
    assert "is suspended" in shop.done("suspend-listing", waiting["id"], "--reason", "a complaint", "--imminent-harm")
    assert "is live" in shop.done("reinstate-listing", waiting["id"])
    assert "listings indexed" in shop.done("reindex")


def test_an_agreement_is_taken_back_held_back_and_its_fee_collected(shop: CommandLine) -> None:
    shop.done("publish", "iris.yaml", *OWNER)
    shop.done("request", "iris", "--purpose", "AcademicResearch", *BUYER)
    assert "withdrawn" in shop.done("take-back", "last", *BUYER)
    shop.done("request", "iris", "--purpose", "AcademicResearch", *BUYER)
    shop.done("accept", "last", *BUYER)
    assert "51.00 EUR" in shop.done("balance", *BUYER)
    assert "is suspended" in shop.done("suspend", "last", "--reason", "a question", *OWNER)
    assert "a question" in shop.done("agreement", "last", *BUYER)
    found = json.loads(shop.done("agreement", "last", "--json", *BUYER))
    assert (found["state_reason"], found["state_since"], len(found["history"])) == ("a question", found["history"][-1]["at"], 1)
    assert "The reason was: a question." in " ".join(shop("deliver", "last", *BUYER).err.split())
    assert "is active" in shop.done("resume", "last", *OWNER)
    assert "active → suspended: a question" in shop.done("agreement", "last", *BUYER)
    shop.done("deliver", "last", "--to", "received", *BUYER)
    shop.done("accept-delivery", "last", *BUYER)
    assert "the exchange now has 1.00 EUR" in shop.done("collect-fees", "1.00 EUR", "--reference", "fees-1")
    refused = shop("collect-fees", "99.00 EUR", "--reference", "fees-2")
    assert refused.code == 2


def test_members_and_their_keys_are_seen_and_ended(shop: CommandLine) -> None:
    with Exchange(load()) as exchange, exchange.session(SYSTEM) as session:
        organisation = parties.get(session, "quay-research")
        token = parties.invite(session, "ada@example.org", organisation_id=organisation.id, roles=frozenset({Role.BUYER}))
        parties.use_link(session, token, password="a calm sea and a prosperous voyage", name="Ada")
    assert "Ada <ada@example.org> buyer" in shop.done("members", *BUYER)
    assert "/join/" in shop.done("reset-link", "ada@example.org")
    assert shop("reset-link", "nobody@example.org").code == 2
    assert "is now buyer" in shop.done("member-roles", "ada@example.org", "buyer", "--of", "quay-research")
    assert "no member any more" in shop.done("remove-member", "Ada@example.org", "--of", "quay-research")
    assert "nobody yet" in shop.done("members", *BUYER)
    key = shop.done("api-key", "nightly", *BUYER).partition(".")[0]
    assert "never used" in shop.done("keys", *BUYER)
    shop.done("revoke-key", key, *BUYER)
    assert "revoked" in shop.done("keys", *BUYER)
    shop.done("share-profile", *BUYER)
    (share,) = json.loads(shop.done("share-tokens", "--json", *BUYER))
    assert "revoked" in shop.done("share-tokens", "--revoke", share["id"], *BUYER)
    assert "quay-research" in shop.done("organisations")


def test_duties_are_listed_answered_and_entered(shop: CommandLine) -> None:
    listed = json.loads(shop.done("operations", "list", "--operator", "--json"))
    (ranking,) = [one for one in listed if one["id"].endswith(".ranking")]
    assert (ranking["decision"], ranking["questions"][0]["path"]) == ("needs_info", "exchange.uses_content")
    assert shop("operations", "answer", ranking["id"], "exchange.uses_content=no", "--operator").code == 0
    refused = shop("operations", "answer", ranking["id"], "exchange.uses_content=yes", "--operator")
    assert refused.code == 2
    assert "HOUSE-NEUTRAL" in refused.out
    entered = shop("operations", "enter", "automated_decision", "score.inputs=dpv:Location", "--json", *OWNER)
    assert entered.code == 3
    made = json.loads(entered.out)
    assert {question["path"] for question in made["questions"]} >= {"score.reason_codes", "score.human_review"}
    assert made["id"] in shop.done("operations", "list", *OWNER)
