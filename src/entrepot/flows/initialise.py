"""Begin a new exchange, or bring one to this release."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot import parties, proof
from entrepot.config import Settings
from entrepot.kit import Clock, Conflict
from entrepot.runtime import SYSTEM, Exchange, Role, load_master_key
from entrepot.store import Database, migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """A new exchange: its organisation, and the one-time address where its first operator sets a password."""

    organisation_id: str
    first_login_url: str


def initialise(
    settings: Settings, *, name: str = "The Exchange", country: str = "DE", email: str, clock: Clock | None = None
) -> Initialised:
    """Make records, master key, log and the organisation that runs the exchange.

    Raises:
        Conflict: There is an exchange here already.
    """
    load_master_key(settings, create=True)
    database = Database(settings.resolved_database_url)
    try:
        migrate.upgrade(database)
    finally:
        database.close()
    with Exchange(settings, clock=clock) as exchange, exchange.session(SYSTEM) as session:
        if any(o.is_exchange for o in parties.list_organisations(session)):
            raise Conflict("There is an exchange here already.", "Use it, or choose another data folder with ENTREPOT_DATA_DIR.")
        made = parties.create_organisation(session, name, country=country, roles=frozenset({Role.OPERATOR}), is_exchange=True)
        proof.create_log(session)
        token = parties.invite(session, email, organisation_id=made.id, roles=frozenset({Role.OPERATOR}))
        return Initialised(organisation_id=made.id, first_login_url=f"{settings.public_url}/join/{token}")


def upgrade(settings: Settings) -> tuple[str | None, str]:
    """Bring the records to this release; the revision before and after."""
    database = Database(settings.resolved_database_url)
    try:
        before = migrate.revision(database)
        migrate.upgrade(database)
        return before, migrate.head()
    finally:
        database.close()


def is_initialised(settings: Settings) -> bool:
    """Whether there is an exchange at all."""
    database = Database(settings.resolved_database_url)
    try:
        return migrate.revision(database) is not None
    finally:
        database.close()
