"""Government access: every look into the books is a request with its basis, its scope and its end.

What is answered are counts, digests and proofs; rows of a table are never among them, and who received what only where security is at stake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from entrepot import catalogue, jobs, parties, proof, trades
from entrepot.compliance import acts
from entrepot.kit import Conflict, Invalid, NotFound, Refused, digest, is_id, new_id, parse_rfc3339, rfc3339
from entrepot.notices.access_model import Access, AccessState, Ask, Fact
from entrepot.notices.judged import judge_access, judge_decision
from entrepot.notices.model import check_text
from entrepot.notices.tables import access_requests
from entrepot.runtime import Role, Scope, Session

LONGEST = timedelta(days=90)
LONGEST_SILENCE = timedelta(days=365)


def ask_access(session: Session, ask: Ask) -> Access:
    """Ask for access, as a regulator; the operator decides.

    Raises:
        Refused: The actor is no regulator.
        NotFound: There is no such listing or agreement.
        Invalid: The request says too little, asks for too long, or forbids telling without saying by which provision and until when.
    """
    parties.require_scope(session, Scope.ADMIN)
    parties.require_role(session, Role.REGULATOR)
    owner_id, buyer_id = _parties(session, ask.subject_id)
    issuer = parties.get(session, parties.acting_organisation(session))
    made = Access(
        id=new_id("acr"), issuer_id=issuer.id, authority=issuer.name, owner_id=owner_id, buyer_id=buyer_id, ask=_checked(session, ask),
        state=AccessState.REQUESTED, revision=0, created_at=session.now,
    )  # fmt: skip
    session.db.execute(sa.insert(access_requests).values(_row(made)))
    log(session, made, "asked")
    judge_access(session, made, acts.ASK_ACCESS)
    parties.notify(session, parties.exchange_organisation(session).id, "access.asked", made.id, authority=made.authority)
    session.enqueue("notices.end_access", at=made.ask.expires_at, access_id=made.id)
    return made


def get_access(session: Session, access_id: str) -> Access:
    """A request, for its authority, the operator, and the parties once they have been told.

    Raises:
        NotFound: There is none that the actor may see.
    """
    content = session.db.scalar(sa.select(access_requests.c.content).where(access_requests.c.id == access_id))
    found = None if content is None else _access(content)
    if found is None or not _may_see(session, found):
        raise NotFound(f"There is no request for access {access_id[:60]}.", "Check the id, and that you act for the right organisation.")
    return found


def list_access(session: Session, *, limit: int = 100) -> list[Access]:
    """Requests the actor may see, newest first."""
    query = sa.select(access_requests.c.content).order_by(access_requests.c.id.desc()).limit(limit)
    if not session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        acting = parties.acting_organisation(session)
        told = sa.and_(
            access_requests.c.told_at.is_not(None), sa.or_(access_requests.c.owner_id == acting, access_requests.c.buyer_id == acting)
        )
        query = query.where(sa.or_(access_requests.c.issuer_id == acting, told))
    return [one for one in map(_access, session.db.scalars(query)) if _may_see(session, one)]


def decide_access(session: Session, access_id: str, *, approve: bool, reason: str) -> Access:
    """Approve or refuse a request, as an operator, with a reason; the parties are told unless law forbids it.

    Raises:
        Refused: The actor is no operator.
        Conflict: It has been decided, or has ended.
        NotCompliant: A rule forbids the approval; refusing is always possible.
        FactsMissing: Something has to be known before the approval.
    """
    parties.require_scope(session, Scope.ADMIN)
    parties.require_role(session, Role.OPERATOR)
    access, words = get_access(session, access_id), check_text(reason, "The reason")
    if access.state is not AccessState.REQUESTED or session.now >= access.ask.expires_at:
        raise Conflict(f"The request {access.id} is {access.state} and waits for no decision.", "Look at it again.")
    state = AccessState.APPROVED if approve else AccessState.REFUSED
    made = _change(session, access, state=state, reason=words, decided_at=session.now)
    log(session, made, "approved" if approve else "refused")
    judge_decision(session, made)
    parties.notify(session, made.issuer_id, f"access.{state}", made.id, reason=words)
    if made.ask.secret_until is None:
        return _tell(session, made)
    session.enqueue("notices.tell_access", at=made.ask.secret_until, access_id=made.id)
    return made


def require_look(session: Session, access_id: str) -> Access:
    """The request, counted as used once more, for its authority while it is open.

    Raises:
        NotFound: It is another authority's.
        Refused: It is not approved, or has ended.
    """
    parties.require_scope(session, Scope.ADMIN)
    access = get_access(session, access_id)
    if access.issuer_id != session.actor.organisation_id or not session.actor.has_role(Role.REGULATOR):
        raise Refused("Only the authority that asked may look.", "You may read the request.")
    if access.state is AccessState.REQUESTED and session.now < access.ask.expires_at:
        raise Refused(
            f"The request {access.id} has not been decided.", "The operator has to approve it first; your inbox will tell you.",
            state=access.state.value,
        )  # fmt: skip
    if not access.is_open_at(session.now):
        raise Refused(
            f"The request {access.id} is {access.state}, and was good until {rfc3339(access.ask.expires_at)}.", "Ask for access again."
        )
    judge_access(session, access, acts.LOOK)
    return _change(session, access, looks=access.looks + 1)


def log(session: Session, access: Access, happened: str, **more: str) -> None:
    """Commit to a step of a request in the log."""
    fact = {
        "access": access.id, "authority": access.issuer_id, "subject": access.ask.subject_id, "ask": digest(_plain(access.ask)),
        "state": access.state.value, "by": session.actor.organisation_id, "at": rfc3339(session.now), **more,
    }  # fmt: skip
    proof.record(session, f"access.{happened}", fact, subject_id=access.id)


@jobs.handler("notices.tell_access")
def tell_access(session: Session, *, access_id: str) -> None:
    """Tell the parties of an access, now that the ban on it has ended."""
    access = get_access(session, access_id)
    if access.told_at is None:
        _tell(session, access)


@jobs.handler("notices.end_access")
def end_access(session: Session, *, access_id: str) -> None:
    """End a request whose time is over, whether it was decided or not."""
    access = get_access(session, access_id)
    if session.now >= access.ask.expires_at and access.state in (AccessState.REQUESTED, AccessState.APPROVED):
        log(session, _change(session, access, state=AccessState.ENDED), "ended")


def plain_access(access: Access) -> dict[str, Any]:
    """The request as JSON."""
    return {f.name: _plain(getattr(access, f.name)) for f in fields(access)}


def _tell(session: Session, access: Access) -> Access:
    told = _change(session, access, told_at=session.now)
    for organisation_id in filter(None, (access.owner_id, access.buyer_id)):
        parties.notify(session, organisation_id, "access.told", access.id, authority=access.authority, state=access.state.value)
    return told


def _change(session: Session, access: Access, **changes: Any) -> Access:
    made = replace(access, revision=access.revision + 1, **changes)
    seen = sa.and_(access_requests.c.id == access.id, access_requests.c.revision == access.revision)
    if session.db.execute(sa.update(access_requests).where(seen).values(_row(made))).rowcount != 1:
        raise Conflict(f"The request {access.id} was changed by somebody else at the same moment.", "Look at it again.")
    return made


def _parties(session: Session, subject_id: str) -> tuple[str, str]:
    if is_id(subject_id, "agr"):
        agreement = trades.get(session, subject_id)
        return agreement.owner_id, agreement.buyer_id
    return catalogue.agreed_listing(session, subject_id).organisation_id, ""


def _checked(session: Session, ask: Ask) -> Ask:
    basis = check_text(ask.legal_basis, "The legal basis", most=1_000)
    if not ask.facts or len(set(ask.facts)) != len(ask.facts):
        raise Invalid("The request names no facts, or one twice.", f"Choose among {', '.join(Fact)}.")
    if ask.since >= ask.until:
        raise Invalid("The period ends before it begins.", "Give its first and its last moment.")
    if not session.now < ask.expires_at <= session.now + LONGEST:
        raise Invalid(f"The access would end at {rfc3339(ask.expires_at)}.", f"Give a moment within the next {LONGEST.days} days.")
    if (Fact.SECURITY in ask.facts) != bool(ask.security.strip()):
        raise Invalid(
            "Who received what is answered only where security is at stake.",
            "Name the incident or risk together with the fact security, or leave both out (network data regulations, article 51).",
        )
    if bool(ask.secrecy.strip()) != (ask.secret_until is not None):
        raise Invalid("A ban on telling the parties needs its provision and its end.", "Give both, or neither.")
    if ask.secret_until is not None and not session.now < ask.secret_until <= session.now + LONGEST_SILENCE:
        raise Invalid(f"The parties would be told at {rfc3339(ask.secret_until)}.", f"Give a moment within {LONGEST_SILENCE.days} days.")
    security, secrecy = check_text(ask.security, "The security risk", least=0), check_text(ask.secrecy, "The provision", least=0)
    return replace(ask, legal_basis=basis, security=security, secrecy=secrecy)


def _may_see(session: Session, access: Access) -> bool:
    if session.actor.has_role(Role.OPERATOR, Role.SYSTEM):
        return True
    acting = session.actor.organisation_id
    is_authority = acting == access.issuer_id and session.actor.has_role(Role.REGULATOR)
    return is_authority or (acting is not None and access.told_at is not None and acting in (access.owner_id, access.buyer_id))


def _row(access: Access) -> dict[str, Any]:
    values = {name: getattr(access, name) for name in ("id", "issuer_id", "owner_id", "buyer_id", "revision", "told_at")}
    return values | {"state": access.state.value, "content": plain_access(access)}


def _plain(value: Any) -> Any:
    if isinstance(value, Ask):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return rfc3339(value) if isinstance(value, datetime) else value.value if isinstance(value, StrEnum) else value


def _access(content: Mapping[str, Any]) -> Access:
    ask = dict(content["ask"])
    ask |= {name: _moment(ask[name]) for name in ("since", "until", "expires_at", "secret_until")}
    ask["facts"] = tuple(Fact(one) for one in ask["facts"])
    read = dict(content) | {name: _moment(content[name]) for name in ("created_at", "decided_at", "told_at")}
    return Access(**read | {"ask": Ask(**ask), "state": AccessState(read["state"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_rfc3339(text)
