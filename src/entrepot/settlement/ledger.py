"""Post transfers: validate them against the accounts they touch and write them, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from weakref import WeakKeyDictionary

from entrepot import jobs, parties
from entrepot.kit import Conflict, EntrepotError, Invalid, Money, NotFound, exponent
from entrepot.runtime import Session
from entrepot.settlement import repository
from entrepot.settlement.book import Book, Sums
from entrepot.settlement.model import (
    Account,
    AccountCode,
    BalanceTooLow,
    Flag,
    Result,
    Transfer,
    TransferCode,
    TransferRefused,
    account_id,
    derived_id,
)

_EXPIRIES_PER_JOB = 500
_TEXTS = (
    ("id", 40), ("debit_account_id", 40), ("credit_account_id", 40), ("pending_id", 40), ("code", 20), ("subject_id", 80), ("memo", 500),
)  # fmt: skip
_LIMITS = {
    AccountCode.AVAILABLE: (True, False),
    AccountCode.ESCROW: (True, False),
    AccountCode.FEES: (True, False),
    AccountCode.EXTERNAL: (False, True),
}


@dataclass(slots=True)
class _Locks:
    """The account rows this session holds on PostgreSQL; waiting for a lower one than the highest could close a circle."""

    ids: set[str] = field(default_factory=set)
    highest: str = ""

    def add(self, ids: Iterable[str]) -> None:
        self.ids.update(ids)
        self.highest = max(self.ids, default="")


_held: WeakKeyDictionary[Session, _Locks] = WeakKeyDictionary()


def post(session: Session, transfers: Sequence[Transfer]) -> list[Result]:
    """Post transfers in order; each result says what became of its transfer, and a refused one leaves the others alone.

    Raises:
        Invalid: A text of a transfer is longer than the store keeps, or holds a NUL character.
        Conflict: Another session recorded one of the ids, or holds an account, at this very moment; try again.
    """
    book = _open_book(session, transfers)
    results = book.post(transfers)
    _write(session, book)
    return results


def post_or_refuse(session: Session, transfers: Sequence[Transfer]) -> list[Result]:
    """Post all of the transfers or none; every result is ``ok`` or ``exists``. A refusal spends no id.

    Raises:
        BalanceTooLow: An account does not hold what a transfer takes; the hint says how much is missing.
        Conflict: An id is taken by a different transfer, or the pending transfer has been resolved already.
        TransferRefused: The ledger refuses for another reason, named in ``details``.
    """
    book = _open_book(session, transfers)
    results = book.post(transfers)
    for transfer, result in zip(transfers, results, strict=True):
        if result not in (Result.OK, Result.EXISTS, Result.LINKED_EVENT_FAILED):
            raise _refusal(book, transfer, result)
    if any(result is Result.LINKED_EVENT_FAILED for result in results):
        raise Conflict("Some of these transfers are recorded already, others are not.", "Post the same chain again as it was first posted.")
    _write(session, book)
    return results


def hold(session: Session, account_ids: Iterable[str]) -> None:
    """Lock all accounts that this session is going to post to, when it posts more than once, so that no later post is in conflict."""
    _lock(session, set(account_ids))


def open_account(session: Session, organisation_id: str, code: AccountCode, currency: str) -> str:
    """The id of an organisation's account of this kind and currency, made now if money never needed it before."""
    return open_accounts(session, [(organisation_id, code, currency)])[0]


def open_accounts(session: Session, wanted: Sequence[tuple[str, AccountCode, str]]) -> list[str]:
    """Ids of accounts, made where they are missing.

    Raises:
        NotFound: There is no such organisation.
        Conflict: Another request is making accounts, and this one already holds some; try again.
    """
    ids = [account_id(*each) for each in wanted]
    missing = repository.missing_accounts(session.db, ids)
    if missing:
        repository.lock_creation(session.db, wait=not _locks(session).highest)
        for id_, (organisation_id, code, currency) in sorted(zip(ids, wanted, strict=True)):
            if id_ in missing:
                repository.insert_account(session.db, _new_account(session, id_, organisation_id, code, currency))
    return ids


def get_transfer(session: Session, transfer_id: str) -> Transfer:
    """A posted transfer, as a flow or an operator's page needs it; checks no one's sight.

    Raises:
        NotFound: There is none.
    """
    found = repository.find_transfers(session.db, [transfer_id]).get(transfer_id)
    if found is None:
        raise NotFound(f"There is no transfer {transfer_id[:60]}.", "Check the id.")
    return found


def expire(session: Session, transfer_ids: Sequence[str]) -> int:
    """Let pending transfers whose time has come fall back; how many did. What is resolved or not due stays as it is."""
    pending = repository.find_transfers(session.db, transfer_ids)
    book = _open_book(session, (), extra=pending.values())
    count = sum(
        book.expire(pending[id_], derived_id("trf", "expire", id_), TransferCode.EXPIRY)
        for id_ in dict.fromkeys(transfer_ids)
        if id_ in pending
    )
    _write(session, book)
    return count


@jobs.handler("settlement.expire_pending")
def expire_pending(session: Session, *, transfer_ids: list[str]) -> None:
    """The timer of pending transfers; queued in the transaction that makes them, for the moment they expire."""
    expire(session, transfer_ids)


