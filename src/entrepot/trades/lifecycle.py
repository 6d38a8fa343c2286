"""The life of an agreement after the signatures: suspended, resumed, fulfilled, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from entrepot import catalogue, jobs, parties
from entrepot.kit import Conflict, NotFound, Refused, rfc3339
from entrepot.runtime import Role, Scope, Session
from entrepot.trades import reading, repository
from entrepot.trades.model import NEXT_AGREEMENT, OPEN, Agreement, AgreementClosed, AgreementState, Move, check_message
from entrepot.trades.reasons import Reason, sentence

State = AgreementState
_OWNER_MAY = frozenset({State.SUSPENDED, State.ACTIVE, State.FULFILLED, State.TERMINATED, State.REFUNDED})
_BUYER_MAY = frozenset({State.FULFILLED, State.TERMINATED})


def move(session: Session, agreement_id: str, to: AgreementState, reason: str) -> Agreement:
    """Change an agreement's state, keep who did so and why, and tell the other party.

    The owner suspends, resumes, pays back, and ends what is not settled yet; the buyer accepts (``fulfilled``) or walks away; the
    exchange does all. A suspension is lifted by whoever imposed it or by the exchange, back to the state before it.

    Raises:
        Refused: This party may not do that.
        Conflict: The state does not lead there, or something else has happened first.
    """
    parties.require_scope(session, Scope.TRADE)
    agreement = reading.get(session, agreement_id)
    to, reason = AgreementState(to), check_message(reason)
    by_exchange = session.actor.has_role(Role.OPERATOR, Role.SYSTEM) and not _is_party(session, agreement)
    if to not in NEXT_AGREEMENT[agreement.state]:
        raise Conflict(
            f"Agreement {agreement.id} is {agreement.state} and cannot become {to}.", "Look at it again.", state=agreement.state.value
        )
    moves = repository.list_moves(session.db, agreement.id)
    _require_allowed(session, agreement, to, moves, by_exchange=by_exchange)
    if to in OPEN and is_frozen(session, agreement):
        raise Conflict(_FROZEN.format(agreement.id), _THAWS)
    if agreement.state is State.SUSPENDED and to in OPEN and to is not moves[-1].before:
        raise Conflict(f"Agreement {agreement.id} was {moves[-1].before} before it was suspended.", f"Resume it to {moves[-1].before}.")
    if not repository.step_agreement(session.db, agreement.id, before=agreement.state, after=to):
        raise Conflict(f"Agreement {agreement.id} is no longer {agreement.state}.", "Look at it again.")
    by_id = session.actor.organisation_id
    made = Move(
        agreement_id=agreement.id, before=agreement.state, after=to, by_id=by_id, by_exchange=by_exchange, reason=reason, at=session.now
    )
    repository.insert_move(session.db, made)
    for organisation_id in {agreement.owner_id, agreement.buyer_id} - {by_id}:
        parties.notify(session, organisation_id, f"agreement.{to}", agreement.id, listing=agreement.listing_id, reason=reason)
    return replace(agreement, state=to)


_FROZEN = "A legal notice freezes agreement {}."
_THAWS = "It goes on when the notice is settled; nothing is lost meanwhile."


def is_frozen(session: Session, agreement: Agreement) -> bool:
    """Whether a legal notice holds its listing: nothing flows from that moment, also while its own state still has to follow."""
    return catalogue.freezing(session, agreement.listing_id) is not None


def require_open(session: Session, agreement: Agreement, at: datetime) -> None:
    """Let pass while the data may be used; reads the state anew, so that an agreement in hand for a while is no loophole.

    Raises:
        AgreementClosed: It is suspended, has ended, or has not begun, or a legal notice holds its listing.
    """
    state = repository.agreement_state(session.db, agreement.id)
    if state is None:
        raise NotFound(f"There is no agreement {agreement.id[:60]}.", "Check the id.")
    if state is State.SUSPENDED:
        raise _suspended(session, agreement)
    replace(agreement, state=state).require_open_at(at)
    if is_frozen(session, agreement):
        raise AgreementClosed(_FROZEN.format(agreement.id), _THAWS, state=State.SUSPENDED.value)


def _suspended(session: Session, agreement: Agreement) -> AgreementClosed:
    last = repository.list_moves(session.db, agreement.id)[-1]
    return AgreementClosed(
        f"Agreement {agreement.id} has been suspended since {rfc3339(last.at)}. The reason was: {sentence(last.reason)}",
        "Wait until it is resumed.", state=State.SUSPENDED.value, since=rfc3339(last.at), reason=last.reason,
    )  # fmt: skip


@jobs.handler("trades.expire_agreement")
def expire_agreement(session: Session, *, agreement_id: str) -> None:
    """End an agreement whose time has run out, unless it has ended otherwise."""
    agreement = repository.find_agreement(session.db, agreement_id)
    if agreement is None or agreement.ends_at is None or session.now < agreement.ends_at:
        return
    if State.EXPIRED in NEXT_AGREEMENT[agreement.state]:
        move(session, agreement_id, State.EXPIRED, Reason.TIME_OVER.format(days=agreement.terms.duration_days))


def _require_allowed(session: Session, agreement: Agreement, to: AgreementState, moves: list[Move], *, by_exchange: bool) -> None:
    if by_exchange:
        return
    acting = parties.acting_organisation(session)
    if not _is_party(session, agreement):
        raise Refused("Only the owner, the buyer and the operator change an agreement.", "You may read it.")
    is_owner = acting == agreement.owner_id
    parties.require_role(session, Role.OWNER if is_owner else Role.BUYER)
    if to not in (_OWNER_MAY if is_owner else _BUYER_MAY):
        raise Refused(f"The {'owner' if is_owner else 'buyer'} cannot make an agreement {to}.", "Ask the operator of the exchange.")
    if agreement.state is State.SUSPENDED and to in OPEN and (moves[-1].by_exchange or moves[-1].by_id != acting):
        raise Refused("Somebody else has suspended this agreement.", f"The reason was: {sentence(moves[-1].reason)}")
    if is_owner and to is State.FULFILLED and agreement.state is not State.SUSPENDED:
        raise Refused("The buyer accepts a delivery, or the exchange when the time to look at it is over.", "Wait for either.")
    if is_owner and to is State.TERMINATED and any(State.FULFILLED in (m.before, m.after) for m in moves):
        raise Refused("This agreement is settled, so the owner cannot end it.", "Pay it back, or ask the operator of the exchange.")


def _is_party(session: Session, agreement: Agreement) -> bool:
    return session.actor.organisation_id in (agreement.owner_id, agreement.buyer_id)
