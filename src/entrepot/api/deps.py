"""Who is asking, and the sessions opened for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from entrepot import parties
from entrepot.runtime import ANONYMOUS, Actor, Exchange, Role, Scope, Session


@dataclass(frozen=True, slots=True)
class Acting:
    """The exchange, and who acts on it in this request."""

    exchange: Exchange
    actor: Actor

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[Session]:
        """A read-only session; with a scope, only for keys that carry it."""
        with self.exchange.reading(self.actor) as session:
            if scope is not None:
                parties.require_scope(session, scope)
            yield session

    @contextmanager
    def writing(self, scope: Scope) -> Iterator[Session]:
        """A session that commits at its end, for keys that carry the scope."""
        with self.exchange.session(self.actor) as session:
            parties.require_scope(session, scope)
            yield session

    def require(self, scope: Scope, *roles: Role) -> None:
        """Check the scope, and one of the roles where some are named, before work that opens its own sessions."""
        with self.exchange.reading(self.actor) as session:
            parties.require_scope(session, scope)
            if roles:
                parties.require_role(session, *roles)


def acting(request: Request, authorization: Annotated[str, Header(description="`Bearer` and an API key.")] = "") -> Acting:
    """Who the API key stands for; nobody in particular without one.

    Raises:
        NotSignedIn: The key is unknown, expired or revoked.
    """
    exchange: Exchange = request.app.state.exchange
    scheme, _, token = authorization.partition(" ")
    if not authorization:
        return Acting(exchange, ANONYMOUS)
    local: dict[str, Actor] = getattr(request.app.state, "local_actors", {})
    if token.strip() in local:
        return Acting(exchange, local[token.strip()])
    with exchange.reading() as session:
        actor = parties.key_actor(session, token.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise parties.NotSignedIn(
            "This API key is unknown, expired or revoked.", "Make a new one on the page Keys, and send it as `Authorization: Bearer …`."
        )
    return Acting(exchange, actor)


ActingDep = Annotated[Acting, Depends(acting)]
IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=100, description="Any text of your own; a repeat with the same text has no second effect."),
]
