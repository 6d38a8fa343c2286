"""A look-up answers match or no match, on a token of the person for each question, and tells nobody anything without."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot import catalogue, delivery, flows, notices, parties, pricing, proof
from entrepot.compliance import NotCompliant
from entrepot.consent.tokens import TokenRefused
from entrepot.delivery.lookups import Room, TooManyQuestions
from entrepot.delivery.tries import TooManyTries
from entrepot.kit import Conflict, Invalid, Money, NotFound, Refused
from entrepot.parties import jws
from entrepot.runtime import Exchange
from entrepot.terms import Condition, Operator
from entrepot.trades import Agreement, AgreementClosed
from support.asking import CLASS_B, FEW_POINTS, Desk, open_desk
from support.racing import at_once
from support.trading import broken_laws


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Desk:
    """A register of four licences that answers questions."""
    return open_desk(exchange, tmp_path / "goods")


def test_a_question_is_answered_with_match_or_no_match(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    assert desk.ask(agreement, "L001").answer == "match"
    assert desk.ask(agreement, "L003").answer == "no_match"
    assert desk.ask(agreement, "L001", CLASS_B, FEW_POINTS).answer == "match"
    assert desk.ask(agreement, "L002", CLASS_B, FEW_POINTS).answer == "no_match"
    assert desk.ask(agreement, "L999").answer == "no_match"


def test_no_value_and_no_row_leaves_the_exchange(desk: Desk) -> None:
    listing_id = desk.publish()
    with desk.exchange.reading(desk.market.buyer) as session:
        version = catalogue.current_version(session, listing_id)
        assert [shown.rows for shown in version.preview] == [()]
    for method in ("file", "table"):
        with pytest.raises(Refused, match="not offered as"):
            desk.market.request(listing_id, method=method)
    agreement = desk.agree(listing_id)
    assert desk.market.deliver(agreement).files == ()
    with desk.exchange.reading(desk.market.buyer) as session:
        (parcel,) = delivery.parcels_of(session, agreement.id)
    assert (parcel.files, parcel.rows, parcel.delivered_at) == ((), 0, None)


def test_every_answer_is_metered_receipted_and_shown_to_its_person(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    made = [desk.ask(agreement, "L001"), desk.ask(agreement, "L001", FEW_POINTS), desk.ask(agreement, "L002", FEW_POINTS)]
    with desk.exchange.reading(desk.market.buyer) as session:
        assert delivery.usage(session, agreement.id) == pricing.Usage(rows=0, bytes=0, reads=3)
        (receipt,) = delivery.receipts(session, agreement.id)
        kinds = [entry.kind for entry in proof.history(session, agreement.id)]
    assert (receipt.fact["method"], receipt.fact["rows"]) == ("lookup", 0)
    assert kinds.count("lookup.answered") == 3
    desk.market.seal()
    with desk.exchange.reading(desk.market.buyer) as session:
        found = flows.prove(session, made[0].entry_id)
    assert found["fact"] | {"answer": "match", "token": made[0].token_id} == found["fact"]
    assert "L001" not in json.dumps(found)
    shown = flows.person_view.view(desk.exchange, desk.link("L001"))
    assert [(q.recipient, q.answer, q.token_id) for q in shown.questions] == [
        ("Quay Research", "match", made[1].token_id), ("Quay Research", "match", made[0].token_id),
    ]  # fmt: skip
    assert [asker.agreement_id for asker in shown.askers] == [agreement.id]
    assert {act.id for act, _ in shown.said} == {q.token_id for q in shown.questions}
    assert flows.person_view.view(desk.exchange, desk.link("L003")).questions == ()
    assert broken_laws(desk.exchange) == []


def test_an_answer_settles_like_any_delivery(desk: Desk) -> None:
    agreement = desk.agree(desk.publish(price="0.50 EUR per 1 reads, at most 10.00 EUR"))
    for person in ("L001", "L002"):
        desk.ask(agreement, person)
    desk.market.wait(days=400)
    assert desk.market.balance(desk.market.buyer) == Money(99_900, "EUR")
    assert broken_laws(desk.exchange) == []


def refusal(desk: Desk, agreement: Agreement, person: str, token: str, **more: Any) -> tuple[str, str, str]:
    """Everything that a refused buyer gets to see."""
    with pytest.raises(TokenRefused) as refused:
        desk.ask(agreement, person, token=token, **more)
    return type(refused.value).__name__, refused.value.message, str(refused.value.hint)


def test_every_refused_token_reads_the_same_whether_the_person_is_in_the_table_or_not(desk: Desk) -> None:
    listing_id = desk.publish()
    agreement = desk.agree(listing_id)
    used = desk.token(agreement, "L001").text
    desk.ask(agreement, "L001", token=used)
    of_stranger = desk.token(desk.agree(listing_id, by=desk.market.stranger), "L001").text
    late = desk.token(agreement, "L001").text
    desk.market.clock.advance(timedelta(minutes=31))
    fresh = desk.token(agreement, "L001").text
    changed = fresh[:-4] + ("AAAA" if fresh[-4:] != "AAAA" else "BBBB")
    seen = {
        refusal(desk, agreement, person, token)
        for person in ("L001", "L999") for token in ("", "x", "a.b.c", used, of_stranger, late, changed)
    } | {refusal(desk, agreement, "L002", fresh), refusal(desk, agreement, "L999", fresh)}  # fmt: skip
    assert len(seen) == 1
    assert desk.ask(agreement, "L001", token=fresh).answer == "match"


def test_a_refused_question_leaves_nothing_behind(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    desk.ask(agreement, "L001")
    token = desk.token(agreement, "L001").text
    before = desk.market.snapshot()
    refusal(desk, agreement, "L002", token)
    after = desk.market.snapshot()
    assert [name for name in after if after[name] != before[name]] == ["refused_tokens"]
    with desk.market.unhurt():
        for column, message in (("holder", "Nobody may ask about holder"), ("name", "Nobody may ask about name")):
            with pytest.raises(Invalid, match=message):
                desk.ask(agreement, "L001", Condition(column=column, operator=Operator.EQUAL, value="x"), token=token)
        with pytest.raises(Invalid, match="cannot ask with"):
            desk.ask(agreement, "L001", Condition(column="points", operator=Operator.NOT_EQUAL, value=1), token=token)
        with pytest.raises(Invalid, match="compares it with"):
            desk.ask(agreement, "L001", Condition(column="points", operator=Operator.EQUAL, value="many"), token=token)
        with pytest.raises(Invalid, match="5 conditions"):
            desk.ask(agreement, "L001", *[CLASS_B] * 5, token=token)
        with pytest.raises(NotFound):
            desk.ask(agreement, "L001", token=token, by=desk.market.stranger)


def test_of_many_wrong_tokens_at_the_same_moment_no_more_are_told_than_the_limit_allows(desk: Desk) -> None:
    desk.exchange.settings = replace(desk.exchange.settings, refused_tokens_per_hour=3)
    agreement = desk.agree(desk.publish())
    good = desk.token(agreement, "L001").text
    told = Counter(type(one).__name__ for one in at_once(12, lambda: desk.ask(agreement, "L001", token="wrong")))
    assert told == {"TokenRefused": 3, "TooManyTries": 9}
    with desk.exchange.reading(desk.market.operator) as session:
        (tried,) = delivery.tries.recent_tries(session)
        assert [event.kind for event in parties.inbox(session)].count("lookup.tried") == 1
    assert tried.count == 3
    with pytest.raises(TooManyTries):
        desk.ask(agreement, "L001", token=good)


def test_of_two_questions_with_one_token_at_the_same_moment_one_is_answered(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    desk.ask(agreement, "L001")
    token = desk.token(agreement, "L001").text

    def question() -> str:
        try:
            return desk.ask(agreement, "L001", token=token).answer
        except TokenRefused:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: question(), range(4)))
    assert sorted(answers) == ["match", "refused", "refused", "refused"]
    with desk.exchange.reading(desk.market.buyer) as session:
        assert delivery.lookups.count(session, agreement.id) == 2


def test_who_says_no_in_between_is_not_asked_about_and_the_token_does_not_come_back(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    token = desk.token(agreement, "L001").text
    desk.withdraw("L001")
    refusal(desk, agreement, "L001", token)
    fresh = desk.token(agreement, "L001").text
    refusal(desk, agreement, "L001", token)
    assert desk.ask(agreement, "L001", token=fresh).answer == "match"


def test_a_no_that_comes_while_the_table_is_read_keeps_the_answer_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = desk.agree(desk.publish())
    read = delivery.lookups.is_match

    def slowly(*arguments: Any) -> bool:
        desk.withdraw("L001")
        return read(*arguments)

    monkeypatch.setattr(delivery.lookups, "is_match", slowly)
    refusal(desk, agreement, "L001", desk.token(agreement, "L001").text)
    assert flows.person_view.view(desk.exchange, desk.link("L001")).questions == ()


def test_nothing_is_answered_while_the_agreement_or_the_listing_is_suspended(desk: Desk) -> None:
    listing_id = desk.publish()
    agreement = desk.agree(listing_id)
    token = desk.token(agreement, "L001").text
    with desk.exchange.session(desk.market.operator) as session:
        catalogue.suspend(session, listing_id, reason="for the test")
    with pytest.raises(Conflict, match="suspended"):
        desk.ask(agreement, "L001", token=token)
    with desk.exchange.session(desk.market.operator) as session:
        catalogue.reinstate(session, listing_id)
    desk.suspend(agreement)
    with pytest.raises(AgreementClosed):
        desk.ask(agreement, "L001", token=token)
    with pytest.raises(NotFound):
        desk.token(agreement, "L001")


def test_questions_are_limited_by_the_day_and_by_the_terms(desk: Desk) -> None:
    terms = {"purposes": ["ResearchAndDevelopment"], "duration_days": 365, "count_limit": 3}
    agreement = desk.agree(desk.publish(lookup={"columns": ["points"], "per_day": 2}, terms=terms))
    for _ in range(2):
        desk.ask(agreement, "L001", FEW_POINTS)
    token = desk.token(agreement, "L001").text
    with pytest.raises(TooManyQuestions) as refused:
        desk.ask(agreement, "L001", FEW_POINTS, token=token)
    assert refused.value.status == 429
    desk.market.clock.advance(timedelta(days=1, seconds=1))
    desk.ask(agreement, "L001", FEW_POINTS)
    with pytest.raises(delivery.CountSpent):
        desk.ask(agreement, "L001", FEW_POINTS)


def test_tokens_are_not_tried_out(desk: Desk) -> None:
    desk.exchange.settings = replace(desk.exchange.settings, refused_tokens_per_hour=3)
    listing_id = desk.publish()
    agreement, of_stranger = desk.agree(listing_id), desk.agree(listing_id, by=desk.market.stranger)
    spent, found = desk.token(agreement, "L001").text, desk.token(of_stranger, "L001").text
    desk.ask(agreement, "L001", token=spent)
    for person, token in (("L001", spent), ("L001", found), ("L002", "x")):
        refusal(desk, agreement, person, token)
        desk.market.clock.advance(timedelta(minutes=1))
    good = desk.token(agreement, "L001").text
    with desk.market.unhurt():
        for token in (good, spent):
            with pytest.raises(TooManyTries, match="3 questions of your organisation") as refused:
                desk.ask(agreement, "L001", token=token)
            assert (refused.value.status, "2026-11-20 10:00 UTC" in str(refused.value.hint)) == (429, True)
    assert desk.ask(of_stranger, "L001", token=found, by=desk.market.stranger).answer == "match", "another buyer has tries of its own"
    with desk.exchange.reading(desk.market.operator) as session:
        (tried,) = delivery.tries.recent_tries(session)
        (told,) = [event for event in parties.inbox(session) if event.kind == "lookup.tried"]
    assert (tried.recipient_id, tried.count) == (agreement.buyer_id, 3)
    assert told.facts == {"buyer": "Quay Research", "until": "2026-11-20 10:00 UTC"}
    with pytest.raises(Refused), desk.exchange.reading(desk.market.buyer) as session:
        delivery.tries.recent_tries(session)
    desk.market.clock.advance(timedelta(minutes=58))
    assert desk.ask(agreement, "L001").answer == "match"


def test_a_buyer_sees_what_it_has_asked_and_what_is_left_and_nobody_else_does(desk: Desk) -> None:
    terms = {"purposes": ["ResearchAndDevelopment"], "duration_days": 365, "count_limit": 3}
    agreement = desk.agree(desk.publish(lookup={"columns": ["points", "licence_class"], "per_day": 5}, terms=terms))
    made = [desk.ask(agreement, "L001", FEW_POINTS, CLASS_B), desk.ask(agreement, "L003", CLASS_B)]
    with desk.exchange.reading(desk.market.buyer) as session:
        found = flows.lookups.asked(session, agreement.id)
        older = flows.lookups.asked(session, agreement.id, before=made[1].id)
    assert [(one.columns, one.answer) for one in found.questions] == [
        (["licence_class"], "no_match"),
        (["points", "licence_class"], "match"),
    ]
    assert found.room == Room(per_day=5, today=2, limit=3, given=2)
    assert found.room.left == 1
    assert [one.id for one in older.questions] == [made[0].id]
    for actor in (desk.market.owner, desk.market.stranger, desk.market.operator):
        with pytest.raises(NotFound), desk.exchange.reading(actor) as session:
            flows.lookups.asked(session, agreement.id)


def test_the_controller_gives_a_token_on_a_persons_behalf_unless_the_person_said_no(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    with desk.exchange.session(desk.market.owner) as session:
        issued = flows.lookups.token_for(session, "L003", agreement.id)
    assert desk.ask(agreement, "L003", token=issued.text).answer == "no_match"
    desk.withdraw("L003")
    with desk.exchange.session(desk.market.owner) as session, pytest.raises(Refused, match="own link"):
        flows.lookups.token_for(session, "L003", agreement.id)
    with desk.exchange.session(desk.market.stranger) as session, pytest.raises(NotFound):
        flows.lookups.token_for(session, "L003", agreement.id)


def test_a_token_verifies_with_the_published_keys_and_names_no_person(desk: Desk) -> None:
    agreement = desk.agree(desk.publish())
    issued = desk.token(agreement, "L001")
    protected, payload, signature = issued.text.split(".")
    with desk.exchange.reading() as session:
        keys = parties.public_keys(session)
    said, _ = jws.verify({"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}, keys)
    assert said["recipient"] == agreement.buyer_id
    assert set(said) == {"spec", "token", "controller", "listing", "recipient", "purpose", "expires_at"}
    assert issued.act.subject.hex() not in json.dumps(said)


def test_values_about_identities_are_refused_by_the_house_and_counted(desk: Desk) -> None:
    rows = [f"P{n},{number}" for n, number in enumerate(_PHONES)]
    answers = {"columns": ["phone"], "answers": "value"}
    with pytest.raises(NotCompliant) as refused:
        desk.publish(header="holder,phone", rows=rows, lookup=answers)
    assert "HOUSE-ID-LOOKUP" in {finding["rule"] for finding in refused.value.details["findings"]}
    with desk.exchange.reading() as session:
        counted = notices.list_refusals(session)
    assert any(one.kind == "raw_identity_lookup" for one in counted)
    with pytest.raises(Refused, match="never with a value"):
        desk.publish(lookup={"columns": ["points"], "answers": "value"})


def test_an_identity_is_confirmed_and_never_narrowed_down(desk: Desk) -> None:
    rows = [f"P{n},{number}" for n, number in enumerate(_PHONES)]
    agreement = desk.agree(desk.publish(header="holder,phone", rows=rows, lookup={"columns": ["phone"]}))
    phone = Condition(column="phone", operator=Operator.EQUAL, value=_PHONES[0])
    assert desk.ask(agreement, "P0", phone).answer == "match"
    assert desk.ask(agreement, "P1", phone).answer == "no_match"
    with pytest.raises(Invalid, match="a range over it"):
        desk.ask(agreement, "P0", Condition(column="phone", operator=Operator.LESS, value="+49 171 3"))


def test_rows_about_children_are_not_offered_for_questions_either(desk: Desk) -> None:
    with pytest.raises(NotCompliant) as refused:
        desk.publish(facts={"asset.under_14": True})
    assert "HOUSE-NO-MINORS" in {finding["rule"] for finding in refused.value.details["findings"]}


_PHONES = [f"+49 171 {2_000_000 + n * 7_919}" for n in range(40)]
