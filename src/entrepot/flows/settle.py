"""From a delivery to money in the right hands: accept, settle when the window ends, refund, end early, renew, bill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from entrepot import delivery, jobs, parties, pricing, proof, settlement, trades
from entrepot.flows.periods import months_after
from entrepot.kit import Conflict, Money, Refused, rfc3339
from entrepot.pricing import Plan, Usage
from entrepot.runtime import Role, Scope, Session
from entrepot.settlement import AccountCode, BalanceTooLow, Escrow, EscrowState
from entrepot.trades import Agreement, AgreementState, Reason

LOOK_AGAIN = timedelta(days=1)
BILLING_GRACE = timedelta(minutes=2)
"""How long after an end the bytes that were on their way then may still be counted, before the last bill is made."""


def accept_delivery(session: Session, agreement_id: str) -> Agreement:
    """Accept what was delivered, as the buyer: escrow goes to the owner, less the fee. A repeat changes nothing.

    What ended in a dispute is paid out this way too, by the buyer or by an operator.

    Raises:
        NotFound: It is another buyer's agreement.
        Refused: Nothing has been delivered yet.
        Conflict: The agreement has ended.
    """
    agreement = trades.get(session, agreement_id)
    is_undecided = agreement.state is AgreementState.EXPIRED or _ended_in_dispute(session, agreement)
    if is_undecided and _held(session, agreement) is not None:
        return pay_out_held(session, agreement.id, reason=Reason.ACCEPTED_LATE)
    parties.require_self(session, agreement.buyer_id)
    parties.require_role(session, Role.BUYER)
    if agreement.state is AgreementState.FULFILLED:
        return agreement
    if delivery.first_received(session, agreement.id) is None:
        raise Refused(
            f"Nothing has been delivered under {agreement.id} yet.",
            "Ask for the delivery first; a share counts once something of a table was read.",
        )
    return _fulfil(session, agreement, Reason.ACCEPTED)


def pay_out_held(session: Session, agreement_id: str, *, reason: str) -> Agreement:
    """Pay what is still held of an agreement whose time is over, as its buyer or as an operator who decides a dispute.

    Raises:
        NotFound: It is another buyer's agreement.
        Conflict: It goes on, or holds no money any more.
        Refused: Nothing has been delivered under it.
    """
    agreement = trades.get(session, agreement_id)
    if not session.actor.has_role(Role.OPERATOR):
        parties.require_self(session, agreement.buyer_id)
        parties.require_role(session, Role.BUYER)
    parties.require_scope(session, Scope.TRADE)
    held = _held(session, agreement)
    undecided = agreement.state is AgreementState.EXPIRED or _ended_in_dispute(session, agreement)
    if not undecided or held is None:
        raise Conflict(f"Agreement {agreement.id} is {agreement.state} and waits for no decision.", "Look at it again.")
    if delivery.first_received(session, agreement.id) is None:
        raise Refused(f"Nothing has been delivered under {agreement.id}.", "Pay it back.")
    if agreement.price.plan is Plan.METERED:
        _bill(session, agreement, held, close=True)
    else:
        _pay(session, agreement, held, held.amount)
    for organisation_id in (agreement.owner_id, agreement.buyer_id):
        parties.notify(session, organisation_id, "agreement.decided", agreement.id, listing=agreement.listing_id, reason=reason)
    return agreement


@jobs.handler("flows.settle_agreement")
def settle_agreement(session: Session, *, agreement_id: str) -> None:
    """Settle when the acceptance window has ended without a word, also of what has expired meanwhile; a suspended agreement waits."""
    agreement = trades.get(session, agreement_id)
    if agreement.state is AgreementState.ACTIVE and not trades.is_frozen(session, agreement):
        _fulfil(session, agreement, Reason.WINDOW_OVER)
    elif agreement.state in (AgreementState.ACTIVE, AgreementState.SUSPENDED):
        session.enqueue("flows.settle_agreement", after=LOOK_AGAIN, agreement_id=agreement.id)
    elif agreement.state is AgreementState.EXPIRED:
        close_agreement(session, agreement_id=agreement.id)


def refund(session: Session, agreement_id: str, *, reason: str) -> Agreement:
    """Give the escrow back to the buyer and end the agreement, as its owner or as an operator. A repeat changes nothing.

    Raises:
        Refused: The buyer cannot refund itself.
        Conflict: The money has been paid out already.
    """
    agreement = trades.get(session, agreement_id)
    if not (parties.is_self(session, agreement.owner_id) or session.actor.has_role(Role.OPERATOR)):
        raise Refused("Only the owner or an operator gives escrow back.", "Ask the owner; an operator decides in a dispute.")
    parties.require_role(session, Role.OWNER, Role.OPERATOR)
    if agreement.state is AgreementState.REFUNDED:
        return agreement
    held = last_escrow(session, agreement.id)
    if held is not None and held.state is EscrowState.RELEASED:
        raise Conflict(
            f"{held.released} of {agreement.id} has been paid out already.",
            "Agree on it outside the exchange, and record what is paid back as a payout and a deposit.",
        )
    moved = trades.move(session, agreement.id, AgreementState.REFUNDED, reason)
    _give_back(session, agreement, held)
    return moved


def terminate(session: Session, agreement_id: str, *, reason: str) -> Agreement:
    """End an agreement early, as either party; bytes stop at once.

    What the owner ends is paid back, except for metered use; what the buyer ends after a delivery is paid, unless somebody had
    suspended it: then the money waits for a decision. Where bytes may still be on their way, it moves a moment later, once they have
    been counted.
    """
    agreement = trades.get(session, agreement_id)
    moved = trades.move(session, agreement.id, AgreementState.TERMINATED, reason)
    close_agreement(session, agreement_id=agreement.id)
    return moved


@jobs.handler("flows.close_agreement")
def close_agreement(session: Session, *, agreement_id: str) -> None:
    """Settle what is open when an agreement is over: received is paid, never received is paid back, disputed waits for a decision.

    It comes back by itself while the acceptance window is open or bytes may be on their way uncounted.
    """
    agreement = trades.get(session, agreement_id)
    held = _held(session, agreement)
    if held is None:
        return
    later = _close_later(session, agreement)
    if later is not None:
        session.enqueue("flows.close_agreement", at=later, agreement_id=agreement.id)
    elif not _is_due_at_the_end(session, agreement):
        _give_back(session, agreement, held)
    elif _ended_in_dispute(session, agreement):
        session.enqueue("flows.ask_for_decision", dedup_key=f"decide:{agreement.id}", agreement_id=agreement.id)
    elif agreement.price.plan is Plan.METERED:
        _bill(session, agreement, held, close=True)
    else:
        _pay(session, agreement, held, held.amount)


@jobs.handler("flows.ask_for_decision")
def ask_for_decision(session: Session, *, agreement_id: str) -> None:
    """Tell the parties and the operator, once, that an agreement has ended in dispute and its money waits."""
    agreement = trades.get(session, agreement_id)
    for organisation_id in {agreement.owner_id, agreement.buyer_id, parties.exchange_organisation(session).id}:
        parties.notify(session, organisation_id, "agreement.undecided", agreement.id, listing=agreement.listing_id, reason=Reason.UNDECIDED)


def awaits_decision(session: Session, agreement: Agreement) -> bool:
    """Whether money is held because the agreement ended while it was disputed; an operator pays it back or out."""
    if not trades.history(session, agreement.id):
        return False  # The doctor asks about damaged records too; a state without a move is one.
    return _held(session, agreement) is not None and _is_due_at_the_end(session, agreement) and _ended_in_dispute(session, agreement)


def closes_by(session: Session, agreement: Agreement) -> datetime:
    """Until when an agreement that is over may hold money: its acceptance window has ended, and its last bytes are counted."""
    moves = trades.history(session, agreement.id)
    if not moves:
        return datetime.min.replace(tzinfo=UTC)  # A state without a move is damage: whatever it holds, it holds too long.
    ended = moves[-1].at
    received = delivery.first_received(session, agreement.id)
    window = [received + agreement.acceptance_window] if agreement.state is AgreementState.EXPIRED and received is not None else []
    return max([ended + BILLING_GRACE, *window])


@jobs.handler("flows.renew_period")
def renew_period(session: Session, *, agreement_id: str, period: int) -> None:
    """Begin a subscription's next month: pay the one that has ended and put the next into escrow.

    A month before whose end nothing had ever been delivered is paid back instead, and while the buyer may still look at the first
    delivery, the month waits. Where the balance is too low the agreement is suspended and tried again daily; a deposit lets it go on. While somebody has
    suspended it, no month begins and none is paid; the months that passed meanwhile are not made up for.
    """
    agreement = trades.get(session, agreement_id)
    if agreement.state not in (AgreementState.ACTIVE, AgreementState.FULFILLED, AgreementState.SUSPENDED):
        return
    is_by_somebody = agreement.state is AgreementState.SUSPENDED and not _suspended_for_money(session, agreement)
    if is_by_somebody or trades.is_frozen(session, agreement):
        session.enqueue("flows.renew_period", after=LOOK_AGAIN, agreement_id=agreement.id, period=period)
        return
    _hold_accounts(session, agreement)
    held = last_escrow(session, agreement.id)
    if held is not None and held.state is EscrowState.HELD and held.period < period:
        window_ends = _window_ends(session, agreement)
        if window_ends is not None:
            session.enqueue("flows.renew_period", at=window_ends, agreement_id=agreement.id, period=period)
            return
        _end_month(session, agreement, held)
    try:
        settlement.renew(session, agreement.id, agreement.buyer_id, pricing.quote(agreement.price).escrow, period=period)
    except BalanceTooLow as error:
        _wait_for_money(session, agreement, period, error)
        return
    if agreement.state is AgreementState.SUSPENDED:
        trades.move(session, agreement.id, trades.history(session, agreement.id)[-1].before, Reason.MONTH_PAID)
    due = _next_month(session, agreement, period)
    if agreement.ends_at is None or due < agreement.ends_at:
        session.enqueue("flows.renew_period", at=due, agreement_id=agreement.id, period=period + 1)


@jobs.handler("flows.bill_usage")
def bill_usage(session: Session, *, agreement_id: str, month: int) -> None:
    """Bill a month's metered use, and hold what is left of the cap."""
    agreement = trades.get(session, agreement_id)
    held = _held(session, agreement)
    if held is None or agreement.state in _OVER:
        return
    if agreement.state is not AgreementState.SUSPENDED:
        _bill(session, agreement, held, close=False)
    due = months_after(agreement.starts_at, month + 1)
    if agreement.ends_at is None or due < agreement.ends_at:
        session.enqueue("flows.bill_usage", at=due, agreement_id=agreement.id, month=month + 1)


