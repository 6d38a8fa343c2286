"""Decide what transfers come to, in memory: TigerBeetle's rules over the accounts and transfers they touch.

The store is read before and written after. Nothing here does I/O, so the rules can be read, and tested, by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from entrepot.settlement.model import INT64_MAX, RESOLVING, TRANSIENT, Account, Flag, Result, Transfer

# Plain integers: arithmetic on enum members costs more than all the rest of a transfer's validation.
_LINKED, _PENDING = int(Flag.LINKED), int(Flag.PENDING)
_RESOLVING, _KINDS = int(RESOLVING), int(Flag.PENDING | Flag.POST | Flag.VOID)
_RESERVED = ~(_LINKED | _KINDS)


class Sums:
    """An account's four running sums, changed as transfers apply."""

    __slots__ = ("account", "credits_pending", "credits_posted", "debits_pending", "debits_posted")

    def __init__(self, account: Account) -> None:
        self.account = account
        self.debits_pending = account.debits_pending
        self.debits_posted = account.debits_posted
        self.credits_pending = account.credits_pending
        self.credits_posted = account.credits_posted

    def four(self) -> tuple[int, int, int, int]:
        """Debits pending and posted, credits pending and posted."""
        return (self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted)

    def restore(self, four: tuple[int, int, int, int]) -> None:
        """Go back to earlier sums."""
        self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted = four


