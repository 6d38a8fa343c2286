"""What a message calls an option of the command line, said as the field of a request that stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from entrepot.kit import EntrepotError
from entrepot.kit.options import reworded

_OTHER_NAMES: Mapping[str, str] = {"--qi": "quasi_identifiers", "--sum": "sums", "--mean": "means"}
_ALIKE = frozenset([
    "k", "l", "t", "method", "suppress", "person", "presence", "weight", "unknown", "automatic", "hierarchies", "drop", "keep", "change",
    "by", "count", "minimum", "base", "totals", "dominance", "epsilon", "delta",
])  # fmt: skip


def field_of(option: str) -> str:
    """The field of a release's request that an option stands for, or that it is one of the command line alone."""
    if option[2:] in _ALIKE or option in _OTHER_NAMES:
        return f"`{_OTHER_NAMES.get(option, option[2:])}`"
    return f"{option} of the command line"


@contextmanager
def by_fields() -> Iterator[None]:
    """Have errors of releases speak of the request's fields.

    Raises:
        EntrepotError: What was raised inside.
    """
    try:
        yield
    except EntrepotError as error:
        raise reworded(error, field_of) from None


def problem_by_fields(error: EntrepotError) -> dict[str, Any]:
    """An error that was kept, as it is shown."""
    return reworded(error, field_of).as_dict()
