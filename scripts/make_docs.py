"""Write the reference pages that follow from the code: settings, the JSON API, the command line, the errors, which acts ask which rules."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
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


def cli_page() -> str:
    """docs/cli.md: every command with its arguments and options."""
    from entrepot.cli.commands import build
    from entrepot.cli.main import app

    command: Any = build(app)
    lines = [
        "# The command line",
        "",
        "Options of all commands may stand before or after the command. Exit codes: 0 done; 2 refused, not found, blocked or wrongly used, with the",
        "fact and the next step; 3 something is missing; 4 a person must look; 5 two rules contradict each other; 1 an error of the program. With `--json` answers and errors are JSON.",
        "",
        "| for every command | |",
        "|---|---|",
        *_parameters(command, command.context_class(command, info_name="entrepot")),
        "",
    ]
    panels: dict[str, list[Any]] = {}
    for found in command.commands.values():
        panels.setdefault(found.rich_help_panel, []).append(found)
    for panel, members in panels.items():
        lines += [f"## {panel}", ""]
        for found in members:
            lines += _command(found, found.name, "###")
    return "\n".join(lines).rstrip() + "\n"


def _command(found: Any, name: str, heading: str) -> list[str]:
    ctx = found.context_class(found, info_name=f"entrepot {name}")
    usage = " ".join([ctx.command_path, *found.collect_usage_pieces(ctx)])
    rows = _parameters(found, ctx)
    table = ["| | |", "|---|---|", *rows, ""] if rows else []
    lines = [f"{heading} {name}", "", f"    {usage}", "", inspect.cleandoc(found.help or ""), "", *table]
    for below in getattr(found, "commands", {}).values():
        lines += _command(below, f"{name} {below.name}", f"{heading}#")
    return lines


def _parameters(command: Any, ctx: Any) -> list[str]:
    records = [parameter.get_help_record(ctx) for parameter in command.params if parameter.name != "help"]
    return [f"| `{name}` | {' '.join(text.split())} |" for name, text in filter(None, records)]


def errors_page() -> str:
    """docs/errors.md: every kind of error with its status and meaning."""
    import entrepot
    from entrepot.kit import EntrepotError

    for module in pkgutil.walk_packages(entrepot.__path__, "entrepot."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    lines = [
        "# Errors",
        "",
        "Every door shows the same three fields: `error` (the stable word below), `message` (the fact with its values) and `hint` (the next step). Python",
        "raises the class of that name, one of four kinds: `Invalid`, `NotFound`, `Refused`, `Conflict`. What belongs to another answers `NotFound`.",
        "",
        "| error | kind | HTTP status | meaning |",
        "|---|---|---|---|",
    ]
    classes = sorted(_subclasses(EntrepotError), key=lambda c: (c.status, c.__name__))
    for found in dict.fromkeys(classes):
        kind = found.__mro__[1].__name__
        meaning = inspect.cleandoc(found.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        lines.append(f"| `{found.__name__}` | {'' if kind == 'EntrepotError' else f'`{kind}`'} | {found.status} | {meaning} |")
    lines += [
        "",
        "Beside these the HTTP doors say `MethodNotAllowed` (405), and the command line says `Usage` where a command was called wrongly.",
    ]
    return "\n".join(lines) + "\n"


def acts_page() -> str:
    """docs/rules-asked.md: what the exchange asks the rules about, how far they bind, and which acts ask each rule."""
    from entrepot.compliance import acts, library

    lines = [
        "# Which acts ask which rules",
        "",
        "Every rule is asked by the exchange itself. *Binds*: what the rules forbid, ask or leave to a person stops the act. *Stops*: only what they",
        "forbid does. *Notes*: nothing stops it; what the rules say is kept in the log and shown at `/duties` until it is settled",
        "([decision 0011](decisions/0011-which-acts-rules-may-stop.md)). `publish`, `agree` and `deliver` are bound by their gates.",
        "",
        "| act | what it is | gate | the rules |",
        "|---|---|---|---|",
        *(f"| `{act.name}` | {act.texts['en']} | {act.gate} | {act.stance} |" for act in acts.ACTS),
    ]
    for pack in library.shipped():
        lines += ["", f"## {pack.id}", "", "| rule | asked by |", "|---|---|"]
        asked = ((rule.id, acts.asked_by(rule)) for rule in pack.rules)
        lines += [
            f"| `{rule}` | {', '.join(names) or 'no flow of this program; `entrepot rules judge` asks it'} |" for rule, names in asked
        ]
    return "\n".join(lines) + "\n"


def _subclasses(base: Any) -> list[Any]:
    # A client that has met an error it does not know makes a class for it, without a meaning.
    known = [child for child in base.__subclasses__() if child.__module__.startswith("entrepot.") and child.__dict__.get("__doc__")]
    return [found for child in known for found in (child, *_subclasses(child))]


PAGES = {"settings.md": settings_page, "api.md": api_page, "cli.md": cli_page, "errors.md": errors_page, "rules-asked.md": acts_page}


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
