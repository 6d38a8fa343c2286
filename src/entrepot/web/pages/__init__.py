"""One module per page."""

from entrepot.web.pages import (
    access,
    account,
    agreement,
    agreements,
    api,
    catalogue,
    complaints,
    contract,
    inbox,
    join,
    keys,
    ledger,
    listing,
    log,
    login,
    negotiation,
    notices,
    operator,
    publish,
    receipt,
    request,
    rules,
)

__all__ = [
    "access", "account", "agreement", "agreements", "api", "catalogue", "complaints", "contract", "inbox", "join", "keys", "ledger", "listing", "log", "login", "negotiation", "notices",
    "operator", "publish", "receipt", "request", "rules",
]  # fmt: skip
