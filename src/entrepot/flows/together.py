"""Hold a release against those made before of the same rows or people: each may be fit by itself, and all together not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from entrepot.flows.remembered import Remembered
from entrepot.flows.uploads import upload_key
from entrepot.kit import Refused
from entrepot.privacy.anonymise import Plan, Release
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.attacks import Composition, compose_files
from entrepot.privacy.grading import LEAST_K
from entrepot.runtime import Exchange

_HINT = "Publish the release there is, or ask for the same again; one that was never published stops counting after its day."
_MOST_STRANGE = 0.1
"""Rows that no class of an earlier release may cover; with more it cannot be told who looks alike in both."""


class BreaksTogether(Refused):
    """The release is fit by itself, and with one made earlier of the same rows or people it is not; ``details`` say which k would remain."""


def require_rows_fit(
    exchange: Exchange, source: Path, out: Path, others: Sequence[Remembered], *, release: Release, plan: Plan, what: str
) -> None:
    """Refuse a release of rows that, put together with earlier ones, leaves fewer persons alike than each promises by itself.

    Args:
        what: How the earlier ones are spoken of.

    Raises:
        BreaksTogether: It does, or nobody can tell.
    """
    # Cells are of many people and are held against other cells alone; the report says so.
    rows = [one for one in others if not one.holds_cells]
    quasi = sorted({*release.quasi, *(column for one in rows for column in one.document["release"]["quasi_identifiers"])})
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
            key = one.published_key if exchange.blobs.exists(one.published_key) else upload_key(one.upload_id)
            path = stack.enter_context(exchange.blobs.local(key))
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
