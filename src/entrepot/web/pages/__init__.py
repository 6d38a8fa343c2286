"""One module per page."""

from entrepot.web.pages import (
    access,
    account,
    agreement,
    agreements,
    api,
    catalogue,
    complaints,
    inbox,
    join,
    keys,
    ledger,
    listing,
    log,
    login,
    me,
    negotiation,
    notices,
    operator,
    people,
    publish,
    receipt,
    request,
    rules,
)

__all__ = [
    "access", "account", "agreement", "agreements", "api", "catalogue", "complaints", "inbox", "join", "keys", "ledger", "listing", "log",
    "login", "me", "negotiation", "notices", "operator", "people", "publish", "receipt", "request", "rules",
]  # fmt: skip
