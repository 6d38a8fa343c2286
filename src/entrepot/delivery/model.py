"""What is handed over, what was read of it, and the words of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.kit import Refused, digest, rfc3339

SPEC = "entrepot.delivery/1"
"""Version of the fact that a delivery receipt signs."""
Span = tuple[int, int]
"""Bytes of a file from the first up to and without the second."""
MAX_SPANS = 2_000


class CountSpent(Refused):
    """The terms allow so many deliveries, and all of them have been made."""


class ParcelOutdated(Refused):
    """Somebody whose rows a delivery holds has withdrawn since it was made; the next one leaves these rows out."""


class LinkInvalid(Refused):
    """A download address has expired, or was not made by this exchange."""


class TokenInvalid(Refused):
    """A share's bearer token is missing, unknown, expired or revoked."""

    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroup:
    """A stretch of a file and how many rows lie in it; whoever reads a byte of it has read the rows."""

    start: int
    end: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """One file as it is handed over; equal rights to one version make the same file, so its id says all.

    Attributes:
        id: Digest of version, table, rights and form, in hexadecimal.
        table: The table it holds; the first one where an original holds several.
        name: What a download is called.
        form: ``original``, ``csv`` or ``parquet``.
        key: Where the bytes lie in the object store.
        fields: The columns as a Delta schema spells them; empty unless the form is ``parquet``.
        stats: Delta statistics of the file (``numRecords``, ``minValues``, ``maxValues``, ``nullCount``).
        row_groups: Where the rows lie; what must have been sent before the file counts as read whole.
    """

    id: str
    version_id: str
    table: str
    name: str
    form: str
    media_type: str
    key: str
    sha256: str
    bytes: int
    rows: int
    fields: tuple[dict[str, Any], ...] = ()
    stats: dict[str, Any] | None = None
    row_groups: tuple[RowGroup, ...] = ()

    def as_fact(self) -> dict[str, Any]:
        """What a receipt says about the file."""
        return {"name": self.name, "table": self.table, "form": self.form, "sha256": self.sha256, "bytes": self.bytes, "rows": self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one agreement hands over of one version.

    Attributes:
        key: Tells deliveries of one version apart: empty for the first, the caller's own word for each further one.
        digest: ``sha256:…`` over the files' facts.
        delivered_at: When the delivery was made; None while a table share is open and not yet read whole.
        entry_id: The delivery's entry in the log; None likewise.
    """

    id: str
    agreement_id: str
    listing_id: str
    version_id: str
    method: str
    to_id: str
    key: str
    digest: str
    rows: int
    bytes: int
    files: tuple[SharedFile, ...]
    opened_at: datetime
    delivered_at: datetime | None = None
    entry_id: str | None = None

    def file(self, file_id: str) -> SharedFile | None:
        """The file of this id, or None."""
        return next((file for file in self.files if file.id == file_id), None)

    def fact(self, at: datetime) -> dict[str, Any]:
        """What the receipt of the delivery signs and the log commits to."""
        return {
            "spec": SPEC,
            "parcel": self.id,
            "agreement": self.agreement_id,
            "listing": self.listing_id,
            "version": self.version_id,
            "method": self.method,
            "to": self.to_id,
            "digest": self.digest,
            "rows": self.rows,
            "bytes": self.bytes,
            "files": [file.as_fact() for file in self.files],
            "at": rfc3339(at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The exchange's word that a delivery was made.

    Attributes:
        fact: What was delivered, when and to whom.
        jws: The fact signed by the exchange, as JWS General JSON.
        entry_id: The entry in the transparency log; its proof follows once the log is sealed.
    """

    parcel_id: str
    agreement_id: str
    entry_id: str
    fact: dict[str, Any]
    jws: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One reading of one file: every request made with one download address counts as the same reading.

    Attributes:
        requests: How many requests fetched parts of it.
        bytes: Distinct bytes of the file that were sent; what is billed.
        sent: All bytes that were sent, repetitions included.
        rows: Rows of the row groups that were touched.
        completed_at: When the last missing byte of data was sent; None while some are missing.
    """

    agreement_id: str
    version_id: str
    parcel_id: str
    file_id: str
    issue: str
    requests: int
    bytes: int
    sent: int
    rows: int
    first_at: datetime
    last_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareToken:
    """A bearer token of a recipient organisation; its secret is shown once, when it is made."""

    id: str
    organisation_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def files_digest(files: Iterable[SharedFile]) -> str:
    """``sha256:…`` over what a receipt says about the files."""
    return digest([file.as_fact() for file in files])


def merge_spans(spans: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    """The same bytes as few, sorted, disjoint spans; a pathological number of them is cut off, never rounded up."""
    merged: list[Span] = []
    for start, end in sorted((int(s), int(e)) for s, e in spans if s < e):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged[:MAX_SPANS])


def covers(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether merged spans hold every byte from ``start`` up to ``end``."""
    return start >= end or any(s <= start and end <= e for s, e in spans)


def touches(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether merged spans hold a byte from ``start`` up to ``end``."""
    return any(s < end and start < e for s, e in spans)


def is_complete(file: SharedFile, spans: Sequence[Span]) -> bool:
    """Whether every row group of the file has been sent whole."""
    return all(covers(spans, group.start, group.end) for group in file.row_groups)


def rows_read(file: SharedFile, spans: Sequence[Span]) -> int:
    """Rows of the row groups of which something was sent."""
    return sum(group.rows for group in file.row_groups if touches(spans, group.start, group.end))
