"""Hand over what an agreement covers, and say what was handed over, read and receipted."""

from __future__ import annotations

from datetime import datetime

from entrepot import catalogue, jobs, parties, proof, trades
from entrepot.catalogue.model import Version
from entrepot.delivery import consents, links, lookups, methods, repository
from entrepot.delivery.model import Parcel, Read, Receipt
from entrepot.delivery.versions import require_covered
from entrepot.kit import Invalid, NotFound, Refused, canonical_json
from entrepot.parties import jws
from entrepot.parties.jws import SignatureInvalid
from entrepot.pricing.model import Usage
from entrepot.runtime import SYSTEM, Exchange, Session
from entrepot.trades.model import Agreement

_MAX_KEY = 50


def deliver(session: Session, agreement: Agreement, version: Version, *, key: str = "") -> Parcel:
    """Hand a version over to the acting buyer by the agreed method; asking again changes nothing.

    Args:
        key: A word of the caller's own for one more delivery of the same version, which counts against the terms.

    Raises:
        NotFound: The actor is not the buyer.
        AgreementClosed: The agreement is suspended, has ended, or has not begun.
        Refused: The agreement does not cover this version, or its rights leave nothing of it.
        CountSpent: The terms allow no further delivery.
    """
    parties.require_self(session, agreement.buyer_id)
    trades.require_open(session, agreement, session.now)
    require_covered(session, agreement, version)
    if len(key) > _MAX_KEY:
        raise Invalid(f"The key of a delivery has {len(key)} characters.", f"Use at most {_MAX_KEY}.")
    if repository.AGAIN in key:
        raise Invalid(f"The key of a delivery holds {repository.AGAIN!r}, which the exchange uses itself.", "Choose another word.")
    return methods.find(agreement.method).deliver(session, agreement, version, key=key)


def prepare(exchange: Exchange, agreement: Agreement, version: Version) -> None:
    """Build the files of a delivery ahead of it, outside any transaction, so that a long build holds up no writer."""
    method = methods.find(agreement.method)
    make = getattr(method, "prepare", None)
    if make is not None:
        with exchange.reading(SYSTEM) as session:
            make(session, agreement, version)


@jobs.handler("delivery.look_up_consents", outbound=True)
def look_up_consents(exchange: Exchange, *, agreement_id: str) -> None:
    """Decide beforehand whose rows stay out of a delivery: a buyer need not wait until a million consents have been read for the first time."""
    with exchange.reading(SYSTEM) as session:
        agreement = trades.get(session, agreement_id)
        version = catalogue.agreed_version(session, agreement.version_id)
        try:
            agreed = consents.agreed_parts(session, agreement, version)
        except Refused:
            return  # The rights leave nothing, which the delivery itself says.
        for part in agreed:
            consents.held_rows(session, part)


def get_parcel(session: Session, parcel_id: str) -> Parcel:
    """A parcel of the actor's own: its buyer and its owner see it, operators and regulators see all.

    Raises:
        NotFound: There is none that the actor may see.
    """
    parcel = repository.get_parcel(session.db, parcel_id)
    if parcel is None:
        raise NotFound(f"There is no parcel {parcel_id[:60]}.", "Check the id, and that you act for the right organisation.")
    trades.get(session, parcel.agreement_id)
    return parcel


def parcels_of(session: Session, agreement_id: str) -> list[Parcel]:
    """What has been opened under an agreement, oldest first.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    return repository.parcels_of(session.db, trades.get(session, agreement_id).id)


def download_links(session: Session, parcel: Parcel) -> dict[str, str]:
    """A fresh, expiring address for each file of a parcel, by the file's name, for the acting buyer.

    Raises:
        NotFound: The actor is not the buyer.
        AgreementClosed: The agreement lets nothing be read now.
    """
    parties.require_self(session, parcel.to_id)
    trades.require_open(session, trades.get(session, parcel.agreement_id), session.now)
    made = {}
    for file in parcel.files:
        link = links.new_link(session.settings, parcel_id=parcel.id, file_id=file.id, now=session.now)
        name = file.name if file.name not in made else f"{file.table}/{file.name}"
        made[name] = links.to_url(session.settings, session.master_key, link, file)
    return made


def receipts(session: Session, agreement_id: str) -> list[Receipt]:
    """Receipts of every delivery under an agreement, oldest first; ``proof.prove`` adds their place in the log.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    return repository.list_receipts(session.db, trades.get(session, agreement_id).id)


