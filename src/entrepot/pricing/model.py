"""What data costs: a price plan, what was used, and what must be held or charged. Whole minor units only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from entrepot.kit import Invalid, Money

NO_CURRENCY = "XXX"
"""ISO 4217's code for "no currency involved": the zero of a free price that names none."""
GIGABYTE = 10**9
MAX_UNIT_SIZE = 10**12


class Plan(StrEnum):
    """How the buyer pays."""

    FREE = "free"
    FLAT = "flat"
    MONTHLY = "monthly"
    METERED = "metered"


class Unit(StrEnum):
    """What a metered price counts: rows delivered, gigabytes (10^9 bytes) delivered, or reads."""

    ROW = "row"
    GIGABYTE = "gigabyte"
    READ = "read"

    @property
    def usual_size(self) -> int:
        """How many of them one ``unit_amount`` pays for unless the price says otherwise."""
        return 1000 if self is Unit.ROW else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price plan; ``Price.free()``, ``.flat()``, ``.monthly()`` and ``.metered()`` write one in a line.

    Args:
        amount: Once (flat) or for each month (monthly); zero when free.
        unit: What a metered price counts.
        unit_amount: What ``unit_size`` units cost.
        unit_size: How many units ``unit_amount`` pays for: 1,000 rows, 1 gigabyte or 1 read unless given.
        cap: The most that a metered agreement can ever cost; it is held in escrow.

    Raises:
        Invalid: A part is missing, does not belong to the plan, is not positive, or is in another currency.
    """

    plan: Plan
    amount: Money | None = None
    unit: Unit | None = None
    unit_amount: Money | None = None
    unit_size: int | None = None
    cap: Money | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "plan", _enum(Plan, self.plan, "plan"))
        if self.plan is Plan.METERED:
            put(self, "unit", _enum(Unit, self.unit, "unit"))
            put(self, "unit_size", self._checked_size())
            self._check_money("unit_amount", "cap")
            if self.unit_amount and self.cap and self.unit_amount.currency != self.cap.currency:
                raise Invalid(f"The unit costs {self.unit_amount} and the cap is {self.cap}.", "Use one currency.")
        elif self.plan is Plan.FREE:
            put(self, "amount", self.amount or Money(0, NO_CURRENCY))
            if not isinstance(self.amount, Money) or self.amount.amount != 0:
                raise Invalid(f"A free price cannot be {self.amount}.", "Use the plan flat, monthly or metered.")
        else:
            self._check_money("amount")
        self._check_absent()

    @classmethod
    def free(cls, currency: str = NO_CURRENCY) -> Price:
        """Nothing to pay."""
        return cls(plan=Plan.FREE, amount=Money(0, currency))

    @classmethod
    def flat(cls, amount: Money) -> Price:
        """One amount, once."""
        return cls(plan=Plan.FLAT, amount=amount)

    @classmethod
    def monthly(cls, amount: Money) -> Price:
        """One amount for each month."""
        return cls(plan=Plan.MONTHLY, amount=amount)

    @classmethod
    def metered(cls, unit: Unit, unit_amount: Money, *, cap: Money, unit_size: int | None = None) -> Price:
        """By what is used, up to a cap."""
        return cls(plan=Plan.METERED, unit=unit, unit_amount=unit_amount, unit_size=unit_size, cap=cap)

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount in it; ``XXX`` for a free price that names none."""
        money = self.cap if self.plan is Plan.METERED else self.amount
        return money.currency if money else NO_CURRENCY

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: the plan's own parts and no others."""
        parts: dict[str, Any] = {"plan": self.plan.value}
        for name in _PARTS[self.plan]:
            value = getattr(self, name)
            parts[name] = {"amount": value.amount, "currency": value.currency} if isinstance(value, Money) else value
        return parts

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Price:
        """A price from plain values; amounts are ``{"amount": 1250, "currency": "EUR"}`` in minor units.

        Raises:
            Invalid: A field is unknown, missing or cannot be.
        """
        if not isinstance(value, Mapping):
            raise Invalid(f"The price is {type(value).__name__}, not a set of fields.", "Write it like {plan: free}.")
        known = {"plan", "amount", "unit", "unit_amount", "unit_size", "cap"}
        unknown = sorted(map(str, set(value) - known))
        if unknown:
            raise Invalid(f"The price has the unknown field {', '.join(unknown)[:200]}.", f"The fields are {', '.join(sorted(known))}.")
        parts: dict[str, Any] = {"plan": None} | dict(value)
        for name in ("amount", "unit_amount", "cap"):
            if parts.get(name) is not None:
                parts[name] = _money(name, parts[name])
        return cls(**parts)

    def _checked_size(self) -> int:
        size = self.unit.usual_size if self.unit_size is None and self.unit else self.unit_size
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_UNIT_SIZE:
            raise Invalid(f"unit_size is {size!r}.", f"Write a whole number from 1 to {MAX_UNIT_SIZE}.")
        return size

    def _check_money(self, *names: str) -> None:
        for name in names:
            money = getattr(self, name)
            if not isinstance(money, Money) or money.amount <= 0:
                raise Invalid(f"The {self.plan} price has {name} {money}.", f"Give {name} as a positive amount, or use the plan free.")

    def _check_absent(self) -> None:
        for name in set().union(*_PARTS.values()) - _PARTS[self.plan].keys():
            if getattr(self, name) is not None:
                raise Invalid(f"A {self.plan} price has no {name}.", f"Leave {name} out, or choose another plan.")


_E = TypeVar("_E", bound=StrEnum)
_PARTS: dict[Plan, dict[str, None]] = {
    Plan.FREE: dict.fromkeys(["amount"]),
    Plan.FLAT: dict.fromkeys(["amount"]),
    Plan.MONTHLY: dict.fromkeys(["amount"]),
    Plan.METERED: dict.fromkeys(["unit", "unit_amount", "unit_size", "cap"]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a bill counts. ``bytes`` is what gigabytes are reckoned from; ``periods`` are months begun."""

    rows: int = 0
    bytes: int = 0
    reads: int = 0
    periods: int = 1

    def __post_init__(self) -> None:
        for name in ("rows", "bytes", "reads", "periods"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise Invalid(f"The usage counts {value!r} {name}.", "Count in whole numbers from 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a buyer is in for.

    Args:
        escrow: What is held when the agreement is signed: the amount, one month, or the cap.
        total: What is paid in the end, or at most when ``is_ceiling``.
    """

    price: Price
    periods: int
    escrow: Money
    total: Money
    is_ceiling: bool


def _enum(kind: type[_E], value: Any, name: str) -> _E:
    try:
        return kind(value)
    except ValueError:
        raise Invalid(f"The {name} of the price is {value!r}.", f"Use one of {', '.join(kind)}.") from None


def _money(name: str, value: Any) -> Money:
    if isinstance(value, Money):
        return value
    if not isinstance(value, Mapping) or set(value) != {"amount", "currency"} or not isinstance(value["currency"], str):
        raise Invalid(f"{name} is {value!r}.", "Write it like {amount: 1250, currency: EUR}, in minor units.")
    return Money(value["amount"], value["currency"])
