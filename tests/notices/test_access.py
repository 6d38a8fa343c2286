"""Government access: asked, decided, looked, told, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrepot import notices, parties, proof
from entrepot.kit import Conflict, Invalid, NotFound, Refused
from entrepot.notices import Access, Fact
from entrepot.runtime import Actor
from support.notices import ask_access, decide_access
from support.trading import Market

BAN = "State Secrets Law 2024, art. 28"


def look(market: Market, access: Access, by: Actor | None = None) -> dict[str, Any]:
    """One look."""
    with market.exchange.session(by or market.regulator) as session:
        return notices.look(session, access.id)


def kinds(market: Market, actor: Actor) -> list[str]:
    """The inbox, newest first."""
    with market.exchange.reading(actor) as session:
        return [line.kind for line in parties.inbox(session)]


def test_a_look_is_answered_with_counts_digests_and_proofs_and_leaves_its_trace(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    agreement = market.trade(listing)
    market.seal()
    access = ask_access(market, listing)
    with pytest.raises(Refused, match="has not been decided"):
        look(market, access)
    decide_access(market, access)
    answer = look(market, access)
    assert answer["figures"] == {
        "agreements": {"fulfilled": 1},
        "buyers": 1,
        "deliveries": 1,
        "rows": 150,
        "bytes": answer["figures"]["bytes"],
    }
    assert list(answer["digests"]["agreements"]) == [agreement.id]
    logged = {one["kind"]: one for one in answer["log"]}
    assert {"agreement.signed", "delivery.made", "agreement.settled"} <= set(logged)
    assert "tlog_proof" in logged["agreement.signed"]
    # No fact, no name and no row is in it.
    assert market.buyer.organisation_id not in str(answer)
    assert "setosa" not in str(answer)
    with market.exchange.reading(market.regulator) as session:
        assert notices.get_access(session, access.id).looks == 1
        assert [entry.kind for entry in proof.history(session, access.id)] == ["access.asked", "access.approved", "access.looked"]


def test_who_received_what_is_answered_for_security_alone(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    market.trade(listing)
    for more in ({"facts": (Fact.SECURITY,)}, {"facts": (Fact.FIGURES,), "security": "a leak"}):
        with pytest.raises(Invalid, match="security"):
            ask_access(market, listing, **more)
    access = ask_access(market, listing, facts=(Fact.SECURITY,), security="A leaked copy was found on 2026-11-19.")
    decide_access(market, access)
    answer = look(market, access)["security"]
    assert [one["to"] for one in answer["deliveries"]] == [market.buyer.organisation_id]


def test_the_parties_are_told_at_the_decision_unless_law_forbids_and_then_when_the_ban_ends(market: Market) -> None:
    agreement = market.agree(market.publish(price="free").listing_id)
    open_one = decide_access(market, ask_access(market, agreement.id), approve=False)
    assert open_one.told_at is not None
    for actor in (market.owner, market.buyer):
        assert kinds(market, actor)[0] == "access.told"
        with market.exchange.reading(actor) as session:
            assert notices.get_access(session, open_one.id).reason == "the basis fits"
            assert [one.id for one in notices.list_access(session)] == [open_one.id]
    silent = ask_access(market, agreement.id, secrecy=BAN, secret_until=market.clock.now() + timedelta(days=30))
    decide_access(market, silent)
    look(market, silent)
    for actor in (market.owner, market.buyer, market.stranger):
        with market.exchange.reading(actor) as session, pytest.raises(NotFound):
            notices.get_access(session, silent.id)
    market.wait(days=31)
    assert kinds(market, market.owner)[0] == "access.told"
    with market.exchange.reading(market.owner) as session:
        told = notices.get_access(session, silent.id)
    assert (told.looks, told.ask.secrecy) == (1, BAN)


def test_who_looks_before_the_decision_is_told_that_the_operator_decides_first(market: Market) -> None:
    access = ask_access(market, market.publish().listing_id)
    with pytest.raises(Refused, match="has not been decided") as refused:
        look(market, access)
    assert "operator" in refused.value.hint
    decide_access(market, access, approve=False)
    with pytest.raises(Refused, match="is refused"):
        look(market, access)


def test_access_ends_by_itself(market: Market) -> None:
    access = decide_access(market, ask_access(market, market.publish().listing_id))
    market.clock.advance(timedelta(days=7))
    with pytest.raises(Refused, match="good until"):
        look(market, access)
    market.seal()
    with market.exchange.reading(market.operator) as session:
        assert notices.get_access(session, access.id).state == "ended"
    late = ask_access(market, access.ask.subject_id)
    market.wait(days=8)
    with pytest.raises(Conflict, match="ended"):
        decide_access(market, late)


def test_only_regulators_ask_only_operators_decide_and_only_the_asker_looks(market: Market) -> None:
    listing = market.publish().listing_id
    access = ask_access(market, listing)
    for actor in (market.owner, market.operator, market.buyer):
        with market.exchange.session(actor) as session, pytest.raises(Refused):
            notices.ask_access(session, access.ask)
    for actor, error in ((market.regulator, Refused), (market.owner, Refused), (market.stranger, Refused)):
        with market.exchange.session(actor) as session, pytest.raises(error):
            notices.decide_access(session, access.id, approve=True, reason="yes")
    decide_access(market, access)
    for actor, error in ((market.operator, Refused), (market.owner, Refused), (market.stranger, NotFound)):
        with pytest.raises(error):
            look(market, access, by=actor)
    with pytest.raises(Conflict, match="no decision"):
        decide_access(market, access)


@pytest.mark.parametrize(
    "wrong",
    [
        {"legal_basis": " "}, {"facts": ()}, {"facts": (Fact.LOG, Fact.LOG)}, {"until": datetime(2020, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"expires_at": datetime(2028, 1, 1, tzinfo=UTC)}, {"secrecy": BAN},
        {"secret_until": datetime(2026, 12, 1, tzinfo=UTC)}, {"secrecy": BAN, "secret_until": datetime(2030, 1, 1, tzinfo=UTC)},
    ],
)  # fmt: skip
def test_a_request_without_basis_scope_or_end_is_refused(market: Market, wrong: dict[str, Any]) -> None:
    listing = market.publish().listing_id
    with market.unhurt(), pytest.raises(Invalid):
        ask_access(market, listing, **wrong)


def test_a_request_about_nothing_is_not_found(market: Market) -> None:
    access = ask_access(market, market.publish().listing_id)
    for subject in ("lst_01m000000000000000000000zz", "agr_01m000000000000000000000zz", "x"):
        with market.exchange.session(market.regulator) as session, pytest.raises(NotFound):
            notices.ask_access(session, replace(access.ask, subject_id=subject))
