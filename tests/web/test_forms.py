"""Forms are read as they stream in, and refused once they are too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from entrepot.web.forms import Form, Malformed, TooLarge, read_form

BOUNDARY = "----harbour"
TEXT = st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=40)


def read(body: bytes, content_type: str, *, chunk: int = 7, **limits: Any) -> Form:
    """Read a form that arrives in small pieces."""
    pieces = [body[i : i + chunk] for i in range(0, len(body), chunk)] or [b""]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def run() -> Form:
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
        return await read_form(Request(scope, receive), **{"limit": 100_000, **limits})

    return anyio.run(run)


def multipart(*parts: tuple[str, bytes, str | None]) -> bytes:
    """A multipart body of (name, content, file name)."""
    body = b""
    for name, content, filename in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
        body += f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_plain_forms_come_back_as_they_were_sent(pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    form = read(urlencode(pairs).encode(), "application/x-www-form-urlencoded")
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert {k: v for k, v in form.fields.items() if k or any(v)} == {k: v for k, v in expected.items() if k or any(v)}


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_file_arrives_byte_by_byte_the_same(content: bytes, chunk: int) -> None:
    import tempfile

    body = multipart(("csrf", b"token", None), ("file", content, "a.csv"))
    with tempfile.TemporaryDirectory() as folder:
        form = read(body, f"multipart/form-data; boundary={BOUNDARY}", chunk=chunk, scratch=Path(folder), upload_limit=1_000)
        upload = form.upload("file")
        assert upload is not None
        assert (upload.path.read_bytes(), upload.name, upload.size) == (content, "a.csv", len(content))
    assert form.text("csrf") == "token"


def test_a_file_keeps_only_the_last_part_of_its_name(tmp_path: Path) -> None:
    body = multipart(("file", b"x", "C:\\\\secret\\\\..\\\\a.csv"), ("file", b"y", "../../etc/passwd"))
    form = read(body, f"multipart/form-data; boundary={BOUNDARY}", scratch=tmp_path, upload_limit=10)
    assert [upload.name for upload in form.uploads["file"]] == ["a.csv", "passwd"]
    assert {upload.path.parent for upload in form.uploads["file"]} == {tmp_path}


def test_too_large_a_file_is_refused_before_it_has_been_read(tmp_path: Path) -> None:
    body = multipart(("file", b"x" * 5_000, "a.csv"))
    with pytest.raises(TooLarge, match="1,000 bytes"):
        read(body, f"multipart/form-data; boundary={BOUNDARY}", chunk=100, scratch=tmp_path, upload_limit=1_000)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1_000


def test_too_much_text_or_too_many_fields_are_refused() -> None:
    with pytest.raises(TooLarge):
        read(b"a=" + b"x" * 500, "application/x-www-form-urlencoded", limit=100)
    with pytest.raises(TooLarge, match="200 fields"):
        read(b"&".join(b"a=1" for _ in range(300)), "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"), (b"a=%ff%fe", "application/x-www-form-urlencoded"),
        (b"no boundary at all", f"multipart/form-data; boundary={BOUNDARY}"), (b"x", "multipart/form-data"),
        (multipart(("file", b"x", "a.csv")), f"multipart/form-data; boundary={BOUNDARY}"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_malformed(body: bytes, content_type: str) -> None:
    with pytest.raises(Malformed):
        read(body, content_type)
