"""A second ledger, as plain as can be, to compare the real one with.

It keeps nothing but the list of posted transfers and adds everything up again for each question. It shares the words
(Transfer, Flag, Result) with the package and none of its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrepot.settlement import Account, Flag, Result, Transfer

BIGGEST = 9_223_372_036_854_775_807
ENDS = {"post": Flag.POST, "void": Flag.VOID, "expire": Flag.EXPIRE}
R = Result


@dataclass
class Sums:
    dr_pending: int = 0
    dr_posted: int = 0
    cr_pending: int = 0
    cr_posted: int = 0


class ReferenceLedger:
    """Posts into a list."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = {a.id: a for a in accounts}
        self.posted: list[Transfer] = []
        self.spent: set[str] = set()

    def post(self, batch: Sequence[Transfer], now: datetime) -> list[Result]:
        answers: list[Result] = []
        while len(answers) < len(batch):
            rest = batch[len(answers) :]
            length = next((i + 1 for i, t in enumerate(rest) if not t.flags & Flag.LINKED), len(rest))
            answers += self._chain(list(rest[:length]), now, complete=not rest[length - 1].flags & Flag.LINKED)
        return answers

    def expire_due(self, now: datetime) -> int:
        due = [t for t in self.posted if t.expires_at is not None and t.expires_at <= now and not self._ending(t.id)]
        for t in due:
            self.posted.append(replace(t, id="expired-" + t.id, flags=Flag.EXPIRE, pending_id=t.id, expires_at=None))
        return len(due)

    def sums(self, account_id: str) -> Sums:
        found = Sums()
        for t in self.posted:
            pending = self._find(t.pending_id) if t.pending_id else None
            held = t.amount if t.flags & Flag.PENDING else -pending.amount if pending else 0
            moved = t.amount if t.flags & Flag.POST or not t.flags & (Flag.PENDING | Flag.VOID | Flag.EXPIRE) else 0
            if t.debit_account_id == account_id:
                found.dr_pending += held
                found.dr_posted += moved
            if t.credit_account_id == account_id:
                found.cr_pending += held
                found.cr_posted += moved
        return found

    def _chain(self, chain: list[Transfer], now: datetime, *, complete: bool) -> list[Result]:
        if complete and len(chain) > 1 and all(self._taken(t) is R.EXISTS for t in chain):
            return [R.EXISTS for _ in chain]
        before = list(self.posted)
        for i, t in enumerate(chain):
            answer = R.LINKED_EVENT_CHAIN_OPEN if not complete and i == len(chain) - 1 else self._one(t, now)
            if answer is not R.OK:
                self.posted = before
                if answer.value in {
                    "debit_account_not_found", "credit_account_not_found", "pending_transfer_not_found", "exceeds_credits", "exceeds_debits",
                    "debit_account_already_closed", "credit_account_already_closed",
                }:  # fmt: skip
                    self.spent.add(t.id)
                return [answer if j == i else R.LINKED_EVENT_FAILED for j in range(len(chain))]
        return [R.OK for _ in chain]

    def _find(self, id_: str | None) -> Transfer | None:
        return next((t for t in self.posted if t.id == id_), None)

    def _ending(self, pending_id: str) -> Transfer | None:
        return next((t for t in self.posted if t.pending_id == pending_id), None)

    def _taken(self, t: Transfer) -> Result | None:
        old = self._find(t.id)
        if old is None:
            return R.ID_ALREADY_FAILED if t.id in self.spent else None
        ends = old.flags & (Flag.POST | Flag.VOID)
        pending = self._find(old.pending_id)
        said = {
            "flags": t.flags, "pending_id": t.pending_id, "timeout": t.expires_at, "debit_account_id": t.debit_account_id,
            "credit_account_id": t.credit_account_id, "amount": t.amount, "subject_id": t.subject_id, "memo": t.memo,
            "ledger": t.currency, "code": t.code,
        }  # fmt: skip
        kept = {
            "flags": old.flags, "pending_id": old.pending_id, "timeout": old.expires_at, "debit_account_id": old.debit_account_id,
            "credit_account_id": old.credit_account_id, "amount": old.amount, "subject_id": old.subject_id, "memo": old.memo,
            "ledger": old.currency, "code": old.code,
        }  # fmt: skip
        if ends and pending:
            inherited = {
                "debit_account_id": pending.debit_account_id, "credit_account_id": pending.credit_account_id, "ledger": pending.currency,
                "amount": pending.amount, "subject_id": pending.subject_id,
            }  # fmt: skip
            said |= {k: v for k, v in inherited.items() if said[k] in (None, "")}
        return next((R(f"exists_with_different_{k}") for k in said if said[k] != kept[k]), R.EXISTS)

    def _one(self, t: Transfer, now: datetime) -> Result:
        if t.flags & ~15:
            return R.RESERVED_FLAG
        if t.id == "":
            return R.ID_MUST_NOT_BE_EMPTY
        taken = self._taken(t)
        if taken is not None:
            return taken
        if [bool(t.flags & f) for f in (Flag.PENDING, Flag.POST, Flag.VOID)].count(True) > 1:
            return R.FLAGS_ARE_MUTUALLY_EXCLUSIVE
        return self._end(t, now) if t.flags & (Flag.POST | Flag.VOID) else self._begin(t, now)

    def _begin(self, t: Transfer, now: datetime) -> Result:
        dr, cr, n = self.accounts.get(t.debit_account_id), self.accounts.get(t.credit_account_id), t.amount
        rules: list[tuple[Callable[[], object], Result]] = [
            (lambda: t.debit_account_id == "", R.DEBIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY),
            (lambda: t.credit_account_id == "", R.CREDIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY),
            (lambda: t.debit_account_id == t.credit_account_id, R.ACCOUNTS_MUST_BE_DIFFERENT),
            (lambda: t.pending_id, R.PENDING_ID_MUST_BE_EMPTY),
            (lambda: t.expires_at and not t.flags & Flag.PENDING, R.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER),
            (lambda: t.expires_at and t.expires_at <= now, R.EXPIRES_IN_THE_PAST),
            (lambda: n is None or n < 0 or n > BIGGEST, R.AMOUNT_OUT_OF_RANGE),
            (lambda: t.code == "", R.CODE_MUST_NOT_BE_EMPTY),
            (lambda: dr is None, R.DEBIT_ACCOUNT_NOT_FOUND),
            (lambda: cr is None, R.CREDIT_ACCOUNT_NOT_FOUND),
            (lambda: (dr.currency, dr.scale) != (cr.currency, cr.scale), R.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER),
            (lambda: t.currency != dr.currency, R.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS),
            (lambda: dr.closed, R.DEBIT_ACCOUNT_ALREADY_CLOSED),
            (lambda: cr.closed, R.CREDIT_ACCOUNT_ALREADY_CLOSED),
        ]
        broken = next((answer for breaks, answer in rules if breaks()), None)
        if broken is not None:
            return broken
        d, c = self.sums(t.debit_account_id), self.sums(t.credit_account_id)
        is_pending = t.flags & Flag.PENDING
        sums_rules: list[tuple[object, Result]] = [
            (is_pending and d.dr_pending + n > BIGGEST, R.OVERFLOWS_DEBITS_PENDING),
            (is_pending and c.cr_pending + n > BIGGEST, R.OVERFLOWS_CREDITS_PENDING),
            (not is_pending and d.dr_posted + n > BIGGEST, R.OVERFLOWS_DEBITS_POSTED),
            (not is_pending and c.cr_posted + n > BIGGEST, R.OVERFLOWS_CREDITS_POSTED),
            (d.dr_pending + d.dr_posted + n > BIGGEST, R.OVERFLOWS_DEBITS),
            (c.cr_pending + c.cr_posted + n > BIGGEST, R.OVERFLOWS_CREDITS),
            (dr.debits_must_not_exceed_credits and d.dr_pending + d.dr_posted + n > d.cr_posted, R.EXCEEDS_CREDITS),
            (cr.credits_must_not_exceed_debits and c.cr_pending + c.cr_posted + n > c.dr_posted, R.EXCEEDS_DEBITS),
        ]
        broken = next((answer for breaks, answer in sums_rules if breaks), None)
        if broken is None:
            self.posted.append(t)
        return broken or R.OK

    def _end(self, t: Transfer, now: datetime) -> Result:
        p = self._find(t.pending_id)
        end = self._ending(t.pending_id or "")
        voids = t.flags & Flag.VOID
        rules: list[tuple[Callable[[], object], Result]] = [
            (lambda: not t.pending_id, R.PENDING_ID_MUST_NOT_BE_EMPTY),
            (lambda: t.pending_id == t.id, R.PENDING_ID_MUST_BE_DIFFERENT),
            (lambda: t.expires_at, R.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER),
            (lambda: t.amount is not None and not 0 <= t.amount <= BIGGEST, R.AMOUNT_OUT_OF_RANGE),
            (lambda: t.code == "", R.CODE_MUST_NOT_BE_EMPTY),
            (lambda: p is None, R.PENDING_TRANSFER_NOT_FOUND),
            (lambda: not p.flags & Flag.PENDING, R.PENDING_TRANSFER_NOT_PENDING),
            (
                lambda: t.debit_account_id not in ("", p.debit_account_id),
                R.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID,
            ),
            (
                lambda: t.credit_account_id not in ("", p.credit_account_id),
                R.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID,
            ),
            (lambda: t.currency not in ("", p.currency), R.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER),
            (lambda: (t.amount or 0) > p.amount, R.EXCEEDS_PENDING_TRANSFER_AMOUNT),
            (lambda: voids and t.amount not in (None, p.amount), R.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT),
            (lambda: end and end.flags & Flag.POST, R.PENDING_TRANSFER_ALREADY_POSTED),
            (lambda: end and end.flags & Flag.VOID, R.PENDING_TRANSFER_ALREADY_VOIDED),
            (lambda: end or (p.expires_at and p.expires_at <= now), R.PENDING_TRANSFER_EXPIRED),
            (lambda: not voids and self.accounts[p.debit_account_id].closed, R.DEBIT_ACCOUNT_ALREADY_CLOSED),
            (lambda: not voids and self.accounts[p.credit_account_id].closed, R.CREDIT_ACCOUNT_ALREADY_CLOSED),
        ]
        broken = next((answer for breaks, answer in rules if breaks()), None)
        if broken is not None:
            return broken
        assert p is not None
        self.posted.append(
            replace(
                t, debit_account_id=p.debit_account_id, credit_account_id=p.credit_account_id, currency=p.currency,
                amount=p.amount if t.amount is None else t.amount, subject_id=t.subject_id or p.subject_id,
            )
        )  # fmt: skip
        return R.OK
