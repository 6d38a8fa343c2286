"""A manifest to begin with, prefilled from what a file shows."""

from __future__ import annotations

import re
from pathlib import Path

from entrepot.catalogue.manifest.template import template
from entrepot.flows.check import check


def draft_manifest(file: Path) -> str:
    """The YAML text of a manifest for a table file; it loads as it stands, and wants a title and an outcome of one's own.

    Raises:
        NotFound: There is no such file.
        Invalid: It holds no table that can be read.
    """
    report = check(file)
    columns = [column.name for table in report.tables for column in table.profile.columns]
    title = re.sub(r"[\W_]+", " ", file.name.partition(".")[0]).strip().capitalize()
    return template(file=file.name, title=title, columns=columns)
