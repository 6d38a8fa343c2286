"""The exchange's verbs over HTTP, or on a local data folder through the same doors."""

from entrepot.client.client import Client
from entrepot.client.errors import ExchangeFailed, NotTakenUp, Unreachable
from entrepot.client.files import Progress
from entrepot.client.transport import LocalTransport

__all__ = ["Client", "ExchangeFailed", "LocalTransport", "NotTakenUp", "Progress", "Unreachable"]
