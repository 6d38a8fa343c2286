"""People and those who hold data about them: what a controller says on their behalf, and what a personal link does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from entrepot import catalogue, consent, parties, trades
from entrepot.compliance import acts
from entrepot.consent import Act, Recorded, Scope
from entrepot.consent.links import Issued, Person
from entrepot.flows import consent_questions, operations, strangers
from entrepot.flows.uploads import get_upload, open_upload
from entrepot.kit import Invalid, NotFound
from entrepot.runtime import Actor, Exchange, Session

MAX_LINKS = 100_000
_MAX_PREPARED = 1_000
_MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a consent speaks of, as a door is told it; names and ids are not looked up yet."""

    listing: str = ""
    recipient: str = ""
    purposes: tuple[str, ...] = ("dpv:Purpose",)
    categories: tuple[str, ...] = ()
    kind: str = "separate"
    notice: str = ""
    days: int | None = None


def say_for(session: Session, key: str, act: Act, asked: Asked) -> tuple[Recorded, Scope]:
    """Record what a person said, as the acting controller; the key is digested and forgotten.

    Raises:
        NotFound: The listing is not the controller's, or there is no such recipient.
        AskedTooSoon: The person is asked within 90 days.
        Refused: The person said no by the own link.
        NotCompliant: A rule forbids to ask, or to record a consent that was asked for so.
        FactsMissing: The controller has to say first how it asks.
    """
    controller_id = consent.acting_controller(session)
    scope = scope_of(session, controller_id, asked)
    subject = consent.subject(session, controller_id, key)
    if act is Act.ASKED:
        operations.ask_consent(session, controller_id, consent.history(session, controller_id, subject), scope)
    elif act is Act.GIVEN:
        operations.record_consent(session, controller_id)
    return consent.say(session, subject, act, scope, by=consent.CONTROLLER, expires_at=_ends(session, asked.days)), scope


def import_people(exchange: Exchange, actor: Actor, upload_id: str, *, act: Act, asked: Asked, column: str = "person") -> consent.Imported:
    """Record the same for every person in an upload; all of it or nothing.

    Raises:
        NotFound: The upload is not the actor's.
        RowsRefused: Lines cannot be taken.
        NotCompliant: A rule forbids to record consents that were asked for so.
        FactsMissing: The controller has to say first how it asks.
    """
    with exchange.reading(actor) as session:
        controller_id = consent.acting_controller(session)
        scope, ends = scope_of(session, controller_id, asked), _ends(session, asked.days)
        upload = get_upload(session, upload_id)
    if act is Act.GIVEN:
        with exchange.session(actor) as session:
            operations.record_consent(session, controller_id)
    with open_upload(exchange, upload) as path:
        imported = consent.import_file(
            exchange, actor, path, act=act, scope=scope, column=column, expires_at=ends, unknown_of=partial(_strangers, controller_id)
        )
    with exchange.session(actor) as session:
        for agreement in trades.list_agreements(session, side="owner", states=trades.OPEN, limit=_MAX_PREPARED):
            session.enqueue("delivery.look_up_consents", agreement_id=agreement.id)
    return imported


def _strangers(controller_id: str, session: Session, subjects: Any) -> int | None:
    return strangers.count(session, controller_id, subjects)


def look_up(session: Session, key: str) -> list[tuple[Recorded, Scope]]:
    """What one person has said to the acting controller, oldest first."""
    controller_id = consent.acting_controller(session)
    return consent.history(session, controller_id, consent.subject(session, controller_id, key))


def receipt_for(session: Session, act_id: str) -> dict[str, Any]:
    """The receipt of an act, for the acting controller.

    Raises:
        NotFound: It is another's.
        Conflict: The log is not sealed up to it yet.
    """
    return consent.receipt(session, *consent.act_of(session, consent.acting_controller(session), act_id))


def links_for(session: Session, keys: Sequence[str]) -> Issued:
    """The personal link of each person, in the order of the keys, for the controller to pass on; whoever has used the own link gets another.

    Raises:
        Invalid: These are too many for one call.
    """
    controller_id = consent.acting_controller(session)
    if len(keys) > MAX_LINKS:
        raise Invalid(f"{len(keys):,} links are asked for; one call makes at most {MAX_LINKS:,}.", "Ask in several calls.")
    return consent.links.issue(session, controller_id, [consent.subject(session, controller_id, key) for key in keys])


def link_to_ask(session: Session, key: str) -> str:
    """The personal link under which a question waits; empty where the person has used the own link, which stays as it is."""
    controller_id = consent.acting_controller(session)
    person = Person(controller_id=controller_id, subject=consent.subject(session, controller_id, key))
    return "" if consent.links.state(session, person).used_at else links_for(session, [key]).addresses[0]


def revoke_links(session: Session, key: str | None) -> None:
    """Make the link of one person useless, or those of all persons of the acting controller."""
    controller_id = consent.acting_controller(session)
    consent.links.revoke(session, controller_id, None if key is None else consent.subject(session, controller_id, key))


