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
    negotiation,
    operator,
    publish,
    receipt,
    release,
    request,
)

__all__ = [
    "account", "agreement", "agreements", "api", "catalogue", "inbox", "join", "keys", "ledger", "listing", "log", "login", "negotiation",
    "operator", "publish", "receipt", "release", "request",
]  # fmt: skip
