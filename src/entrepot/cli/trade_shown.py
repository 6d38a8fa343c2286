"""How negotiations and agreements are shown on the command line."""

from __future__ import annotations

from typing import Any

from entrepot.cli.context import out
from entrepot.cli.rulings import STANDS, ask, is_open, stands


def requested(value: Any) -> None:
    """A request as the rules and the other side stand to it."""
    negotiation(value)
    # What is only missing is asked below.
    failed = [finding for finding in value["findings"] if not is_open(finding)]
    if failed and value["decision"] in STANDS:
        out.print(f"{STANDS[value['decision']]}:", style="bold")
        stands(failed)
    mine = [question for question in value["questions"] if question["answered_by"] == "buyer"]
    others = [question for question in value["questions"] if question not in mine]
    if mine:
        out.print("the rules ask before it is signed; say it with `entrepot answer last`:")
        ask(mine, side="buyer")
    if others:
        out.print("this has to be known too, and not by your word:")
        ask(others, side="buyer")


def negotiation(value: Any) -> None:
    """A negotiation: who asks whom, and what is on the table."""
    out.print(
        f"[bold cyan]{value['id']}[/] is [bold]{value['state']}[/], round {value['round']}; {value['buyer']['name']} asks {value['owner']['name']}"
    )
    if value["offers"]:
        last = value["offers"][-1]
        out.print(f"on the table: {last['price_sentence']['en']}", markup=False)
        for sentence in last["terms_sentences"]["en"]:
            out.print(f"  · {sentence}", markup=False)
    if value["agreement_id"]:
        out.print(f"signed: [bold cyan]{value['agreement_id']}[/]")
    elif value["turn"]:
        out.print(
            f"{value['turn']['name']} decides by {minute(value['decide_by'])}: entrepot accept, offer or decline",
            markup=False,
            style="dim",
        )


def agreement(value: Any) -> None:
    """An agreement: its state and why, its price, and what was delivered."""
    out.print(
        f"[bold cyan]{value['id']}[/] is [bold]{value['state']}[/]: {value['buyer']['name']} uses {value['owner']['name']}’s “{value['title']}”"
    )
    if value["history"]:
        out.print(f"{value['state']} since {minute(value['state_since'])}: {value['state_reason'] or 'no reason was given'}", markup=False)
    out.print(value["price_sentence"]["en"], markup=False)
    if value["escrow"]:
        out.print(f"escrow of {value['escrow']['amount']}: {value['escrow']['state']}")
    for delivery in value["deliveries"]:
        out.print(f"delivered {delivery['rows']:,} rows as {delivery['method']}, receipt {delivery['receipt']}")
    for move in value["history"][:-1]:
        out.print(f"  {minute(move['at'])} {move['before']} → {move['after']}: {move['reason']}", markup=False, style="dim")
    if value["state"] == "active" and not value["deliveries"]:
        after = "entrepot lookup last --person KEY --token TOKEN COLUMN=VALUE" if value["method"] == "lookup" else "entrepot deliver last"
        out.print(f"next: {after}", markup=False, style="dim")


def minute(instant: str) -> str:
    """A moment to the minute."""
    return f"{instant[:10]} {instant[11:16]} UTC"
