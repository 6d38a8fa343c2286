"""What every release goes through: a folder to work in, a look at what was written, a report beside it, all put in place at once."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from entrepot.config import Settings
from entrepot.engine import DuckEngine
from entrepot.engine.model import TableProfile
from entrepot.flows.check import check_table
from entrepot.kit import Conflict
from entrepot.privacy import Assessment
from entrepot.privacy.anonymise.source import open_source
from entrepot.privacy.anonymise.write import require_folder_of, require_other
from entrepot.privacy.grading import Report, report_html


@contextmanager
def working(
    path: str | Path, target: Path, *, settings: Settings, engine: DuckEngine | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A cursor and a folder in which a release of a table is made.

    Args:
        engine: The engine to use; without it, one for this table alone.

    Raises:
        Invalid: The release would overwrite the table.
        NotFound: The folder of the release does not exist.
    """
    require_other(target, Path(path))
    require_folder_of(target)
    # In the folder of the release, so that its parts take their places by renaming.
    with tempfile.TemporaryDirectory(prefix=".entrepot-", dir=target.parent) as held:
        folder = Path(held)
        own = engine or DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=folder / "engine")
        cursor = own.cursor()
        # Where Python was started without a script DuckDB takes it for interactive and draws a bar of its own into the answer.
        cursor.execute("SET enable_progress_bar = false")
        try:
            yield cursor, folder
        finally:
            cursor.close()
            if engine is None:
                own.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the columns of a release tell about persons, by the names that the release writes.

    Attributes:
        names: For each name as the check tidies it, the one that is written, in order.
        parquet: The release as the check read it.
    """

    assessment: Assessment
    profile: TableProfile
    names: dict[str, str]
    parquet: Path


def looked_at(cursor: duckdb.DuckDBPyConnection, part: Path, scratch: Path, *, settings: Settings) -> Looked:
    """Check a release as publishing would."""
    parquet = scratch / "release.parquet"
    found = check_table(cursor, part, parquet, scratch=scratch, settings=settings, with_risk=False)
    # The check tidies headings, so columns are matched by their place.
    written = open_source(cursor, part, scratch).columns
    names = dict(zip((c.name for c in found.profile.columns), written, strict=True))
    findings = tuple(replace(f, column=names.get(f.column, f.column)) for f in found.assessment.findings)
    return Looked(assessment=replace(found.assessment, findings=findings), profile=found.profile, names=names, parquet=parquet)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; memory stays small."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def report_names(out: Path) -> tuple[Path, Path]:
    """Where the report of a release lies: as JSON and as a page."""
    return out.with_name(f"{out.name}.report.json"), out.with_name(f"{out.name}.report.html")


def report_files(target: Path, folder: Path, report: Report) -> dict[Path, Path]:
    """Write a report into a folder, and say where each of its files belongs."""
    as_json, as_page = report_names(target)
    made = {as_json: folder / "report.json", as_page: folder / "report.html"}
    made[as_json].write_bytes(report.data)
    made[as_page].write_text(report_html(report.document, digest=report.digest), "utf-8")
    return made


def put_in_place(parts: Mapping[Path, Path]) -> None:
    """Rename each part to its name, the release last; where one cannot be, none that was not there before stays."""
    taken = [target for target in parts if target.is_dir()]
    if taken:
        raise Conflict(f"{taken[0].name} is a folder.", "Choose another name for the release.")
    placed: list[Path] = []
    try:
        for target, part in reversed(list(parts.items())):
            is_new = not target.exists()
            part.replace(target)
            placed += [target] if is_new else []
    except BaseException:
        for target in placed:
            target.unlink(missing_ok=True)
        raise
