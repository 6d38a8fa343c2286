"""Prices as a person would say them, in English and Chinese."""

from __future__ import annotations

from entrepot.kit import Invalid
from entrepot.pricing.model import Plan, Price, Unit

LANGUAGES = ("en", "zh")
_UNITS_EN = {Unit.ROW: ("row", "rows"), Unit.GIGABYTE: ("gigabyte", "gigabytes"), Unit.READ: ("read", "reads")}
_UNITS_ZH = {Unit.ROW: "行", Unit.GIGABYTE: "吉字节", Unit.READ: "次读取"}


def sentence(price: Price, language: str = "en") -> str:
    """One sentence that says what is paid, how often and at most.

    Raises:
        Invalid: There are no sentences in this language.
    """
    if language not in LANGUAGES:
        raise Invalid(f"There are no sentences in {language!r}.", f"Use one of {', '.join(LANGUAGES)}.")
    if price.plan is Plan.METERED:
        return _metered_zh(price) if language == "zh" else _metered_en(price)
    said = {
        "en": {Plan.FREE: "It is free.", Plan.FLAT: "You pay {amount} once.", Plan.MONTHLY: "You pay {amount} a month."},
        "zh": {Plan.FREE: "免费使用。", Plan.FLAT: "一次性支付 {amount}。", Plan.MONTHLY: "每月支付 {amount}。"},
    }
    return said[language][price.plan].format(amount=price.amount)


def _metered_en(price: Price) -> str:
    unit, size = price.unit or Unit.ROW, price.unit_size or 1
    one, many = _UNITS_EN[unit]
    each = f"for each {one}" if size == 1 else f"for every {size:,} {many}"
    tail = "" if unit is Unit.READ else " delivered"
    return f"You pay {price.unit_amount} {each}{tail}, and never more than {price.cap} in all."


def _metered_zh(price: Price) -> str:
    unit, size = price.unit or Unit.ROW, price.unit_size or 1
    delivered = "" if unit is Unit.READ else "交付"
    return f"每{delivered} {size:,} {_UNITS_ZH[unit]}支付 {price.unit_amount}，总额不超过 {price.cap}。"
