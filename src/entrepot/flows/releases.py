"""What an organisation releases of its tables: made from uploads, remembered, and held against what was released before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from entrepot.catalogue import Listing, Version
from entrepot.flows.aggregate import aggregate
from entrepot.flows.anonymise import anonymise
from entrepot.flows.released import sha256_of
from entrepot.flows.remembered import Remembered, forget, made_before, next_sequence, remember, remembered, still_there
from entrepot.flows.tables import releases
from entrepot.flows.together import require_cells_fit, require_rows_fit
from entrepot.flows.uploads import Upload, get_upload, open_upload, put_file, record_upload, require_uploader, upload_key
from entrepot.kit import Conflict, EntrepotError, Invalid, NotFound
from entrepot.privacy.aggregates import Tabulation
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.anonymise.changes import Change
from entrepot.privacy.fingerprints import fingerprint
from entrepot.privacy.grading import Grade, Report
from entrepot.privacy.hierarchies import Hierarchy
from entrepot.privacy.likeness import Fingerprint
from entrepot.runtime import Actor, Exchange, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedUpload:
    """A new upload that holds a release of another one."""

    upload: Upload
    report: Report
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A release in a file, and how it is held against earlier ones, which are given with how they are spoken of."""

    report: Report
    grade: Grade
    require_fit: Callable[[Sequence[Remembered], str], None]


def _nothing_told(step: str, share: float) -> None: ...


def _nothing_kept(session: Session, made: ReleasedUpload) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who is told of a release in the making.

    Attributes:
        told: Told the step and its share done; what it raises ends the work, and nothing is left of it.
        kept: Called in the transaction that keeps the release.
    """

    told: Callable[[str, float], None] = _nothing_told
    kept: Callable[[Session, ReleasedUpload], None] = _nothing_kept


_NOBODY = Watch()


def anonymise_upload(
    exchange: Exchange,
    actor: Actor,
    upload_id: str,
    *,
    plan: Plan,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    changes: Sequence[Change] = (),
    watch: Watch = _NOBODY,
) -> ReleasedUpload:
    """Make a release of an upload, as a new upload of the same organisation that can be published; pseudonyms are keyed by organisation.

    Raises:
        NotFound: The upload is not the actor's, or its day is over.
        Invalid: The table and the plan do not fit.
        Refused: The actor is no owner, nothing satisfies the plan, or the release breaks what earlier ones of the same rows or people promise.
        Conflict: Another release was made at the same moment.
    """
    given = _given(exchange, actor, upload_id)
    require_no_population(plan)

    def write(path: Path, out: Path) -> _Written:
        secret = exchange.master_key.derive(f"pseudonyms of {given.organisation_id}")
        made = anonymise(
            path, out, plan=plan, hierarchies=hierarchies or {}, changes=changes, secret=secret, settings=exchange.settings,
            engine=exchange.engine, progress=watch.told,
        )  # fmt: skip
        assert made.report is not None
        assert made.grade is not None
        fit = partial(_rows_fit, exchange, path, out, made.release, plan, made.report)
        return _Written(report=made.report, grade=made.grade, require_fit=fit)

    return _release(exchange, actor, given, write, person=plan.person, mark="anonymous", watch=watch)


def require_no_population(plan: Plan) -> None:
    """Refuse a plan that names files which an upload does not bring.

    Raises:
        Invalid: It names one.
    """
    if plan.population is not None or (plan.presence and plan.presence.population):
        raise Invalid("A population is no part of an upload.", "Anonymise on your own machine, where the population's file lies.")


def aggregate_upload(exchange: Exchange, actor: Actor, upload_id: str, *, asked: Tabulation, watch: Watch = _NOBODY) -> ReleasedUpload:
    """Publish cells of an upload, as a new upload of the same organisation.

    Raises:
        NotFound: The upload is not the actor's, or its day is over.
        Invalid: The table and the settings do not fit, or every cell is too small.
        Refused: The actor is no owner, noise cannot be drawn, or other cells of the same rows or people were released before.
        Conflict: Another release was made at the same moment.
    """
    given = _given(exchange, actor, upload_id)

    def write(path: Path, out: Path) -> _Written:
        made = aggregate(path, out, asked=asked, settings=exchange.settings, engine=exchange.engine, progress=watch.told)
        return _Written(report=made.report, grade=made.grade, require_fit=partial(_cells_fit, asked))

    return _release(exchange, actor, given, write, person=asked.person, mark="cells", watch=watch)


def releases_of(session: Session, organisation_id: str, sha256s: Sequence[str]) -> dict[str, Remembered]:
    """The organisation's remembered releases among some files, by their SHA-256, for callers that have checked who asks."""
    chosen = sa.and_(releases.c.organisation_id == organisation_id, releases.c.release_sha256.in_(list(sha256s)))
    rows = session.db.execute(sa.select(releases).where(chosen).order_by(releases.c.created_at, releases.c.id))
    return {row.release_sha256: remembered(row) for row in rows}


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


