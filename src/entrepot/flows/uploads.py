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
from entrepot.runtime import Exchange, Role, Session

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that waits to be published; ``name`` is its own, without folders."""

    id: str
    organisation_id: str
    name: str
    bytes: int
    expires_at: datetime


def add_upload(session: Session, path: Path, *, name: str) -> Upload:
    """Keep a file for the acting organisation for a day.

    Raises:
        Refused: The actor may not publish, so the file would be of no use.
    """
    parties.require_role(session, Role.OWNER)
    upload = Upload(
        id=new_id("upl"),
        organisation_id=parties.acting_organisation(session),
        name=safe_name(name),
        bytes=path.stat().st_size,
        expires_at=session.now + KEPT,
    )
    values = {f: getattr(upload, f) for f in Upload.__slots__} | {"created_at": session.now}
    session.db.execute(sa.insert(uploads).values(values))
    session.blobs.put_file(_key(upload.id), path)
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
    with exchange.blobs.local(_key(upload.id)) as path, exchange.blobs.scratch() as folder:
        named = folder / upload.name
        named.symlink_to(path)
        yield named


@jobs.handler("flows.forget_upload")
def forget_upload(session: Session, *, upload_id: str) -> None:
    """Remove an upload whose day is over."""
    session.db.execute(sa.delete(uploads).where(uploads.c.id == upload_id))
    session.blobs.delete(_key(upload_id))


def safe_name(name: str) -> str:
    """A file name without folders, control characters or leading dots; ``data`` when nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip().lstrip(".")
    return kept.encode()[:200].decode("utf-8", "ignore") or "data"


def _key(upload_id: str) -> str:
    return f"uploads/{upload_id}"
