"""Whose law concerns a case, from the countries of those who take part."""

from __future__ import annotations

from entrepot.vocabulary.countries import EEA


def jurisdictions(*countries: str) -> list[str]:
    """The countries concerned, with EU where one of them is under its law."""
    found = {country for country in countries if country}
    return sorted(found | ({"EU"} if found & EEA else set()))
