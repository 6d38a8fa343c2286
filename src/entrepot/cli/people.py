"""Commands for who may act: members, their roles, API keys, reset links."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, local_exchange, out, show
from entrepot.kit import NotFound

PANEL = "Run an exchange"
Of = Annotated[str, typer.Option(help="Organisation: short name or id; the acting one without it.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The member's e-mail address.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, PANEL, members, member_roles, remove_member, keys, revoke_key, reset_link)


def members(of: Of = "") -> None:
    """Who belongs to an organisation, and with which roles."""
    with connect(operator=bool(of)) as client:
        found = client.members(of or _own(client))

    def human(value: Any) -> None:
        for one in value:
            out.print(f"{one['name']} <{one['email']}> {', '.join(one['roles'])}, since {one['since'][:10]}", markup=False)
        if not value:
            out.print("nobody yet: entrepot invite makes a link", style="dim")

    show(found, human)


def member_roles(email: Email, roles: Annotated[str, typer.Argument(metavar="ROLES", help="Comma-separated.")], of: Of = "") -> None:
    """Give a member other roles; keys they made that may do more end at once."""
    with connect(operator=bool(of)) as client:
        organisation = of or _own(client)
        found = client.change_roles(organisation, _person(client, organisation, email), roles=roles.split(","))
    show(found, lambda v: out.print(f"{v['email']} is now {' and '.join(v['roles'])}", markup=False))


def remove_member(email: Email, of: Of = "") -> None:
    """End a membership, and the keys that the person made."""
    with connect(operator=bool(of)) as client:
        organisation = of or _own(client)
        client.remove_member(organisation, _person(client, organisation, email))
    show({"removed": email}, lambda v: out.print(f"{v['removed']} is no member any more", markup=False))


def keys() -> None:
    """The acting organisation's API keys, without their secrets."""
    with connect() as client:
        found = client.keys()

    def human(value: Any) -> None:
        for key in value:
            ends = "revoked" if key["revoked_at"] else f"until {key['expires_at'][:10]}"
            used = f"used {key['last_used_at'][:16].replace('T', ' ')}" if key["last_used_at"] else "never used"
            out.print(f"[bold cyan]{key['id']}[/]", end=" ")
            out.print(f"{key['name']} · {', '.join(key['scopes'])} · {ends} · {used}", markup=False)

    show(found, human)


def revoke_key(key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `entrepot keys` shows it.")]) -> None:
    """End an API key at once."""
    with connect() as client:
        client.revoke_key(key_id)
    show({"revoked": key_id}, lambda v: out.print(f"{v['revoked']} is revoked"))


def reset_link(email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose password is to be set anew.")]) -> None:
    """Print a one-time link that sets a new password (on the exchange's own machine)."""
    from entrepot import parties
    from entrepot.runtime import SYSTEM

    with local_exchange() as exchange, exchange.session(SYSTEM) as session:
        url = f"{session.settings.public_url}/join/{parties.create_reset_link(session, email)}"
    show({"url": url}, lambda v: out.print(v["url"], markup=False))


def _own(client: Any) -> str:
    organisation = client.me()["organisation"]
    if organisation is None:
        raise NotFound("You act for no organisation.", "Name one with --of, or act for one with --as.")
    return str(organisation["id"])


def _person(client: Any, organisation: str, email: str) -> str:
    found = next((one for one in client.members(organisation) if one["email"] == email.strip().casefold()), None)
    if found is None:
        raise NotFound(f"{email} is no member there.", "List the members with `entrepot members`.")
    return str(found["person_id"])
