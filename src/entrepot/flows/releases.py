"""What an organisation released of its tables: made from uploads, remembered, and held against what was released before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from entrepot import parties
from entrepot.catalogue import Listing, Version
from entrepot.flows.anonymise import Anonymised, anonymise, sha256_of
from entrepot.flows.tables import releases, uploads
from entrepot.flows.uploads import Upload, get_upload, open_upload, put_file, record_upload, require_uploader, upload_key
from entrepot.kit import Conflict, Invalid, NotFound, Refused, digest, new_id
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.attacks import compose_files
from entrepot.privacy.grading import LEAST_K, Grade, Report
from entrepot.privacy.grading.report import settings_of
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.runtime import Actor, Exchange, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A release that was made on the exchange.

    Attributes:
        source_sha256: Of the file it was made from; ``release_sha256`` its own.
        report: The report's canonical JSON, as its digest was taken over it.
    """

    id: str
    organisation_id: str
    source_sha256: str
    number: int
    upload_id: str
    release_sha256: str
    plan_digest: str
    grade: int
    report_digest: str
    report: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymisedUpload:
    """A new upload that holds a release of another one."""

    upload: Upload
    anonymised: Anonymised
    report: Report
    grade: Grade


class BreaksTogether(Refused):
    """The release is fit by itself, and with one made earlier of the same table it is not; ``details`` say which k would remain."""


def anonymise_upload(
    exchange: Exchange,
    actor: Actor,
    upload_id: str,
    *,
    plan: Plan,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    changes: Sequence[Change] = (),
) -> AnonymisedUpload:
    """Make a release of an upload, as a new upload of the same organisation that can be published; pseudonyms are keyed by organisation.

    Raises:
        NotFound: The upload is not the actor's, or its day is over.
        Invalid: The table and the plan do not fit.
        Refused: The actor is no owner, nothing satisfies the plan, or the release breaks what earlier ones of the table promise.
        Conflict: Another release of the table was made at the same moment.
    """
    with exchange.reading(actor) as session:
        given = get_upload(session, upload_id)
        require_uploader(session)
    if plan.population is not None or (plan.presence and plan.presence.population):
        raise Invalid("A population is no part of an upload.", "Anonymise on your own machine, where the population's file lies.")
    with open_upload(exchange, given) as path, exchange.blobs.scratch() as folder:
        out = folder / _named(given.name)
        secret = exchange.master_key.derive(f"pseudonyms of {given.organisation_id}")
        made = anonymise(
            path, out, plan=plan, hierarchies=hierarchies or {}, changes=changes, secret=secret, settings=exchange.settings,
            engine=exchange.engine,
        )  # fmt: skip
        assert made.report is not None
        assert made.grade is not None
        source = sha256_of(path)
        with exchange.reading(actor) as session:
            earlier = _of_source(session, source)
            alive = _still_there(exchange, session, earlier)
            others = [one for one in alive if one.release_sha256 != sha256_of(out)]
        _require_fit_together(exchange, path, out, others, made, plan)
        new_upload = put_file(exchange, out)
        try:
            with exchange.session(actor) as session:
                upload = record_upload(session, new_upload, name=out.name, size=out.stat().st_size)
                _forget(session, earlier, alive)
                number = max((one.number for one in earlier), default=0) + 1
                _remember(session, made, plan, changes, source=source, number=number, release=sha256_of(out), upload_id=upload.id)
        except IntegrityError:
            exchange.blobs.delete(upload_key(new_upload))
            raise Conflict(
                f"Another release of {given.name} was made at the same moment.", "Try again; the two are then held against each other."
            ) from None
    return AnonymisedUpload(upload=upload, anonymised=made, report=made.report, grade=made.grade)


def releases_of(session: Session, organisation_id: str, sha256s: Sequence[str]) -> dict[str, Remembered]:
    """The organisation's remembered releases among some files, by their SHA-256, for callers that have checked who asks."""
    chosen = sa.and_(releases.c.organisation_id == organisation_id, releases.c.release_sha256.in_(list(sha256s)))
    rows = session.db.execute(sa.select(releases).where(chosen).order_by(releases.c.created_at, releases.c.id))
    return {row.release_sha256: _remembered(row) for row in rows}


