"""Find out how a text file separates its values, and what its columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from entrepot.engine.model import Dialect, Limits, Note
from entrepot.kit import Invalid
from entrepot.kit.words import counted

_DELIMITERS = (",", ";", "\t", "|")
_ROWS = 1_000
_PREAMBLE = 20
_TYPED = re.compile(r"[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|true|false", re.IGNORECASE)
csv.field_size_limit(2**31 - 1)  # The limit on lines, checked before, is the one that counts.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """What the beginning of a text file tells of its form."""

    dialect: Dialect
    names: tuple[str, ...]
    notes: tuple[Note, ...]


_Form = tuple[str, bool | None]
_SAID: ContextVar[_Form] = ContextVar("said", default=("", None))


@contextmanager
def said(delimiter: str = "", header: bool | None = None) -> Iterator[None]:
    """Read every text in here with this delimiter and header, where one is said: a table, its release and whatever is held against them.

    Raises:
        Invalid: It is no delimiter.
    """
    token = _SAID.set((_separator(delimiter), header))
    try:
        yield
    finally:
        _SAID.reset(token)


def _separator(text: str) -> str:
    """The character that is meant; tabs are hard to type."""
    found = {"\\t": "\t", "tab": "\t"}.get(text.lower(), text)
    if len(found) > 1 or found in ('"', "'", "\n", "\r"):
        raise Invalid(f"{text[:20]!r} cannot stand between values.", "Name one character, such as ; or tab.")
    return found


def sniff(path: Path, limits: Limits, *, shown: Path, header: bool | None = None, delimiter: str = "") -> Sniffed:
    """The dialect and column names of a UTF-8 text.

    Args:
        shown: The file to name in errors.
        header: Whether the first row names the columns; None for what was `said`, or to find out.
        delimiter: The delimiter; empty for what was `said`, or to find out.

    Raises:
        Invalid: There are no rows, or more columns than the limit.
    """
    text = _sample(path, limits)
    if not text.strip():
        raise Invalid(f"{shown.name} holds nothing but blanks.", "Check that the export finished.")
    quote = _quote(text)
    said_delimiter, said_header = _SAID.get()
    header = said_header if header is None else header
    chosen = _separator(delimiter) or said_delimiter or _delimiter(text, quote)
    rows = _records(text, chosen, quote)
    width = _mode(rows)
    start = _preamble(rows, width)
    has_header = _has_header(rows[start:], width) if header is None else header
    first = rows[start]
    if width > limits.columns:
        raise Invalid(
            f"{shown.name} has {counted(width, 'column')}; the limit is {limits.columns:,}.", "Split the table, or turn columns into rows."
        )
    if has_header and not any(any(cell.strip() for cell in row) for row in rows[start + 1 :]):
        raise Invalid(
            f"{shown.name} has a header of {counted(len(first), 'column')} and no rows.", "Check that the export finished.", line=start + 1
        )
    if has_header and len(first) > 1 and len(first) not in (width, width - 1):
        message = f"{shown.name}, line {start + 1}: the header names {counted(len(first), 'column')} and the rows have {width}."
        raise Invalid(message, "Make them agree, or say what stands between values with --delimiter.", line=start + 1)
    cells = ([""] * (width - len(first)) + first) if has_header else [""] * width
    names, notes = unique_names(cells)
    if not has_header:
        notes = [Note(code="no-header", message="The first row looks like data, so the columns are called column1, column2 and so on.")]
    if start:
        notes.append(
            Note(
                code="skipped-lines",
                message=f"{counted(start, 'line')} above the table {'is' if start == 1 else 'are'} left out.",
                count=start,
            )
        )
    return Sniffed(
        dialect=Dialect(delimiter=chosen, quote=quote, header=has_header, skip=start + has_header), names=tuple(names), notes=tuple(notes)
    )


def unique_names(cells: list[str]) -> tuple[list[str], list[Note]]:
    """Column names without blanks and repeats (whatever their case), and a note on each name that was changed."""
    names: list[str] = []
    taken: set[str] = set()
    notes: list[Note] = []
    for position, cell in enumerate(cells, start=1):
        wished = " ".join(cell.split())[:200] or f"column{position}"
        name, count = wished, 2
        while name.casefold() in taken:
            name, count = f"{wished}_{count}", count + 1
        taken.add(name.casefold())
        names.append(name)
        if not cell.strip():
            notes.append(Note(code="unnamed-column", message=f"Column {position} has no name and is called {name}.", column=name))
        elif name != wished:
            notes.append(
                Note(code="duplicate-header", message=f"Column {position} repeats the name {wished} and is called {name}.", column=name)
            )
    return names, notes


def _sample(path: Path, limits: Limits) -> str:
    size = max(4 * 1024**2, 2 * limits.line + 1)
    with path.open("rb") as file:
        data = file.read(size)
        whole = not file.read(1)
    end = max(data.rfind(b"\n"), data.rfind(b"\r"))
    return (data if whole or end < 0 else data[: end + 1]).decode("utf-8", "ignore")


def _quote(text: str) -> str:
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=$|[,;\t|\r\n])", text[:200_000], re.MULTILINE))
    return "'" if '"' not in text and single >= 2 and single >= text[:200_000].count("\n") else '"'


def _records(text: str, delimiter: str, quote: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote):
        rows.append(row)
        cells += len(row)
        if len(rows) >= _ROWS or (cells > 2_000_000 and len(rows) >= 20):
            break
    return rows


def _delimiter(text: str, quote: str) -> str:
    best, best_score = ",", (0.0, -_ROWS, 0)
    for delimiter in _DELIMITERS:
        rows = [row for row in _records(text, delimiter, quote) if row]
        width = _mode(rows)
        share = sum(len(row) == width for row in rows) / max(1, len(rows))
        # A mark within numbers, such as a decimal comma, splits the rows as evenly, and not the header above them.
        above = next((at for at, row in enumerate(rows) if len(row) == width), _ROWS)
        score = (round(share, 1), -above, width)
        if width > 1 and share >= 0.5 and score > best_score:
            best, best_score = delimiter, score
    return best


def _mode(rows: list[list[str]]) -> int:
    counts = Counter(len(row) for row in rows if row)
    # Of equally frequent widths the larger: a lone title line must not decide.
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _preamble(rows: list[list[str]], width: int) -> int:
    """How many records stand above the table: titles and blank lines."""
    for index, row in enumerate(rows[: _PREAMBLE + 1]):
        filled = sum(bool(cell.strip()) for cell in row)
        is_named_in_place = len(row) == width and not row[0].strip()  # A title fills the first cell, a sparse header any other.
        if filled > 1 or (filled == 1 and (width < 3 or is_named_in_place)):
            return index
    return 0


def _has_header(rows: list[list[str]], width: int) -> bool:
    first, rest = rows[0], [row for row in rows[1 : 1 + max(5, min(200, 200_000 // width))] if len(row) == width]
    if not rest:
        return not any(_TYPED.fullmatch(cell.strip()) for cell in first)
    if len(first) != width:
        return len(first) > 1 and not any(_TYPED.fullmatch(cell.strip()) for cell in first)
    columns = [[row[i].strip() for row in rest if row[i].strip()] for i in range(width)]
    typed = [bool(values) and all(_TYPED.fullmatch(v) for v in values) for values in columns]
    cells = [cell.strip() for cell in first]
    if any(is_typed and cell and not _TYPED.fullmatch(cell) for is_typed, cell in zip(typed, cells, strict=True)):
        return True
    if any(_TYPED.fullmatch(cell) for cell in cells):
        return _are_years(cells)
    filled = [cell for cell in cells if cell]
    if any(len(cell) > 100 for cell in cells) or any(cell in values for cell, values in zip(cells, columns, strict=True) if cell):
        return False
    # Names are rarely repeated and values often, so a repeated one must occur nowhere below.
    twice = {cell for cell in filled if filled.count(cell) > 1}
    return not twice or (len(rest) > 1 and not any(twice & set(values) for values in columns))


def _are_years(cells: list[str]) -> bool:
    years = [int(cell) for cell in cells if re.fullmatch(r"(?:19|20)\d\d", cell)]
    numbers = [cell for cell in cells if _TYPED.fullmatch(cell)]
    return len(years) >= 2 and len(years) == len(numbers) and sorted(set(years)) == sorted(years) and len(cells) > len(years)
