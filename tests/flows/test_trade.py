"""A trade as its seller, its buyer and a stranger live it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from entrepot import catalogue, delivery, flows, parties, proof, settlement, trades
from entrepot.flows import Delivered
from entrepot.kit import Conflict, Invalid, Money, NotFound, Refused
from entrepot.runtime import SYSTEM, Actor, Session
from entrepot.settlement import BalanceTooLow, EscrowState
from entrepot.trades import Agreement, AgreementState
from support.trading import IRIS_ROWS, RESEARCH, Market, broken_laws, iris_text, organisation_of, total


def test_a_whole_trade_moves_the_data_the_money_and_the_proof(market: Market) -> None:
    listing = market.publish().listing_id
    agreement = market.agree(listing)
    assert market.balance(market.buyer) == Money(95_100, "EUR")
    delivered = market.deliver(agreement)
    assert (delivered.parcel.rows, delivered.files[0].sha256) == (IRIS_ROWS, hashlib.sha256(iris_text().encode()).hexdigest())
    settled = market.accept_delivery(agreement)
    assert settled.state is AgreementState.FULFILLED
    fee = (4_900 * 250 + 5_000) // 10_000
    assert (market.balance(market.owner), market.fees()) == (Money(4_900 - fee, "EUR"), Money(fee, "EUR"))
    market.seal()
    assert market.facts(agreement) == ["agreement.signed", "delivery.made", "agreement.settled"]
    assert broken_laws(market.exchange) == []
    with market.exchange.reading(SYSTEM) as session:
        assert total(session) == 0


def test_each_party_is_told_what_the_other_did(market: Market) -> None:
    agreement = _asked_trade(market)
    with market.exchange.reading(market.owner) as session:
        told = {n.kind for n in parties.inbox(session)}
    assert {"request.received", "payment.received"} <= told
    with market.exchange.reading(market.buyer) as session:
        assert ("agreement.signed", agreement.id) in {(n.kind, n.subject_id) for n in parties.inbox(session)}
    with market.exchange.reading(market.stranger) as session:
        assert parties.inbox(session) == []


def _asked_trade(market: Market) -> Agreement:
    negotiation = market.request(market.publish(auto_approve=False).listing_id)
    agreement = market.accept(negotiation, by=market.owner)
    market.deliver(agreement)
    return market.accept_delivery(agreement)


def _sessions(verb: Callable[[Session, Any], object]) -> Callable[[Market, Actor, Any], object]:
    def run(market: Market, actor: Actor, found: Any) -> object:
        with market.exchange.session(actor) as session:
            return verb(session, found)

    return run


_PRIVATE: dict[str, Callable[[Market, Actor, Any], object]] = {
    "read the negotiation": _sessions(lambda s, t: trades.get_negotiation(s, t.negotiation)),
    "read the offers": _sessions(lambda s, t: trades.offers_of(s, t.negotiation)),
    "answer": _sessions(lambda s, t: flows.offer(s, t.negotiation, message="hello")),
    "accept": _sessions(lambda s, t: flows.accept(s, t.negotiation)),
    "decline": _sessions(lambda s, t: trades.decline(s, t.negotiation)),
    "take back": _sessions(lambda s, t: trades.withdraw(s, t.negotiation)),
    "read the agreement": _sessions(lambda s, t: trades.get(s, t.agreement)),
    "read its history": _sessions(lambda s, t: trades.history(s, t.agreement)),
    "take the delivery": lambda m, a, t: flows.deliver(m.exchange, a, t.agreement),
    "read the parcel": _sessions(lambda s, t: delivery.get_parcel(s, t.parcel)),
    "make addresses": _sessions(lambda s, t: delivery.download_links(s, t.whole_parcel)),
    "list receipts": _sessions(lambda s, t: delivery.receipts(s, t.agreement)),
    "count usage": _sessions(lambda s, t: delivery.usage(s, t.agreement)),
    "accept the delivery": _sessions(lambda s, t: flows.accept_delivery(s, t.agreement)),
    "refund": _sessions(lambda s, t: flows.refund(s, t.agreement, reason="mine now")),
    "terminate": _sessions(lambda s, t: flows.terminate(s, t.agreement, reason="mine now")),
    "suspend": _sessions(lambda s, t: trades.move(s, t.agreement, AgreementState.SUSPENDED, "mine now")),
    "resume": _sessions(lambda s, t: flows.resume(s, t.agreement)),
    "read the invoice": _sessions(lambda s, t: flows.invoice(s, t.agreement)),
    "prove": _sessions(lambda s, t: flows.prove(s, t.entry)),
    "read the seller's balance": _sessions(lambda s, t: settlement.balance(s, t.owner, "EUR")),
    "read the seller's accounts": _sessions(lambda s, t: settlement.accounts(s, t.owner)),
    "withdraw the listing": _sessions(lambda s, t: catalogue.withdraw(s, t.listing)),
    "list the seller's listings": _sessions(lambda s, t: catalogue.list_for(s, t.owner)),
    "publish a version": lambda m, a, t: m.publish(by=a, listing_id=t.listing),
}


class _Trade:
    def __init__(self, market: Market, *, open_negotiation: bool) -> None:
        self.listing = market.publish(auto_approve=False).listing_id
        self.owner = organisation_of(market.owner)
        asked = market.request(self.listing)
        signed = market.accept(asked, by=market.owner)
        self.agreement = signed.id
        self.negotiation = market.request(self.listing).id if open_negotiation else asked.id
        self.whole_parcel = market.deliver(signed).parcel
        self.parcel = self.whole_parcel.id
        market.seal()
        self.entry = self.whole_parcel.entry_id or ""


def test_to_a_stranger_nothing_of_a_trade_exists(market: Market) -> None:
    trade = _Trade(market, open_negotiation=True)
    with market.unhurt():
        for name, verb in _PRIVATE.items():
            with pytest.raises(NotFound):
                pytest.fail(f"a stranger could {name}: {verb(market, market.stranger, trade)}")


def test_what_does_not_exist_answers_as_what_is_anothers(market: Market) -> None:
    trade = _Trade(market, open_negotiation=True)
    for verb, theirs in ((trades.get, trade.agreement), (trades.get_negotiation, trade.negotiation), (flows.prove, trade.entry)):
        messages = set()
        for asked in (theirs, theirs[:-4] + "zzzz"):
            with market.exchange.reading(market.stranger) as session, pytest.raises(NotFound) as caught:
                verb(session, asked)
            messages.add((type(caught.value), caught.value.message.replace(asked, "…"), caught.value.hint))
        assert len(messages) == 1


def test_a_strangers_lists_are_empty(market: Market) -> None:
    _Trade(market, open_negotiation=True)
    with market.exchange.reading(market.stranger) as session:
        assert (trades.list_for(session), trades.list_agreements(session)) == ([], [])
        assert settlement.accounts(session, organisation_of(market.stranger)) == []
        with pytest.raises(Refused):
            trades.list_agreements(session, everybody=True)


def test_a_draft_of_anothers_is_not_found_and_what_is_withdrawn_neither(market: Market) -> None:
    private = market.publish(visibility="private").listing_id
    gone = market.publish().listing_id
    with market.exchange.session(market.owner) as session:
        catalogue.withdraw(session, gone)
    for listing in (private, gone):
        with pytest.raises(NotFound):
            market.request(listing)


def test_a_private_listing_is_traded_by_those_invited_and_by_nobody_else(market: Market) -> None:
    listing = market.publish(visibility="private", invited=["quay-research", "no-such-house"]).listing_id
    with market.exchange.reading(market.buyer) as session:
        assert ("listing.shared", listing) in {(n.kind, n.subject_id) for n in parties.inbox(session)}
        assert catalogue.search(session, "iris").total == 0
    with pytest.raises(NotFound):
        market.request(listing, by=market.stranger)
    assert market.trade(listing).state is AgreementState.FULFILLED
    market.publish(visibility="private", listing_id=listing)
    with pytest.raises(NotFound):
        market.request(listing)


def test_one_balance_cannot_be_promised_twice(market: Market) -> None:
    listing = market.publish(price="600.00 EUR").listing_id
    market.agree(listing)
    second = market.request(listing)
    with market.unhurt(), pytest.raises(BalanceTooLow) as caught:
        market.accept(second)
    assert "400.00 EUR" in caught.value.message + caught.value.hint
    with market.exchange.reading(market.buyer) as session:
        assert trades.get_negotiation(session, second.id).is_open
    market.deposit(market.buyer, Money(20_000, "EUR"), "the missing part")
    assert market.accept(second).state is AgreementState.ACTIVE


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"method": "pigeon"}, Invalid),
        ({"territory": "Atlantis"}, Invalid),
        ({"message": "x" * 5_000}, Invalid),
        ({"message": "a\x00b"}, Invalid),
        ({"idempotency_key": ""}, Invalid),
    ],
)
def test_a_failed_request_leaves_nothing(market: Market, change: dict[str, Any], error: type[Exception]) -> None:
    listing = market.publish().listing_id
    with market.unhurt(), pytest.raises(error):
        market.request(listing, **change)


def test_a_purpose_that_the_terms_do_not_cover_is_refused_with_the_reason(market: Market) -> None:
    listing = market.publish().listing_id
    with market.unhurt(), market.exchange.session(market.buyer) as session, pytest.raises(Refused) as caught:
        flows.request(session, listing, purpose="dpv:Marketing", method="file")
    assert "arketing" in caught.value.message
    assert caught.value.hint


def test_a_session_that_fails_after_signing_has_signed_nothing(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)

    def fail_late() -> None:
        with market.exchange.session(market.buyer) as session:
            flows.accept(session, negotiation.id)
            raise RuntimeError("the power fails before the commit")

    with market.unhurt(), pytest.raises(RuntimeError):
        fail_late()
    assert market.accept(negotiation).state is AgreementState.ACTIVE


def test_a_retry_with_the_same_key_signs_and_holds_once(market: Market) -> None:
    listing = market.publish().listing_id
    asked = [market.request(listing, idempotency_key="ask") for _ in range(3)]
    assert len({n.id for n in asked}) == 1
    signed = [market.accept(asked[0], key="sign") for _ in range(3)]
    assert len({json.dumps(a.jws, sort_keys=True) for a in signed}) == 1
    assert (len(market.escrows(signed[0])), market.balance(market.buyer)) == (1, Money(95_100, "EUR"))
    assert market.facts(signed[0]) == ["agreement.signed"]


def test_a_key_for_another_request_is_a_conflict_and_signs_nothing(market: Market) -> None:
    listing = market.publish().listing_id
    first, second = market.request(listing), market.request(listing)
    market.accept(first, key="sign")
    with market.unhurt(), pytest.raises(Conflict):
        market.accept(second, key="sign")


def test_a_second_acceptance_without_a_key_is_a_conflict_that_names_the_agreement(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    made = market.accept(negotiation)
    with market.unhurt(), pytest.raises(Conflict) as caught:
        market.accept(negotiation)
    assert caught.value.details["agreement_id"] == made.id


def test_delivering_and_accepting_again_and_again_pays_once(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    parcels = {_parcel(market.deliver(agreement)) for _ in range(3)}
    assert len(parcels) == 1
    for _ in range(3):
        assert market.accept_delivery(agreement).state is AgreementState.FULFILLED
    market.wait(days=5)
    assert market.facts(agreement) == ["agreement.signed", "delivery.made", "agreement.settled"]
    assert market.balance(market.owner) + market.fees() == Money(4_900, "EUR")


def _parcel(delivered: Delivered) -> str:
    return delivered.parcel.id


def test_nothing_is_accepted_before_it_is_delivered(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    with market.unhurt(), pytest.raises(Refused):
        market.accept_delivery(agreement)


def test_the_seller_neither_takes_nor_accepts_the_delivery(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    with pytest.raises(NotFound):
        market.deliver(agreement, by=market.owner)
    market.deliver(agreement)
    with market.unhurt(), pytest.raises(NotFound):
        market.accept_delivery(agreement, by=market.owner)


def test_a_counter_offer_is_signed_at_the_price_on_the_table(market: Market) -> None:
    listing = market.publish(auto_approve=False, price="120.00 EUR").listing_id
    negotiation = market.request(listing, price=flows.parse_price("80.00 EUR"))
    with market.exchange.session(market.owner) as session:
        flows.offer(session, negotiation.id, price=flows.parse_price("100.00 EUR"))
    with market.exchange.session(market.buyer) as session:
        flows.offer(session, negotiation.id, price=flows.parse_price("95.00 EUR"))
    with market.unhurt(), pytest.raises(Refused):
        market.accept(negotiation)
    agreement = market.accept(negotiation, by=market.owner)
    assert [e.amount for e in market.escrows(agreement)] == [Money(9_500, "EUR")]
    assert market.balance(market.buyer) == Money(90_500, "EUR")


def test_a_negotiation_ends_when_its_rounds_are_spent(market: Market) -> None:
    negotiation = market.request(market.publish(auto_approve=False).listing_id)
    actors = [market.owner, market.buyer]
    for turn in range(5):
        with market.exchange.session(actors[turn % 2]) as session:
            flows.offer(session, negotiation.id, message=f"round {turn}")
    with market.unhurt(), market.exchange.session(actors[1]) as session, pytest.raises(trades.RoundsSpent):
        flows.offer(session, negotiation.id, message="one more")


def test_a_negotiation_that_nobody_answers_expires_and_signs_nothing(market: Market) -> None:
    negotiation = market.request(market.publish(auto_approve=False).listing_id)
    market.wait(hours=73)
    with market.exchange.reading(market.buyer) as session:
        assert trades.get_negotiation(session, negotiation.id).state == "expired"
    with market.unhurt(), pytest.raises(Conflict):
        market.accept(negotiation, by=market.owner)
    assert market.balance(market.buyer) == Money(100_000, "EUR")


def test_an_old_version_stays_the_one_that_was_agreed(market: Market) -> None:
    first = market.publish()
    agreement = market.agree(first.listing_id)
    second = market.publish(listing_id=first.listing_id, price="99.00 EUR")
    assert second.version_id != first.version_id
    assert market.deliver(agreement).parcel.version_id == first.version_id
    assert market.agree(first.listing_id).version_id == second.version_id


def test_receipts_and_agreements_verify_with_public_keys_alone_and_forgeries_fail(market: Market) -> None:
    agreement = market.trade(market.publish().listing_id)
    market.seal()
    with market.exchange.reading(market.buyer) as session:
        trust = json.dumps(flows.trust(session)).encode()
        receipts = [json.dumps(flows.prove(session, e.id)).encode() for e in proof.history(session, agreement.id)]
    documents = [*receipts, json.dumps(agreement.jws).encode()]
    assert len(documents) == 4
    for document in documents:
        assert flows.verify_document(document, trust)["holds"], document
        for forged in _forgeries(document):
            assert not _holds(forged, trust), forged


def _forgeries(document: bytes) -> list[bytes]:
    value = json.loads(document)
    made = []
    if "signatures" in value:
        made.append({**value, "signatures": value["signatures"][:1]})
        made.append({**value, "signatures": [value["signatures"][0]] * 2})
        made.append({**value, "payload": value["payload"][:-8] + "AAAAAAAA"})
        swapped = [s["signature"] for s in reversed(value["signatures"])]
        made.append({**value, "signatures": [s | {"signature": w} for s, w in zip(value["signatures"], swapped, strict=True)]})
    else:
        made.append({**value, "fact": value["fact"] | {"owner": "org_00000000000000000000000000"}})
        made.append({**value, "salt": "00" * 32})
        made.append({**value, "kind": "agreement.refunded"})
        made.append({**value, "leaf": value["leaf"].replace('"at":"2026', '"at":"2025')})
        made.append({**value, "tlog_proof": value["tlog_proof"].replace("\n\n", "\n", 1)})
        if "jws" in value:
            made.append({**value, "jws": value["jws"] | {"payload": "e30"}})
    return [json.dumps(m).encode() for m in made]


def _holds(document: bytes, trust: bytes) -> bool:
    try:
        return bool(flows.verify_document(document, trust)["holds"])
    except Invalid:
        return False


def test_a_receipt_does_not_verify_against_another_exchanges_keys(market: Market) -> None:
    agreement = market.trade(market.publish().listing_id)
    market.seal()
    with market.exchange.reading(market.buyer) as session:
        trust = flows.trust(session)
        receipt = json.dumps(flows.prove(session, proof.history(session, agreement.id)[1].id)).encode()
    trust["keys"] = []
    assert not _holds(receipt, json.dumps(trust).encode())
    assert not _holds(json.dumps(agreement.jws).encode(), json.dumps(trust).encode())


def test_only_the_parties_and_the_overseers_read_the_receipt(market: Market) -> None:
    agreement = market.trade(market.publish().listing_id)
    market.seal()
    with market.exchange.reading(SYSTEM) as session:
        entry = proof.history(session, agreement.id)[0].id
    for actor in (market.owner, market.buyer, market.operator, market.regulator):
        with market.exchange.reading(actor) as session:
            assert flows.prove(session, entry)["kind"] == "agreement.signed"
    with market.exchange.reading(market.stranger) as session, pytest.raises(NotFound):
        flows.prove(session, entry)


def test_a_paid_agreement_has_an_invoice_and_an_unpaid_one_none(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    with market.exchange.reading(market.buyer) as session, pytest.raises((NotFound, Conflict)):
        flows.invoice(session, agreement.id)
    market.deliver(agreement)
    market.accept_delivery(agreement)
    with market.exchange.reading(market.buyer) as session:
        assert "49.00" in settlement.invoice_csv(flows.invoice(session, agreement.id))


def test_purposes_are_written_out_in_full(market: Market) -> None:
    assert market.request(market.publish().listing_id).purpose == RESEARCH


def test_escrow_of_an_open_agreement_is_held_for_its_buyer(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    (held,) = market.escrows(agreement)
    assert (held.state, held.buyer_id) == (EscrowState.HELD, market.buyer.organisation_id)
