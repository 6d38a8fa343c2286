"""A draft pack tried on everything that is live on an exchange: begun, waited for, shown."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from entrepot.cli.context import connect, harmless, out, show

_LOOK_EVERY = 0.5


def try_live(draft: Path) -> None:
    """Have the exchange try a draft on every live listing and agreement, and print which decisions change."""
    with connect(operator=True) as client:
        trial = client.begin_trial(draft.read_text("utf-8"))
    # On a local data folder the job ran when the connection ended; a server's worker may need a moment.
    while True:
        with connect(operator=True) as client:
            trial = client.trial(trial["id"])
        if trial["found"] is not None:
            break
        time.sleep(_LOOK_EVERY)
    show(trial, _human)


def _human(trial: Any) -> None:
    found = trial["found"]
    for change in found["changes"]:
        out.print(change_line(change), markup=False)
    if found["more"]:
        out.print(f"… and {found['total'] - len(found['changes']):,} more", style="dim")
    for kind in found["kinds"]:
        out.print(f"{kind['count']:,} at the gate {kind['gate']}: {kind['before']} → {kind['after']}", markup=False)
    out.print(f"{found['total']:,} live cases would change" if found["total"] != 1 else "1 live case would change")


def change_line(change: Any) -> str:
    """One change as a line: what, from which decision to which, and why."""
    why = ", ".join(change["new_reasons"] or change["lifted"] or change["asked"] or change["new_duties"])
    title = f" {harmless(change['title'])}" if change.get("title") else ""
    return f"{change['subject']}{title} ({change['gate']}): {change['before']} → {change['after']}  {why}"