@dataclass(slots=True)
class Book:
    """The accounts and transfers a batch touches, and what it adds to them.

    Args:
        transfers: Stored transfers by id: the batch's own ids where they exist, and the pending ones it names.
        resolutions: How a pending transfer ended: its id to POST, VOID or EXPIRE.
        failed: Ids that an earlier transient failure has spent.
    """

    now: datetime
    accounts: dict[str, Sums]
    transfers: dict[str, Transfer]
    resolutions: dict[str, Flag]
    failed: set[str]
    added: list[Transfer] = field(default_factory=list)
    newly_failed: dict[str, Result] = field(default_factory=dict)
    touched: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    _undo: list[Callable[[], object]] = field(default_factory=list)

    def post(self, transfers: Sequence[Transfer]) -> list[Result]:
        """Apply transfers in order, chains as one; what each came to, in the same order."""
        results: list[Result] = []
        for chain, is_open in chains(transfers):
            results += self._post_chain(chain, is_open)
        return results

    def expire(self, pending: Transfer, transfer_id: str, code: str) -> bool:
        """Let a pending transfer whose time has come fall back; False when it is resolved already or not yet due."""
        if pending.id in self.resolutions or pending.expires_at is None or pending.expires_at > self.now:
            return False
        ended = replace(
            pending, id=transfer_id, flags=Flag.EXPIRE, pending_id=pending.id, code=code, expires_at=None, memo=None, chain_id=None
        )
        self._resolve(ended, pending, 0)
        self._undo.clear()
        return True

    def _post_chain(self, chain: Sequence[Transfer], is_open: bool) -> list[Result]:
        if len(chain) > 1 and not is_open and all(self._known(t) is Result.EXISTS for t in chain):
            return [Result.EXISTS] * len(chain)
        chain_id = chain[0].id if len(chain) > 1 else None
        self._undo.clear()
        for place, transfer in enumerate(chain):
            ends_open = is_open and place == len(chain) - 1
            result = Result.LINKED_EVENT_CHAIN_OPEN if ends_open else self._post_one(transfer, chain_id)
            if result is not Result.OK:
                self._roll_back()
                if result in TRANSIENT:
                    self.failed.add(transfer.id)
                    self.newly_failed[transfer.id] = result
                return [result if i == place else Result.LINKED_EVENT_FAILED for i in range(len(chain))]
        return [Result.OK] * len(chain)

    def _roll_back(self) -> None:
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def _known(self, transfer: Transfer) -> Result | None:
        """What an id that is taken answers; None when it is free."""
        stored = self.transfers.get(transfer.id)
        if stored is not None:
            return compare(transfer, stored, self.transfers.get(stored.pending_id or ""))
        return Result.ID_ALREADY_FAILED if transfer.id in self.failed else None

    def _post_one(self, transfer: Transfer, chain_id: str | None) -> Result:
        flags = int(transfer.flags)
        if flags & _RESERVED:
            return Result.RESERVED_FLAG
        if not transfer.id:
            return Result.ID_MUST_NOT_BE_EMPTY
        known = self._known(transfer)
        if known is not None:
            return known
        kinds = flags & _KINDS
        if kinds & (kinds - 1):
            return Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE
        if flags & _RESOLVING:
            return self._post_resolving(transfer, chain_id)
        return self._post_plain(transfer, chain_id)

    def _post_plain(self, transfer: Transfer, chain_id: str | None) -> Result:
        malformed = _malformed(transfer, self.now)
        if malformed is not None:
            return malformed
        debit, credit = self.accounts.get(transfer.debit_account_id), self.accounts.get(transfer.credit_account_id)
        if debit is None:
            return Result.DEBIT_ACCOUNT_NOT_FOUND
        if credit is None:
            return Result.CREDIT_ACCOUNT_NOT_FOUND
        if debit.account.currency != credit.account.currency or debit.account.scale != credit.account.scale:
            return Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER
        if transfer.currency != debit.account.currency:
            return Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS
        amount = transfer.amount or 0
        pending = bool(int(transfer.flags) & _PENDING)
        refused = _closed(debit, credit) or _overflow(debit, credit, amount, pending) or _limit(debit, credit, amount)
        if refused is not None:
            return refused
        self._remember(debit, credit)
        if pending:
            debit.debits_pending += amount
            credit.credits_pending += amount
        else:
            debit.debits_posted += amount
            credit.credits_posted += amount
        self._add(replace(transfer, amount=amount, chain_id=chain_id, created_at=self.now))
        return Result.OK

    def _post_resolving(self, transfer: Transfer, chain_id: str | None) -> Result:
        malformed = _malformed_resolving(transfer)
        if malformed is not None:
            return malformed
        pending = self.transfers.get(transfer.pending_id or "")
        if pending is None:
            return Result.PENDING_TRANSFER_NOT_FOUND
        refused = _mismatch(transfer, pending) or self._resolved(pending)
        if refused is not None:
            return refused
        debit, credit = self.accounts[pending.debit_account_id], self.accounts[pending.credit_account_id]
        if transfer.flags & Flag.POST and (closed := _closed(debit, credit)) is not None:
            return closed
        whole = pending.amount or 0
        amount = whole if transfer.amount is None else transfer.amount
        complete = replace(
            transfer, debit_account_id=pending.debit_account_id, credit_account_id=pending.credit_account_id, amount=amount,
            currency=pending.currency, subject_id=transfer.subject_id or pending.subject_id, chain_id=chain_id,
        )  # fmt: skip
        posted = amount if transfer.flags & Flag.POST else 0
        if debit.debits_posted + posted > INT64_MAX:
            return Result.OVERFLOWS_DEBITS_POSTED
        if credit.credits_posted + posted > INT64_MAX:
            return Result.OVERFLOWS_CREDITS_POSTED
        self._resolve(complete, pending, posted)
        return Result.OK

    def _resolved(self, pending: Transfer) -> Result | None:
        end = self.resolutions.get(pending.id)
        if end is not None:
            return {
                Flag.POST: Result.PENDING_TRANSFER_ALREADY_POSTED,
                Flag.VOID: Result.PENDING_TRANSFER_ALREADY_VOIDED,
                Flag.EXPIRE: Result.PENDING_TRANSFER_EXPIRED,
            }[end]
        if pending.expires_at is not None and pending.expires_at <= self.now:
            return Result.PENDING_TRANSFER_EXPIRED
        return None

    def _resolve(self, transfer: Transfer, pending: Transfer, posted: int) -> None:
        debit, credit = self.accounts[pending.debit_account_id], self.accounts[pending.credit_account_id]
        whole = pending.amount or 0
        self._remember(debit, credit)
        debit.debits_pending -= whole
        credit.credits_pending -= whole
        debit.debits_posted += posted
        credit.credits_posted += posted
        self.resolutions[pending.id] = transfer.flags & RESOLVING
        self._undo.append(lambda: self.resolutions.pop(pending.id))
        self._add(replace(transfer, created_at=self.now))

    def _remember(self, *accounts: Sums) -> None:
        for sums in accounts:
            before = sums.four()
            self.touched.setdefault(sums.account.id, before)
            self._undo.append(partial(sums.restore, before))

    def _add(self, transfer: Transfer) -> None:
        self.transfers[transfer.id] = transfer
        self.added.append(transfer)
        self._undo.append(lambda: (self.transfers.pop(transfer.id), self.added.pop()))


def chains(transfers: Sequence[Transfer]) -> Iterable[tuple[Sequence[Transfer], bool]]:
    """The runs of linked transfers, and whether the last transfer of a run is still linked to one that never came."""
    start = 0
    for end, transfer in enumerate(transfers):
        if not int(transfer.flags) & _LINKED:
            yield transfers[start : end + 1], False
            start = end + 1
    if start < len(transfers):
        yield transfers[start:], True


