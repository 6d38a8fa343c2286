"""The exchange's verbs over HTTP, or on a local data folder through the same doors."""

from entrepot.client.client import Client, Progress
from entrepot.client.errors import ExchangeFailed, Unreachable
from entrepot.client.transport import LocalTransport

__all__ = ["Client", "ExchangeFailed", "LocalTransport", "Progress", "Unreachable"]