def last_escrow(session: Session, agreement_id: str) -> Escrow | None:
    """The escrow of an agreement's newest period; None where nothing had to be held."""
    held = escrows(session, agreement_id)
    return held[-1] if held else None


def escrows(session: Session, agreement_id: str) -> list[Escrow]:
    """The escrow of each period, oldest first."""
    return settlement.escrows_of(session, agreement_id)


def _held(session: Session, agreement: Agreement) -> Escrow | None:
    held = last_escrow(session, agreement.id)
    return held if held is not None and held.state is EscrowState.HELD else None


def _close_later(session: Session, agreement: Agreement) -> datetime | None:
    """When to look again at an agreement that is over; None when it can be closed now."""
    if agreement.state is AgreementState.SUSPENDED:
        return session.now + LOOK_AGAIN
    is_metered = agreement.price.plan is Plan.METERED
    later = None if is_metered or agreement.state is AgreementState.TERMINATED else _window_ends(session, agreement)
    may_be_read = is_metered or delivery.first_received(session, agreement.id) is None
    if later is None and may_be_read and delivery.parcels_of(session, agreement.id):
        ended = trades.history(session, agreement.id)[-1].at if agreement.state in _OVER else agreement.ends_at
        later = None if ended is None else ended + BILLING_GRACE
    return later if later is not None and later > session.now else None


