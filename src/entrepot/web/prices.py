"""Reads prices as people type them."""

from __future__ import annotations

from entrepot.kit import Invalid, Money
from entrepot.kit.money import parse_money


def read_amount(text: str, currency: str, *, field: str = "amount") -> Money:
    """``1250`` or ``1,250.50`` in a currency; more places than the currency has are refused.

    Raises:
        Invalid: It is no amount.
    """
    plain = text.strip().upper().removesuffix(currency).strip()
    try:
        return parse_money(f"{plain} {currency}")
    except Invalid as error:
        raise Invalid(error.message, error.hint, field=field) from None
