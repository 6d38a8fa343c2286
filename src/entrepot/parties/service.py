"""Organisations, and who may reach what is theirs."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from entrepot.kit import Conflict, Invalid, NotFound, Refused, new_id
from entrepot.parties import signing
from entrepot.parties.model import NotSignedIn, Organisation, check_country, check_name, check_roles, slugify
from entrepot.parties.tables import organisations, people
from entrepot.runtime import Role, Scope, Session

_ONE = sa.select(organisations).where(sa.or_(organisations.c.id == sa.bindparam("id"), organisations.c.slug == sa.bindparam("id")))
_EXCHANGE = sa.select(organisations).where(organisations.c.is_exchange)


def create_organisation(session: Session, name: str, *, country: str, roles: frozenset[Role], is_exchange: bool = False) -> Organisation:
    """Add an organisation with a signing key of its own.

    Raises:
        Invalid: The name, country or roles cannot be.
    """
    name = check_name(name, "an organisation")
    organisation = Organisation(
        id=new_id("org"), slug=_free_slug(session, name), name=name, country=check_country(country), roles=check_roles(roles),
        is_exchange=is_exchange, created_at=session.now,
    )  # fmt: skip
    values = {f: getattr(organisation, f) for f in Organisation.__slots__} | {"roles": sorted(roles)}
    session.db.execute(sa.insert(organisations).values(values))
    signing.create_key(session, organisation.id)
    return organisation


def change_country(session: Session, organisation_id: str, country: str) -> Organisation:
    """Note that an organisation sits in another country now; a repeat changes nothing.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is no such organisation.
        Invalid: It is no country.
    """
    require_scope(session, Scope.ADMIN)
    require_role(session, Role.OPERATOR)
    found, checked = get(session, organisation_id), check_country(country)
    session.db.execute(sa.update(organisations).where(organisations.c.id == found.id).values(country=checked))
    return replace(found, country=checked)


def set_verified(session: Session, organisation_id: str, *, verified: bool) -> Organisation:
    """Note whether the operator stands by an organisation's identity; a repeat changes nothing.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is no such organisation.
    """
    require_scope(session, Scope.ADMIN)
    require_role(session, Role.OPERATOR)
    found = get(session, organisation_id)
    if found.is_verified is verified:
        return found
    changed = replace(found, doubted_at=None if verified else session.now)
    session.db.execute(sa.update(organisations).where(organisations.c.id == found.id).values(doubted_at=changed.doubted_at))
    return changed


def get(session: Session, organisation_id: str) -> Organisation:
    """An organisation by id or slug; names and roles are public.

    Raises:
        NotFound: There is none.
    """
    row = session.db.execute(_ONE, {"id": organisation_id}).one_or_none()
    if row is None:
        raise NotFound(f"There is no organisation {organisation_id[:60]}.", "See `entrepot organisations`, or check the spelling.")
    return _organisation(row)


def list_organisations(session: Session) -> list[Organisation]:
    """Every organisation, oldest first."""
    return [_organisation(row) for row in session.db.execute(sa.select(organisations).order_by(organisations.c.id))]


def has_exchange(session: Session) -> bool:
    """Whether the exchange has been initialised."""
    return session.db.execute(_EXCHANGE).first() is not None


def count_people(session: Session) -> int:
    """How many people have an account."""
    return int(session.db.scalar(sa.select(sa.func.count()).select_from(people)) or 0)


def exchange_organisation(session: Session) -> Organisation:
    """The organisation that runs this exchange; it signs receipts and receives the fees.

    Raises:
        Conflict: The exchange has not been initialised.
    """
    row = session.db.execute(_EXCHANGE).one_or_none()
    if row is None:
        raise Conflict("This exchange has not been initialised.", "Run `entrepot init`.")
    return _organisation(row)


def require_self(session: Session, organisation_id: str) -> None:
    """Let the organisation's own members pass; to others the thing does not exist.

    Raises:
        NotFound: The actor belongs to another organisation, or to none.
    """
    if not is_self(session, organisation_id):
        raise NotFound("There is no such thing here.", "Check the id, and that you act for the right organisation.")


def is_self(session: Session, organisation_id: str) -> bool:
    """Whether the actor acts for this organisation (the exchange's own jobs act for all)."""
    return session.actor.has_role(Role.SYSTEM) or (
        session.actor.organisation_id is not None and session.actor.organisation_id == organisation_id
    )


def require_insider(session: Session, organisation_id: str) -> None:
    """Let the organisation's own members pass, and whoever oversees the exchange; to others the thing does not exist.

    Raises:
        NotFound: The actor is none of them.
    """
    if not session.actor.has_role(Role.OPERATOR, Role.REGULATOR):
        require_self(session, organisation_id)


def require_role(session: Session, *roles: Role) -> None:
    """Let actors with one of these roles pass.

    Raises:
        NotSignedIn: Nobody is signed in.
        Refused: The actor has none of them.
    """
    if session.actor.has_role(Role.SYSTEM, *roles):
        return
    if session.actor.is_anonymous:
        raise NotSignedIn("This needs a login or an API key.", "Sign in, or send the key as `Authorization: Bearer …`.")
    raise Refused(f"This needs the role {' or '.join(roles)}.", "Ask an operator of the exchange for the role.")


def require_scope(session: Session, scope: Scope) -> None:
    """Let keys pass that carry this scope; logins carry all.

    Raises:
        NotSignedIn: Nobody is signed in.
        Refused: The key lacks the scope.
    """
    if scope in session.actor.scopes:
        return
    if session.actor.is_anonymous:
        raise NotSignedIn("This needs a login or an API key.", "Sign in, or send the key as `Authorization: Bearer …`.")
    raise Refused(f"This API key lacks the scope {scope}.", f"Make a key with the scope {scope}.")


def acting_organisation(session: Session) -> str:
    """The id of the organisation the actor acts for.

    Raises:
        NotSignedIn: Nobody is signed in.
        Invalid: The person acts for no organisation.
    """
    if session.actor.organisation_id is None:
        if session.actor.is_anonymous:
            raise NotSignedIn("This needs a login or an API key.", "Sign in, or send the key as `Authorization: Bearer …`.")
        raise Invalid("You act for no organisation here.", "Choose the organisation you act for.")
    return session.actor.organisation_id


def _free_slug(session: Session, name: str) -> str:
    base = slugify(name) or "organisation"
    taken = set(session.db.scalars(sa.select(organisations.c.slug).where(organisations.c.slug.startswith(base, autoescape=True))))
    if base not in taken:
        return base
    return next((s for n in range(2, 100) if (s := f"{base}-{n}") not in taken), f"{base}-{secrets.token_hex(4)}")


def _organisation(row: Any) -> Organisation:
    values = dict(row._mapping)
    return Organisation(**values | {"roles": frozenset(Role(r) for r in values["roles"])})


def wait_turn(session: Session, organisation_id: str) -> None:
    """Go on once no other transaction has its turn for this organisation; the turn ends with the transaction."""
    # The key is left alone, so that whatever refers to the organisation meanwhile need not wait.
    session.db.execute(sa.select(organisations.c.id).where(organisations.c.id == organisation_id).with_for_update(key_share=True))
