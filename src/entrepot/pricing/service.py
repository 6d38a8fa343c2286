"""Reckon: what escrow must hold, and what a use comes to."""

from __future__ import annotations

from entrepot.kit import Invalid, Money
from entrepot.pricing.model import GIGABYTE, NO_CURRENCY, Plan, Price, Quote, Unit, Usage


def quote(price: Price, periods: int = 1) -> Quote:
    """What to hold and what to expect: nothing (free), the amount (flat), one month (monthly), the cap (metered).

    Args:
        periods: Months that a subscription is meant to run; the others ignore it.

    Raises:
        Invalid: The periods are no whole number from 1.
    """
    if isinstance(periods, bool) or not isinstance(periods, int) or periods < 1:
        raise Invalid(f"A quote for {periods!r} months.", "Count months in whole numbers from 1.")
    escrow = _part(price, "cap" if price.plan is Plan.METERED else "amount")
    total = Money(escrow.amount * periods, escrow.currency) if price.plan is Plan.MONTHLY else escrow
    return Quote(price=price, periods=periods, escrow=escrow, total=total, is_ceiling=price.plan is Plan.METERED)


def charge(price: Price, usage: Usage) -> Money:
    """What a whole bill comes to: rounded half up once, at its end, and never above the cap.

    The usage is that of the bill's whole period: charging each read and adding up would round more than once.
    """
    if price.plan is Plan.METERED:
        return _metered(price, usage)
    amount = _part(price, "amount")
    return Money(amount.amount * usage.periods, amount.currency) if price.plan is Plan.MONTHLY else amount


def is_same_currency(price: Price, currency: str) -> bool:
    """Whether a price can be paid from an account in this currency; a free one without currency always can."""
    return price.currency in (currency, NO_CURRENCY)


def _metered(price: Price, usage: Usage) -> Money:
    unit_amount, cap = _part(price, "unit_amount"), _part(price, "cap")
    quantity, base = {
        Unit.ROW: (usage.rows, 1),
        Unit.GIGABYTE: (usage.bytes, GIGABYTE),
        Unit.READ: (usage.reads, 1),
    }[price.unit or Unit.ROW]
    whole = (price.unit_size or 1) * base
    due = (2 * quantity * unit_amount.amount + whole) // (2 * whole)
    return Money(min(due, cap.amount), cap.currency)


def _part(price: Price, name: str) -> Money:
    money = getattr(price, name)
    assert isinstance(money, Money)  # The model has checked that each plan has its parts.
    return money
