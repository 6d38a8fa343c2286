"""From files and a manifest to a listing: read, profile, check, keep, put on offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from entrepot import catalogue, compliance, parties, proof, trades
from entrepot.catalogue import DataTable, Manifest, Preview
from entrepot.catalogue.assessed import for_everybody
from entrepot.catalogue.model import ColumnNote
from entrepot.compliance import Gate, NotCompliant, Ruling
from entrepot.flows import dossiers, gates, goods, offered_again, withholding
from entrepot.flows.check import TableCheck, check_table, overall
from entrepot.flows.released import sha256_of
from entrepot.flows.releases import releases_of
from entrepot.flows.uploads import get_upload, open_upload, safe_name
from entrepot.kit import Decision, Invalid, Refused, rfc3339, strictest
from entrepot.kit.words import counted
from entrepot.privacy import Kind
from entrepot.runtime import Actor, Exchange, Role, Scope, Session
from entrepot.standards import ColumnDescription

MEDIA_TYPES = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "jsonl": "application/jsonl", "json": "application/json",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
Progress = Callable[[str, float], None]
ACCEPTABLE = 3
"""The grade from which the risk of persons is measured and acceptable."""
_FOR_THE_PACKS = frozenset({"HOUSE-NO-MINORS", "HOUSE-AGES-DENIED", "HOUSE-AGES-UNREAD"})
"""What the rule packs say with more in hand: they know the grade and what was answered, and a refusal of theirs is counted."""
_SETTLED = frozenset({"HOUSE-SENSITIVE-REVIEW", "HOUSE-QUASI-TOGETHER"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to."""

    listing_id: str
    version_id: str


def publish_uploads(
    exchange: Exchange,
    actor: Actor,
    manifest: str,
    uploads: Sequence[str],
    *,
    listing_id: str | None = None,
    idempotency_key: str | None = None,
) -> Published:
    """Publish uploads of the acting organisation under a manifest, whose files they are in its order.

    Raises:
        NotFound: An upload is not the actor's, or its day is over.
        Invalid: The manifest or a file cannot be read; nothing is published.
        Refused: The checks block it.
    """
    read = catalogue.load_manifest(manifest, currency=exchange.settings.currency)
    with exchange.reading(actor) as session:
        found = [get_upload(session, upload_id) for upload_id in uploads]
    if len(found) != len(read.files):
        raise Invalid(
            f"The manifest names {len(read.files)} files, and {len(found)} were sent.",
            "Send one upload for each file, in the manifest's order.",
        )
    with ExitStack() as stack:
        paths = [stack.enter_context(open_upload(exchange, upload)) for upload in found]
        return publish(exchange, actor, read, paths, manifest_text=manifest, listing_id=listing_id, idempotency_key=idempotency_key)


