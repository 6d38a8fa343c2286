"""Find out how a text is encoded, and bring it to UTF-8 without ever holding it whole."""

from __future__ import annotations

import codecs
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from entrepot.engine import surrogates
from entrepot.engine.model import Limits
from entrepot.kit import Invalid

CHUNK = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text in UTF-8 without a byte order mark and with one kind of line end; ``copied`` when ``path`` is a copy."""

    path: Path
    encoding: str
    copied: bool


@dataclass(slots=True)
class _Survey:
    """What one pass over the bytes finds out; ``bad_byte`` is the first that is no UTF-8, -1 when there is none."""

    bad_byte: int = -1
    nul_byte: int = -1
    long_line: int = -1
    crlf: bool = False
    bare_lf: bool = False


def unpack_gzip(path: Path, target: Path, limits: Limits) -> None:
    """Unpack a gzip file, member after member, up to the limit.

    Raises:
        Invalid: It is damaged, or unpacks to more than the limit.
    """
    size, unpacker = 0, None
    with target.open("wb") as out:
        for chunk in pieces(path):
            while chunk:
                if unpacker is None:
                    # Members may be padded with zeros, as tapes do.
                    chunk = chunk.lstrip(b"\x00")
                    unpacker = zlib.decompressobj(wbits=31)
                    continue
                try:
                    size += out.write(unpacker.decompress(chunk, CHUNK))
                except zlib.error:
                    raise Invalid(f"{path.name} is a damaged gzip file.", "Copy or write the file again.") from None
                if size > limits.file:
                    raise Invalid(
                        f"{path.name} unpacks to more than {limits.file:,} bytes.", "Split the file, or raise ENTREPOT_UPLOAD_LIMIT."
                    )
                chunk = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                unpacker = None if unpacker.eof else unpacker
        if unpacker is not None:
            raise Invalid(f"{path.name} is cut off: the gzip stream does not end.", "Copy or write the file again.")


def to_utf8(path: Path, scratch: Path, limits: Limits, *, shown: Path, encoding: str = "") -> TextFile:
    """The text in UTF-8: the file itself where it already is, else a copy in the scratch folder.

    Args:
        shown: The file to name in errors.
        encoding: What the owner says it is; empty to find out.

    Raises:
        Invalid: Its encoding cannot be told or is not what it should be, it holds NUL bytes, or a line is too long.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    bom, found = next(((bom, name) for bom, name in _BOMS if head.startswith(bom)), (b"", ""))
    chosen = _known(encoding) if encoding else found or _utf16_without_mark(head)
    survey = _survey(path, limits) if chosen in ("", "utf-8") else _Survey()
    if survey.nul_byte >= 0:
        raise Invalid(
            f"{shown.name} holds a NUL byte at byte {survey.nul_byte:,}, line {_line(path, survey.nul_byte)}: it is no text.",
            "Export it as text again, or name its encoding with --encoding.",
            byte=survey.nul_byte,
        )
    if survey.long_line >= 0:
        raise _too_long(shown, survey.long_line, limits)
    if survey.bad_byte < 0 and chosen in ("", "utf-8"):
        return _plain(path, scratch, survey, bom)
    if chosen == "utf-8":
        halves = surrogates.in_text(path, shown=shown, byte=survey.bad_byte)
        raise halves or _not_encoded(shown, path, survey.bad_byte, "utf-8")
    if not chosen and (halves := surrogates.in_text(path, shown=shown, byte=survey.bad_byte)):
        raise halves
    chosen = chosen or _guess(path, survey.bad_byte)
    if not chosen:
        raise _not_encoded(shown, path, survey.bad_byte, "utf-8", guessed=True)
    return _transcode(path, scratch / "utf8.txt", chosen, len(bom), limits, shown)


def read_text(path: Path, *, limit: int) -> str:
    """A small text, whole, in whatever encoding it is.

    Args:
        limit: Bytes that it may have.

    Raises:
        NotFound: There is no such file.
        Invalid: It is larger, or no text.
    """
    from entrepot.engine.detect import require_file

    require_file(path, limit=limit)
    with tempfile.TemporaryDirectory(prefix="entrepot-read-") as scratch:
        return to_utf8(path, Path(scratch), Limits(), shown=path).path.read_text("utf-8")


def _plain(path: Path, scratch: Path, survey: _Survey, bom: bytes) -> TextFile:
    if not bom and not (survey.crlf and survey.bare_lf):
        return TextFile(path=path, encoding="utf-8", copied=False)
    target = scratch / "utf8.txt"
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(len(bom))
        carried = b""
        while chunk := source.read(CHUNK):
            chunk = carried + chunk
            carried = b"\r" if chunk.endswith(b"\r") else b""
            out.write(chunk.removesuffix(b"\r").replace(b"\r\n", b"\n"))
        out.write(carried)
    return TextFile(path=target, encoding="utf-8", copied=True)


