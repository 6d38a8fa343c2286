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
    duties,
    inbox,
    join,
    keys,
    ledger,
    listing,
    log,
    login,
    making,
    me,
    negotiation,
    notices,
    operator,
    people,
    publish,
    receipt,
    release,
    request,
    rules,
    trials,
)

__all__ = [
    "access", "account", "agreement", "agreements", "api", "catalogue", "complaints", "contract", "duties", "inbox", "join", "keys", "ledger", "listing", "log", "login", "making", "me", "negotiation", "notices", "operator", "people", "publish", "receipt", "release", "request", "rules", "trials",
]  # fmt: skip