def renew_as_person(session: Session, token: str) -> str:
    """Another link for the holder of one, known to nobody else; the secret part. The one before opens no more, whoever kept a copy of it.

    Raises:
        NotFound: The link is not valid.
    """
    return consent.links.renew(session, consent.links.open_link(session, token))


def answer_as_person(session: Session, token: str, *, allow: bool, asked: Asked, language: str = "en") -> tuple[Recorded, Scope]:
    """Allow or stop a use, as the person of a link.

    A yes is to the question as it stands: its kinds of data, its end or a sooner one, and the words that were shown. A no names none of
    these, so that it stands against every use by this recipient for this purpose.

    Args:
        asked: Listing, recipient and purposes; ``days`` for a shorter time, ``notice`` for the digest of the words that were read.
        language: In which the person was asked, where ``notice`` does not tell.

    Raises:
        NotFound: The link is not valid, or the listing or the recipient is none the person could know of.
        Conflict: The question has changed since it was read.
    """
    person = consent.links.act_by(session, token)
    place = scope_of(session, person.controller_id, Asked(listing=asked.listing, recipient=asked.recipient, purposes=asked.purposes))
    if not allow:
        return consent.say(session, person.subject, Act.WITHDRAWN, place, by=consent.PERSON, link=person.link), place
    question = consent_questions.make(session, place, consent.history(session, person.controller_id, person.subject))
    spoken = question.language_of(asked.notice, language)
    scope = replace(place, categories=question.categories, notice_digest=question.notice(spoken))
    chosen = _ends(session, asked.days)
    ends = question.until if chosen is None else min(chosen, question.until)
    text = question.texts[spoken]
    said = consent.say(
        session, person.subject, Act.GIVEN, scope, by=consent.PERSON, expires_at=ends, notice_text=text, link=person.link
    )  # fmt: skip
    return said, scope


def stop_as_person(session: Session, token: str, act_id: str) -> tuple[Recorded, Scope]:
    """Stop every use that one consent speaks of, whatever kinds of data it names, as the person of a link.

    Raises:
        NotFound: The link is not valid, or the consent is another's.
    """
    person = consent.links.act_by(session, token)
    _, scope = consent.act_of(session, person.controller_id, act_id, person=person.subject)
    place = consent.make_scope(
        person.controller_id, listing_id=scope.listing_id, recipient_id=scope.recipient_id, purposes=scope.purposes
    )  # fmt: skip
    return consent.say(session, person.subject, Act.WITHDRAWN, place, by=consent.PERSON, link=person.link), place


def request_as_person(session: Session, token: str, kind: str, message: str = "") -> consent.requests.SubjectRequest:
    """File a request, as the person of a link.

    Raises:
        NotFound: The link is not valid.
        Conflict: The same is open already.
    """
    made = consent.requests.file(session, consent.links.act_by(session, token), kind, message=message)
    operations.judge_request(session, made, acts.FILE_REQUEST)
    return made


def answer_request(session: Session, request_id: str, *, text: str, declined: bool = False) -> consent.requests.SubjectRequest:
    """Answer a person's request, as the controller; the rules are asked with what came of it.

    Raises:
        NotFound: There is none for the actor.
        Invalid: There is no text.
        Conflict: It has been answered.
        NotCompliant: A rule forbids this answer; the request stays open, and its clock runs on.
    """
    made = consent.requests.answer(session, request_id, text=text, declined=declined)
    operations.judge_request(session, made, acts.ANSWER_REQUEST)
    return made


def receipt_as_person(session: Session, token: str, act_id: str) -> dict[str, Any]:
    """The receipt of one of the person's own acts.

    Raises:
        NotFound: The link is not valid, or it is somebody else's act.
        Conflict: The log is not sealed up to it yet.
    """
    person = consent.links.open_link(session, token)
    return consent.receipt(session, *consent.act_of(session, person.controller_id, act_id, person=person.subject))


def scope_of(session: Session, controller_id: str, asked: Asked) -> Scope:
    """The scope behind what a door was told.

    Raises:
        NotFound: The listing is not the controller's, or there is no such recipient.
        Invalid: A purpose, category or kind is none we know.
    """
    if asked.listing and catalogue.agreed_listing(session, asked.listing).organisation_id != controller_id:
        raise NotFound(f"There is no listing {asked.listing[:60]} of this organisation.", "Check the id.")
    recipient = parties.get(session, asked.recipient).id if asked.recipient not in ("", consent.ANYBODY) else consent.ANYBODY
    return consent.make_scope(
        controller_id, listing_id=asked.listing, recipient_id=recipient, purposes=asked.purposes, categories=asked.categories, kind=asked.kind,
        notice_digest=asked.notice,
    )  # fmt: skip


def _ends(session: Session, days: int | None) -> datetime | None:
    if days is not None and not 1 <= days <= _MAX_DAYS:
        raise Invalid(f"A consent of {days} days cannot be.", f"Use 1 to {_MAX_DAYS:,} days.")
    return None if days is None else session.now + timedelta(days=days)
