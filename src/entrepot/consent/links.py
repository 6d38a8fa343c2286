"""Personal links: whoever holds one is the person, without an account; made from the master key, handed out on record, and each can be ended.

A link is handed out as often as a controller asks, until its person has answered by it. From then on asking again makes another, and
the person's own opens no more: nobody answers for somebody unseen.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from entrepot import proof
from entrepot.consent import link_rows
from entrepot.consent.link_rows import LinkState
from entrepot.consent.model import CONTROLLER, PERSON
from entrepot.kit import Invalid, NotFound, b64url, is_id, rfc3339, sha256_hex, unb64url
from entrepot.runtime import Session

PREFIX = "/me"
_PURPOSE = "consent.links"
_MAC_BYTES = 24
_KNOWN_AGAIN = 20
"""How many earlier links of a person are told from mere noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a personal link stands for: somebody whose data a controller holds; ``link`` counts the links the person had before."""

    controller_id: str
    subject: bytes
    link: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Links for a controller to pass on, in the order asked for; ``renewed`` persons had used theirs, which open no more."""

    addresses: tuple[str, ...]
    renewed: int


def issue(session: Session, controller_id: str, subjects: Sequence[bytes]) -> Issued:
    """Hand out the links of these persons to the controller, who passes each on to its person and to nobody else; it is recorded."""
    persons = sorted(set(subjects))
    own, renewed = link_rows.hand_out(session.db, controller_id, persons, now=session.now)
    whole, _ = link_rows.of_all(session.db, controller_id)
    _record(session, controller_id, [(one, whole + own[one]) for one in persons], by=CONTROLLER, renewed=len(renewed))
    # The key is derived once: to do so for each of many takes longer than all the rest.
    key, base = session.master_key.derive(_PURPOSE), f"{session.settings.public_url.rstrip('/')}{PREFIX}"
    made = {one: f"{base}/{_text(controller_id, one, _sealed(key, controller_id, one, (whole, own[one])))}" for one in persons}
    return Issued(addresses=tuple(made[one] for one in subjects), renewed=len(renewed))


def token(session: Session, person: Person) -> str:
    """The secret part of the link that a person has now, for callers that hand it to nobody."""
    found = state(session, person)
    return _token(session, person.controller_id, person.subject, (found.whole, found.own))


def state(session: Session, person: Person) -> LinkState:
    """How often a person's link was handed out, whether the person has used it, and since when it is another."""
    return link_rows.state(session.db, person.controller_id, person.subject)


def open_link(session: Session, text: str) -> Person:
    """The person a link stands for.

    Raises:
        NotFound: It was changed, ended, or made elsewhere.
    """
    controller_id, _, rest = text.partition(".")
    subject, _, mac = rest.partition(".")
    try:
        person, given = Person(controller_id=controller_id, subject=unb64url(subject)), unb64url(mac)
    except (Invalid, ValueError):
        raise _unknown() from None
    if not is_id(controller_id, "org"):
        raise _unknown()
    found = state(session, person)
    if hmac.compare_digest(_mac(session, controller_id, person.subject, (found.whole, found.own)), given):
        return Person(controller_id=controller_id, subject=person.subject, link=found.number)
    earlier = range(max(0, found.own - _KNOWN_AGAIN), found.own)
    if any(hmac.compare_digest(_mac(session, controller_id, person.subject, (found.whole, own)), given) for own in earlier):
        raise _replaced(found)
    raise _unknown()


def act_by(session: Session, text: str) -> Person:
    """The same for an answer: from now on nobody is handed this very link any more.

    Raises:
        NotFound: The link is not valid.
    """
    person = open_link(session, text)
    link_rows.note_used(session.db, person.controller_id, person.subject, now=session.now)
    return person


def renew(session: Session, person: Person) -> str:
    """Another link for the holder of one, who alone has it; the secret part. The one before, and every copy of it, opens no more."""
    link_rows.renew(session.db, person.controller_id, person.subject, now=session.now, is_used=True)
    found = state(session, person)
    _record(session, person.controller_id, [(person.subject, found.number)], by=PERSON, renewed=1)
    return _token(session, person.controller_id, person.subject, (found.whole, found.own))


def revoke(session: Session, controller_id: str, subject: bytes | None = None) -> None:
    """End the link of one person, or of every person of a controller; new ones differ, and it is recorded."""
    if subject is None:
        link_rows.end_all(session.db, controller_id, now=session.now)
    else:
        link_rows.renew(session.db, controller_id, subject, now=session.now, is_used=False)
    fact = {"controller": controller_id, "person": "" if subject is None else subject.hex(), "at": rfc3339(session.now)}
    proof.record(session, "consent.links_ended", fact, subject_id=controller_id)


def _record(session: Session, controller_id: str, links: Sequence[tuple[bytes, int]], *, by: str, renewed: int) -> None:
    # One entry however many they are; who has the list of persons can show that the digest is of just these.
    said = "".join(f"{subject.hex()} {number}\n" for subject, number in links)
    fact = {
        "controller": controller_id, "by": by, "persons": len(links), "renewed": renewed, "links": f"sha256:{sha256_hex(said.encode())}",
        "at": rfc3339(session.now),
    }  # fmt: skip
    proof.record(session, "consent.links_issued", fact, subject_id=controller_id)


def _token(session: Session, controller_id: str, subject: bytes, epochs: tuple[int, int]) -> str:
    return _text(controller_id, subject, _mac(session, controller_id, subject, epochs))


def _text(controller_id: str, subject: bytes, mac: bytes) -> str:
    return f"{controller_id}.{b64url(subject)}.{b64url(mac)}"


def _mac(session: Session, controller_id: str, subject: bytes, epochs: tuple[int, int]) -> bytes:
    return _sealed(session.master_key.derive(_PURPOSE), controller_id, subject, epochs)


def _sealed(key: bytes, controller_id: str, subject: bytes, epochs: tuple[int, int]) -> bytes:
    said = f"{controller_id}\n{subject.hex()}\n{epochs[0]}\n{epochs[1]}"
    return hmac.new(key, said.encode(), sha256).digest()[:_MAC_BYTES]


def _unknown() -> NotFound:
    return NotFound(
        "This personal link is not valid.", "Ask the organisation that gave it to you for a new one.", message_zh="该个人链接无效。",
        hint_zh="请向给您链接的机构索取新的链接。",
    )  # fmt: skip


def _replaced(found: LinkState) -> NotFound:
    day = "" if found.renewed_at is None else f"{found.renewed_at:%Y-%m-%d}"
    return NotFound(
        f"This personal link ended on {day}, when another took its place.",
        "If it was not you who asked for another, somebody else may hold it: ask the organisation, and tell the operator of the exchange.",
    )