def upload_grade(session: Session, upload: Upload) -> int | None:
    """The grade of an upload that `anonymise_upload` made, for callers that have been shown it; None for others."""
    return session.db.scalar(sa.select(releases.c.grade).where(releases.c.upload_id == upload.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """The report of a published table; ``text`` is its canonical JSON."""

    table: str
    digest: str
    text: str


def table_report(session: Session, listing: Listing, version: Version, table: str = "") -> TableReport:
    """How a table of a listing was anonymised, for callers that have been shown this version of the listing.

    Args:
        table: Its name; the first table that has a report by default.

    Raises:
        NotFound: There is no such table, or the exchange did not anonymise it.
    """
    named = [one for one in version.tables if one.report_digest and table in ("", one.name)]
    if not named:
        what = f"The table {table[:60]!r}" if table else "The listing"
        raise NotFound(f"{what} has no anonymisation report.", "Only tables that the exchange anonymised have one.")
    chosen = sa.and_(releases.c.organisation_id == listing.organisation_id, releases.c.report_digest == named[0].report_digest)
    text = session.db.scalar(sa.select(releases.c.report).where(chosen).limit(1))
    return TableReport(table=named[0].name, digest=named[0].report_digest, text=str(text))


def _named(name: str) -> str:
    path = Path(name)
    return f"{path.stem}.anonymous{path.suffix}"


def _of_source(session: Session, source: str) -> list[Remembered]:
    organisation_id = parties.acting_organisation(session)
    chosen = sa.and_(releases.c.organisation_id == organisation_id, releases.c.source_sha256 == source)
    return [_remembered(row) for row in session.db.execute(sa.select(releases).where(chosen).order_by(releases.c.number))]


def _remembered(row: Any) -> Remembered:
    return Remembered(**{name: row._mapping[name] for name in Remembered.__slots__})


def _still_there(exchange: Exchange, session: Session, found: Sequence[Remembered]) -> list[Remembered]:
    """Those whose bytes somebody has or may still get: published ones for good, others until their day is over."""
    waiting = {
        row.id for row in session.db.execute(sa.select(uploads.c.id).where(uploads.c.id.in_([one.upload_id for one in found]), uploads.c.expires_at > session.now))
    }  # fmt: skip
    return [one for one in found if one.upload_id in waiting or exchange.blobs.exists(_published_key(one))]


def _forget(session: Session, earlier: Sequence[Remembered], alive: Sequence[Remembered]) -> None:
    """Forget releases that were never published in their day: this one was not held against them, so they keep no grade."""
    gone = {one.id for one in earlier} - {one.id for one in alive}
    session.db.execute(sa.delete(releases).where(releases.c.id.in_(gone)))


def _published_key(one: Remembered) -> str:
    # Where publishing keeps a file: under the digest of its content.
    return f"sha256/{one.release_sha256[:2]}/{one.release_sha256}"


def _require_fit_together(exchange: Exchange, source: Path, out: Path, others: Sequence[Remembered], made: Anonymised, plan: Plan) -> None:
    """Refuse a release that, put together with those made earlier, leaves fewer persons alike than each promises by itself."""
    if not others:
        return
    keys = {
        one.release_sha256: _published_key(one) if exchange.blobs.exists(_published_key(one)) else upload_key(one.upload_id)
        for one in others
    }
    quasi = sorted({*made.release.quasi, *(column for one in others for column in _release(one)["quasi_identifiers"])})
    # Who counted persons once is held to persons.
    person = next(filter(None, [plan.person, *(str(json.loads(one.report)["settings"]["person"]) for one in others)]), "")
    with ExitStack() as stack:
        files = [stack.enter_context(exchange.blobs.local(key)) for key in keys.values()]
        cursor = exchange.engine.cursor()
        try:
            found = compose_files(
                cursor, source, [*files, out], quasi_identifiers=quasi, hierarchies=made.release.hierarchies, person_key=person
            )  # fmt: skip
        finally:
            cursor.close()
    # What each promised for its own quasi-identifiers: held against those of all it may keep less even by itself.
    promised = [made.release.smallest, *(_release(one)["smallest_class"] for one in others)]
    bound = min([LEAST_K, *(size for size in promised if size is not None)])
    hint = "Publish the release there is, or ask for the same again; one that was never published stops counting after its day."
    if not found.aligned:
        raise BreaksTogether(
            "What was released of this table before has other hierarchies, so it cannot be told how few people look alike in both.",
            f"Use the same hierarchies. {hint}",
        )  # fmt: skip
    if found.breaks(bound):
        raise BreaksTogether(
            f"Together with what was released of this table before k would be {found.effective} where each release keeps {bound} or more: "
            f"{found.below(bound):,} of {found.rows:,} rows would have less company.",
            hint, k=found.effective, bound=bound, rows=found.below(bound), releases=[one.id for one in others],
        )  # fmt: skip


def _release(one: Remembered) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.report)["release"]
    return found


def _remember(
    session: Session, made: Anonymised, plan: Plan, changes: Sequence[Change], *, source: str, number: int, release: str, upload_id: str
) -> None:
    assert made.report is not None
    assert made.grade is not None
    one = Remembered(
        id=new_id("rel"), organisation_id=parties.acting_organisation(session), source_sha256=source, number=number, upload_id=upload_id,
        release_sha256=release, plan_digest=digest(settings_of(plan, made.release, changes)), grade=int(made.grade.level),
        report_digest=made.report.digest, report=made.report.data.decode(), created_at=session.now,
    )  # fmt: skip
    session.db.execute(sa.insert(releases).values({name: getattr(one, name) for name in Remembered.__slots__}))
