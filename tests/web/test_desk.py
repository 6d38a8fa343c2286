"""The regulator desk in a browser without scripts: both languages, the clock that ends while a buyer reads, complaints, access."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from entrepot import notices
from entrepot.asgi import create_app
from entrepot.runtime import ANONYMOUS, Exchange
from support.notices import DIGEST, complain, file_notice, listing_state, retest
from support.pages import member
from support.trading import Market, open_market
from support.visitor import Visitor


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market whose clock the test moves."""
    return open_market(exchange, tmp_path / "goods")


def enter(market: Market, role: str) -> Visitor:
    """Somebody of this role, signed in."""
    email = f"{role}@house.example"
    member(market.exchange, getattr(market, role), email)
    return Visitor(create_app(market.exchange)).sign_in(email)


def test_chinese_pages_say_why_an_agreement_is_held_back_in_chinese(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    agreement = market.agree(listing)
    buyer, owner = enter(market, "buyer"), enter(market, "owner")
    notice = file_notice(market, listing, harm="Addresses of witnesses are on offer.")
    for address in ("/inbox", f"/agreements/{agreement.id}"):
        assert "法律通知暂停了该挂牌" in buyer.go(f"{address}?lang=zh").text
        assert "legal notice" not in buyer.here.text
        assert "A legal notice suspends the listing." in buyer.go(f"{address}?lang=en").text
    owner.go(f"/notices/{notice.id}?lang=en")
    assert "No witness is in it." in owner.send("Make a counter-statement", text="No witness is in it.").text


def test_a_notice_that_is_due_too_soon_says_until_when_the_owner_is_heard(market: Market) -> None:
    notice = file_notice(market, market.publish(price="free").listing_id, due=date(2026, 11, 17))
    owner = enter(market, "owner")
    assert "Nothing is suspended before 23 Nov 2026 23:59" in owner.go(f"/notices/{notice.id}?lang=en").text
    assert "之前不会暂停任何内容" in owner.go(f"/notices/{notice.id}?lang=zh").text
    market.wait(days=5)
    owner.sign_in("owner@house.example")
    owner.go(f"/notices/{notice.id}?lang=en")
    assert "We were away." in owner.send("Make a counter-statement", text="We were away.").text


def test_a_notice_whose_clock_ends_suspends_a_listing_while_a_buyer_reads_it(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    agreement = market.agree(listing)
    regulator, owner, buyer = (enter(market, role) for role in ("regulator", "owner", "buyer"))
    regulator.go("/notices")
    made = regulator.send(
        "Serve the notice",
        document_number="2026-17",
        listings=listing,
        basis_1="PIPL 2021, art. 6",
        text_1="Reads contacts.",
        fields_1="phone",
    )
    assert made.status == 200
    assert "27 Nov 2026 23:59" in made.text
    assert "Asia/Shanghai" in made.text
    assert "2026-17" in owner.go("/inbox").text
    assert "days left" in owner.go("/notices").text
    owner.follow("2026-17")
    owner.send("Acknowledge", button=None)
    assert buyer.go(f"/listings/{listing}").status == 200
    market.wait(days=8)
    for role, visitor in (("regulator", regulator), ("owner", owner), ("buyer", buyer)):
        visitor.sign_in(f"{role}@house.example")  # A login lasts hours only.
    read = buyer.go(f"/listings/{listing}")
    assert (read.status, "suspended" in read.text, "frozen" in read.text) == (451, True, True)
    assert "暂停" in buyer.go(f"/listings/{listing}?lang=zh").text
    assert buyer.go(f"/agreements/{agreement.id}?lang=en").status == 200
    assert "Suspended" in buyer.here.text
    assert "held back" in buyer.go("/inbox").text
    assert Visitor(create_app(market.exchange)).go(f"/listings/{listing}").status == 451
    assert "holds this listing" in owner.go(f"/listings/{listing}").text
    owner.go(made.address)
    owner.send("SHA-256 of the evidence", digest_F1=DIGEST)
    regulator.go(made.address)
    regulator.send("Independent third party", text="Third House")
    regulator.send("SHA-256 of the tester", report=DIGEST, result_F1="passed")
    assert "On offer again" in regulator.here.text
    assert buyer.go(f"/listings/{listing}").status == 200
    assert market.agreement(agreement).state == "active"


def test_every_step_has_its_form_and_what_is_wrong_is_said_on_the_page(market: Market) -> None:
    listing = market.publish().listing_id
    regulator, owner = enter(market, "regulator"), enter(market, "owner")
    regulator.go("/notices")
    wrong = regulator.send("Serve the notice", document_number="1", listings="lst_nothing", basis_1="b", text_1="t")
    assert (wrong.status, "There is no listing" in wrong.text) == (404, True)
    notice = file_notice(market, listing)
    here = f"/notices/{notice.id}"
    owner.go(here)
    owner.send("Acknowledge")
    owner.send("File the plan", text="The column goes.")
    assert "The column goes." in regulator.go(here).text
    regulator.send("Accept the plan", text="fine")
    owner.go(here)
    bad = owner.send("SHA-256 of the evidence", digest_F1="nonsense")
    assert (bad.status, "no SHA-256 digest" in bad.text) == (422, True)
    owner.send("SHA-256 of the evidence", digest_F1=DIGEST)
    owner.send("Your own view", text="It was never read.")
    owner.send("Record a fact", fact="harm_removed", text="recalled")
    assert "Removed or lessened" in owner.here.text
    regulator.go(here)
    regulator.send("Answer the counter-statement", text="It was.")
    regulator.send("Independent third party", text="Third House")
    regulator.send("SHA-256 of the tester", report=DIGEST, result_F1="failed")
    assert "Re-test failed" in regulator.here.text
    regulator.send("Take the notice back", text="settled")
    assert "Taken back by its author" in regulator.here.text
    assert "撤回" in regulator.go(f"{here}?lang=zh").text


def test_a_complaint_is_sent_read_and_answered_without_a_login(market: Market) -> None:
    nobody, operator = Visitor(create_app(market.exchange)), enter(market, "operator")
    nobody.go("/complaints")
    sent = nobody.send("Send it", text="My name is in it.")
    assert (sent.status, "shown once" in sent.text) == (201, True)
    with market.exchange.reading(market.operator) as session:
        (found,) = notices.list_complaints(session)
    operator.go("/complaints")
    operator.follow("Data about me")
    operator.send("Answer", text="Which row?")
    _, code = complain(market, "Another one.")
    with market.exchange.session(ANONYMOUS) as session:
        assert notices.read_complaint(session, code)[0].id != found.id
    nobody.go("/complaints")
    assert "Another one." in nobody.send("Receipt code", code=code).text
    nobody.send("Add something", more="And this.")
    assert "And this." in nobody.here.text
    nobody.go("/complaints")
    assert nobody.send("Receipt code", code="guess").status == 404
    assert nobody.go(f"/complaints/{found.id}").status == 401


def test_access_is_asked_decided_and_used(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    market.trade(listing)
    regulator, operator, owner = (enter(market, role) for role in ("regulator", "operator", "owner"))
    regulator.go("/access")
    asked = regulator.send("Ask the operator", subject=listing, basis="NDSR 2025, art. 50", until="2026-11-30")
    assert asked.status == 200
    assert owner.go(asked.address).status == 404, "before the decision"
    operator.go(asked.address)
    operator.send("Approve", button=("do", "approve"), reason="the basis fits")
    regulator.go(asked.address)
    regulator.send("Look now")
    assert "deliveries" in regulator.here.text
    assert "the basis fits" in owner.go(asked.address).text


def test_everybody_reads_what_was_refused(market: Market) -> None:
    with market.exchange.session(ANONYMOUS) as session:
        notices.count_refusal(session, notices.Prohibited.DISSENT, notices.Gate.CONTRACT)
    nobody = Visitor(create_app(market.exchange))
    assert "Surveillance of dissent" in nobody.go("/refusals").text
    assert "监视异见" in nobody.go("/refusals?lang=zh").text


def test_a_notice_that_is_not_public_does_not_say_whose_it_is(market: Market) -> None:
    open_one, silent = market.publish().listing_id, market.publish().listing_id
    first = file_notice(market, open_one, harm="now", is_public=True)
    file_notice(market, silent, harm="now")
    nobody = Visitor(create_app(market.exchange))
    assert "Data Authority" in nobody.go(f"/listings/{open_one}").text
    assert "Data Authority" not in nobody.go(f"/listings/{silent}").text
    from support.notices import hand_in

    hand_in(market, first)
    retest(market, first, passed=True)
    assert listing_state(market, open_one) == "live"
