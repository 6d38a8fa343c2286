"""From files and a manifest to a listing: read, profile, check, keep, put on offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot import catalogue, parties, proof
from entrepot.catalogue import DataTable, Manifest, Preview
from entrepot.engine.convert import to_parquet
from entrepot.engine.profiling import profile
from entrepot.engine.read import open_table
from entrepot.engine.stream import preview
from entrepot.flows.uploads import get_upload, open_upload
from entrepot.kit import Decision, Invalid, rfc3339
from entrepot.runtime import Actor, Exchange, Scope
from entrepot.standards import ColumnDescription
from entrepot.standards.model import column_type

MEDIA_TYPES = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "jsonl": "application/jsonl", "json": "application/json",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
Progress = Callable[[str, float], None]


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
        organisation_id = parties.acting_organisation(session)
    with exchange.blobs.scratch() as folder:
        prepared = [
            _prepare(exchange, path, named.table, folder / str(i), progress)
            for i, (path, named) in enumerate(zip(paths, manifest.files, strict=True))
        ]
        with exchange.session(actor) as session:
            listing = catalogue.add(
                session, organisation_id, manifest, [p[0] for p in prepared], manifest_text=manifest_text, preview=[p[1] for p in prepared],
                profile={p[0].name: p[2] for p in prepared}, decision=Decision.ALLOW, listing_id=listing_id,
            )  # fmt: skip
            version = catalogue.current_version(session, listing.id, listing.pending_number or listing.version_number)
            fact = {
                "listing": listing.id,
                "version": version.id,
                "number": version.number,
                "digest": version.digest,
                "owner": organisation_id,
                "at": rfc3339(session.now),
            }
            proof.record(session, "listing.published", fact, subject_id=listing.id)
    return Published(listing_id=listing.id, version_id=version.id)


def _prepare(
    exchange: Exchange, path: Path, name: str, folder: Path, progress: Progress | None
) -> tuple[DataTable, Preview, Mapping[str, Any]]:
    folder.mkdir()
    target = folder / "table.parquet"
    cursor = exchange.engine.cursor()
    try:
        source = open_table(cursor, path, name=name, scratch=folder, options=None)
        made = to_parquet(cursor, source, target, progress=(lambda share: progress(name, share)) if progress else None)
        figures = profile(cursor, target, now=exchange.clock.now())
        rows = preview(cursor, target)
    finally:
        cursor.close()
    original, parquet = exchange.blobs.add_file(path), exchange.blobs.add_file(target)
    columns = tuple(
        ColumnDescription(name=c.name, type=column_type(c.type), physical_type=c.type, nulls=c.nulls, distinct=c.distinct)
        for c in figures.columns
    )
    table = DataTable(
        name=name, original_name=path.name, original_key=original.key, original_sha256=original.sha256, original_bytes=original.size,
        media_type=MEDIA_TYPES[source.format], format=source.format, parquet_key=parquet.key, parquet_sha256=parquet.sha256,
        parquet_bytes=parquet.size, rows=made.rows, columns=columns,
    )  # fmt: skip
    return table, Preview(table=name, columns=rows.columns, rows=rows.rows, masked=rows.masked), figures.to_dict()
