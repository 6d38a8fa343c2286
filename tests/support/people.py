"""Organisations to act for in tests."""

from __future__ import annotations

from entrepot import parties
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role


def organisation(exchange: Exchange, name: str, *roles: Role, country: str = "DE") -> Actor:
    """A new organisation, and somebody who acts for it with all its roles."""
    chosen = frozenset(roles or (Role.OWNER, Role.BUYER))
    with exchange.session(SYSTEM) as session:
        made = parties.create_organisation(session, name, country=country, roles=chosen)
    return Actor(organisation_id=made.id, roles=chosen, scopes=ALL_SCOPES, via="local")


def operator(exchange: Exchange) -> Actor:
    """The organisation that runs the exchange; made on first use."""
    roles = frozenset({Role.OPERATOR})
    with exchange.session(SYSTEM) as session:
        found = [o for o in parties.list_organisations(session) if o.is_exchange]
        made = found[0] if found else parties.create_organisation(session, "The Exchange", country="DE", roles=roles, is_exchange=True)
    return Actor(organisation_id=made.id, roles=roles, scopes=ALL_SCOPES, via="local")
