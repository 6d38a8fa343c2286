"""What a personal link shows: what a controller holds about a person, who used it for what and when, and what the person has said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from entrepot import catalogue, consent, delivery, parties, trades
from entrepot.catalogue.model import DataTable, Version
from entrepot.consent import Act, ConsentMode, Recorded, Scope, Use
from entrepot.consent.link_rows import LinkState
from entrepot.consent.links import Person
from entrepot.flows import consent_questions
from entrepot.flows.consent_questions import ConsentQuestion
from entrepot.runtime import SYSTEM, Exchange, Session
from entrepot.standards.model import Texts
from entrepot.terms import Condition
from entrepot.trades.model import OPEN, Agreement

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A listing of the controller, and whether the person is in it."""

    listing_id: str
    titles: Texts
    included: bool
    mode: ConsentMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Somebody who may use a listing for something, and whether the person's rows are part of it now.

    Attributes:
        refused: Whether the person's "no" stops the whole delivery, because the listing leaves nobody out (`consent: none`).
    """

    listing_id: str
    titles: Texts
    recipient_id: str
    recipient: str
    purpose: str
    allowed: bool
    refused: bool
    question: ConsentQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A delivery that held the person's rows."""

    at: datetime
    titles: Texts
    recipient: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who may ask one question at a time about the person, with a token of the person's for each; ``words`` tell what is allowed."""

    agreement_id: str
    titles: Texts
    recipient: str
    purpose: str
    columns: tuple[str, ...]
    words: consent_questions.Words


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
        said: Everything, newest first; ``standing`` are the consents among it that still count.
        titles: Of the listings that something was said about.
        open_questions: What the controller asks and the person has not answered, as it is asked today.
        everything: The question about everybody and every purpose.
        link: How often the link was handed out, and since when it is another.
    """

    person: Person
    controller: parties.Organisation
    products: tuple[Product, ...]
    purposes: tuple[Purpose, ...]
    used: tuple[Used, ...]
    askers: tuple[Asker, ...]
    questions: tuple[Question, ...]
    said: tuple[tuple[Recorded, Scope], ...]
    standing: tuple[tuple[Recorded, Scope], ...]
    names: dict[str, str]
    titles: dict[str, Texts]
    open_questions: tuple[ConsentQuestion, ...]
    everything: ConsentQuestion
    requests: tuple[consent.requests.SubjectRequest, ...]
    link: LinkState


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
        for listing in consent_questions.listings(session, person.controller_id):
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
            standing=tuple(consent.standing_of(said, session.now)), names=_names(session, {s.recipient_id for _, s in said}),
            titles=_titles(session, {s.listing_id for _, s in said}), open_questions=_open_questions(session, said),
            everything=consent_questions.make(session, consent.make_scope(person.controller_id), said),
            requests=tuple(consent.requests.of_person(session, person)), link=consent.links.state(session, person),
        )  # fmt: skip


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
            if (agreement.buyer_id, agreement.purpose) in found:
                continue
            place = consent.make_scope(
                person.controller_id, listing_id=version.listing_id, recipient_id=agreement.buyer_id, purposes=[agreement.purpose]
            )  # fmt: skip
            found[agreement.buyer_id, agreement.purpose] = Purpose(
                question=consent_questions.make(session, place, said),
                listing_id=version.listing_id, titles=version.manifest.titles, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
                recipient=parties.get(session, agreement.buyer_id).name, allowed=not _says_no(agreement, version, said, session.now),
                refused=version.manifest.consent_mode is ConsentMode.NONE and _says_no(agreement, version, said, session.now),
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
            purpose=agreement.purpose, columns=offer.columns, words=consent_questions.one_question(session, agreement, version),
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
    return version.manifest.consent_mode is not ConsentMode.NONE and _says_no(agreement, version, said, now)


def _says_no(agreement: Agreement, version: Version, said: Sequence[tuple[Recorded, Scope]], now: datetime) -> bool:
    """Whether what a person said stands against a use; where the listing leaves nobody out, the rules then refuse the delivery as a whole."""
    mode = version.manifest.consent_mode
    use = Use(
        controller_id=agreement.owner_id, listing_id=agreement.listing_id, recipient_id=agreement.buyer_id, purpose=agreement.purpose,
        categories=consent_questions.kinds_of(version, agreement), mode=ConsentMode.OBJECTIONS if mode is ConsentMode.NONE else mode,
    )  # fmt: skip
    return consent.is_held_back([act for act, _ in said], {act.scope_id: scope for act, scope in said}, use, now)


def _open_questions(session: Session, said: Sequence[tuple[Recorded, Scope]]) -> tuple[ConsentQuestion, ...]:
    newest = {act.scope_id: (act, scope) for act, scope in said if act.act is Act.ASKED}
    return tuple(consent_questions.make(session, one[1], said) for one in newest.values() if not consent_questions.is_answered(one, said))


def _names(session: Session, recipient_ids: Iterable[str]) -> dict[str, str]:
    return {one: parties.get(session, one).name for one in recipient_ids if one != consent.ANYBODY}


def _titles(session: Session, listing_ids: Iterable[str]) -> dict[str, Texts]:
    found = [catalogue.agreed_listing(session, one) for one in listing_ids if one]
    return {one.id: catalogue.current_version(session, one.id).manifest.titles for one in found if one.version_number}
