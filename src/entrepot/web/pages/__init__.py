"""One module per page."""

from entrepot.web.pages import account, inbox, join, keys, login

__all__ = ["account", "inbox", "join", "keys", "login"]
