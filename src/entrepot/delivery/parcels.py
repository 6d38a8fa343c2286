"""Open a parcel once, within what the terms allow, and make its delivery with a receipt."""

from __future__ import annotations

from collections.abc import Callable

from entrepot import consent, parties, proof, trades
from entrepot.catalogue.model import Version
from entrepot.delivery import consents, repository
from entrepot.delivery.model import CountSpent, Parcel, SharedFile, files_digest
from entrepot.kit import canonical_json, new_id
from entrepot.parties import jws
from entrepot.runtime import Session
from entrepot.trades.model import Agreement

DELIVERED = "delivery.made"
"""The kind of a delivery's entry in the log."""


def open_parcel(
    session: Session, agreement: Agreement, version: Version, make_files: Callable[[], tuple[SharedFile, ...]], *, key: str
) -> tuple[Parcel, bool]:
    """The parcel of this agreement, version and key, and whether it was opened just now.

    What people have said since may make a parcel another one than it was; then it is opened anew, which counts against no term.

    Args:
        make_files: Gives the files, called only when there is no parcel yet.

    Raises:
        CountSpent: The terms allow no further delivery.
    """
    found = current_parcel(session, agreement, version, key=key)
    if found is not None:
        return found, False
    files = make_files()
    # Two requests that both saw room for one more parcel would open two; from here on they come one after the other.
    repository.lock(session.db, agreement.id)
    found = current_parcel(session, agreement, version, key=key)
    if found is not None:
        return found, False
    before = _newest(session, agreement, version, key)
    if before is None:
        _require_room(session, agreement)
    else:
        key = f"{key}{repository.AGAIN}{new_id('n')}"
    parcel = Parcel(
        id=new_id("par"), agreement_id=agreement.id, listing_id=agreement.listing_id, version_id=version.id, method=agreement.method,
        to_id=agreement.buyer_id, key=key, digest=files_digest(files), rows=sum(f.rows for f in files), bytes=sum(f.bytes for f in files),
        files=files, opened_at=session.now,
    )  # fmt: skip
    repository.add_parcel(session.db, parcel)
    if _follows_people(version):
        consents.note(session, parcel, agreement, version)
    return parcel, True


def current_parcel(session: Session, agreement: Agreement, version: Version, *, key: str) -> Parcel | None:
    """The newest parcel of this agreement, version and key, if it still is what would be handed over now."""
    found = _newest(session, agreement, version, key)
    if found is None or not _follows_people(version):
        return found
    return found if consents.is_as_said(session, found, agreement, version) else None


def _newest(session: Session, agreement: Agreement, version: Version, key: str) -> Parcel | None:
    if not _follows_people(version):
        return repository.find_parcel(session.db, agreement_id=agreement.id, version_id=version.id, key=key)
    return repository.newest_parcel(session.db, agreement_id=agreement.id, version_id=version.id, key=key)


def _follows_people(version: Version) -> bool:
    """Whether what people say may change what a parcel holds; where questions are answered each answer looks for itself."""
    return version.manifest.consent_mode is not consent.ConsentMode.NONE and version.manifest.lookup is None


def record_delivery(session: Session, parcel: Parcel) -> Parcel:
    """Sign the receipt with the exchange's key and put the delivery into the log, in the session's transaction."""
    fact = parcel.fact(session.now)
    signature = parties.sign(session, parties.exchange_organisation(session).id, fact)
    document = jws.assemble(fact, [signature])
    entry = proof.record(session, DELIVERED, fact, subject_id=parcel.agreement_id, jws=document)
    receipt = canonical_json({"fact": fact, "jws": document}).decode()
    start_window(session, parcel.agreement_id)
    return repository.add_delivery(session.db, parcel, entry_id=entry.id, receipt=receipt, at=session.now)


def start_window(session: Session, agreement_id: str) -> None:
    """Begin the acceptance window with the first thing that reaches the buyer: a delivery, or rows of a share.

    Escrow is settled by itself when it ends without a word from the buyer; what comes later does not begin it again.
    """
    window = trades.get(session, agreement_id).acceptance_window
    session.enqueue("flows.settle_agreement", after=window, dedup_key=f"settle:{agreement_id}", agreement_id=agreement_id)


def _require_room(session: Session, agreement: Agreement) -> None:
    limit = agreement.terms.count_limit
    opened = repository.count_parcels(session.db, agreement.id)
    if limit is not None and opened >= limit:
        raise CountSpent(
            f"The terms allow {limit} {'delivery' if limit == 1 else 'deliveries'}, and {opened} have been made.",
            "Fetch what has been delivered again, or ask the owner for another agreement.",
        )
