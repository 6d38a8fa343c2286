"""The doors, assembled around one exchange."""

from entrepot.asgi.app import create_app

__all__ = ["create_app"]
