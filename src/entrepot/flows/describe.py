"""Listings in standard forms, and invoices with their titles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from entrepot import catalogue, settlement, standards, trades
from entrepot.catalogue.manifest.commerce import read_price
from entrepot.compliance import library
from entrepot.flows import gates
from entrepot.kit import Invalid
from entrepot.pricing import Price
from entrepot.runtime import Session
from entrepot.standards import DatasetDescription


def invoice(session: Session, agreement_id: str, *, period: int = 1) -> settlement.Invoice:
    """The invoice of a paid agreement, as the acting party may see it."""
    agreement = trades.get(session, agreement_id)
    title = catalogue.agreed_version(session, agreement.version_id).manifest.title
    return settlement.invoice(session, agreement.id, period=period, description=title)


def parse_price(text: str, currency: str = "EUR") -> Price:
    """A price in a sentence, such as ``49.00 EUR`` or ``49.00 EUR monthly``."""
    return read_price(text, currency)


def export(session: Session, listing_id: str, form: str) -> tuple[str, str]:
    """A listing's version on offer in a standard form, and the form's media type.

    Raises:
        NotFound: There is no such listing for the actor.
        Invalid: There is no such form.
    """
    if form not in FORMS:
        raise Invalid(f"There is no form {form[:40]!r}.", f"Choose {', '.join(FORMS)}.")
    listing = catalogue.get(session, listing_id)
    version = catalogue.current_version(session, listing.id)
    make, media_type = FORMS[form]
    duties = gates.listing_duties(session, listing, version)
    return make(catalogue.describe(session, listing, version, duties={do: library.duty_action(do) for do in duties})), media_type


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


JSON_LD = "application/ld+json"
FORMS: dict[str, tuple[Callable[[DatasetDescription], str], str]] = {
    "dcat": (lambda d: _json(standards.dataset_json_ld(d)), JSON_LD),
    "dcat-turtle": (standards.dataset_turtle, "text/turtle"),
    "croissant": (lambda d: _json(standards.croissant(d)), JSON_LD),
    "odcs": (standards.odcs_yaml, "application/yaml"),
    "datapackage": (lambda d: _json(standards.data_package(d)), "application/json"),
    "odrl": (lambda d: _json(d.policy), JSON_LD),
}
"""Each standard form: how it is made, and its media type."""
