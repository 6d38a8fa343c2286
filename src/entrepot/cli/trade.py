"""Commands for buyers and owners: ask, negotiate, sign, receive, accept, pay."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands, trade_shown
from entrepot.cli.context import connect, err, find_listing, newest, out, show, wrote
from entrepot.cli.progress import bytes_progress
from entrepot.cli.rulings import EXIT
from entrepot.kit import Invalid
from entrepot.kit.numbers import read_number

PANEL = "Trade"
_FORBIDDEN = ("block", "conflict")
Negotiation = Annotated[str, typer.Argument(metavar="NEGOTIATION", help="The negotiation's id, or `last`.")]
Agreement = Annotated[str, typer.Argument(metavar="AGREEMENT", help="The agreement's id, or `last`.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(
        app, PANEL, request, negotiations, negotiation, offer, accept, decline, take_back, agreements, agreement, deliver, lookup, lookups, share_profile,
        share_tokens, accept_delivery, refund, suspend, resume, terminate, balance, statement, invoice, inbox,
    )  # fmt: skip


def request(
    listing_id: Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id, or words that find just one.")],
    purpose: Annotated[
        str, typer.Option(help="What you will use it for: a purpose of the W3C Data Privacy Vocabulary, such as AcademicResearch.")
    ],
    method: Annotated[str, typer.Option(help="How to receive it: file, table or lookup.")] = "file",
    territory: Annotated[str | None, typer.Option(help="Where you will use it, ISO 3166-1; needed where the terms limit it.")] = None,
    message: Annotated[str, typer.Option(help="A word to the owner.")] = "",
) -> None:
    """Ask to use a listing; where the owner's standing policy allows, you can accept at once.

    The request stands whatever the rules say of signing it. Exit code 2 where they forbid that as it stands, 5 where two rules contradict each other;
    what is to be answered or looked at first ends with 0.
    """
    with connect() as client:
        found = client.request(find_listing(client, listing_id), purpose=purpose, method=method, territory=territory, message=message)
        ruled = client.ruling(found["id"])
    show(found | {name: ruled[name] for name in ("decision", "findings", "questions")}, trade_shown.requested)
    # A question is the next step of a request, and no failure of it.
    raise typer.Exit(EXIT[ruled["decision"]] if ruled["decision"] in _FORBIDDEN else 0)


def negotiations() -> None:
    """Your negotiations, newest first."""
    with connect() as client:
        found = client.negotiations()

    def human(value: Any) -> None:
        for n in value["negotiations"]:
            out.print(f"[bold cyan]{n['id']}[/] {n['state']:<10}", end=" ")
            out.print(f"{n['buyer']['name']} ← {n['owner']['name']}: {n['title']}", markup=False)

    show(found, human)


def negotiation(negotiation_id: Negotiation) -> None:
    """One negotiation and what is on the table."""
    with connect() as client:
        found = client.negotiation(newest(client, negotiation_id, "negotiations"))
    show(found, trade_shown.negotiation)


def offer(
    negotiation_id: Negotiation,
    price: Annotated[str | None, typer.Option(help="A new price, such as '49.00 EUR' (once) or '49.00 EUR/month'.")] = None,
    changes: Annotated[Path | None, typer.Option(help="A JSON file with terms, rights or price.", exists=True, dir_okay=False)] = None,
    message: Annotated[str, typer.Option(help="A word to the other side.")] = "",
) -> None:
    """Put a changed offer on the table, as owner or as buyer."""
    body = _read_changes(changes) if changes else {}
    if price:
        body["price"] = price
    if not body and not message:
        raise Invalid("The offer changes nothing.", "Give a --price, --changes or a --message, or use `entrepot accept`.")
    with connect() as client:
        found = client.offer(newest(client, negotiation_id, "negotiations"), message=message, **body)
    show(found, trade_shown.negotiation)


def _read_changes(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Invalid(f"{path} is not JSON: {error}.", 'Write an object such as {"terms": {"duration_days": 90}}.') from None
    if not isinstance(body, dict) or not body.keys() <= {"terms", "rights", "price"}:
        raise Invalid(f"{path} holds something else than terms, rights and price.", "docs/terms.md lists their fields.")
    return body


def accept(negotiation_id: Negotiation) -> None:
    """Accept what is on the table: both sign, and the price goes into escrow."""
    with connect() as client:
        found = client.accept(newest(client, negotiation_id, "negotiations"))
    show(found, trade_shown.agreement)


def decline(negotiation_id: Negotiation, message: Annotated[str, typer.Option(help="A word to the other side.")] = "") -> None:
    """End a negotiation."""
    with connect() as client:
        found = client.decline(newest(client, negotiation_id, "negotiations"), message=message)
    show(found, trade_shown.negotiation)


def take_back(negotiation_id: Negotiation, message: Annotated[str, typer.Option(help="A word to the other side.")] = "") -> None:
    """Take back your own request or offer."""
    with connect() as client:
        found = client.withdraw_request(newest(client, negotiation_id, "negotiations"), message=message)
    show(found, trade_shown.negotiation)


def agreements() -> None:
    """Your agreements, newest first."""
    with connect() as client:
        found = client.agreements()

    def human(value: Any) -> None:
        for a in value["agreements"]:
            out.print(f"[bold cyan]{a['id']}[/] {a['state']:<10}", end=" ")
            out.print(f"{a['buyer']['name']} ← {a['owner']['name']}: {a['title']}", markup=False)

    show(found, human)


def agreement(
    agreement_id: Agreement, output: Annotated[Path | None, typer.Option("--out", help="Write the signed document to this file.")] = None
) -> None:
    """One agreement: terms, signatures, escrow, deliveries."""
    with connect() as client:
        found = client.agreement(newest(client, agreement_id, "agreements"))
    if output:
        output.write_text(json.dumps(found["document"], indent=2) + "\n", "utf-8")
    show(found, trade_shown.agreement)


def deliver(
    agreement_id: Agreement,
    folder: Annotated[Path, typer.Option("--to", help="Folder for delivered files.")] = Path("."),
    version: Annotated[int | None, typer.Option(min=1, help="The number of a later version that the agreement covers.")] = None,
    agreed_columns: Annotated[
        bool, typer.Option("--agreed-columns", help="Of a later version, leave out what it holds about persons that was not signed for.")
    ] = False,
) -> None:
    """Have the data handed over, and download it where it comes as files."""
    with connect() as client:
        made = client.deliver(newest(client, agreement_id, "agreements"), version=version, agreed_columns=agreed_columns)
        folder.mkdir(parents=True, exist_ok=True)
        for file in made["files"]:
            with bytes_progress(file["name"]) as progress:
                client.download(file["url"], folder / file["name"], progress=progress)
            if not _same_digest(folder / file["name"], file["sha256"]):
                from entrepot.kit import Conflict

                raise Conflict(f"{file['name']} does not have the digest the receipt names.", "Delete the file and run the command again.")

    def human(value: Any) -> None:
        for file in value["files"]:
            out.print(
                f"{folder / file['name']}: {file['rows']:,} rows, {file['bytes']:,} bytes, sha256 {file['sha256'][:16]}… as in the receipt",
                markup=False,
            )
        if value["method"] == "table":
            out.print("The tables are in your share; get the profile with: entrepot share-profile")
        if value["receipt"]:
            out.print(f"receipt {value['receipt']}", style="dim")

    show(made, human)


def lookup(
    agreement_id: Agreement,
    question: Annotated[
        list[str], typer.Argument(metavar="QUESTION…", help="What is asked, such as `licence_class=B` or `points<=3`; all have to be so.")
    ],
    person: Annotated[str, typer.Option(help="The person key as the data holds it.")],
    token: Annotated[str, typer.Option(help="The person's consent token for this question.")] = "",
) -> None:
    """Ask one question about one person; the answer is match or no_match."""
    with connect() as client:
        found = client.look_up(
            newest(client, agreement_id, "agreements"), person=person, token=token, question=[_condition(q) for q in question]
        )
    show(found, lambda v: [out.print(v["answer"]), out.print(f"receipt {v['receipt']}", style="dim")])


def lookups(agreement_id: Agreement) -> None:
    """What you have asked under an agreement, newest first, and how many more questions you may ask now."""
    with connect() as client:
        found = client.lookups(newest(client, agreement_id, "agreements"))

    def human(value: Any) -> None:
        for one in value["questions"]:
            out.print(f"{trade_shown.minute(one['at'])}  {one['answer']:<8}  {', '.join(one['columns'])}  {one['receipt']}", markup=False)
        left = "nothing is asked under this agreement" if value["left"] is None else f"{value['left']:,} more questions may be asked now"
        out.print(left, style="dim")

    show(found, human)


def _condition(text: str) -> dict[str, Any]:
    found = re.fullmatch(r"\s*(.+?)\s*(<=|>=|=|<|>)\s*(.*?)\s*", text)
    if found is None:
        raise Invalid(f"{text[:80]!r} is no question.", "Write a column, one of =, <, <=, > and >=, and a value, such as points<=3.")
    column, operator, value = found.groups()
    number = read_number(value)
    return {"column": column, "operator": operator, "value": value.strip("'\"") if number is None else number}


def share_profile(
    output: Annotated[Path, typer.Option("--out", help="File to write, readable by you only.")] = Path("entrepot.share"),
    rotate: Annotated[bool, typer.Option(help="End the profiles made before.")] = False,
) -> None:
    """Write the Delta Sharing profile with which pandas or Spark read your tables."""
    with connect() as client:
        profile = client.share_profile(rotate=rotate)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(profile, file, indent=2)
    os.chmod(output, 0o600)  # A file that was there before keeps its mode.
    wrote(output, f"keep it secret. In Python: delta_sharing.SharingClient('{output}').list_all_tables()")


def accept_delivery(agreement_id: Agreement) -> None:
    """Accept what was delivered: escrow goes to the owner, less the fee."""
    with connect() as client:
        found = client.accept_delivery(newest(client, agreement_id, "agreements"))
    show(found, trade_shown.agreement)


def refund(agreement_id: Agreement, reason: Annotated[str, typer.Option(help="Why.")]) -> None:
    """Give the escrow back to the buyer (owners, operators)."""
    with connect() as client:
        found = client.refund(newest(client, agreement_id, "agreements"), reason=reason)
    show(found, trade_shown.agreement)


def terminate(agreement_id: Agreement, reason: Annotated[str, typer.Option(help="Why.")]) -> None:
    """End an agreement early; running downloads stop."""
    with connect() as client:
        found = client.terminate(newest(client, agreement_id, "agreements"), reason=reason)
    show(found, trade_shown.agreement)


def suspend(agreement_id: Agreement, reason: Annotated[str, typer.Option(help="Why.")]) -> None:
    """Stop the bytes for the time being (owners, operators)."""
    with connect() as client:
        found = client.suspend(newest(client, agreement_id, "agreements"), reason=reason)
    show(found, trade_shown.agreement)


def resume(agreement_id: Agreement) -> None:
    """Let the bytes flow again (whoever suspended it, operators)."""
    with connect() as client:
        found = client.resume(newest(client, agreement_id, "agreements"))
    show(found, trade_shown.agreement)


def share_tokens(
    revoke: Annotated[str, typer.Option(metavar="TOKEN", help="End this one at once.")] = "",
) -> None:
    """Your organisation's Delta Sharing tokens, without their secrets."""
    with connect() as client:
        if revoke:
            client.revoke_share_token(revoke)
        found = client.share_tokens()
    show(
        found,
        lambda v: (
            [out.print(f"[bold cyan]{t['id']}[/] {'revoked' if t['revoked_at'] else 'until ' + t['expires_at'][:10]}") for t in v]
            or out.print("none yet: entrepot share-profile makes one", style="dim")
        ),
    )


