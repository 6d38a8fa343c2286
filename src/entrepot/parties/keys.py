"""API keys: hashed, shown once, scoped, expiring, revocable."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from entrepot.kit import Invalid, NotFound, Refused, is_id, new_id
from entrepot.parties import service
from entrepot.parties.model import ApiKey, check_name, check_roles
from entrepot.parties.tables import api_keys
from entrepot.runtime import ALL_SCOPES, Actor, Role, Scope, Session

MAX_DAYS = 365
_TOUCH = timedelta(minutes=5)


def create_api_key(
    session: Session, name: str, *, scopes: frozenset[Scope], days: int = 90, roles: frozenset[Role] | None = None
) -> tuple[ApiKey, str]:
    """A key for the acting organisation and its secret, which is not stored and never shown again.

    Args:
        roles: Roles of the key; without them, the actor's own in the organisation.

    Raises:
        Refused: The key would be able to do more than the actor.
        Invalid: No scope, or more days than a year.
    """
    organisation_id = service.acting_organisation(session)
    own = frozenset(session.actor.roles - {Role.PERSON, Role.SYSTEM})
    roles = check_roles(roles or own)
    if not roles <= own or not scopes <= session.actor.scopes:
        raise Refused("A key cannot do more than whoever makes it.", "Leave out the roles or scopes you do not have.")
    if not scopes or not 1 <= days <= MAX_DAYS:
        raise Invalid(
            f"A key needs a scope and 1 to {MAX_DAYS} days; this has {len(scopes)} scopes and {days} days.",
            f"Scopes are {', '.join(sorted(ALL_SCOPES))}.",
        )
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        id=new_id("key"), organisation_id=organisation_id, name=check_name(name, "a key"), roles=roles, scopes=scopes,
        created_at=session.now, expires_at=session.now + timedelta(days=days), revoked_at=None, last_used_at=None,
    )  # fmt: skip
    values = {f: getattr(key, f) for f in ApiKey.__slots__} | {"roles": sorted(roles), "scopes": sorted(scopes)}
    session.db.execute(sa.insert(api_keys).values(values | {"person_id": session.actor.person_id, "secret_hash": _hash(secret)}))
    return key, f"{key.id}.{secret}"


def list_api_keys(session: Session) -> list[ApiKey]:
    """The acting organisation's keys, newest first, without their secrets."""
    mine = api_keys.c.organisation_id == service.acting_organisation(session)
    return [_key(row) for row in session.db.execute(sa.select(api_keys).where(mine).order_by(api_keys.c.id.desc()))]


def revoke_api_key(session: Session, key_id: str) -> None:
    """End a key at once.

    Raises:
        NotFound: The acting organisation has no such key.
    """
    mine = sa.and_(api_keys.c.id == key_id, api_keys.c.organisation_id == service.acting_organisation(session))
    if (
        session.db.execute(sa.update(api_keys).where(mine).values(revoked_at=sa.func.coalesce(api_keys.c.revoked_at, session.now))).rowcount
        != 1
    ):
        raise NotFound("There is no such key.", "List your keys.")


def key_actor(session: Session, token: str) -> Actor | None:
    """Who a key stands for; None when it is unknown, wrong, expired or revoked."""
    key_id, _, secret = token.partition(".")
    if not is_id(key_id, "key"):
        return None
    row = session.db.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(secret)):
        return None
    if not _holds(session, row):
        return None
    return _actor(row)


def key_actor_by_id(session: Session, key_id: str | None) -> Actor | None:
    """Who a key that was used before stands for now; None when it has expired or was revoked since."""
    row = session.db.execute(sa.select(api_keys).where(api_keys.c.id == (key_id or ""))).one_or_none()
    return None if row is None or not _holds(session, row) else _actor(row)


def is_touch_due(session: Session, token: str) -> bool:
    """Whether the use of a key was last noted more than five minutes ago, or never."""
    last = session.db.execute(sa.select(api_keys.c.last_used_at).where(api_keys.c.id == token.partition(".")[0])).one_or_none()
    return last is not None and (last[0] is None or last[0] < session.now - _TOUCH)


def touch_api_key(session: Session, key_id: str) -> None:
    """Note that a key was used; at most every five minutes, so that reads stay reads."""
    stale = sa.or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < session.now - _TOUCH)
    session.db.execute(sa.update(api_keys).where(api_keys.c.id == key_id, stale).values(last_used_at=session.now))


def _holds(session: Session, row: Any) -> bool:
    return row.revoked_at is None and row.expires_at > session.now


def _actor(row: Any) -> Actor:
    key = _key(row)
    return Actor(organisation_id=key.organisation_id, person_id=row.person_id, roles=key.roles, scopes=key.scopes, via="key", key_id=key.id)


def _key(row: Any) -> ApiKey:
    values = {f: row._mapping[f] for f in ApiKey.__slots__}
    return ApiKey(**values | {"roles": frozenset(map(Role, values["roles"])), "scopes": frozenset(map(Scope, values["scopes"]))})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
