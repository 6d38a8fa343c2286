"""Accounts, transfers and what posting them can come to; the words are TigerBeetle's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum

from entrepot.kit import Invalid, Money, Refused

INT64_MAX = 2**63 - 1
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class AccountCode(StrEnum):
    """What an account is for. An organisation has one of each kind and currency, made when money first needs it."""

    AVAILABLE = "available"  # what the organisation may spend or have paid out; never below zero
    ESCROW = "escrow"  # money of a buyer that is promised to sellers; passes through, so it rests at zero
    FEES = "fees"  # what the exchange has earned
    EXTERNAL = "external"  # the world outside: its debits came in, its credits went out


class TransferCode(StrEnum):
    """Why money moves."""

    DEPOSIT = "deposit"
    PAYOUT = "payout"
    ESCROW = "escrow"
    RELEASE = "release"
    SALE = "sale"
    FEE = "fee"
    REFUND = "refund"
    EXPIRY = "expiry"
    EARNINGS = "earnings"


class Flag(IntFlag):
    """How a transfer behaves; the values of TigerBeetle, and EXPIRE, which the ledger alone may set."""

    NONE = 0
    LINKED = 1
    PENDING = 2
    POST = 4
    VOID = 8
    EXPIRE = 1 << 8


RESOLVING = Flag.POST | Flag.VOID | Flag.EXPIRE


class Result(StrEnum):
    """What posting one transfer came to, in order of precedence (TigerBeetle's ``create_transfers``).

    ``expires_in_the_past`` is ours: this ledger takes the moment of expiry, TigerBeetle a duration.
    """

    OK = "ok"
    LINKED_EVENT_FAILED = "linked_event_failed"
    LINKED_EVENT_CHAIN_OPEN = "linked_event_chain_open"
    RESERVED_FLAG = "reserved_flag"
    ID_MUST_NOT_BE_EMPTY = "id_must_not_be_empty"
    EXISTS_WITH_DIFFERENT_FLAGS = "exists_with_different_flags"
    EXISTS_WITH_DIFFERENT_PENDING_ID = "exists_with_different_pending_id"
    EXISTS_WITH_DIFFERENT_TIMEOUT = "exists_with_different_timeout"
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID = "exists_with_different_debit_account_id"
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID = "exists_with_different_credit_account_id"
    EXISTS_WITH_DIFFERENT_AMOUNT = "exists_with_different_amount"
    EXISTS_WITH_DIFFERENT_SUBJECT_ID = "exists_with_different_subject_id"
    EXISTS_WITH_DIFFERENT_MEMO = "exists_with_different_memo"
    EXISTS_WITH_DIFFERENT_LEDGER = "exists_with_different_ledger"
    EXISTS_WITH_DIFFERENT_CODE = "exists_with_different_code"
    EXISTS = "exists"
    ID_ALREADY_FAILED = "id_already_failed"
    FLAGS_ARE_MUTUALLY_EXCLUSIVE = "flags_are_mutually_exclusive"
    DEBIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY = "debit_account_id_must_not_be_empty"
    CREDIT_ACCOUNT_ID_MUST_NOT_BE_EMPTY = "credit_account_id_must_not_be_empty"
    ACCOUNTS_MUST_BE_DIFFERENT = "accounts_must_be_different"
    PENDING_ID_MUST_BE_EMPTY = "pending_id_must_be_empty"
    PENDING_ID_MUST_NOT_BE_EMPTY = "pending_id_must_not_be_empty"
    PENDING_ID_MUST_BE_DIFFERENT = "pending_id_must_be_different"
    TIMEOUT_RESERVED_FOR_PENDING_TRANSFER = "timeout_reserved_for_pending_transfer"
    EXPIRES_IN_THE_PAST = "expires_in_the_past"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    CODE_MUST_NOT_BE_EMPTY = "code_must_not_be_empty"
    DEBIT_ACCOUNT_NOT_FOUND = "debit_account_not_found"
    CREDIT_ACCOUNT_NOT_FOUND = "credit_account_not_found"
    ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER = "accounts_must_have_the_same_ledger"
    TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS = "transfer_must_have_the_same_ledger_as_accounts"
    PENDING_TRANSFER_NOT_FOUND = "pending_transfer_not_found"
    PENDING_TRANSFER_NOT_PENDING = "pending_transfer_not_pending"
    PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID = "pending_transfer_has_different_debit_account_id"
    PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID = "pending_transfer_has_different_credit_account_id"
    PENDING_TRANSFER_HAS_DIFFERENT_LEDGER = "pending_transfer_has_different_ledger"
    EXCEEDS_PENDING_TRANSFER_AMOUNT = "exceeds_pending_transfer_amount"
    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT = "pending_transfer_has_different_amount"
    PENDING_TRANSFER_ALREADY_POSTED = "pending_transfer_already_posted"
    PENDING_TRANSFER_ALREADY_VOIDED = "pending_transfer_already_voided"
    PENDING_TRANSFER_EXPIRED = "pending_transfer_expired"
    DEBIT_ACCOUNT_ALREADY_CLOSED = "debit_account_already_closed"
    CREDIT_ACCOUNT_ALREADY_CLOSED = "credit_account_already_closed"
    OVERFLOWS_DEBITS_PENDING = "overflows_debits_pending"
    OVERFLOWS_CREDITS_PENDING = "overflows_credits_pending"
    OVERFLOWS_DEBITS_POSTED = "overflows_debits_posted"
    OVERFLOWS_CREDITS_POSTED = "overflows_credits_posted"
    OVERFLOWS_DEBITS = "overflows_debits"
    OVERFLOWS_CREDITS = "overflows_credits"
    EXCEEDS_CREDITS = "exceeds_credits"
    EXCEEDS_DEBITS = "exceeds_debits"


TRANSIENT = frozenset(
    {
        Result.DEBIT_ACCOUNT_NOT_FOUND,
        Result.CREDIT_ACCOUNT_NOT_FOUND,
        Result.PENDING_TRANSFER_NOT_FOUND,
        Result.DEBIT_ACCOUNT_ALREADY_CLOSED,
        Result.CREDIT_ACCOUNT_ALREADY_CLOSED,
        Result.EXCEEDS_CREDITS,
        Result.EXCEEDS_DEBITS,
    }
)
"""Failures that another moment could turn into a success: the id is spent, so that a late retry cannot succeed by surprise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account and its four sums, in minor units of its currency (``scale`` decimal places)."""

    id: str
    organisation_id: str
    code: AccountCode
    currency: str
    scale: int
    debits_must_not_exceed_credits: bool = False
    credits_must_not_exceed_debits: bool = False
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    closed: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An order to move money, and once posted the record of it; never changed afterwards.

    Args:
        amount: Minor units. None, with POST or VOID, means the whole pending amount.
        debit_account_id: Whose debits grow; may be left empty with POST and VOID, as may the other account and the currency.
        pending_id: The pending transfer that a POST or VOID resolves.
        expires_at: When a PENDING transfer falls back by itself.
        subject_id: What it is about, such as an agreement.
    """

    id: str
    debit_account_id: str = ""
    credit_account_id: str = ""
    amount: int | None = None
    currency: str = ""
    code: str
    flags: Flag = Flag.NONE
    pending_id: str | None = None
    expires_at: datetime | None = None
    subject_id: str | None = None
    memo: str | None = None
    chain_id: str | None = None
    created_at: datetime | None = None


class EscrowState(StrEnum):
    """Where the money of one agreement and period is."""

    HELD = "held"
    RELEASED = "released"
    REFUNDED = "refunded"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrow:
    """The buyer's money promised under one agreement; ``released`` of ``amount`` went to the sellers and the fee."""

    agreement_id: str
    period: int
    transfer_id: str
    buyer_id: str
    amount: Money
    released: Money
    state: EscrowState
    placed_at: datetime
    expires_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an organisation has in one currency: ``available`` to spend, ``held`` in escrow for what it has agreed to."""

    organisation_id: str
    available: Money
    held: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """A currency whose debits and credits differ: posted or pending money came from nowhere."""

    currency: str
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An account whose stored sums are not those of its transfers; both as (dr pending, dr posted, cr pending, cr posted)."""

    account_id: str
    stored: tuple[int, int, int, int]
    rebuilt: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A law of the books that does not hold: which, about what, and what to do."""

    law: str
    subject_id: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Split:
    """An amount in two parts that add up to it exactly."""

    net: Money
    fee: Money


class BalanceTooLow(Refused):
    """The account does not hold what the transfer takes."""


class TransferRefused(Refused):
    """The ledger does not post this transfer; ``details`` carry the result code."""


def split(amount: Money, fee_basis_points: int) -> Split:
    """Take the platform's fee out of an amount: hundredths of a percent, rounded half up to a minor unit.

    Raises:
        Invalid: The amount is negative, or the fee is outside 0 to 10,000 basis points.
    """
    if amount.amount < 0 or not 0 <= fee_basis_points <= 10_000:
        raise Invalid(f"A fee of {fee_basis_points} basis points cannot be taken from {amount}.", "Use 0 to 10000 and an amount from zero.")
    fee = Money((amount.amount * fee_basis_points + 5_000) // 10_000, amount.currency)
    return Split(amount - fee, fee)


def derived_id(kind: str, *parts: str | int) -> str:
    """The id that belongs to these parts for ever, in the shape of ``kit.new_id``; a repeat of the same step finds the first.

    130 bits of SHA-256 over the parts, each with its length before it, so that no two lists of parts read alike.
    """
    text = "".join(f"{len(str(part))}:{part}" for part in parts)
    value = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"{kind}_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(0, 130, 5))


def account_id(organisation_id: str, code: AccountCode, currency: str) -> str:
    """The id of an organisation's account of this kind and currency, known before the account is."""
    return derived_id("acc", organisation_id, code.value, currency)
