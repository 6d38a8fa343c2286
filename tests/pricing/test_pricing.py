"""Prices: whole minor units, one rounding, and a cap that holds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot import pricing
from entrepot.kit import Invalid, Money
from entrepot.pricing import GIGABYTE, Plan, Price, Unit, Usage

amounts = st.integers(1, 10**12)
currencies = st.sampled_from(["EUR", "CNY", "JPY", "KWD"])
counts = st.integers(0, 10**15)


@st.composite
def metered(draw: st.DrawFn) -> Price:
    currency = draw(currencies)
    return Price.metered(
        draw(st.sampled_from(Unit)),
        Money(draw(amounts), currency),
        cap=Money(draw(amounts), currency),
        unit_size=draw(st.none() | st.integers(1, 10**6)),
    )


prices = st.one_of(
    st.builds(Price.free, currencies | st.just("XXX")),
    st.builds(lambda a, c: Price.flat(Money(a, c)), amounts, currencies),
    st.builds(lambda a, c: Price.monthly(Money(a, c)), amounts, currencies),
    metered(),
)
usages = st.builds(Usage, rows=counts, bytes=counts, reads=counts, periods=st.integers(0, 12))


@given(prices)
def test_a_price_survives_writing_and_reading(price: Price) -> None:
    assert Price.from_dict(price.to_dict()) == price


@given(metered(), usages)
def test_a_metered_bill_is_the_exact_sum_rounded_half_up_once_and_never_above_the_cap(price: Price, usage: Usage) -> None:
    assert price.unit_amount
    assert price.cap
    assert price.unit_size
    assert price.unit
    quantity = {"row": usage.rows, "gigabyte": Fraction(usage.bytes, GIGABYTE), "read": usage.reads}[price.unit]
    exact = Fraction(quantity) * price.unit_amount.amount / price.unit_size
    bill = pricing.charge(price, usage)
    assert bill.currency == price.cap.currency
    if exact >= price.cap.amount:
        assert bill == price.cap
    else:
        assert Fraction(-1, 2) < bill.amount - exact <= Fraction(1, 2)


@given(metered(), usages, usages)
def test_using_more_never_costs_less(price: Price, usage: Usage, more: Usage) -> None:
    both = Usage(rows=usage.rows + more.rows, bytes=usage.bytes + more.bytes, reads=usage.reads + more.reads)
    assert pricing.charge(price, both).amount >= pricing.charge(price, usage).amount


@given(prices, usages)
def test_escrow_covers_every_bill_of_one_period(price: Price, usage: Usage) -> None:
    one = Usage(rows=usage.rows, bytes=usage.bytes, reads=usage.reads)
    assert pricing.charge(price, one).amount <= pricing.quote(price).escrow.amount


def test_escrow_holds_what_the_plan_says() -> None:
    eur = Money(1000, "EUR")
    assert pricing.quote(Price.free("EUR")).escrow == Money(0, "EUR")
    assert pricing.quote(Price.flat(eur)).escrow == eur
    monthly = pricing.quote(Price.monthly(eur), periods=3)
    assert (monthly.escrow, monthly.total) == (eur, Money(3000, "EUR"))
    capped = pricing.quote(Price.metered(Unit.ROW, Money(1, "EUR"), cap=eur))
    assert (capped.escrow, capped.is_ceiling) == (eur, True)


def test_half_a_cent_is_rounded_up() -> None:
    price = Price.metered(Unit.ROW, Money(1, "EUR"), cap=Money(1000, "EUR"))
    assert [pricing.charge(price, Usage(rows=n)).amount for n in (0, 499, 500, 1499, 1500)] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"plan": "barter"}, "barter"),
        ({}, "plan"),
        ({"plan": "flat"}, "amount"),
        ({"plan": "flat", "amount": {"amount": 1.5, "currency": "EUR"}}, "1.5"),
        ({"plan": "flat", "amount": {"amount": 0, "currency": "EUR"}}, "amount"),
        ({"plan": "flat", "amount": {"amount": -5, "currency": "EUR"}}, "-0.05 EUR"),
        ({"plan": "flat", "amount": {"amount": True, "currency": "EUR"}}, "True"),
        ({"plan": "flat", "amount": "5 EUR"}, "5 EUR"),
        ({"plan": "flat", "amount": {"amount": 5, "currency": "EUR"}, "cap": {"amount": 5, "currency": "EUR"}}, "cap"),
        ({"plan": "free", "amount": {"amount": 5, "currency": "EUR"}}, "0.05 EUR"),
        ({"plan": "monthly", "amount": {"amount": 5, "currency": "EUR"}, "discount": 3}, "discount"),
        ({"plan": "metered", "unit": "row", "unit_amount": {"amount": 5, "currency": "EUR"}}, "cap"),
        (
            {"plan": "metered", "unit": "row", "unit_amount": {"amount": 5, "currency": "EUR"}, "cap": {"amount": 5, "currency": "CNY"}},
            "0.05 CNY",
        ),
        (
            {
                "plan": "metered",
                "unit": "row",
                "unit_size": 0,
                "unit_amount": {"amount": 5, "currency": "EUR"},
                "cap": {"amount": 5, "currency": "EUR"},
            },
            "unit_size",
        ),
        ([], "list"),
    ],
)
def test_a_price_that_cannot_be_is_refused_with_the_value(value: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        Price.from_dict(value)
    assert caught.value.hint


def test_prices_read_as_sentences_in_both_languages() -> None:
    eur, cap = Money(125000, "EUR"), Money(500000, "EUR")
    cases = {
        Price.free(): ("It is free.", "免费使用。"),
        Price.flat(eur): ("You pay 1,250.00 EUR once.", "一次性支付 1,250.00 EUR。"),
        Price.monthly(eur): ("You pay 1,250.00 EUR a month.", "每月支付 1,250.00 EUR。"),
        Price.metered(Unit.ROW, eur, cap=cap): (
            "You pay 1,250.00 EUR for every 1,000 rows delivered, and never more than 5,000.00 EUR in all.",
            "每交付 1,000 行支付 1,250.00 EUR，总额不超过 5,000.00 EUR。",
        ),
        Price.metered(Unit.READ, eur, cap=cap): (
            "You pay 1,250.00 EUR for each read, and never more than 5,000.00 EUR in all.",
            "每 1 次读取支付 1,250.00 EUR，总额不超过 5,000.00 EUR。",
        ),
    }
    for price, (en, zh) in cases.items():
        assert pricing.sentence(price, "en") == en
        assert pricing.sentence(price, "zh") == zh
    with pytest.raises(Invalid, match="'fr'"):
        pricing.sentence(Price.free(), "fr")


def test_a_free_price_without_currency_can_be_paid_anywhere() -> None:
    assert pricing.is_same_currency(Price.free(), "CNY")
    assert not pricing.is_same_currency(Price.flat(Money(1, "EUR")), "CNY")
    assert Price(plan=Plan.FREE) == Price.free()
