"""Posting: what each refusal is called, what a retry finds, and what the store itself refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from entrepot import settlement
from entrepot.kit import Conflict, Invalid, ManualClock, NotFound
from entrepot.runtime import SYSTEM, Exchange
from entrepot.settlement import Account, Flag, Result, Transfer, TransferRefused, repository
from entrepot.settlement.model import INT64_MAX
from settlement.simulation import some_accounts
from support import people

BIG = INT64_MAX


class Books:
    """Two organisations' accounts: two limited ones, the world outside, two free ones, one in yuan, one closed."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        owners = [people.organisation(exchange, name).organisation_id or "" for name in ("One", "Two")]
        self.accounts = some_accounts(owners)
        self.rich, self.poor, self.world, self.free, self.open, self.yuan, self.closed = (a.id for a in self.accounts)
        with exchange.session(SYSTEM) as session:
            for account in self.accounts:
                repository.insert_account(session.db, account)

    def post(self, *transfers: Transfer) -> list[Result]:
        with self.exchange.session(SYSTEM) as session:
            return settlement.post(session, transfers)

    def account(self, id_: str) -> Account:
        with self.exchange.reading(SYSTEM) as session:
            found = repository.find_account(session.db, id_)
        assert found is not None
        return found

    def sums(self, id_: str) -> tuple[int, int, int, int]:
        a = self.account(id_)
        return a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted


@pytest.fixture
def books(exchange: Exchange) -> Iterator[Books]:
    made = Books(exchange)
    yield made
    with exchange.reading(SYSTEM) as session:
        assert settlement.check_books(session) == []


def move(id_: str, debit: str, credit: str, amount: int | None, flags: Flag = Flag.NONE, **more: object) -> Transfer:
    return Transfer(
        id=id_, debit_account_id=debit, credit_account_id=credit, amount=amount, currency="EUR", code="sale", flags=flags, **more
    )  # type: ignore[arg-type]


def end(id_: str, pending_id: str, flags: Flag, amount: int | None = None) -> Transfer:
    return Transfer(id=id_, pending_id=pending_id, flags=flags, amount=amount, code="release")


def test_a_transfer_debits_one_account_and_credits_another(books: Books) -> None:
    assert books.post(move("t1", books.world, books.rich, 100)) == [Result.OK]
    assert (books.sums(books.world), books.sums(books.rich)) == ((0, 100, 0, 0), (0, 0, 0, 100))


def test_a_limited_account_is_never_overdrawn_not_even_by_pending_transfers(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 100))
    assert books.post(
        move("t2", books.rich, books.poor, 60, Flag.PENDING), move("t3", books.rich, books.poor, 41), move("t4", books.rich, books.poor, 40)
    ) == [Result.OK, Result.EXCEEDS_CREDITS, Result.OK]


def test_no_more_leaves_than_came_in(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 100), move("t2", books.free, books.rich, 50))
    assert books.post(move("t3", books.rich, books.world, 101)) == [Result.EXCEEDS_DEBITS]


def test_linked_transfers_succeed_or_fail_together(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 10))
    first, second = move("t2", books.rich, books.poor, 10, Flag.LINKED), move("t3", books.rich, books.poor, 1)
    assert books.post(first, second, move("t4", books.world, books.poor, 5)) == [
        Result.LINKED_EVENT_FAILED,
        Result.EXCEEDS_CREDITS,
        Result.OK,
    ]
    assert (books.sums(books.rich), books.sums(books.poor)) == ((0, 0, 0, 10), (0, 0, 0, 5))


def test_a_later_link_may_use_what_an_earlier_one_brought(books: Books) -> None:
    chain = [move("t1", books.world, books.rich, 10, Flag.LINKED), move("t2", books.rich, books.poor, 10)]
    assert books.post(*chain) == [Result.OK, Result.OK]
    assert books.post(*chain) == [Result.EXISTS, Result.EXISTS]
    with books.exchange.reading(SYSTEM) as session:
        assert [settlement.get_transfer(session, t).chain_id for t in ("t1", "t2")] == ["t1", "t1"]


def test_a_chain_of_which_a_part_exists_is_refused_whole(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 10))
    chain = [move("t0", books.world, books.rich, 1, Flag.LINKED), move("t1", books.world, books.rich, 10)]
    assert books.post(*chain) == [Result.LINKED_EVENT_FAILED, Result.EXISTS]
    with pytest.raises(Conflict), books.exchange.session(SYSTEM) as session:
        settlement.post_or_refuse(session, chain)


