"""What the check says of a table before it is anonymised: no name of a person slips through, and what others may know can be chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.kit import Refused
from entrepot.privacy.anonymise.source import Source
from entrepot.privacy.model import ColumnFinding, Kind


class IdentifiersLeft(Refused):
    """Columns that name persons would be released as they are, and nobody said that they are to be."""


def findings(cursor: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> tuple[ColumnFinding, ...]:
    """What the columns of a table tell about persons, as ``entrepot check`` says it, by the names that stand in the file.

    Args:
        folder: A place for copies of the table.
    """
    # They load Arrow, which takes longer than anonymising a small table whose columns are all generalised.
    from entrepot.engine.convert import to_parquet
    from entrepot.engine.profiling import profile
    from entrepot.engine.read import open_table
    from entrepot.privacy.looking import assess

    copy, scratch = folder / "looked-at.parquet", folder / "looked-at"
    scratch.mkdir(exist_ok=True)
    to_parquet(cursor, open_table(cursor, source.path, scratch=scratch), copy)
    figures = profile(cursor, copy)
    # The check tidies headings, so columns are matched by their place.
    names = dict(zip((column.name for column in figures.columns), source.columns, strict=True))
    found = assess(cursor, copy, figures).findings
    copy.unlink()
    return tuple(replace(one, column=names[one.column]) for one in found)


def quasi_identifiers(found: Sequence[ColumnFinding], *, but: Collection[str]) -> tuple[str, ...]:
    """The columns that others may know of a person.

    Args:
        but: Columns of which something else was said.
    """
    return tuple(one.column for one in found if one.kind is Kind.QUASI and one.column not in but)


def named(found: Sequence[ColumnFinding], untouched: Collection[str]) -> tuple[ColumnFinding, ...]:
    """The findings of untouched columns that name persons by themselves."""
    return tuple(one for one in found if one.kind is Kind.DIRECT and one.column in untouched)


def require_meant(path: Path, left: Sequence[ColumnFinding], keep: Collection[str]) -> None:
    """Let columns that name persons be released as they are only where that was said.

    Raises:
        IdentifiersLeft: It was not said of some.
    """
    unsaid = [one for one in left if one.column not in keep]
    if not unsaid:
        return
    columns = ",".join(one.column for one in unsaid)
    shown = ", ".join(f"{one.column} ({one.category.title})" for one in unsaid)
    first = unsaid[0].column
    raise IdentifiersLeft(
        f"{path.name}: the release would name persons, because {len(unsaid)} of its columns would stay as they are: {shown}.",
        f"Leave them out (--drop {columns}); or change them (--change {first}=pseudonym, --change {first}=mask:1); or keep them on purpose "
        f"(--keep {columns}), for a release of grade 1.",
        columns=[one.column for one in unsaid],
    )  # fmt: skip
