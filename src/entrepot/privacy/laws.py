"""Which law singles out a kind of data, by article and date; a draft for people to judge by, not legal advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.privacy.vocabulary import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A provision that treats some kinds of personal data more strictly than others.

    Attributes:
        law: A stable word for the instrument.
        article: Where it says so.
        since: The day it took effect.
        until: The day another list took its place; None while it stands.
        title: What it calls such data.
        categories: Our categories that it covers.
    """

    law: str
    article: str
    since: date
    title: str
    categories: frozenset[str]
    until: date | None = None

    def stands(self, on: date) -> bool:
        """Whether it was in force, and not overtaken, on a day."""
        return self.since <= on and (self.until is None or on < self.until)

    def to_dict(self) -> dict[str, Any]:
        """The provision as JSON."""
        return {"law": self.law, "article": self.article, "since": self.since.isoformat(), "title": self.title}


PROVISIONS: tuple[Provision, ...] = (
    Provision(
        law="PIPL", article="28", since=date(2021, 11, 1), title="sensitive personal information",
        categories=words_of("biometric genetic religion health payment_card iban"),
    ),
    Provision(
        law="GB/T 35273-2020", article="Annex B", since=date(2020, 10, 1), title="sensitive personal information by example",
        categories=words_of("cn_resident_id official_id passport payment_card iban secret biometric genetic health religion sexuality criminal"),
        until=date(2025, 11, 1),  # The later standard counts no identity card number any more, only the card's picture.
    ),
    Provision(
        law="GB/T 45574-2025", article="Annex A", since=date(2025, 11, 1), title="sensitive personal information by category",
        categories=words_of("biometric genetic religion health payment_card iban sexuality criminal"),
    ),
    Provision(
        law="GDPR", article="9(1)", since=date(2018, 5, 25), title="special categories of personal data",
        categories=words_of("ethnicity politics religion union genetic biometric health sexuality"),
    ),
    Provision(
        law="GDPR", article="10", since=date(2018, 5, 25), title="personal data relating to criminal convictions and offences",
        categories=words_of("criminal"),
    ),
    Provision(
        law="GDPR", article="87", since=date(2018, 5, 25), title="national identification numbers, under national rules",
        categories=words_of("cn_resident_id official_id passport"),
    ),
)  # fmt: skip
"""The provisions that are looked at; what is not named in them may be personal data all the same."""

CHILD_AGE = 14
"""Years below which PIPL articles 28 and 31 make all personal information sensitive (in force since 2021-11-01)."""


def provisions(category: str, *, on: date = date.max) -> tuple[Provision, ...]:
    """The provisions that single a category out on a day; by default those that still stand."""
    return tuple(provision for provision in PROVISIONS if category in provision.categories and provision.stands(on))
