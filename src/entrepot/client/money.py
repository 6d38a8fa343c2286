"""Money, over HTTP: accounts, statements, invoices, and what the operator books."""

from __future__ import annotations

from typing import Any

from entrepot.client.verbs import Verbs


class MoneyVerbs(Verbs):
    """Verbs of a client about money."""

    def accounts(self) -> Any:
        """The organisation's accounts and balances."""
        return self.call("GET", "/ledger/accounts")

    def statement(self, **filters: Any) -> Any:
        """The organisation's transfers."""
        return self.call("GET", "/ledger/transfers", query=filters)

    def invoice(self, agreement_id: str) -> Any:
        """The invoice of an agreement."""
        return self.call("GET", f"/agreements/{agreement_id}/invoice")

    def deposit(self, organisation: str, amount: str, *, reference: str) -> Any:
        """Record money that came in (operators); the reference makes a repeat harmless."""
        return self.call("POST", "/ledger/deposits", {"organisation": organisation, "amount": amount, "reference": reference})

    def payout(self, organisation: str, amount: str, *, reference: str) -> Any:
        """Record money that went out (operators)."""
        return self.call("POST", "/ledger/payouts", {"organisation": organisation, "amount": amount, "reference": reference})

    def collect_fees(self, amount: str, *, reference: str) -> Any:
        """Move earned fees to the exchange's own balance (operators)."""
        return self.call("POST", "/ledger/fee-collections", {"amount": amount, "reference": reference})

    def doctor(self) -> Any:
        """Run the laws of the books (operators)."""
        return self.call("GET", "/doctor")
