"""Rules in tests of flows: packs of one rule, and what the exchange says of a listing or a trade."""

from __future__ import annotations

from typing import Any

from entrepot import catalogue, compliance, flows
from entrepot.catalogue import ListingState
from entrepot.kit import Decision
from entrepot.runtime import SYSTEM
from support.trading import Market

PACKS = "house,cn,eu,us"
CHINA: dict[str, Any] = {"asset": {"subjects_in": ["CN"]}}
ANSWERS: dict[str, Any] = {
    "source.kinds": ["own_operation"], "source.authorised": True, "asset.classification": "general", "asset.public_data": False,
    "asset.barred_content": False,
}  # fmt: skip
REVIEWED = """
pack: own
version: "1"
title: {en: Own rules, zh: 自有规则}
instruments: {own: {title: {en: Own charter, zh: 自有章程}, in_force: 2020-01-01, certainty: S}}
rules:
- id: OWN-LOOK
  gate: contract
  cite: [{i: own, art: 3}]
  deontic: obligation
  severity: review
  require: [offer.public, eq, false]
  message: {en: Public offers are looked at by a person., zh: 公开要约由人员审核。}
  fix: [{en: Wait for the person., zh: 等待审核。}]
  duties: [{do: keep_records_3y}]
"""
REVIEWED_VECTORS = """
cases:
- {case: public, gate: contract, facts: {offer.public: true}, expect: review, rules: [OWN-LOOK]}
- {case: private, gate: contract, facts: {offer.public: false}, expect: allow}
"""


def state(market: Market, listing_id: str) -> ListingState:
    """Where a listing stands."""
    with market.exchange.reading(SYSTEM) as session:
        return catalogue.get(session, listing_id).state


def rulings(market: Market, subject_id: str) -> list[Decision]:
    """What the rules said of a subject, newest first."""
    with market.exchange.reading(SYSTEM) as session:
        return [kept.decision for kept in compliance.rulings(session, subject_id)]


def install(market: Market, pack: str, vectors: str) -> None:
    """Put a pack in force as the operator."""
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, pack, vectors)


def answer(market: Market, listing: str, **values: Any) -> Decision:
    """What the rules say after the owner has answered; ``__`` stands for the dot of a path."""
    with market.exchange.session(market.owner) as session:
        return flows.answer_listing(session, listing, {path.replace("__", "."): value for path, value in values.items()}).decision


def listing_pack(require: str, severity: str) -> tuple[str, str]:
    """A pack of one rule about listings, and its vectors."""
    pack = REVIEWED.replace("gate: contract", "gate: listing").replace("severity: review", f"severity: {severity}")
    pack = pack.replace("[offer.public, eq, false]", require)
    return pack, REVIEWED_VECTORS.replace("gate: contract", "gate: listing").replace("expect: review", f"expect: {severity}")
