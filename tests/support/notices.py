"""Notices in tests: filed, answered, re-tested, with as few words as possible."""

from __future__ import annotations

from typing import Any

from entrepot import catalogue, notices
from entrepot.notices import Draft, Finding, Notice, NoticeKind
from entrepot.runtime import SYSTEM, Actor
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
