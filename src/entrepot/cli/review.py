"""Commands about listings that are not on offer to everybody: one's own, those that wait for review, those taken off."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, out, show
from entrepot.cli.rulings import Language, stands

PANEL = "Run an exchange"
Listing = Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id.")]
Reason = Annotated[str, typer.Option(help="Why; its owner reads it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, "Publish and find", listings)
    commands.add(app, PANEL, reviews, approve, reject, suspend_listing, reinstate_listing, organisations)


def listings() -> None:
    """Your organisation's listings in every state."""
    with connect() as client:
        found = client.my_listings()
    show(found, lambda v: _listed(v["listings"], "none yet: entrepot publish makes one"))


def reviews(language: Language = "en") -> None:
    """Listings that wait for the operator's review, oldest first, with the reasons; also what the rules hold and leave to a person."""
    with connect(operator=True) as client:
        found = client.reviews(language=language)
    show(found, lambda v: _listed(v["listings"], "nothing waits"))


def approve(listing_id: Listing) -> None:
    """Put the version that waits for review on offer, or give back what the rules hold and leave to a person (operators)."""
    with connect(operator=True) as client:
        made = client.approve(listing_id)
    show(made, _state)


def reject(listing_id: Listing, reason: Reason) -> None:
    """Send the version that waits for review back to its owner (operators)."""
    with connect(operator=True) as client:
        made = client.reject(listing_id, reason=reason)
    show(made, _state)


def suspend_listing(
    listing_id: Listing, reason: Reason, imminent_harm: Annotated[bool, typer.Option(help="Harm is imminent, so the owner is heard afterwards.")] = False,
) -> None:  # fmt: skip
    """Take a listing off until further notice (operators); agreements on it go on until `entrepot suspend` holds them back.

    Without imminent harm the owner is heard first: serve a notice of the kind `exchange` with `entrepot notices file`.
    """
    with connect(operator=True) as client:
        made = client.suspend_listing(listing_id, reason=reason, imminent_harm=imminent_harm)
    show(made, _state)


def reinstate_listing(listing_id: Listing) -> None:
    """Put a suspended listing back on offer (operators)."""
    with connect(operator=True) as client:
        made = client.reinstate_listing(listing_id)
    show(made, _state)


def organisations() -> None:
    """Every organisation on the exchange."""
    with connect(public=True) as client:
        found = client.organisations()

    def human(value: Any) -> None:
        for one in value:
            out.print(f"{one['slug']:<28} {one['name']} ({one['country']}) {', '.join(one['roles'])}", markup=False)

    show(found, human)


def _listed(found: list[dict[str, Any]], nothing: str) -> None:
    for one in found:
        waits = f", version {one['waiting']} waits for review" if one["waiting"] else ""
        waits += ", held by the rules, which leave it to a person" if one.get("held") else ""
        out.print(f"[bold cyan]{one['id']}[/]", end=" ")
        out.print(f"{one['state']}{waits}: {one['title']}", markup=False)
        stands(one.get("reasons", ()))
    if not found:
        out.print(nothing, style="dim")


def _state(value: Any) -> None:
    out.print(f"{value['id']} is {value['state']}")
