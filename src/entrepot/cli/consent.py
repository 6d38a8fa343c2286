"""Commands for those who hold data about people: record what they say, hand out their links, answer their requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import chosen, connect, err, newest, out, settings, show, wrote

PANEL = "People"
Person = Annotated[str, typer.Argument(metavar="PERSON", help="The value of the person key, as the data holds it.")]
Listing = Annotated[str, typer.Option(help="Only this listing.")]
Recipient = Annotated[str, typer.Option(help="Only this organisation, by short name or id.")]
Purposes = Annotated[list[str] | None, typer.Option("--purpose", help="A purpose of the W3C DPV; repeat for more; every purpose without.")]
Categories = Annotated[list[str] | None, typer.Option("--category", help="A kind of data; repeat for more; every kind without.")]
Kind = Annotated[str, typer.Option(help="general, guardian, separate or written.")]
Notice = Annotated[str, typer.Option(help="Digest of the notice that was shown, as sha256:….")]
Days = Annotated[int | None, typer.Option(help="How many days it holds.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add_group(
        app, PANEL, "consent", "What people allow: give, withdraw, ask; a million at once; links, receipts and requests.",
        give, withdraw, ask, token, import_file, show_consents, links, revoke_links, receipt, requests, answer,
    )  # fmt: skip


def give(
    person: Person, listing: Listing = "", recipient: Recipient = "", purpose: Purposes = None, category: Categories = None,
    kind: Kind = "separate", notice: Notice = "", days: Days = None,
) -> None:  # fmt: skip
    """Record that a person gave consent."""
    with connect() as client:
        made = client.consent(person, **_scope(listing, recipient, purpose, category, kind, notice, days))
    show(made, _said)


def withdraw(
    person: Person, listing: Listing = "", recipient: Recipient = "", purpose: Purposes = None, category: Categories = None
) -> None:
    """Record that a person withdrew; the next delivery leaves the person out."""
    with connect() as client:
        made = client.withdraw_consent(person, **_scope(listing, recipient, purpose, category, "separate", "", None))
    show(made, _said)


def ask(
    person: Person, listing: Listing = "", recipient: Recipient = "", purpose: Purposes = None, category: Categories = None, notice: Notice = ""
) -> None:  # fmt: skip
    """Ask a person on the personal page; refused within 90 days of asking, a refusal or a withdrawal."""
    with connect() as client:
        made = client.consent(person, act="asked", **_scope(listing, recipient, purpose, category, "separate", notice, None))
    show(made, _said)


def token(
    person: Person, agreement: Annotated[str, typer.Option(help="The look-up agreement under which the question may be asked, or `last`.")]
) -> None:
    """Record that a person says yes to one question, as you were told; the token for it goes to the recipient."""
    with connect() as client:
        made = client.consent_token(person, agreement=newest(client, agreement, "agreements"))
    show(made, lambda v: out.print(v["token"], markup=False, soft_wrap=True))


@commands.named("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or JSON lines, one person a line.", exists=True, dir_okay=False)],
    act: Annotated[str, typer.Option(help="given, withdrawn or objected.")] = "given",
    column: Annotated[str, typer.Option(help="The column with the person keys.")] = "person",
    listing: Listing = "", recipient: Recipient = "", purpose: Purposes = None, category: Categories = None,
    kind: Kind = "separate", notice: Notice = "", days: Days = None,
) -> None:  # fmt: skip
    """Record the same for every person in a file, all or nothing; bad lines are named by number."""
    with connect() as client:
        upload = client.upload(file)
        made = client.import_consents(
            upload["id"], act=act, column=column, **_scope(listing, recipient, purpose, category, kind, notice, days)
        )

    def human(value: Any) -> None:
        out.print(f"{value['rows']:,} persons recorded ({value['repeated']:,} repeated, {value['kept_back']:,} kept back)", markup=False)
        if value["unknown"]:
            out.print(_strangers(value["unknown"], value["rows"]), style="yellow", markup=False)
        out.print(f"receipt {value['receipt']}", markup=False, style="dim")

    show(made, human)


@commands.named("show")
def show_consents(
    person: Annotated[str | None, typer.Argument(metavar="PERSON", help="One person; without, how many stand where.")] = None,
) -> None:
    """What one person said, or how many persons stand where."""
    with connect() as client:
        found = client.consents(person)

    def human(value: Any) -> None:
        for one in value.get("said", []):
            _said(one)
        for one in value.get("scopes", []):
            counts = ", ".join(f"{count:,} {state}" for state, count in one["persons"].items())
            out.print(f"{one['recipient']}: {', '.join(one['purposes'])}: {counts}", markup=False)
        if not value.get("said") and not value.get("scopes"):
            out.print("nothing has been said", style="dim")

    show(found, human)


def links(persons: Annotated[list[str], typer.Argument(metavar="PERSON...", help="Person keys.")]) -> None:
    """Personal links; pass each on to its person and to nobody else. It is recorded; whoever has answered by the own link gets another."""
    from entrepot.cli.serving import reached

    with connect() as client:
        found = client.personal_links(persons)
    show(found, lambda v: [out.print(link, markup=False) for link in v["links"]])
    if found["renewed"]:
        err.print(
            f"{found['renewed']:,} of {len(found['links']):,} persons had answered by their link, so these are other ones; the links before open "
            "no more, and a yes that follows a no by an earlier link says so in its receipt.",
            markup=False, style="dim",
        )  # fmt: skip
    if not chosen.exchange and (used := settings()).public_url == type(used)().public_url:
        used = reached(used, host=used.host, port=used.port)
        err.print(
            f"No address of the exchange is set, so the links begin with {used.public_url}, which opens on this machine alone while "
            "`entrepot serve` runs. Set ENTREPOT_PUBLIC_URL to the address under which people reach it.",
            markup=False, style="dim",
        )  # fmt: skip


def revoke_links(person: Annotated[str | None, typer.Argument(metavar="PERSON", help="Whose; without, everybody's.")] = None) -> None:
    """End the link of one person, or of everybody."""
    with connect() as client:
        client.revoke_personal_links(person)
    show({"revoked": True}, lambda _: out.print("revoked; new links differ", style="dim"))


def receipt(
    consent_id: Annotated[str, typer.Argument(metavar="ID", help="The id of what was said.")],
    output: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("consent-receipt.json"),
) -> None:
    """Write the signed receipt of one act, for `entrepot verify`."""
    import json

    with connect() as client:
        found = client.consent_receipt(consent_id)
    output.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    wrote(output, "the receipt; check it with `entrepot verify`")


def requests(overdue: Annotated[bool, typer.Option("--overdue", help="The overdue ones of every controller (operators).")] = False) -> None:
    """Requests of people, the most urgent first."""
    with connect(operator=overdue) as client:
        found = client.subject_requests(overdue=overdue)

    def human(value: Any) -> None:
        for one in value["requests"]:
            out.print(f"[bold cyan]{one['id']}[/]", end=" ")
            late = ", overdue" if one["overdue"] else ""
            out.print(f"{one['kind']}: {one['state']}{late}, due {one['due_at'][:10]} ({one['law']})", markup=False)
        if not value["requests"]:
            out.print("nobody has asked for anything", style="dim")

    show(found, human)


def answer(
    request_id: Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.")],
    text: Annotated[str, typer.Option(help="What was done, or why not.")],
    decline: Annotated[bool, typer.Option("--decline", help="Say no, with this reason.")] = False,
) -> None:
    """Answer a person's request."""
    with connect() as client:
        made = client.answer_request(request_id, text=text, declined=decline)
    show(made, lambda v: out.print(f"{v['id']}: {v['state']}", markup=False))


