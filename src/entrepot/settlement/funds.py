"""Money in and out of the exchange, and what everybody has."""

from __future__ import annotations

from entrepot import parties
from entrepot.kit import Conflict, Invalid, Money, NotFound
from entrepot.runtime import Role, Scope, Session
from entrepot.settlement import ledger, repository
from entrepot.settlement.model import Account, AccountCode, Balance, Transfer, TransferCode, account_id, derived_id
from entrepot.settlement.rails import get_rail


def deposit(session: Session, organisation_id: str, amount: Money, reference: str, *, rail: str = "manual") -> Transfer:
    """Record money that came in for an organisation; the same reference counts once.

    Args:
        reference: What the rail calls this payment, such as the bank's transaction id.

    Raises:
        Refused: The rail does not take the actor's word; the manual rail takes an operator's.
        Conflict: The reference has been recorded with another amount or organisation.
    """
    get_rail(rail).require_incoming(session, organisation_id, amount, reference)
    _check(amount, reference)
    _require_room(session, amount)
    source, target = _outside(session, amount.currency), (organisation_id, AccountCode.AVAILABLE, amount.currency)
    return _move(session, source, target, amount, TransferCode.DEPOSIT, rail, reference)


def payout(session: Session, organisation_id: str, amount: Money, reference: str, *, rail: str = "manual") -> Transfer:
    """Record money that was paid out to an organisation; the same reference counts once.

    Raises:
        BalanceTooLow: The organisation's available balance does not cover it.
        Refused: The rail does not take the actor's word.
        Conflict: The reference has been recorded with another amount or organisation.
    """
    get_rail(rail).require_outgoing(session, organisation_id, amount, reference)
    _check(amount, reference)
    source, target = (organisation_id, AccountCode.AVAILABLE, amount.currency), _outside(session, amount.currency)
    return _move(session, source, target, amount, TransferCode.PAYOUT, rail, reference)


def collect_fees(session: Session, amount: Money, reference: str) -> Transfer:
    """Move earned fees to the exchange's own available account, from where they can be paid out; operators only.

    Raises:
        BalanceTooLow: The fees earned do not cover it.
    """
    require_operator(session)
    _check(amount, reference)
    own = parties.exchange_organisation(session).id
    source, target = (own, AccountCode.FEES, amount.currency), (own, AccountCode.AVAILABLE, amount.currency)
    return _move(session, source, target, amount, TransferCode.EARNINGS, "fees", reference)


def balance(session: Session, organisation_id: str, currency: str) -> Balance:
    """What an organisation has, zero where it never had any; seen by itself and by operators.

    Raises:
        NotFound: The actor belongs to another organisation.
    """
    require_sight(session, organisation_id)
    account = repository.find_account(session.db, account_id(organisation_id, AccountCode.AVAILABLE, currency))
    if account is None:
        return Balance(organisation_id=organisation_id, available=Money(0, currency), held=Money(0, currency))
    available = account.credits_posted - account.debits_posted - account.debits_pending
    return Balance(organisation_id=organisation_id, available=Money(available, currency), held=Money(account.debits_pending, currency))


def accounts(session: Session, organisation_id: str) -> list[Account]:
    """An organisation's accounts with their sums; seen by itself and by operators.

    Raises:
        NotFound: The actor belongs to another organisation.
    """
    require_sight(session, organisation_id)
    return repository.accounts_of(session.db, organisation_id)


def close_account(session: Session, organisation_id: str, currency: str) -> None:
    """Let an organisation's available account take part in no new transfer; operators only.

    Raises:
        NotFound: There is no such account.
        Conflict: Money is left in it, or in escrow.
    """
    require_operator(session)
    id_ = account_id(organisation_id, AccountCode.AVAILABLE, currency)
    account = repository.lock_accounts(session.db, [id_]).get(id_)
    if account is None:
        raise NotFound(f"{organisation_id[:60]} has no account in {currency[:3]}.", "Check the organisation and the currency.")
    left = account.credits_posted - account.debits_posted
    if left or account.debits_pending or account.credits_pending:
        raise Conflict(f"The account still holds {Money(left, currency)}.", "Let the escrows end and pay out the rest first.")
    repository.set_closed(session.db, id_, True)


def require_operator(session: Session) -> None:
    """Let operators pass whose key may move money."""
    parties.require_role(session, Role.OPERATOR)
    parties.require_scope(session, Scope.PAY)


def require_sight(session: Session, organisation_id: str) -> None:
    """Let the organisation itself and operators pass; to others its accounts do not exist."""
    if not session.actor.has_role(Role.OPERATOR):
        parties.require_self(session, organisation_id)


def _outside(session: Session, currency: str) -> tuple[str, AccountCode, str]:
    return (parties.exchange_organisation(session).id, AccountCode.EXTERNAL, currency)


def _check(amount: Money, reference: str) -> None:
    if amount.amount <= 0:
        raise Invalid(f"{amount} is no amount to move.", "Use an amount above zero.")
    if not reference.strip() or len(reference) > 200 or not reference.isprintable():
        raise Invalid(f"{reference[:60]!r} cannot be a payment reference.", "Use 1 to 200 printable characters.")


def _require_room(session: Session, amount: Money) -> None:
    """All money in the books came in through this account, so if its total fits into Money, every balance does.

    Raises:
        Invalid: The total would not fit.
    """
    id_ = account_id(*_outside(session, amount.currency))
    ledger.open_accounts(session, [_outside(session, amount.currency)])
    account = repository.find_account(session.db, id_)
    assert account is not None
    _ = Money(account.debits_posted, amount.currency) + amount


def _move(
    session: Session,
    source: tuple[str, AccountCode, str],
    target: tuple[str, AccountCode, str],
    amount: Money,
    code: TransferCode,
    rail: str,
    reference: str,
) -> Transfer:
    debit, credit = ledger.open_accounts(session, [source, target])
    id_ = derived_id("trf", code, rail, reference.strip())
    order = Transfer(
        id=id_, debit_account_id=debit, credit_account_id=credit, amount=amount.amount, currency=amount.currency, code=code,
        memo=f"{rail}: {reference.strip()}",
    )  # fmt: skip
    ledger.post_or_refuse(session, [order])
    return ledger.get_transfer(session, id_)