def compare(transfer: Transfer, stored: Transfer, pending: Transfer | None) -> Result:
    """``exists``, or the first field in which a transfer differs from the stored one of the same id."""
    if transfer.flags != stored.flags:
        return Result.EXISTS_WITH_DIFFERENT_FLAGS
    if (transfer.pending_id or None) != stored.pending_id:
        return Result.EXISTS_WITH_DIFFERENT_PENDING_ID
    if transfer.expires_at != stored.expires_at:
        return Result.EXISTS_WITH_DIFFERENT_TIMEOUT
    resolving = bool(stored.flags & RESOLVING)
    if not (resolving and not transfer.debit_account_id) and transfer.debit_account_id != stored.debit_account_id:
        return Result.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
    if not (resolving and not transfer.credit_account_id) and transfer.credit_account_id != stored.credit_account_id:
        return Result.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID
    whole = pending.amount if pending is not None else None
    if (whole if resolving and transfer.amount is None else transfer.amount) != stored.amount:
        return Result.EXISTS_WITH_DIFFERENT_AMOUNT
    subject = (transfer.subject_id or (pending.subject_id if pending is not None else None)) if resolving else transfer.subject_id
    if subject != stored.subject_id:
        return Result.EXISTS_WITH_DIFFERENT_SUBJECT_ID
    if transfer.memo != stored.memo:
        return Result.EXISTS_WITH_DIFFERENT_MEMO
    if not (resolving and not transfer.currency) and transfer.currency != stored.currency:
        return Result.EXISTS_WITH_DIFFERENT_LEDGER
    return Result.EXISTS if transfer.code == stored.code else Result.EXISTS_WITH_DIFFERENT_CODE


def _malformed(transfer: Transfer, now: datetime) -> Result | None:
    if not transfer.debit_account_id:
        return Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY
    if not transfer.credit_account_id:
        return Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY
    if transfer.debit_account_id == transfer.credit_account_id:
        return Result.ACCOUNTS_MUST_BE_DIFFERENT
    if transfer.pending_id:
        return Result.PENDING_ID_MUST_BE_EMPTY
    if transfer.expires_at is not None and not int(transfer.flags) & _PENDING:
        return Result.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    if transfer.expires_at is not None and transfer.expires_at <= now:
        return Result.EXPIRES_IN_THE_PAST
    if transfer.amount is None or not 0 <= transfer.amount <= INT64_MAX:
        return Result.AMOUNT_OUT_OF_RANGE
    return None if transfer.code else Result.CODE_MUST_NOT_BE_EMPTY


def _malformed_resolving(transfer: Transfer) -> Result | None:
    if not transfer.pending_id:
        return Result.PENDING_ID_MUST_NOT_BE_EMPTY
    if transfer.pending_id == transfer.id:
        return Result.PENDING_ID_MUST_BE_DIFFERENT
    if transfer.expires_at is not None:
        return Result.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    if transfer.amount is not None and not 0 <= transfer.amount <= INT64_MAX:
        return Result.AMOUNT_OUT_OF_RANGE
    return None if transfer.code else Result.CODE_MUST_NOT_BE_EMPTY


def _mismatch(transfer: Transfer, pending: Transfer) -> Result | None:
    if not pending.flags & Flag.PENDING:
        return Result.PENDING_TRANSFER_NOT_PENDING
    if transfer.debit_account_id and transfer.debit_account_id != pending.debit_account_id:
        return Result.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
    if transfer.credit_account_id and transfer.credit_account_id != pending.credit_account_id:
        return Result.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
    if transfer.currency and transfer.currency != pending.currency:
        return Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER
    if transfer.amount is not None and transfer.amount > (pending.amount or 0):
        return Result.EXCEEDS_PENDING_TRANSFER_AMOUNT
    if transfer.flags & Flag.VOID and transfer.amount is not None and transfer.amount != pending.amount:
        return Result.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    return None


def _closed(debit: Sums, credit: Sums) -> Result | None:
    if debit.account.closed:
        return Result.DEBIT_ACCOUNT_ALREADY_CLOSED
    return Result.CREDIT_ACCOUNT_ALREADY_CLOSED if credit.account.closed else None


def _overflow(debit: Sums, credit: Sums, amount: int, pending: bool) -> Result | None:
    if pending and debit.debits_pending + amount > INT64_MAX:
        return Result.OVERFLOWS_DEBITS_PENDING
    if pending and credit.credits_pending + amount > INT64_MAX:
        return Result.OVERFLOWS_CREDITS_PENDING
    if not pending and debit.debits_posted + amount > INT64_MAX:
        return Result.OVERFLOWS_DEBITS_POSTED
    if not pending and credit.credits_posted + amount > INT64_MAX:
        return Result.OVERFLOWS_CREDITS_POSTED
    if debit.debits_pending + debit.debits_posted + amount > INT64_MAX:
        return Result.OVERFLOWS_DEBITS
    return Result.OVERFLOWS_CREDITS if credit.credits_pending + credit.credits_posted + amount > INT64_MAX else None


def _limit(debit: Sums, credit: Sums, amount: int) -> Result | None:
    if debit.account.debits_must_not_exceed_credits and debit.debits_pending + debit.debits_posted + amount > debit.credits_posted:
        return Result.EXCEEDS_CREDITS
    if credit.account.credits_must_not_exceed_debits and credit.credits_pending + credit.credits_posted + amount > credit.debits_posted:
        return Result.EXCEEDS_DEBITS
    return None
