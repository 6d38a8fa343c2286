"""Give, withdraw, refuse, object, ask; say what was said, and how far it covers a use. Every act is in the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from entrepot import parties, proof
from entrepot.consent import receipts, repository
from entrepot.consent.held import held_rows, ruling
from entrepot.consent.keys import PersonTable, open_index, salt_of
from entrepot.consent.model import (
    AGAINST,
    ANYBODY,
    APART,
    GIVES,
    KIND_ORDER,
    PERSON,
    Act,
    AskedTooSoon,
    Coverage,
    Kind,
    Recorded,
    Scope,
    Standing,
    StoredScope,
    Use,
    asked_from,
    covers,
    overlap,
    refused_by_earlier_link,
    subject_of,
    touches,
)
from entrepot.kit import Invalid, NotFound, Refused, new_id, rfc3339
from entrepot.runtime import Role, Session
from entrepot.vocabulary.consents import ConsentMode


def acting_controller(session: Session) -> str:
    """The acting organisation, which speaks for the people whose data it holds.

    Raises:
        Refused: It is no owner of data.
    """
    parties.require_role(session, Role.OWNER)
    return parties.acting_organisation(session)


def subject(session: Session, controller_id: str, key: str) -> bytes:
    """The pseudonymous digest under which a controller's person is known here; the key itself is never kept."""
    return subject_of(salt_of(session, controller_id), key)


def say(
    session: Session, person: bytes, act: Act, scope: Scope, *, by: str, expires_at: datetime | None = None, notice_text: str = "", link: int = 0,
) -> Recorded:  # fmt: skip
    """Record what a person, or the controller on the person's behalf, says; effective with the next delivery.

    Args:
        by: ``person`` or ``controller``; what a person said no to, only that person says yes to again.
        notice_text: The words that the exchange showed; the scope names their digest.
        link: Which of the person's links it is said by. A yes by a link that was made after the person's "no" counts, says so, and the
            operator is told.

    Raises:
        Invalid: It would have run out already.
        Refused: The person said no by the person's own link.
        AskedTooSoon: The person was asked, refused or withdrew less than 90 days ago.
    """
    if expires_at is not None and expires_at <= session.now:
        raise Invalid(f"The consent would have ended at {rfc3339(expires_at)}.", "Give a later end, or none.")
    # The counter comes first: its row makes two acts of one controller wait for each other.
    seq = repository.next_seq(session.db, scope.controller_id)
    _require_sayable(session, person, act, scope, by)
    recorded = Recorded(
        id=new_id("cns"), controller_id=scope.controller_id, subject=person, scope_id=repository.scope_id_of(session.db, scope, now=session.now),
        act=act, at=session.now, expires_at=expires_at, seq=seq, by=by, entry_id=None, link=link if by == PERSON else None,
    )  # fmt: skip
    if by == PERSON and act in GIVES and (refused := _refused_before(session, recorded, scope)) is not None:
        recorded = replace(recorded, after_no=refused.id)
        operator_id, controller = parties.exchange_organisation(session).id, parties.get(session, scope.controller_id)
        parties.notify_once(session, operator_id, "consent.after_no", controller.id, controller=controller.name)
    fact = receipts.of_act(recorded, scope, parties_of(session, scope), notice_text=notice_text)
    jws = parties.jws.assemble(fact, [parties.sign(session, parties.exchange_organisation(session).id, fact)])
    entry = proof.record(session, f"consent.{act.value}", fact, subject_id=recorded.id, jws=jws)
    recorded = replace(recorded, entry_id=entry.id)
    repository.add_act(session.db, recorded)
    return recorded


def history(session: Session, controller_id: str, person: bytes) -> list[tuple[Recorded, Scope]]:
    """What a person said to a controller and about what, oldest first."""
    scopes = scopes_by_id(session, controller_id)
    return [(act, scopes[act.scope_id].scope) for act in repository.acts_of(session.db, controller_id, person)]


def scopes_by_id(session: Session, controller_id: str) -> dict[str, StoredScope]:
    """Every scope anybody spoke of to a controller, by id."""
    return {stored.id: stored for stored in repository.scopes_of(session.db, controller_id)}


def overview(session: Session, controller_id: str) -> list[dict[str, Any]]:
    """How many persons stand where, by scope; for the controller."""
    scopes = scopes_by_id(session, controller_id)
    counts: dict[str, dict[str, int]] = {}
    for scope_id, act, count in repository.counts_by_scope(session.db, controller_id):
        counts.setdefault(scope_id, {})[act] = count
    return [scopes[scope_id].scope.to_dict() | {"persons": said} for scope_id, said in counts.items()]


def parties_of(session: Session, scope: Scope) -> dict[str, dict[str, str]]:
    """Controller and recipient as a receipt names them."""
    controller = parties.get(session, scope.controller_id)
    found = {controller.id: {"name": controller.name, "country": controller.country, "role": "dpv:DataController"}}
    if scope.recipient_id != ANYBODY:
        recipient = parties.get(session, scope.recipient_id)
        found[recipient.id] = {"name": recipient.name, "country": recipient.country, "role": "dpv:Recipient"}
    return found


def current_seq(session: Session, controller_id: str) -> int:
    """How many acts have been counted for a controller."""
    return repository.current_seq(session.db, controller_id)


def epoch(session: Session, controller_id: str, *, listing_id: str = "") -> str:
    """A word that changes with every act that may touch a listing, for whoever keeps decisions."""
    said = [s for s in repository.scopes_of(session.db, controller_id) if not listing_id or s.scope.listing_id in ("", listing_id)]
    last = max((s.last_seq for s in said), default=0)
    expired = repository.last_expiry(session.db, [s.id for s in said], now=session.now)
    return f"{last}@{'' if expired is None else rfc3339(expired)}"


