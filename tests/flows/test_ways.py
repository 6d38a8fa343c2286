"""Each fix leads to where it is done, with what is known filled in; what leads nowhere for a reader is not shown."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from entrepot import catalogue, flows
from entrepot.compliance import library
from entrepot.compliance.pack_model import WAYS_OUT
from entrepot.config import Settings
from entrepot.flows import ways
from entrepot.flows.ways import PLACES, Spot
from support.trading import Market

LEFT_OUT_BY_THE_DELIVERY = {"HOUSE-WITHDRAWN-LEFT-OUT", "HOUSE-SIGNED-COLUMNS", "EU-EHDS-71-OPT-OUT", "US-CA-DROP-DELETED", "US-CA-OPT-OUT"}
"""Outside this table: their fix is to leave rows or columns out, by the delivery where it can, else in the owner's own file."""
LEFT_TO_A_PERSON = {"HOUSE-USE-DENIED", "HOUSE-KEY-NAMED", "HOUSE-AGES-UNREAD"}
"""Outside this table: the file or its manifest is mended, or the exchange's own people decide by what they hear."""
LISTING = Spot(
    subject_id="lst_1", listing_id="lst_1", answers="/listings/lst_1/rules", columns=("name", "illness"), purposes=("dpv:Marketing",)
)
BUYER = replace(LISTING, subject_id="neg_1", answers="/negotiations/neg_1/rules", is_owner=False)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks the law of China."""
    return replace(settings, rule_packs="house,cn")


def _finding(*do: str, column: str = "", **evidence: object) -> dict[str, object]:
    return {"column": column, "evidence": {"do": list(do), **evidence}}


def _pages(finding: dict[str, object], spot: Spot) -> list[str]:
    return [way.page for way in ways.ways(finding, spot)]


def test_every_fix_of_the_shipped_packs_has_a_place_or_is_done_by_the_exchange() -> None:
    fixes = [(rule.id, fix.do) for pack in library.shipped() for rule in pack.rules for fix in rule.fixes]
    assert {do for _, do in fixes if do} == set(PLACES) == WAYS_OUT
    assert {rule for rule, do in fixes if not do} == LEFT_OUT_BY_THE_DELIVERY | LEFT_TO_A_PERSON


@pytest.mark.parametrize("do", PLACES)
def test_an_owner_is_led_somewhere_by_each_word_in_both_languages(do: str) -> None:
    found = _finding(do, facts=["source.statement"])
    for spot in (LISTING, replace(LISTING, subject_id="neg_1", answers="/negotiations/neg_1/rules", recipient_id="org_1")):
        (english,), (chinese,) = list(ways.ways(found, spot)), list(ways.ways(found, spot, "zh"))
        assert english.page.startswith("/")
        assert english.command.startswith("entrepot ")
        assert english.text != chinese.text


def test_columns_that_tell_are_dropped_and_those_that_single_out_made_coarser() -> None:
    dropped, made = _pages(_finding("drop_columns", "anonymise", column="phone"), LISTING)
    assert parse_qs(urlsplit(dropped).query) == {"then": ["anonymise"], "listing": ["lst_1"], "drop": ["phone"]}
    assert parse_qs(urlsplit(made).query) == {"then": ["anonymise"], "listing": ["lst_1"]}
    (together,) = _pages(_finding("anonymise", columns=["age", "post code"]), ways.of_upload("upl_1"))
    assert together == "/publish/upl_1/anonymise?quasi=age&quasi=post+code"
    (all_that_tell,) = _pages(_finding("drop_columns"), LISTING)
    assert parse_qs(urlsplit(all_that_tell).query)["drop"] == ["name", "illness"]


def test_a_document_of_the_chain_goes_into_the_manifest_and_others_are_answers() -> None:
    assert _pages(_finding("attach_document", facts=["source.chain_complete"]), LISTING) == ["/publish?listing=lst_1"]
    assert _pages(_finding("attach_document", facts=["pia.dated"]), LISTING) == ["/listings/lst_1/rules?ask=pia.dated#ask"]


def test_a_buyer_answers_for_itself_and_takes_nobodys_columns_out() -> None:
    assert _pages(_finding("anonymise", "drop_columns", "aggregate", "ask_consent"), BUYER) == []
    assert _pages(_finding("answer", missing=["use.prohibited", "source.kinds"]), BUYER) == [
        "/negotiations/neg_1/rules?ask=use.prohibited#ask"
    ]
    assert _pages(_finding("change_offer"), BUYER) == ["/listings/lst_1/request"]


def test_what_was_declared_with_the_listing_is_answered_there() -> None:
    trade = replace(LISTING, subject_id="neg_1", answers="/negotiations/neg_1/rules", declared=frozenset({"basis.pipl"}))
    assert _pages(_finding("answer", answers=["basis.pipl"]), trade) == ["/listings/lst_1/rules?ask=basis.pipl#ask"]
    assert _pages(_finding("answer", answers=["pia.dated"]), trade) == ["/negotiations/neg_1/rules?ask=pia.dated#ask"]


def test_whoever_has_no_other_side_answers_everything() -> None:
    operation = Spot(subject_id="opr_1", answers="/duties/opr_1")
    (way,) = ways.ways(_finding("answer", answers=["use.purposes", "decision.offers"]), operation)
    assert way.command == "entrepot operations answer opr_1 use.purposes=… decision.offers=…"
    trade = replace(LISTING, recipient_id="org_1")
    assert _pages(_finding("answer", answers=["use.purposes"]), trade) == []


def test_no_answer_is_offered_where_no_word_settles_it() -> None:
    assert _pages(_finding("answer", answers=[], facts=["consent.purposes"]), LISTING) == []


def test_a_word_of_somebody_elses_pack_leads_nowhere_and_breaks_nothing() -> None:
    assert _pages(_finding("call_the_lawyer"), LISTING) == []


def test_a_real_ruling_leads_its_owner_to_the_questions_it_leaves_open(market: Market) -> None:
    listing = market.publish(facts={"asset": {"subjects_in": ["CN"]}}).listing_id
    with market.exchange.reading(market.owner) as session:
        found = catalogue.get(session, listing)
        shown = flows.shown_ruling(flows.rule_listing(session, found), ways.of_listing(session, found))
    for finding in shown["findings"]:
        (way,) = finding["ways"]
        assert way["page"].startswith(f"/listings/{listing}/rules?ask=")
        assert way["command"].startswith(f"entrepot answer {listing} ")
