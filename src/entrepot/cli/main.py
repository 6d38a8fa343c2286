"""The command line, assembled; each command imports what it needs when it runs."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated, Any

import typer

from entrepot.cli import (
    commands,
    consent,
    context,
    desk,
    operate,
    operations,
    people,
    proof,
    publish,
    review,
    rights,
    rules,
    rulings,
    trade,
)
from entrepot.cli.aggregate import aggregate
from entrepot.cli.anonymise import anonymise
from entrepot.cli.attack import attack
from entrepot.cli.check import check
from entrepot.cli.demo import demo

# Without rich's markup, whose formatter of help texts takes longer to import than everything else together.
app = typer.Typer(
    name="entrepot", cls=commands.Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="An open data exchange: list data without handing it over; every use agreed, metered, paid and provable.",
)  # fmt: skip


@app.callback()
def options(
    data: Annotated[
        str | None, typer.Option(help="Data folder of a local exchange.", envvar="ENTREPOT_DATA_DIR", show_default="entrepot-data")
    ] = None,
    exchange: Annotated[
        str | None,
        typer.Option(help="Address of an exchange to use over HTTP, with the key in ENTREPOT_API_KEY.", envvar="ENTREPOT_EXCHANGE"),
    ] = None,
    acting: Annotated[str | None, typer.Option("--as", help="Organisation to act for on a local exchange: its short name or id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print answers as JSON.")] = False,
) -> None:
    context.chosen.data, context.chosen.exchange, context.chosen.acting, context.chosen.as_json = data, exchange, acting, as_json


commands.add(app, "Start here", check, anonymise, aggregate, attack, demo)
operate.add_to(app)
people.add_to(app)
publish.add_to(app)
review.add_to(app)
desk.add_to(app)
trade.add_to(app)
consent.add_to(app)
rights.add_to(app)
proof.add_to(app)
rules.add_to(app)
operations.add_to(app)
rulings.add_to(app)


_MOST_FINDINGS = 20
_MOST_PROBLEMS = 50
"""Findings and problems of a refusal that are shown; `--json` has more."""


def main() -> None:
    """Run the command line and exit.

    Exit codes: 0 done; 2 refused, not found or wrongly used, shown as fact and next step; 3 and 4 where something is missing or a person
    must look; 130 cancelled; 1 an error of the program, with its trace.
    """
    sys.exit(run())


def run(args: list[str] | None = None) -> int:
    """Run one command and give its exit code.

    Raises:
        Exception: An error of the program.
    """
    from entrepot.cli.failures import exit_code, explain

    try:
        return commands.build(app)(args, standalone_mode=False) or 0
    except KeyboardInterrupt:
        return 130
    except typer.Abort:
        return 130
    except BrokenPipeError:  # Whoever read the output has had enough, such as `head`.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # the interpreter flushes and closes it
        return 0
    except Exception as error:
        usage = _of_usage(error)
        if usage is not None:
            return usage
        explained = explain(error)
        if explained is None:
            raise
        _tell(explained.as_dict())
        return exit_code(explained)


def _of_usage(error: Exception) -> int | None:
    """The exit code where the command line itself was wrong, after saying so."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.ctx.get_help())  # type: ignore[attr-defined]  # typer keeps the class private
        return 0
    message = getattr(error, "format_message", None)
    if message is None:
        return None
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else "entrepot"
    _tell({"error": "Usage", "message": message(), "hint": f"`{path} --help` shows what it takes."})
    return 2


def _tell(shown: dict[str, Any]) -> None:
    if context.chosen.as_json:
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        return
    context.err.print(f"[bold red]{shown['error']}[/]", end=" ")
    context.err.print(_printable(shown["message"]), markup=False)
    if shown["hint"]:
        context.err.print(_printable(f"→ {shown['hint']}{_rule(shown)}"), markup=False, style="dim")
    details = shown.get("details", {})
    # A message that names them all has them as entries.
    problems = [problem for problem in details.get("problems", []) if isinstance(problem, str)]
    for problem in problems[1:_MOST_PROBLEMS]:
        context.err.print(_printable(f"  and: {problem}"), markup=False)
    _more(len(problems) - _MOST_PROBLEMS, "problem")
    for change in details.get("changes", []):
        context.err.print(_printable(f"  {change}"), markup=False)
    findings = details.get("findings", [])
    for finding in findings[1:_MOST_FINDINGS]:
        context.err.print(_printable(f"  and: {finding['message']} [{finding['citation']}]"), markup=False)
        if finding["hint"]:
            context.err.print(_printable(f"  → {finding['hint']}  ({finding['rule']})"), markup=False, style="dim")
    _more(len(findings) - _MOST_FINDINGS, "finding")


def _rule(shown: dict[str, Any]) -> str:
    """The rule that the refusal begins with."""
    findings = shown.get("details", {}).get("findings", [])
    return f"  ({findings[0]['rule']})" if findings else ""


def _more(left: int, what: str) -> None:
    if left > 0:
        from entrepot.kit.words import counted

        context.err.print(f"  and {counted(left, f'more {what}')}; --json shows them", style="dim")


def _printable(text: str) -> str:
    # Messages name columns and files as they are called; their own line ends stay.
    return "\n".join(context.harmless(line) for line in text.split("\n"))
