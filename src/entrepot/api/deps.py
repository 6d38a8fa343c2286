"""Who is asking, and the sessions opened for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from entrepot import parties
from entrepot.kit import Invalid
from entrepot.kit.words import nearest
from entrepot.runtime import ANONYMOUS, Actor, Exchange, Role, Scope, Session


class Sent(BaseModel):
    """A request's body: what nobody asked for is refused by name, and texts that one of the stores could not keep are refused alike on both."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _check_texts(cls, value: Any) -> Any:
        waiting = [value]
        while waiting:
            found = waiting.pop()
            if isinstance(found, str) and _UNSTORABLE.search(found):
                raise ValueError("a text holds a null character or half a character")
            if isinstance(found, dict):
                waiting += [*found, *found.values()]
            elif isinstance(found, list):
                waiting += found
        return value

    @model_validator(mode="before")
    @classmethod
    def _check_names(cls, value: Any) -> Any:
        # A field that is passed over would leave its default in force, which may be another date or another law.
        unknown = next((name for name in value if name not in cls.model_fields), None) if isinstance(value, dict) else None
        if unknown is not None:
            raise Invalid(f"There is no field {str(unknown)[:60]!r} here.", meant(str(unknown), cls))
        return value


def meant(name: str, model: type[BaseModel]) -> str:
    """What to write in the place of a field that a body does not have: the nearest that it has, or all of them."""
    near = nearest(name, model.model_fields)
    return f"Did you mean {' or '.join(near)}?" if near else f"The fields here are {', '.join(model.model_fields)}."


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


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


_bearer = HTTPBearer(scheme_name="key", auto_error=False, description="An API key of your organisation; public things need none.")


def acting(
    request: Request,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
    named: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None,  # So that the document names the scheme.
) -> Acting:
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
        is_due = actor is not None and parties.is_touch_due(session, token.strip())
    if is_due:
        with exchange.session() as session:
            parties.touch_api_key(session, token.strip().partition(".")[0])
    if actor is None:
        raise parties.NotSignedIn(
            "This API key is unknown, expired or revoked.", "Make a new one on the page Keys, and send it as `Authorization: Bearer …`."
        )
    return Acting(exchange, actor)


def _only_a_day(value: Any) -> Any:
    # Bare numbers would be taken for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("write the day like 2026-11-21")
    return value


Day = Annotated[date, BeforeValidator(_only_a_day)]
"""A day in a query or a body."""
PUBLIC: dict[str, Any] = {"security": [{}]}
"""For ``openapi_extra`` of what anybody may read: the key is optional there."""
Language = Annotated[Literal["en", "zh"], Query(description="Language of the sentences.")]
ActingDep = Annotated[Acting, Depends(acting)]
IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=100, description="Any text of your own; a repeat with the same text has no second effect."),
]
