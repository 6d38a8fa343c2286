"""Listings in standard forms, and invoices with their titles."""

from __future__ import annotations

from entrepot import catalogue, settlement, trades
from entrepot.catalogue.manifest.commerce import read_price
from entrepot.kit import Invalid
from entrepot.pricing import Price
from entrepot.runtime import Session


def invoice(session: Session, agreement_id: str, *, period: int = 1) -> settlement.Invoice:
    """The invoice of a paid agreement, as the acting party may see it."""
    agreement = trades.get(session, agreement_id)
    title = catalogue.agreed_version(session, agreement.version_id).manifest.title
    return settlement.invoice(session, agreement.id, period=period, description=title)


def parse_price(text: str, currency: str = "EUR") -> Price:
    """A price in a sentence, such as ``49.00 EUR`` or ``49.00 EUR monthly``."""
    return read_price(text, currency)


def export(session: Session, listing_id: str, form: str) -> tuple[str, str]:
    """A listing in a standard form, and its media type.

    Raises:
        Invalid: There is no such form.
    """
    raise Invalid(f"There is no form {form[:40]!r}.", "Use dcat.")