def _is_due_at_the_end(session: Session, agreement: Agreement) -> bool:
    """Whether the buyer owes what is held: it has received something, and the owner has not taken the agreement back."""
    if delivery.first_received(session, agreement.id) is None:
        return False
    if agreement.state is not AgreementState.TERMINATED or agreement.price.plan is Plan.METERED:
        return True
    last = trades.history(session, agreement.id)[-1]
    return last.by_id == agreement.buyer_id or last.before is AgreementState.FULFILLED


def _ended_in_dispute(session: Session, agreement: Agreement) -> bool:
    """Whether it ended while somebody else had suspended it; what its owner suspended and then ended itself is no dispute."""
    moves = trades.history(session, agreement.id)
    if agreement.state not in (AgreementState.EXPIRED, AgreementState.TERMINATED) or moves[-1].before is not AgreementState.SUSPENDED:
        return False
    suspended, ended = moves[-2], moves[-1]
    is_own = ended.by_id is not None and (ended.by_id, ended.by_exchange) == (suspended.by_id, suspended.by_exchange)
    return suspended.reason != Reason.NO_MONEY and not is_own


def _window_ends(session: Session, agreement: Agreement) -> datetime | None:
    """When the acceptance window ends; None when it is over, was cut short by an acceptance, or has not begun."""
    received = delivery.first_received(session, agreement.id)
    if received is None or received + agreement.acceptance_window <= session.now:
        return None
    accepted = any(move.after is AgreementState.FULFILLED for move in trades.history(session, agreement.id))
    return None if accepted else received + agreement.acceptance_window


