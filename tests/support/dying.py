"""The due jobs in a process of its own that kills itself: ``python dying.py SETTINGS_JSON NOW BATCH DIE_AT SINCE``; 0 never dies."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from itertools import count


def main() -> None:
    """Run what is due at that moment; before the statement or commit of this number, counted since one names the table SINCE (empty: from
    the beginning), the process ends as in a power cut."""
    import sqlalchemy as sa

    from entrepot.config import Settings
    from entrepot.kit import ManualClock
    from entrepot.notices import suspending
    from entrepot.runtime import Exchange

    settings, now, batch, die_at, since = sys.argv[1:]
    suspending.BATCH = int(batch)
    with Exchange(Settings(**json.loads(settings)), clock=ManualClock(datetime.fromisoformat(now))) as exchange:
        steps, begun = count(1), not since

        def step(*event: object) -> None:
            nonlocal begun
            begun = begun or since in str(event[2:3])
            if begun and next(steps) == int(die_at):
                os.kill(os.getpid(), signal.SIGKILL)

        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(exchange.database.engine, event, step)
        exchange.run_due_jobs()


if __name__ == "__main__":
    main()
