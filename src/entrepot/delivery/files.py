"""Send the bytes of a file while its agreement is open, and keep count of what was sent."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace

from entrepot import catalogue, consent, trades
from entrepot.catalogue.model import Version
from entrepot.delivery import consents, links, methods, parcels, repository, tokens
from entrepot.delivery.model import LinkInvalid, Parcel, SharedFile, is_complete, merge_spans, rows_read
from entrepot.delivery.signed import agreed_only
from entrepot.kit import NotFound
from entrepot.runtime import SYSTEM, Exchange, Session
from entrepot.trades.model import Agreement

CHUNK = 1024 * 1024
GATE_SECONDS = 0.25
"""How long a look at an agreement's state is trusted while bytes flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToSend:
    """A file that may be sent now, and the permission that is looked at again while it is."""

    exchange: Exchange
    link: links.Link
    parcel: Parcel
    file: SharedFile

    @property
    def etag(self) -> str:
        """The strong entity tag: the digest of the content, in quotes."""
        return f'"{self.file.sha256}"'

    def chunks(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to and without ``end``, in pieces of a mebibyte.

        Raises:
            ParcelOutdated: Somebody whose rows are in the file withdrew while it was being sent.
            AgreementClosed: The agreement was suspended, terminated or ran out while the file was being sent.
            TokenInvalid: The share token it was asked for with was revoked.
        """
        gate = _gate(self.exchange)
        for piece in self.exchange.blobs.read(self.file.key, start=start, end=end, chunk=CHUNK):
            gate.require(self.exchange, self.parcel, self.link.token_id)
            yield piece


def open_file(exchange: Exchange, link: links.Link, signature: str) -> FileToSend:
    """The file a signed address stands for.

    Raises:
        LinkInvalid: The address was changed, made elsewhere, or has expired.
        AgreementClosed: The agreement lets nothing be read now.
        ParcelOutdated: Somebody whose rows are in it has withdrawn since.
        NotFound: There is no such file any more.
    """
    links.check(exchange.master_key, link, signature, now=exchange.clock.now())
    with exchange.reading(SYSTEM) as session:
        parcel = repository.get_parcel(session.db, link.parcel_id)
        file = None if parcel is None else parcel.file(link.file_id)
        if parcel is None or file is None:
            raise NotFound("There is no such file.", "Ask for the file again.")
        # A new request always looks for itself; only the pieces that follow rely on what was seen a moment ago.
        _gate(exchange).look(session, parcel, link.token_id)
    return FileToSend(exchange=exchange, link=link, parcel=parcel, file=file)


def record_read(exchange: Exchange, sent: FileToSend, *, start: int, end: int, goes_on: bool = False) -> Parcel:
    """Count the bytes from ``start`` up to ``end`` as sent; the last missing ones may make the delivery.

    Args:
        goes_on: They belong to a request of which something has been counted already.
    """
    with exchange.session(SYSTEM) as session:
        # The agreement's lock comes first: two last reads at the same moment make one delivery.
        repository.lock(session.db, sent.parcel.agreement_id)
        read, before = repository.spans_for_update(
            session.db, parcel=sent.parcel, file_id=sent.file.id, issue=sent.link.issue, now=session.now
        )
        spans = merge_spans([*before, (start, end)])
        done = read.completed_at or (session.now if is_complete(sent.file, spans) else None)
        counted = replace(
            read, requests=read.requests + (not goes_on), sent=read.sent + end - start, bytes=sum(e - s for s, e in spans),
            rows=rows_read(sent.file, spans), last_at=session.now, completed_at=done,
        )  # fmt: skip
        repository.save_read(session.db, counted, spans)
        parcel = repository.get_parcel(session.db, sent.parcel.id) or sent.parcel
        if counted.rows and not read.rows:
            parcels.start_window(session, parcel.agreement_id)
        if parcel.delivered_at is None and (done is not None or counted.rows > 0):
            parcel = methods.find(parcel.method).after_read(session, parcel)
        return parcel


class _Gate:
    """What this process has seen of parcels and their agreements lately; looks again every quarter of a second."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def require(self, exchange: Exchange, parcel: Parcel, token_id: str) -> None:
        """Let pass on what was seen a moment ago, or look again."""
        if time.monotonic() - self._seen.get((parcel.id, token_id), float("-inf")) >= GATE_SECONDS:
            with exchange.reading(SYSTEM) as session:
                self.look(session, parcel, token_id)

    def look(self, session: Session, parcel: Parcel, token_id: str) -> None:
        """Look at the agreement, at what people have said since, and at the share token if one was used."""
        began = time.monotonic()
        agreement = trades.get(session, parcel.agreement_id)
        trades.require_open(session, agreement, session.now)
        if token_id:
            tokens.require_good(session, token_id)
        if consent.current_seq(session, agreement.owner_id):
            version = catalogue.agreed_version(session, parcel.version_id)
            consents.require_current(session, parcel, _as_delivered(session, agreement, version), version)
        with self._lock:
            if len(self._seen) > 10_000:
                self._seen.clear()
            self._seen[parcel.id, token_id] = began


def _as_delivered(session: Session, agreement: Agreement, version: Version) -> Agreement:
    """An agreement with rights to what a delivery under it can hold."""
    if version.id == agreement.version_id:
        return agreement
    return agreed_only(agreement, catalogue.agreed_version(session, agreement.version_id), version)


_gates: weakref.WeakKeyDictionary[Exchange, _Gate] = weakref.WeakKeyDictionary()
_gates_lock = threading.Lock()


def _gate(exchange: Exchange) -> _Gate:
    with _gates_lock:
        return _gates.setdefault(exchange, _Gate())


def parse_link(parcel_id: str, file_id: str, *, issue: str, token_id: str, expires: str) -> links.Link:
    """The link that the parts of an address spell.

    Raises:
        LinkInvalid: The expiry is no whole number.
    """
    if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
        raise LinkInvalid("This download address is incomplete.", "Copy the whole address, or ask for the file again.")
    return links.Link(parcel_id=parcel_id, file_id=file_id, issue=issue[:40], token_id=token_id[:40], expires=int(expires))