def reads(session: Session, agreement_id: str, *, since: datetime | None = None, until: datetime | None = None) -> list[Read]:
    """Every reading of every file under an agreement, oldest first.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    return repository.list_reads(session.db, trades.get(session, agreement_id).id, since=since, until=until)


def first_received(session: Session, agreement_id: str) -> datetime | None:
    """When the buyer first received something, a delivery or any row of a share; None while nothing has reached it.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    return repository.first_received(session.db, trades.get(session, agreement_id).id)


def usage(session: Session, agreement_id: str, *, since: datetime | None = None, until: datetime | None = None) -> Usage:
    """What a metered bill counts: readings of files and answers to questions, distinct bytes, and the rows of what was touched.

    A client asks several times for parts of one file; all of that, made with one download address, is one reading.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    # A look at the footer alone reads no row and costs nothing.
    made = [read for read in reads(session, agreement_id, since=since, until=until) if read.rows or read.completed_at]
    answered = lookups.count(session, agreement_id, since=since, until=until)
    return Usage(rows=sum(r.rows for r in made), bytes=sum(r.bytes for r in made), reads=len(made) + answered)


def check_deliveries(session: Session) -> list[str]:
    """The laws of delivery, for the doctor: every delivery has its signed receipt in the log, and every file its bytes."""
    found = []
    keys = parties.public_keys(session)
    known = {parcel.id: parcel for parcel in repository.list_parcels(session.db)}
    for receipt in repository.list_receipts(session.db):
        found += _check_receipt(session, receipt, known[receipt.parcel_id], keys)
    for file in {file.id: file for parcel in known.values() for file in parcel.files}.values():
        if not session.blobs.exists(file.key):
            found.append(f"The file {file.name} ({file.id}) that was delivered is gone from the object store; restore it from a backup.")
    undelivered = [p for p in known.values() if p.method == "file" and p.delivered_at is None]
    found += [f"The parcel {parcel.id} was handed over without a receipt; deliver it again with the same key." for parcel in undelivered]
    return [*found, *_check_answers(session)]


def _check_answers(session: Session) -> list[str]:
    found = []
    for made in lookups.every(session):
        try:
            fact = proof.get(session, made.entry_id).fact
        except NotFound:
            found.append(f"The answer {made.id} has no entry {made.entry_id} in the log; restore the records from a backup.")
            continue
        if fact is not None and canonical_json(fact) != canonical_json(lookups.fact_of(made)):
            found.append(f"The log entry {made.entry_id} says something else than the answer {made.id}.")
    return found


def _check_receipt(session: Session, receipt: Receipt, parcel: Parcel, keys: dict[str, dict[str, str]]) -> list[str]:
    try:
        entry = proof.get(session, receipt.entry_id)
    except NotFound:
        return [f"The delivery {parcel.id} has no entry {receipt.entry_id} in the log; restore the records from a backup."]
    problems = []
    if entry.fact is not None and canonical_json(entry.fact) != canonical_json(receipt.fact):
        problems.append(f"The log entry {entry.id} says something else than the receipt of the delivery {parcel.id}.")
    if canonical_json(receipt.fact) != canonical_json(parcel.fact(receipt.at)):
        problems.append(f"The receipt of the delivery {parcel.id} does not say what was handed over.")
    try:
        signed, _ = jws.verify(receipt.jws, keys)
    except (SignatureInvalid, Invalid) as error:
        return [*problems, f"The receipt of the delivery {parcel.id} does not verify: {error.message}"]
    if signed != receipt.fact:
        problems.append(f"The signature on the receipt of the delivery {parcel.id} is over something else.")
    return problems
