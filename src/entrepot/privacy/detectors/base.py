"""What a detector of values is: a shape that rules out nearly everything, then a check that is sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def any_value(value: str) -> bool:
    """The check of a detector whose shape says it all."""
    return bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Recognises one kind of value.

    Attributes:
        name: A stable word for the evidence, such as ``luhn``.
        category: Id of the category it speaks for.
        shape: An RE2 expression that every such value matches whole; evaluated over all sampled values at once.
        gate: An RE2 expression that every such value matches too, asked first where the shape is dear: a class of all letters there are,
            counted several times over, takes milliseconds to compile, and RE2 compiles it for each table anew.
        check: The checksum or library that decides.
        share: Share of the examined values that must pass; a tenth of random numbers passes a check digit, so well above that.
        least: Passing values that must be there at least.
        confidence: How sure a column is once it passes.
        closed: Whether it knows every value there is, so that a few values suffice when all match.
        headed: Whether it speaks only where the heading promises its category, because the shape alone is common.
        inside: Whether it finds a part of a longer text, so that it says nothing of what the values are as a whole.
    """

    name: str
    category: str
    shape: str
    gate: str = ""
    check: Callable[[str], bool] = any_value
    share: float = 0.6
    least: int = 3
    confidence: float = 0.95
    closed: bool = False
    headed: bool = False
    inside: bool = False

    def accepts(self, value: str) -> bool:
        """Whether the check passes; a value that a library cannot even look at is no such value."""
        try:
            return self.check(value)
        except Exception:
            # The values are anybody's; python-stdnum lets KeyError through for a birth date that is none, for one.
            return False
