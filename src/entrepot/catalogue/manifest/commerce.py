"""Terms, price and the part of the data on offer, in the short forms a manifest uses."""

from __future__ import annotations

import re
from typing import Any

from entrepot.catalogue.manifest.reader import Reader
from entrepot.kit import MAX_AMOUNT, Invalid, Money, parse_money
from entrepot.kit.yamltree import Node, Scalar, Sequence
from entrepot.pricing.model import Plan, Price, Unit
from entrepot.terms.model import MAX_COUNT, MAX_DAYS, Condition, Redistribution, Rights, Terms

TERM_ENTRIES = (
    "purposes", "prohibited", "duration_days", "territories", "count_limit", "redistribution", "attribution", "person_key_delivered",
)  # fmt: skip
PRICE_ENTRIES = ("plan", "amount", "unit", "unit_amount", "unit_size", "cap")
_UNITS = {"row": Unit.ROW, "rows": Unit.ROW, "gb": Unit.GIGABYTE, "gigabyte": Unit.GIGABYTE, "gigabytes": Unit.GIGABYTE, "read": Unit.READ, "reads": Unit.READ}  # fmt: skip
_MONTHLY = re.compile(r"(?P<money>.+?)\s+(?:monthly|(?:per|a)\s+month)", re.IGNORECASE)
_METERED = re.compile(
    r"(?P<money>.+?)\s+per\s+(?:(?P<size>[0-9][0-9,]{0,14})\s+)?(?P<unit>rows?|gb|gigabytes?|reads?)\s*,?\s+(?:at\s+most|up\s+to)\s+(?P<cap>.+)",
    re.IGNORECASE,
)
_HINT = 'Write free, "49.00 EUR", "49.00 EUR monthly" or "0.50 EUR per 1000 rows, at most 100.00 EUR".'


def terms(reader: Reader, node: Node | None, line: int) -> Terms | None:
    """What buyers may do; None after a complaint."""
    if node is None:
        reader.complain(line, "the terms are missing.", "Add `terms:` with `purposes: [ResearchAndDevelopment]` below it.")
        return None
    found = reader.mapping(node, "terms")
    if found is None:
        return None
    reader.check_names(found, TERM_ENTRIES, "terms")
    entry = found.entries.get
    values: dict[str, Any] = {
        "permitted_purposes": reader.words(entry("purposes"), "purposes"),
        "prohibited_purposes": reader.words(entry("prohibited"), "prohibited"),
        "territories": reader.words(entry("territories"), "territories", 250) or None,
        "duration_days": reader.number(entry("duration_days"), "duration_days", 1, MAX_DAYS),
        "count_limit": reader.number(entry("count_limit"), "count_limit", 1, MAX_COUNT),
        "redistribution": reader.choice(entry("redistribution"), "redistribution", Redistribution),
        "attribution": reader.flag(entry("attribution"), "attribution"),
        "person_key_delivered": reader.flag(entry("person_key_delivered"), "person_key_delivered"),
    }
    return reader.attempt(found.line, lambda: Terms(**{name: value for name, value in values.items() if value is not None}))


def price(reader: Reader, node: Node | None, line: int, currency: str) -> Price | None:
    """What it costs, as a sentence such as ``49.00 EUR monthly`` or by its parts; None after a complaint."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        reader.complain(line, "the price is missing.", f"Add `price:`. {_HINT}")
        return None
    if isinstance(node, Scalar):
        return reader.attempt(node.line, lambda: read_price(node.text, currency))
    found = reader.mapping(node, "price")
    if found is None:
        return None
    reader.check_names(found, PRICE_ENTRIES, "the price")
    values: dict[str, Any] = {name: _part(reader, found.entries.get(name), name) for name in PRICE_ENTRIES}
    if values["plan"] == Plan.FREE and values["amount"] is None:
        values["amount"] = Money(0, currency)
    return reader.attempt(found.line, lambda: Price(**values))


def read_price(text: str, currency: str) -> Price:
    """The price in a sentence.

    Raises:
        Invalid: The sentence is in none of the forms.
    """
    text = text.strip()
    if text.casefold() == "free":
        return Price.free(currency)
    if metered := _METERED.fullmatch(text):
        size = int(metered["size"].replace(",", "")) if metered["size"] else 1
        return Price.metered(_UNITS[metered["unit"].casefold()], _money(metered["money"]), cap=_money(metered["cap"]), unit_size=size)
    if monthly := _MONTHLY.fullmatch(text):
        return Price.monthly(_money(monthly["money"]))
    return Price.flat(_money(text))


def offered(reader: Reader, node: Node | None) -> Rights:
    """The columns and rows that agreements cover unless they say otherwise."""
    found = reader.mapping(node, "offered")
    if found is None:
        return Rights()
    reader.check_names(found, ("columns", "rows"), "offered")
    columns = reader.words(found.entries.get("columns"), "columns", 10_000, 255)
    rows = reader.list_of(found.entries.get("rows"), "rows", 100, lambda item: _condition(reader, item))
    return reader.attempt(found.line, lambda: Rights(columns=columns or None, rows=rows)) or Rights()


def _part(reader: Reader, node: Node | None, name: str) -> Any:
    if name == "unit_size":
        return reader.number(node, name, 1, 10**12)
    text = reader.text(node, name)
    if not text or node is None:
        return None
    return reader.attempt(node.line, lambda: _money(text)) if name in ("amount", "unit_amount", "cap") else text


def _money(text: str) -> Money:
    if len(text) > 40:
        raise Invalid(f"{text[:40]!r} is not an amount of money.", _HINT)
    money = parse_money(text)
    if not 0 <= money.amount <= MAX_AMOUNT:
        raise Invalid(f"{text!r} is below zero.", _HINT)
    return money


def _condition(reader: Reader, node: Node) -> Condition | None:
    found = reader.mapping(node, "a condition")
    if found is None:
        return None
    reader.check_names(found, ("column", "operator", "value"), "a condition")
    value = found.entries.get("value")
    values: dict[str, Any] = {
        "column": reader.text(found.entries.get("column"), "column", 255),
        "operator": reader.text(found.entries.get("operator"), "operator", 20),
        "value": tuple(_literal(item) for item in value.items) if isinstance(value, Sequence) else _literal(value),
    }
    return reader.attempt(found.line, lambda: Condition(**values))


def _literal(node: Node | None) -> Any:
    """A number, a truth value or a text; what is quoted is a text."""
    if not isinstance(node, Scalar) or node.is_null:
        return None
    if node.quoted:
        return node.text
    if re.fullmatch(r"-?[0-9]{1,16}", node.text):
        return int(node.text)
    if re.fullmatch(r"-?[0-9]{1,16}\.[0-9]{1,16}", node.text):
        return float(node.text)
    return {"true": True, "false": False}.get(node.text, node.text)
