"""Statements add up, invoices show each party its own side, and neither runs anything."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from entrepot import settlement
from entrepot.kit import Conflict, Invalid, ManualClock, Money, NotFound
from entrepot.runtime import SYSTEM, Actor, Exchange
from entrepot.settlement import AccountCode
from support import people


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def of(actor: Actor) -> str:
    return actor.organisation_id or ""


class Sale:
    """A buyer paid 60.00 for agr_1, of which 1.50 is the fee; agr_2 was metered; agr_3 is held."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        self.exchange, self.clock, self.start = exchange, clock, clock.now()
        self.operator = people.operator(exchange)
        self.buyer = people.organisation(exchange, '=HYPERLINK("http://x")')
        self.seller, self.other, self.stranger = (
            people.organisation(exchange, n) for n in ("<script>alert(1)</script>", "二号公司", "Stranger")
        )
        with exchange.session(self.operator) as session:
            settlement.deposit(session, of(self.buyer), eur(10_000), "bank-1")
        clock.advance(timedelta(hours=1))
        with exchange.session(SYSTEM) as session:
            settlement.place_escrow(session, "agr_1", of(self.buyer), eur(6_000))
            settlement.place_escrow(session, "agr_2", of(self.buyer), eur(2_000))
            settlement.place_escrow(session, "agr_3", of(self.buyer), eur(500))
        clock.advance(timedelta(hours=1))
        with exchange.session(SYSTEM) as session:
            settlement.release(session, "agr_1", seller_id=of(self.seller), fee_basis_points=250)
            shares = [(of(self.seller), eur(300)), (of(self.other), eur(200))]
            settlement.release(session, "agr_2", amount=eur(500), to=shares)


@pytest.fixture
def sale(exchange: Exchange, clock: ManualClock) -> Sale:
    return Sale(exchange, clock)


def test_a_statement_opens_and_closes_with_the_balance_and_adds_up_between(sale: Sale) -> None:
    middle, late = sale.start + timedelta(hours=2), sale.start + timedelta(days=1)
    with sale.exchange.reading(sale.buyer) as session:
        whole = settlement.statement(session, of(sale.buyer), sale.start, late, currency="EUR")
        halves = [settlement.statement(session, of(sale.buyer), *span, currency="EUR") for span in ((sale.start, middle), (middle, late))]
        balance = settlement.balance(session, of(sale.buyer), "EUR")
    assert [(line.code, line.change.amount) for line in whole.lines] == [
        ("deposit", 10_000), ("escrow", -6_000), ("escrow", -2_000), ("escrow", -500), ("release", 1_500),
    ]  # fmt: skip
    assert (whole.opening, whole.closing, whole.lines[-1].balance) == (eur(0), balance.available, eur(3_000))
    assert halves[0].closing == halves[1].opening
    assert halves[0].lines + halves[1].lines == whole.lines


def test_every_account_has_a_statement_that_ends_at_its_balance(sale: Sale) -> None:
    with sale.exchange.reading(sale.operator) as session:
        for actor in (sale.operator, sale.buyer, sale.seller, sale.other):
            for account in settlement.accounts(session, of(actor)):
                if account.code is AccountCode.EXTERNAL:
                    continue
                found = settlement.statement(
                    session, of(actor), sale.start, sale.clock.now() + timedelta(days=1), currency="EUR", account=account.code
                )
                assert found.closing.amount == account.credits_posted - account.debits_posted - account.debits_pending


def test_a_statement_cannot_end_before_it_begins(sale: Sale) -> None:
    with pytest.raises(Invalid), sale.exchange.reading(sale.buyer) as session:
        settlement.statement(session, of(sale.buyer), sale.start, sale.start - timedelta(seconds=1), currency="EUR")


def test_a_statement_is_a_table_of_plain_figures(sale: Sale) -> None:
    with sale.exchange.reading(sale.buyer) as session:
        found = settlement.statement(session, of(sale.buyer), sale.start, sale.start + timedelta(days=1), currency="EUR")
    rows = list(csv.DictReader(io.StringIO(settlement.statement_csv(found))))
    assert [row["change"] for row in rows] == ["100.00", "-60.00", "-20.00", "-5.00", "15.00"]
    assert rows[0]["memo"] == "manual: bank-1"


def test_the_buyer_sees_the_price_and_the_seller_what_it_gets_of_it(sale: Sale) -> None:
    seen = {}
    for name, actor in {"buyer": sale.buyer, "seller": sale.seller, "operator": sale.operator}.items():
        with sale.exchange.reading(actor) as session:
            found = settlement.invoice(session, "agr_1", description="Weather")
        seen[name] = (found.total, found.fee, found.net)
    assert seen["buyer"] == (eur(6_000), None, None)
    assert seen["seller"] == seen["operator"] == (eur(6_000), eur(150), eur(5_850))


def test_one_of_several_sellers_sees_its_own_share_only(sale: Sale) -> None:
    with sale.exchange.reading(sale.other) as session:
        found = settlement.invoice(session, "agr_2")
    assert (found.total, found.fee, found.net) == (eur(500), None, eur(200))
    assert [party.id for party in found.sellers] == [of(sale.seller), of(sale.other)]


def test_others_find_no_invoice_and_an_unpaid_one_does_not_exist_yet(sale: Sale) -> None:
    for actor in (sale.stranger, sale.other, Actor()):
        with pytest.raises(NotFound), sale.exchange.reading(actor) as session:
            settlement.invoice(session, "agr_1")
    with pytest.raises(Conflict), sale.exchange.reading(sale.buyer) as session:
        settlement.invoice(session, "agr_3")


def test_no_cell_of_an_invoice_begins_a_formula(sale: Sale) -> None:
    with sale.exchange.reading(sale.operator) as session:
        found = settlement.invoice(session, "agr_1", description='@SUM(A1)\n+1,"x"')
    (row,) = csv.DictReader(io.StringIO(settlement.invoice_csv(found)))
    assert row["buyer"] == '\'=HYPERLINK("http://x")'
    assert row["description"] == '\'@SUM(A1)\n+1,"x"'
    assert (row["total"], row["fee"], row["net"], row["currency"]) == ("60.00", "1.50", "58.50", "EUR")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("language", "word"), [("en", "Platform fee"), ("zh", "平台服务费")])
def test_the_page_escapes_everything_and_names_its_language_and_headers(sale: Sale, language: str, word: str) -> None:
    with sale.exchange.reading(sale.seller) as session:
        found = settlement.invoice(session, "agr_1", description='"><img src=x onerror=alert(1)>')
    page = _Page()
    page.feed(settlement.invoice_html(found, language=language, stylesheet="/static/print.css"))
    assert not {"script", "img", "style"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert {"caption", "main", "h1"} <= set(page.tags)
    assert ("lang", {"en": "en", "zh": "zh-Hans"}[language]) in page.attributes
    assert all(part in page.text for part in ("<script>alert(1)</script>", "60.00 EUR", "58.50 EUR", word))


def test_an_invoice_in_an_unknown_language_is_refused(sale: Sale) -> None:
    with sale.exchange.reading(sale.seller) as session:
        found = settlement.invoice(session, "agr_1")
    with pytest.raises(Invalid):
        settlement.invoice_html(found, language="xx")
