"""An exchange in a process of its own, that a test kills: ``python victim.py SETTINGS_JSON``; it prints a line once it serves."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Serve the exchange that the settings name, workers included, as `entrepot serve` does."""
    from entrepot.cli.serving import make_server
    from entrepot.config import Settings
    from entrepot.runtime import Exchange
    from entrepot.store import migrate

    settings = Settings(**json.loads(sys.argv[1]))
    exchange = Exchange(settings)
    migrate.require_current(exchange.database)
    make_server(exchange, host="127.0.0.1", port=settings.port, log_level="warning").run()


if __name__ == "__main__":
    main()
