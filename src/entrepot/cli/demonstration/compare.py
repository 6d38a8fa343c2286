"""Read a share with the official client, in its own environment, and compare every row with the source."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from entrepot.cli.demonstration import client_script


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How many rows were read, and how many are on one side only."""

    count: int
    differing: int
    client: str


def find_client_python() -> Path | None:
    """The Python that has the official Delta Sharing client: ``ENTREPOT_DELTA_SHARING_PYTHON``, or the one `make` sets up."""
    given = os.environ.get("ENTREPOT_DELTA_SHARING_PYTHON")
    candidates = [Path(given)] if given else [parent / ".venv-delta-sharing/bin/python" for parent in (Path.cwd(), *Path(__file__).parents)]
    return next((path for path in candidates if path.exists()), None)


def read_share(python: Path, profile: Path, folder: Path, *, form: str) -> dict[str, Path]:
    """Read every table of a share as pandas with the official client; a Parquet file of what it saw, by table name."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([python, client_script.__file__, profile, folder, form], capture_output=True, text=True, check=False)  # noqa: S603  # our own script
    if done.returncode:
        raise RuntimeError(f"the Delta Sharing client failed: {done.stderr[-2000:]}")
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))}


def compare_rows(source: Path, read: Path) -> Compared:
    """Compare a CSV file with what a client read, row by row, by value."""
    import duckdb

    version = (read.parent / "version").read_text()
    with duckdb.connect() as db:
        db.execute("CREATE VIEW seen AS SELECT * FROM read_parquet($1)".replace("$1", _quoted(read)))
        types = {row[0]: row[1] for row in db.execute("DESCRIBE seen").fetchall()}
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in types)
        db.execute(f"CREATE VIEW source AS SELECT * FROM read_csv({_quoted(source)}, header=true, all_varchar=true, columns={{{columns}}})")
        cast = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in types.items())
        one, other = f"SELECT {cast} FROM source", "SELECT * FROM seen"
        count = db.execute("SELECT count(*) FROM seen").fetchall()[0][0]
        differing = db.execute(
            f"SELECT (SELECT count(*) FROM ({one} EXCEPT ALL {other})) + (SELECT count(*) FROM ({other} EXCEPT ALL {one}))"
        ).fetchall()[0][0]
    return Compared(count=count, differing=differing, client=version)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