def publish(
    exchange: Exchange,
    actor: Actor,
    manifest: Manifest,
    paths: Sequence[Path],
    *,
    manifest_text: str = "",
    listing_id: str | None = None,
    idempotency_key: str | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish files under a manifest. Reading and checking come before the transaction, so they hold up nobody."""
    with exchange.reading(actor) as session:
        parties.require_scope(session, Scope.PUBLISH)
        parties.require_role(session, Role.OWNER)
        organisation_id = parties.acting_organisation(session)
        if listing_id is not None:
            parties.require_self(session, catalogue.get(session, listing_id).organisation_id)
    with exchange.blobs.scratch() as folder:
        checks = tuple(
            _checked(exchange, path, named.table, folder / str(i), manifest, progress)
            for i, (path, named) in enumerate(zip(paths, manifest.files, strict=True))
        )
        _require_compliant(checks)
        with exchange.reading(actor) as session:
            grades = _grades(session, organisation_id, checks)
        checks = tuple(_answered(check, grade) for check, grade in zip(checks, grades, strict=True))
        offered = _goods(exchange, manifest, checks, grades)
        with exchange.reading(actor) as session:
            _require_allowed(session, organisation_id, manifest, offered, listing_id)
        _require_answerable(manifest, checks)
        tables = [_kept(exchange, check, manifest) for check in checks]
        named = [offered_again.Offered(table=table, path=check.converted.path) for table, check in zip(tables, checks, strict=True)]
        again = offered_again.find(exchange, actor, named, person=manifest.person_key or "", listing_id=listing_id)
    try:
        with exchange.session(actor) as session:
            tables = _graded(session, organisation_id, tables)
            offered = replace(offered, grades=tuple(table.grade for table in tables))
            ruling = compliance.judge(
                session, Gate.LISTING, dossiers.of_listing(session, organisation_id, manifest, offered, listing_id=listing_id)
            )
            return _offer(
                session, organisation_id, manifest, tables, checks, offered, manifest_text, listing_id, idempotency_key, ruling, again
            )
    except _Repeated as repeated:
        return repeated.first


class _Repeated(Exception):
    """The idempotency key stands for an earlier publication; this one must leave nothing behind."""

    def __init__(self, first: Published) -> None:
        super().__init__()
        self.first = first


def _offer(
    session: Session,
    organisation_id: str,
    manifest: Manifest,
    tables: Sequence[DataTable],
    checks: tuple[TableCheck, ...],
    offered: goods.Goods,
    manifest_text: str,
    listing_id: str | None,
    idempotency_key: str | None,
    ruling: Ruling,
    again: Sequence[offered_again.Again],
) -> Published:
    seen = [one.finding() for one in again]
    findings = [finding.to_dict() for finding in (*(f for check in checks for f in check.verdict.findings), *seen)]
    listing = catalogue.add(
        session, organisation_id, manifest, tables, manifest_text=manifest_text, listing_id=listing_id, decision=strictest((overall(checks), ruling.decision, *(finding.severity.decision for finding in seen))),
        dictionary={c.source.name: c.dictionary.to_dict() for c in checks}, profile={c.source.name: c.profile.to_dict() for c in checks},
        assessment={
            "findings": findings, "tables": list(offered.assessed), "packs": ruling.asked,
            **({"persons": offered.persons.to_dict()} if offered.persons else {}),
        }, personal=ruling.dossier.values["asset.personal"],
        preview=[
            for_everybody(_preview(check, manifest), table, assessed, manifest.person_key or "")
            for check, table, assessed in zip(checks, tables, offered.assessed, strict=True)
        ],
    )  # fmt: skip
    version = catalogue.current_version(session, listing.id, listing.pending_number or listing.version_number)
    if idempotency_key is not None:
        request = [manifest_text, [table.original_sha256 for table in tables], listing_id]
        first = trades.claim_key(session, idempotency_key, kind="publish", request=request, result_id=version.id)
        if first != version.id:
            raise _Repeated(Published(listing_id=catalogue.get_version(session, first).listing_id, version_id=first))
    fact: dict[str, Any] = {
        "listing": listing.id, "version": version.id, "number": version.number, "digest": version.digest, "owner": organisation_id,
        "at": rfc3339(session.now),
    }  # fmt: skip
    graded = [
        {"table": t.name, "sha256": t.original_sha256, "grade": t.grade, "report": t.report_digest} for t in tables if t.grade is not None
    ]
    if graded:
        fact["releases"] = graded
    proof.record(session, "listing.published", fact, subject_id=listing.id)
    compliance.keep(session, ruling, subject_id=listing.id, organisation_id=organisation_id)
    offered_again.tell(session, again, listing_id=listing.id)
    if listing.pending_number is None:
        withholding.heed(session, listing, ruling)
    return Published(listing_id=listing.id, version_id=version.id)


def _preview(check: TableCheck, manifest: Manifest) -> Preview:
    """The first rows for everybody; of rows that may only be asked about, the names of their columns."""
    shown = check.rows
    if manifest.lookup is not None:
        return Preview(table=check.source.name, columns=shown.columns, rows=(), masked=shown.columns)
    return Preview(table=check.source.name, columns=shown.columns, rows=shown.rows, masked=shown.masked)


def _checked(exchange: Exchange, path: Path, name: str, folder: Path, manifest: Manifest, progress: Progress | None) -> TableCheck:
    folder.mkdir()
    cursor = exchange.engine.cursor()
    told = (lambda step, share: progress(f"{name}: {step}", share)) if progress else None
    try:
        check = check_table(
            cursor, path, folder / "table.parquet", scratch=folder, name=name, manifest=manifest, settings=exchange.settings, progress=told,
            now=exchange.clock.now(),
        )  # fmt: skip
        return _without(check, lambda finding: finding.rule in _FOR_THE_PACKS)
    finally:
        cursor.close()


def _require_compliant(checks: tuple[TableCheck, ...]) -> None:
    blocking = [f for check in checks for f in check.verdict.findings if f.severity.decision is Decision.BLOCK]
    if blocking:
        first, more = blocking[0], len(blocking) - 1
        message = first.message + (f" And {counted(more, 'more finding', 'blocks', 'block')} it." if more else "")
        raise NotCompliant(message, first.hint, findings=[finding.to_dict() for finding in blocking])


def _require_allowed(
    session: Session,
    organisation_id: str,
    manifest: Manifest,
    offered: goods.Goods,
    listing_id: str | None,
) -> None:
    """Ask the rules before anything is kept; a refusal is kept by itself, with nothing of the data."""
    ruling = compliance.judge(
        session, Gate.LISTING, dossiers.of_listing(session, organisation_id, manifest, offered, listing_id=listing_id)
    )
    if ruling.decision is Decision.BLOCK:
        gates.keep_afterwards(session, ruling, listing_id or organisation_id, organisation_id)
        compliance.require(session, ruling, subject_id=listing_id or organisation_id)


def _require_answerable(manifest: Manifest, checks: tuple[TableCheck, ...]) -> None:
    """Let pass what is handed over, and questions that the tables can answer with match or no match."""
    offer = manifest.lookup
    if offer is None:
        return
    if offer.answers is catalogue.LookupAnswer.VALUE:
        raise Refused("Look-ups answer match or no match, and never with a value.", "Leave `answers` out, or offer the data as files.")
    for column in offer.columns:
        beside = [{c.name for c in check.dictionary.columns} for check in checks]
        if not any({column, manifest.person_key} <= names for names in beside):
            raise Invalid(f"No table has {column!r} beside the person_key {manifest.person_key!r}.", "Name columns as the tables do.")


def _grades(session: Session, organisation_id: str, checks: tuple[TableCheck, ...]) -> list[int | None]:
    """The grade of each table that the exchange released for this organisation; None for others."""
    # A digest costs a read of the file, so only tables of which something would be settled have one.
    shas = [
        sha256_of(check.source.path) if check.assessment.personal or any(map(_is_mixed, check.verdict.findings)) else "" for check in checks
    ]
    known = releases_of(session, organisation_id, [sha for sha in shas if sha])
    return [known[sha].grade if sha in known else None for sha in shas]


def as_published(check: TableCheck, grade: int | None) -> TableCheck:
    """The check as publishing takes it: without what the rule packs say with more in hand, and what a measured grade has settled."""
    return _answered(_without(check, lambda finding: finding.rule in _FOR_THE_PACKS), grade)


def _answered(check: TableCheck, grade: int | None) -> TableCheck:
    """The check without the doubts that a measured grade has settled, and without remarks on what generalising put among numbers."""
    if grade is None:
        return check
    settled = _SETTLED if grade >= ACCEPTABLE else frozenset()
    return _without(check, lambda finding: finding.rule in settled or _is_mixed(finding))


def _without(check: TableCheck, is_settled: Callable[[compliance.Finding], bool]) -> TableCheck:
    left = tuple(finding for finding in check.verdict.findings if not is_settled(finding))
    decision = strictest(finding.severity.decision for finding in left)
    return replace(check, verdict=compliance.Verdict(decision=decision, findings=left))


def _is_mixed(finding: compliance.Finding) -> bool:
    return finding.evidence.get("note") == "mixed-types"


def _goods(exchange: Exchange, manifest: Manifest, checks: tuple[TableCheck, ...], grades: Sequence[int | None]) -> goods.Goods:
    named = [(check.source.name, check.converted.path, [c.name for c in check.dictionary.columns]) for check in checks]
    cursor = exchange.engine.cursor()
    try:
        persons = goods.count_persons(cursor, manifest.person_key, named)
    finally:
        cursor.close()
    return goods.Goods(
        rows=sum(check.converted.rows for check in checks), fields=tuple(name for _, _, columns in named for name in columns), grades=tuple(grades),
        assessed=tuple(check.to_dict() for check in checks), persons=persons, has_key=persons is not None,
    )  # fmt: skip


def _kept(exchange: Exchange, check: TableCheck, manifest: Manifest) -> DataTable:
    original, parquet = exchange.blobs.add_file(check.source.path), exchange.blobs.add_file(check.converted.path)
    return DataTable(
        name=check.source.name, original_name=safe_name(check.source.path.name), original_key=original.key, original_sha256=original.sha256,
        original_bytes=original.size, media_type=MEDIA_TYPES[check.source.format], format=check.source.format, parquet_key=parquet.key,
        parquet_sha256=parquet.sha256, parquet_bytes=parquet.size, rows=check.converted.rows,
        columns=tuple(_described(column, check, manifest.columns.get(column.name)) for column in check.dictionary.columns),
    )  # fmt: skip


def _graded(session: Session, organisation_id: str, tables: Sequence[DataTable]) -> list[DataTable]:
    """The tables with the grade and the report of those that were made by the exchange's anonymiser for this organisation."""
    known = releases_of(session, organisation_id, [table.original_sha256 for table in tables])
    return [
        replace(table, grade=known[table.original_sha256].grade, report_digest=known[table.original_sha256].report_digest)
        if table.original_sha256 in known
        else table
        for table in tables
    ]


def _described(drafted: ColumnDescription, check: TableCheck, note: ColumnNote | None) -> ColumnDescription:
    """The drafted entry of the dictionary; what the owner says of the column wins."""
    found = next((f for f in check.assessment.findings if f.column == drafted.name), None)
    if found is not None:
        drafted = replace(drafted, category=found.category.id, personal=found.kind is not Kind.NONE)
    if note is None:
        return drafted
    return replace(
        drafted, titles=_said(note.title) or drafted.titles, descriptions=_said(note.description) or drafted.descriptions,
        unit=note.unit or drafted.unit, concept=note.concept or drafted.concept,
    )  # fmt: skip


def _said(text: str) -> dict[str, str]:
    return {"en": text} if text else {}
