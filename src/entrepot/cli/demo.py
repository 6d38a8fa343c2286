"""The command that runs a whole trade on real data in front of the reader's eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the exchange running afterwards and print its address.")] = False,
    folder: Annotated[Path | None, typer.Option("--folder", help="Where to put it; default: a temporary folder, gone afterwards.")] = None,
    port: Annotated[int, typer.Option(help="Port to serve on; 0 takes a free one.")] = 0,
) -> None:
    """Run a whole trade on real data: publish, check, find, agree, deliver, settle, prove; exit code 1 when anything differs."""
    from entrepot.cli.demonstration import run_demo

    raise typer.Exit(run_demo(keep=keep, folder=folder, port=port))
