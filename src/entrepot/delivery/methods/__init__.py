"""The ways of handing data over, by name; packages from outside add theirs as entry points `entrepot.delivery_methods`."""

from __future__ import annotations

from importlib.metadata import entry_points

from entrepot.delivery.methods.base import DeliveryMethod
from entrepot.delivery.methods.file import FileDelivery
from entrepot.delivery.methods.lookup import LookupDelivery
from entrepot.delivery.methods.table import TableDelivery
from entrepot.kit import Invalid

METHODS: dict[str, DeliveryMethod] = {method.name: method for method in (FileDelivery(), TableDelivery(), LookupDelivery())}
"""What is built in; ``find`` and ``names`` also look at what is installed beside it."""
GROUP = "entrepot.delivery_methods"


def names() -> tuple[str, ...]:
    """Names of every method, built in or installed."""
    return (*METHODS, *sorted({entry.name for entry in entry_points(group=GROUP)} - set(METHODS)))


def find(name: str) -> DeliveryMethod:
    """The method of this name.

    Raises:
        Invalid: There is none; the package that brought it may be gone.
    """
    if name not in METHODS:
        for entry in entry_points(group=GROUP, name=name):
            METHODS[name] = entry.load()()
    if name not in METHODS:
        raise Invalid(f"There is no delivery method {name[:40]!r}.", f"Choose one of {', '.join(names())}.")
    return METHODS[name]


__all__ = ["GROUP", "METHODS", "DeliveryMethod", "find", "names"]
