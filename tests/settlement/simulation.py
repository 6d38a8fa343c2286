"""Random batches for the ledger, drawn from a seed: mostly sensible, often wrong in one way, sometimes enormous."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from entrepot.settlement import Account, AccountCode, Flag, Transfer
from entrepot.settlement.model import INT64_MAX

BORN = datetime.fromisoformat("2026-11-20T09:00:00+00:00")


def some_accounts(organisation_ids: list[str]) -> list[Account]:
    """Five accounts in euro, with every combination of limits, one in yuan, and a closed one; needs two organisations."""
    first, second = organisation_ids[:2]

    def account(owner: str, code: AccountCode, currency: str = "EUR", **more: bool) -> Account:
        return Account(
            id=f"acc_{owner[-6:]}_{code}_{currency}", organisation_id=owner, code=code, currency=currency, scale=2, created_at=BORN, **more
        )

    return [
        account(first, AccountCode.AVAILABLE, debits_must_not_exceed_credits=True),
        account(second, AccountCode.AVAILABLE, debits_must_not_exceed_credits=True),
        account(first, AccountCode.EXTERNAL, credits_must_not_exceed_debits=True),
        account(first, AccountCode.FEES),
        account(second, AccountCode.FEES),
        account(second, AccountCode.AVAILABLE, "CNY"),
        account(second, AccountCode.EXTERNAL, closed=True),
    ]


class Draw:
    """Draws batches of transfers that know of each other through reused ids."""

    def __init__(self, rng: Random, accounts: list[Account]) -> None:
        self.rng, self.accounts = rng, accounts
        self.seen: list[Transfer] = []

    def batch(self, now: datetime) -> list[Transfer]:
        drawn = [self.transfer(now) for _ in range(self.rng.choice([1, 1, 2, 3, 5, 8]))]
        if self.rng.random() < 0.95:
            drawn[-1] = replace(drawn[-1], flags=drawn[-1].flags & ~Flag.LINKED)
        self.seen += drawn
        if self.rng.random() < 0.15:
            return [*drawn, *self.rng.choices(self.seen, k=2)][-8:]
        return drawn

    def transfer(self, now: datetime) -> Transfer:
        rng = self.rng
        if self.seen and rng.random() < 0.08:
            return rng.choice(self.seen)
        if self.seen and rng.random() < 0.06:
            return self._twisted(rng.choice(self.seen), now)
        linked = Flag.LINKED if rng.random() < 0.25 else Flag.NONE
        pending = [t for t in self.seen if t.flags & Flag.PENDING]
        if pending and rng.random() < 0.4:
            return self._end(rng.choice(pending[-12:]), linked)
        ids = [a.id for a in self.accounts]
        debit, credit = rng.sample(ids[:5], 2) if rng.random() < 0.9 else rng.choices([*ids, "acc_none", ""], k=2)
        is_pending = rng.random() < 0.45
        return Transfer(
            id=self._id(), debit_account_id=debit, credit_account_id=credit, amount=self._amount(),
            currency="EUR" if rng.random() < 0.97 else "CNY", code="sale" if rng.random() < 0.99 else "",
            flags=linked | (Flag.PENDING if is_pending else Flag.NONE), subject_id=rng.choice([None, "agr_1", "agr_2"]),
            expires_at=now + timedelta(minutes=rng.choice([-1, 5, 30, 90])) if is_pending and rng.random() < 0.5 else None,
            memo=rng.choice([None, "x"]), pending_id="t0" if rng.random() < 0.01 else None,
        )  # fmt: skip

    def _end(self, pending: Transfer, linked: Flag) -> Transfer:
        rng, whole = self.rng, pending.amount or 0
        flag = rng.choice([Flag.POST, Flag.POST, Flag.VOID])
        if rng.random() < 0.02:
            flag |= rng.choice([Flag.PENDING, Flag.VOID, Flag.EXPIRE])
        amount = rng.choice([None, None, whole, max(0, whole - 1), whole // 2, whole + 1 if rng.random() < 0.2 else 0])
        return Transfer(
            id=self._id(), pending_id=pending.id if rng.random() < 0.96 else rng.choice(["", "t-none", self.seen[0].id]), amount=amount,
            code="release", flags=flag | linked, subject_id=rng.choice([None, "agr_3"]),
            debit_account_id=pending.debit_account_id if rng.random() < 0.3 else "",
            credit_account_id=rng.choice([pending.credit_account_id, self.accounts[0].id]) if rng.random() < 0.2 else "",
            currency=rng.choice([pending.currency, "CNY"]) if rng.random() < 0.1 else "",
        )  # fmt: skip

    def _twisted(self, known: Transfer, now: datetime) -> Transfer:
        change = self.rng.choice(
            [
                {"amount": (known.amount or 0) ^ 1}, {"memo": "other"}, {"subject_id": "agr_9"}, {"code": "fee"}, {"currency": "CNY"},
                {"flags": known.flags ^ Flag.PENDING}, {"expires_at": now + timedelta(days=1)}, {"pending_id": "t-other"},
                {"debit_account_id": self.accounts[3].id}, {"credit_account_id": self.accounts[4].id},
            ]
        )  # fmt: skip
        return replace(known, **change)  # type: ignore[arg-type]

    def _amount(self) -> int | None:
        rng = self.rng
        if rng.random() < 0.04:
            return rng.choice([INT64_MAX, INT64_MAX - 3, 2**62, -1, INT64_MAX + 1, None, 0])
        return rng.choice([1, 2, 5, 10, 50, 100, rng.randrange(1000)])

    def _id(self) -> str:
        return f"t{self.rng.randrange(10**6)}" if self.rng.random() < 0.995 else ""
