"""Bearer tokens of recipients: one opens every table its organisation has agreed on; hashed, shown once, expiring, revocable."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from entrepot import parties
from entrepot.delivery.model import ShareToken, TokenInvalid
from entrepot.delivery.tables import share_tokens
from entrepot.kit import Invalid, NotFound, new_id, rfc3339
from entrepot.runtime import ALL_SCOPES, Actor, Role, Scope, Session

ENDPOINT = "/sharing"
MAX_DAYS = 365
_TOUCH = timedelta(minutes=5)
_HINT = "Download a new profile file from the exchange."


def create_token(session: Session, *, name: str = "", days: int = 90) -> tuple[ShareToken, str]:
    """A token for the acting organisation and its secret, which is not stored and never shown again.

    Raises:
        Invalid: More days than a year.
        Refused: The actor may not take deliveries.
    """
    parties.require_scope(session, Scope.DELIVER)
    parties.require_role(session, Role.BUYER)
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"A share token lasts 1 to {MAX_DAYS} days, not {days}.", "Make a new one when it runs out.")
    secret = secrets.token_urlsafe(32)
    token = ShareToken(
        id=new_id("tok"), organisation_id=parties.acting_organisation(session), name=name.strip()[:200], created_at=session.now,
        expires_at=session.now + timedelta(days=days), revoked_at=None, last_used_at=None,
    )  # fmt: skip
    values = {field: getattr(token, field) for field in ShareToken.__slots__}
    session.db.execute(sa.insert(share_tokens).values(values | {"person_id": session.actor.person_id, "secret_hash": _hash(secret)}))
    return token, secret


def list_tokens(session: Session) -> list[ShareToken]:
    """The acting organisation's tokens, newest first, without their secrets."""
    mine = share_tokens.c.organisation_id == parties.acting_organisation(session)
    return [_token(row) for row in session.db.execute(sa.select(share_tokens).where(mine).order_by(share_tokens.c.id.desc()))]


def revoke_token(session: Session, token_id: str) -> None:
    """End a token at once; reads under way stop too.

    Raises:
        NotFound: The acting organisation has no such token.
        Refused: The actor may not take deliveries.
    """
    parties.require_scope(session, Scope.DELIVER)
    parties.require_role(session, Role.BUYER)
    mine = sa.and_(share_tokens.c.id == token_id, share_tokens.c.organisation_id == parties.acting_organisation(session))
    ended = sa.update(share_tokens).where(mine).values(revoked_at=sa.func.coalesce(share_tokens.c.revoked_at, session.now))
    if session.db.execute(ended).rowcount != 1:
        raise NotFound("There is no such share token.", "List your tokens.")


def rotate_tokens(session: Session, *, grace: timedelta = timedelta(), days: int = 90) -> tuple[ShareToken, str]:
    """A new token in place of all others of the acting organisation, which end now or after a time of grace."""
    others = sa.and_(
        share_tokens.c.organisation_id == parties.acting_organisation(session), share_tokens.c.expires_at > session.now + grace
    )
    session.db.execute(sa.update(share_tokens).where(others).values(expires_at=session.now + grace))
    return create_token(session, days=days)


def profile(session: Session, *, rotate: bool = False, days: int = 90) -> dict[str, Any]:
    """A Delta Sharing profile file (version 1) with a new token, for the acting organisation to keep secret.

    Args:
        rotate: End every other token at once.
    """
    token, secret = rotate_tokens(session, days=days) if rotate else create_token(session, days=days)
    return {
        "shareCredentialsVersion": 1,
        "endpoint": session.settings.public_url.rstrip("/") + ENDPOINT,
        "bearerToken": secret,
        "expirationTime": rfc3339(token.expires_at),
    }


def find_token(session: Session, secret: str) -> ShareToken:
    """The good token of this secret.

    Raises:
        TokenInvalid: There is none, or it has expired or been revoked.
    """
    # The lookup is by the digest of 256 random bits, so its time tells nothing about any secret.
    row = session.db.execute(sa.select(share_tokens).where(share_tokens.c.secret_hash == _hash(secret))).one_or_none()
    if row is None:
        raise TokenInvalid("This bearer token is unknown.", _HINT)
    return _require_good(session, _token(row))


def require_good(session: Session, token_id: str) -> None:
    """Let a token pass that is neither revoked nor expired.

    Raises:
        TokenInvalid: It is.
    """
    row = session.db.execute(sa.select(share_tokens).where(share_tokens.c.id == token_id)).one_or_none()
    if row is None:
        raise TokenInvalid("This bearer token is unknown.", _HINT)
    _require_good(session, _token(row))


def is_stale(session: Session, token: ShareToken) -> bool:
    """Whether its last use should be noted again; at most every five minutes, so that reads stay reads."""
    return token.last_used_at is None or token.last_used_at < session.now - _TOUCH


def touch(session: Session, token_id: str) -> None:
    """Note that a token was used."""
    session.db.execute(sa.update(share_tokens).where(share_tokens.c.id == token_id).values(last_used_at=session.now))


def token_actor(token: ShareToken) -> Actor:
    """Who a token stands for: its organisation as a buyer who reads."""
    return Actor(
        organisation_id=token.organisation_id, roles=frozenset({Role.BUYER}), scopes=ALL_SCOPES & {Scope.READ, Scope.DELIVER}, via="key"
    )


def _require_good(session: Session, token: ShareToken) -> ShareToken:
    if token.revoked_at is not None:
        raise TokenInvalid(f"This bearer token was revoked at {rfc3339(token.revoked_at)}.", _HINT)
    if token.expires_at <= session.now:
        raise TokenInvalid(f"This bearer token expired at {rfc3339(token.expires_at)}.", _HINT)
    return token


def _token(row: Any) -> ShareToken:
    return ShareToken(**{field: row._mapping[field] for field in ShareToken.__slots__})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
