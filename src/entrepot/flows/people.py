"""People and those who hold data about them: what a controller says on their behalf, and what a personal link shows and does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entrepot import catalogue, consent, delivery, parties, trades
from entrepot.catalogue.model import DataTable, Listing, ListingState, Version
from entrepot.compliance import acts
from entrepot.consent import Act, ConsentMode, Recorded, Scope, Use
from entrepot.consent.links import Person
from entrepot.consent.model import is_held_back
from entrepot.flows import operations
from entrepot.flows.uploads import get_upload, open_upload
from entrepot.kit import Invalid, NotFound
from entrepot.runtime import SYSTEM, Actor, Exchange, Session
from entrepot.standards.model import Texts
from entrepot.terms import Condition
from entrepot.trades.model import OPEN, Agreement

MAX_LINKS = 100_000
_MAX_DAYS = 36_500
_PAGE = 500


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A listing of the controller, and whether the person is in it."""

    listing_id: str
    titles: Texts
    included: bool
    mode: ConsentMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Somebody who may use a listing for something, and whether the person's rows are part of it now."""

    listing_id: str
    titles: Texts
    recipient_id: str
    recipient: str
    purpose: str
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A delivery that held the person's rows."""

    at: datetime
    titles: Texts
    recipient: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who may ask one question at a time about the person, with a token of the person's for each."""

    agreement_id: str
    titles: Texts
    recipient: str
    purpose: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about the person that was answered; ``token_id`` is the consent it was asked with."""

    at: datetime
    titles: Texts
    recipient: str
    purpose: str
    conditions: tuple[Condition, ...]
    answer: str
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Everything a personal link shows.

    Attributes:
        open_questions: What the controller asks and the person has not answered.
    """

    person: Person
    controller: parties.Organisation
    products: tuple[Product, ...]
    purposes: tuple[Purpose, ...]
    used: tuple[Used, ...]
    askers: tuple[Asker, ...]
    questions: tuple[Question, ...]
    said: tuple[tuple[Recorded, Scope], ...]
    names: dict[str, str]
    open_questions: tuple[tuple[Recorded, Scope], ...]
    requests: tuple[consent.requests.SubjectRequest, ...]


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
        return consent.import_file(exchange, actor, path, act=act, scope=scope, column=column, expires_at=ends)


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


def links_for(session: Session, keys: Sequence[str]) -> list[str]:
    """The personal link of each person, in the order of the keys, for the controller to pass on.

    Raises:
        Invalid: These are too many for one call.
    """
    controller_id = consent.acting_controller(session)
    if len(keys) > MAX_LINKS:
        raise Invalid(f"{len(keys):,} links are asked for; one call makes at most {MAX_LINKS:,}.", "Ask in several calls.")
    people = [Person(controller_id=controller_id, subject=consent.subject(session, controller_id, key)) for key in keys]
    return [consent.links.address(session, person) for person in people]


def revoke_links(session: Session, key: str | None) -> None:
    """Make the link of one person useless, or those of all persons of the acting controller."""
    controller_id = consent.acting_controller(session)
    consent.links.revoke(session, controller_id, None if key is None else consent.subject(session, controller_id, key))


def answer_as_person(session: Session, token: str, *, allow: bool, asked: Asked) -> Recorded:
    """Allow or stop a use, as the person of a link.

    Raises:
        NotFound: The link is not valid, or the listing or the recipient is none the person could know of.
    """
    person = consent.links.open_link(session, token)
    scope = scope_of(session, person.controller_id, asked)
    return consent.say(
        session, person.subject, Act.GIVEN if allow else Act.WITHDRAWN, scope, by=consent.PERSON, expires_at=_ends(session, asked.days)
    )


def request_as_person(session: Session, token: str, kind: str, message: str = "") -> consent.requests.SubjectRequest:
    """File a request, as the person of a link.

    Raises:
        NotFound: The link is not valid.
        Conflict: The same is open already.
    """
    made = consent.requests.file(session, consent.links.open_link(session, token), kind, message=message)
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


def view(exchange: Exchange, token: str) -> PersonView:
    """What a controller holds about a person, who used it for what and when, and what the person has said.

    Raises:
        NotFound: The link is not valid.
    """
    with exchange.reading(SYSTEM) as session:
        person = consent.links.open_link(session, token)
        said = consent.history(session, person.controller_id, person.subject)
        products, purposes, used, askers = [], [], list[Used](), list[Asker]()
        holds = _Holds(session, person)
        for listing in _listings(session, person.controller_id):
            agreements = _agreements(session, listing.id)
            # What was handed over stays told, whatever version is on offer by now.
            used += _used(session, holds, agreements, said)
            version = catalogue.current_version(session, listing.id)
            if version.manifest.person_key:
                mine = holds.person_in(version)
                products.append(_product(version, mine))
                purposes += _purposes(session, person, version, agreements, said) if mine else []
                askers += _askers(session, version, agreements) if mine else []
        return PersonView(
            person=person, controller=parties.get(session, person.controller_id), products=tuple(products), purposes=tuple(purposes),
            used=tuple(sorted(used, key=lambda u: u.at, reverse=True)), said=tuple(reversed(said)), askers=tuple(askers),
            questions=tuple(_question(session, one) for one in delivery.lookups.of_person(session, person.controller_id, person.subject)),
            names=_names(session, {s.recipient_id for _, s in said}), open_questions=_open_questions(said),
            requests=tuple(consent.requests.of_person(session, person)),
        )  # fmt: skip


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


