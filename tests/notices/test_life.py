"""A notice from its arrival to its end: the clock that suspends, the way back, and who may do what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from entrepot import catalogue, notices, parties, proof, trades
from entrepot.catalogue import ListingSuspended
from entrepot.kit import Conflict, Invalid, NotFound, Refused
from entrepot.notices import NoticeKind
from entrepot.notices.model import notice_from
from entrepot.runtime import ANONYMOUS, SYSTEM
from entrepot.trades import AgreementClosed
from support.notices import DIGEST, FINDING, agreement_state, file_notice, hand_in, listing_state, look, retest, take
from support.trading import Market, is_clean


def test_the_clock_suspends_the_listing_freezes_its_agreements_and_tells_the_buyer(market: Market) -> None:
    listing, other = market.publish(price="free").listing_id, market.publish(price="free").listing_id
    running, elsewhere = market.agree(listing), market.agree(other)
    settled = market.trade(listing)
    notice = file_notice(market, listing)
    market.wait(days=6)
    assert listing_state(market, listing) == "live", "five Chinese working days from a Friday end a week later"
    market.wait(days=2)
    assert (look(market, notice).state, listing_state(market, listing)) == ("suspended", "suspended")
    assert [agreement_state(market, one) for one in (running, settled, elsewhere)] == ["suspended", "suspended", "active"]
    with pytest.raises(AgreementClosed, match=r"suspended since 2026-.* The reason was: A legal notice suspends the listing\.$"):
        market.deliver(running)
    market.deliver(elsewhere)
    with market.exchange.reading(market.buyer) as session:
        assert [line.kind for line in parties.inbox(session)][:2] == ["agreement.suspended", "agreement.suspended"]
    with market.exchange.reading(ANONYMOUS) as session, pytest.raises(ListingSuspended, match="legal notice"):
        catalogue.get(session, listing)
    hand_in(market, notice)
    assert retest(market, notice, passed=True).state == "reinstated"
    assert [agreement_state(market, one) for one in (running, settled)] == ["active", "fulfilled"]
    assert listing_state(market, listing) == "live"
    market.deliver(running)
    market.seal()
    assert is_clean(market.exchange)


def test_evidence_in_time_and_a_passed_retest_close_the_notice_and_nothing_is_suspended(market: Market) -> None:
    listing = market.publish().listing_id
    notice = file_notice(market, listing)
    take(market, market.owner, "acknowledge", notice)
    take(market, market.owner, "file_plan", notice, "first thoughts")
    take(market, market.owner, "file_plan", notice, "The column goes.")
    take(market, market.regulator, "accept_plan", notice, "fine")
    hand_in(market, notice)
    market.wait(days=30)
    assert listing_state(market, listing) == "live", "whoever has handed in waits for the re-test without harm"
    assert retest(market, notice, passed=True).state == "closed"
    with market.exchange.reading(market.regulator) as session:
        verbs = [step.verb for step in notices.history(session, notice.id)]
        facts = [entry.kind for entry in proof.history(session, notice.id)]
    assert verbs == ["file", "acknowledge", "plan", "plan", "accept_plan", "submit", "retest", "pass"]
    assert facts == [
        "notice.filed", "notice.acknowledged", "notice.plan_filed", "notice.plan_filed", "notice.plan_accepted",
        "notice.evidence_submitted", "notice.retest_begun", "notice.retest_passed",
    ]  # fmt: skip


def test_a_failed_retest_gives_one_more_attempt_under_the_same_clock(market: Market) -> None:
    listing = market.publish().listing_id
    notice = file_notice(market, listing)
    hand_in(market, notice)
    assert retest(market, notice, passed=False).state == "retest_failed"
    assert look(market, notice).due_at == notice.due_at
    hand_in(market, notice)
    assert retest(market, notice, passed=False).state == "suspended"
    hand_in(market, notice)
    assert retest(market, notice, passed=False).state == "suspended"
    hand_in(market, notice)
    assert retest(market, notice, passed=True).state == "reinstated"
    assert listing_state(market, listing) == "live"


def test_a_retest_that_fails_after_the_due_date_suspends_at_once(market: Market) -> None:
    listing = market.publish().listing_id
    notice = file_notice(market, listing)
    hand_in(market, notice)
    market.wait(days=20)
    assert retest(market, notice, passed=False).state == "suspended"
    assert listing_state(market, listing) == "suspended"


def test_a_late_submission_does_not_outrun_the_clock(market: Market) -> None:
    notice = file_notice(market, market.publish().listing_id)
    take(market, market.owner, "acknowledge", notice)
    take(market, market.owner, "file_plan", notice, "soon")
    market.clock.advance(notice.due_at - market.clock.now())
    with pytest.raises(Conflict, match="ended at"):
        hand_in(market, notice)
    market.seal()
    assert look(market, notice).state == "suspended"


@pytest.mark.parametrize(
    ("received", "due"),
    [(datetime(2021, 4, 23, 2, tzinfo=UTC), date(2021, 4, 29)), (datetime(2022, 3, 14, 2, tzinfo=UTC), date(2022, 3, 21))],
)
def test_the_due_dates_of_two_real_notices(market: Market, received: datetime, due: date) -> None:
    market.clock.advance(received - market.clock.now())
    notice = file_notice(market, market.publish().listing_id, authority="MIIT")
    assert (notice.clock, notice.due_at) == ("5CNBD", datetime(due.year, due.month, due.day, 15, 59, 59, tzinfo=UTC))
    assert notice.assumption == ""


def test_a_calendar_that_is_not_known_is_said(market: Market) -> None:
    market.clock.advance(timedelta(days=365 * 20))
    assert "not known" in file_notice(market, market.publish().listing_id).assumption


def test_a_given_due_date_counts_to_its_last_second_where_the_authority_is(market: Market) -> None:
    listing = market.publish().listing_id
    given = file_notice(market, listing, due=date(2026, 11, 27), jurisdiction="EU")
    assert (given.clock, given.due_at) == ("given", datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC))
    with pytest.raises(Invalid, match="has passed"):
        file_notice(market, listing, due=date(2026, 11, 19), by=market.operator, kind=NoticeKind.EXCHANGE)
    with pytest.raises(Invalid, match="still to come"):
        file_notice(market, listing, received_at=market.clock.now() + timedelta(hours=1))
    with pytest.raises(Invalid, match="calendar"):
        file_notice(market, listing, jurisdiction="XX")


def test_nothing_is_suspended_before_the_owner_had_a_working_day_to_be_heard(market: Market) -> None:
    """Filed on a Friday; Monday is the next working day."""
    listing = market.publish(price="free").listing_id
    hour = market.clock.now() - timedelta(minutes=59)
    own = file_notice(market, listing, by=market.operator, kind=NoticeKind.EXCHANGE, received_at=hour, span="1H")
    theirs = file_notice(market, market.publish(price="free").listing_id, due=date(2026, 11, 17))
    american = file_notice(market, market.publish(price="free").listing_id, due=date(2026, 11, 17), jurisdiction="US")
    assert (own.clock, theirs.clock, f"{theirs.due_at:%Y-%m-%d}") == ("1H", "given", "2026-11-17"), "the record says what was given"
    assert own.suspends_at == theirs.suspends_at == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert american.suspends_at == datetime(2026, 11, 24, 4, 59, 59, tzinfo=UTC)
    market.wait(days=3)
    assert [look(market, one).state for one in (own, theirs, american)] == ["received"] * 3
    take(market, market.owner, "counter", own, "The finding is wrong.")
    take(market, market.owner, "counter", theirs, "The finding is wrong.")
    market.wait(days=2)
    assert [look(market, one).state for one in (own, theirs, american)] == ["received", "suspended", "suspended"]


def test_after_a_suspension_the_owner_may_still_state_its_view(market: Market) -> None:
    notice = file_notice(market, market.publish(price="free").listing_id, by=market.operator, kind=NoticeKind.EXCHANGE)
    market.wait(days=10)
    assert look(market, notice).state == "suspended"
    with market.exchange.reading(market.owner) as session:
        assert "counter" in notices.possible_steps(session, notices.get(session, notice.id))
    assert take(market, market.owner, "counter", notice, "We were on leave.").state == "suspended"
    take(market, market.operator, "answer_counter", notice, "Noted.")
    market.wait(days=1)
    assert look(market, notice).state == "suspended"
    assert take(market, market.operator, "take_back", notice, "You are right.").state == "taken_back"


def test_what_an_earlier_release_wrote_of_a_notice_is_read(market: Market) -> None:
    notice = file_notice(market, market.publish().listing_id)
    written = notices.plain(notice)
    del written["heard_until"]
    assert notice_from(written).suspends_at == notice.due_at


def test_imminent_harm_suspends_before_the_owner_is_heard_and_the_owner_is_heard_after(market: Market) -> None:
    listing = market.publish().listing_id
    notice = file_notice(market, listing, harm="Addresses of witnesses are on offer.", is_public=True)
    assert (notice.state, listing_state(market, listing)) == ("suspended", "suspended")
    with market.exchange.reading(ANONYMOUS) as session, pytest.raises(ListingSuspended, match="Data Authority, 2026-17"):
        catalogue.get(session, listing)
    take(market, market.owner, "counter", notice, "No witness is in it.")
    assert take(market, market.regulator, "take_back", notice, "You are right.").state == "taken_back"
    assert listing_state(market, listing) == "live"


def test_what_others_have_suspended_stays_and_what_the_notice_holds_nobody_else_lifts(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    held_back, running = market.agree(listing), market.agree(listing)
    with market.exchange.session(market.owner) as session:
        trades.move(session, held_back.id, trades.AgreementState.SUSPENDED, "a question")
    with market.exchange.session(market.operator) as session:
        catalogue.suspend(session, listing, reason="a complaint")
    notice = file_notice(market, listing, harm="now")
    with market.exchange.session(market.operator) as session:
        assert catalogue.reinstate(session, listing).state == "suspended"
    for actor in (market.operator, market.owner):
        with market.exchange.session(actor) as session, pytest.raises((Conflict, Refused)):
            trades.move(session, running.id, trades.AgreementState.ACTIVE, "go on")
    with market.exchange.session(market.owner) as session, pytest.raises(Conflict, match="legal notice"):
        trades.move(session, held_back.id, trades.AgreementState.ACTIVE, "answered")
    with market.exchange.session(market.operator) as session:
        with pytest.raises(Conflict, match="held by the notice"):
            catalogue.reinstate(session, listing)
        catalogue.suspend(session, listing, reason="a second complaint")
    hand_in(market, notice)
    retest(market, notice, passed=True)
    assert listing_state(market, listing) == "suspended"
    assert [agreement_state(market, one) for one in (held_back, running)] == ["suspended", "active"]
    with market.exchange.session(market.operator) as session:
        assert catalogue.reinstate(session, listing).state == "live"


def test_of_two_notices_on_one_listing_the_last_one_lets_it_go(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    running = market.agree(listing)
    first, second = (file_notice(market, listing, harm="now", document_number=number) for number in ("17", "18"))
    take(market, market.regulator, "take_back", first, "settled")
    assert (listing_state(market, listing), agreement_state(market, running)) == ("suspended", "suspended")
    take(market, market.regulator, "take_back", second, "settled")
    assert (listing_state(market, listing), agreement_state(market, running)) == ("live", "active")


def test_an_agreement_that_ended_while_frozen_stays_ended(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    running, expiring = market.agree(listing), market.agree(listing)
    notice = file_notice(market, listing, harm="now")
    with market.exchange.session(market.buyer) as session:
        trades.move(session, expiring.id, trades.AgreementState.TERMINATED, "no longer needed")
    take(market, market.regulator, "take_back", notice, "settled")
    assert [agreement_state(market, one) for one in (running, expiring)] == ["active", "terminated"]


def test_a_draft_that_a_notice_holds_passes_review_into_suspension(market: Market) -> None:
    from entrepot.catalogue import ListingState, holds

    listing = market.publish().listing_id
    with market.exchange.session(SYSTEM) as session:
        draft = catalogue.agreed_listing(session, listing)
        from entrepot.catalogue import repository, states

        assert repository.change(session.db, draft, now=session.now, state=ListingState.DRAFT)
        holds.place(session, listing, holder="ntc_x", reason="", freezes=True)
        now = catalogue.agreed_listing(session, listing)
        assert now.state is ListingState.DRAFT
        version = catalogue.current_version(session, listing)
        assert states.offer(session, now, version).state is ListingState.SUSPENDED
        assert holds.lift(session, listing, holder="ntc_x").state is ListingState.LIVE


def test_the_exchange_answers_a_counter_statement_before_it_suspends_and_an_authority_need_not(market: Market) -> None:
    listing = market.publish().listing_id
    own = file_notice(market, listing, by=market.operator, kind=NoticeKind.EXCHANGE)
    theirs = file_notice(market, market.publish().listing_id)
    take(market, market.owner, "counter", own, "The finding is wrong.")
    take(market, market.owner, "counter", theirs, "The finding is wrong.")
    market.wait(days=14)
    assert (look(market, own).state, look(market, theirs).state) == ("received", "suspended")
    take(market, market.operator, "answer_counter", own, "It is right, because …")
    market.seal()
    assert (look(market, own).state, listing_state(market, listing)) == ("suspended", "suspended")
    with pytest.raises(Conflict, match="already"):
        take(market, market.owner, "counter", own, "again")


def test_a_right_holder_who_does_not_go_to_court_in_fifteen_days_lets_the_listing_go(market: Market) -> None:
    listing, sued = market.publish().listing_id, market.publish().listing_id
    lapsing = file_notice(market, listing, by=market.operator, kind=NoticeKind.IP, authority="Maps Ltd", harm="a copied map")
    going_on = file_notice(market, sued, by=market.operator, kind=NoticeKind.IP, authority="Maps Ltd")
    assert going_on.clock == "15D"
    market.wait(days=10)
    for notice in (lapsing, going_on):
        take(market, market.owner, "counter", notice, "We measured it ourselves.")
    market.wait(days=10)
    assert listing_state(market, sued) == "live", "the clock waits for the right-holder"
    take(market, market.operator, "name_suit", going_on, "Shanghai IP Court, (2026) 17")
    market.seal()
    assert (look(market, going_on).state, listing_state(market, sued)) == ("suspended", "suspended")
    market.wait(days=6)
    assert (look(market, lapsing).state, listing_state(market, listing)) == ("reinstated", "live")


def test_each_step_is_for_its_side_and_strangers_find_nothing(market: Market) -> None:
    notice = file_notice(market, market.publish().listing_id)
    for verb, values in (("acknowledge", ()), ("file_plan", ("p",)), ("submit", ({"F1": (DIGEST, "")},)), ("counter", ("c",))):
        for actor in (market.regulator, market.operator):
            with pytest.raises(Refused):
                take(market, actor, verb, notice, *values)
        for actor in (market.buyer, market.stranger):
            with pytest.raises(NotFound):
                take(market, actor, verb, notice, *values)
    for verb, values in (("accept_plan", ()), ("begin_retest", ("T",)), ("take_back", ("r",)), ("answer_counter", ("a",))):
        for actor in (market.owner, market.operator):
            with pytest.raises(Refused):
                take(market, actor, verb, notice, *values)
    for actor in (market.owner, market.buyer):
        with pytest.raises(Refused):
            file_notice(market, notice.listings[0], by=actor)
    seen = {}
    for name in ("owner", "operator", "regulator", "buyer", "stranger"):
        with market.exchange.reading(getattr(market, name)) as session:
            seen[name] = len(notices.list_notices(session))
    assert seen == {"owner": 1, "operator": 1, "regulator": 1, "buyer": 0, "stranger": 0}


def test_the_tester_is_neither_side_and_the_evidence_fits_the_findings(market: Market) -> None:
    notice = file_notice(market, market.publish().listing_id)
    take(market, market.owner, "acknowledge", notice)
    take(market, market.owner, "file_plan", notice, "p")
    for evidence in ({}, {"F2": (DIGEST, "")}, {"F1": ("nonsense", "")}):
        with pytest.raises(Invalid):
            take(market, market.owner, "submit", notice, evidence)
    hand_in(market, notice)
    for name in ("Harbour Statistics", "data authority"):
        with pytest.raises(Refused, match="is a party"):
            take(market, market.regulator, "begin_retest", notice, name)
    with pytest.raises(Conflict, match="no re-test"):
        take(market, market.regulator, "report_retest", notice, {"F1": True}, report=DIGEST)


def test_a_notice_addresses_one_organisation_and_says_what_is_wrong(market: Market) -> None:
    listing = market.publish().listing_id
    theirs = market.publish(by=market.stranger).listing_id
    for listings, more in (((listing, theirs), {}), ((), {}), ((listing,), {"findings": ()}), ((listing,), {"findings": (FINDING, FINDING)}),
                           ((listing,), {"document_number": " "})):  # fmt: skip
        with pytest.raises(Invalid):
            file_notice(market, *listings, **more)
    with pytest.raises(NotFound):
        file_notice(market, "lst_nothing")


def test_a_notice_that_is_filed_again_names_the_one_that_is_open(market: Market) -> None:
    listing, other = market.publish().listing_id, market.publish().listing_id
    first = file_notice(market, listing, other)
    for again in ((listing, other), (other, listing)):
        with pytest.raises(Conflict, match=first.id) as refused:
            file_notice(market, *again, document_number=" 2026-17 ", harm="It goes on.")
        assert refused.value.details["notice"] == first.id
        assert first.id in refused.value.said("zh")[0]
    assert listing_state(market, listing) == "live"
    file_notice(market, listing)
    file_notice(market, listing, other, document_number="2026-18")
    file_notice(market, listing, other, by=market.operator)
    take(market, market.regulator, "take_back", first, "a mistake")
    assert file_notice(market, listing, other).id != first.id


def test_of_one_notice_filed_twice_at_one_moment_one_is_taken(market: Market) -> None:
    listing = market.publish().listing_id

    def file() -> str:
        try:
            return file_notice(market, listing).id
        except Conflict:
            return ""

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: file(), range(4)))
    assert len([one for one in made if one]) == 1


def test_facts_in_the_owners_favour_are_kept(market: Market) -> None:
    notice = file_notice(market, market.publish().listing_id)
    take(market, market.owner, "record_leniency", notice, "harm_removed", "Copies were recalled within a day.")
    made = take(market, market.regulator, "record_leniency", notice, "first_minor_corrected", "No earlier notice.")
    assert [(one.fact, one.by_id) for one in made.leniency] == [
        ("harm_removed", market.owner.organisation_id), ("first_minor_corrected", market.regulator.organisation_id),
    ]  # fmt: skip


def test_what_is_due_next_comes_first(market: Market) -> None:
    listing = market.publish().listing_id
    late = file_notice(market, listing, due=date(2026, 12, 20), document_number="2026-16")
    soon = file_notice(market, listing, due=date(2026, 11, 25))
    off = file_notice(market, market.publish().listing_id, harm="now")
    with market.exchange.reading(market.operator) as session:
        assert [one.id for one in notices.due_next(session)] == [soon.id, late.id, off.id]


def test_a_job_that_runs_late_or_twice_does_no_harm(market: Market) -> None:
    from entrepot.notices.steps import end_clock, lapse_claim

    listing = market.publish().listing_id
    notice = file_notice(market, listing)
    with market.exchange.session(SYSTEM) as session:
        end_clock(session, notice_id=notice.id)
    assert look(market, notice).state == "received", "early"
    market.wait(days=40)
    with market.unhurt(), market.exchange.session(SYSTEM) as session:
        end_clock(session, notice_id=notice.id)
        lapse_claim(session, notice_id=notice.id)
        end_clock(session, notice_id="ntc_gone")
