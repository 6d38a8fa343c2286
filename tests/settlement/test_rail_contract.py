"""What every payment rail promises, run over the registry."""

from __future__ import annotations

import pytest

from entrepot import settlement
from entrepot.kit import Money, NotFound, Refused
from entrepot.runtime import Actor, Exchange
from support import people


@pytest.mark.parametrize("name", sorted(settlement.RAILS))
def test_a_rail_says_what_it_is_and_takes_no_strangers_word(exchange: Exchange, name: str) -> None:
    rail = settlement.RAILS[name]
    assert rail.name == name
    assert rail.summary.endswith(".")
    buyer = people.organisation(exchange, "Buyer")
    for actor in (buyer, Actor()):
        for check in (rail.require_incoming, rail.require_outgoing):
            with pytest.raises(Refused), exchange.session(actor) as session:
                check(session, buyer.organisation_id or "", Money(100, "EUR"), "ref")


def test_an_unknown_rail_is_not_found(exchange: Exchange) -> None:
    operator = people.operator(exchange)
    with pytest.raises(NotFound), exchange.session(operator) as session:
        settlement.deposit(session, operator.organisation_id or "", Money(1, "EUR"), "ref", rail="pigeon")
