"""The three rights as owner, buyer and stranger live them: register, rules, contract."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from entrepot import catalogue, compliance, flows, parties, trades
from entrepot.catalogue.content import plain
from entrepot.compliance import NotCompliant
from entrepot.kit import Invalid, NotFound, b64url, canonical_json, unb64url
from entrepot.rights import CONTRACT_FORMS, Contract, ContractForm, GapKind, contract_html, form_digest
from entrepot.rights.words import next_step, problem
from entrepot.runtime import ANONYMOUS, SYSTEM, Actor
from entrepot.terms import from_odrl
from entrepot.trades.model import agreement_from
from support.trading import Market

PAPER = "sha256:" + "5" * 64
SOURCE = {"party": "Weather Office", "rights": ["hold", "process", "operate"], "basis": "collected"}
LICENCE = {
    "party": "Harbour Statistics", "rights": ["process", "operate"], "basis": "licence", "document": PAPER, "until": "2026-11-30",
}  # fmt: skip
CHAIN = [SOURCE, LICENCE]


def contract(market: Market, agreement_id: str, language: str = "en", by: Actor | None = None) -> Contract:
    with market.exchange.reading(by or market.buyer) as session:
        return flows.contract(session, agreement_id, language)


def register(market: Market, listing_id: str, by: Actor = ANONYMOUS) -> dict[str, Any]:
    with market.exchange.reading(by) as session:
        return flows.rights_of(session, listing_id)[1].to_dict()


def test_everybody_who_sees_a_listing_sees_who_has_which_right_and_why(market: Market) -> None:
    found = register(market, market.publish(provenance=CHAIN).listing_id)
    assert found["complete"] is True
    assert found["granted"] == ["process", "operate"]
    assert {held["right"]: held["parties"] for held in found["holders"]} == {
        "hold": ["Weather Office"], "process": ["Weather Office", "Harbour Statistics"], "operate": ["Weather Office", "Harbour Statistics"],
    }  # fmt: skip
    assert found["chain"][1]["document"] == PAPER
    assert found["chain"][1]["basis_words"]["zh"] == "许可"


def test_the_owners_words_win_and_without_a_chain_the_owner_has_all(market: Market) -> None:
    said = register(market, market.publish(rights={"held_by": "The State"}).listing_id)
    assert [held["parties"] for held in said["holders"]] == [["The State"], ["Harbour Statistics"], ["Harbour Statistics"]]
    assert (said["complete"], said["granted"], said["gaps"]) == (None, None, [])


def test_the_rights_of_a_private_listing_are_seen_by_those_who_see_the_listing(market: Market) -> None:
    listing = market.publish(visibility="private", provenance=CHAIN).listing_id
    assert register(market, listing, market.owner)["complete"] is True
    for stranger in (ANONYMOUS, market.stranger):
        with pytest.raises(NotFound):
            register(market, listing, stranger)


def test_a_version_keeps_its_rights_whatever_a_later_one_says(market: Market) -> None:
    listing = market.publish(provenance=CHAIN).listing_id
    market.publish(listing_id=listing, provenance=[SOURCE | {"party": "Harbour Statistics"}], contract="joint")
    with market.exchange.reading(market.owner) as session:
        first, before = flows.rights_of(session, listing, 1)
        second, now = flows.rights_of(session, listing)
    assert (before.contract, len(before.chain), now.contract, len(now.chain)) == (ContractForm.PROVISION, 2, ContractForm.JOINT, 1)
    assert first.digest != second.digest
    assert plain(first.manifest)["provenance"][1]["until"] == "2026-11-30"


@pytest.mark.parametrize(
    ("chain", "kind", "rule"),
    [
        ([LICENCE], GapKind.NO_SOURCE, "HOUSE-CHAIN-HOLDS"),
        ([SOURCE, LICENCE | {"document": None}], GapKind.NO_DOCUMENT, "HOUSE-CHAIN-HOLDS"),
        ([SOURCE, LICENCE | {"until": "2026-11-19"}], GapKind.EXPIRED, "HOUSE-CHAIN-HOLDS"),
        ([SOURCE, LICENCE | {"party": "Somebody Else"}], GapKind.WRONG_END, "HOUSE-CHAIN-HOLDS"),
        ([SOURCE, LICENCE | {"rights": ["process"]}], None, "HOUSE-CHAIN-REACHES"),
    ],
)  # fmt: skip
def test_a_listing_whose_chain_does_not_hold_is_refused_with_the_rule(
    market: Market, chain: list[dict[str, Any]], kind: GapKind | None, rule: str
) -> None:
    with pytest.raises(NotCompliant) as refused:
        market.publish(provenance=chain)
    assert rule in json.dumps(refused.value.details, default=str)
    read = catalogue.load_manifest(yaml.safe_dump({"title": "T", "outcome": "O", "file": "f", "price": "free", "provenance": chain,
                                                   "terms": {"purposes": ["Marketing"]}}))  # fmt: skip
    with market.exchange.reading(SYSTEM) as session:
        found = flows.registered(read, "Harbour Statistics", at=compliance.today(session))
    assert {gap.kind for gap in found.gaps} == ({kind} if kind else set())
    for gap in found.gaps:
        for language, findings in (("en", "findings"), ("zh", "findings_zh")):
            (said,) = (one["message"] for one in refused.value.details[findings] if one["rule"] == rule)
            assert problem(gap, language).rstrip(".") in said, "the step is named where publishing is refused"
            assert next_step(gap, language).rstrip("。.") in said


def test_when_a_grant_ends_the_rules_stop_signing_and_delivery_and_take_the_listing_off(market: Market) -> None:
    listing = market.publish(provenance=[SOURCE, LICENCE | {"until": "2026-11-21"}]).listing_id
    running = market.agree(listing)
    asked = market.request(listing)
    market.deliver(running)
    market.wait(days=2)
    market.seal()
    for refused in (lambda: market.accept(asked), lambda: market.deliver(running)):
        with pytest.raises(NotCompliant, match="chain of authorisation"):
            refused()
    assert register(market, listing, market.owner)["gaps"][0]["kind"] == "expired"
    with market.exchange.reading(market.owner) as session:
        assert catalogue.get(session, listing).state is catalogue.ListingState.SUSPENDED


@pytest.mark.parametrize("form", ContractForm)
def test_an_agreement_names_its_form_and_the_digest_of_the_clauses(market: Market, form: ContractForm) -> None:
    agreement = market.agree(market.publish(contract=form.value).listing_id)
    with market.exchange.reading() as session:
        signed = trades.verify(agreement.jws, parties.public_keys(session))
    assert signed["form"] == {"kind": form.value, "digest": form_digest(form)}
    assert market.agreement(agreement).form == signed["form"]
    assert contract(market, agreement.id, "zh").title == CONTRACT_FORMS[form]["zh"]


def test_the_contract_says_all_that_was_agreed_in_both_languages(market: Market) -> None:
    agreement = market.agree(market.publish(provenance=CHAIN).listing_id)
    for language, words in (
        ("en", ["Harbour Statistics (Germany)", "You pay 49.00 EUR once.", "academic research", "365 days", "Liability", "hold the data"]),
        ("zh", ["Harbour Statistics (德国)", "49.00 EUR", "学术研究", "365", "违约责任", "数据资源持有权", "授权链条"]),
    ):
        page = contract_html(contract(market, agreement.id, language))
        assert [word for word in [*words, agreement.id, PAPER, agreement.listing_id] if word not in page] == [], language


def test_the_contract_is_for_its_parties_and_those_who_oversee_them(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    for reader in (market.owner, market.buyer, market.operator, market.regulator):
        assert contract(market, agreement.id, by=reader).number == agreement.id
    for reader in (market.stranger, ANONYMOUS):
        with pytest.raises(NotFound):
            contract(market, agreement.id, by=reader)
    with pytest.raises(Invalid, match="not written in 'de'"):
        contract(market, agreement.id, "de")


def test_duties_of_the_rules_stand_in_the_contract_and_in_the_policy(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    duties: list[dict[str, Any]] = [{"do": "keep_records_3y"}, {"do": "no_onward_transfer"}, {"do": "delete_on_withdrawal"}]
    _sign_again(market, agreement, duties=duties)
    said = contract(market, agreement.id).sections[-1]
    assert said.points == (
        "keep the records of the transaction for three years", "not pass it on to others", "delete a person's data when the person withdraws",
    )  # fmt: skip
    with market.exchange.reading(market.buyer) as session:
        policy = flows.agreement_policy(session, agreement.id)
    reading = from_odrl(policy, duties={one["do"]: compliance.library.duty_action(one["do"]) for one in duties})
    assert (reading.unknown, set(reading.duties), reading.kind) == ((), {one["do"] for one in duties}, "Agreement")


def test_an_older_agreement_without_a_form_is_still_read_and_told(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    _sign_again(market, agreement, form=None)
    assert market.agreement(agreement).form is None
    told = contract(market, agreement.id)
    assert told.title == "Agreement on data"
    assert "without a model form" in " ".join(told.notes)
    assert "liability" not in {section.id for section in told.sections}


def test_clauses_of_another_wording_are_left_out_and_the_contract_says_so(market: Market) -> None:
    agreement = market.agree(market.publish().listing_id)
    _sign_again(market, agreement, form={"kind": "provision", "digest": PAPER})
    told = contract(market, agreement.id)
    assert "does not carry" in " ".join(told.notes)
    assert "liability" not in {section.id for section in told.sections}


def test_the_description_for_portals_tells_the_chain(market: Market) -> None:
    listing = market.publish(provenance=CHAIN).listing_id
    with market.exchange.reading(ANONYMOUS) as session:
        turtle, _ = flows.export(session, listing, "dcat-turtle")
    assert "Weather Office (collected by itself;" in turtle
    assert PAPER in turtle


def _sign_again(market: Market, agreement: trades.Agreement, **changed: Any) -> None:
    """Put an agreement into the records as another release would have written it, its signatures aside."""
    from entrepot.trades.tables import agreements

    signed = json.loads(unb64url(agreement.jws["payload"]))
    signed |= {name: value for name, value in changed.items() if value is not None}
    for name in [name for name, value in changed.items() if value is None]:
        signed.pop(name)
    jws = agreement.jws | {"payload": b64url(canonical_json(signed))}
    made = agreement_from(signed, state=agreement.state, jws=jws)
    with market.exchange.session(SYSTEM) as session:
        session.db.execute(agreements.update().where(agreements.c.id == made.id).values(jws=json.dumps(made.jws)))
