"""Consent to one question: a token that a person hands to a recipient, signed by the exchange, short-lived, and good once.

Behind each token stands a consent of the person, with its receipt in the log. The token names no person, so whoever finds one learns
for whom and for what it is good and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from entrepot import parties
from entrepot.consent import service
from entrepot.consent.model import AGAINST, Act, Recorded, Use, make_scope, touches
from entrepot.consent.tables import consent_tokens
from entrepot.kit import Invalid, Refused, rfc3339
from entrepot.parties import jws
from entrepot.parties.jws import SignatureInvalid
from entrepot.runtime import Session

SPEC = "entrepot.consent-token/1"
MAX_TEXT = 2_000


class TokenRefused(Refused):
    """A consent token is none that this question may be asked with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A new token; ``act`` is the consent behind it."""

    text: str
    act: Recorded
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that was found good; its id is that of the consent behind it."""

    id: str
    subject: bytes
    use: Use


def issue(session: Session, subject: bytes, use: Use, *, by: str, link: int = 0, notice_digest: str = "", notice_text: str = "") -> Issued:
    """A token for one question of a recipient about a person, who consents by it.

    Args:
        link: Which of the person's links it is given by.
        notice_text: The words that the person was shown, and ``sha256:…`` of them.

    Raises:
        Refused: The controller asks for it, and the person said no by the own link.
    """
    expires_at = session.now + timedelta(minutes=session.settings.token_minutes)
    scope = make_scope(
        use.controller_id, listing_id=use.listing_id, recipient_id=use.recipient_id, purposes=[use.purpose], categories=use.categories,
        notice_digest=notice_digest,
    )  # fmt: skip
    act = service.say(session, subject, Act.GIVEN_ONCE, scope, by=by, expires_at=expires_at, notice_text=notice_text, link=link)
    values = {
        "id": act.id, "controller_id": use.controller_id, "subject": subject, "listing_id": use.listing_id, "recipient_id": use.recipient_id,
        "purpose": use.purpose, "seq": act.seq, "expires_at": expires_at,
    }  # fmt: skip
    session.db.execute(sa.insert(consent_tokens).values(values))
    said = _said(act.id, use, expires_at)
    signature = parties.sign(session, parties.exchange_organisation(session).id, said)
    document = jws.assemble(said, [signature])
    return Issued(text=f"{signature['protected']}.{document['payload']}.{signature['signature']}", act=act, expires_at=expires_at)


def require_good(session: Session, text: str, *, subject: bytes, use: Use) -> Token:
    """The token, if a question about this person may be asked with it now.

    Every refusal reads the same, so that it tells neither whose token it is nor whether anything is known about anybody.

    Raises:
        TokenRefused: It is missing, was changed, was used, has run out, was given for something else, or the person has said no since.
    """
    row = _find(session, _opened(session, text))
    if row is None or not _is_for(row, subject, use) or row.used_at is not None or row.expires_at <= session.now:
        raise _refused(session)
    if _says_no_since(session, subject, use, int(row.seq)):
        raise _refused(session)
    return Token(id=row.id, subject=subject, use=use)


def spend(session: Session, token: Token) -> None:
    """Use a token up; of two questions asked with one token at the same moment, one is answered.

    Raises:
        TokenRefused: It was used a moment ago.
    """
    unused = sa.and_(consent_tokens.c.id == token.id, consent_tokens.c.used_at.is_(None))
    if session.db.execute(sa.update(consent_tokens).where(unused).values(used_at=session.now)).rowcount != 1:
        raise _refused(session)


def _said(token_id: str, use: Use, expires_at: datetime) -> dict[str, Any]:
    return {
        "spec": SPEC, "token": token_id, "controller": use.controller_id, "listing": use.listing_id, "recipient": use.recipient_id,
        "purpose": use.purpose, "expires_at": rfc3339(expires_at),
    }  # fmt: skip


def _opened(session: Session, text: str) -> str:
    """The id in a token that this exchange signed; empty where it did not."""
    pieces = text.strip().split(".")
    if len(text) > MAX_TEXT or len(pieces) != 3:
        return ""
    document = {"payload": pieces[1], "signatures": [{"protected": pieces[0], "signature": pieces[2]}]}
    try:
        said, _ = jws.verify(document, parties.public_keys(session, parties.exchange_organisation(session).id))
    except (SignatureInvalid, Invalid):
        return ""
    return str(said.get("token", "")) if isinstance(said, dict) and said.get("spec") == SPEC else ""


def _find(session: Session, token_id: str) -> Any:
    return session.db.execute(sa.select(consent_tokens).where(consent_tokens.c.id == token_id)).one_or_none()


def _is_for(row: Any, subject: bytes, use: Use) -> bool:
    given = (row.controller_id, row.listing_id, row.recipient_id, row.purpose)
    return bytes(row.subject) == subject and given == (use.controller_id, use.listing_id, use.recipient_id, use.purpose)


def _says_no_since(session: Session, subject: bytes, use: Use, seq: int) -> bool:
    said = service.history(session, use.controller_id, subject)
    return any(act.act in AGAINST and act.seq > seq and touches(scope, use) for act, scope in said)


def _refused(session: Session) -> TokenRefused:
    minutes = session.settings.token_minutes
    return TokenRefused(
        "The question carries no consent token that is good for it: it is missing, was changed or used, has run out, was taken back, or was "
        "given for another person, recipient, product or purpose.",
        f"Ask the person for a new one; each is good for one question, for {minutes} minutes.",
    )