def _survey(path: Path, limits: Limits) -> _Survey:
    survey, decoder = _Survey(), codecs.getincrementaldecoder("utf-8")()
    at, line_start, number, last = 0, 0, 1, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if survey.nul_byte < 0 and b"\x00" in chunk:
                survey.nul_byte = at + chunk.index(b"\x00")
                return survey
            _survey_utf8(survey, decoder, chunk, at)
            lines, returns = chunk.count(b"\n"), chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            survey.crlf |= returns > 0
            survey.bare_lf |= lines > returns
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            if end >= 0:
                number += lines
                line_start = at + end + 1
            at, last = at + len(chunk), chunk[-1:]
            if at - line_start > limits.line:
                survey.long_line = number
                return survey
    if survey.bad_byte < 0:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            survey.bad_byte = at - 1
    return survey


def _survey_utf8(survey: _Survey, decoder: codecs.IncrementalDecoder, chunk: bytes, at: int) -> None:
    if survey.bad_byte >= 0:
        return
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        survey.bad_byte = at - pending + error.start


def _transcode(path: Path, target: Path, encoding: str, skip: int, limits: Limits, shown: Path) -> TextFile:
    decoder = surrogates.decoder(encoding)
    at, since_line, number, size = skip, 0, 1, 0
    carried = ""
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(skip)
        while True:
            chunk = source.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                text = carried + decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _not_encoded(shown, path, at - pending + error.start, encoding, line=number) from None
            carried = text[-1:] if chunk and (text.endswith("\r") or surrogates.ends_in_half(text)) else ""
            text = text.removesuffix(carried)
            if encoding == surrogates.MENDED:
                text = surrogates.mended(text)
            if "\x00" in text:
                raise Invalid(
                    f"{shown.name} holds a NUL character after line {number}: it is no text.", "Export it as text again.", line=number
                )
            written = text.replace("\r\n", "\n").encode("utf-8", "strict")
            end = max(written.rfind(b"\n"), written.rfind(b"\r"))
            since_line = since_line + len(written) if end < 0 else len(written) - end
            number += written.count(b"\n")
            size += out.write(written)
            if since_line > limits.line:
                raise _too_long(shown, number, limits)
            if size > 2 * limits.file:
                raise Invalid(f"{shown.name} is larger than {limits.file:,} bytes in UTF-8.", "Split the file.")
            at += len(chunk)
            if not chunk:
                return TextFile(path=target, encoding=encoding, copied=True)


def _known(encoding: str) -> str:
    if encoding.lower() == surrogates.MENDED:
        return surrogates.MENDED
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)
    except (LookupError, ValueError):
        raise Invalid(
            f"{encoding!r} is no encoding that is known here.", "Use a name such as utf-8, gb18030, windows-1252 or utf-16."
        ) from None
    return {"gb2312": "gb18030", "gbk": "gb18030", "utf-8-sig": "utf-8", "ascii": "utf-8"}.get(name, name)


def _utf16_without_mark(head: bytes) -> str:
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    half = max(1, min(len(head), 4096) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.05 * half else ""


def _guess(path: Path, bad_byte: int) -> str:
    from entrepot.engine.charsets import guess

    return guess(_foreign_lines(path, bad_byte))


def _foreign_lines(path: Path, bad_byte: int, size: int = 256 * 1024) -> bytes:
    """Some whole lines with bytes beyond ASCII, from the first one on."""
    with path.open("rb") as file:
        file.seek(max(0, bad_byte - 2048))
        lines = file.read(4 * size).split(b"\n")
    whole = lines[1:-1] if len(lines) > 2 else lines
    return b"\n".join(line for line in whole or lines if not line.isascii())[:size] or b"\n".join(lines)


def _line(path: Path, byte: int) -> int:
    number, left = 1, byte
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            number += chunk.count(b"\n")
            left -= len(chunk)
    return number


def _not_encoded(shown: Path, path: Path, byte: int, encoding: str, *, guessed: bool = False, line: int | None = None) -> Invalid:
    number = _line(path, byte) if line is None else line
    also = ", nor in any other encoding that is known here" if guessed else ""
    return Invalid(
        f"{shown.name} is not text in {encoding}{also}: see byte {byte:,}, line {number}.",
        "Save the file as UTF-8, or name its encoding with --encoding.",
        byte=byte,
        line=number,
    )


def _too_long(shown: Path, line: int, limits: Limits) -> Invalid:
    return Invalid(
        f"{shown.name}, line {line}: the line is longer than {limits.line:,} bytes.", "Check that rows end with a line break.", line=line
    )


def pieces(path: Path) -> Iterator[bytes]:
    """The file in chunks."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
