"""Who belongs to an organisation, what each may do there, and how they leave."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.kit import NotFound, Refused
from entrepot.parties import service
from entrepot.parties.model import ORGANISATION_ROLES, Member, check_roles
from entrepot.parties.tables import api_keys, logins, memberships, people
from entrepot.runtime import Role, Session


def members(session: Session, organisation_id: str) -> list[Member]:
    """The members of an organisation, longest first; seen by themselves and by operators.

    Raises:
        NotFound: The actor belongs to another organisation.
    """
    _require_sight(session, organisation_id)
    return [_member(row) for row in session.db.execute(_MEMBERS.where(memberships.c.organisation_id == organisation_id))]


def change_roles(session: Session, organisation_id: str, person_id: str, roles: frozenset[Role]) -> Member:
    """Give a member other roles; keys that they made and that could do more than the roles left to them end at once.

    Raises:
        NotFound: There is no such member for the actor.
        Invalid: A role cannot be given there.
        Refused: The actor lacks a role that is given or taken.
    """
    found = _locked(session, organisation_id, person_id)
    check_roles(roles, within=service.get(session, organisation_id).roles & ORGANISATION_ROLES)
    _require_rank(session, found, roles ^ found.roles)
    session.db.execute(sa.update(memberships).where(_is_member(organisation_id, person_id)).values(roles=sorted(roles)))
    _end_keys(session, found, keep=roles)
    return _locked(session, organisation_id, person_id)


def remove_member(session: Session, organisation_id: str, person_id: str) -> None:
    """End a membership: the person's logins act for the organisation no more, and the keys they made for it end at once.

    Raises:
        NotFound: There is no such member for the actor.
        Refused: The actor lacks a role of the member; everybody may leave by themselves.
    """
    found = _locked(session, organisation_id, person_id)
    if session.actor.person_id != person_id:
        _require_rank(session, found, found.roles)
    session.db.execute(sa.delete(memberships).where(_is_member(organisation_id, person_id)))
    gone = sa.and_(logins.c.person_id == person_id, logins.c.organisation_id == organisation_id)
    session.db.execute(sa.update(logins).where(gone).values(organisation_id=None))
    _end_keys(session, found, keep=frozenset())


def _require_sight(session: Session, organisation_id: str) -> None:
    if not session.actor.has_role(Role.OPERATOR):
        service.require_self(session, organisation_id)


def _require_rank(session: Session, found: Member, roles: frozenset[Role]) -> None:
    missing = roles - session.actor.roles
    if missing and not session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        raise Refused(
            f"You cannot decide on {found.name}'s role {', '.join(sorted(missing))}, which you do not have yourself.",
            "Ask a member who has it, or an operator.",
        )


def _locked(session: Session, organisation_id: str, person_id: str) -> Member:
    _require_sight(session, organisation_id)
    # The row stays locked to the end, so that of two changes at once the later one sees the earlier.
    lock = sa.select(memberships.c.person_id).where(_is_member(organisation_id, person_id)).with_for_update()
    if session.db.execute(lock).first() is None:
        raise NotFound("There is no such member.", "List the members of your organisation.")
    return _member(session.db.execute(_MEMBERS.where(_is_member(organisation_id, person_id))).one())


def _end_keys(session: Session, found: Member, *, keep: frozenset[Role]) -> None:
    theirs = sa.and_(
        api_keys.c.organisation_id == found.organisation_id, api_keys.c.person_id == found.person_id, api_keys.c.revoked_at.is_(None)
    )
    rows = session.db.execute(sa.select(api_keys.c.id, api_keys.c.roles).where(theirs)).all()
    if ended := [row.id for row in rows if not keep or not set(row.roles) <= keep]:
        session.db.execute(sa.update(api_keys).where(api_keys.c.id.in_(ended)).values(revoked_at=session.now))


def _is_member(organisation_id: str, person_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(memberships.c.organisation_id == organisation_id, memberships.c.person_id == person_id)


def _member(row: Any) -> Member:
    values = dict(row._mapping)
    return Member(**values | {"roles": frozenset(map(Role, values["roles"]))})


_MEMBERS = (
    sa.select(
        memberships.c.organisation_id, memberships.c.person_id, people.c.name, people.c.email, memberships.c.roles,
        memberships.c.created_at.label("since"),
    )
    .join(people, people.c.id == memberships.c.person_id)
    .order_by(memberships.c.created_at, memberships.c.person_id)
)  # fmt: skip
