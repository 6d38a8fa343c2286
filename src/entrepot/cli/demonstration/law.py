"""The demo's part on law: an offer that the rules block, the fix by one command, and a notice whose clock suspends a listing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.cli.demonstration.data import ANSWERS, CELLS, CELLS_MANIFEST, PAY
from entrepot.cli.progress import bytes_progress
from entrepot.kit import EntrepotError, parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.client import Client
    from entrepot.kit import ForwardClock
    from entrepot.runtime import Exchange

_SOON = timedelta(seconds=1)


def block_and_mend(owner: Client, folder: Path, step: Callable[[str, str], None]) -> str | None:
    """Offer sensitive data as they are, read article and remedy, apply it, and offer again; what differs, or None."""
    manifest = PAY.write(folder)
    try:
        made = owner.publish_manifest(manifest)
        return f"{PAY.name} was published as it is: {made}"
    except EntrepotError as error:
        found = next((one for one in error.details.get("findings", ()) if one["rule"] == "HOUSE-NO-RAW-SENSITIVE"), None)
        if found is None:
            return f"{PAY.name} was refused for another reason: {error.message}"
    step("rules", f"{PAY.name} blocked: {found['message']} [{found['citation']}]")
    step("remedy", found["hint"])
    with bytes_progress("sending") as progress:
        upload = owner.upload(folder / f"{PAY.name}.csv", progress=progress)
    cells = owner.aggregate(upload["id"], **CELLS)
    listed = owner.publish(CELLS_MANIFEST.replace("pay.csv", cells["upload"]["name"]), uploads=[cells["upload"]["id"]])
    if (cells["grade"], listed["state"]) != (4, "live"):
        return f"the cells are of grade {cells['grade']}, and {listed['state']}: {listed['checks']}"
    step("mended", f"`aggregate` made cells of grade {cells['grade']} of 4; the rules allow them; listing {listed['id']}")
    return None


def answer(owner: Client, buyer: Client, negotiation_id: str, step: Callable[[str, str], None]) -> str | None:
    """Answer what the rules ask before a trade may be signed, each side for itself; what differs, or None."""
    found, given = buyer.ruling(negotiation_id), set[str]()
    if not found["questions"]:
        return None
    while more := sorted({question["path"] for question in found["questions"]} & set(ANSWERS) - given):
        for party, is_buyer in ((buyer, True), (owner, False)):
            said = {path: ANSWERS[path] for path in more if path.startswith("use.") is is_buyer}
            found = party.answer(negotiation_id, said) if said else found
        given |= set(more)
    if found["decision"] != "allow":
        return f"the rules still say {found['decision']}: {found['questions'] or found['findings']}"
    duties = " and ".join(duty["do"].replace("_", " ") for duty in found["duties"])
    step("rules ask", f"{len(given)} questions about persons and their law answered; allowed, with the duties {duties}")
    return None


def regulator(exchange: Exchange, address: str) -> Client:
    """A supervisory authority, with a key of its own."""
    from entrepot import parties
    from entrepot.client import Client
    from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Role

    with exchange.session(SYSTEM) as session:
        made = parties.create_organisation(session, "Data Authority", country="CN", roles=frozenset({Role.REGULATOR}))
    with exchange.session(Actor(organisation_id=made.id, roles=made.roles, scopes=ALL_SCOPES, via="local")) as session:
        _, token = parties.create_api_key(session, "demo", scopes=ALL_SCOPES)
    return Client(address, token)


def suspend(authority: Client, buyer: Client, listing_id: str, clock: ForwardClock, step: Callable[[str, str], None]) -> str | None:
    """Serve a notice that is due in a moment, and let the time to be heard pass while a buyer reads the listing; what differs, or None."""
    title = buyer.listing(listing_id)["title"]
    notice = _serve(authority, listing_id)
    step(
        "notice",
        f"{notice['document_number']} on “{_text(title)}”, an hour to act, received almost an hour ago; the owner is heard until "
        f"{notice['suspends_at'][:16]} all the same, and the buyer reads it still",
    )
    clock.put_forward(parse_rfc3339(notice["suspends_at"]) + _SOON)
    for _ in range(400):
        try:
            buyer.listing(listing_id)
        except EntrepotError as error:
            step("suspended", f"the clock ended, and the buyer's next look says: {error.message}")
            return _lift(authority, notice["id"], buyer, listing_id, step)
        time.sleep(0.1)
    return f"the clock of {notice['id']} ended, and the listing is still on offer"


def _serve(authority: Client, listing_id: str) -> Any:
    finding = {"code": "F1", "basis": "PIPL (2021), article 17", "text": "The notice to persons is missing.", "fix": "Publish the notice."}
    received = datetime.now(UTC) - timedelta(minutes=59)
    return authority.file_notice(
        document_number="Demo 2026-1",
        listings=[listing_id],
        findings=[finding],
        received_at=received.isoformat(),
        span="1H",
        jurisdiction="CN",
    )


def _lift(authority: Client, notice_id: str, buyer: Client, listing_id: str, step: Callable[[str, str], None]) -> str | None:
    authority.notice_step(notice_id, "take_back", text="The demo ends here.")
    if buyer.listing(listing_id)["state"] != "live":
        return "the notice was taken back, and the listing is still off"
    step("reinstated", "the notice is taken back, and exactly what it had frozen goes on")
    return None


def _text(title: Any) -> str:
    return str(title.get("en") or next(iter(title.values()))) if isinstance(title, dict) else str(title)
