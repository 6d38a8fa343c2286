"""A signed agreement: anyone can check it, and its life follows the table of states."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot import parties, trades
from entrepot.kit import Conflict, Invalid, ManualClock, Refused, b64url, canonical_json, unb64url
from entrepot.parties.jws import SignatureInvalid
from entrepot.runtime import SYSTEM, Exchange
from entrepot.trades import AgreementClosed, AgreementState
from support import people
from trades.conftest import TERMS, Market


def _keys(exchange: Exchange) -> dict[str, dict[str, str]]:
    with exchange.reading() as session:
        return parties.public_keys(session)


def test_both_signatures_verify_with_public_keys_alone(market: Market) -> None:
    agreement = market.agree()
    signed = trades.verify(json.loads(json.dumps(agreement.jws)), _keys(market.exchange))
    assert signed["parties"]["owner"]["id"] == market.owner.organisation_id
    assert signed["parties"]["buyer"]["name"] == "Quay Research"
    assert signed["terms"] == TERMS.to_dict() | {"permitted_purposes": ["dpv:AcademicResearch"]}
    assert signed["purpose"] == "dpv:AcademicResearch"
    assert signed["acceptance_window_seconds"] == 72 * 3600
    assert len(agreement.jws["signatures"]) == 2


def test_old_agreements_verify_after_the_keys_are_rotated(market: Market) -> None:
    before = market.agree()
    with market.exchange.session(SYSTEM) as session:
        parties.create_key(session, str(market.owner.organisation_id))
    after = market.agree()
    keys = _keys(market.exchange)
    old, new = trades.verify(before.jws, keys), trades.verify(after.jws, keys)
    assert old["parties"]["owner"]["key"] != new["parties"]["owner"]["key"]


def test_a_tampered_agreement_fails(market: Market) -> None:
    agreement, keys = market.agree(), _keys(market.exchange)
    payload = json.loads(unb64url(agreement.jws["payload"]))
    cheaper = payload | {"price": {"plan": "flat", "amount": {"amount": 1, "currency": "EUR"}}}
    with pytest.raises(SignatureInvalid):
        trades.verify(agreement.jws | {"payload": b64url(canonical_json(cheaper))}, keys)
    with pytest.raises(SignatureInvalid, match="has not signed"):
        trades.verify(agreement.jws | {"signatures": agreement.jws["signatures"][:1]}, keys)
    twice = [agreement.jws["signatures"][0]] * 2
    with pytest.raises(SignatureInvalid, match="has not signed"):
        trades.verify(agreement.jws | {"signatures": twice}, keys)


def test_signatures_of_other_organisations_make_no_agreement(market: Market) -> None:
    payload = json.loads(unb64url(market.agree().jws["payload"]))
    with market.exchange.session(SYSTEM) as session:
        kid = parties.current_key_id(session, str(market.stranger.organisation_id))
        forged = payload | {"parties": {role: party | {"key": kid} for role, party in payload["parties"].items()}}
        signature = parties.sign(session, str(market.stranger.organisation_id), forged)
    with pytest.raises(SignatureInvalid, match="key of its own"):
        trades.verify(parties.jws.assemble(forged, [signature]), _keys(market.exchange))


def test_something_else_that_is_signed_is_no_agreement(market: Market) -> None:
    with market.exchange.session(SYSTEM) as session:
        other = {"spec": "something/1"}
        document = parties.jws.assemble(other, [parties.sign(session, str(market.owner.organisation_id), other)])
    with pytest.raises(Invalid, match="no agreement"):
        trades.verify(document, _keys(market.exchange))


def test_data_may_be_used_while_the_agreement_is_open(market: Market, clock: ManualClock) -> None:
    agreement = market.agree()
    with market.exchange.reading(market.buyer) as session:
        trades.require_open(session, agreement, clock.now())
        with pytest.raises(AgreementClosed, match="begins at"):
            trades.require_open(session, agreement, clock.now() - timedelta(seconds=1))
        with pytest.raises(AgreementClosed, match="ended at"):
            trades.require_open(session, agreement, clock.now() + timedelta(days=365))
    market.do(market.buyer, trades.move, agreement.id, AgreementState.FULFILLED, "All well.")
    market.do(market.owner, trades.move, agreement.id, AgreementState.SUSPENDED, "A leak is looked into.")
    with market.exchange.reading(market.buyer) as session, pytest.raises(AgreementClosed, match="has been suspended since") as caught:
        trades.require_open(session, agreement, clock.now())
    assert caught.value.details["state"] == "suspended"
    assert caught.value.message.endswith("The reason was: A leak is looked into.")
    assert "理由：A leak is looked into." in caught.value.said("zh")[0]


def test_an_agreement_expires_with_its_terms(market: Market, clock: ManualClock) -> None:
    agreement = market.agree()
    clock.advance(timedelta(days=365))
    market.exchange.run_due_jobs()
    (moved,) = market.do(market.buyer, trades.history, agreement.id)
    assert (moved.after, moved.by_exchange, moved.reason) == (AgreementState.EXPIRED, True, "The 365 days of the terms have passed.")


def test_terms_without_duration_never_expire(market: Market, clock: ManualClock) -> None:
    agreement = market.agree(published_terms=replace(TERMS, duration_days=None))
    clock.advance(timedelta(days=40_000))
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.buyer) as session:
        trades.require_open(session, agreement, clock.now())


@pytest.mark.parametrize("last", [AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.REFUNDED])
def test_what_has_ended_does_not_reopen(market: Market, last: AgreementState) -> None:
    agreement = market.agree()
    market.do(SYSTEM, trades.move, agreement.id, last, "over")
    for to in (AgreementState.ACTIVE, AgreementState.FULFILLED, AgreementState.SUSPENDED):
        with pytest.raises(Conflict, match=f"is {last} and cannot become {to}"):
            market.do(SYSTEM, trades.move, agreement.id, to, "again")


def test_a_suspension_is_lifted_by_whoever_imposed_it(market: Market) -> None:
    agreement = market.agree()
    operator = people.operator(market.exchange)
    market.do(operator, trades.move, agreement.id, AgreementState.SUSPENDED, "By order.")
    with pytest.raises(Refused, match="Somebody else"):
        market.do(market.owner, trades.move, agreement.id, AgreementState.ACTIVE, "Never mind.")
    with pytest.raises(Refused, match="Somebody else"):
        market.do(market.buyer, trades.move, agreement.id, AgreementState.FULFILLED, "Let me in.")
    assert market.do(operator, trades.move, agreement.id, AgreementState.ACTIVE, "Lifted.").state is AgreementState.ACTIVE
    market.do(market.owner, trades.move, agreement.id, AgreementState.SUSPENDED, "Mine.")
    assert market.do(market.owner, trades.move, agreement.id, AgreementState.ACTIVE, "Done.").state is AgreementState.ACTIVE


def test_a_suspension_ends_in_the_state_before_it(market: Market) -> None:
    agreement = market.agree()
    market.do(market.owner, trades.move, agreement.id, AgreementState.SUSPENDED, "")
    with pytest.raises(Conflict, match="was active before"):
        market.do(SYSTEM, trades.move, agreement.id, AgreementState.FULFILLED, "settle")


def test_each_party_moves_an_agreement_only_where_it_may(market: Market) -> None:
    agreement = market.agree()
    for actor, to in (
        (market.buyer, AgreementState.SUSPENDED), (market.buyer, AgreementState.REFUNDED), (market.buyer, AgreementState.EXPIRED),
        (market.owner, AgreementState.EXPIRED), (market.owner, AgreementState.FULFILLED),
    ):  # fmt: skip
        with pytest.raises(Refused):
            market.do(actor, trades.move, agreement.id, to, "")
    market.do(market.buyer, trades.move, agreement.id, AgreementState.FULFILLED, "")
    with pytest.raises(Refused, match="settled"):
        market.do(market.owner, trades.move, agreement.id, AgreementState.TERMINATED, "")
    assert market.do(market.buyer, trades.move, agreement.id, AgreementState.TERMINATED, "").state is AgreementState.TERMINATED


def test_the_other_party_reads_why_an_agreement_moved(market: Market) -> None:
    agreement = market.agree()
    market.do(market.owner, trades.move, agreement.id, AgreementState.SUSPENDED, "A leak is looked into.")
    with market.exchange.reading(market.buyer) as session:
        newest = parties.inbox(session)[0]
    assert (newest.kind, newest.facts["reason"]) == ("agreement.suspended", "A leak is looked into.")
