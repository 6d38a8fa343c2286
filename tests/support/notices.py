"""Notices in tests: filed, answered, re-tested, with as few words as possible."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entrepot import catalogue, notices
from entrepot.notices import About, Access, Ask, Draft, Fact, Finding, Notice, NoticeKind
from entrepot.runtime import ANONYMOUS, SYSTEM, Actor
from support.trading import Market

DIGEST = "sha256:" + "ab" * 32
FINDING = Finding(
    code="F1", basis="PIPL 2021, art. 6", text="Reads the contact list without need.", fields=("phone",), fix="Drop the column."
)


def file_notice(market: Market, *listings: str, by: Actor | None = None, **more: Any) -> Notice:
    """Serve a notice on the owner of these listings."""
    entries: dict[str, Any] = {"kind": NoticeKind.RECTIFICATION, "document_number": "2026-17", "findings": (FINDING,), **more}
    with market.exchange.session(by or market.regulator) as session:
        return notices.file_notice(session, Draft(listings=listings, **entries))


def take(market: Market, actor: Actor, verb: str, notice: Notice, *values: Any, **more: Any) -> Notice:
    """One step by somebody."""
    with market.exchange.session(actor) as session:
        made: Notice = getattr(notices, verb)(session, notice.id, *values, **more)
        return made


def hand_in(market: Market, notice: Notice) -> Notice:
    """Whatever the owner has still to do before the re-test."""
    now = look(market, notice)
    if now.state == "received":
        take(market, market.owner, "acknowledge", notice)
    if look(market, notice).state == "acknowledged":
        take(market, market.owner, "file_plan", notice, "The column goes by Thursday.")
    return take(market, market.owner, "submit", notice, {"F1": (DIGEST, "the column is gone")})


def retest(market: Market, notice: Notice, *, passed: bool, by: Actor | None = None) -> Notice:
    """An independent test and its result."""
    take(market, by or market.regulator, "begin_retest", notice, "Quay Testing Institute")
    return take(market, by or market.regulator, "report_retest", notice, {"F1": passed}, report=DIGEST)


def ask_access(market: Market, subject: str, **more: Any) -> Access:
    """A regulator's request to look."""
    now = market.clock.now()
    entries: dict[str, Any] = {
        "legal_basis": "NDSR 2025, art. 50", "facts": (Fact.FIGURES, Fact.DIGESTS, Fact.LOG), "since": now - timedelta(days=1),
        "until": now + timedelta(days=1), "expires_at": now + timedelta(days=7), **more,
    }  # fmt: skip
    with market.exchange.session(market.regulator) as session:
        return notices.ask_access(session, Ask(subject_id=subject, **entries))


def decide_access(market: Market, access: Access, *, approve: bool = True) -> Access:
    """The operator's word on it."""
    with market.exchange.session(market.operator) as session:
        return notices.decide_access(session, access.id, approve=approve, reason="the basis fits")


def complain(market: Market, text: str = "My name is in it.", listing_id: str = "") -> tuple[str, str]:
    """A complaint of nobody: its id and its code."""
    with market.exchange.session(ANONYMOUS) as session:
        made, code = notices.complain(session, About.PERSONAL_DATA, text, listing_id=listing_id)
    return made.id, code


def look(market: Market, notice: Notice) -> Notice:
    """The notice as it stands now."""
    with market.exchange.reading(market.operator) as session:
        return notices.get(session, notice.id)


def listing_state(market: Market, listing_id: str) -> str:
    """Where the listing stands."""
    with market.exchange.reading(SYSTEM) as session:
        return catalogue.agreed_listing(session, listing_id).state.value


def agreement_state(market: Market, agreement: Any) -> str:
    """Where the agreement stands."""
    return market.agreement(agreement).state.value
