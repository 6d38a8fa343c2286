"""A table about persons on offer, and what its persons say, for tests of consent."""

from __future__ import annotations

import csv
import hashlib
import urllib.parse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from entrepot import catalogue, consent, delivery, flows, parties
from entrepot.consent import Act, Recorded
from entrepot.runtime import SYSTEM, Actor, Exchange
from entrepot.trades import Agreement, Negotiation
from support.trading import RESEARCH, Market, manifest_text, open_market, organisation_of

PERSONS = tuple(f"P{number:03}" for number in range(12))
"""The person keys in the table; each has two rows."""


@dataclass(frozen=True, kw_only=True)
class PeopleMarket:
    """A market with a table of visits of twelve persons.

    Attributes:
        market: Everybody who takes part.
    """

    market: Market

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.market.exchange

    @property
    def owner_id(self) -> str:
        """The controller."""
        return organisation_of(self.market.owner)

    @property
    def buyer_id(self) -> str:
        """The recipient."""
        return organisation_of(self.market.buyer)

    def publish(
        self, *, consent: str | None = None, persons: tuple[str, ...] = PERSONS, listing_id: str | None = None, **entries: Any
    ) -> str:
        """Put the visits on offer; the listing's id. Its owner says that they are grown up, and that not everybody has consented."""
        path = visits_csv(self.market.folder, persons)
        said = entries.pop("facts", {})
        facts = {
            **said,
            "asset": {"under_14": False, **said.get("asset", {})},
            "consent": {"covers_everyone": False, **said.get("consent", {})},
        }
        entries = {
            "facts": facts,
            "title": "Visits to a harbour",
            "outcome": "Tells when people come.",
            "file": path.name,
            "price": "free",
        } | entries
        text = manifest_text(person_key="visitor", consent=consent, source=None, **entries)
        with self.exchange.reading(SYSTEM) as session:
            read = catalogue.load_manifest(text, currency=session.settings.currency)
        made = flows.publish(self.exchange, self.market.owner, read, [path], manifest_text=text, listing_id=listing_id)
        with self.exchange.session(self.market.operator) as session:
            if catalogue.get(session, made.listing_id).pending_number is not None:
                catalogue.approve(session, made.listing_id)
        return made.listing_id

    def say(self, person: str, act: Act, *, by: str = consent.PERSON, expires_at: datetime | None = None, **scope: Any) -> Recorded:
        """What one person says; to everybody about everything unless the scope is narrower."""
        with self.exchange.session(self.market.owner) as session:
            said = consent.make_scope(self.owner_id, **scope)
            return consent.say(session, consent.subject(session, self.owner_id, person), act, said, by=by, expires_at=expires_at)

    def import_rows(self, text: str, act: Act = Act.GIVEN, *, name: str = "people.csv", **more: Any) -> consent.Imported:
        """Send a bulk file."""
        path = self.market.folder / name
        path.write_text(text, "utf-8")
        scope = consent.make_scope(self.owner_id, **{k: v for k, v in more.items() if k not in ("column", "expires_at")})
        given = {k: v for k, v in more.items() if k in ("column", "expires_at")}
        return consent.import_file(self.exchange, self.market.owner, path, act=act, scope=scope, **given)

    def agree(self, listing_id: str, *, by: Actor | None = None, **more: Any) -> Agreement:
        """An agreement on academic research."""
        return self.market.accept(self.request(listing_id, by=by, **more), by=by)

    def request(self, listing_id: str, *, by: Actor | None = None, uses: tuple[str, ...] = ("none",), **more: Any) -> Negotiation:
        """A request for academic research, whose buyer has said which of the uses that nobody may have it comes to."""
        made = self.market.request(listing_id, by=by, **more)
        with self.exchange.session(by or self.market.buyer) as session:
            flows.answer_contract(session, made.id, {"use.prohibited": list(uses)})
        return made

    def visitors(self, agreement: Agreement) -> list[str]:
        """Whose rows a delivery under this agreement holds now, in the order of the rows; found by their marks."""
        made = self.market.deliver(agreement)
        return read_persons(self.exchange, made.parcel)

    def token(self, person: str) -> str:
        """The secret part of a person's link."""
        with self.exchange.reading(self.market.owner) as session:
            subject = consent.subject(session, self.owner_id, person)
            return consent.links.token(session, consent.links.Person(controller_id=self.owner_id, subject=subject))


def mark(person: str) -> str:
    """What stands in a person's rows, so that a test knows whose they are without the key."""
    return "m" + hashlib.sha256(person.encode()).hexdigest()[:8]


def read_persons(exchange: Exchange, parcel: delivery.Parcel) -> list[str]:
    """The persons whose rows a parcel of files holds."""
    names = {mark(person): person for person in (*PERSONS, *(f"X{n}" for n in range(50)))}
    text = b"".join(exchange.blobs.read(parcel.files[0].key)).decode()
    return [names[row["mark"]] for row in csv.DictReader(text.splitlines())]


def open_address(exchange: Exchange, url: str) -> delivery.FileToSend:
    """What stands behind a signed address, as a download begins."""
    parts = urllib.parse.urlsplit(url)
    _, _, _, parcel_id, file_id, _ = parts.path.split("/")
    asked = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query, keep_blank_values=True).items()}
    link = delivery.parse_link(parcel_id, file_id, issue=asked["read"], token_id=asked["by"], expires=asked["expires"])
    return delivery.open_file(exchange, link, asked["X-Amz-Signature"])


def visits_csv(folder: Path, persons: tuple[str, ...]) -> Path:
    """Two visits of each person."""
    path = folder / "visits.csv"
    lines = [f"{person},{mark(person)},{visit * 7 + place}" for visit in (1, 2) for place, person in enumerate(persons)]
    path.write_text("\n".join(["visitor,mark,minutes", *lines]) + "\n", "utf-8")
    return path


def open_people_market(exchange: Exchange, folder: Path) -> PeopleMarket:
    """Everybody who takes part, on a fresh exchange."""
    return PeopleMarket(market=open_market(exchange, folder))


def quoted(text: str) -> str:
    """A text as part of an address."""
    return urllib.parse.quote(text, safe="")


__all__ = ["PERSONS", "RESEARCH", "PeopleMarket", "mark", "open_people_market", "parties", "quoted", "read_persons", "visits_csv"]
