"""The first rail: an operator reads the bank statement and records what came and went."""

from __future__ import annotations

from entrepot import parties
from entrepot.kit import Money
from entrepot.runtime import Role, Scope, Session


class ManualRail:
    """Takes an operator's word, and nobody else's."""

    name = "manual"
    summary = "An operator records deposits and payouts from the bank statement."

    def require_incoming(self, session: Session, organisation_id: str, amount: Money, reference: str) -> None:
        """Ask for the operator's role, and the scope ``pay`` of an API key."""
        _require_operator(session)

    def require_outgoing(self, session: Session, organisation_id: str, amount: Money, reference: str) -> None:
        """Ask for the operator's role, and the scope ``pay`` of an API key."""
        _require_operator(session)


def _require_operator(session: Session) -> None:
    parties.require_role(session, Role.OPERATOR)
    parties.require_scope(session, Scope.PAY)
