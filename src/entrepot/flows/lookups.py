"""Ask one question about one person with that person's token, and give such a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot import catalogue, consent, delivery, parties, trades
from entrepot.catalogue.model import ListingState, Version
from entrepot.delivery.lookups import METHOD, Lookup, Room
from entrepot.flows import consent_questions, gates, operations
from entrepot.kit import Conflict, NotFound
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Session
from entrepot.terms import Condition
from entrepot.trades.model import OPEN, Agreement


def ask(exchange: Exchange, actor: Actor, agreement_id: str, *, person: str, token: str, question: Sequence[Condition]) -> Lookup:
    """Answer the acting buyer's question about a person with match or no match, on that person's consent token.

    Whatever does not hang on the person is looked at first, then the token, and the data last: no refusal tells who is in them. What is
    refused for its token is counted against the buyer.

    Args:
        person: The person key as the data holds it; digested at once and never kept.

    Raises:
        NotFound: The agreement is another's.
        AgreementClosed: It lets nothing be asked now.
        Conflict: The listing is suspended.
        Invalid: The question is about something that nobody may ask about.
        TokenRefused: The token is none that this question may be asked with.
        TooManyTries: That has happened to the buyer too often within an hour.
        TooManyQuestions: The agreement has asked enough in 24 hours.
        CountSpent: The terms allow no further answer.
        NotCompliant: A rule forbids it.
    """
    try:
        return _ask(exchange, actor, agreement_id, person, token, question)
    except consent.tokens.TokenRefused:
        # Counted in a transaction of its own, because the refused one leaves nothing behind.
        with exchange.session(SYSTEM) as session:
            delivery.tries.count_refused(session, trades.get(session, agreement_id))
        raise


def _ask(exchange: Exchange, actor: Actor, agreement_id: str, person: str, token: str, question: Sequence[Condition]) -> Lookup:
    with exchange.reading(actor) as session:
        agreement = _open_agreement(session, agreement_id)
        versions = delivery.covered_versions(session, agreement)
        version = versions[-1]
        agreement = delivery.agreed_only(agreement, versions[0], version)
        asked = delivery.lookups.require_askable(agreement, version, question)
        delivery.lookups.require_room(session, agreement, version)
        delivery.tries.require_tries(session, agreement.buyer_id)
        use = delivery.lookups.use_of(agreement, version)
        subject = consent.subject(session, agreement.owner_id, person)
        consent.tokens.require_good(session, token, subject=subject, use=use)
    clearance = gates.clear_delivery(exchange, actor, agreement, version)
    with exchange.reading(actor) as session:
        matches = delivery.lookups.is_match(session, asked, agreement.owner_id, subject, question)
    with exchange.session(actor) as session:
        # Much may have been said and done while the tables were read; until this is written nobody has been told anything.
        agreement = _open_agreement(session, agreement_id)
        delivery.tries.require_tries(session, agreement.buyer_id, alone=True)
        good = consent.tokens.require_good(session, token, subject=subject, use=use)
        clearance.keep(session)
        return delivery.lookups.record(session, agreement, version, good, question, matches=matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a buyer has asked under an agreement, newest first, and what it may still ask; None where nothing is asked under it."""

    questions: tuple[Lookup, ...]
    room: Room | None


def asked(session: Session, agreement_id: str, *, limit: int = 100, before: str | None = None) -> Asked:
    """What the acting buyer has asked under its agreement; the questions name no person.

    Raises:
        NotFound: The agreement is another's.
    """
    agreement = own_agreement(session, agreement_id)
    found = delivery.lookups.of_agreement(session, agreement.id, limit=limit, before=before)
    version = delivery.covered_versions(session, agreement)[-1]
    return Asked(questions=tuple(found), room=delivery.lookups.room(session, agreement, version))


def own_agreement(session: Session, agreement_id: str) -> Agreement:
    """An agreement whose buyer acts.

    Raises:
        NotFound: It is another's.
    """
    agreement = trades.get(session, agreement_id)
    parties.require_self(session, agreement.buyer_id)
    return agreement


def token_for(session: Session, key: str, agreement_id: str) -> consent.tokens.Issued:
    """A token for one question, given on a person's behalf by the acting controller, to whom the person said yes.

    Raises:
        NotFound: There is no such look-up agreement about the controller's data.
        Refused: The person said no by the own link.
        NotCompliant: A rule forbids to record a consent that was asked for so.
        FactsMissing: The controller has to say first how it asks.
    """
    controller_id = consent.acting_controller(session)
    use = delivery.lookups.use_of(*_asked_of(session, controller_id, agreement_id))
    operations.record_consent(session, controller_id)
    return consent.tokens.issue(session, consent.subject(session, controller_id, key), use, by=consent.CONTROLLER)


def token_as_person(session: Session, link: str, agreement_id: str, *, notice: str = "", language: str = "en") -> consent.tokens.Issued:
    """A token for one question, given by the person of a link, with the words that the person read.

    Args:
        notice: Their digest; empty for the words as they stand, in the language.

    Raises:
        NotFound: The link is not valid, or there is no such look-up agreement about data of its controller.
        Conflict: The words have changed since they were read.
    """
    person = consent.links.act_by(session, link)
    agreement, version = _asked_of(session, person.controller_id, agreement_id)
    words = consent_questions.one_question(session, agreement, version)
    spoken = words.language_of(notice, language)
    return consent.tokens.issue(
        session, person.subject, delivery.lookups.use_of(agreement, version), by=consent.PERSON, link=person.link, notice_digest=words.notice(spoken),
        notice_text=words.texts[spoken],
    )  # fmt: skip


def _open_agreement(session: Session, agreement_id: str) -> Agreement:
    agreement = own_agreement(session, agreement_id)
    parties.require_role(session, Role.BUYER)
    trades.require_open(session, agreement, session.now)
    listing = catalogue.agreed_listing(session, agreement.listing_id)
    if listing.state is ListingState.SUSPENDED:
        raise Conflict(f"The listing {listing.id} is suspended, and answers nothing.", "Ask again once it is reinstated.")
    return agreement


def _asked_of(session: Session, controller_id: str, agreement_id: str) -> tuple[Agreement, Version]:
    """The agreement that a token is for, and what it is asked of; nobody but the controller it is with learns that it exists."""
    unknown = NotFound(
        f"There is no agreement {agreement_id[:60]} to ask about your data.", "Look at who may ask on the page of the link.",
        message_zh=f"没有可就您的数据提问的协议 {agreement_id[:60]}。", hint_zh="请在链接所示页面上查看谁可以提问。",
    )  # fmt: skip
    try:
        agreement = trades.get(session.by_exchange(), agreement_id)
    except NotFound:
        raise unknown from None
    if agreement.owner_id != controller_id or agreement.method != METHOD or agreement.state not in OPEN:
        raise unknown
    return agreement, delivery.covered_versions(session, agreement)[-1]
