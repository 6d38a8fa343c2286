"""One module per page."""

from entrepot.web.pages import (
    account,
    agreement,
    agreements,
    api,
    catalogue,
    inbox,
    join,
    keys,
    ledger,
    listing,
    log,
    login,
    me,
    negotiation,
    operator,
    people,
    publish,
    receipt,
    request,
)

__all__ = [
    "account", "agreement", "agreements", "api", "catalogue", "inbox", "join", "keys", "ledger", "listing", "log", "login", "me", "negotiation",
    "operator", "people", "publish", "receipt", "request",
]  # fmt: skip
