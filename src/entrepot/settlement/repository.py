"""The SQL of the books: lock and load what a batch touches, write what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from entrepot.kit import Conflict
from entrepot.settlement.model import RESOLVING, Account, AccountCode, Flag, Result, Transfer
from entrepot.settlement.tables import accounts, failed_transfers, transfers

CHUNK = 500
COPY_FROM = 50  # Rows from which COPY pays on PostgreSQL.
_COLUMNS = [c for c in transfers.c if c.name != "position"]
_FIELDS = tuple(c.name for c in _COLUMNS)
_CREATION_LOCK = 0x656E_7472  # The advisory lock that is taken before any account row.
# Built once: putting a statement together takes several times as long as SQLite needs to run it.
_SOME: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_MISSING = sa.select(accounts.c.id).where(accounts.c.id.in_(_SOME))
_ACCOUNT = sa.select(accounts).where(accounts.c.id == sa.bindparam("account_id"))
_TRANSFERS = sa.select(*_COLUMNS).where(transfers.c.id.in_(_SOME))
_RESOLUTIONS = sa.select(*_COLUMNS).where(transfers.c.pending_id.in_(_SOME))
_FAILED = sa.select(failed_transfers.c.id).where(failed_transfers.c.id.in_(_SOME))
_ABOUT = sa.select(*_COLUMNS).where(transfers.c.subject_id == sa.bindparam("subject_id")).order_by(transfers.c.position)
_END = transfers.alias()
_PROMISE = (
    sa.select(*_COLUMNS, accounts.c.organisation_id, *(_END.c[name].label(f"end_{name}") for name in _FIELDS))
    .join(accounts, accounts.c.id == transfers.c.debit_account_id)
    .outerjoin(_END, _END.c.pending_id == transfers.c.id)
    .where(transfers.c.id == sa.bindparam("transfer_id"))
)
_ADD = sa.insert(transfers)
_ACCOUNTS = sa.select(accounts).where(accounts.c.id.in_(_SOME))
_LOCKED = {
    # The order of bytes, as Python sorts the chunks, whatever the language of the database.
    ("postgresql", wait): _ACCOUNTS.order_by(accounts.c.id.collate("C")).with_for_update(nowait=not wait)
    for wait in (True, False)
}
_UPDATE = (
    sa.update(accounts)
    .where(accounts.c.id == sa.bindparam("b_id"))
    .values(
        debits_pending=sa.bindparam("b_dp"), debits_posted=sa.bindparam("b_d"), credits_pending=sa.bindparam("b_cp"),
        credits_posted=sa.bindparam("b_c"),
    )
)  # fmt: skip


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """Sorted distinct ids in lists that fit into one statement."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def lock_accounts(db: Connection, ids: Iterable[str], *, wait: bool = True) -> dict[str, Account]:
    """Load accounts in the order of their ids and keep other writers from them until the transaction ends.

    SQLite has one writer at a time already.

    Raises:
        Conflict: With ``wait=False`` on PostgreSQL, another transaction holds one of them.
    """
    found: dict[str, Account] = {}
    query = _LOCKED.get((db.dialect.name, wait), _ACCOUNTS)
    try:
        for some in chunks(ids):
            found |= {row.id: account_of(row) for row in db.execute(query, {"ids": some})}
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":
            raise _busy() from None
        raise
    return found


def lock_creation(db: Connection, *, wait: bool = True) -> None:
    """Take the turn to make accounts on PostgreSQL.

    Raises:
        Conflict: With ``wait=False``, another transaction has it.
    """
    if db.dialect.name != "postgresql":
        return
    if wait:
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
    elif not db.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_CREATION_LOCK))):
        raise _busy()


def _busy() -> Conflict:
    return Conflict("Another request holds the accounts of this one.", "Try again.")


