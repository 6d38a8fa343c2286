"""The part of an agreement's page where its buyer asks questions about persons, and sees what it has asked."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from entrepot import delivery, flows, parties
from entrepot.catalogue import Version
from entrepot.delivery.lookups import METHOD, Lookup
from entrepot.kit.numbers import read_number
from entrepot.runtime import Session
from entrepot.standards.model import ColumnType
from entrepot.terms import Condition, Operator
from entrepot.trades import Agreement
from entrepot.web.forms import Form
from entrepot.web.visits import exchange, form, visit

_ORDERED = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER, ColumnType.DATE, ColumnType.TIME, ColumnType.DATETIME})
_RANGES = (Operator.EQUAL, Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskField:
    """One column that may be asked about; ``name`` is that of its form fields."""

    name: str
    column: str
    operators: tuple[str, ...]
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the page shows of the questions of an agreement."""

    fields: tuple[AskField, ...]
    asked: flows.lookups.Asked
    person: str


def ask(request: Request, agreement_id: str) -> Lookup:
    """Answer the question of the form.

    Raises:
        EntrepotError: What `flows.lookups.ask` refuses.
    """
    sent, actor = form(request), visit(request).actor
    with exchange(request).reading(actor) as session:
        version = _version(session, flows.lookups.own_agreement(session, agreement_id))
    question = [
        Condition(column=field.column, operator=Operator(field.operator), value=_value(version, field.column, field.value))
        for field in _fields(version, sent) if field.value and field.operator in field.operators
    ]  # fmt: skip
    return flows.lookups.ask(
        exchange(request), actor, agreement_id, person=sent.secret("person"), token=sent.text("token"), question=question
    )


def shown(session: Session, agreement: Agreement, sent: Form) -> Asking | None:
    """What its buyer sees of an agreement's questions; None for everybody else, and where nothing is asked."""
    if agreement.method != METHOD or not parties.is_self(session, agreement.buyer_id):
        return None
    asked = flows.lookups.asked(session, agreement.id)
    return Asking(fields=_fields(_version(session, agreement), sent), asked=asked, person=sent.secret("person"))


def _version(session: Session, agreement: Agreement) -> Version:
    return delivery.covered_versions(session, agreement)[-1]


def _fields(version: Version, sent: Form) -> tuple[AskField, ...]:
    offer = version.manifest.lookup
    columns = () if offer is None else offer.columns
    return tuple(
        AskField(
            name=f"about-{number}", column=column, operators=_RANGES if _type(version, column) in _ORDERED else _RANGES[:1],
            operator=sent.text(f"about-{number}-is", "="), value=sent.text(f"about-{number}"),
        )
        for number, column in enumerate(columns)
    )  # fmt: skip


def _type(version: Version, column: str) -> ColumnType:
    found = (one.type for table in version.tables for one in table.columns if one.name == column)
    return next(found, ColumnType.STRING)


def _value(version: Version, column: str, text: str) -> str | float | bool:
    kind = _type(version, column)
    if kind is ColumnType.BOOLEAN and text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = read_number(text) if kind in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER) else None
    # What does not fit the column is refused in the words of the question itself.
    return text if number is None else number
