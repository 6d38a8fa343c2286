"""What an organisation released of its tables, kept so that a table is known again whatever file it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from entrepot import parties
from entrepot.flows.tables import releases, uploads
from entrepot.kit import digest, new_id
from entrepot.privacy.grading import CELLS_FORM, Grade, Report
from entrepot.privacy.likeness import Fingerprint, read_fingerprint
from entrepot.runtime import Exchange, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A release that was made on the exchange.

    Attributes:
        source_sha256: Of the file it was made from; ``release_sha256`` its own.
        report: The report's canonical JSON, as its digest was taken over it.
        content_digest, sketch: Of the source's rows; None in releases of before these were kept.
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
    content_digest: str | None = None
    sketch: str | None = None
    sequence: int | None = None

    @property
    def document(self) -> Mapping[str, Any]:
        """The report as JSON."""
        found: dict[str, Any] = json.loads(self.report)
        return found

    @property
    def holds_cells(self) -> bool:
        """Whether it is an aggregation and no table of rows."""
        return bool(self.document["form"] == CELLS_FORM)

    @property
    def published_key(self) -> str:
        """Where publishing keeps the file: under the digest of its content."""
        return f"sha256/{self.release_sha256[:2]}/{self.release_sha256}"

    def likeness(self, source_sha256: str, known: Fingerprint) -> str:
        """``rows`` where it was made of a table with largely these rows, ``people`` where of these people, else nothing."""
        if self.source_sha256 == source_sha256:
            return "rows"
        if self.content_digest is None or self.sketch is None:
            return ""
        return read_fingerprint(self.content_digest, self.sketch).likeness(known)


def remembered(row: Any) -> Remembered:
    """A release from its row."""
    return Remembered(**{name: row._mapping[name] for name in Remembered.__slots__})


def made_before(session: Session, source_sha256: str, known: Fingerprint) -> dict[str, list[Remembered]]:
    """What the acting organisation released of a table, by how alike that was to this one: ``rows`` and ``people``."""
    organisation_id = parties.acting_organisation(session)
    rows = session.db.execute(
        sa.select(releases).where(releases.c.organisation_id == organisation_id).order_by(releases.c.created_at, releases.c.id)
    )
    found: dict[str, list[Remembered]] = {"rows": [], "people": []}
    for one in map(remembered, rows):
        likeness = one.likeness(source_sha256, known)
        if likeness:
            found[likeness].append(one)
    return found


def still_there(exchange: Exchange, session: Session, found: Sequence[Remembered]) -> list[Remembered]:
    """Those whose bytes somebody has or may still get: published ones for good, others until their day is over."""
    waiting = {
        row.id for row in session.db.execute(sa.select(uploads.c.id).where(uploads.c.id.in_([one.upload_id for one in found]), uploads.c.expires_at > session.now))
    }  # fmt: skip
    return [one for one in found if one.upload_id in waiting or exchange.blobs.exists(one.published_key)]


def forget(session: Session, earlier: Sequence[Remembered], alive: Sequence[Remembered]) -> None:
    """Forget releases that were never published in their day: this one was not held against them, so they keep no grade."""
    gone = {one.id for one in earlier} - {one.id for one in alive}
    session.db.execute(sa.delete(releases).where(releases.c.id.in_(gone)))


def next_sequence(session: Session) -> int:
    """The number of the acting organisation's next release; two that take the same cannot both be kept."""
    owned = releases.c.organisation_id == parties.acting_organisation(session)
    return int(session.db.scalar(sa.select(sa.func.max(releases.c.sequence)).where(owned)) or 0) + 1


def remember(
    session: Session, *, source_sha256: str, known: Fingerprint, sequence: int, release_sha256: str, upload_id: str, report: Report, grade: Grade
) -> None:  # fmt: skip
    """Keep a release for the acting organisation.

    Raises:
        IntegrityError: Another was kept under the same number.
    """
    organisation_id = parties.acting_organisation(session)
    same = sa.and_(releases.c.organisation_id == organisation_id, releases.c.source_sha256 == source_sha256)
    number = int(session.db.scalar(sa.select(sa.func.max(releases.c.number)).where(same)) or 0) + 1
    one = Remembered(
        id=new_id("rel"), organisation_id=organisation_id, source_sha256=source_sha256, number=number, upload_id=upload_id,
        release_sha256=release_sha256, plan_digest=digest(dict(report.document["settings"])), grade=int(grade.level),
        report_digest=report.digest, report=report.data.decode(), created_at=session.now, content_digest=known.digest, sketch=known.text,
        sequence=sequence,
    )  # fmt: skip
    session.db.execute(sa.insert(releases).values({name: getattr(one, name) for name in Remembered.__slots__}))