def balance() -> None:
    """What your organisation has."""
    with connect() as client:
        found = client.accounts()
    show(
        found,
        lambda v: (
            [out.print(f"{a['code']:<10} {a['available']:>20}  [dim]and {a['pending']} promised[/]") for a in v["accounts"]]
            or out.print("no money has moved yet")
        ),
    )


def statement(currency: Annotated[str | None, typer.Option(help="ISO 4217 code; default: the exchange's own.")] = None) -> None:
    """The transfers on your organisation's account."""
    with connect() as client:
        found = client.statement(currency=currency)
    show(
        found,
        lambda v: [
            out.print(f"{trade_shown.minute(t['at'])}  {t['code']:<8} {t['change']:>18} {t['balance']:>18}  {t['subject'] or ''}")
            for t in v["transfers"]
        ],
    )


def invoice(agreement_id: Agreement, form: Annotated[str, typer.Option(help="csv or html.")] = "csv") -> None:
    """Print the invoice of a paid agreement."""
    if form not in ("csv", "html"):
        raise Invalid(f"There is no form {form!r} of an invoice.", "Choose csv or html.")
    with connect() as client:
        found = client.invoice(newest(client, agreement_id, "agreements"))
    show(found, lambda v: out.print(v[form], markup=False, end=""))


def inbox() -> None:
    """What happened that your organisation should know."""
    with connect() as client:
        found = client.inbox()
    show(
        found,
        lambda v: (
            [out.print(f"{trade_shown.minute(n['created_at'])}  {n['kind']:<24} {n['subject_id']}{_why(n)}", markup=False) for n in v]
            or err.print("the inbox is empty")
        ),
    )


def _why(line: Any) -> str:
    reason = line["facts"].get("reason") or line["facts"].get("hint")
    return f": {reason}" if reason else ""


def _same_digest(path: Path, expected: str) -> bool:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == expected
