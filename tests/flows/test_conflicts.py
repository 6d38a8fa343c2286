"""Rules that contradict each other: a person decides between the two, and over nothing that stands beside them."""

from __future__ import annotations

import pytest

from entrepot import compliance, flows, notices
from entrepot.compliance import AwaitsDecision, FactsMissing, NotCompliant
from entrepot.kit import Conflict, Decision, Invalid
from entrepot.trades import Agreement, Negotiation
from support.rulebook import install, rulings
from support.trading import Market

GATES = "[contract, delivery]"
PACK = """
pack: {id}
version: "1"
title: {{en: A pack, zh: 规则包}}{facts}
instruments: {{law: {{title: {{en: A law, zh: 法}}, in_force: 2020-01-01, certainty: S}}}}
rules:
- id: {rule}
  gate: {gate}
  cite: [{{i: law, art: 1}}]
  deontic: obligation
  severity: block
  require: {require}
  message: {{en: That is not so., zh: 不符合要求。}}
  fix: [{{en: Mend it., zh: 改正。}}]
  {more}
"""
CASE = "- {{case: {case}, gate: {gate}, facts: {{{fact}}}, expect: {expect}{rules}}}\n"


def _put(market: Market, pack_id: str, more: str, *, require: str = "[offer.public, eq, true]", gate: str = GATES, facts: str = "") -> None:
    path, _, kept = require.strip("[]").split(", ")
    broken = "false" if kept == "true" else "true"
    rule = f"{pack_id.upper()}-RULE"
    each = [name.strip() for name in gate.strip("[]").split(",")]
    cases = [CASE.format(case=f"kept at {one}", gate=one, fact=f"{path}: {kept}", expect="allow", rules="") for one in each]
    cases += [
        CASE.format(case=f"broken at {one}", gate=one, fact=f"{path}: {broken}", expect="block", rules=f", rules: [{rule}]") for one in each
    ]
    text = PACK.format(id=pack_id, rule=rule, gate=gate, require=require, more=more, facts=facts)
    install(market, text, "cases:\n" + "".join(cases))


def _clashing(market: Market, *, gate: str = GATES) -> None:
    _put(market, "tell", "duties: [{do: report_breach}]", gate=gate)
    _put(market, "hush", "bars: [report_breach]", gate=gate)


ASKS = "\nfacts: {asks.ready: {type: flag, en: Is it ready?, zh: 准备好了吗？}}"


def _asking(market: Market, gate: str) -> None:
    _put(market, "asks", "retain: 3Y", require="[asks.ready, eq, true]", gate=gate, facts=ASKS)


def _let_pass(market: Market) -> compliance.KeptRuling:
    with market.exchange.session(market.operator) as session:
        (waiting,) = flows.waiting_rulings(session)
        return flows.approve_ruling(session, waiting.id, reason="The newer law counts.")


def _name(market: Market, negotiation: Negotiation, *uses: str) -> Decision:
    with market.exchange.session(market.buyer) as session:
        return flows.answer_contract(session, negotiation.id, {"use.prohibited": list(uses)}).decision


def test_a_person_decides_between_two_rules_of_which_one_bars_what_the_other_demands(market: Market) -> None:
    _clashing(market)
    negotiation = market.request(market.publish().listing_id)
    with pytest.raises(AwaitsDecision, match="cannot be had together"):
        market.accept(negotiation)
    assert _let_pass(market).decision is Decision.CONFLICT
    agreement = market.accept(negotiation)
    with pytest.raises(AwaitsDecision):
        market.deliver(agreement)
    _let_pass(market)
    assert market.deliver(agreement)


def test_a_conflict_swallows_no_block_of_the_house_and_is_nothing_that_a_person_could_wave_through(market: Market) -> None:
    _clashing(market)
    negotiation = market.request(market.publish().listing_id)
    assert _name(market, negotiation, "score_pricing") is Decision.BLOCK
    with pytest.raises(NotCompliant) as caught:
        market.accept(negotiation)
    first, *_, last = caught.value.details["findings"]
    assert (first["rule"].startswith("HOUSE-PROHIBITED-USES"), first["severity"], last["severity"]) == (True, "block", "conflict")
    with market.exchange.session(market.operator) as session:
        kept = compliance.rulings(session, negotiation.id)[0]
        assert flows.waiting_rulings(session) == [], "no person is asked"
    assert kept.record["conflicts"] == [["HUSH-RULE", "TELL-RULE"]], "the record shows both"
    assert kept.record["trace"][first["rule"]] == "failed"
    with pytest.raises(Conflict, match="nobody can wave through"), market.exchange.session(market.operator) as session:
        flows.approve_ruling(session, kept.id, reason="I want it.")
    with market.exchange.reading() as session:
        assert notices.totals(session)[(notices.Prohibited.SCORE_PRICING, notices.Gate.CONTRACT)] == 1, "and it is counted"


