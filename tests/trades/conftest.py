"""Two organisations and one published offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from entrepot import trades
from entrepot.kit import Money, new_id
from entrepot.pricing import Price
from entrepot.runtime import Actor, Exchange, Role
from entrepot.terms import Terms
from entrepot.trades import Agreement, Negotiation
from support import people

TERMS = Terms(permitted_purposes=("dpv:ResearchAndDevelopment",), duration_days=365, count_limit=10)
PRICE = Price.flat(Money(50_000, "EUR"))


@dataclass(frozen=True)
class Market:
    """An exchange with an owner, a buyer and somebody who has nothing to do with them."""

    exchange: Exchange
    owner: Actor
    buyer: Actor
    stranger: Actor
    listing_id: str
    version_id: str

    def request(self, **changes: Any) -> Negotiation:
        """The buyer's request for the published offer, or as changed."""
        asked: dict[str, Any] = {
            "listing_id": self.listing_id, "version_id": self.version_id, "owner_id": self.owner.organisation_id,
            "published_terms": TERMS, "published_price": PRICE, "purpose": "dpv:AcademicResearch", "method": "file",
        }  # fmt: skip
        with self.exchange.session(self.buyer) as session:
            return trades.request(session, **asked | changes)

    def do(self, actor: Actor, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One verb in a session of its own."""
        with self.exchange.session(actor) as session:
            return verb(session, *arguments, **named)

    def agree(self, **changes: Any) -> Agreement:
        """An agreement on the published offer, accepted by the owner."""
        made: Agreement = self.do(self.owner, trades.accept, self.request(**changes).id)
        return made


@pytest.fixture
def market(exchange: Exchange) -> Market:
    """A fresh market on each store."""
    return Market(
        exchange=exchange,
        owner=people.organisation(exchange, "Harbour Statistics", Role.OWNER),
        buyer=people.organisation(exchange, "Quay Research", Role.BUYER),
        stranger=people.organisation(exchange, "Somebody Else", Role.OWNER, Role.BUYER),
        listing_id=new_id("lst"),
        version_id=new_id("ver"),
    )
