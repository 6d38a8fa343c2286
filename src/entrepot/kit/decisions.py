"""The one enum of decisions, with the exit code that stands for each on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Decision(StrEnum):
    """What a check came to, from mild to strict; a conflict is between rules, and no fix but a person ends it."""

    ALLOW = "allow"
    REVIEW = "review"
    NEEDS_INFO = "needs_info"
    BLOCK = "block"
    CONFLICT = "conflict"

    @property
    def exit_code(self) -> int:
        """0, 4, 3, 2 or 5; 1 is left for an error of the program."""
        return {"allow": 0, "review": 4, "needs_info": 3, "block": 2, "conflict": 5}[self.value]


def strictest(decisions: Iterable[Decision]) -> Decision:
    """The strictest of some decisions; with none, ``allow``."""
    order = list(Decision)
    return max(decisions, key=order.index, default=Decision.ALLOW)
