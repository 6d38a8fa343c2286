"""A request becomes an agreement, or ends for a reason that both can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import parties, trades
from entrepot.kit import Conflict, Invalid, ManualClock, Money, NotFound, Refused
from entrepot.parties import NotSignedIn
from entrepot.pricing import Price
from entrepot.runtime import ALL_SCOPES, ANONYMOUS, SYSTEM, Actor, Role, Scope
from entrepot.terms import Condition, Operator, Rights, Terms
from entrepot.trades import NegotiationState, RoundsSpent, TermsWidened
from entrepot.trades import tables as trade_tables
from support import people
from trades.conftest import PRICE, TERMS, Market


def _count(market: Market, table: sa.Table) -> int:
    with market.exchange.reading(SYSTEM) as session:
        return int(session.db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _inbox(market: Market, actor: Actor) -> list[str]:
    with market.exchange.reading(actor) as session:
        return [n.kind for n in parties.inbox(session)]


def test_a_request_tells_the_owner_and_starts_the_decision_clock(market: Market, clock: ManualClock) -> None:
    negotiation = market.request(message="For our study of ports.")
    assert negotiation.state is NegotiationState.REQUESTED
    assert negotiation.turn_id == market.owner.organisation_id
    assert negotiation.decide_by == clock.now() + timedelta(hours=72)
    assert _inbox(market, market.owner) == ["request.received"]
    with market.exchange.reading(market.owner) as session:
        assert trades.get_negotiation(session, negotiation.id) == negotiation
        published, asked = trades.offers_of(session, negotiation.id)
    assert (published.by_id, asked.by_id) == (market.owner.organisation_id, market.buyer.organisation_id)
    assert asked.message == "For our study of ports."


def test_offer_and_counter_offer_lead_to_the_agreement_on_the_table(market: Market) -> None:
    negotiation = market.request(price=Price.flat(Money(30_000, "EUR")))
    market.do(market.owner, trades.offer, negotiation.id, price=Price.flat(Money(45_000, "EUR")), message="Meet me there.")
    shorter = replace(TERMS, duration_days=90)
    market.do(market.buyer, trades.counter, negotiation.id, terms=shorter, price=Price.flat(Money(40_000, "EUR")))
    agreement = market.do(market.owner, trades.accept, negotiation.id)
    signed = replace(shorter, permitted_purposes=("dpv:AcademicResearch",))
    assert (agreement.terms, agreement.price) == (signed, Price.flat(Money(40_000, "EUR")))
    assert agreement.ends_at == agreement.starts_at + timedelta(days=90)
    with market.exchange.reading(market.buyer) as session:
        assert trades.agreement_of(session, negotiation.id) == agreement
        assert trades.get(session, agreement.id) == agreement
        assert [o.round for o in trades.offers_of(session, negotiation.id)] == [0, 1, 2, 3]
    assert _inbox(market, market.buyer) == ["agreement.signed", "offer.received"]


def test_the_published_offer_of_a_self_serving_listing_is_agreed_without_the_owner(market: Market) -> None:
    negotiation = market.request(auto_approve=True)
    assert (negotiation.state, negotiation.turn_id) == (NegotiationState.OFFERED, market.buyer.organisation_id)
    agreement = market.do(market.buyer, trades.accept, negotiation.id)
    with market.exchange.reading() as session:
        signed = trades.verify(agreement.jws, parties.public_keys(session))
    assert signed["owner_signs_by"] == "policy"
    assert _inbox(market, market.owner) == ["agreement.signed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"price": Price.flat(Money(1, "EUR"))},
        {"terms": replace(TERMS, duration_days=30)},
        {"rights": Rights(columns=("year",))},
    ],
)
def test_a_changed_offer_waits_for_the_owner_even_where_the_listing_serves_itself(market: Market, changes: dict[str, object]) -> None:
    assert market.request(auto_approve=True, **changes).state is NegotiationState.REQUESTED


def test_an_owner_who_answers_a_self_serving_listing_signs_by_decision(market: Market) -> None:
    negotiation = market.request(auto_approve=True)
    market.do(market.buyer, trades.counter, negotiation.id, price=Price.flat(Money(1, "EUR")))
    agreement = market.do(market.owner, trades.accept, negotiation.id)
    with market.exchange.reading() as session:
        assert trades.verify(agreement.jws, parties.public_keys(session))["owner_signs_by"] == "decision"


def test_a_use_outside_the_terms_is_refused_with_the_reason(market: Market) -> None:
    with pytest.raises(Refused, match="The terms allow research and development, and this use is for marketing"):
        market.request(purpose="dpv:Marketing")
    with pytest.raises(Refused, match="in DE only, and this use names no territory"):
        market.request(published_terms=replace(TERMS, territories=("DE",)))
    with pytest.raises(Invalid, match="no purpose we know"):
        market.request(purpose="dpv:Reserch")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"terms": replace(TERMS, duration_days=None)}, "duration_days"),
        ({"terms": replace(TERMS, count_limit=11)}, "count_limit"),
        ({"terms": replace(TERMS, person_key_delivered=True)}, "person_key_delivered"),
        ({"rights": Rights(), "published_rights": Rights(columns=("year",))}, "rights"),
        (
            {
                "rights": Rights(columns=("year",)),
                "published_rights": Rights(rows=(Condition(column="year", operator=Operator.MORE, value=2000),)),
            },
            "rights",
        ),
    ],
)
def test_a_request_beyond_what_is_published_names_what_goes_beyond(market: Market, changes: dict[str, object], field: str) -> None:
    with pytest.raises(TermsWidened) as caught:
        market.request(**changes)
    assert caught.value.details["fields"] == [field]


def test_a_counter_offer_only_narrows_the_owners_last_offer(market: Market) -> None:
    negotiation = market.request(terms=replace(TERMS, duration_days=30))
    market.do(market.owner, trades.offer, negotiation.id, terms=replace(TERMS, duration_days=60))
    with pytest.raises(TermsWidened):
        market.do(market.buyer, trades.counter, negotiation.id, terms=replace(TERMS, duration_days=90))
    assert market.do(market.buyer, trades.counter, negotiation.id, terms=replace(TERMS, duration_days=60)).round == 3


def test_what_is_signed_permits_the_purpose_of_the_trade_and_no_other(market: Market) -> None:
    wide = replace(TERMS, permitted_purposes=("dpv:Marketing", "dpv:ResearchAndDevelopment"))
    negotiation = market.request(published_terms=wide)
    market.do(market.owner, trades.offer, negotiation.id, terms=wide)
    agreement = market.do(market.buyer, trades.accept, negotiation.id)
    assert agreement.terms.permitted_purposes == ("dpv:AcademicResearch",)


def test_an_offer_that_would_not_cover_the_purpose_is_refused(market: Market) -> None:
    negotiation = market.request()
    with pytest.raises(Refused, match="this use is for academic research"):
        market.do(market.owner, trades.offer, negotiation.id, terms=Terms(permitted_purposes=("Marketing",)))


def test_the_rounds_of_a_negotiation_are_bounded(market: Market) -> None:
    negotiation = market.request()
    for _ in range(2):
        market.do(market.owner, trades.offer, negotiation.id)
        market.do(market.buyer, trades.counter, negotiation.id)
    market.do(market.owner, trades.offer, negotiation.id)
    with pytest.raises(RoundsSpent, match="6 rounds"):
        market.do(market.buyer, trades.counter, negotiation.id)
    assert market.do(market.buyer, trades.accept, negotiation.id).negotiation_id == negotiation.id


def test_only_the_party_whose_turn_it_is_answers(market: Market) -> None:
    negotiation = market.request()
    for verb in (trades.accept, trades.decline, trades.counter):
        with pytest.raises(Refused, match="other party's turn"):
            market.do(market.buyer, verb, negotiation.id)
    with pytest.raises(Refused, match="owner makes offers"):
        market.do(market.owner, trades.counter, negotiation.id)
    with pytest.raises(Refused, match="no offer of yours"):
        market.do(market.owner, trades.withdraw, negotiation.id)


def test_a_declined_or_withdrawn_negotiation_is_over(market: Market) -> None:
    declined, withdrawn = market.request(), market.request()
    assert market.do(market.owner, trades.decline, declined.id, reason="Not now.").state is NegotiationState.DECLINED
    assert market.do(market.buyer, trades.withdraw, withdrawn.id).state is NegotiationState.WITHDRAWN
    for negotiation in (declined, withdrawn):
        for actor, verb in ((market.owner, trades.accept), (market.owner, trades.offer), (market.buyer, trades.withdraw)):
            with pytest.raises(Conflict) as caught:
                market.do(actor, verb, negotiation.id)
            assert caught.value.details["state"] in ("declined", "withdrawn")
    assert _count(market, trade_tables.agreements) == 0
    assert _inbox(market, market.buyer) == ["request.declined"]


def test_a_request_that_nobody_answers_expires_and_both_are_told(market: Market, clock: ManualClock) -> None:
    negotiation = market.request()
    clock.advance(timedelta(hours=72))
    with pytest.raises(Conflict, match="time to decide ended"):
        market.do(market.owner, trades.accept, negotiation.id)
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.buyer) as session:
        assert trades.get_negotiation(session, negotiation.id).state is NegotiationState.EXPIRED
    assert _inbox(market, market.owner) == ["request.expired", "request.received"]
    assert _inbox(market, market.buyer) == ["request.expired"]


def test_each_answer_starts_the_clock_anew(market: Market, clock: ManualClock) -> None:
    negotiation = market.request()
    clock.advance(timedelta(hours=71))
    answered = market.do(market.owner, trades.offer, negotiation.id)
    assert answered.decide_by == clock.now() + timedelta(hours=72)
    clock.advance(timedelta(hours=71))
    market.exchange.run_due_jobs()
    assert market.do(market.buyer, trades.accept, negotiation.id)
    clock.advance(timedelta(hours=72))
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.buyer) as session:
        assert trades.get_negotiation(session, negotiation.id).state is NegotiationState.AGREED


def test_to_a_stranger_it_does_not_exist(market: Market) -> None:
    negotiation = market.request()
    agreement = market.agree()
    reads = [
        (trades.get_negotiation, negotiation.id), (trades.offers_of, negotiation.id), (trades.offer_on_table, negotiation.id),
        (trades.agreement_of, negotiation.id), (trades.get, agreement.id), (trades.history, agreement.id),
    ]  # fmt: skip
    for actor in (market.stranger, ANONYMOUS):
        for verb, subject in reads:
            with pytest.raises(NotFound):
                market.do(actor, verb, subject)
    for verb in (trades.accept, trades.decline, trades.withdraw, trades.offer, trades.counter):
        with pytest.raises(NotFound):
            market.do(market.stranger, verb, negotiation.id)
        with pytest.raises(NotSignedIn):
            market.do(ANONYMOUS, verb, negotiation.id)
    with pytest.raises(NotFound):
        market.do(market.stranger, trades.move, agreement.id, trades.AgreementState.TERMINATED, "mine now")
    assert market.do(market.stranger, trades.list_for) == []
    assert market.do(market.stranger, trades.list_agreements) == []
    with pytest.raises(Refused):
        market.do(market.stranger, trades.list_for, everybody=True)


def test_the_operator_and_the_regulator_see_all_and_take_no_part(market: Market) -> None:
    negotiation = market.request()
    agreement = market.agree()
    overseers = (people.operator(market.exchange), people.organisation(market.exchange, "Data Authority", Role.REGULATOR))
    for actor in overseers:
        assert market.do(actor, trades.get_negotiation, negotiation.id).id == negotiation.id
        assert [a.id for a in market.do(actor, trades.list_agreements, everybody=True)] == [agreement.id]
        with pytest.raises(Refused, match="Only the owner and the buyer"):
            market.do(actor, trades.accept, negotiation.id)


def test_lists_are_by_side_state_and_page(market: Market) -> None:
    first, second, third = (market.request().id for _ in range(3))
    market.do(market.owner, trades.decline, second)

    def listed(actor: Actor, **named: Any) -> list[str]:
        return [n.id for n in market.do(actor, trades.list_for, **named)]

    assert listed(market.owner, side="owner") == [third, second, first]
    assert listed(market.owner, side="buyer") == []
    assert listed(market.buyer, states=["requested"]) == [third, first]
    assert listed(market.buyer, limit=1, before=third) == [second]
    assert listed(market.buyer, listing_id="lst_other") == []


def test_nobody_buys_from_themselves_and_an_owner_key_without_the_scope_cannot_trade(market: Market) -> None:
    with pytest.raises(Refused, match="your own"):
        market.request(owner_id=market.buyer.organisation_id)
    reader = Actor(organisation_id=market.owner.organisation_id, roles=market.owner.roles, scopes=frozenset({Scope.READ}), via="key")
    with pytest.raises(Refused, match="lacks the scope trade"):
        market.do(reader, trades.accept, market.request().id)
    owner_only = Actor(organisation_id=market.owner.organisation_id, roles=frozenset({Role.OWNER}), scopes=ALL_SCOPES)
    with pytest.raises(Refused, match="needs the role buyer"), market.exchange.session(owner_only) as session:
        trades.request(
            session, listing_id="lst_x", version_id="ver_x", owner_id="org_x", published_terms=TERMS, published_price=PRICE,
            purpose="AcademicResearch", method="file",
        )  # fmt: skip


def test_accepting_an_offer_that_has_been_replaced_is_a_conflict(market: Market) -> None:
    negotiation = market.request()
    market.do(market.owner, trades.offer, negotiation.id)
    read = market.do(market.buyer, trades.offer_on_table, negotiation.id).id
    market.do(market.buyer, trades.counter, negotiation.id)
    market.do(market.owner, trades.offer, negotiation.id, price=Price.flat(Money(99_999, "EUR")))
    with pytest.raises(Conflict, match="Another offer"):
        market.do(market.buyer, trades.accept, negotiation.id, offer_id=read)


def test_a_message_that_is_too_long_leaves_nothing_behind(market: Market) -> None:
    with pytest.raises(Invalid, match="4000"):
        market.request(message="x" * 4001)
    assert _count(market, trade_tables.negotiations) == _count(market, trade_tables.offers) == 0
