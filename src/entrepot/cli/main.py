"""The command line, assembled; each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from entrepot.cli import context, operate, proof, publish, trade
from entrepot.cli.check import check
from entrepot.cli.demo import demo

app = typer.Typer(
    name="entrepot", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
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


app.command(rich_help_panel="Start here")(check)
app.command(rich_help_panel="Start here")(demo)
operate.add_to(app)
publish.add_to(app)
trade.add_to(app)
proof.add_to(app)


def main() -> None:
    """Run the command line; errors of ours are shown as fact and next step, with exit code 2."""
    from entrepot.kit import EntrepotError

    try:
        app()
    except EntrepotError as error:
        if context.chosen.as_json:
            import json

            sys.stdout.write(json.dumps(error.as_dict(), ensure_ascii=False) + "\n")
        else:
            context.err.print(f"[bold red]{error.error}[/]", end=" ")
            context.err.print(error.message, markup=False)
            if error.hint:
                context.err.print(f"→ {error.hint}", markup=False, style="dim")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
