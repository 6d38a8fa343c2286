"""Signing twice at once signs, holds and sets timers once; what the operator has taken off is not signed at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from entrepot import catalogue
from entrepot.jobs.tables import jobs
from entrepot.kit import Conflict, Money
from entrepot.runtime import SYSTEM, Role
from entrepot.trades import Agreement, AgreementState
from support.racing import at_once
from support.trading import Market


@pytest.mark.parametrize(
    ("price", "timer", "held"), [("49.00 EUR monthly", "flows.renew_period", 4_900), ("49.00 EUR", None, 4_900), ("free", None, 0)]
)
def test_four_clicks_at_once_sign_hold_and_set_timers_once(market: Market, price: str, timer: str | None, held: int) -> None:
    negotiation = market.request(market.publish(price=price).listing_id)
    before = market.balance(market.buyer)
    clicks = at_once(4, lambda: market.accept(negotiation, key="one click"))
    agreements = [one for one in clicks if isinstance(one, Agreement)]
    assert len(agreements) == 4, clicks
    (agreement,) = {one.id: one for one in agreements}.values()
    assert market.facts(agreement) == ["agreement.signed"]
    assert [one.amount.amount for one in market.escrows(agreement)] == ([held] if held else [])
    assert market.balance(market.buyer) == before - Money(held, "EUR")
    expected = Counter({"flows.close_agreement": 1, "trades.expire_agreement": 1}) + Counter([timer] if timer else [])
    assert _timers(market, agreement) == expected


def test_four_clicks_at_once_without_a_key_sign_once_and_name_the_agreement(market: Market) -> None:
    negotiation = market.request(market.publish().listing_id)
    clicks = at_once(4, lambda: market.accept(negotiation))
    (agreement,) = [one for one in clicks if isinstance(one, Agreement)]
    assert [one.details["agreement_id"] for one in clicks if isinstance(one, Conflict)] == [agreement.id] * 3
    assert market.facts(agreement) == ["agreement.signed"]
    assert len(market.escrows(agreement)) == 1


def test_a_listing_that_is_suspended_or_withdrawn_is_not_signed(market: Market) -> None:
    for take_off in (_suspend, _withdraw):
        listing = market.publish().listing_id
        negotiation = market.request(listing)
        take_off(market, listing)
        with market.unhurt(), pytest.raises(Conflict) as refused:
            market.accept(negotiation, key=f"click {listing}")
        assert "not on offer" in refused.value.message


def test_a_reinstated_listing_is_signed_with_the_same_key(market: Market) -> None:
    listing = market.publish().listing_id
    negotiation = market.request(listing)
    _suspend(market, listing)
    with pytest.raises(Conflict):
        market.accept(negotiation, key="click")
    with market.exchange.session(market.operator) as session:
        catalogue.reinstate(session, listing)
    assert market.accept(negotiation, key="click").state is AgreementState.ACTIVE


def test_what_was_signed_before_a_suspension_is_delivered_and_its_retry_answered(market: Market) -> None:
    listing = market.publish().listing_id
    negotiation = market.request(listing)
    agreement = market.accept(negotiation, key="click")
    _suspend(market, listing)
    assert market.accept(negotiation, key="click").id == agreement.id
    assert market.deliver(agreement).files
    assert market.accept_delivery(agreement).state is AgreementState.FULFILLED


def test_nobody_asks_for_what_is_not_on_offer_whoever_may_see_it(market: Market) -> None:
    listing = market.publish().listing_id
    _suspend(market, listing)
    insider = replace(market.operator, roles=market.operator.roles | {Role.BUYER})
    with market.unhurt(), pytest.raises(Conflict):
        market.request(listing, by=insider)


def _suspend(market: Market, listing: str) -> None:
    with market.exchange.session(market.operator) as session:
        catalogue.suspend(session, listing, reason="under examination")


def _withdraw(market: Market, listing: str) -> None:
    with market.exchange.session(market.owner) as session:
        catalogue.withdraw(session, listing)


def _timers(market: Market, agreement: Agreement) -> Counter[str]:
    with market.exchange.reading(SYSTEM) as session:
        queued = session.db.execute(sa.select(jobs.c.name, jobs.c.arguments)).all()
    return Counter(one.name for one in queued if one.arguments.get("agreement_id") == agreement.id)
