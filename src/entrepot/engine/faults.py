"""Say what is wrong with a file in words of ours: the file, the place, the next step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from entrepot.engine import surrogates
from entrepot.kit import Conflict, Invalid
from entrepot.kit.words import counted


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors about a file into ``Invalid`` with the place in it.

    Raises:
        Invalid: The file is damaged or not what it seems.
        Conflict: This machine, not the file, stands in the way: memory or disk.
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise Conflict(
            f"{path.name} needs more memory than the table engine may use.", "Raise ENTREPOT_ENGINE_MEMORY, or split the file."
        ) from None
    except duckdb.Error as error:
        raise fault(path, str(error)) from None


def fault(path: Path, text: str) -> Invalid | Conflict:
    """The error that stands for a message of DuckDB's; the values it quotes from the file are left out."""
    line = re.search(r"CSV Error on Line: (\d+)", text)
    if line:
        return _csv_fault(path, int(line[1]), text)
    if "Malformed JSON" in text or "JSON" in text.partition("\n")[0]:
        return (
            surrogates.in_json(path)
            or json_fault(path)
            or Invalid(f"{path.name} is not valid JSON.", "Write one JSON object a line, or one array of objects.")
        )
    if "No space left" in text or "max_temp_directory_size" in text:
        return Conflict(f"There is no disk space left to read {path.name}.", "Free some space in the data folder and try again.")
    return Invalid(
        f"{path.name} is damaged: {_first_line(path, text)}", "Write the file again, or take another copy of it, and check its size."
    )


def _csv_fault(path: Path, line: int, text: str) -> Invalid:
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if counts:
        message = f"{path.name}, line {line}: {counted(int(counts[2]), 'value')} where the rows above have {counts[1]}."
        return Invalid(
            message,
            "Put quotes around values that hold the delimiter, complete the row, or say what stands between values with --delimiter.",
            line=line,
        )
    if "quote" in text.lower().partition("possible")[0]:
        return Invalid(
            f"{path.name}, line {line}: a quoted value does not end, or goes on after its closing quote.",
            "Close the quote, and double the quotes inside a value.",
            line=line,
        )
    if "maximum line size" in text.lower() or "max_line_size" in text.lower():
        return Invalid(f"{path.name}, line {line}: the row is longer than the limit.", "Check for a missing line end or quote.", line=line)
    if "unicode" in text.lower():
        return Invalid(f"{path.name}, line {line}: bytes that are no UTF-8 text.", "Name the encoding with --encoding.", line=line)
    return Invalid(f"{path.name}, line {line}: the row cannot be read.", "Open the file at that line and correct it.", line=line)


def _first_line(path: Path, text: str) -> str:
    line = text.strip().partition("\n")[0].replace(str(path.absolute()), path.name).replace(str(path), path.name)
    line = re.sub(r"^\w+( \w+)? Error: ", "", line)
    # What DuckDB quotes may be somebody's data.
    return re.sub(r"'[^']{0,200}'|\"[^\"]{0,200}\"", "…", line)[:200]


def json_fault(path: Path, *, limit: int = 16 * 1024**2) -> Invalid | None:
    """Where JSON lines go wrong, read line by line; None when every line is an object or the file is one array."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(limit), b""), start=1):
            if not line.strip():
                continue
            if number == 1 and line.lstrip().startswith(b"["):
                return None
            try:
                value = json.loads(line)
            except ValueError as error:
                place = f"{path.name}, line {number}, character {getattr(error, 'colno', 1)}"
                return Invalid(f"{place}: this is not a whole JSON value.", "Write one JSON object a line.", line=number)
            if not isinstance(value, dict):
                kind = type(value).__name__
                return Invalid(
                    f"{path.name}, line {number}: a {kind} where an object is expected.", "Write one JSON object a line.", line=number
                )
    return None
