"""Objects by key, in a folder or an S3-compatible bucket."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.store import LocalStore, S3Store

from entrepot.config import Settings
from entrepot.kit import Invalid, NotFound

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """An object that is named by its content: ``sha256`` in hexadecimal, ``size`` in bytes."""

    key: str
    sha256: str
    size: int


class BlobStore:
    """Objects that are written once and read in ranges; nothing is visible before it is whole."""

    def __init__(self, store: Any, *, folder: Path | None, scratch: Path) -> None:
        self._store = store
        self._folder = folder
        self._scratch = scratch

    def add_file(self, path: Path) -> Blob:
        """Keep a file under the digest of its content; adding it again changes nothing."""
        sha, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
        blob = Blob(f"sha256/{sha.hexdigest()[:2]}/{sha.hexdigest()}", sha.hexdigest(), size)
        if not self.exists(blob.key):
            self.put_file(blob.key, path)
        return blob

    def put_file(self, key: str, path: Path) -> None:
        """Write a file under a key, replacing what was there; on return it outlasts a power cut, and memory stays bounded."""
        with path.open("rb") as file:
            if self._folder is not None:
                _write_durably(self._folder / key, file)
            else:
                obstore.put(self._store, key, file, chunk_size=8 * CHUNK)

    def put(self, key: str, data: bytes) -> None:
        """Write a small object whole, replacing what was there; on return it outlasts a power cut."""
        if self._folder is not None:
            _write_durably(self._folder / key, io.BytesIO(data))
        else:
            obstore.put(self._store, key, data)

    def get(self, key: str) -> bytes:
        """A small object whole.

        Raises:
            NotFound: There is no such object.
        """
        with _translated(key):
            return bytes(obstore.get(self._store, key).bytes())

    def size(self, key: str) -> int:
        """Bytes of an object.

        Raises:
            NotFound: There is no such object.
        """
        with _translated(key):
            return int(obstore.head(self._store, key)["size"])

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            self.size(key)
        except NotFound:
            return False
        return True

    def read(self, key: str, *, start: int = 0, end: int | None = None, chunk: int = CHUNK) -> Iterator[bytes]:
        """The bytes from ``start`` up to and without ``end``, in pieces; memory stays at one piece.

        Raises:
            NotFound: There is no such object.
        """
        end = self.size(key) if end is None else end
        if self._folder is not None:
            yield from _read_file(self._folder / key, start, end, chunk)
            return
        for at in range(start, end, 8 * chunk):
            with _translated(key):
                yield bytes(obstore.get_range(self._store, key, start=at, end=min(end, at + 8 * chunk)))

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """The object as a file: the one in the folder, or a copy that goes away afterwards.

        Raises:
            NotFound: There is no such object.
        """
        if self._folder is not None:
            self.size(key)
            yield self._folder / key
            return
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            path = Path(folder) / Path(key).name
            with path.open("wb") as file:
                for piece in self.read(key):
                    file.write(piece)
            yield path

    def delete(self, key: str) -> None:
        """Remove an object; removing it again is no error."""
        with _translated(key, missing_ok=True):
            obstore.delete(self._store, key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys below a prefix."""
        for page in obstore.list(self._store, prefix or None):
            for entry in page:
                if not Path(entry["path"]).name.startswith(".partial-"):
                    yield entry["path"]

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for work in progress, gone afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep_scratch(self, *, older_than: float) -> int:
        """Remove scratch folders that a killed process left behind; how many went.

        Args:
            older_than: Seconds since anything was last put into a folder.
        """
        old = [found for found in self._scratch.iterdir() if time.time() - found.stat().st_mtime > older_than]
        for found in old:
            shutil.rmtree(found, ignore_errors=True)
        return len(old)


def open_blobs(settings: Settings) -> BlobStore:
    """The object store that the settings name.

    Raises:
        Invalid: ``blobs_url`` is neither empty nor ``s3://bucket/prefix``.
    """
    scratch = settings.data_path / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    if not settings.blobs_url:
        folder = settings.data_path / "objects"
        folder.mkdir(parents=True, exist_ok=True)
        return BlobStore(LocalStore(folder), folder=folder, scratch=scratch)
    scheme, _, rest = settings.blobs_url.partition("://")
    if scheme != "s3" or not rest:
        raise Invalid(f"Objects cannot live at {settings.blobs_url!r}.", "Leave ENTREPOT_BLOBS_URL empty, or use s3://bucket/prefix.")
    bucket, _, prefix = rest.partition("/")
    options: dict[str, Any] = {"region": settings.s3_region}
    if settings.s3_endpoint:
        options |= {"endpoint": settings.s3_endpoint, "virtual_hosted_style_request": False}
    if settings.s3_access_key:
        options |= {"access_key_id": settings.s3_access_key, "secret_access_key": settings.s3_secret_key}
    allow_http = {"allow_http": True} if settings.s3_endpoint.startswith("http://") else None
    return BlobStore(S3Store(bucket, prefix=prefix or None, client_options=allow_http, **options), folder=None, scratch=scratch)  # type: ignore[arg-type]


def copy_stream(chunks: Iterable[bytes], path: Path, *, limit: int) -> int:
    """Write a stream to a file and say how many bytes came.

    Raises:
        Invalid: More than ``limit`` bytes came; the file is removed.
    """
    size = 0
    with path.open("wb") as file:
        for piece in chunks:
            size += len(piece)
            if size > limit:
                file.close()
                path.unlink()
                raise Invalid(
                    f"The upload is larger than the limit of {limit:,} bytes.",
                    "Send a smaller file, or ask the operator to raise ENTREPOT_UPLOAD_LIMIT.",
                )
            file.write(piece)
    return size


def _write_durably(target: Path, source: IO[bytes]) -> None:
    # Records that name the object are written with an fsync, so the object must be on disk before them.
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".partial-")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_file(path: Path, start: int, end: int, chunk: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end and (piece := file.read(min(chunk, end - start))):
            start += len(piece)
            yield piece


@contextmanager
def _translated(key: str, *, missing_ok: bool = False) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, obstore.exceptions.NotFoundError):
        if not missing_ok:
            raise NotFound(f"There is no object {key}.", "Run `entrepot doctor` to see what else is missing.") from None
