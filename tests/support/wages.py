"""Four hundred persons, each with a wage and a name of their own, many alike by age and region."""

from __future__ import annotations

from pathlib import Path


def write_wages(target: Path, *, named: bool = False) -> None:
    """Write the table as CSV.

    Args:
        named: With a column that names each person.
    """
    heading, lines = "age,region,wage", [f"{20 + n % 40},{'NOSW'[n % 4]},{1000 + 7 * n}" for n in range(400)]
    if named:
        heading, lines = f"{heading},name", [f"{line},p{n}" for n, line in enumerate(lines)]
    target.write_text("\n".join([heading, *lines]) + "\n", "utf-8")
