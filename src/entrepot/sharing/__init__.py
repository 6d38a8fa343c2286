"""Delta Sharing: the tables an organisation has agreed on, for any client that speaks the protocol."""

from entrepot.sharing.routes import router

__all__ = ["router"]
