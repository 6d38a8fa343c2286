"""What is on offer: manifests, listings, their immutable versions, and what a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from entrepot.kit import Decision
from entrepot.pricing.model import Price
from entrepot.rights.forms import ContractForm
from entrepot.rights.model import Step
from entrepot.standards.model import ColumnDescription, Texts, pick
from entrepot.terms.model import Rights, Terms
from entrepot.vocabulary.consents import ConsentMode

PER_DAY = 1_000
"""Questions that a look-up allows one agreement in 24 hours unless its listing says otherwise."""
LANGUAGES = ("en", "zh")
"""Languages a manifest may carry its texts in."""


class ListingState(StrEnum):
    """Where a listing stands: ``draft`` waits for review, only ``live`` is on offer, ``withdrawn`` is the end."""

    DRAFT = "draft"
    LIVE = "live"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


NEXT: Mapping[ListingState, frozenset[ListingState]] = {
    # A draft that a notice holds passes its review into suspension.
    ListingState.DRAFT: frozenset({ListingState.LIVE, ListingState.SUSPENDED, ListingState.WITHDRAWN}),
    ListingState.LIVE: frozenset({ListingState.SUSPENDED, ListingState.WITHDRAWN}),
    ListingState.SUSPENDED: frozenset({ListingState.LIVE, ListingState.WITHDRAWN}),
    ListingState.WITHDRAWN: frozenset(),
}


class Visibility(StrEnum):
    """Who finds a live listing: everybody, or only its owner and the operators."""

    PUBLIC = "public"
    PRIVATE = "private"


class Frequency(StrEnum):
    """How often the owner promises new data."""

    CONTINUOUS = "continuous"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file the manifest names; ``path`` is relative to the manifest, ``table`` what its table is called."""

    path: str
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeRights:
    """Who holds the data, who may process and use it, and who may run products on it, in the owner's own words."""

    held_by: tuple[str, ...] = ()
    processed_by: tuple[str, ...] = ()
    operated_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuery:
    """A query a buyer can run on the data: what it answers, and its SQL."""

    title: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask about the data."""

    name: str
    email: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNote:
    """What the owner says about one column; it wins over what the profile guessed."""

    title: str = ""
    description: str = ""
    unit: str = ""
    concept: str = ""


class LookupAnswer(StrEnum):
    """What a look-up gives: whether something is so, or the value itself."""

    MATCH = "match"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOffer:
    """That the data are not handed over, and questions about one person at a time are answered from them.

    Attributes:
        columns: What may be asked about.
        answers: Values are understood so that the rules can say what stands against them; no exchange answers with them.
        per_day: How many questions one agreement has in 24 hours.
    """

    columns: tuple[str, ...]
    answers: LookupAnswer = LookupAnswer.MATCH
    per_day: int = PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an owner says about a dataset; five entries suffice, everything else has a default or is prefilled.

    Attributes:
        titles: One per language, like every text of this type.
        outcomes: What the data lets a buyer do, in one sentence.
        files: Files to take in; empty when the data stays at ``location``.
        location: Where the data lies, ``https://`` or ``s3://``; kept as text, never fetched by the catalogue.
        offered: Columns and rows an agreement covers unless it says otherwise.
        rights: Who holds, processes and operates the data.
        person_key: The column that tells whose row it is; empty when rows are not about persons.
        consent: How rows follow what their persons say; None for ``objections`` where there is a person key, else ``none``.
        residency: Countries the data must stay in, ISO 3166-1 alpha-2; empty for anywhere.
        facts: What the owner declares for the rules, by the fact's path.
        examples: Uses in a sentence each.
        invited: Short names or ids of the organisations that see a private listing beside its owner.
        auto_approve: Whether requests at the listed terms and price are signed by standing policy.
        acceptance_hours: Hours a buyer has to accept a delivery; None for the exchange's own.
        provenance: The chain of authorisation from the source to the owner; empty where none is stated.
        contract: The model form that agreements are made on.
        lookup: What may be asked about a person where the data are not handed over; None where they are.
    """

    titles: Texts
    outcomes: Texts
    terms: Terms
    price: Price
    files: tuple[SourceFile, ...] = ()
    location: str = ""
    descriptions: Texts = field(default_factory=dict)
    offered: Rights = field(default_factory=Rights)
    rights: ThreeRights = field(default_factory=ThreeRights)
    person_key: str = ""
    residency: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    columns: Mapping[str, ColumnNote] = field(default_factory=dict)
    contact: Contact | None = None
    licence: str = ""
    source: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    frequency: Frequency | None = None
    starts_on: str = ""
    ends_on: str = ""
    examples: tuple[str, ...] = ()
    sample_queries: tuple[SampleQuery, ...] = ()
    auto_approve: bool = False
    visibility: Visibility = Visibility.PUBLIC
    invited: tuple[str, ...] = ()
    acceptance_hours: int | None = None
    consent: ConsentMode | None = None
    provenance: tuple[Step, ...] = ()
    contract: ContractForm = ContractForm.PROVISION
    lookup: LookupOffer | None = None

    @property
    def consent_mode(self) -> ConsentMode:
        """How rows follow what their persons say."""
        if not self.person_key:
            return ConsentMode.NONE
        if self.lookup is not None:
            return ConsentMode.REQUIRED
        return self.consent or ConsentMode.OBJECTIONS

    @property
    def title(self) -> str:
        """The title in English, or in the language there is."""
        return pick(self.titles)

    @property
    def outcome(self) -> str:
        """The outcome sentence in English, or in the language there is."""
        return pick(self.outcomes)

    @property
    def description(self) -> str:
        """The description in English, or in the language there is; empty when there is none."""
        return pick(self.descriptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """One table of a version: the file as it came, and the same rows as Parquet.

    Attributes:
        original_name: The file's name without folders.
        original_key: Where its bytes lie in the object store; ``parquet_key`` likewise.
        original_sha256: Digest in hexadecimal; ``parquet_sha256`` likewise.
        original_bytes: Size; ``parquet_bytes`` likewise.
        format: How the original is read: ``csv``, ``parquet``, ``jsonl`` or ``excel``.
        grade: Of its de-identification, 1 to 4, where the exchange anonymised it; ``report_digest`` is that of the report behind it.
    """

    name: str
    original_name: str
    original_key: str
    original_sha256: str
    original_bytes: int
    media_type: str
    format: str
    parquet_key: str
    parquet_sha256: str
    parquet_bytes: int
    rows: int
    columns: tuple[ColumnDescription, ...]
    grade: int | None = None
    report_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Some rows of one table that anybody may see, as text; the columns in ``masked`` show no values."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was published at one moment; never changes afterwards.

    Attributes:
        manifest_text: The manifest as the owner wrote it.
        dictionary: The data dictionary as its own package spells it in JSON; ``profile`` and ``assessment`` likewise.
        decision: What the checks came to when it was published.
        personal: Whether it holds personal data, by the assessment.
        quality: 0 to 100, from completeness and documentation; orders equal hits.
        digest: ``sha256:…`` over everything above in canonical JSON.
    """

    id: str
    listing_id: str
    number: int
    manifest: Manifest
    manifest_text: str
    tables: tuple[DataTable, ...]
    dictionary: Mapping[str, Any]
    profile: Mapping[str, Any]
    assessment: Mapping[str, Any]
    decision: Decision
    preview: tuple[Preview, ...]
    personal: bool
    quality: int
    digest: str
    published_at: datetime

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(table.rows for table in self.tables)

    def table(self, name: str) -> DataTable | None:
        """The table of this name, or None."""
        return next((table for table in self.tables if table.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A dataset on offer by one organisation.

    Attributes:
        version_number: The version on offer; 0 while none has passed review.
        pending_number: A newer version that waits for review, or None.
        reason: Why it is suspended or withdrawn, for its owner; empty otherwise.
    """

    id: str
    organisation_id: str
    state: ListingState
    visibility: Visibility
    version_number: int
    pending_number: int | None
    reason: str
    created_at: datetime
    changed_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether everybody may see it."""
        return self.state is ListingState.LIVE and self.visibility is Visibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What hits must have besides the words; None asks for nothing.

    Attributes:
        plan: A pricing plan, such as ``flat``.
        purpose: A purpose the terms must permit.
        personal: Whether there is personal data in it.
        format: How the originals are read, such as ``csv``.
        language: A language of the data, such as ``zh``.
    """

    owner: str | None = None
    plan: str | None = None
    purpose: str | None = None
    keyword: str | None = None
    personal: bool | None = None
    format: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a snippet; ``hit`` marks what the query found. It is plain text: whoever shows it escapes it."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One found listing with what a result line shows."""

    listing_id: str
    organisation_id: str
    organisation_name: str
    version_number: int
    titles: Texts
    outcomes: Texts
    price: Mapping[str, Any]
    purposes: tuple[str, ...]
    personal: bool
    formats: tuple[str, ...]
    rows: int
    quality: int
    published_at: datetime
    snippet: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of hits.

    Attributes:
        total: How many listings match, counted up to 1,000.
        capped: Whether there are more than ``total``; show it as ``1,000+``.
        after: Pass it back for the next page; None on the last one.
    """

    hits: tuple[Hit, ...]
    total: int
    capped: bool
    after: str | None
