"""Read a portfolio of apps from CSV; a row that cannot be read is named beside the others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from entrepot.compliance.app_audit import COLUMNS, LARGEST, LISTS, App, make_app
from entrepot.compliance.pack_model import LANGUAGES, Texts
from entrepot.kit import Invalid

MAX_APPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A row that could not be audited: where it stands, what is wrong, what to do; sentences in both languages."""

    row: int
    app: str
    problem: Texts
    hint: Texts

    def to_dict(self) -> dict[str, object]:
        """The row as JSON, beside audits."""
        return {"app": self.app, "decision": "unread", "row": self.row, "problem": dict(self.problem), "hint": dict(self.hint)}


def read_portfolio(path: Path) -> Iterator[App | Unread]:
    """The apps of a CSV file with the columns of `COLUMNS`, separated by commas, semicolons or tabs; semicolons separate the lists in a cell.

    Raises:
        NotFound: There is no such file.
        Invalid: It is no such file: a column is missing, it names no app, or has more rows than are audited at once.
    """
    from entrepot.engine.encodings import read_text

    text = read_text(path, limit=LARGEST)
    mark, number = max(",;\t", key=text.partition("\n")[0].count), 1
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        _require_columns(path.name, [name or "" for name in rows.fieldnames or ()])
        for number, row in enumerate(rows, start=2):
            if number > MAX_APPS + 1:
                raise Invalid(f"{path.name} has more than {MAX_APPS:,} apps.", "Split it.")
            yield _read(row, number, mark)
    except csv.Error as error:
        raise Invalid(f"{path.name} is no CSV after row {number}.", "Save it as CSV again.") from error
    if number == 1:
        raise Invalid(f"{path.name} names no app.", "Write one app a row below the names of the columns.")


def _require_columns(name: str, found: list[str]) -> None:
    missing = [column for column in COLUMNS[:3] if column not in found]
    if missing:
        raise Invalid(f"{name} has no column {missing[0]!r}.", f"Its columns are {', '.join(COLUMNS)}; the last two may be left out.")


def _read(row: dict[str, str], number: int, mark: str) -> App | Unread:
    app = (row.get("app") or "").strip()
    try:
        if None in row:
            raise Invalid(
                "it has more cells than the file has columns.", f"Put a list that holds {mark!r} between double quotes.",
                message_zh="该行的单元格多于文件的列。", hint_zh=f"含有“{mark}”的列表请用双引号括起。",
            )  # fmt: skip
        return make_app({name: _cell(name, row.get(name) or "", mark) for name in COLUMNS})
    except Invalid as error:
        said = {language: error.said(language) for language in LANGUAGES}
        problem, hint = ({language: pair[part] for language, pair in said.items()} for part in (0, 1))
        return Unread(row=number, app=app[:200], problem=problem, hint=hint)


def _cell(name: str, text: str, mark: str) -> str | tuple[str, ...]:
    if name not in LISTS:
        return text.strip()
    # Where semicolons part the columns, a list inside of one is often written with commas.
    parts = re.split("[;；,，、]" if mark == ";" else "[;；、]", text)
    return tuple(part.strip() for part in parts if part.strip())
