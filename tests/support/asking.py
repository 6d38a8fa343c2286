"""Look-ups in tests: a register of licences that is asked about and never handed over."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot import catalogue, consent, flows, trades
from entrepot.consent import Act
from entrepot.consent.tokens import Issued
from entrepot.delivery.lookups import Lookup
from entrepot.runtime import SYSTEM, Actor, Exchange
from entrepot.terms import Condition, Operator
from entrepot.trades import Agreement
from support.trading import Market, manifest_text, open_market, organisation_of

LICENCES = {"L001": ("B", 0), "L002": ("B", 6), "L003": ("C", 3), "L004": ("A", 12)}
"""Licence class and points of each holder."""
CLASS_B = Condition(column="licence_class", operator=Operator.EQUAL, value="B")
FEW_POINTS = Condition(column="points", operator=Operator.AT_MOST, value=3)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A market with a register of licences that answers questions."""

    market: Market

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.market.exchange

    @property
    def owner_id(self) -> str:
        """The controller."""
        return organisation_of(self.market.owner)

    def publish(self, *, header: str = "holder,licence_class,points", rows: Sequence[str] = (), **entries: Any) -> str:
        """Put the register on offer; the listing's id. Nobody drives below fourteen, as its owner says."""
        path = licences_csv(self.market.folder, header, rows)
        chosen = {
            "title": "Register of driving licences", "outcome": "Tells whether somebody may drive what they say.", "file": path.name,
            "price": "free", "person_key": "holder", "source": None, "lookup": {"columns": ["licence_class", "points"]},
            "facts": {"asset": {"under_14": False}},
        } | entries  # fmt: skip
        text = manifest_text(**chosen)
        with self.exchange.reading(SYSTEM) as session:
            read = catalogue.load_manifest(text, currency=session.settings.currency)
        made = flows.publish(self.exchange, self.market.owner, read, [path], manifest_text=text)
        with self.exchange.session(self.market.operator) as session:
            if catalogue.get(session, made.listing_id).pending_number is not None:
                catalogue.approve(session, made.listing_id)
        return made.listing_id

    def agree(self, listing_id: str, *, by: Actor | None = None, **more: Any) -> Agreement:
        """An agreement on questions for academic research."""
        made = self.market.request(listing_id, by=by, method="lookup", **more)
        with self.exchange.session(by or self.market.buyer) as session:
            flows.answer_contract(session, made.id, {"use.prohibited": ["none"]})
        return self.market.accept(made, by=by)

    def token(self, agreement: Agreement, person: str) -> Issued:
        """A token that a person gives on the own page."""
        with self.exchange.session(SYSTEM) as session:
            return flows.lookups.token_as_person(session, self.link(person), agreement.id)

    def link(self, person: str) -> str:
        """The secret part of a person's link."""
        with self.exchange.reading(self.market.owner) as session:
            subject = consent.subject(session, self.owner_id, person)
            return consent.links.token(session, consent.links.Person(controller_id=self.owner_id, subject=subject))

    def ask(self, agreement: Agreement, person: str, *question: Condition, token: str | None = None, by: Actor | None = None) -> Lookup:
        """Ask a question, by itself with a fresh token of the person."""
        given = self.token(agreement, person).text if token is None else token
        return flows.lookups.ask(
            self.exchange, by or self.market.buyer, agreement.id, person=person, token=given, question=question or (CLASS_B,)
        )

    def withdraw(self, person: str) -> None:
        """What a person says no to by the own link: everything."""
        with self.exchange.session(SYSTEM) as session:
            flows.people.answer_as_person(session, self.link(person), allow=False, asked=flows.people.Asked())

    def suspend(self, agreement: Agreement) -> None:
        """Freeze an agreement."""
        with self.exchange.session(self.market.operator) as session:
            trades.move(session, agreement.id, trades.AgreementState.SUSPENDED, "for the test")


def licences_csv(folder: Path, header: str, rows: Sequence[str]) -> Path:
    """The register as a file; other rows in place of the usual ones."""
    path = folder / "licences.csv"
    lines = list(rows) or [f"{holder},{kind},{points}" for holder, (kind, points) in LICENCES.items()]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(line.split(",") for line in (header, *lines))
    return path


def open_desk(exchange: Exchange, folder: Path) -> Desk:
    """Everybody who takes part, on a fresh exchange."""
    return Desk(market=open_market(exchange, folder))


__all__ = ["CLASS_B", "FEW_POINTS", "LICENCES", "Act", "Desk", "open_desk"]