def test_a_chain_without_an_end_is_refused(books: Books) -> None:
    chain = [move("t1", books.world, books.rich, 1, Flag.LINKED), move("t2", books.world, books.rich, 1, Flag.LINKED)]
    assert books.post(*chain) == [Result.LINKED_EVENT_FAILED, Result.LINKED_EVENT_CHAIN_OPEN]


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, Result.EXISTS),
        ({"amount": 11}, Result.EXISTS_WITH_DIFFERENT_AMOUNT),
        ({"memo": "other"}, Result.EXISTS_WITH_DIFFERENT_MEMO),
        ({"subject_id": "agr_2"}, Result.EXISTS_WITH_DIFFERENT_SUBJECT_ID),
        ({"code": "fee"}, Result.EXISTS_WITH_DIFFERENT_CODE),
        ({"currency": "CNY"}, Result.EXISTS_WITH_DIFFERENT_LEDGER),
        ({"flags": Flag.PENDING}, Result.EXISTS_WITH_DIFFERENT_FLAGS),
    ],
)
def test_a_repeated_id_is_told_apart_from_a_different_transfer(books: Books, change: dict[str, object], result: Result) -> None:
    order = move("t1", books.world, books.rich, 10)
    assert books.post(order) == [Result.OK]
    assert books.post(replace(order, **change)) == [result]  # type: ignore[arg-type]
    assert books.sums(books.rich) == (0, 0, 0, 10)


def test_an_id_that_failed_for_want_of_money_stays_failed(books: Books) -> None:
    order = move("t1", books.rich, books.poor, 10)
    assert books.post(order) == [Result.EXCEEDS_CREDITS]
    books.post(move("t2", books.world, books.rich, 10))
    assert books.post(order) == [Result.ID_ALREADY_FAILED]
    assert books.post(replace(order, id="t3")) == [Result.OK]


def test_a_refusal_that_raises_spends_no_id_and_posts_nothing(books: Books) -> None:
    orders = [move("t1", books.world, books.rich, 5), move("t2", books.rich, books.poor, 10)]
    with pytest.raises(settlement.BalanceTooLow), books.exchange.session(SYSTEM) as session:
        settlement.post_or_refuse(session, orders)
    assert books.sums(books.rich) == (0, 0, 0, 0)
    assert books.post(move("t0", books.world, books.rich, 5), *orders) == [Result.OK] * 3


def test_part_of_a_pending_transfer_may_be_posted_and_the_rest_falls_back(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 100), move("t2", books.rich, books.poor, 80, Flag.PENDING))
    assert books.post(end("t3", "t2", Flag.POST, 81)) == [Result.EXCEEDS_PENDING_TRANSFER_AMOUNT]
    assert books.post(end("t4", "t2", Flag.POST, 30)) == [Result.OK]
    assert (books.sums(books.rich), books.sums(books.poor)) == ((0, 30, 0, 100), (0, 0, 0, 30))


def test_a_pending_transfer_ends_once(books: Books, clock: ManualClock) -> None:
    until = clock.now() + timedelta(minutes=5)
    books.post(*(move(f"p{n}", books.world, books.rich, 10, Flag.PENDING, expires_at=until) for n in range(3)))
    assert books.post(end("a", "p0", Flag.POST), end("b", "p0", Flag.VOID)) == [Result.OK, Result.PENDING_TRANSFER_ALREADY_POSTED]
    assert books.post(end("c", "p1", Flag.VOID), end("d", "p1", Flag.POST)) == [Result.OK, Result.PENDING_TRANSFER_ALREADY_VOIDED]
    clock.advance(timedelta(minutes=5))
    assert books.post(end("e", "p2", Flag.POST)) == [Result.PENDING_TRANSFER_EXPIRED]
    assert books.exchange.run_due_jobs() == 1, "one timer for all that end at one moment"
    assert books.post(end("f", "p2", Flag.VOID)) == [Result.PENDING_TRANSFER_EXPIRED]
    assert books.sums(books.rich) == (0, 0, 0, 10)


