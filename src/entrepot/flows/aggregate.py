"""From a table to cells with their report: aggregate, look at what was written, grade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from entrepot.config import Settings
from entrepot.engine import DuckEngine
from entrepot.flows.released import looked_at, put_in_place, report_files, sha256_of, working
from entrepot.privacy.aggregates import Cells, Tabulation
from entrepot.privacy.aggregates import aggregate as write_cells
from entrepot.privacy.grading import Grade, Report, grade_cells, make_cells_report

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """Published cells with their grade, their report and its files."""

    cells: Cells
    report: Report
    grade: Grade
    files: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """The aggregation as JSON, with its grade and the report's digest."""
        return self.cells.to_dict() | {
            "grade": self.grade.to_dict(), "report_digest": self.report.digest, "report_files": [path.name for path in self.files],
        }  # fmt: skip


def aggregate(
    path: str | Path,
    out: str | Path,
    *,
    asked: Tabulation,
    settings: Settings | None = None,
    engine: DuckEngine | None = None,
    progress: Progress | None = None,
) -> Aggregated:
    """Write a table's cells, and beside them ``OUT.report.json`` and ``OUT.report.html``: all of them, or none.

    Args:
        engine: The engine to use; without it, one for this table alone.
        progress: Told the step and its share done.

    Raises:
        NotFound: There is no such file.
        Invalid: The table and the settings do not fit; the message names columns and counts, never values.
        Refused: Noise is asked for and cannot be drawn.
    """
    target, settings, told = Path(out), settings or Settings(), progress or (lambda step, share: None)
    with working(path, target, settings=settings, engine=engine) as (cursor, folder):
        part = folder / target.name
        told("read", 0.0)
        cells = replace(write_cells(cursor, path, part, asked=asked), path=target)
        told("look", 0.0)
        looked = looked_at(cursor, part, folder, settings=settings).assessment
        # Sums and means are of many; what names people is among the values of the cells.
        assessment = replace(looked, findings=tuple(one for one in looked.findings if one.column in asked.by))
        made = grade_cells(cells.smallest, assessment=assessment)
        report = make_cells_report(asked=asked, cells=cells, release_sha256=sha256_of(part), grade=made)
        parts = {target: part} | report_files(target, folder, report)
        put_in_place(parts)
    return Aggregated(cells=cells, report=report, grade=made, files=tuple(parts)[1:])
