"""Write the reference pages that follow from the code: settings, the JSON API, the command line."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"


def settings_page() -> str:
    """docs/settings.md: every setting, its variable, default and meaning."""
    from entrepot.config import PREFIX, Settings

    lines = [
        "# Settings",
        "",
        "Each setting has a default that suits one laptop. The environment wins over the file `entrepot.toml`",
        "(or the file that `ENTREPOT_CONFIG` names), the file over the default.",
        "",
        "| setting | variable | default | meaning |",
        "|---|---|---|---|",
    ]
    for f in fields(Settings):
        default = f"`{f.default}`" if f.default != "" else "empty"
        lines.append(f"| `{f.name}` | `{PREFIX}{f.name.upper()}` | {default} | {f.metadata['doc']} |")
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """docs/api.md: every route of the JSON API with its summary."""
    document = _openapi()
    lines = [
        "# The JSON API",
        "",
        "`GET /openapi.json` describes every request and answer to the byte; `/docs` shows it as a page. Send an API key as",
        "`Authorization: Bearer …`. Errors carry `error` (a stable word), `message` (the fact with its values) and `hint` (the next step).",
        "Requests that sign or pay take an `Idempotency-Key`; a repeat with the same key has no second effect.",
        "",
    ]
    groups: dict[str, list[str]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            group = (operation.get("tags") or ["other"])[0]
            groups.setdefault(group, []).append(
                f"| `{method.upper()} {path}` | {operation.get('description', operation['summary']).splitlines()[0]} |"
            )
    for group, rows in sorted(groups.items()):
        lines += [f"## {group.capitalize()}", "", "| request | what it does |", "|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _openapi() -> dict[str, Any]:
    import tempfile

    from entrepot.asgi import create_app
    from entrepot.config import Settings
    from entrepot.runtime import Exchange

    with tempfile.TemporaryDirectory() as folder:
        return create_app(Exchange(Settings(data_dir=folder, workers=0))).openapi()


PAGES = {"settings.md": settings_page, "api.md": api_page}


def main() -> int:
    """Write the pages, or with ``--check`` say which are out of date."""
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if "--check" in sys.argv:
            stale += [name] if not path.exists() or path.read_text("utf-8") != text else []
        else:
            path.write_text(text, "utf-8")
    if stale:
        print(f"docs/{', docs/'.join(stale)} does not match the code; run `make docs`.")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
