"""Files whose encoding and form the user says, for the commands that read a table as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

Encoding = Annotated[str, typer.Option(help="Text encoding, such as gb18030; found out by default.", show_default=False)]
"""The option of every command that reads a table of a stranger."""
Delimiter = Annotated[
    str, typer.Option(help="Character between values, of every table that is named; found out by default.", show_default=False)
]
Header = Annotated[
    bool | None,
    typer.Option("--header/--no-header", help="Whether the first row names the columns; found out by default.", show_default=False),
]
"""Two more of them."""


@contextmanager
def as_said(file: Path, encoding: str, delimiter: str, header: bool | None, *, out: Path | None = None) -> Iterator[Path]:
    """`in_utf8`, and in it every text is read with the delimiter and header that are said.

    Raises:
        NotFound: There is no such file.
        Invalid: The encoding is unknown, the file is not text in it, or the delimiter is none.
    """
    from entrepot.engine.dialect import said

    with said(delimiter, header), in_utf8(file, encoding, out=out) as table:
        yield table


@contextmanager
def in_utf8(file: Path, encoding: str, *, out: Path | None = None) -> Iterator[Path]:
    """The file itself, or where its encoding is said a copy in UTF-8 of the same name for as long as it is needed.

    Args:
        out: What is written of it, which must be another file.

    Raises:
        NotFound: There is no such file.
        Invalid: The encoding is unknown, or the file is not text in it.
    """
    if not encoding:
        yield file
        return
    from entrepot.engine.detect import detect, require_file
    from entrepot.engine.encodings import to_utf8
    from entrepot.engine.model import Format, Limits
    from entrepot.privacy.anonymise.write import require_other

    limits = Limits()
    if out is not None:
        require_other(out, file)
    require_file(file, limit=limits.file)
    if detect(file) is Format.PARQUET:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="entrepot-text-") as folder, tempfile.TemporaryDirectory(prefix="entrepot-read-") as scratch:
        named = Path(folder) / file.name
        named.symlink_to(to_utf8(file, Path(scratch), limits, shown=file, encoding=encoding).path.resolve())
        yield named
