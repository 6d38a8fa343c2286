"""What every family of the client's verbs stands on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Verbs(ABC):
    """Some of what ``Client`` can do."""

    @abstractmethod
    def call(self, method: str, path: str, body: Any = None, *, query: Any = None, key: str | None = None) -> Any:
        """Send one request; ``Client`` says how."""
