"""Tell from its first bytes what a file is, whatever its name says."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from entrepot.engine.model import Format
from entrepot.kit import Invalid, NotFound

_GZIP = b"\x1f\x8b"
_MEDIA = "The exchange carries tables only; `entrepot check FILE` says what a picture or a recording tells about persons."
_OTHER = (
    (b"%PDF", "a PDF document", "Export the table it shows as CSV or Excel."),
    *((magic, "a picture", _MEDIA) for magic in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")),
    *((magic, "a sound recording", _MEDIA) for magic in (b"ID3", b"fLaC", b"OggS")),
    (b"RIFF", "a picture or a recording", _MEDIA),
    (b"\x7fELF", "a program", "Give the table itself."),
    (b"MZ", "a program", "Give the table itself."),
    (b"SQLite format 3\x00", "an SQLite database", "Export each of its tables as CSV."),
    (b"Rar!", "a RAR archive", "Unpack it and give the table inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and give the table inside."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first: zstd -d FILE."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it first: xz -d FILE."),
    (b"BZh", "a bzip2 archive", "Unpack it first: bunzip2 FILE."),
    (b"ORC", "an ORC file", "Write it as Parquet."),
    (b"Obj\x01", "an Avro file", "Write it as Parquet."),
    (b"ARROW1", "an Arrow file", "Write it as Parquet."),
)
_NAMED = {".xlsx": "an Excel workbook", ".xlsm": "an Excel workbook", ".xls": "an Excel workbook", ".parquet": "a Parquet file"}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def require_file(path: Path, *, limit: int) -> int:
    """The size of a readable ordinary file that is not empty.

    Raises:
        NotFound: There is no such file.
        Invalid: It is a folder or a device, empty, too large, or may not be read.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Invalid(f"{path.name} is a folder.", "Name one file.")
        if not stat.S_ISREG(status.st_mode):
            raise Invalid(f"{path.name} is no ordinary file.", "Save the data in a file first.")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", "Check the path.") from None
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {(error.strerror or 'error').lower()}.", "Check the file's permissions.") from None
    if status.st_size == 0:
        raise Invalid(f"{path.name} is empty: it has 0 bytes.", "Check that the export finished.")
    if status.st_size > limit:
        raise Invalid(
            f"{path.name} has {status.st_size:,} bytes; the limit is {limit:,}.", "Split the file, or raise ENTREPOT_UPLOAD_LIMIT."
        )
    return status.st_size


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed with gzip."""
    return _head(path).startswith(_GZIP)


def detect(path: Path) -> Format:
    """What holds the table: text is ``csv`` unless it is JSON.

    Raises:
        Invalid: It is something else, which the message names.
    """
    head = _head(path)
    if head.startswith(b"PAR1") or head.startswith(b"PARE"):
        return _parquet(path, head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path)
    if head.startswith(_COMPOUND):
        raise _compound(path)
    for magic, what, hint in _OTHER:
        # Two letters may begin a header; programs and bzip2 files also hold bytes that no text does.
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head):
            raise Invalid(f"{path.name} is {what}, not a table.", hint)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:16].lower().startswith(_MARKUP):
        raise Invalid(f"{path.name} is a web page or XML document, not a table.", "Download the data itself, as CSV, Parquet or Excel.")
    if path.suffix.lower() in _NAMED:
        what = _NAMED[path.suffix.lower()]
        raise Invalid(
            f"{path.name} is named like {what}, and holds none.", "Export it again, or give it the ending of what it is, such as .csv."
        )
    return _text(text)


def _text(text: bytes) -> Format:
    if text.startswith(b"{") and (b'"' in text[:200] or text[1:2] == b"}"):
        return Format.JSONL
    if text.startswith(b"[") and text[1:].lstrip()[:1] in (b"{", b"]"):
        return Format.JSON
    return Format.CSV


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _parquet(path: Path, head: bytes) -> Format:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        tail = file.read()
    if head.startswith(b"PARE") or tail.endswith(b"PARE"):
        raise Invalid(f"{path.name} is an encrypted Parquet file.", "Write it without encryption; the exchange encrypts what it sends.")
    size, footer = path.stat().st_size, int.from_bytes(tail[:4], "little")
    if not tail.endswith(b"PAR1") or size < 12 or footer + 12 > size:
        raise Invalid(
            f"{path.name} is cut off: the Parquet footer is missing at byte {size:,}.", "Copy or write the file again.", byte=size
        )
    return Format.PARQUET


def _zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid(f"{path.name} is a damaged ZIP archive.", "Copy or write the file again.") from None
    if "xl/workbook.xml" in names:
        return Format.EXCEL
    if "xl/workbook.bin" in names:
        raise Invalid(f"{path.name} is a binary Excel workbook (.xlsb).", "Save it as .xlsx or CSV.")
    if "content.xml" in names:
        raise Invalid(f"{path.name} is an OpenDocument file.", "Save it as .xlsx or CSV.")
    raise Invalid(f"{path.name} is a ZIP archive of {len(names)} files, not a table.", "Unpack it and give one table.")


def _compound(path: Path) -> Invalid:
    with path.open("rb") as file:
        content = file.read(1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in content or "EncryptionInfo".encode("utf-16-le") in content:
        return Invalid(f"{path.name} is protected by a password.", "Save the workbook without a password.")
    return Invalid(f"{path.name} is an Excel workbook of the old format (.xls).", "Save it as .xlsx or CSV.")
