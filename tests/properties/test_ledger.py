"""Laws of the ledger, for any transfers in any order: money is conserved, limits hold, what is pending ends once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from entrepot.kit import MAX_AMOUNT, Money, is_id
from entrepot.settlement import Flag, Result, Transfer, derived_id, split
from entrepot.settlement.book import Book, Sums
from settlement.reference_ledger import ReferenceLedger
from settlement.simulation import BORN, Draw, some_accounts

accounts = some_accounts(["org_aaaaaa", "org_bbbbbb"])
euros = st.sampled_from([a.id for a in accounts[:5]])
amounts = st.one_of(st.integers(0, 200), st.sampled_from([2**62, 2**63 - 1, 2**63]))


@given(st.integers(0, MAX_AMOUNT), st.integers(0, 10_000))
def test_a_split_adds_up_and_rounds_half_up(amount: int, basis_points: int) -> None:
    parts = split(Money(amount, "EUR"), basis_points)
    exact = Decimal(amount) * basis_points / 10_000
    assert parts.net + parts.fee == Money(amount, "EUR")
    assert parts.fee.amount == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert parts.net.amount >= 0


@given(st.integers(0, MAX_AMOUNT // 2 - 1))
def test_half_a_minor_unit_of_fee_is_rounded_up(half: int) -> None:
    assert split(Money(2 * half + 1, "EUR"), 5_000).fee.amount == half + 1


@given(st.lists(st.text(max_size=6), max_size=4), st.lists(st.text(max_size=6), max_size=4))
def test_derived_ids_are_ids_and_differ_when_their_parts_do(one: list[str], other: list[str]) -> None:
    assert is_id(derived_id("trf", *one), "trf")
    assert (derived_id("trf", *one) == derived_id("trf", *other)) == (one == other)


class LedgerMachine(RuleBasedStateMachine):
    """The rules in memory beside the reference, which adds everything up again each time."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(now=BORN, accounts={a.id: Sums(a) for a in accounts}, transfers={}, resolutions={}, failed=set())
        self.reference = ReferenceLedger(accounts)
        self.count = 0
        self.pending: list[str] = []

    def _post(self, batch: list[Transfer]) -> list[Result]:
        results = self.book.post(batch)
        assert results == self.reference.post(batch, self.book.now)
        return results

    def _id(self) -> str:
        self.count += 1
        return f"t{self.count}"

    @rule(debit=euros, credit=euros, amount=amounts, pending=st.booleans(), minutes=st.one_of(st.none(), st.integers(1, 30)))
    def move(self, debit: str, credit: str, amount: int, pending: bool, minutes: int | None) -> None:
        order = Transfer(id=self._id(), debit_account_id=debit, credit_account_id=credit, amount=amount, currency="EUR", code="sale")
        if pending:
            until = None if minutes is None else self.book.now + timedelta(minutes=minutes)
            order = replace(order, flags=Flag.PENDING, expires_at=until)
        if self._post([order]) == [Result.OK] and pending:
            self.pending.append(order.id)

    @rule(data=st.data(), flag=st.sampled_from([Flag.POST, Flag.VOID]), amount=st.one_of(st.none(), st.integers(0, 200)))
    def end(self, data: st.DataObject, flag: Flag, amount: int | None) -> None:
        if self.pending:
            pending_id = data.draw(st.sampled_from(self.pending))
            self._post([Transfer(id=self._id(), pending_id=pending_id, flags=flag, amount=amount, code="release")])

    @rule(seed=st.integers(0, 2**32))
    def batch(self, seed: int) -> None:
        draw = Draw(Random(seed), accounts)
        draw.seen = list(self.book.transfers.values())
        self._post(draw.batch(self.book.now))

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.book.now += timedelta(minutes=minutes)
        for stored in list(self.book.transfers.values()):
            self.book.expire(stored, f"expired-{stored.id}", "expiry")
        self.reference.expire_due(self.book.now)

    @rule()
    def repeat_everything(self) -> None:
        for stored in list(self.book.transfers.values()):
            if not stored.flags & Flag.EXPIRE and not stored.chain_id:
                assert self.book.post([stored]) == [Result.EXISTS]

    @invariant()
    def money_is_conserved(self) -> None:
        for currency in ("EUR", "CNY"):
            sums = [s for s in self.book.accounts.values() if s.account.currency == currency]
            assert sum(s.debits_posted - s.credits_posted for s in sums) == 0
            assert sum(s.debits_pending - s.credits_pending for s in sums) == 0

    @invariant()
    def limits_hold(self) -> None:
        for sums in self.book.accounts.values():
            assert min(sums.four()) >= 0
            assert max(sums.four()) < 2**63
            if sums.account.debits_must_not_exceed_credits:
                assert sums.debits_pending + sums.debits_posted <= sums.credits_posted
            if sums.account.credits_must_not_exceed_debits:
                assert sums.credits_pending + sums.credits_posted <= sums.debits_posted

    @invariant()
    def what_is_pending_ends_once(self) -> None:
        ends = Counter(t.pending_id for t in self.book.transfers.values() if t.pending_id)
        assert all(count == 1 for count in ends.values())

    @invariant()
    def balances_are_those_of_the_transfers(self) -> None:
        for id_, sums in self.book.accounts.items():
            again = self.reference.sums(id_)
            assert sums.four() == (again.dr_pending, again.dr_posted, again.cr_pending, again.cr_posted)


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLedger = LedgerMachine.TestCase
