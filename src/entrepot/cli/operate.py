"""Commands for whoever runs an exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import chosen, connect, err, local_exchange, out, settings, show

PANEL = "Run an exchange"
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as '1250.00 EUR'.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(
        app,
        PANEL,
        init,
        serve,
        upgrade,
        organisation,
        move_organisation,
        verify_organisation,
        invite,
        deposit,
        payout,
        collect_fees,
        doctor,
        backup,
        restore,
        rotate_key,
        api_key,
        retry_job,
        reindex,
    )


def init(
    email: Annotated[str, typer.Option(help="Address of the first operator.")] = "operator@example.org",
    name: Annotated[str, typer.Option(help="Name of the exchange.")] = "The Exchange",
    country: Annotated[str, typer.Option(help="Country of the exchange, ISO 3166-1.")] = "DE",
) -> None:
    """Begin a new exchange and print the one-time link of its first operator."""
    from entrepot.flows.initialise import initialise
    from entrepot.flows.places import packs_of

    found = settings()
    made = initialise(found, name=name, country=country, email=email)
    named = {pack.strip() for pack in found.rule_packs.split(",")}
    law = packs_of(country.upper())
    # Who has chosen packs of the country already has decided, and a line with the others would take the place of those.
    suggested = law if named.isdisjoint(law) else ()
    setting = f"ENTREPOT_RULE_PACKS={','.join(['house', *sorted(named - {'', 'house'}), *suggested])}" if suggested else ""
    value = {
        "organisation": made.organisation_id,
        "data": str(found.data_path),
        "master_key": str(found.resolved_master_key_file),
        "first_login": made.first_login_url,
        "suggested_setting": setting,
    }

    def human(_: Any) -> None:
        out.print(f"[bold]{name}[/] is ready in {found.data_path}")
        if not found.master_key:
            out.print(f"Master key: {found.resolved_master_key_file} (keep a copy elsewhere; without it no one can sign)")
        out.print(f"First login, once, within {found.link_hours} hours: {made.first_login_url}")
        if setting:
            out.print(f"To have the law of {country.upper()} asked (draft packs, not legal advice), set: {setting}", markup=False)
        out.print("Start the pages with: entrepot serve", style="dim")

    show(value, human)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Open the exchange to browsers and programs; a new one is begun first where there is none."""
    from entrepot.cli.serving import reached, run_server
    from entrepot.flows.initialise import initialise, is_initialised

    found = settings()
    host, port = host or found.host, port or found.port
    found = reached(found, host=host, port=port)
    if not is_initialised(found):
        made = initialise(found, email="operator@example.org")
        err.print(f"A new exchange was begun in {found.data_path}.\nFirst login, once: {made.first_login_url}")
    run_server(found, host=host, port=port)


def upgrade() -> None:
    """Bring the records to this release."""
    from entrepot.flows.initialise import upgrade as run

    before, after = run(settings())
    show({"before": before, "after": after}, lambda _: out.print(f"records: {before or 'none'} → {after}"))


def organisation(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    country: Annotated[str, typer.Option(help="Its country, ISO 3166-1.")] = "DE",
    roles: Annotated[str, typer.Option(help="Comma-separated: owner, buyer, regulator.")] = "owner,buyer",
) -> None:
    """Add an organisation with a signing key of its own."""
    with connect(operator=True) as client:
        made = client.add_organisation(name, country=country, roles=roles.split(","))
    show(made, lambda o: out.print(f"{o['name']} ({o['slug']}, {o['id']}) may act as {' and '.join(o['roles'])}", markup=False))


def move_organisation(
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Short name or id.")],
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Where it sits now, ISO 3166-1.")],
) -> None:
    """Note that an organisation sits in another country; what is on offer is judged again by the law that concerns it now."""
    with connect(operator=True) as client:
        moved = client.change_country(organisation, country)
    show(moved, lambda o: out.print(f"{o['name']} sits in {o['country']} now; live listings are judged again", markup=False))


def verify_organisation(
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Short name or id.")],
    doubt: Annotated[bool, typer.Option("--doubt", help="The papers do not hold any more.")] = False,
) -> None:
    """Note that an organisation's papers were looked at, or do not hold any more; what is on offer is judged again."""
    with connect(operator=True) as client:
        noted = client.set_verified(organisation, verified=not doubt)
    told = "stands verified" if not doubt else "is not verified any more"
    show(noted, lambda o: out.print(f"{o['name']} {told}; live listings are judged again", markup=False))


def invite(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whom to invite.")],
    to: Annotated[str, typer.Option(help="Organisation to join: short name or id.")],
    roles: Annotated[str, typer.Option(help="Comma-separated roles of the new member.")] = "owner,buyer",
) -> None:
    """Print a one-time link that lets somebody join an organisation."""
    with connect(operator=True) as client:
        link = client.invite(to, email, roles=roles.split(","))
    show(link, lambda v: out.print(v["url"], markup=False))


