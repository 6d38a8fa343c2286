"""People: passwords, logins, one-time links, memberships."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from pwdlib import PasswordHash

from entrepot.kit import NotFound, Refused, new_id
from entrepot.parties import service
from entrepot.parties.model import (
    ORGANISATION_ROLES,
    Attempt,
    Link,
    LinkKind,
    Login,
    NotSignedIn,
    Person,
    TooManyAttempts,
    check_email,
    check_name,
    check_password,
    check_roles,
)
from entrepot.parties.tables import links, logins, memberships, people
from entrepot.runtime import ALL_SCOPES, Actor, Role, Session

FREE_ATTEMPTS = 5
LOCK = timedelta(minutes=15)


def invite(session: Session, email: str, *, organisation_id: str | None, roles: frozenset[Role]) -> str:
    """A one-time token that lets whoever holds it join an organisation with these roles; it is shown once.

    Members pass on roles that they have themselves, within their own organisation; only operators invite elsewhere.

    Raises:
        NotFound: The organisation is not the actor's own.
        Invalid: A role cannot be given there.
        Refused: The actor lacks one of the roles, or is a key that may do less than the login it would lead to.
    """
    if organisation_id is None:
        service.require_role(session, Role.OPERATOR)
        check_roles(roles, within=frozenset({Role.PERSON}))
    else:
        if not session.actor.has_role(Role.OPERATOR):
            service.require_self(session, organisation_id)
        check_roles(roles, within=service.get(session, organisation_id).roles & ORGANISATION_ROLES)
    _require_passable(session, roles)
    return _new_link(session, LinkKind.INVITE, check_email(email), organisation_id, roles)


def create_reset_link(session: Session, email: str) -> str:
    """A one-time token that sets a new password, for an operator to hand over.

    Raises:
        NotFound: Nobody has this address.
        Refused: The actor is no operator, or is a key that may do less than the login it would lead to.
    """
    service.require_role(session, Role.OPERATOR)
    _require_passable(session, frozenset())
    folded = check_email(email)
    if session.db.execute(sa.select(people.c.id).where(people.c.email == folded)).first() is None:
        raise NotFound(f"Nobody signs in as {folded}.", "Check the address, or invite them.")
    return _new_link(session, LinkKind.RESET, folded, None, frozenset())


def open_link(session: Session, token: str) -> Link:
    """What a one-time link is for, without using it up.

    Raises:
        NotFound: There is no such link, or it was used, or it is too old.
    """
    row = session.db.execute(sa.select(links).where(links.c.token_hash == _hash(token))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= session.now:
        raise NotFound("This link is not valid, or no longer.", "Ask for a new one.")
    return Link(
        kind=LinkKind(row.kind), email=row.email, organisation_id=row.organisation_id, roles=_roles(row.roles), expires_at=row.expires_at
    )


def use_link(session: Session, token: str, *, password: str, name: str = "", language: str = "en") -> Login | Refused:
    """Set a password through a one-time link, join what it invites to, and sign in; a reset ends the person's other logins.

    An address that already has a password must give that password to accept an invitation, so that an invitation
    takes over nobody's login. A wrong one is counted as a failed login and returned, not raised, as in `login`.

    Raises:
        NotFound: The link is not valid, or was used a moment ago.
    """
    link = open_link(session, token)
    row = session.db.execute(sa.select(people).where(people.c.email == link.email)).one_or_none()
    if link.kind is LinkKind.INVITE and row is not None and row.password_hash:
        signed_in = login(session, link.email, password)
        if isinstance(signed_in, Refused):
            return signed_in
    used = sa.update(links).where(links.c.token_hash == _hash(token), links.c.used_at.is_(None)).values(used_at=session.now)
    if session.db.execute(used).rowcount != 1:
        raise NotFound("This link is not valid, or no longer.", "Ask for a new one.")
    if row is None:
        person_id = _add_person(session, link.email, name or link.email.partition("@")[0], password, language)
    else:
        person_id = row.id
        if link.kind is LinkKind.RESET or not row.password_hash:
            set_password(session, person_id, password)
    if link.kind is LinkKind.INVITE and link.organisation_id is not None:
        join(session, person_id, link.organisation_id, link.roles)
    return _sign_in(session, person_id, link.organisation_id)


def set_password(session: Session, person_id: str, password: str) -> None:
    """Store a new password and end all logins that used the old one."""
    values = {"password_hash": _hasher().hash(check_password(password)), "failed_logins": 0, "locked_until": None}
    session.db.execute(sa.update(people).where(people.c.id == person_id).values(values))
    session.db.execute(sa.delete(logins).where(logins.c.person_id == person_id))


def login(session: Session, email: str, password: str) -> Login | Refused:
    """Sign in by e-mail and password, in one session; a door takes the two steps apart, as ``try_password`` says.

    A refusal is returned, not raised, so that the session commits the count of failed attempts; the door raises it.
    After five wrong passwords an address is locked for 15 minutes. Unknown addresses take as long as known ones.
    """
    return finish_login(session, try_password(session, email, password))


def try_password(session: Session, email: str, password: str) -> Attempt:
    """Compare a password, slowly by design, in a reading session, so that nobody who writes waits for it; ``finish_login`` decides."""
    row = session.db.execute(sa.select(people).where(people.c.email == email.strip().casefold())).one_or_none()
    if row is not None and _is_locked(session, row):
        return Attempt(person_id=row.id, password_hash=None, good=False)
    kept = row.password_hash if row is not None else None
    good = _hasher().verify(password, kept or _dummy_hash())
    return Attempt(person_id=None if row is None else row.id, password_hash=kept, good=good and kept is not None)


def finish_login(session: Session, attempt: Attempt) -> Login | Refused:
    """Sign in after a password was tried, or count the failure; both meet the lock as it is now, whatever was tried meanwhile."""
    wrong = NotSignedIn("The e-mail address or the password is wrong.", "Try again, or ask an operator for a reset link.")
    row = session.db.execute(sa.select(people).where(people.c.id == attempt.person_id).with_for_update()).one_or_none()
    if row is None:
        return wrong
    if _is_locked(session, row):
        return TooManyAttempts(
            "Too many wrong passwords for this address.", f"Try again after {row.locked_until:%H:%M} UTC, or ask for a reset link."
        )
    if not attempt.good or row.password_hash != attempt.password_hash:
        _count_failure(session, row.id)
        return wrong
    session.db.execute(sa.update(people).where(people.c.id == row.id).values(failed_logins=0, locked_until=None))
    first = session.db.scalar(
        sa.select(memberships.c.organisation_id).where(memberships.c.person_id == row.id).order_by(memberships.c.created_at).limit(1)
    )
    return _sign_in(session, row.id, first)


def logout(session: Session, token: str) -> None:
    """End one login; ending it twice is no error."""
    session.db.execute(sa.delete(logins).where(logins.c.token_hash == _hash(token)))


def login_actor(session: Session, token: str) -> tuple[Actor, str] | None:
    """Who a login token stands for, and its CSRF token; None when it is unknown or has ended."""
    row = session.db.execute(sa.select(logins).where(logins.c.token_hash == _hash(token))).one_or_none()
    if row is None or row.expires_at <= session.now:
        return None
    return member_actor(session, row.person_id, row.organisation_id), row.csrf


def member_actor(session: Session, person_id: str, organisation_id: str | None) -> Actor:
    """A person who is signed in, with the roles that they have in an organisation now."""
    given = _member_roles(session, person_id, organisation_id)
    acting = organisation_id if given else None  # Whoever has left an organisation acts for it no more.
    return Actor(organisation_id=acting, person_id=person_id, roles=frozenset({Role.PERSON} | given), scopes=ALL_SCOPES, via="login")


def choose_organisation(session: Session, token: str, organisation_id: str) -> None:
    """Act for another organisation of one's own from now on.

    Raises:
        NotFound: The person is no member there.
    """
    row = session.db.execute(sa.select(logins).where(logins.c.token_hash == _hash(token))).one_or_none()
    if row is None or not _member_roles(session, row.person_id, organisation_id):
        raise NotFound("You are no member of that organisation.", "Ask its members for an invitation.")
    session.db.execute(sa.update(logins).where(logins.c.token_hash == _hash(token)).values(organisation_id=organisation_id))


def organisations_of(session: Session, person_id: str) -> list[str]:
    """Ids of the organisations a person is a member of."""
    return list(
        session.db.scalars(
            sa.select(memberships.c.organisation_id).where(memberships.c.person_id == person_id).order_by(memberships.c.created_at)
        )
    )


def join(session: Session, person_id: str, organisation_id: str, roles: frozenset[Role]) -> None:
    """Make a person a member of an organisation with these roles, replacing earlier ones."""
    session.db.execute(sa.delete(memberships).where(memberships.c.person_id == person_id, memberships.c.organisation_id == organisation_id))
    values = {"person_id": person_id, "organisation_id": organisation_id, "roles": sorted(roles), "created_at": session.now}
    session.db.execute(sa.insert(memberships).values(values))


def get_person(session: Session, person_id: str) -> Person:
    """A person by id.

    Raises:
        NotFound: There is none.
    """
    row = session.db.execute(sa.select(people).where(people.c.id == person_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such person.", "Check the id.")
    return Person(**{c: row._mapping[c] for c in Person.__slots__})


def _require_passable(session: Session, roles: frozenset[Role]) -> None:
    """A link leads to a login, which carries every scope and outlives any key: so a key of less than that makes none."""
    actor = session.actor
    is_operator = actor.has_role(Role.OPERATOR, Role.SYSTEM)
    if actor.via == "key" and not (is_operator and actor.scopes >= ALL_SCOPES):
        raise Refused("This key may do less than the login it would lead to.", "Sign in to invite, or ask an operator of the exchange.")
    if not is_operator and not roles <= actor.roles:
        missing = ", ".join(sorted(roles - actor.roles))
        raise Refused(f"You cannot pass on a role that you do not have: {missing}.", "Ask a member who has it, or an operator.")


def _add_person(session: Session, email: str, name: str, password: str, language: str) -> str:
    person_id = new_id("per")
    values: dict[str, Any] = {
        "id": person_id, "email": email, "name": check_name(name, "a person"), "password_hash": _hasher().hash(check_password(password)),
        "language": language if language in ("en", "zh") else "en", "failed_logins": 0, "created_at": session.now,
    }  # fmt: skip
    session.db.execute(sa.insert(people).values(values))
    return person_id


def _new_link(session: Session, kind: LinkKind, email: str, organisation_id: str | None, roles: frozenset[Role]) -> str:
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _hash(token), "kind": kind, "email": email, "organisation_id": organisation_id, "roles": sorted(roles),
        "created_at": session.now, "expires_at": session.now + timedelta(hours=session.settings.link_hours),
    }  # fmt: skip
    session.db.execute(sa.insert(links).values(values))
    return token


def _sign_in(session: Session, person_id: str, organisation_id: str | None) -> Login:
    found = Login(
        token=secrets.token_urlsafe(32), csrf=secrets.token_urlsafe(32), person_id=person_id, organisation_id=organisation_id,
        expires_at=session.now + timedelta(hours=session.settings.session_hours),
    )  # fmt: skip
    values = {
        "token_hash": _hash(found.token), "csrf": found.csrf, "person_id": person_id, "organisation_id": organisation_id,
        "created_at": session.now, "expires_at": found.expires_at,
    }  # fmt: skip
    session.db.execute(sa.delete(logins).where(logins.c.expires_at <= session.now))
    session.db.execute(sa.insert(logins).values(values))
    return found


def _is_locked(session: Session, row: Any) -> bool:
    return row.locked_until is not None and row.locked_until > session.now


def _count_failure(session: Session, person_id: str) -> None:
    mine = people.c.id == person_id
    added = sa.update(people).where(mine).values(failed_logins=people.c.failed_logins + 1).returning(people.c.failed_logins)
    if session.db.execute(added).scalar_one() >= FREE_ATTEMPTS:
        session.db.execute(sa.update(people).where(mine).values(failed_logins=0, locked_until=session.now + LOCK))


def _member_roles(session: Session, person_id: str, organisation_id: str | None) -> set[Role]:
    if organisation_id is None:
        return set()
    query = sa.select(memberships.c.roles).where(memberships.c.person_id == person_id, memberships.c.organisation_id == organisation_id)
    return set(_roles(session.db.scalar(query) or []))


def _roles(names: list[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)


def _hash(token: str) -> str:
    # Tokens carry 256 random bits, so a plain digest cannot be searched; passwords go through argon2.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _dummy_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
