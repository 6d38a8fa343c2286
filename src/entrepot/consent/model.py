"""What people allow: whose data, for whom, for what, how that is decided at a moment, and the words for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from entrepot.kit import Invalid, Refused, digest
from entrepot.privacy.categories import CATEGORIES
from entrepot.vocabulary.consents import ConsentMode
from entrepot.vocabulary.purposes import ANY, broader, normalise

ANYBODY = "any"
"""The recipient of a consent or an objection that names nobody."""
SUBJECT_BYTES = 16
ASK_AGAIN = timedelta(days=90)
"""How long nobody asks a person again who was asked, refused or withdrew (NDSR, article 22(5), forbids frequent asking)."""
MAX_KEY = 500


class AskedTooSoon(Refused):
    """The person was asked, refused or withdrew less than 90 days ago."""


class RowsRefused(Invalid):
    """Rows of a bulk file cannot be taken; their lines are named and nothing of the file was kept."""


class Act(StrEnum):
    """What a person, or a controller on the person's behalf, has done."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    OBJECTED = "objected"
    ASKED = "asked"
    GIVEN_ONCE = "given_once"


PERSON, CONTROLLER = "person", "controller"
"""Who records an act: the person by the own link, or the controller on the person's behalf."""
APART = frozenset({Act.ASKED, Act.GIVEN_ONCE})
"""Acts that decide nothing of deliveries: a question is no answer, and a consent to one question releases no rows."""
GIVES = frozenset({Act.GIVEN, Act.GIVEN_ONCE})
"""Acts that allow something."""
AGAINST = frozenset({Act.WITHDRAWN, Act.REFUSED, Act.OBJECTED})
"""Acts after which a person's rows are held back."""


class Kind(StrEnum):
    """How a consent was collected; the later ones say more."""

    GENERAL = "general"
    GUARDIAN = "guardian"
    SEPARATE = "separate"
    WRITTEN = "written"


