"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the exchange; DESIGN's words, plus the exchange itself."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    OWNER = "owner"
    BUYER = "buyer"
    OPERATOR = "operator"
    REGULATOR = "regulator"
    PEER = "peer"
    SYSTEM = "system"


class Scope(StrEnum):
    """What an API key may do; a login may do all that its roles allow."""

    READ = "read"
    PUBLISH = "publish"
    TRADE = "trade"
    DELIVER = "deliver"
    PAY = "pay"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in a session: an organisation, the person at the keys, their roles and the scopes of the key used.

    ``via`` tells how they came in: ``local`` (command line on the data folder), ``login``, ``key``, ``link`` or ``system``;
    ``key_id`` is the API key that was used, so that work done later can ask whether it still holds.
    """

    organisation_id: str | None = None
    person_id: str | None = None
    roles: frozenset[Role] = field(default_factory=lambda: frozenset({Role.ANONYMOUS}))
    scopes: frozenset[Scope] = frozenset()
    via: str = "login"
    key_id: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Nobody in particular."""
        return self.roles <= {Role.ANONYMOUS}

    def has_role(self, *roles: Role) -> bool:
        """Whether the actor has one of these roles."""
        return not self.roles.isdisjoint(roles)


ANONYMOUS = Actor()
SYSTEM = Actor(roles=frozenset({Role.SYSTEM}), scopes=ALL_SCOPES, via="system")
