"""Complaints without a name, and the counters of refused uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot import notices, parties, proof
from entrepot.kit import Conflict, Invalid, NotFound, Refused
from entrepot.notices import Gate, NoticeKind, Prohibited, TooManyComplaints
from entrepot.runtime import ANONYMOUS, SYSTEM, Exchange
from support.notices import complain, file_notice
from support.trading import Market


def test_a_complaint_is_answered_to_whoever_has_the_code(market: Market) -> None:
    listing = market.publish().listing_id
    complaint_id, code = complain(market, listing_id=listing)
    market.wait(hours=2)
    with market.exchange.session(market.operator) as session:
        assert [line.kind for line in parties.inbox(session)] == ["complaint.received"]
        assert [one.id for one in notices.list_complaints(session)] == [complaint_id]
        notices.answer_complaint(session, complaint_id, "Which row?")
    with market.exchange.session(ANONYMOUS) as session:
        notices.add_to_complaint(session, code, "The third.")
    notice = file_notice(market, listing, by=market.operator, kind=NoticeKind.EXCHANGE, complaint_id=complaint_id)
    with market.exchange.session(market.operator) as session:
        notices.answer_complaint(session, complaint_id, "The owner has a notice now.", close=True)
    with market.exchange.session(ANONYMOUS) as session:
        found, said = notices.read_complaint(session, f" {code} ")
        assert (found.state, found.notice_id) == ("closed", notice.id)
        assert [(one.text, one.by_operator) for one in said] == [
            ("My name is in it.", False), ("Which row?", True), ("The third.", False), ("The owner has a notice now.", True),
        ]  # fmt: skip
        with pytest.raises(Conflict, match="closed"):
            notices.add_to_complaint(session, code, "One more.")


def test_nothing_is_kept_that_could_lead_back(market: Market) -> None:
    market.clock.advance(timedelta(minutes=17, seconds=3))
    complaint_id, code = complain(market)
    rows = market.snapshot()
    assert code not in str(rows)
    assert "9, 17" not in str(rows["complaints"] + rows["complaint_messages"])
    with market.exchange.reading(SYSTEM) as session:
        assert proof.history(session, complaint_id) == [], "the log hears of it when the hour is over"
    market.wait(hours=2)
    with market.exchange.reading(SYSTEM) as session:
        assert [entry.kind for entry in proof.history(session, complaint_id)] == ["complaint.received"]


def test_only_the_operator_and_the_code_read_a_complaint(market: Market) -> None:
    complaint_id, _ = complain(market)
    for actor in (market.owner, market.regulator, market.buyer):
        with market.exchange.session(actor) as session:
            with pytest.raises(Refused):
                notices.list_complaints(session)
            with pytest.raises(NotFound):
                notices.answer_complaint(session, complaint_id, "hm")
            with pytest.raises(NotFound):
                notices.read_complaint(session, "guess")
            with pytest.raises(NotFound):
                notices.get_complaint(session, complaint_id)


def test_an_hour_takes_only_so_many_and_the_next_takes_more(market: Market) -> None:
    exchange = market.exchange
    exchange.settings = replace(exchange.settings, complaints_per_hour=2)
    _, code = complain(market)
    complain(market)
    with pytest.raises(TooManyComplaints, match="2 are taken"):
        complain(market)
    with exchange.session(ANONYMOUS) as session, pytest.raises(TooManyComplaints):
        notices.add_to_complaint(session, code, "more")
    market.clock.advance(timedelta(hours=1))
    complain(market)


def test_an_empty_complaint_is_none(market: Market) -> None:
    for text in ("", "  ", "x" * 10_001, "a\x00b"):
        with market.unhurt(), pytest.raises(Invalid):
            complain(market, text)


def _refuse(exchange: Exchange, kind: Prohibited) -> None:
    with exchange.session(SYSTEM) as session:
        notices.count_refusal(session, kind, Gate.CONTRACT)
        raise Refused("No.", "")


def test_a_refused_use_is_counted_although_the_refusal_takes_everything_back(exchange: Exchange) -> None:
    for kind in (Prohibited.DISSENT, Prohibited.DISSENT, Prohibited.RAW_LOOKUP):
        with pytest.raises(Refused):
            _refuse(exchange, kind)
    with exchange.reading(SYSTEM) as session:
        notices.count_refusal(session, Prohibited.UNDER_14, Gate.DELIVERY)
    with exchange.reading(ANONYMOUS) as session:
        assert notices.totals(session) == {
            (Prohibited.DISSENT, Gate.CONTRACT): 2, (Prohibited.RAW_LOOKUP, Gate.CONTRACT): 1, (Prohibited.UNDER_14, Gate.DELIVERY): 1,
        }  # fmt: skip
        assert {one.day for one in notices.list_refusals(session)} == {exchange.clock.now().date()}
    with exchange.database.snapshot() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM proof_leaves WHERE kind = 'use.refused'").scalar() == 4