def test_what_cannot_be_is_named(books: Books, clock: ManualClock) -> None:
    books.post(move("t1", books.world, books.rich, 100), move("p", books.rich, books.poor, 10, Flag.PENDING))
    past, later = clock.now() - timedelta(seconds=1), clock.now() + timedelta(hours=1)
    named = {
        Result.ACCOUNTS_MUST_BE_DIFFERENT: move("x1", books.rich, books.rich, 1),
        Result.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER: move("x2", books.rich, books.yuan, 1),
        Result.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS: replace(move("x3", books.rich, books.poor, 1), currency="CNY"),
        Result.DEBIT_ACCOUNT_NOT_FOUND: move("x4", "acc_none", books.poor, 1),
        Result.CREDIT_ACCOUNT_NOT_FOUND: move("x5", books.rich, "acc_none", 1),
        Result.CREDIT_ACCOUNT_ALREADY_CLOSED: move("x6", books.rich, books.closed, 1),
        Result.DEBIT_ACCOUNT_ALREADY_CLOSED: move("x7", books.closed, books.rich, 1),
        Result.AMOUNT_OUT_OF_RANGE: move("x8", books.rich, books.poor, BIG + 1),
        Result.EXPIRES_IN_THE_PAST: move("x9", books.rich, books.poor, 1, Flag.PENDING, expires_at=past),
        Result.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER: move("x10", books.rich, books.poor, 1, expires_at=later),
        Result.PENDING_ID_MUST_BE_DIFFERENT: end("x11", "x11", Flag.POST),
        Result.PENDING_ID_MUST_NOT_BE_EMPTY: end("x12", "", Flag.VOID),
        Result.PENDING_ID_MUST_BE_EMPTY: move("x13", books.rich, books.poor, 1, pending_id="p"),
        Result.PENDING_TRANSFER_NOT_FOUND: end("x14", "p-none", Flag.POST),
        Result.PENDING_TRANSFER_NOT_PENDING: end("x15", "t1", Flag.POST),
        Result.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT: end("x16", "p", Flag.VOID, 9),
        Result.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER: replace(end("x17", "p", Flag.POST), currency="CNY"),
        Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE: end("x18", "p", Flag.POST | Flag.VOID),
        Result.RESERVED_FLAG: end("x19", "p", Flag.EXPIRE),
        Result.ID_MUST_NOT_BE_EMPTY: move("", books.rich, books.poor, 1),
        Result.CODE_MUST_NOT_BE_EMPTY: replace(move("x20", books.rich, books.poor, 1), code=""),
        Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY: move("x21", "", books.poor, 1),
        Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY: move("x22", books.rich, "", 1),
    }
    assert books.post(*named.values()) == list(named)


def test_sums_stop_before_they_pass_64_bits(books: Books) -> None:
    pending = Flag.PENDING
    assert books.post(move("t1", books.free, books.open, BIG - 5)) == [Result.OK]
    assert books.post(
        move("d1", books.free, books.world, 6),
        move("d2", books.world, books.open, 6),
        move("p1", books.free, books.open, 5, pending),
        move("d3", books.free, books.rich, 1, pending),
        move("d4", books.rich, books.open, 1, pending),
        move("c1", books.world, books.open, 1, pending),
        move("d5", books.free, books.rich, 1),
        end("e1", "p1", Flag.POST),
        move("d6", books.free, books.open, 0),
    ) == [
        Result.OVERFLOWS_DEBITS_POSTED,
        Result.OVERFLOWS_CREDITS_POSTED,
        Result.OK,
        Result.OVERFLOWS_DEBITS,
        Result.OVERFLOWS_CREDITS,
        Result.OVERFLOWS_CREDITS,
        Result.OVERFLOWS_DEBITS,
        Result.OK,
        Result.OK,
    ]
    assert books.sums(books.free) == (0, BIG, 0, 0)


def test_pending_sums_stop_before_they_pass_64_bits(books: Books) -> None:
    assert books.post(
        move("t1", books.free, books.open, BIG, Flag.PENDING),
        move("t2", books.free, books.rich, 1, Flag.PENDING),
        move("t3", books.world, books.open, 1, Flag.PENDING),
        end("t4", "t1", Flag.VOID),
    ) == [Result.OK, Result.OVERFLOWS_DEBITS_PENDING, Result.OVERFLOWS_CREDITS_PENDING, Result.OK]


def test_the_laws_add_up_what_64_bits_cannot(books: Books) -> None:
    assert books.post(move("t1", books.free, books.open, BIG), move("t2", books.world, books.rich, BIG)) == [Result.OK, Result.OK]
    with books.exchange.reading(SYSTEM) as session:
        assert settlement.unbalanced(session) == []


def test_texts_that_the_store_cannot_keep_are_refused_before_it_sees_them(books: Books) -> None:
    for order in (move("t" * 41, books.world, books.rich, 1), move("t1", books.world, books.rich, 1, memo="a\0b")):
        with pytest.raises(Invalid), books.exchange.session(SYSTEM) as session:
            settlement.post(session, [order])