def api_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scopes: Annotated[str, typer.Option(help="Comma-separated: read, publish, trade, deliver, pay, admin.")] = "read,publish,trade,deliver",
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 90,
) -> None:
    """Make an API key for the acting organisation; it is shown once."""
    with connect() as client:
        made = client.create_key(name, scopes=scopes.split(","), days=days)
    show(made, lambda v: out.print(v["token"], markup=False))


def deposit(
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Short name or id.")],
    amount: Amount,
    reference: Annotated[str, typer.Option(help="The bank's reference; a repeat with it has no second effect.")],
) -> None:
    """Record money that an organisation paid in."""
    with connect(operator=True) as client:
        made = client.deposit(organisation, amount, reference=reference)
    show(made, lambda v: out.print(f"{organisation} now has {v['balance']}"))


def payout(
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Short name or id.")],
    amount: Amount,
    reference: Annotated[str, typer.Option(help="The bank's reference; a repeat with it has no second effect.")],
) -> None:
    """Record money that was paid out to an organisation."""
    with connect(operator=True) as client:
        made = client.payout(organisation, amount, reference=reference)
    show(made, lambda v: out.print(f"{organisation} now has {v['balance']}"))


def collect_fees(
    amount: Amount, reference: Annotated[str, typer.Option(help="Your own reference; a repeat with it has no second effect.")]
) -> None:
    """Move earned fees to the exchange's own balance, from where `payout` takes them."""
    with connect(operator=True) as client:
        made = client.collect_fees(amount, reference=reference)
    show(made, lambda v: out.print(f"the exchange now has {v['balance']}"))


def doctor() -> None:
    """Run the laws of the books, and name what is wrong and what to do; exit code 2 when something is."""
    if chosen.exchange:
        with connect() as client:
            report = client.doctor()
    else:
        from entrepot.flows.doctor import examine

        with local_exchange() as exchange:
            report = examine(exchange).as_dict()

    def human(value: Any) -> None:
        for law in value["laws"]:
            out.print("[green]✓[/]" if law["holds"] else "[bold red]✗[/]", law["law"])
            for problem in law["problems"]:
                out.print(f"    {problem['message']}", markup=False)
                out.print(f"    → {problem['hint']}", markup=False, style="dim")

    show(report, human)
    if not report["healthy"]:
        raise typer.Exit(2)


def backup(path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; it must not exist.")]) -> None:
    """Copy records and objects into one file while the exchange runs; the master key is not in it."""
    from entrepot.flows.backup import backup as run

    with local_exchange() as exchange:
        made = run(exchange, path)
    show(made, lambda v: out.print(f"{v['path']}: {v['bytes']:,} bytes, {v['objects']} objects, records at revision {v['revision']}"))


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File that `entrepot backup` wrote.", exists=True, dir_okay=False)],
) -> None:
    """Bring a backup back into an empty data folder (and database), and run the doctor; exit code 2 when something is wrong."""
    from entrepot.flows.backup import restore as run

    made = run(settings(), path)

    def human(value: Any) -> None:
        out.print(f"restored {value['objects']} objects and the records of {value['made_at']}, now at revision {value['revision']}")
        for problem in value["problems"]:
            out.print(f"✗ {problem}", markup=False)

    show(made, human)
    if made["problems"]:
        raise typer.Exit(2)


def rotate_key() -> None:
    """Give the acting organisation a new signing key; what it signed before still verifies."""
    with connect() as client:
        made = client.call("POST", "/signing-keys")
    show(made, lambda v: out.print(f"new signing key {v['kid']}"))


def reindex() -> None:
    """Build the search index anew from the listings, after a restore or an upgrade of the tokeniser."""
    from entrepot import catalogue
    from entrepot.runtime import SYSTEM

    with local_exchange() as exchange, exchange.session(SYSTEM) as session:
        count = catalogue.reindex(session)
    show({"listings": count}, lambda v: out.print(f"{v['listings']} listings indexed"))


def retry_job(job_id: Annotated[str, typer.Argument(metavar="JOB", help="The job's id, as the doctor names it.")]) -> None:
    """Run a job now that keeps failing, after its cause has been mended."""
    from entrepot import jobs
    from entrepot.kit import NotFound

    with local_exchange() as exchange:
        with exchange.database.transaction() as db:
            if not jobs.retry(db, job_id, now=exchange.clock.now()):
                raise NotFound(f"No unfinished job is called {job_id[:60]}.", "`entrepot doctor` names the jobs that are stuck.")
        ran = exchange.run_due_jobs()
    show({"ran": ran}, lambda v: out.print(f"{v['ran']} due jobs ran"))
