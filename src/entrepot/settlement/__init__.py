"""Who owes whom: the ledger, escrow, deposits and payouts, statements and invoices."""

from entrepot.settlement.escrow import escrow, escrows_of, place_escrow, refund, release, renew
from entrepot.settlement.funds import accounts, balance, close_account, collect_fees, deposit, payout
from entrepot.settlement.invoice import Invoice, Party, invoice, invoice_csv
from entrepot.settlement.invoice_html import invoice_html
from entrepot.settlement.laws import check_books, rebuild_differences, unbalanced
from entrepot.settlement.ledger import expire, expire_pending, get_transfer, hold, open_account, open_accounts, post, post_or_refuse
from entrepot.settlement.model import (
    Account,
    AccountCode,
    Balance,
    BalanceTooLow,
    Difference,
    Escrow,
    EscrowState,
    Flag,
    Imbalance,
    Problem,
    Result,
    Split,
    Transfer,
    TransferCode,
    TransferRefused,
    account_id,
    derived_id,
    split,
)
from entrepot.settlement.rails import RAILS, Rail
from entrepot.settlement.statement import Line, Statement, statement, statement_csv

__all__ = [
    "RAILS", "Account", "AccountCode", "Balance", "BalanceTooLow", "Difference", "Escrow", "EscrowState", "Flag",
    "Imbalance", "Invoice", "Line", "Party", "Problem", "Rail", "Result", "Split", "Statement", "Transfer", "TransferCode",
    "TransferRefused", "account_id", "accounts", "balance", "check_books", "close_account", "collect_fees", "deposit",
    "derived_id", "escrow", "escrows_of", "expire", "expire_pending", "get_transfer", "hold", "invoice", "invoice_csv", "invoice_html",
    "open_account", "open_accounts", "payout", "place_escrow", "post", "post_or_refuse", "rebuild_differences", "refund",
    "release", "renew", "split", "statement", "statement_csv", "unbalanced",
]  # fmt: skip