def missing_accounts(db: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these ids belong to no account yet."""
    wanted = set(ids)
    for some in chunks(wanted):
        wanted -= set(db.scalars(_MISSING, {"ids": some}))
    return wanted


def insert_account(db: Connection, account: Account) -> None:
    """Add an account unless it is there already."""
    insert = postgres_insert if db.dialect.name == "postgresql" else sqlite_insert
    values = {c.name: getattr(account, c.name) for c in accounts.c}
    db.execute(insert(accounts).values(values).on_conflict_do_nothing(index_elements=[accounts.c.id]))


def update_sums(db: Connection, sums: Iterable[tuple[str, tuple[int, int, int, int]]]) -> None:
    """Write the running sums of accounts."""
    rows = [
        {"b_id": id_, "b_dp": four[0], "b_d": four[1], "b_cp": four[2], "b_c": four[3]} for id_, four in sorted(sums, key=lambda s: s[0])
    ]
    if rows:
        db.execute(_UPDATE, rows)


def set_closed(db: Connection, account_id: str, closed: bool) -> None:
    """Close an account to new transfers, or open it again."""
    db.execute(sa.update(accounts).where(accounts.c.id == account_id).values(closed=closed))


def find_account(db: Connection, account_id: str) -> Account | None:
    """One account."""
    row = db.execute(_ACCOUNT, {"account_id": account_id}).one_or_none()
    return None if row is None else account_of(row)


def accounts_of(db: Connection, organisation_id: str) -> list[Account]:
    """An organisation's accounts by currency and kind."""
    query = sa.select(accounts).where(accounts.c.organisation_id == organisation_id).order_by(accounts.c.currency, accounts.c.code)
    return [account_of(row) for row in db.execute(query)]


def find_transfers(db: Connection, ids: Iterable[str]) -> dict[str, Transfer]:
    """Transfers by id."""
    found: dict[str, Transfer] = {}
    for some in chunks(ids):
        found |= {row.id: transfer_of(row) for row in db.execute(_TRANSFERS, {"ids": some})}
    return found


def find_promise(db: Connection, transfer_id: str) -> tuple[Transfer, str, Transfer | None] | None:
    """A pending transfer, the organisation whose money it promises, and the transfer that ended it."""
    row = db.execute(_PROMISE, {"transfer_id": transfer_id}).one_or_none()
    if row is None:
        return None
    return transfer_of(row), row.organisation_id, None if row.end_id is None else transfer_of(row, "end_")


def find_resolutions(db: Connection, pending_ids: Iterable[str]) -> dict[str, Transfer]:
    """The transfers that posted, voided or expired these pending ones, by the pending id."""
    found: dict[str, Transfer] = {}
    for some in chunks(pending_ids):
        found |= {row.pending_id: transfer_of(row) for row in db.execute(_RESOLUTIONS, {"ids": some})}
    return found


def find_failed(db: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these ids a transient failure has spent."""
    found: set[str] = set()
    for some in chunks(ids):
        found |= set(db.scalars(_FAILED, {"ids": some}))
    return found


def about(db: Connection, subject_id: str) -> list[Transfer]:
    """Every transfer about a subject, oldest first."""
    return [transfer_of(row) for row in db.execute(_ABOUT, {"subject_id": subject_id})]


def insert_transfers(db: Connection, added: Sequence[Transfer]) -> None:
    """Write new transfers in bulk; their positions follow their order.

    Raises:
        Conflict: Another transaction has recorded one of the ids.
    """
    with _ids_taken():
        if db.dialect.name == "postgresql" and len(added) >= COPY_FROM:
            _copy(db, added)
        elif added:
            db.execute(_ADD, [_values(transfer) for transfer in added])


def _copy(db: Connection, added: Sequence[Transfer]) -> None:
    """Stream rows with PostgreSQL's COPY, in the same transaction; several times the rate of INSERT."""
    driver = db.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY transfers ({', '.join(_FIELDS)}) FROM STDIN") as copy:
        for transfer in added:
            copy.write_row(tuple(_values(transfer).values()))


def insert_failed(db: Connection, failed: dict[str, Result], now: datetime) -> None:
    """Remember ids that a transient failure has spent.

    Raises:
        Conflict: Another transaction has spent one of them.
    """
    with _ids_taken():
        if failed:
            db.execute(sa.insert(failed_transfers), [{"id": i, "result": r.value, "created_at": now} for i, r in failed.items()])


@contextmanager
def _ids_taken() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # COPY goes past SQLAlchemy, so its errors are the driver's own; 23505 is its unique violation.
        if isinstance(error, sa.exc.IntegrityError) or getattr(error, "sqlstate", None) == "23505":
            raise Conflict("Another request has just recorded a transfer with the same id.", "Try again.") from None
        raise


def account_of(row: Any) -> Account:
    """An account from its row."""
    values = row._mapping
    return Account(**{c.name: values[c.name] for c in accounts.c if c.name != "code"}, code=AccountCode(values["code"]))


def transfer_of(row: Any, prefix: str = "") -> Transfer:
    """A transfer from a row that has its columns, perhaps with a prefix to their names."""
    values = {name: getattr(row, prefix + name) for name in _FIELDS}
    return Transfer(**values | {"flags": Flag(values["flags"])})


def resolution_of(transfer: Transfer) -> Flag:
    """How a resolving transfer ended its pending one."""
    return transfer.flags & RESOLVING


def _values(transfer: Transfer) -> dict[str, Any]:
    values = {name: getattr(transfer, name) for name in _FIELDS}
    values["flags"] = int(transfer.flags)
    values["code"] = str(transfer.code)
    return values