def _listings(session: Session, controller_id: str) -> Iterable[Listing]:
    """Every listing of the controller that is or was on offer."""
    after: str | None = None
    while page := catalogue.list_for(session, controller_id, after=after, limit=_PAGE):
        yield from (one for one in page if one.version_number and one.state is not ListingState.DRAFT)
        after = page[-1].id


def _agreements(session: Session, listing_id: str) -> list[Agreement]:
    """Every agreement on a listing, newest first."""
    found: list[Agreement] = []
    while page := trades.list_agreements(
        session, listing_id=listing_id, everybody=True, limit=_PAGE, before=found[-1].id if found else None
    ):
        found += page
    return found


@dataclass(frozen=True, slots=True)
class _Holds:
    """Which versions hold rows of a person; each is looked at once."""

    session: Session
    person: Person
    known: dict[str, bool] = field(default_factory=dict)

    def person_in(self, version: Version) -> bool:
        """Whether some table of the version has a row of the person."""
        if version.id not in self.known:
            self.known[version.id] = any(self._in_table(version.manifest.person_key, table) for table in version.tables)
        return self.known[version.id]

    def _in_table(self, column: str, table: DataTable) -> bool:
        if not column or column not in {one.name for one in table.columns}:
            return False
        looked = consent.PersonTable(parquet_key=table.parquet_key, parquet_sha256=table.parquet_sha256, column=column)
        with consent.open_index(self.session, self.person.controller_id, looked) as index:
            return bool(len(index.rows_of([self.person.subject])))


def _product(version: Version, included: bool) -> Product:
    return Product(listing_id=version.listing_id, titles=version.manifest.titles, included=included, mode=version.manifest.consent_mode)


def _purposes(
    session: Session, person: Person, version: Version, agreements: Sequence[Agreement], said: Sequence[tuple[Recorded, Scope]]
) -> list[Purpose]:
    found: dict[tuple[str, str], Purpose] = {}
    for agreement in agreements:
        if agreement.state in OPEN and agreement.method != delivery.lookups.METHOD:
            found[agreement.buyer_id, agreement.purpose] = Purpose(
                listing_id=version.listing_id, titles=version.manifest.titles, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
                recipient=parties.get(session, agreement.buyer_id).name, allowed=not _is_held(agreement, version, said, session.now),
            )  # fmt: skip
    return list(found.values())


def _used(session: Session, holds: _Holds, agreements: Sequence[Agreement], said: Sequence[tuple[Recorded, Scope]]) -> list[Used]:
    found = []
    for agreement in agreements:
        if agreement.method == delivery.lookups.METHOD:
            continue  # Nothing of a person leaves with it but answers, and these are told one by one.
        for receipt in delivery.receipts(session, agreement.id):
            version = catalogue.agreed_version(session, receipt.fact["version"])
            before = [(act, scope) for act, scope in said if act.at <= receipt.at]
            if holds.person_in(version) and not _is_held(agreement, version, before, receipt.at):
                recipient = parties.get(session, agreement.buyer_id).name
                found.append(Used(at=receipt.at, titles=version.manifest.titles, recipient=recipient, purpose=agreement.purpose))
    return found


def _askers(session: Session, version: Version, agreements: Sequence[Agreement]) -> list[Asker]:
    offer = version.manifest.lookup
    return [
        Asker(
            agreement_id=agreement.id, titles=version.manifest.titles, recipient=parties.get(session, agreement.buyer_id).name,
            purpose=agreement.purpose, columns=offer.columns,
        )
        for agreement in agreements if offer is not None and agreement.state in OPEN and agreement.method == delivery.lookups.METHOD
    ]  # fmt: skip


def _question(session: Session, asked: delivery.lookups.Lookup) -> Question:
    titles = catalogue.agreed_version(session, asked.version_id).manifest.titles
    return Question(
        at=asked.at, titles=titles, recipient=parties.get(session, asked.recipient_id).name, purpose=asked.purpose, conditions=asked.question,
        answer=asked.answer, token_id=asked.token_id,
    )  # fmt: skip


def _is_held(agreement: Agreement, version: Version, said: Sequence[tuple[Recorded, Scope]], now: datetime) -> bool:
    if version.manifest.consent_mode is ConsentMode.NONE:
        return False
    use = Use(
        controller_id=agreement.owner_id, listing_id=agreement.listing_id, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
        mode=version.manifest.consent_mode,
    )  # fmt: skip
    return is_held_back([act for act, _ in said], {act.scope_id: scope for act, scope in said}, use, now)


def _open_questions(said: Sequence[tuple[Recorded, Scope]]) -> tuple[tuple[Recorded, Scope], ...]:
    newest = {act.scope_id: (act, scope) for act, scope in said}
    return tuple((act, scope) for act, scope in newest.values() if act.act is Act.ASKED)


def _names(session: Session, recipient_ids: Iterable[str]) -> dict[str, str]:
    return {one: parties.get(session, one).name for one in recipient_ids if one != consent.ANYBODY}