def _given(exchange: Exchange, actor: Actor, upload_id: str) -> Upload:
    with exchange.reading(actor) as session:
        given = get_upload(session, upload_id)
        require_uploader(session)
        return given


def _rows_fit(
    exchange: Exchange, path: Path, out: Path, release: Release, plan: Plan, report: Report, others: Sequence[Remembered], what: str
) -> None:
    require_rows_fit(exchange, path, out, others, release=release, plan=plan, report=report, what=what)


def _cells_fit(asked: Tabulation, others: Sequence[Remembered], what: str) -> None:
    require_cells_fit(others, by=asked.by, what=what)


def _release(
    exchange: Exchange, actor: Actor, given: Upload, write: Callable[[Path, Path], _Written], *, person: str, mark: str, watch: Watch
) -> ReleasedUpload:
    with open_upload(exchange, given) as path, exchange.blobs.scratch() as folder:
        out = folder / f"{Path(given.name).stem}.{mark}{Path(given.name).suffix}"
        made, source, release = write(path, out), sha256_of(path), sha256_of(out)
        watch.told("keep", 0.0)
        known = _known(exchange, path, given.organisation_id, person)
        with exchange.reading(actor) as session:
            sequence, earlier = next_sequence(session), made_before(session, source, known)
            alive = {alike: still_there(exchange, session, found) for alike, found in earlier.items()}
        _require_fit_together(made, alive, release)
        watch.told("keep", 0.5)
        new_upload = put_file(exchange, out)
        try:
            with exchange.session(actor) as session:
                upload = record_upload(session, new_upload, name=out.name, size=out.stat().st_size)
                for alike, found in earlier.items():
                    forget(session, found, alive[alike])
                remember(
                    session, source_sha256=source, known=known, sequence=sequence, release_sha256=release, upload_id=upload.id,
                    report=made.report, grade=made.grade,
                )  # fmt: skip
                whole = ReleasedUpload(upload=upload, report=made.report, grade=made.grade)
                watch.kept(session, whole)
        except (IntegrityError, EntrepotError) as error:
            exchange.blobs.delete(upload_key(new_upload))
            if not isinstance(error, IntegrityError):
                raise
            raise Conflict(
                f"Another release was made at the same moment as that of {given.name}.",
                "Try again; the two are then held against each other.",
            ) from None
    return whole


def _known(exchange: Exchange, path: Path, organisation_id: str, person: str) -> Fingerprint:
    cursor = exchange.engine.cursor()
    try:
        # A key of the exchange and for one organisation: sketches tell nothing to who has the records alone.
        return fingerprint(cursor, path, key=exchange.master_key.derive(f"likeness of tables of {organisation_id}"), person=person)
    finally:
        cursor.close()


def _require_fit_together(made: _Written, alive: Mapping[str, Sequence[Remembered]], release_sha256: str) -> None:
    others = {alike: [one for one in found if one.release_sha256 != release_sha256] for alike, found in alive.items()}
    both = [*others["rows"], *others["people"]]
    if both:
        made.require_fit(both, "this table" if not others["people"] else "these people")