def test_a_block_that_comes_after_a_conflict_was_let_pass_stops_the_signature(market: Market) -> None:
    _clashing(market)
    negotiation = market.request(market.publish().listing_id)
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)
    _let_pass(market)
    _name(market, negotiation, "score_pricing")
    with pytest.raises(NotCompliant):
        market.accept(negotiation)


def test_what_is_open_beside_a_conflict_is_asked_first(market: Market) -> None:
    _clashing(market, gate="contract")
    _asking(market, "contract")
    negotiation = market.request(market.publish().listing_id)
    with pytest.raises(FactsMissing, match="Is it ready") as caught:
        market.accept(negotiation)
    assert caught.value.details["missing"] == ["asks.ready"]
    with market.exchange.session(market.owner) as session:
        assert flows.answer_contract(session, negotiation.id, {"asks.ready": True}).decision is Decision.CONFLICT
    with pytest.raises(AwaitsDecision):
        market.accept(negotiation)
    _let_pass(market)
    assert market.accept(negotiation)


def _signed(market: Market) -> Agreement:
    agreement = market.agree(market.publish().listing_id)
    _clashing(market, gate="delivery")
    return agreement


def test_at_the_delivery_too_a_conflict_hides_neither_a_question_nor_a_block(market: Market) -> None:
    agreement = _signed(market)
    _asking(market, "delivery")
    with pytest.raises(FactsMissing):
        market.deliver(agreement)
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, agreement.listing_id, {"asks.ready": False})
    with pytest.raises(NotCompliant):
        market.deliver(agreement)
    with market.exchange.session(market.operator) as session:
        assert flows.waiting_rulings(session) == []
    assert rulings(market, agreement.id) == [Decision.BLOCK, Decision.NEEDS_INFO]
    with market.exchange.session(market.owner) as session:
        flows.answer_listing(session, agreement.listing_id, {"asks.ready": True})
    with pytest.raises(AwaitsDecision):
        market.deliver(agreement)
    _let_pass(market)
    assert market.deliver(agreement)


def test_a_conflict_that_a_person_refuses_is_said_to_be_refused_by_a_person(market: Market) -> None:
    agreement = _signed(market)
    _put(market, "stops", "bars: [report_breach]", require="[offer.public, eq, false]", gate="delivery")
    with pytest.raises(AwaitsDecision):
        market.deliver(agreement)
    with market.exchange.session(market.operator) as session:
        (waiting,) = flows.waiting_rulings(session)
        compliance.refuse(session, waiting.id, reason="The stricter counts.")
    with pytest.raises(NotCompliant, match="A person of the exchange has refused it"):
        market.deliver(agreement)


OWN = "\nduties: {show_berths: {en: show the list of berths, zh: 出示泊位清单}}"


def test_a_duty_of_a_packs_own_is_signed_and_said_in_its_words_though_the_pack_goes(market: Market) -> None:
    _put(market, "port", "duties: [{do: show_berths}]", gate="contract", facts=OWN)
    negotiation = market.request(market.publish().listing_id)
    agreement = market.accept(negotiation)
    assert dict(agreement.duties[0]) == {"do": "show_berths", "words": {"en": "show the list of berths", "zh": "出示泊位清单"}}
    with market.exchange.session(market.operator) as session:
        flows.uninstall_pack(session, "port")
    with market.exchange.reading(market.buyer) as session:
        for language, words in (("en", "show the list of berths"), ("zh", "出示泊位清单")):
            assert words in str(flows.contract(session, agreement.id, language))


def test_a_bar_of_a_duty_that_no_pack_in_force_demands_is_not_installed(market: Market) -> None:
    with pytest.raises(Invalid, match="did you mean report_breach"):
        _put(market, "hush", "bars: [report_breech]")
    _put(market, "port", "duties: [{do: show_berths}]", facts=OWN)
    _put(market, "quay", "bars: [show_berths]")


def test_a_draft_is_not_put_in_force(market: Market) -> None:
    with pytest.raises(Invalid, match="asked in what-if runs alone"):
        _put(market, "port", "retain: 3Y", facts="\nstatus: draft")
