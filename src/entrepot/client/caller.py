"""What the families of a client's verbs share: sending one request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Caller(ABC):
    """Sends requests; ``Client`` says how."""

    @abstractmethod
    def call(self, method: str, path: str, body: Any = None, *, query: Any = None, key: str | None = None) -> Any:
        """Send one request and give the JSON of its answer."""
