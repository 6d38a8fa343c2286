"""Hold a release against those made before of the same rows or people: each may be fit by itself, and all together not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from entrepot.engine.sql import identifier, literal
from entrepot.flows.remembered import Remembered
from entrepot.flows.uploads import upload_key
from entrepot.kit import Refused
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.attacks import Composition, compose_files
from entrepot.privacy.grading import LEAST_K, MOST_FOUND, Level, Report
from entrepot.privacy.risk import combined
from entrepot.runtime import Exchange

_HINT = "Publish the release there is, or ask for the same again; one that was never published stops counting after its day."
_MOST_STRANGE = 0.1
"""Rows that no class of an earlier release may cover; with more it cannot be told who looks alike in both."""


class BreaksTogether(Refused):
    """The release is fit by itself, and with one made earlier of the same rows or people it is not; ``details`` say which k would remain."""


def require_rows_fit(
    exchange: Exchange, source: Path, out: Path, others: Sequence[Remembered], *, release: Release, plan: Plan, report: Report, what: str
) -> None:
    """Refuse a release of rows that, put together with earlier ones, leaves fewer persons alike than each promises by itself.

    Args:
        report: Of the new release, with its grade.
        what: How the earlier ones are spoken of.

    Raises:
        BreaksTogether: It does, or nobody can tell.
    """
    # Cells are of many people and are held against other cells alone; the report says so.
    rows = [one for one in others if not one.holds_cells]
    quasi = sorted({*release.quasi, *(column for one in rows for column in one.document["release"]["quasi_identifiers"])})
    _require_columns_fit(exchange, source, out, rows, quasi, report=report.document, what=what)
    found = _composed(exchange, source, out, rows, quasi, release=release, plan=plan)
    if found is None:
        return
    # What each promised for its own quasi-identifiers: held against those of all it may keep less even by itself.
    promised = [release.smallest, *(one.document["release"]["smallest_class"] for one in rows)]
    bound = min([LEAST_K, *(size for size in promised if size is not None)])
    if found.strange > _MOST_STRANGE:
        raise BreaksTogether(
            f"What was released of {what} before has other hierarchies or other values, so it cannot be told how few people look alike in both.",
            f"Use the same hierarchies. {_HINT}",
        )  # fmt: skip
    if found.breaks(bound):
        raise BreaksTogether(
            f"Together with what was released of {what} before k would be {found.effective} where each release keeps {bound} or more: "
            f"{found.below(bound):,} of {found.rows:,} rows would have less company.",
            _HINT, k=found.effective, bound=bound, rows=found.below(bound), releases=[one.id for one in rows],
        )  # fmt: skip


def _require_columns_fit(
    exchange: Exchange, source: Path, out: Path, rows: Sequence[Remembered], quasi: Sequence[str], *, report: Mapping[str, Any], what: str
) -> None:
    """Refuse a release whose untreated columns, beside those of earlier ones, single out more rows than a grade 3 among them allows.

    The order of rows is kept, so whoever has both can lay them side by side.
    """
    documents = [report, *(one.document for one in rows)]
    if all(document["grade"]["level"] < Level.ACCEPTABLE for document in documents):
        return
    with ExitStack() as stack:
        cursor, folder = exchange.engine.cursor(), stack.enter_context(exchange.blobs.scratch())
        stack.callback(cursor.close)
        table = open_source(cursor, source, folder)
        files = [out, *(stack.enter_context(exchange.blobs.local(_key(exchange, one))) for one in rows)]
        shown = [_untreated(document, open_source(cursor, file, folder).columns) for document, file in zip(documents, files, strict=True)]
        every = [column for column in table.columns if column not in quasi and any(column in one for one in shown)]
        # What one release shows alone was counted when it was graded.
        if any({*every} <= one for one in shown) or not every:
            return
        new = open_source(cursor, out, folder)
        classes = [column for column in report["release"]["quasi_identifiers"] if column in new.columns]
        beside, given = folder / "beside.parquet", [f"q{i}" for i in range(len(classes))]
        untreated = ", ".join(f"{table.text(column)} AS {identifier(f'c{i}')}" for i, column in enumerate(every))
        generalised = ", ".join(f"{new.text(column)} AS {name}" for column, name in zip(classes, given, strict=True))
        cursor.execute(
            f"COPY (SELECT * FROM (SELECT {untreated} FROM {table.scan}) POSITIONAL JOIN (SELECT {generalised} FROM {new.scan})) "
            f"TO {literal(str(beside))} (FORMAT parquet)"
        )
        found = combined(cursor, beside, [f"c{i}" for i in range(len(every))], limit=MOST_FOUND, quasi=given)
    if found.columns or found.skipped:
        named = [every[int(column[1:])] for column in found.columns]
        raise BreaksTogether(
            f"Laid beside what was released of {what} before, {', '.join(named) or 'the untreated columns'} would single out {found.share:.0%} of the rows, "
            f"and {MOST_FOUND:.0%} is the bound of grade 3.",
            f"Leave out or generalise one of these columns. {_HINT}", columns=named, share=round(found.share, 6), releases=[one.id for one in rows],
        )  # fmt: skip


def _untreated(document: Mapping[str, Any], columns: Sequence[str]) -> set[str]:
    """Columns that a release shows as they were: neither generalised nor changed, and nothing that nobody knows of a person."""
    treated = {*document["release"]["quasi_identifiers"], *(change["column"] for change in document["settings"]["changes"])}
    return {*columns} - treated - {one["column"] for one in document["risk"]["after"]["sensitive"]}


def _key(exchange: Exchange, one: Remembered) -> str:
    return one.published_key if exchange.blobs.exists(one.published_key) else upload_key(one.upload_id)


def _composed(
    exchange: Exchange, source: Path, out: Path, rows: Sequence[Remembered], quasi: Sequence[str], *, release: Release, plan: Plan
) -> Composition | None:
    """The releases put together on the columns that the table has; None where no earlier one shows any of these."""
    with ExitStack() as stack:
        cursor, folder = exchange.engine.cursor(), stack.enter_context(exchange.blobs.scratch())
        stack.callback(cursor.close)
        there = open_source(cursor, source, folder).columns
        shared = [column for column in quasi if column in there]
        files = []
        for one in rows:
            path = stack.enter_context(exchange.blobs.local(_key(exchange, one)))
            if {*open_source(cursor, path, folder).columns} & {*shared}:
                files.append(path)
        if not files:
            return None
        # Who counted persons once is held to persons.
        persons = [plan.person, *(str(one.document["settings"]["person"]) for one in rows)]
        person = next((column for column in persons if column and column in there), "")
        return compose_files(
            cursor, source, [*files, out], quasi_identifiers=shared, hierarchies=release.hierarchies, person_key=person
        )  # fmt: skip


def require_cells_fit(others: Sequence[Remembered], *, by: Sequence[str], what: str) -> None:
    """Refuse cells of a table beside other cells of it: one table subtracted from the other may leave a few people.

    Raises:
        BreaksTogether: There are such cells.
    """
    cells = [one for one in others if one.holds_cells]
    if cells:
        before = ", ".join(cells[0].document["settings"]["by"])
        raise BreaksTogether(
            f"Cells of {what} by {before} were published or wait for it; subtracted from cells by {', '.join(by)} they could leave a few people.",
            f"Ask for all columns at once, with totals. {_HINT}",
            releases=[one.id for one in cells],
        )