def standing(session: Session, use: Use) -> Standing | None:
    """The consents that cover a use and have not run out, whoever took one back since; None where there is none."""
    scopes = {i: s.scope for i, s in scopes_by_id(session, use.controller_id).items()}
    giving = repository.scopes_that_give(session.db, [i for i, s in scopes.items() if covers(s, use)], now=session.now)
    if not giving:
        return None
    covering = [scopes[i] for i in giving]
    return Standing(
        kind=min((s.kind for s in covering), key=KIND_ORDER.index),
        names_recipient=all(s.recipient_id == use.recipient_id for s in covering),
    )


def gives_anybody(session: Session, use: Use) -> bool:
    """Whether anybody's last word is a consent that covers the use."""
    scopes = scopes_by_id(session, use.controller_id).values()
    touching = [stored.id for stored in scopes if touches(stored.scope, use)]
    covering = [stored.id for stored in scopes if covers(stored.scope, use)]
    return repository.gives_anybody(session.db, touching, covering, now=session.now)


def coverage(session: Session, use: Use, tables: Sequence[PersonTable]) -> Coverage:
    """How many of the persons in the tables of a version what people said covers, and how many of them it holds back."""
    found = [_persons_in(session, use, table) for table in tables]
    persons, covered, withdrawn, keyless = (sum(numbers) for numbers in zip(*found, strict=True)) if found else (0, 0, 0, 0)
    return Coverage(persons=persons, covered=covered, withdrawn_present=withdrawn, keyless_rows=keyless)


def against_in(session: Session, use: Use, tables: Sequence[PersonTable]) -> int:
    """How many persons who are against a use have rows in some of these tables; only those who ever said no are looked for."""
    found = ruling(session, replace(use, mode=ConsentMode.OBJECTIONS))
    said_no = repository.latest_against(session.db, list(found.scopes)) if found is not None else {}
    words = repository.words_of_many(session.db, use.controller_id, list(said_no))
    held = [subject for subject, acts in words.items() if found is not None and found.is_held(acts)]
    return len({subject for table in tables for subject in _standing_in(session, use, table, held)}) if held else 0


def weakest_kind(session: Session, controller_id: str, *, listing_id: str) -> Kind | None:
    """The weakest kind among valid consents that speak of a listing, whoever receives it and for whatever; None where there is none."""
    scopes = {i: s.scope for i, s in scopes_by_id(session, controller_id).items() if s.scope.listing_id in ("", listing_id)}
    giving = repository.scopes_that_give(session.db, list(scopes), now=session.now)
    return min((scopes[i].kind for i in giving), key=KIND_ORDER.index, default=None)


def act_of(session: Session, controller_id: str, act_id: str, *, person: bytes | None = None) -> tuple[Recorded, Scope]:
    """One act, for the controller it was said to, or for the person who said it.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    act = repository.get_act(session.db, act_id)
    if act is None or act.controller_id != controller_id or (person is not None and act.subject != person):
        raise NotFound(f"There is no consent {act_id[:60]}.", "Check the id.")
    stored = repository.get_scope(session.db, act.scope_id)
    assert stored is not None
    return act, stored.scope


def _require_sayable(session: Session, person: bytes, act: Act, scope: Scope, by: str) -> None:
    gives = act in GIVES
    if not (gives and by != PERSON) and act is not Act.ASKED:
        return
    acts = repository.acts_of(session.db, scope.controller_id, person)
    scopes = {i: s.scope for i, s in scopes_by_id(session, scope.controller_id).items()}
    if gives and any(a.by == PERSON and a.act in AGAINST for a in _last_words(acts, scopes, scope)):
        raise Refused("The person said no to this by the person's own link.", "Only the person can say yes again, by the personal link.")
    if act is Act.ASKED:
        allowed = asked_from(acts, scopes, scope)
        if allowed is not None and session.now < allowed:
            raise AskedTooSoon(
                f"The person was asked about this, or said no, less than 90 days ago; asking is allowed from {allowed:%Y-%m-%d}.",
                "Ask then; the person can say yes at any time by the personal link.", allowed_from=rfc3339(allowed),
            )  # fmt: skip


def _refused_before(session: Session, said: Recorded, scope: Scope) -> Recorded | None:
    """What the person refused of this by an earlier link, where the link is not the first."""
    return refused_by_earlier_link(history(session, said.controller_id, said.subject), scope, said.link) if said.link else None


def _last_words(acts: Iterable[Recorded], scopes: Mapping[str, Scope], wanted: Scope) -> list[Recorded]:
    """The last answer of a person that speaks of the same; none where nothing was answered."""
    answers = [a for a in acts if a.act not in APART and overlap(scopes[a.scope_id], wanted)]
    return [max(answers, key=lambda a: (a.seq, a.id))] if answers else []


def _standing_in(session: Session, use: Use, table: PersonTable, subjects: Sequence[bytes]) -> list[bytes]:
    with open_index(session, use.controller_id, table) as index:
        return index.among(subjects)


def _persons_in(session: Session, use: Use, table: PersonTable) -> tuple[int, int, int, int]:
    """Persons in a table, those whose consent covers the use, those who are against it, and rows that name nobody."""
    with open_index(session, use.controller_id, table) as index:
        held = {}
        for mode in (ConsentMode.REQUIRED, ConsentMode.OBJECTIONS):
            seen = ruling(session, replace(use, mode=mode))
            rows = held_rows(session, seen, table) if seen is not None and seen.scopes else None
            held[mode] = None if rows is None else index.persons_with(rows)
        persons, missing = index.persons, held[ConsentMode.REQUIRED]
        return persons, 0 if missing is None else persons - missing, held[ConsentMode.OBJECTIONS] or 0, len(index.keyless)
