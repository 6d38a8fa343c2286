"""Whose law concerns a case, from the countries of those who take part."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from entrepot.compliance.conditions import leaves
from entrepot.compliance.pack_model import Pack
from entrepot.vocabulary.countries import EEA

PLACES = "deal.jurisdictions"


def jurisdictions(*countries: str) -> list[str]:
    """The countries concerned, with EU where one of them is under its law."""
    found = {country for country in countries if country}
    return sorted(found | ({"EU"} if found & EEA else set()))


def are_laws_open(packs: Iterable[Pack], known: Collection[str]) -> bool:
    """Whether some of these packs are the law of a place that a case is not known to concern: it may, where persons live there."""
    named = [{str(place) for place in _named(pack)} for pack in packs]
    return any(places and places.isdisjoint(known) for places in named)


def _named(pack: Pack) -> Iterable[object]:
    for leaf in leaves(pack.applies):
        if leaf.path == PLACES:
            yield from leaf.value if isinstance(leaf.value, tuple | list) else [leaf.value]
