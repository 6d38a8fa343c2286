"""Commands on rights: who has which in a listing, agreements as whole contracts, the digest of a document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, find_listing, newest, out, show, wrote

PANEL = "Rights and contracts"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, PANEL, rights, contract, digest)


def rights(
    listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id, or words that find just one.")],
    version: Annotated[int | None, typer.Option(help="A version's number; the one on offer without it.", min=1)] = None,
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
) -> None:
    """Show who holds, may process and may operate a listing's data, and the chain that shows it. Exit code 2 where it has gaps."""
    with connect(public=True) as client:
        found = client.rights(find_listing(client, listing_id), version=version)
    language = "zh" if language == "zh" else "en"
    show(found, lambda value: _rights(value, language))
    raise typer.Exit(2 if found["gaps"] else 0)


def contract(
    agreement_id: Annotated[str, typer.Argument(metavar="AGREEMENT", help="The agreement's id, or `last`.")],
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    output: Annotated[Path | None, typer.Option("--out", help="Write it to this file, as one HTML page.")] = None,
) -> None:
    """Show an agreement as a whole contract: parties, data, rights, terms, price, duties, clauses."""
    with connect() as client:
        number = newest(client, agreement_id, "agreements")
        if output:
            output.write_text(client.contract_page(number, language=language), "utf-8")
            wrote(output, "the contract as a page")
            return
        show(client.contract(number, language=language), _contract)


def digest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A document, such as a licence.", exists=True, dir_okay=False)],
) -> None:
    """Print the digest that names a document in a manifest; the document itself stays with you."""
    import hashlib

    with file.open("rb") as opened:
        found = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    show({"file": file.name, "digest": found}, lambda value: out.print(value["digest"], markup=False))


def _rights(value: Any, language: str) -> None:
    out.print(f"{value['listing']} version {value['version']} · {value['contract']['title'][language]}", markup=False, style="bold")
    for held in value["holders"]:
        out.print(f"  {held['words'][language]}: {', '.join(held['parties']) or '–'}", markup=False)
    for step in value["chain"]:
        until = f" – {step['until']}" if step["until"] else ""
        out.print(f"{step['step']:>3}  {step['party']}: {', '.join(step['rights'])}, {step['basis_words'][language]}{until}", markup=False)
        if step["document"]:
            out.print(f"     {step['document']}", markup=False, style="dim")
    for gap in value["gaps"]:
        out.print(f"  {gap['step']}: {gap['problem'][language]}", markup=False)
        out.print(f"    → {gap['next_step'][language]}", markup=False, style="dim")


def _contract(value: Any) -> None:
    out.print(f"{value['title']} {value['number']}", markup=False, style="bold")
    for number, section in enumerate(value["sections"], 1):
        out.print(f"\n{number}. {section['heading']}", markup=False, style="bold")
        for name, text in section["facts"]:
            out.print(f"  {name}: {text}", markup=False)
        for text in section["paragraphs"]:
            out.print(f"  {text}", markup=False)
        for text in section["points"]:
            out.print(f"  · {text}", markup=False)
    for note in value["notes"]:
        out.print(f"\n{note}", markup=False, style="dim")
