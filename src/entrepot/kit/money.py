"""Money as whole minor units with a currency; no float comes near it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from entrepot.kit.errors import Invalid

MAX_AMOUNT = 2**53 - 1  # what canonical JSON (RFC 8785) can carry exactly; far inside the int64 of the store
# ISO 4217 currencies whose minor unit is not the hundredth.
_EXPONENTS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents, fen) of an ISO 4217 currency.

    Raises:
        Invalid: The amount is no whole number within ±(2^53 − 1), or the currency is not three capital letters.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or abs(self.amount) > MAX_AMOUNT:
            raise Invalid(
                f"{self.amount!r} is not a whole number of minor units within ±{MAX_AMOUNT}.",
                "Use a smaller amount, counted in cents or fen.",
            )
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise Invalid(f"{self.currency!r} is not an ISO 4217 currency code.", "Use three capital letters, such as EUR or CNY.")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        """``1,250.00 EUR``."""
        places = exponent(self.currency)
        sign, digits = ("-" if self.amount < 0 else ""), str(abs(self.amount)).rjust(places + 1, "0")
        whole, cents = (digits[:-places], "." + digits[-places:]) if places else (digits, "")
        return f"{sign}{int(whole):,}{cents} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise Invalid(f"{self} and {other} are in different currencies.", "Convert one of them first.")
        return other.amount


def exponent(currency: str) -> int:
    """How many decimal places the currency's minor unit stands for (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def parse_money(text: str) -> Money:
    """Read ``"1250.50 EUR"`` (or ``"EUR 1250.50"``, thousands separated by commas) without rounding.

    Raises:
        Invalid: It is not an amount and a currency, or has more places than the currency's minor unit.
    """
    match = re.fullmatch(
        r"\s*(?:(?P<c1>[A-Z]{3})\s*(?P<a1>-?[\d,]+(?:\.\d+)?)|(?P<a2>-?[\d,]+(?:\.\d+)?)\s*(?P<c2>[A-Z]{3}))\s*", text, re.ASCII
    )
    if not match:
        raise Invalid(f"{text!r} is not an amount of money.", "Write it like 1250.50 EUR.")
    currency = match["c1"] or match["c2"]
    try:
        scaled = Decimal((match["a1"] or match["a2"]).replace(",", "")).scaleb(exponent(currency))
    except InvalidOperation:
        raise Invalid(f"{text!r} is not an amount of money.", "Write it like 1250.50 EUR.") from None
    if scaled != scaled.to_integral_value():
        raise Invalid(f"{text!r} has more decimal places than {currency} has.", f"Use at most {exponent(currency)} places.")
    return Money(int(scaled), currency)
