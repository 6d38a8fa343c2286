"""Reads forms: small ones in memory, uploads streamed to scratch files, both refused while streaming once they are too large."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import MultipartParser, QuerystringParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from entrepot.kit import Invalid

MAX_FIELDS = 200
TEXT_LIMIT = 100_000


class TooLarge(Invalid):
    """More was sent than is accepted."""

    status = 413


class Malformed(Invalid):
    """What was sent cannot be read as a form."""

    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was sent: the name it had, what the browser takes it for, and where it lies."""

    name: str
    media_type: str
    path: Path
    size: int


@dataclass(slots=True)
class Form:
    """The fields of a form, by name."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The first value, without spaces around it."""
        return self.fields.get(name, [default])[0].strip()

    def secret(self, name: str) -> str:
        """The first value as it was typed."""
        return self.fields.get(name, [""])[0]

    def texts(self, name: str) -> list[str]:
        """All values that are not empty."""
        return [value.strip() for value in self.fields.get(name, []) if value.strip()]

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def number(self, name: str) -> int | None:
        """A whole number; None when the field is empty.

        Raises:
            Invalid: It is something else.
        """
        text = self.text(name).replace(",", "")
        if not text:
            return None
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 15:
            raise Invalid(f"{text[:40]!r} is not a whole number.", "Use digits only.", field=name)
        return int(text)

    def upload(self, name: str) -> Upload | None:
        """The file of this field, if one with content or a name was chosen."""
        return next((one for one in self.uploads.get(name, []) if one.name), None)


async def read_form(request: Request, *, limit: int, scratch: Path | None = None, upload_limit: int = 0) -> Form:
    """Read the form of a request.

    Args:
        limit: Bytes of all text together.
        scratch: A folder for files; without one, files are refused.
        upload_limit: Bytes of all files together.

    Raises:
        TooLarge: It is larger; reading stops there.
        Malformed: It cannot be parsed.
    """
    content_type, options = parse_options_header(request.headers.get("Content-Type", ""))
    if content_type == b"application/x-www-form-urlencoded":
        return await _read_plain(request, limit)
    if content_type == b"multipart/form-data" and options.get(b"boundary"):
        return await _read_multipart(request, options[b"boundary"], _Collector(limit, scratch, upload_limit))
    if not request.headers.get("Content-Length", "0").strip("0"):
        return Form()
    raise Malformed("This is not a form.", "Send application/x-www-form-urlencoded or multipart/form-data.")


async def _read_plain(request: Request, limit: int) -> Form:
    collector = _Collector(limit, None, 0)
    callbacks: Any = {
        "on_field_start": collector.start_field, "on_field_name": collector.add_name, "on_field_data": collector.add_text,
        "on_field_end": collector.end_plain_field,
    }  # fmt: skip
    parser = QuerystringParser(callbacks)
    await _feed(request, parser, collector, in_thread=False)
    return collector.form


async def _read_multipart(request: Request, boundary: bytes, collector: _Collector) -> Form:
    callbacks: Any = {
        "on_part_begin": collector.start_part, "on_part_data": collector.add_data, "on_part_end": collector.end_part,
        "on_header_field": collector.add_header_name, "on_header_value": collector.add_header_value,
        "on_header_end": collector.end_header, "on_headers_finished": collector.end_headers,
    }  # fmt: skip
    parser = MultipartParser(boundary, callbacks)
    try:
        await _feed(request, parser, collector, in_thread=collector.scratch is not None)
    finally:
        collector.close()
    return collector.form


async def _feed(request: Request, parser: Any, collector: _Collector, *, in_thread: bool) -> None:
    try:
        async for chunk in request.stream():
            # Writing a large file must not hold up the other visitors.
            await run_in_threadpool(parser.write, chunk) if in_thread else parser.write(chunk)
        parser.finalize()
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed(f"The form cannot be read: {error}", "Send it again from the page.") from None


class _Collector:
    """Takes a form apart as its bytes come in."""

    def __init__(self, limit: int, scratch: Path | None, upload_limit: int) -> None:
        self.form = Form()
        self.scratch = scratch
        self._text_left, self._file_left, self._limits = limit, upload_limit, (limit, upload_limit)
        self._count = 0
        self._name, self._value = bytearray(), bytearray()
        self._header_name, self._header_value = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._file: BinaryIO | None = None
        self._path = Path()
        self._options: dict[bytes, bytes] = {}

    def start_field(self) -> None:
        self._name, self._value = bytearray(), bytearray()

    def add_name(self, data: bytes, start: int, end: int) -> None:
        self._spend_text(end - start)
        self._name += data[start:end]

    def add_text(self, data: bytes, start: int, end: int) -> None:
        self._spend_text(end - start)
        self._value += data[start:end]

    def end_plain_field(self) -> None:
        self._keep(_decode_query(self._name), _decode_query(self._value))

    def start_part(self) -> None:
        self._headers, self._value, self._file = {}, bytearray(), None

    def add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._spend_text(end - start)
        self._header_name += data[start:end]

    def add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._spend_text(end - start)
        self._header_value += data[start:end]

    def end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name, self._header_value = bytearray(), bytearray()

    def end_headers(self) -> None:
        _, self._options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in self._options:
            raise ValueError("a part has no name")
        if b"filename" in self._options:
            if self.scratch is None:
                raise ValueError("this page takes no files")
            self._count_field()
            self._path = self.scratch / f"upload-{self._count}"
            self._file = self._path.open("wb")

    def add_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._spend_text(end - start)
            self._value += data[start:end]
            return
        self._file_left -= end - start
        if self._file_left < 0:
            raise TooLarge(f"The file is larger than {self._limits[1]:,} bytes.", "Send less, or ask the operator to raise upload_limit.")
        self._file.write(data[start:end])

    def end_part(self) -> None:
        name = _clean(self._options[b"name"].decode("utf-8"))
        if self._file is None:
            self._keep(name, self._value.decode("utf-8"))
            return
        self._file.close()
        self._file = None
        # Some browsers send a whole path; only the last part is a name.
        filename = _clean(self._options[b"filename"].decode("utf-8", "replace")).replace("\\", "/").rpartition("/")[2][:200]
        media_type = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")[:100]
        upload = Upload(name=filename, media_type=media_type, path=self._path, size=self._path.stat().st_size)
        self.form.uploads.setdefault(name, []).append(upload)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _keep(self, name: str, value: str) -> None:
        self._count_field()
        self.form.fields.setdefault(name, []).append(_clean(value)[:TEXT_LIMIT])

    def _count_field(self) -> None:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise TooLarge(f"The form has more than {MAX_FIELDS} fields.", "Send fewer.")

    def _spend_text(self, count: int) -> None:
        self._text_left -= count
        if self._text_left < 0:
            raise TooLarge(f"The form is larger than {self._limits[0]:,} bytes.", "Send less text.")


def _decode_query(data: bytearray) -> str:
    return unquote_to_bytes(bytes(data).replace(b"+", b" ")).decode("utf-8")


def _clean(text: str) -> str:
    # NUL cannot be stored by PostgreSQL, and no page shows it.
    return text.replace("\x00", "").replace("\r\n", "\n")
