"""Each organisation's Ed25519 signing key: sealed at rest, rotated without breaking old signatures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from joserfc.jwk import OKPKey

from entrepot.kit import Conflict, NotFound, b64url, unb64url
from entrepot.parties import jws
from entrepot.parties.tables import organisations, signing_keys
from entrepot.runtime import Session

_CURRENT = sa.select(signing_keys).where(
    signing_keys.c.organisation_id == sa.bindparam("organisation_id"), signing_keys.c.retired_at.is_(None)
)


def create_key(session: Session, organisation_id: str) -> str:
    """Make a new signing key and give its id (the RFC 7638 thumbprint); the one before it stays good for verifying only.

    Rotations of one organisation wait for each other, so that the last one alone leaves a key to sign with.
    """
    session.db.execute(sa.select(organisations.c.id).where(organisations.c.id == organisation_id).with_for_update())
    key = OKPKey.generate_key("Ed25519")
    kid = key.thumbprint()
    secret = unb64url(str(key.as_dict(private=True)["d"]))
    session.db.execute(sa.update(signing_keys).where(_current(organisation_id)).values(retired_at=session.now))
    session.db.execute(
        sa.insert(signing_keys).values(
            id=kid,
            organisation_id=organisation_id,
            public_x=str(key.as_dict(private=False)["x"]),
            sealed=session.master_key.seal(secret, f"signing:{organisation_id}:{kid}"),
            created_at=session.now,
        )
    )
    return kid


def sign(session: Session, organisation_id: str, payload: Any, *, typ: str = "entrepot+json") -> dict[str, str]:
    """The organisation's signature over the canonical JSON of a payload, as one member of a JWS General JSON.

    Raises:
        NotFound: The organisation has no signing key.
    """
    row = session.db.execute(_CURRENT, {"organisation_id": organisation_id}).one_or_none()
    if row is None:
        raise NotFound(f"{organisation_id} has no signing key.", "Make one with `entrepot rotate-key`.")
    secret = session.master_key.open(row.sealed, f"signing:{organisation_id}:{row.id}")
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": row.public_x, "d": b64url(secret)})
    return jws.sign(payload, key, kid=row.id, typ=typ)


def current_key_id(session: Session, organisation_id: str) -> str:
    """The id of the key that ``sign`` uses now, for documents that name the keys of their signers.

    Raises:
        NotFound: The organisation has no signing key.
    """
    row = session.db.execute(_CURRENT, {"organisation_id": organisation_id}).one_or_none()
    if row is None:
        raise NotFound(f"{organisation_id} has no signing key.", "Make one with `entrepot rotate-key`.")
    return str(row.id)


def public_keys(session: Session, organisation_id: str | None = None) -> dict[str, dict[str, str]]:
    """Public keys by id, retired ones included, each a JWK that names its organisation as ``owner``."""
    query = sa.select(signing_keys.c.id, signing_keys.c.public_x, signing_keys.c.organisation_id).order_by(signing_keys.c.created_at)
    if organisation_id is not None:
        query = query.where(signing_keys.c.organisation_id == organisation_id)
    return {
        row.id: {"kty": "OKP", "crv": "Ed25519", "kid": row.id, "x": row.public_x, "owner": row.organisation_id}
        for row in session.db.execute(query)
    }


def locked_keys(session: Session) -> list[str]:
    """Ids of the signing keys in use that do not open under the master key; none when all is well."""
    return [
        row.id for row in session.db.execute(sa.select(signing_keys).where(signing_keys.c.retired_at.is_(None))) if not _opens(session, row)
    ]


def _opens(session: Session, row: Any) -> bool:
    try:
        session.master_key.open(row.sealed, f"signing:{row.organisation_id}:{row.id}")
    except Conflict:
        return False
    return True


def _current(organisation_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(signing_keys.c.organisation_id == organisation_id, signing_keys.c.retired_at.is_(None))
