"""Commands for proof: receipts, offline verification, a witness of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, newest, out, show, wrote

PANEL = "Prove"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, PANEL, receipts, receipt, trust, verify, checkpoint, witness)


def receipts(agreement_id: Annotated[str, typer.Argument(metavar="AGREEMENT", help="The agreement's id, or `last`.")] = "last") -> None:
    """What the log holds about an agreement."""
    with connect() as client:
        found = client.receipts(newest(client, agreement_id, "agreements"))
    show(
        found,
        lambda v: [
            out.print(
                f"[bold cyan]{r['id']}[/] {r['kind']:<22} {r['at'][:19]}  leaf {r['position'] if r['position'] is not None else 'waits for the seal'}"
            )
            for r in v["receipts"]
        ],
    )


def receipt(
    entry_id: Annotated[
        str, typer.Argument(metavar="RECEIPT", help="The receipt's id, or `last` for the newest one of the newest agreement.")
    ],
    output: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
) -> None:
    """Fetch a receipt that anyone can verify offline."""
    with connect() as client:
        if entry_id == "last":
            entry_id = client.receipts(newest(client, "last", "agreements"))["receipts"][-1]["id"]
        text = json.dumps(client.receipt(entry_id), ensure_ascii=False, indent=2)
    if output:
        output.write_text(text + "\n", "utf-8")
        wrote(output, f"verify it offline with: entrepot verify {output} --trust trust.json")
    else:
        out.print(text, markup=False)


def trust(output: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("trust.json")) -> None:
    """Fetch the public keys that receipts verify against; do it once, from a source you trust."""
    with connect(public=True) as client:
        output.write_text(json.dumps(client.trust(), indent=2) + "\n", "utf-8")
    wrote(output, "public keys of the log and of every organisation")


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A receipt, or a signed agreement.", exists=True, dir_okay=False)],
    trusted: Annotated[
        Path, typer.Option("--trust", help="Public keys, as `entrepot trust` writes them.", exists=True, dir_okay=False)
    ] = Path("trust.json"),
    policy: Annotated[
        Path | None, typer.Option(help="A witness policy (tlog-policy) that the log must satisfy.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Verify a receipt or a signed agreement offline, with public keys only; exit code 2 when it does not hold."""
    from entrepot.flows.verify import verify_document

    report = verify_document(file.read_bytes(), trusted.read_bytes(), policy.read_text("utf-8") if policy else None)

    def human(value: Any) -> None:
        for step in value["steps"]:
            mark = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: "[dim]–[/]"}[step["passed"]]
            out.print(mark, end=" ")
            out.print(f"{step['name']}: {step['detail']}", markup=False)
        out.print("[bold green]The document holds.[/]" if value["holds"] else "[bold red]The document does not hold.[/]")

    show(report, human)
    if not report["holds"]:
        raise typer.Exit(2)


def checkpoint() -> None:
    """Print the newest signed checkpoint of the log."""
    with connect(public=True) as client:
        found = client.checkpoint()
    show({"checkpoint": found}, lambda v: out.print(v["checkpoint"], markup=False, end=""))


def witness(
    folder: Annotated[Path, typer.Option("--folder", help="Where the witness keeps its key and what it has seen.")],
    log: Annotated[list[str], typer.Option("--log", help="Verifier key of a log to watch; repeat for more.")],
    name: Annotated[str, typer.Option(help="Name of the witness, such as witness.example.org.")] = "localhost/witness",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8321,
) -> None:
    """Run a witness: it cosigns a log's checkpoints while the log only grows."""
    import uvicorn

    from entrepot.api.witness import create_witness_app

    app = create_witness_app(folder, log, name=name)
    out.print(f"witness key: {app.state.vkey}", markup=False)
    uvicorn.run(app, host=host, port=port, log_level="info", server_header=False)
