"""The demo itself: a fresh exchange, two organisations, three agreements, and every claim compared."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from entrepot.cli.context import out
from entrepot.cli.demonstration.asking import ask_once, write_register
from entrepot.cli.demonstration.claims import Differs, cosigned, free_port, require, sealed, verifies, wait
from entrepot.cli.demonstration.compare import compare_rows, find_client_python, read_share
from entrepot.cli.demonstration.data import FLIGHTS, PROTECTED, QUASI_IDENTIFIERS, TABLES, WORKERS
from entrepot.cli.demonstration.law import answer, block_and_mend, regulator, suspend
from entrepot.cli.progress import bytes_progress
from entrepot.cli.serving import background_server, running

if TYPE_CHECKING:
    from entrepot.client import Client
    from entrepot.kit import ForwardClock
    from entrepot.runtime import Exchange


def run_demo(*, keep: bool, folder: Path | None, port: int) -> int:
    """Run the demo; 0 when every comparison held, 1 when one did not."""
    with ExitStack() as stack:
        chosen = folder or Path(
            tempfile.mkdtemp(prefix="entrepot-demo-") if keep else stack.enter_context(tempfile.TemporaryDirectory(prefix="entrepot-demo-"))
        )
        chosen.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        try:
            # Not found out after half a minute of steps.
            _client_python()
            demo = stack.enter_context(_open(chosen, port))
            demo.run()
        except Differs as difference:
            out.print(f"✗ {difference}", style="bold red", markup=False)
            return 1
        out.print(f"\n[bold green]Everything agreed, delivered, paid and proved[/] in {time.monotonic() - started:.0f} s; nothing differs.")
        if keep:
            demo.stay()
    return 0


def _client_python() -> Path:
    found = find_client_python()
    if found is None:
        raise Differs(
            "The official Delta Sharing client is not installed, so the tables could not be compared; `make demo` installs it and begins."
        )
    return found


@contextmanager
def _open(folder: Path, port: int) -> Iterator[Demo]:
    from entrepot.config import Settings
    from entrepot.flows import initialise
    from entrepot.kit import ForwardClock
    from entrepot.runtime import Exchange

    port, witness_port = port or free_port(), free_port()
    policy = folder / "witnesses.policy"
    settings = Settings(
        data_dir=str(folder / "exchange"), port=port, public_url=f"http://127.0.0.1:{port}", origin=f"127.0.0.1:{port}/entrepot",
        rule_packs="house,cn,eu,us", country="US", seal_seconds=0.25, witnesses=str(policy), allowed_hosts=f"127.0.0.1:{witness_port}",
    )  # fmt: skip
    begun = initialise(replace(settings, witnesses=""), name="Harbour Exchange", email="operator@example.org")
    clock = ForwardClock()
    exchange = Exchange(settings, clock=clock)
    with _witness(folder / "witness", exchange, policy, witness_port), background_server(exchange, port=port) as address:
        yield Demo(folder, exchange, clock, address, begun.first_login_url)


@contextmanager
def _witness(folder: Path, exchange: Exchange, policy: Path, port: int) -> Iterator[None]:
    """A witness with a key of its own, as somebody else would run it, and the policy that asks for its cosignature."""
    import uvicorn

    from entrepot import proof
    from entrepot.api.witness import create_witness_app
    from entrepot.runtime import SYSTEM

    with exchange.reading(SYSTEM) as session:
        keys = proof.log_keys(session)
    app = create_witness_app(folder, keys, name="witness.example")
    log_lines = "".join(f"log {key}\n" for key in keys)
    policy.write_text(f"{log_lines}witness watcher {app.state.vkey} http://127.0.0.1:{port}\nquorum watcher\n", "utf-8")
    with running(uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))):
        yield


class Demo:
    """One run of the demo on an exchange that is being served."""

    def __init__(self, folder: Path, exchange: Exchange, clock: ForwardClock, address: str, first_login: str) -> None:
        self.folder = folder
        self.exchange = exchange
        self.clock = clock
        self.address = address
        self.first_login = first_login
        self.receipts = Path("entrepot-demo") if folder.parent == Path(tempfile.gettempdir()) else folder / "receipts"
        self.step_number = 0

    def run(self) -> None:
        """All steps, in the order a trade takes."""
        out.print("[bold]A whole trade on real data[/]\n")
        for table in TABLES:
            out.print(f"[dim]{table.name}.csv: {table.source}; {table.licence}[/]", highlight=False)
        operator, owner, buyer = self.open_doors()
        with operator, owner, buyer:
            manifests = {table.name: table.write(self.folder) for table in TABLES}
            listings = {name: self.publish(owner, path) for name, path in manifests.items()}
            self.protect(owner, self.folder / "workers.csv")
            self.obey(owner)
            self.ask(owner, buyer)
            self.find(buyer, listings[FLIGHTS.name])
            operator.deposit("delta-research", "500.00 EUR", reference="demo-transfer-1")
            self.step("deposit", "Delta Research paid in 500.00 EUR")
            by_file = self.sign_at_once(owner, buyer, listings[WORKERS.name], "file")
            by_table = self.sign_at_once(owner, buyer, listings[WORKERS.name], "table")
            flights = self.negotiate(owner, buyer, listings[FLIGHTS.name])
            self.receive_file(buyer, by_file)
            self.receive_tables(buyer, {by_table: WORKERS.name, flights: FLIGHTS.name})
            for agreement in (by_file, by_table, flights):
                self.settle(buyer, agreement)
            self.show_books(operator, owner, buyer)
            self.prove(buyer, [by_file, by_table, flights])
            self.suspend(buyer, listings[FLIGHTS.name])
            self.examine(operator)

    def open_doors(self) -> tuple[Client, Client, Client]:
        """The exchange's own organisation and two others, each with an API key."""
        from entrepot import parties
        from entrepot.client import Client
        from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Role

        clients = []
        with self.exchange.session(SYSTEM) as session:
            operator = parties.exchange_organisation(session)
            owner = parties.create_organisation(session, "Harbour Statistics", country="US", roles=frozenset({Role.OWNER, Role.BUYER}))
            buyer = parties.create_organisation(session, "Delta Research", country="NL", roles=frozenset({Role.OWNER, Role.BUYER}))
            made = (operator, owner, buyer)
        for organisation in made:
            actor = Actor(organisation_id=organisation.id, roles=organisation.roles, scopes=ALL_SCOPES, via="local")
            with self.exchange.session(actor) as session:
                _, token = parties.create_api_key(session, "demo", scopes=ALL_SCOPES)
            clients.append(Client(self.address, token))
        self.step("open", f"{operator.name} serves {self.address}; {owner.name} owns, {buyer.name} buys")
        return clients[0], clients[1], clients[2]

    def publish(self, owner: Client, manifest: Path) -> str:
        """Publish one table; its listing."""
        with bytes_progress(f"publishing {manifest.stem}") as progress:
            made = owner.publish_manifest(manifest, progress=progress)
        table = made["tables"][0]
        require(made["checks"]["decision"] == "allow" and made["state"] == "live", f"{manifest.stem} is {made['state']}: {made['checks']}")
        findings = len(made["checks"]["findings"])
        self.step(
            "publish + check",
            f"{manifest.stem}: {table['rows']:,} rows, {len(table['columns'])} columns, {table['bytes']:,} bytes; {made['checks']['decision']} with {findings} finding{'' if findings == 1 else 's'}; listing {made['id']}",
        )
        return str(made["id"])

    def protect(self, owner: Client, table: Path) -> None:
        """Make a release of the personal table in which nobody stands out, have it attacked and graded, and publish it beside the other."""
        with bytes_progress("sending") as progress:
            upload = owner.upload(table, progress=progress)
        # Earnings to the cent single people out beside their class.
        made = owner.anonymise(
            upload["id"], quasi_identifiers=list(QUASI_IDENTIFIERS), k=5, method="global", automatic=True, change={"earnings": "round:5"}
        )
        report = made["report"]
        before, after = report["risk"]["before"], report["risk"]["after"]
        require(before["k"] < 5 <= after["k"], f"the smallest class has {after['k']} workers")
        self.step(
            "check",
            f"workers as it is: {before['unique']:.2%} of {before['rows']:,} are the only ones of their age, gender, region and schooling",
        )
        self.step(
            "anonymise",
            f"k = {after['k']}: each looks like {after['k'] - 1} others at least; {report['release']['ncp']:.1%} of the detail lost, "
            f"{report['release']['suppressed']:,} rows hidden",
        )
        tried = [attack for attack in report["attacks"]["attacks"] if attack["grade"] != "untried"]
        worst = max(tried, key=lambda attack: attack["risk"]["value"])
        self.step(
            "attack",
            f"{len(tried)} kinds tried; the best, {worst['name'].replace('_', ' ')}, adds {worst['risk']['value']:.1%} to guessing",
        )
        text = PROTECTED.replace("workers.csv", made["upload"]["name"])
        listed = owner.publish(text, uploads=[made["upload"]["id"]])
        require(
            listed["state"] == "live" and made["grade"] == 3,
            f"the release is {listed['state']}, of grade {made['grade']}: {report['grade']}",
        )
        self.step("publish", f"grade {made['grade']} of 4, report {made['report_digest'][:23]}… in the log; listing {listed['id']}")

    def obey(self, owner: Client) -> None:
        """Be told by the rules what is not allowed, why, and what to do; do it, and be allowed."""
        problem = block_and_mend(owner, self.folder, self.step)
        require(problem is None, problem or "")

    def ask(self, owner: Client, buyer: Client) -> None:
        """Ask one question about one person with that person's token, and no second one."""
        from entrepot.client import Client

        agreement = self.sign_at_once(owner, buyer, self.publish(owner, write_register(self.folder)), "lookup")
        with Client(self.address) as person:
            problem = ask_once(owner, buyer, person, agreement, self.step)
        require(problem is None, problem or "")

    def suspend(self, buyer: Client, listing_id: str) -> None:
        """Have a regulator serve a notice whose clock ends while the buyer reads."""
        with regulator(self.exchange, self.address) as authority:
            problem = suspend(authority, buyer, listing_id, self.clock, self.step)
        require(problem is None, problem or "")

    def find(self, buyer: Client, expected: str) -> None:
        """Search in both languages."""
        for words in ("late departures", "航班"):
            found = buyer.search(words)
            require(found["hits"] and found["hits"][0]["id"] == expected, f"searching {words!r} found {found}")
            self.step("find", f"“{words}” finds {found['total']}: {found['hits'][0]['title']}")

    def sign_at_once(self, owner: Client, buyer: Client, listing_id: str, method: str) -> str:
        """Agree where the owner's standing policy signs; the agreement."""
        negotiation = buyer.request(listing_id, purpose="AcademicResearch", method=method)
        problem = answer(owner, buyer, negotiation["id"], self.step)
        require(problem is None, problem or "")
        agreement = buyer.accept(negotiation["id"])
        paid = f"{agreement['escrow']['amount']} in escrow" if agreement["escrow"] else "free"
        self.step("agree", f"{agreement['id']} signed by both for {agreement['purpose']} as {method}; {paid}")
        return str(agreement["id"])

    def negotiate(self, owner: Client, buyer: Client, listing_id: str) -> str:
        """Agree after a bid and a counter-offer; the agreement."""
        negotiation = buyer.request(listing_id, purpose="AcademicResearch", method="table", price="80.00 EUR", message="We study delays.")[
            "id"
        ]
        owner.offer(negotiation, price="95.00 EUR", message="For academic use.")
        agreement = buyer.accept(negotiation)
        self.step("agree", f"{agreement['id']}: bid 80.00 EUR, counter-offer 95.00 EUR, signed; {agreement['escrow']['amount']} in escrow")
        return str(agreement["id"])

    def receive_file(self, buyer: Client, agreement: str) -> None:
        """Download the file, in two parts, and compare it with the source byte by byte."""
        parcel = buyer.deliver(agreement)
        file = parcel["files"][0]
        target = self.folder / "received.csv"
        partial = target.with_name(target.name + ".partial")
        source = (self.folder / "workers.csv").read_bytes()
        partial.write_bytes(source[: len(source) // 2])  # As after a broken connection; the rest must fit.
        with bytes_progress("downloading") as progress:
            buyer.download(file["url"], target, progress=progress)
        require(target.read_bytes() == source, "the downloaded file differs from the source")
        self.step(
            "deliver",
            f"file of {file['rows']:,} rows, {file['bytes']:,} bytes, resumed half-way, same bytes as the source; receipt {parcel['receipt']}",
        )

    def receive_tables(self, buyer: Client, agreements: dict[str, str]) -> None:
        """Read the shared tables with the official client and compare every row with the source."""
        for agreement in agreements:
            buyer.deliver(agreement)
        profile = self.folder / "profile.share"
        profile.write_text(json.dumps(buyer.share_profile()), "utf-8")
        python = _client_python()
        for form in ("parquet", "delta"):
            for name, path in read_share(python, profile, self.folder / form, form=form).items():
                rows = compare_rows(self.folder / f"{name}.csv", path)
                if rows.differing:
                    raise Differs(f"{rows.differing} rows of {name} differ from the source")
                self.step(
                    "deliver",
                    f"table {name} read with delta-sharing {rows.client} ({form} format): {rows.count:,} rows, none differs from the source",
                )
        for agreement in agreements:
            found = wait(lambda a=agreement: buyer.agreement(a)["deliveries"], "the delivery of a fully read table was not recorded")
            self.step("receipt", f"{agreement} delivered {found[0]['rows']:,} rows; receipt {found[0]['receipt']}")

    def settle(self, buyer: Client, agreement: str) -> None:
        """Accept; escrow goes to the owner less the fee."""
        settled = buyer.accept_delivery(agreement)
        require(settled["escrow"]["state"] == "released", f"the escrow of {agreement} is {settled['escrow']['state']}")
        self.step("settle", f"{agreement} accepted: {settled['escrow']['released']} released, fee split out")

    def show_books(self, operator: Client, owner: Client, buyer: Client) -> None:
        """Balances of all accounts; they sum to zero."""
        from entrepot import settlement
        from entrepot.kit import Money
        from entrepot.runtime import SYSTEM

        table, total = Table("account", "balance", box=None, pad_edge=False, header_style="dim"), 0
        table.columns[1].justify = "right"
        with self.exchange.reading(SYSTEM) as session:
            from entrepot import parties

            for organisation in parties.list_organisations(session):
                for account in settlement.accounts(session, organisation.id):
                    balance = account.credits_posted - account.debits_posted
                    total += balance
                    table.add_row(f"{organisation.name}, {account.code}", str(Money(balance, account.currency)))
        table.add_row("sum", f"[bold]{Money(total, 'EUR')}[/]")
        out.print(table)
        require(total == 0, f"the accounts sum to {total}")

    def prove(self, buyer: Client, agreements: list[str]) -> None:
        """Fetch every receipt and verify it offline in a process of its own."""
        self.receipts.mkdir(parents=True, exist_ok=True)
        trust, names = self.receipts / "trust.json", []
        trust.write_text(json.dumps(buyer.trust()), "utf-8")
        for agreement in agreements:
            entries = wait(lambda a=agreement: sealed(buyer.receipts(a)["receipts"]), "the log was not sealed")
            for entry in entries:
                path = self.receipts / f"{entry['kind']}-{entry['id']}.json"
                path.write_text(json.dumps(wait(lambda e=entry: cosigned(buyer.receipt(e["id"])), "the witness has not cosigned")), "utf-8")
                names.append(path)
            document = self.receipts / f"{agreement}.json"
            document.write_text(json.dumps(buyer.agreement(agreement)["document"]), "utf-8")
            names.append(document)
        policy = self.receipts / "witnesses.policy"
        policy.write_text((self.folder / "witnesses.policy").read_text("utf-8"), "utf-8")
        for path in names:
            require(verifies(path, trust, policy), f"{path.name} does not verify offline")
        forged = self.folder / "forged.json"
        forged.write_text(names[0].read_text("utf-8").replace('"owner"', '"0wner"', 1), "utf-8")
        require(not verifies(forged, trust, policy), "a forged receipt verified")
        self.step(
            "prove",
            f"{len(names)} receipts and agreements verified offline, with the cosignature of an independent witness; a forged one refused",
        )
        out.print("\n[bold]log checkpoint[/]")
        for line in buyer.checkpoint().rstrip().splitlines():
            # The second, post-quantum signature (ML-DSA-44) alone has 3,200 letters.
            out.print(line if len(line) < 200 else f"{line[:100]}… ({len(line):,} letters)", markup=False, style="dim")
        out.print("\n[bold]verify a receipt yourself, offline[/]")
        delivered = next(name for name in names if name.name.startswith("delivery.made"))
        out.print(f"{command()} verify {shortest(delivered)} --trust {shortest(trust)} --policy {shortest(policy)}", markup=False)

    def examine(self, operator: Client) -> None:
        """Run the doctor."""
        report = operator.doctor()
        require(report["healthy"], f"the doctor found {[law for law in report['laws'] if not law['holds']]}")
        self.step("doctor", f"{len(report['laws'])} laws of the books hold")

    def stay(self) -> None:
        """Leave the exchange running until it is interrupted."""
        out.print(f"\nThe exchange runs at [bold]{self.address}[/] with its data in {self.folder}")
        out.print(f"First operator login, once: {self.first_login}")
        out.print("Stop it with Ctrl-C.", style="dim")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return

    def step(self, name: str, what: str) -> None:
        """One plain line."""
        self.step_number += 1
        out.print(f"[dim]{self.step_number:>2}[/] [cyan]{name:<15}[/] ", end="")
        out.print(what, markup=False)


def command() -> str:
    """How the reader calls the command line: as it was called just now."""
    return shortest(Path(sys.argv[0])) if Path(sys.argv[0]).name == "entrepot" else "entrepot"


def shortest(path: Path) -> str:
    """The path from the working folder where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)
