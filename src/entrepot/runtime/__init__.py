"""Exchange and Session: all input and output in one place."""

from entrepot.runtime.exchange import Exchange, ticker
from entrepot.runtime.keys import MasterKey, load_master_key
from entrepot.runtime.model import ALL_SCOPES, ANONYMOUS, SYSTEM, Actor, Role, Scope
from entrepot.runtime.session import Session

__all__ = ["ALL_SCOPES", "ANONYMOUS", "SYSTEM", "Actor", "Exchange", "MasterKey", "Role", "Scope", "Session", "load_master_key", "ticker"]