def _end_month(session: Session, agreement: Agreement, held: Escrow) -> None:
    """Pay a subscription's month that has passed, or pay it back where nothing had ever been received by its end."""
    months = 1
    while (ended := months_after(agreement.starts_at, months)) <= held.placed_at:
        months += 1
    received = delivery.first_received(session, agreement.id)
    if received is not None and received < ended:
        _pay(session, agreement, held, held.amount)
    else:
        _give_back(session, agreement, held)


def _fulfil(session: Session, agreement: Agreement, reason: str) -> Agreement:
    moved = trades.move(session, agreement.id, AgreementState.FULFILLED, reason)
    held = last_escrow(session, agreement.id)
    if held is None or held.state is not EscrowState.HELD:
        _record(session, agreement, "agreement.settled", None, None)
    elif agreement.price.plan is Plan.METERED:
        _bill(session, agreement, held, close=False)
    elif held.period == 1:  # A later month of a subscription is paid when it is over, whenever the delivery was accepted.
        _pay(session, agreement, held, held.amount)
    return moved


def _bill(session: Session, agreement: Agreement, held: Escrow, *, close: bool) -> None:
    _hold_accounts(session, agreement)
    used = delivery.usage(session, agreement.id)
    owed = pricing.charge(agreement.price, Usage(rows=used.rows, bytes=used.bytes, reads=used.reads))
    billed = sum(e.released.amount for e in escrows(session, agreement.id))
    due = Money(min(max(owed.amount - billed, 0), held.amount.amount), owed.currency)
    rest = held.amount - due
    if due.amount:
        _pay(session, agreement, held, due)
        if not close and rest.amount:
            settlement.place_escrow(session, agreement.id, agreement.buyer_id, rest, period=held.period + 1)
    elif close:
        _give_back(session, agreement, held)


def _hold_accounts(session: Session, agreement: Agreement) -> None:
    """Lock what this session posts to twice, so that the second post meets no other session half-way."""
    currency = pricing.quote(agreement.price).escrow.currency
    exchange_id = parties.exchange_organisation(session).id
    wanted = [
        (agreement.buyer_id, AccountCode.AVAILABLE), (agreement.buyer_id, AccountCode.ESCROW), (agreement.owner_id, AccountCode.AVAILABLE),
        (exchange_id, AccountCode.FEES),
    ]  # fmt: skip
    settlement.hold(session, settlement.open_accounts(session, [(organisation_id, code, currency) for organisation_id, code in wanted]))


def _pay(session: Session, agreement: Agreement, held: Escrow, amount: Money) -> None:
    fee = session.settings.fee_basis_points
    paid = settlement.release(session, agreement.id, amount=amount, seller_id=agreement.owner_id, fee_basis_points=fee, period=held.period)
    _record(session, agreement, "agreement.settled", paid, fee)
    parties.notify(session, agreement.owner_id, "payment.received", agreement.id, amount=str(amount))


def _give_back(session: Session, agreement: Agreement, held: Escrow | None) -> None:
    if held is not None and held.state is EscrowState.HELD:
        held = settlement.refund(session, agreement.id, period=held.period)
    _record(session, agreement, "agreement.refunded", held, None)


def _record(session: Session, agreement: Agreement, kind: str, held: Escrow | None, fee: int | None) -> None:
    fact = {
        "agreement": agreement.id, "owner": agreement.owner_id, "buyer": agreement.buyer_id, "at": rfc3339(session.now),
        "escrow": None if held is None else {"amount": held.amount.amount, "currency": held.amount.currency, "released": held.released.amount, "period": held.period},
        "fee_basis_points": fee,
    }  # fmt: skip
    proof.record(session, kind, fact, subject_id=agreement.id)


def _wait_for_money(session: Session, agreement: Agreement, period: int, error: BalanceTooLow) -> None:
    if agreement.state is not AgreementState.SUSPENDED:
        trades.move(session, agreement.id, AgreementState.SUSPENDED, Reason.NO_MONEY)
    parties.notify(session, agreement.buyer_id, "payment.missing", agreement.id, hint=error.hint)
    session.enqueue("flows.renew_period", after=LOOK_AGAIN, agreement_id=agreement.id, period=period)


def _next_month(session: Session, agreement: Agreement, months: int) -> datetime:
    while (due := months_after(agreement.starts_at, months)) <= session.now:
        months += 1
    return due


def _suspended_for_money(session: Session, agreement: Agreement) -> bool:
    return trades.history(session, agreement.id)[-1].reason == Reason.NO_MONEY


_OVER = frozenset({AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.REFUNDED})
