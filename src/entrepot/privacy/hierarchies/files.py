"""Hierarchies in ARX's csv format: no header, ``leaf;generalisation;…;*``, one leaf a row."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

from entrepot.kit import Invalid, NotFound
from entrepot.privacy.hierarchies.model import Hierarchy, hierarchy


def read_hierarchy(path: Path, *, column: str | None = None, delimiter: str = ";") -> Hierarchy:
    """The hierarchy a file holds.

    Args:
        column: Whose it is; by default the one the file is named after.

    Raises:
        NotFound: There is no such file.
        Invalid: It is no UTF-8 text or no tree; the message names the column and the row.
    """
    if not path.is_file():
        raise NotFound(f"There is no hierarchy {path.name}.", "Name the folder that holds a COLUMN.csv for each column.")
    name = path.stem if column is None else column
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter=delimiter) if row]
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} is no UTF-8 text from byte {error.start} on.", "Save it as UTF-8.", column=name) from None
    except csv.Error:
        raise Invalid(f"{path.name} is no csv file.", "Write one row for each value: value;generalisation;…;*", column=name) from None
    _check_separated(name, path, rows, delimiter)
    return hierarchy(name, rows)


def _check_separated(column: str, path: Path, rows: list[list[str]], delimiter: str) -> None:
    """Refuse a file of which every row is one value, because something else stands between its levels."""
    if any(len(row) > 1 for row in rows):
        return
    for other, called in ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if rows and other != delimiter and 2 * sum(other in row[0] for row in rows) > len(rows):
            raise Invalid(
                f"{path.name} has one level only: its rows hold {called}, and levels are separated by '{delimiter}'.",
                f"Write one row for each value, with '{delimiter}' between levels: value{delimiter}generalisation{delimiter}…{delimiter}*",
                column=column,
            )


def read_folder(folder: str | Path, *, columns: Collection[str] | None = None) -> dict[str, Hierarchy]:
    """The hierarchies of a folder by column.

    Args:
        columns: Read those of these columns only, whatever else lies there.

    Raises:
        NotFound: There is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Name the folder that holds a COLUMN.csv for each column.")
    wanted = None if columns is None else set(columns)
    return {path.stem: read_hierarchy(path) for path in sorted(folder.glob("*.csv")) if wanted is None or path.stem in wanted}


def write_hierarchy(found: Hierarchy, path: Path) -> None:
    """Write a hierarchy so that `read_hierarchy` and ARX read it back."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows(found.paths)
