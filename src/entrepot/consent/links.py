"""Personal links: whoever holds one is the person, without an account; a million need no storage, and each can be revoked."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from entrepot.consent import repository
from entrepot.kit import NotFound, b64url, is_id, unb64url
from entrepot.kit.errors import Invalid
from entrepot.runtime import Session

PREFIX = "/me"
_PURPOSE = "consent.links"
_MAC_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a personal link stands for: somebody whose data a controller holds."""

    controller_id: str
    subject: bytes


def token(session: Session, person: Person) -> str:
    """The secret part of a person's link; the same until it is revoked."""
    epochs = repository.link_epochs(session.db, person.controller_id, person.subject)
    return f"{person.controller_id}.{b64url(person.subject)}.{b64url(_mac(session, person, epochs))}"


def address(session: Session, person: Person) -> str:
    """The whole link, to be passed on to the person and to nobody else."""
    return f"{session.settings.public_url.rstrip('/')}{PREFIX}/{token(session, person)}"


def open_link(session: Session, text: str) -> Person:
    """The person a link stands for.

    Raises:
        NotFound: It was changed, revoked, or made elsewhere.
    """
    controller_id, _, rest = text.partition(".")
    subject, _, mac = rest.partition(".")
    try:
        person, given = Person(controller_id=controller_id, subject=unb64url(subject)), unb64url(mac)
    except (Invalid, ValueError):
        raise _unknown() from None
    if not is_id(controller_id, "org"):
        raise _unknown()
    expected = _mac(session, person, repository.link_epochs(session.db, controller_id, person.subject))
    if not hmac.compare_digest(expected, given):
        raise _unknown()
    return person


def revoke(session: Session, controller_id: str, subject: bytes | None = None) -> None:
    """Make the links of one person, or of every person of a controller, useless; new ones differ."""
    repository.revoke_links(session.db, controller_id, subject)


def _mac(session: Session, person: Person, epochs: tuple[int, int]) -> bytes:
    said = f"{person.controller_id}\n{person.subject.hex()}\n{epochs[0]}\n{epochs[1]}"
    return hmac.new(session.master_key.derive(_PURPOSE), said.encode(), sha256).digest()[:_MAC_BYTES]


def _unknown() -> NotFound:
    return NotFound(
        "This personal link is not valid.", "Ask the organisation that gave it to you for a new one.", message_zh="该个人链接无效。",
        hint_zh="请向给您链接的机构索取新的链接。",
    )  # fmt: skip