def _scope(
    listing: str, recipient: str, purposes: list[str] | None, categories: list[str] | None, kind: str, notice: str, days: int | None
) -> dict[str, Any]:
    given = {"listing": listing, "recipient": recipient, "purposes": purposes, "categories": categories, "kind": kind, "notice": notice}
    return {name: value for name, value in (given | {"days": days}).items() if value}


def _strangers(unknown: int, of: int) -> str:
    if of == 1:
        return "the key stands in none of your tables, so it holds nothing back; write keys as the data holds them"
    return f"{unknown:,} of {of:,} keys stand in none of your tables, so they hold nothing back; write keys as the data holds them"


def _said(value: Any) -> None:
    scope = value["scope"]
    out.print(f"[bold cyan]{value['id']}[/]", end=" ")
    out.print(f"{value['status']}: {', '.join(scope['purposes'])} for {scope['recipient']} ({value['at'][:10]})", markup=False, end="")
    until = f", until {value['expires_at'][:10]}" if value["expires_at"] else ""
    after = ", by a link made after a no" if value.get("after_no") else ""
    out.print(f", {scope['listing'] or 'every listing'}{until}, said by the {value['by']}{after}", markup=False, style="dim")
    if value.get("in_tables") is False:
        out.print(_strangers(1, 1), style="yellow", markup=False)
