"""Escrow: the buyer's money is promised when an agreement is signed, and moves when it is kept.

A pending transfer takes the price from the buyer's available account towards the buyer's escrow account. Releasing posts it,
whole or in part, and in the same linked chain hands what was posted from the escrow account to the sellers and the fee, so
the escrow account rests at zero. Who may ask for this is the flows' business: these verbs know amounts and ids, not trades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from entrepot import parties
from entrepot.kit import Conflict, Invalid, Money, NotFound, Refused
from entrepot.runtime import Role, Session
from entrepot.settlement import ledger, repository
from entrepot.settlement.model import (
    AccountCode,
    BalanceTooLow,
    Escrow,
    EscrowState,
    Flag,
    Transfer,
    TransferCode,
    account_id,
    derived_id,
    split,
)


def place_escrow(
    session: Session, agreement_id: str, buyer_id: str, amount: Money, *, expires_at: datetime | None = None, period: int = 1
) -> Escrow:
    """Promise the buyer's money to an agreement; a repeat finds the first promise, whatever its end was set to.

    Args:
        expires_at: When the money falls back by itself; without it, release or refund must end the escrow.
        period: The period of a subscription, counted from 1.

    Raises:
        BalanceTooLow: The buyer's available balance does not cover the amount. Only the buyer and operators read the balance.
        Conflict: This agreement and period hold another amount, or another buyer's money.
    """
    if amount.amount < 0:
        raise Invalid(f"An escrow of {amount} is less than nothing.", "Use an amount from zero.")
    first = repository.find_transfers(session.db, [_id("escrow", agreement_id, period)])
    if first:
        return _same(escrow(session, agreement_id, period=period), buyer_id, amount)
    available, held = ledger.open_accounts(
        session, [(buyer_id, AccountCode.AVAILABLE, amount.currency), (buyer_id, AccountCode.ESCROW, amount.currency)]
    )
    promise = Transfer(
        id=_id("escrow", agreement_id, period), debit_account_id=available, credit_account_id=held, amount=amount.amount,
        currency=amount.currency, code=TransferCode.ESCROW, flags=Flag.PENDING, expires_at=expires_at, subject_id=agreement_id, memo=str(period),
    )  # fmt: skip
    try:
        ledger.post_or_refuse(session, [promise])
    except BalanceTooLow as error:
        if parties.is_self(session, buyer_id) or session.actor.has_role(Role.OPERATOR):
            raise
        raise BalanceTooLow(f"The buyer's balance does not cover {amount}.", "The buyer deposits the missing amount first.") from error
    return escrow(session, agreement_id, period=period)


def renew(session: Session, agreement_id: str, buyer_id: str, amount: Money, *, period: int, expires_at: datetime | None = None) -> Escrow:
    """Promise the money of a subscription's next period; running the timer twice places it once.

    Raises:
        Invalid: The first period is placed when the agreement is signed.
        BalanceTooLow: The buyer's available balance does not cover the period.
    """
    if period < 2:
        raise Invalid(f"Period {period} is not a renewal.", "Renewals start with period 2.")
    return place_escrow(session, agreement_id, buyer_id, amount, expires_at=expires_at, period=period)


def release(
    session: Session,
    agreement_id: str,
    *,
    amount: Money | None = None,
    seller_id: str | None = None,
    to: Sequence[tuple[str, Money]] | None = None,
    fee_basis_points: int = 0,
    period: int = 1,
) -> Escrow:
    """Hand the escrow to the sellers, the fee split out; what ``amount`` leaves over falls back to the buyer.

    Args:
        amount: What is owed of the escrow, such as a metered charge; without it, all.
        seller_id: Who gets what the fee leaves; or instead
        to: who gets how much, together exactly what the fee leaves.
        fee_basis_points: The platform's fee on ``amount``, rounded half up.

    Raises:
        NotFound: No escrow was placed.
        Invalid: The parts do not add up to the amount.
        Refused: More is asked for than the escrow holds.
        Conflict: The escrow has ended already, or was released in another way.
    """
    held = escrow(session, agreement_id, period=period)
    amount = held.amount if amount is None else amount
    if (held.amount - amount).amount < 0:
        raise Refused(f"The escrow holds {held.amount}, which does not cover {amount}.", f"Release at most {held.amount}.")
    parts = split(amount, fee_basis_points)
    shares = _shares(parts.net, seller_id, to)
    ledger.post_or_refuse(session, _chain(session, held, amount, shares, parts.fee))
    return escrow(session, agreement_id, period=period)


def refund(session: Session, agreement_id: str, *, period: int = 1) -> Escrow:
    """Give the whole escrow back to the buyer; one that is refunded or has expired stays as it is.

    Raises:
        NotFound: No escrow was placed.
        Conflict: The escrow has been released.
    """
    held = escrow(session, agreement_id, period=period)
    if held.state is EscrowState.EXPIRED:
        ledger.expire(session, [held.transfer_id])
    elif held.state is not EscrowState.REFUNDED:
        back = Transfer(
            id=_id("refund", agreement_id, period), pending_id=held.transfer_id, code=TransferCode.REFUND, flags=Flag.VOID, memo=str(period)
        )
        ledger.post_or_refuse(session, [back])
    return escrow(session, agreement_id, period=period)


def escrow(session: Session, agreement_id: str, *, period: int = 1) -> Escrow:
    """Where the money of an agreement and period is; for flows, which have checked whose agreement it is.

    Raises:
        NotFound: No escrow was placed.
    """
    found = repository.find_promise(session.db, _id("escrow", agreement_id, period))
    if found is None:
        raise NotFound(f"No money is in escrow for {agreement_id[:60]}, period {period}.", "Check the agreement and the period.")
    return _escrow(session, *found, period)


def escrows_of(session: Session, agreement_id: str) -> list[Escrow]:
    """The escrow of every period of an agreement, oldest first; for flows, which have checked whose agreement it is."""
    found: list[Escrow] = []
    while True:
        try:
            found.append(escrow(session, agreement_id, period=len(found) + 1))
        except NotFound:
            return found


def _escrow(session: Session, promise: Transfer, buyer_id: str, end: Transfer | None, period: int) -> Escrow:
    assert promise.created_at is not None
    if end is not None:
        states = {Flag.POST: EscrowState.RELEASED, Flag.VOID: EscrowState.REFUNDED, Flag.EXPIRE: EscrowState.EXPIRED}
        state = states[repository.resolution_of(end)]
    else:
        is_over = promise.expires_at is not None and promise.expires_at <= session.now
        state = EscrowState.EXPIRED if is_over else EscrowState.HELD
    released = (end.amount or 0) if end is not None and state is EscrowState.RELEASED else 0
    return Escrow(
        agreement_id=promise.subject_id or "", period=period, transfer_id=promise.id, buyer_id=buyer_id,
        amount=Money(promise.amount or 0, promise.currency), released=Money(released, promise.currency), state=state,
        placed_at=promise.created_at, expires_at=promise.expires_at, resolved_at=None if end is None else end.created_at,
    )  # fmt: skip


def _same(found: Escrow, buyer_id: str, amount: Money) -> Escrow:
    if found.buyer_id != buyer_id or found.amount != amount:
        raise Conflict(
            f"The escrow of {found.agreement_id}, period {found.period}, was placed with other terms.", "Read the escrow that exists."
        )
    return found


def _shares(net: Money, seller_id: str | None, to: Sequence[tuple[str, Money]] | None) -> list[tuple[str, Money]]:
    if (seller_id is None) == (to is None):
        raise Invalid("Either one seller or a list of shares gets the money.", "Give seller_id or to, not both.")
    shares = [(seller_id, net)] if seller_id is not None else list(to or ())
    rest = net
    for _, share in shares:
        if share.amount < 0:
            raise Invalid(f"A share of {share} is less than nothing.", "Use amounts from zero.")
        rest = rest - share
    if rest.amount:
        raise Invalid(f"The shares leave {rest} of {net} over.", f"Let them add up to {net}.")
    return [(organisation_id, share) for organisation_id, share in shares if share.amount]


def _chain(session: Session, held: Escrow, amount: Money, shares: Sequence[tuple[str, Money]], fee: Money) -> list[Transfer]:
    """Post the promise, then pass it on; linked, so that it all happens or none of it."""
    source = account_id(held.buyer_id, AccountCode.ESCROW, amount.currency)
    wanted = [(organisation_id, AccountCode.AVAILABLE, amount.currency) for organisation_id, _ in shares]
    if fee.amount:
        wanted.append((parties.exchange_organisation(session).id, AccountCode.FEES, amount.currency))
    targets = ledger.open_accounts(session, wanted)
    steps = [("sale", TransferCode.SALE, share) for _, share in shares] + ([("fee", TransferCode.FEE, fee)] if fee.amount else [])
    agreement_id, period = held.agreement_id, held.period
    post = Transfer(
        id=_id("release", agreement_id, period), pending_id=held.transfer_id, amount=amount.amount, code=TransferCode.RELEASE,
        flags=Flag.POST, memo=str(period),
    )  # fmt: skip
    passed_on = [
        Transfer(
            id=_id(step, agreement_id, period, place), debit_account_id=source, credit_account_id=target, amount=part.amount,
            currency=part.currency, code=code, subject_id=agreement_id, memo=str(period),
        )
        for place, ((step, code, part), target) in enumerate(zip(steps, targets, strict=True))
    ]  # fmt: skip
    chain = [post, *passed_on]
    return [replace(t, flags=t.flags | Flag.LINKED) for t in chain[:-1]] + chain[-1:]


def _id(step: str, agreement_id: str, period: int, place: int = 0) -> str:
    return derived_id("trf", step, agreement_id, period, place)
