"""What the demo claims is looked at before it is printed, and waited for where it takes a moment."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any


class Differs(Exception):
    """Something is not as the demo claims."""


def require(holds: object, otherwise: str) -> None:
    """Go on where this holds.

    Raises:
        Differs: It does not.
    """
    if not holds:
        raise Differs(otherwise)


def wait(look: Any, otherwise: str) -> Any:
    """What a look gives as soon as it gives anything.

    Raises:
        Differs: Nothing came within ten seconds.
    """
    for _ in range(200):
        if found := look():
            return found
        time.sleep(0.05)
    raise Differs(otherwise)


def sealed(entries: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The entries once each has its place in the log."""
    return entries if entries and all(entry["position"] is not None for entry in entries) else None


def cosigned(receipt: dict[str, Any]) -> dict[str, Any] | None:
    """A receipt once the witness has signed."""
    return receipt if "— witness.example " in receipt["tlog_proof"] else None


def verifies(path: Path, trust: Path, policy: Path) -> bool:
    """Whether a document holds, read offline with what the reader trusts."""
    from entrepot.flows.verify import verify_document

    return bool(verify_document(path.read_bytes(), trust.read_bytes(), policy.read_text("utf-8"))["holds"])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