KIND_ORDER = tuple(Kind)
STATUS_TERMS: Mapping[str, str] = {
    "given": "dpv:ConsentGiven", "given_once": "dpv:ConsentGiven", "withdrawn": "dpv:ConsentWithdrawn", "refused": "dpv:ConsentRefused", "objected": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired", "asked": "dpv:ConsentRequested", "unknown": "dpv:ConsentUnknown",
}  # fmt: skip
"""A status in the words of DPV 2.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a consent or an objection is about; many people share one.

    Attributes:
        listing_id: The listing it is limited to; empty for everything the controller offers.
        recipient_id: The organisation it names, or ``any``.
        purposes: DPV terms; a broader one allows the narrower.
        categories: Kinds of data by the classifier's words; none for every kind.
        notice_digest: ``sha256:…`` of the notice that was shown; empty where none was.
    """

    controller_id: str
    listing_id: str = ""
    recipient_id: str = ANYBODY
    purposes: tuple[str, ...] = (ANY,)
    categories: tuple[str, ...] = ()
    kind: Kind = Kind.SEPARATE
    notice_digest: str = ""

    @property
    def digest(self) -> str:
        """What tells this scope from every other."""
        return digest(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """The scope as JSON."""
        return {
            "controller": self.controller_id, "listing": self.listing_id, "recipient": self.recipient_id, "purposes": list(self.purposes),
            "categories": list(self.categories), "kind": self.kind.value, "notice": self.notice_digest,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScope:
    """A scope the store knows; ``last_seq`` and ``last_act_id`` are of the last act in it."""

    id: str
    scope: Scope
    last_seq: int
    last_act_id: str


class Said(Protocol):
    """What decides of an act: :class:`Recorded`, or the few columns of it that are read for many persons at once."""

    @property
    def scope_id(self) -> str: ...
    @property
    def act(self) -> Act: ...
    @property
    def seq(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def by(self) -> str: ...


_S = TypeVar("_S", bound=Said)


class Word(NamedTuple):
    """One act in one scope, as far as it decides."""

    scope_id: str
    act: Act
    seq: int
    expires_at: datetime | None
    by: str = CONTROLLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One act in one scope.

    Attributes:
        seq: Counts the controller's acts; all rows of a bulk file share one.
        batch_id: The bulk file it came with; None for a single act. ``position`` is its place there.
        entry_id: The log entry of a single act.
        by: ``person`` or ``controller``.
        link: Which of the person's links it was said by, counted from 0; None where the controller recorded it.
        after_no: The "no" to this that was said by an earlier link of the person's; empty where there is none, or a yes followed it.
    """

    id: str
    controller_id: str
    subject: bytes
    scope_id: str
    act: Act
    at: datetime
    expires_at: datetime | None
    seq: int
    by: str
    batch_id: str | None = None
    position: int | None = None
    entry_id: str | None = None
    link: int | None = None
    after_no: str | None = None

    def status(self, now: datetime) -> str:
        """The act's status in our words; a consent that ran out is ``expired``."""
        if self.act in GIVES and self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return self.act.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A use of data that consents are held against: whose listing, who receives it, what for, which kinds of data."""

    controller_id: str
    listing_id: str
    recipient_id: str
    purpose: str
    categories: frozenset[str] = frozenset()
    mode: ConsentMode = ConsentMode.OBJECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The consents that cover a use, where somebody's does.

    Attributes:
        kind: The weakest kind among them.
        names_recipient: Whether every one of them names the recipient.
    """

    kind: Kind
    names_recipient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far consents cover the persons in the tables of a version.

    Attributes:
        persons: Persons in the tables.
        covered: Of these, those whose consent covers the use.
        withdrawn_present: Of these, those who are against it; a delivery leaves them out.
        keyless_rows: Rows in the tables that do not say whose they are.
    """

    persons: int
    covered: int
    withdrawn_present: int
    keyless_rows: int


def subject_of(salt: str, key: str) -> bytes:
    """The pseudonymous digest of a person key: the first 16 bytes of SHA-256 over salt and key.

    Raises:
        Invalid: The key is empty or too long.
    """
    bare = key.strip(" ")
    if not bare or len(bare) > MAX_KEY:
        raise Invalid(f"The person key has {len(bare)} characters.", f"Use the value that the data holds, of 1 to {MAX_KEY} characters.")
    return hashlib.sha256(f"{salt}:{bare}".encode()).digest()[:SUBJECT_BYTES]


def subject_sql(column: str) -> str:
    """The same digest in the engine's SQL over a quoted column; the salt is bound to its question mark."""
    return f"unhex(sha256(? || ':' || trim(CAST({column} AS VARCHAR), ' '))[:{2 * SUBJECT_BYTES}])"


def make_scope(
    controller_id: str,
    *,
    listing_id: str = "",
    recipient_id: str = ANYBODY,
    purposes: Iterable[str] = (ANY,),
    categories: Iterable[str] = (),
    kind: str = "separate",
    notice_digest: str = "",
) -> Scope:
    """A scope in its one spelling.

    Raises:
        Invalid: A purpose, a category or the kind is none we know.
    """
    named = tuple(sorted({normalise(purpose) for purpose in purposes}))
    if not named:
        raise Invalid("A consent without a purpose allows nothing.", "Name at least one purpose.")
    wanted = tuple(sorted(set(categories)))
    unknown = [category for category in wanted if category not in CATEGORIES]
    if unknown:
        raise Invalid(f"{unknown[0][:60]!r} is no category of data we know.", f"Use {', '.join(list(CATEGORIES)[:8])} and so on.")
    if kind not in set(Kind):
        raise Invalid(f"{kind[:40]!r} is no kind of consent.", f"Use {', '.join(Kind)}.")
    return Scope(
        controller_id=controller_id, listing_id=listing_id, recipient_id=recipient_id or ANYBODY, purposes=named, categories=wanted,
        kind=Kind(kind), notice_digest=notice_digest,
    )  # fmt: skip


def covers(scope: Scope, use: Use) -> bool:
    """Whether a consent in this scope allows the use."""
    return (
        _is_about(scope, use)
        and not broader(use.purpose).isdisjoint(scope.purposes)
        and (not scope.categories or use.categories <= set(scope.categories))
    )


def touches(scope: Scope, use: Use) -> bool:
    """Whether an objection in this scope stands against the use: also where the use is broader than what was objected to."""
    overlaps = any(p in broader(use.purpose) or use.purpose in broader(p) for p in scope.purposes)
    return (
        _is_about(scope, use)
        and overlaps
        and (not scope.categories or not use.categories or not use.categories.isdisjoint(scope.categories))
    )


def overlap(one: Scope, other: Scope) -> bool:
    """Whether two scopes of one controller speak of something in common."""
    return (
        one.controller_id == other.controller_id
        and ("" in (one.listing_id, other.listing_id) or one.listing_id == other.listing_id)
        and (ANYBODY in (one.recipient_id, other.recipient_id) or one.recipient_id == other.recipient_id)
        and any(p in broader(q) or q in broader(p) for p in one.purposes for q in other.purposes)
        and (not one.categories or not other.categories or not set(one.categories).isdisjoint(other.categories))
    )


def refused_by_earlier_link(said: Sequence[tuple[Recorded, Scope]], wanted: Scope, link: int) -> Recorded | None:
    """The newest "no" by an earlier link of the person's that speaks of what is wanted now, unless a yes by an earlier one speaks of all of it since."""
    earlier = [(act, scope) for act, scope in said if act.by == PERSON and (act.link or 0) < link]
    yes = max((a.seq for a, scope in earlier if a.act is Act.GIVEN and speaks_of(scope, wanted)), default=-1)
    refused = [act for act, scope in earlier if act.act in AGAINST and act.seq > yes and overlap(scope, wanted)]
    return max(refused, key=_seq, default=None)


def asked_from(acts: Iterable[Recorded], scopes: Mapping[str, Scope], wanted: Scope) -> datetime | None:
    """From when a person may be asked for this; None where nothing stands in the way."""
    said = [a.at for a in acts if (a.act in AGAINST or a.act is Act.ASKED) and overlap(scopes[a.scope_id], wanted)]
    return max(said) + ASK_AGAIN if said else None


def standing_of(said: Sequence[tuple[Recorded, Scope]], now: datetime) -> list[tuple[Recorded, Scope]]:
    """The consents that a person's acts leave standing, newest first: neither run out, nor ended or replaced as a whole by another word."""
    scopes = {act.scope_id: scope for act, scope in said}
    words = [act for act, _ in said if act.act not in APART]
    against = [a for a in _newest(words) if a.act in AGAINST]
    own = _own_yeses(words)

    def is_replaced(act: Recorded) -> bool:
        later = [a for a in own if a.id != act.id and (act.by != PERSON or a.seq > act.seq)]
        later += [a for a in against if a.seq >= act.seq]
        return any(speaks_of(scopes[a.scope_id], scopes[act.scope_id]) for a in later)

    # A controller's later act in the very scope of the person's own yes takes nothing away from it.
    found = {a.id: a for a in (*_newest(words), *own) if _is_valid(a, now) and not is_replaced(a)}
    return [(a, scopes[a.scope_id]) for a in sorted(found.values(), key=_seq, reverse=True)]


def speaks_of(word: Scope, other: Scope) -> bool:
    """Whether what is said in one scope speaks of all that another is about, whatever kinds of data that is."""
    place = word.listing_id in ("", other.listing_id) and word.recipient_id in (ANYBODY, other.recipient_id)
    return place and all(not broader(purpose).isdisjoint(word.purposes) for purpose in other.purposes)


def is_held_back(acts: Iterable[Said], scopes: Mapping[str, Scope], use: Use, now: datetime) -> bool:
    """Whether one person's rows are held back from a use, from all of the person's acts.

    In each scope the newest act stands. A consent that covers the use counts unless a later word touches it. Where the person said yes by
    the own link to something that touches the use, only the last of these yeses counts, and none that the controller recorded.
    """
    touching = {scope_id: covers(scope, use) for scope_id, scope in scopes.items() if touches(scope, use)}
    return is_held_in(acts, touching, use.mode, now)


def is_held_in(acts: Iterable[Said], touching: Mapping[str, bool], mode: ConsentMode, now: datetime) -> bool:
    """The same for many persons: the scopes that touch the use are known, and whether a consent in each covers it."""
    said = [a for a in acts if a.act not in APART and a.scope_id in touching]
    newest = _newest(said)
    against = max((a.seq for a in newest if a.act in AGAINST), default=-1)
    own = _own_yeses(said)
    yes = [max(own, key=_seq)] if own else newest
    given = max((a.seq for a in yes if touching[a.scope_id] and _is_valid(a, now)), default=-1)
    return against > given if mode is ConsentMode.OBJECTIONS else given <= against


def _own_yeses(said: Iterable[_S]) -> list[_S]:
    """A person's own yes in each scope, unless the person, or any "no", was later; what a controller allows does not outdate it."""
    return [a for a in _newest(a for a in said if a.by == PERSON or a.act in AGAINST) if a.act is Act.GIVEN]


def _newest(acts: Iterable[_S]) -> list[_S]:
    """The last act in each scope."""
    found: dict[str, _S] = {}
    for act in acts:
        if act.scope_id not in found or act.seq > found[act.scope_id].seq:
            found[act.scope_id] = act
    return list(found.values())


def _seq(said: Said) -> int:
    return said.seq


def _is_valid(said: Said, now: datetime) -> bool:
    return said.act is Act.GIVEN and (said.expires_at is None or said.expires_at > now)


def _is_about(scope: Scope, use: Use) -> bool:
    same = scope.controller_id == use.controller_id and scope.listing_id in ("", use.listing_id)
    return same and scope.recipient_id in (ANYBODY, use.recipient_id)
