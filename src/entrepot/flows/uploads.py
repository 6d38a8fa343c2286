"""Files on their way to a listing: kept a day, for their organisation only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from entrepot import jobs, parties
from entrepot.flows.tables import uploads
from entrepot.kit import NotFound, new_id
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Scope, Session

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that waits to be published; ``name`` is its own, without folders."""

    id: str
    organisation_id: str
    name: str
    bytes: int
    expires_at: datetime


def add_upload(exchange: Exchange, actor: Actor, path: Path, *, name: str) -> Upload:
    """Keep a file for the acting organisation for a day; only owners publish, so only they upload.

    The object is written before its row, outside the transaction, so that a large file holds up no other writer.

    Raises:
        Refused: The actor is no owner.
    """
    with exchange.reading(actor) as session:
        require_uploader(session)
    upload_id = put_file(exchange, path)
    with exchange.session(actor) as session:
        return record_upload(session, upload_id, name=name, size=path.stat().st_size)


def require_uploader(session: Session) -> None:
    """Let only owners pass whose key may publish.

    Raises:
        Refused: The actor is no owner, or the key may not publish.
    """
    parties.require_scope(session, Scope.PUBLISH)
    parties.require_role(session, Role.OWNER)


def put_file(exchange: Exchange, path: Path) -> str:
    """Keep the object of an upload whose row is still to come; the upload's id."""
    upload_id = new_id("upl")
    # A process that is killed before the row is written leaves an object nobody would ever remove.
    with exchange.session(SYSTEM) as session:
        session.enqueue("flows.forget_upload", after=2 * KEPT, upload_id=upload_id)
    exchange.blobs.put_file(upload_key(upload_id), path)
    return upload_id


def record_upload(session: Session, upload_id: str, *, name: str, size: int) -> Upload:
    """The row of an upload whose object is kept, for the acting organisation; both go after a day."""
    upload = Upload(
        id=upload_id, organisation_id=parties.acting_organisation(session), name=safe_name(name), bytes=size, expires_at=session.now + KEPT
    )
    values = {f: getattr(upload, f) for f in Upload.__slots__} | {"created_at": session.now}
    session.db.execute(sa.insert(uploads).values(values))
    session.enqueue("flows.forget_upload", at=upload.expires_at, upload_id=upload.id)
    return upload


def get_upload(session: Session, upload_id: str) -> Upload:
    """An upload of the acting organisation.

    Raises:
        NotFound: There is none, or it is another's, or its day is over.
    """
    row = session.db.execute(sa.select(uploads).where(uploads.c.id == upload_id)).one_or_none()
    if row is None or row.expires_at <= session.now or not parties.is_self(session, row.organisation_id):
        raise NotFound(f"There is no upload {upload_id[:60]}.", "Send the file again; uploads are kept for a day.")
    return Upload(**{f: row._mapping[f] for f in Upload.__slots__})


@contextmanager
def open_upload(exchange: Exchange, upload: Upload) -> Iterator[Path]:
    """The upload as a local file that carries its name."""
    with exchange.blobs.local(upload_key(upload.id)) as path, exchange.blobs.scratch() as folder:
        named = folder / upload.name
        named.symlink_to(path)
        yield named


@jobs.handler("flows.forget_upload", outbound=True)
def forget_upload(exchange: Exchange, *, upload_id: str) -> None:
    """Remove an upload whose day is over: first the row, then the object, so that no row ever names a missing one."""
    with exchange.session(SYSTEM) as session:
        session.db.execute(sa.delete(uploads).where(uploads.c.id == upload_id))
    exchange.blobs.delete(upload_key(upload_id))


def safe_name(name: str) -> str:
    """A file name without folders, control characters or leading dots; ``data`` when nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip().lstrip(".")
    return kept.encode()[:200].decode("utf-8", "ignore") or "data"


def upload_key(upload_id: str) -> str:
    """Where the object of an upload lies."""
    return f"uploads/{upload_id}"