def _open_book(session: Session, transfers: Sequence[Transfer], extra: Iterable[Transfer] = ()) -> Book:
    """Load all that the batch can touch. On PostgreSQL the accounts are locked before anything is read that may change."""
    for transfer in transfers:
        _check_texts(transfer)
    db, extra = session.db, list(extra)
    pending_ids = {t.pending_id for t in transfers if t.pending_id}
    # Transfers never change, so the accounts of a pending one may be read before they are locked.
    known = {t.id: t for t in extra} | (repository.find_transfers(db, pending_ids) if pending_ids else {})
    touched = {i for t in (*transfers, *known.values()) for i in (t.debit_account_id, t.credit_account_id) if i}
    accounts = _lock(session, touched)
    ids = {t.id for t in transfers}
    known |= repository.find_transfers(db, ids | pending_ids) if transfers else {}
    # A stored POST names the pending transfer whose amount and subject it took over.
    known |= repository.find_transfers(db, {t.pending_id for t in known.values() if t.pending_id} - known.keys())
    # A pending transfer that was committed while this session waited for its locks.
    late = {i for t in known.values() if t.id in pending_ids for i in (t.debit_account_id, t.credit_account_id)} - accounts.keys()
    accounts |= _lock(session, late)
    ends = repository.find_resolutions(db, [t.id for t in known.values() if t.flags & Flag.PENDING])
    return Book(
        now=session.now,
        accounts={id_: Sums(account) for id_, account in accounts.items()},
        transfers=known,
        resolutions={id_: repository.resolution_of(end) for id_, end in ends.items()},
        failed=repository.find_failed(db, ids) if transfers else set(),
    )


def _lock(session: Session, ids: set[str]) -> dict[str, Account]:
    """Lock accounts in the order of their ids. A session that holds a higher one already does not wait, so nobody waits in a circle."""
    locks = _locks(session)
    found = repository.lock_accounts(session.db, ids, wait=not ids or min(ids) >= locks.highest or ids <= locks.ids)
    locks.add(found)
    return found


def _locks(session: Session) -> _Locks:
    return _held.setdefault(session, _Locks())


def _write(session: Session, book: Book) -> None:
    repository.insert_transfers(session.db, book.added)
    repository.insert_failed(session.db, book.newly_failed, session.now)
    changed = ((id_, book.accounts[id_].four()) for id_, before in book.touched.items() if book.accounts[id_].four() != before)
    repository.update_sums(session.db, changed)
    _queue_expiries(session, book.added)


def _queue_expiries(session: Session, added: Sequence[Transfer]) -> None:
    timed = sorted((t.expires_at, t.id) for t in added if t.expires_at is not None)
    for moment, group in groupby(timed, key=lambda pair: pair[0]):
        ids = [id_ for _, id_ in group]
        for start in range(0, len(ids), _EXPIRIES_PER_JOB):
            session.enqueue("settlement.expire_pending", at=moment, transfer_ids=ids[start : start + _EXPIRIES_PER_JOB])


def _new_account(session: Session, id_: str, organisation_id: str, code: AccountCode, currency: str) -> Account:
    parties.get(session, organisation_id)
    Money(0, currency)
    debits_limited, credits_limited = _LIMITS[code]
    return Account(
        id=id_, organisation_id=organisation_id, code=code, currency=currency, scale=exponent(currency),
        debits_must_not_exceed_credits=debits_limited, credits_must_not_exceed_debits=credits_limited, created_at=session.now,
    )  # fmt: skip


def _check_texts(transfer: Transfer) -> None:
    for name, limit in _TEXTS:
        text = getattr(transfer, name)
        if text and (len(text) > limit or "\0" in text):
            raise Invalid(f"The {name} of a transfer is {len(text)} characters long or holds a NUL.", f"Use at most {limit} characters.")


def _refusal(book: Book, transfer: Transfer, result: Result) -> EntrepotError:
    details = {"result": result.value, "transfer_id": transfer.id}
    if result in (Result.EXCEEDS_CREDITS, Result.EXCEEDS_DEBITS):
        return _too_low(book, transfer, result)
    if result.startswith("exists_with_different_"):
        field = result.removeprefix("exists_with_different_").replace("_", " ")
        return Conflict(f"This step is recorded already, with a different {field}.", "Read what was recorded first.", **details)
    if result in (Result.PENDING_TRANSFER_ALREADY_POSTED, Result.PENDING_TRANSFER_ALREADY_VOIDED, Result.PENDING_TRANSFER_EXPIRED):
        end = {"posted": "released", "voided": "refunded"}.get(result.rpartition("_")[2], "expired")
        return Conflict(f"The money held for this step is {end} already.", "Read the state of the escrow.", **details)
    return TransferRefused(f"The ledger answers {result.value}.", "docs/ledger.md explains each result.", **details)


def _too_low(book: Book, transfer: Transfer, result: Result) -> BalanceTooLow:
    """Name what is there and what is missing. The chain has been rolled back, so the sums are those before it."""
    amount = transfer.amount or 0
    if result is Result.EXCEEDS_CREDITS:
        sums = book.accounts[transfer.debit_account_id]
        there = sums.credits_posted - sums.debits_posted - sums.debits_pending
    else:
        sums = book.accounts[transfer.credit_account_id]
        there = sums.debits_posted - sums.credits_posted - sums.credits_pending
    currency = sums.account.currency
    missing = Money(amount - there, currency)
    pays_out = transfer.code == TransferCode.PAYOUT
    return BalanceTooLow(
        f"The balance of {Money(there, currency)} does not cover {Money(amount, currency)}.",
        f"Pay out at most {Money(there, currency)}." if pays_out else f"Deposit {missing} more, then try again.",
        result=result.value, available=there, needed=amount, missing=missing.amount, currency=currency,
    )  # fmt: skip
