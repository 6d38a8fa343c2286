"""Commands for owners: draft a manifest, publish, withdraw, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import chosen, connect, err, find_listing, harmless, out, show, wrote
from entrepot.cli.on_exchange import release
from entrepot.cli.progress import bytes_progress
from entrepot.cli.rulings import EXIT, wants

PANEL = "Publish and find"
_MOST_COLUMNS = 40


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, PANEL, sample, draft, release, publish, search, listing, withdraw, export)


def sample(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write them.")] = Path(".")) -> None:
    """Write two real tables with their manifests, to play with: workers.csv and flights.csv; and one more manifest, for a release of the workers."""
    from entrepot.cli.demonstration.data import PROTECTED, TABLES

    folder.mkdir(parents=True, exist_ok=True)
    made = [
        {"table": str(path.with_suffix(".csv")), "manifest": str(path), "source": table.source, "licence": table.licence}
        for table in TABLES
        for path in [table.write(folder)]
    ]
    (folder / "workers-protected.yaml").write_text(PROTECTED, "utf-8")
    show(
        made,
        lambda v: [out.print(f"{t['table']} and {Path(t['manifest']).name}: {t['source']}; {t['licence']}", markup=False) for t in v],
    )


def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table: CSV, Parquet, JSON lines or Excel.", exists=True, dir_okay=False)],
    output: Annotated[Path | None, typer.Option("--out", help="Where to write the manifest; default: beside the file.")] = None,
) -> None:
    """Write a manifest for a table, prefilled from what the file shows; edit it, then publish it."""
    from entrepot.flows.draft import draft_manifest

    target = output or file.with_suffix(".yaml")
    if target.exists():
        from entrepot.kit import Conflict

        raise Conflict(f"{target} exists already.", "Choose another name with --out.")
    target.write_text(draft_manifest(file), "utf-8")
    wrote(target, f"a manifest to edit; then: entrepot publish {target}")


def publish(
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="The manifest (YAML); the files it names lie beside it.", exists=True, dir_okay=False)
    ],
    listing_id: Annotated[str | None, typer.Option("--listing", help="Publish a new version of this listing.")] = None,
    upload: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UPLOAD",
            help="Publish this upload in place of the manifest's file, such as the release of `anonymise --on-exchange`; once for each file, in its order.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check and publish what a manifest describes."""
    if not upload:
        _warn_of_reports(manifest)
    with connect() as client, bytes_progress("sending") as progress:
        made = client.publish_manifest(manifest, uploads=upload or (), listing_id=listing_id, progress=progress)
        ruled = client.ruling(made["id"]) if made["checks"]["decision"] != "allow" and not chosen.as_json else None
    show(made, partial(_published, ruled))
    if made["checks"]["decision"] != "allow":
        raise typer.Exit(EXIT[made["checks"]["decision"]])


def search(
    text: Annotated[str, typer.Argument(metavar="WORDS", help="What to look for, in any language.")] = "",
    limit: Annotated[int, typer.Option(help="How many to show.")] = 20,
) -> None:
    """Find listings."""
    with connect(public=True) as client:
        found = client.search(text, limit=limit)

    def human(value: Any) -> None:
        for hit in value["hits"]:
            out.print(hit["title"], markup=False, style="bold")
            out.print(
                f"    {hit['id']} · {hit['owner']['name']} · {hit['rows']:,} rows · {hit['price_sentence']['en']}",
                markup=False,
                style="dim",
            )
            out.print(f"    {hit['outcome']}", markup=False)
        out.print(f"{value['total']}{'+' if value['capped'] else ''} found", style="dim")

    show(found, human)


def listing(listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id, or words that find just one.")]) -> None:
    """Show a listing: what it holds, what you may do with it, what it costs."""
    with connect(public=True) as client:
        found = client.listing(find_listing(client, listing_id))

    def human(value: Any) -> None:
        out.print(value["title"], markup=False, style="bold")
        out.print(value["outcome"], markup=False)
        out.print(f"{value['owner']['name']} · version {value['version']['number']} · {value['state']}", markup=False, style="dim")
        out.print(f"\n{value['price_sentence']['en']}", markup=False)
        for sentence in value["terms_sentences"]["en"]:
            out.print(f"  · {sentence}", markup=False)
        for table in value["tables"]:
            out.print(f"\n{table['name']}: {table['rows']:,} rows, {len(table['columns'])} columns", markup=False, style="bold")
            for column in table["columns"][:_MOST_COLUMNS]:
                out.print(f"  {column['name']:<24} {column['type']:<12} {column['description'] or column['title']}", markup=False)
            if len(table["columns"]) > _MOST_COLUMNS:
                out.print(f"  and {len(table['columns']) - _MOST_COLUMNS:,} more columns; --json shows all", style="dim")
        out.print(f"\nto use it: entrepot request {value['id']} --purpose …", markup=False, style="dim")

    show(found, human)


def withdraw(listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id.")]) -> None:
    """Take a listing off the catalogue; running agreements go on."""
    with connect() as client:
        made = client.withdraw(listing_id)
    show(made, lambda v: out.print(f"{v['id']} is {v['state']}"))


def export(
    listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id, or words that find just one.")],
    form: Annotated[str, typer.Option(help="dcat, dcat-turtle, croissant, odcs, datapackage or odrl.")] = "dcat",
) -> None:
    """Print a listing in a standard form."""
    with connect(public=True) as client:
        out.print(client.export(find_listing(client, listing_id), form), markup=False)


def _warn_of_reports(manifest: Path) -> None:
    from entrepot.client.files import manifest_files

    for file in manifest_files(manifest):
        if file.with_name(f"{file.name}.report.json").is_file():
            said = f"  {file.name} has a report made elsewhere, which gives no grade here; a release of `entrepot anonymise FILE --on-exchange` has one."
            err.print(harmless(said), markup=False)


def _published(ruled: Any, value: Any) -> None:
    out.print(f"[bold green]{value['state']}[/] [bold cyan]{value['id']}[/] version {value['version']['number']}")
    if value["state"] == "draft" and value["checks"]["decision"] == "review":
        out.print(f"  It waits for the operator's review: entrepot approve {value['id']} (or reject).")
    for table in value["tables"]:
        out.print(f"  {table['name']}: {table['rows']:,} rows, {len(table['columns'])} columns, {table['bytes']:,} bytes", markup=False)
        if table.get("grade"):
            out.print(f"    grade {table['grade']} of 4, report {table['report_digest'][:23]}…", markup=False)
    out.print(f"  rules asked: {', '.join(value['checks']['packs'])}", markup=False, style="dim")
    for finding in value["checks"]["findings"]:
        if finding["table"] or ruled is None:
            err.print(f"  {finding['severity']}: {finding['message']}  ({finding['rule']}: {finding['citation']})", markup=False)
            err.print(f"    → {finding['hint']}", markup=False, style="dim")
    if ruled is not None:
        wants(ruled, err)
