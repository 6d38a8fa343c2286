"""What the columns of a release that nobody generalised tell about who somebody is: the attacks on quasi-identifiers do not try them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from entrepot.flows.known_release import hidden_by_report
from entrepot.flows.pseudonyms import KEY_ROWS
from entrepot.privacy.anonymise.source import Source, copy_columns, open_source
from entrepot.privacy.attacks import AttackReport, Untreated
from entrepot.privacy.grading.model import MOST_FOUND
from entrepot.privacy.notes import note
from entrepot.privacy.risk import combined


def with_untreated(
    cursor: duckdb.DuckDBPyConnection,
    report: AttackReport,
    *,
    original: Path,
    release: Path,
    scratch: Path,
    sensitive: Collection[str] = (),
) -> AttackReport:
    """The report with what the columns left as they are single out, together and with the released classes.

    Args:
        sensitive: Columns that must not be learnt. They count as unknown to others where the release was made to protect them, and where no
            report says what it was made for.
    """
    first, second = (open_source(cursor, path, scratch) for path in (original, release))
    hidden = hidden_by_report(release)
    unknown = hidden.protected if hidden else frozenset(sensitive)
    others = [name for name in second.columns if name in first.columns and name not in {*report.quasi_identifiers, *unknown}]
    known = [name for name in others if (name not in hidden.pseudonyms if hidden else _is_known(cursor, first, second, name))]
    if report.released < KEY_ROWS or report.doubts:
        return report
    left = sorted(unknown & {*second.columns})
    notes = (*report.notes, note("held_unknown", columns=left)) if left else report.notes
    return replace(report, untreated=_looked(cursor, second, known, report.quasi_identifiers, scratch) if known else None, notes=notes)


def _is_known(cursor: duckdb.DuckDBPyConnection, original: Source, release: Source, column: str) -> bool:
    """Whether the release shows some value of the original there; of pseudonyms nobody outside knows whose they are."""
    shown, real = release.text(column), original.text(column)
    # Rounded numbers are written in another way than those they were.
    both = [f"SELECT DISTINCT coalesce(TRY_CAST({text} AS DOUBLE)::VARCHAR, {text}) AS v FROM {source.scan}" for text, source in ((shown, release), (real, original))]  # fmt: skip
    return bool(cursor.execute(f"SELECT 1 FROM ({both[0]}) SEMI JOIN ({both[1]}) USING (v) LIMIT 1").fetchall())


def _looked(cursor: duckdb.DuckDBPyConnection, release: Source, known: Sequence[str], quasi: Sequence[str], scratch: Path) -> Untreated:
    # Numbered, because columns may be called alike but for their case.
    names = {column: f"c{number}" for number, column in enumerate([*known, *quasi])}
    target = scratch / "untreated.parquet"
    copy_columns(cursor, release, names, target)
    found = combined(cursor, target, [names[c] for c in known], limit=MOST_FOUND, quasi=[names[c] for c in quasi])
    target.unlink()
    written = {name: column for column, name in names.items()}
    found = replace(
        found, columns=tuple(written[c] for c in found.columns), left_out=tuple(written[c] for c in found.left_out if c in written)
    )
    return Untreated(columns=tuple(known), limit=MOST_FOUND, found=found)
