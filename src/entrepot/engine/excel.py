"""Read one sheet of an Excel workbook as text rows, after measuring what it would unpack to."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from entrepot.engine.model import Limits, Note
from entrepot.kit import Invalid, NotFound

_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1024 * 1024


def excel_to_csv(path: Path, target: Path, limits: Limits, *, sheet: str = "") -> tuple[str, tuple[Note, ...]]:
    """Write a sheet as UTF-8 CSV; gives the sheet's name and notes.

    Args:
        sheet: The sheet's name; empty for the first one that holds anything.

    Raises:
        Invalid: The workbook unpacks to more than the limits allow, is damaged, or holds no table.
        NotFound: It has no such sheet.
    """
    measure(path, limits)
    import python_calamine as calamine

    try:
        workbook = calamine.load_workbook(str(path))
        names = workbook.sheet_names
        if sheet and sheet not in names:
            raise NotFound(f"{path.name} has no sheet {sheet!r}.", f"Its sheets are {', '.join(names)}.")
        for name in [sheet] if sheet else names:
            found = workbook.get_sheet_by_name(name)
            if found.height and found.width:
                _write(found, target)
                return name, _notes(name, names)
    except calamine.PasswordError:
        raise Invalid(f"{path.name} is protected by a password.", "Save the workbook without a password.") from None
    except calamine.CalamineError as error:
        raise Invalid(f"{path.name} is a damaged workbook ({type(error).__name__}).", "Save it again as .xlsx or CSV.") from None
    raise Invalid(f"{path.name} holds no table: its {len(names)} sheets are empty.", "Check that the export finished.")


def measure(path: Path, limits: Limits) -> None:
    """Unpack the workbook without keeping it, to see that its size and its sheets' extent are within the limits.

    Raises:
        Invalid: They are not, or a part is damaged.
    """
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.flag_bits & 1:
                    raise Invalid(f"{path.name} is protected by a password.", "Save the workbook without a password.")
                total = _measure_entry(path, archive, entry, total, limits)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error):
        raise Invalid(f"{path.name} is a damaged workbook.", "Save it again as .xlsx or CSV.") from None


def _measure_entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, limits: Limits) -> int:
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    rows, columns, carried = 0, 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            total += len(chunk)
            if total > limits.workbook:
                raise Invalid(
                    f"{path.name} unpacks to more than {limits.workbook:,} bytes, at its part {entry.filename}.",
                    "Save the sheet as CSV instead.",
                )
            if is_sheet:
                for match in _CELL.finditer(carried + chunk):
                    columns, rows = max(columns, _column_number(match[1])), max(rows, int(match[2]))
                carried = chunk[-200:]
    if rows * columns > limits.cells:
        raise Invalid(
            f"{path.name}, {entry.filename}: the sheet spans {rows:,} rows and {columns:,} columns.",
            "Delete stray cells far from the table, or save the sheet as CSV.",
        )
    return total


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _write(sheet: Any, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in sheet.iter_rows():
            writer.writerow([_text(value) for value in row])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    # A line break of Windows inside a cell would give the file two kinds of line end.
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _notes(name: str, names: list[str]) -> tuple[Note, ...]:
    others = [other for other in names if other != name]
    if not others:
        return ()
    return (Note(code="other-sheets", message=f"Only the sheet {name} is read, of {len(names)}.", count=len(others)),)