def test_another_refusal_names_its_result(books: Books) -> None:
    with pytest.raises(TransferRefused) as caught, books.exchange.session(SYSTEM) as session:
        settlement.post_or_refuse(session, [move("t1", books.rich, books.rich, 1)])
    assert caught.value.details["result"] == "accounts_must_be_different"


def test_an_unknown_transfer_is_not_found(books: Books) -> None:
    with pytest.raises(NotFound), books.exchange.reading(SYSTEM) as session:
        settlement.get_transfer(session, "t-none")


def _many(books: Books, clock: ManualClock) -> list[Transfer]:
    later = clock.now() + timedelta(hours=1)
    orders = [move(f"m{n}", books.world, books.rich, n, memo="tab\there, \\N and 中文" if n % 2 else None) for n in range(60)]
    orders += [move(f"p{n}", books.world, books.poor, 7, Flag.PENDING, subject_id=f"agr_{n}", expires_at=later) for n in range(60)]
    return orders + [end(f"e{n}", f"p{n}", Flag.POST, n % 8) for n in range(30)]


def test_a_large_batch_is_kept_like_a_small_one(books: Books, clock: ManualClock) -> None:
    orders = _many(books, clock)
    assert books.post(*orders) == [Result.OK] * len(orders)
    assert books.post(*orders) == [Result.EXISTS] * len(orders)
    with books.exchange.reading(SYSTEM) as session:
        kept = [settlement.get_transfer(session, order.id) for order in orders[:120]]
    assert [replace(t, created_at=None) for t in kept] == orders[:120]
    clock.advance(timedelta(hours=1))
    assert books.exchange.run_due_jobs() == 1
    assert books.sums(books.poor) == (0, 0, 0, sum(n % 8 for n in range(30)))


def test_a_large_batch_of_a_failed_session_leaves_nothing(books: Books, clock: ManualClock) -> None:
    def fail() -> None:
        with books.exchange.session(SYSTEM) as session:
            settlement.post(session, _many(books, clock))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert books.sums(books.rich) == (0, 0, 0, 0)
    assert books.exchange.run_due_jobs() == 0
    assert set(books.post(*_many(books, clock))) == {Result.OK}


STATEMENTS = [
    "UPDATE transfers SET amount = 1",
    "DELETE FROM transfers",
    "UPDATE accounts SET currency = 'CNY'",
    "UPDATE accounts SET organisation_id = 'org_x'",
    "UPDATE accounts SET debits_must_not_exceed_credits = NOT debits_must_not_exceed_credits",
    "DELETE FROM accounts",
    "UPDATE accounts SET debits_posted = credits_posted + 1 WHERE debits_must_not_exceed_credits",
    "UPDATE accounts SET debits_posted = -1",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_store_itself_keeps_transfers_and_limits(books: Books, statement: str) -> None:
    books.post(move("t1", books.world, books.rich, 10))
    with pytest.raises(sa.exc.DBAPIError), books.exchange.database.transaction() as db:
        db.exec_driver_sql(statement)
    assert books.sums(books.rich) == (0, 0, 0, 10)


def test_the_store_refuses_to_replace_or_empty_the_transfers(books: Books) -> None:
    books.post(move("t1", books.world, books.rich, 10))
    columns = "id, debit_account_id, credit_account_id, amount, currency, code, flags, created_at"
    sneaky = {
        "sqlite": f"INSERT OR REPLACE INTO transfers ({columns}) SELECT {columns.replace('amount', '1')} FROM transfers",
        "postgresql": "TRUNCATE transfers",
    }
    with pytest.raises(sa.exc.DBAPIError), books.exchange.database.transaction() as db:
        db.exec_driver_sql(sneaky[books.exchange.database.dialect])
    with books.exchange.reading(SYSTEM) as session:
        assert settlement.get_transfer(session, "t1").amount == 10


def test_a_balance_that_somebody_changed_by_hand_is_found(exchange: Exchange) -> None:
    books = Books(exchange)
    books.post(move("t1", books.world, books.rich, 10))
    with exchange.database.transaction() as db:
        db.execute(sa.text("UPDATE accounts SET credits_posted = 11 WHERE id = :id"), {"id": books.rich})
    with exchange.reading(SYSTEM) as session:
        laws = {p.law: p for p in settlement.check_books(session)}
        (difference,) = settlement.rebuild_differences(session)
    assert set(laws) == {"debits equal credits", "balances are those of the transfers"}
    assert (difference.stored, difference.rebuilt) == ((0, 0, 0, 11), (0, 0, 0, 10))
