"""What publishing would say of a table that was checked: by the rules of the exchange at hand, else by the packs that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.cli import context
from entrepot.kit import EntrepotError, Invalid

if TYPE_CHECKING:
    from entrepot.catalogue import Manifest
    from entrepot.flows.check import CheckReport

NOT_ASKED = (
    "The rules of an exchange were not asked: none is at hand. Name one with --data or --exchange, or the packs to ask with "
    "ENTREPOT_RULE_PACKS (and ENTREPOT_COUNTRY)."
)


def ask_rules(report: CheckReport, path: Path, manifest: Manifest, listing: str = "") -> tuple[CheckReport, str]:
    """The report with what the rules say of the offer, and a note on which rules were asked, or why none were.

    Args:
        listing: The listing that it would be a new version of.

    Raises:
        EntrepotError: The exchange that ``--exchange`` names does not answer, or does not know the listing.
        Invalid: A listing is named, and no exchange is at hand.
    """
    from entrepot.client.files import manifest_text
    from entrepot.flows.foretold import sketch, with_rules
    from entrepot.flows.released import sha256_of

    beside = f" The manifest names {len(manifest.files)} files, and the rules were asked as if it held this one alone."
    note = beside if len(manifest.files) > 1 else ""
    sketched = sketch(report, sha256=sha256_of(report.path))
    if not context.at_hand():
        if listing:
            raise Invalid("A listing is named, and no exchange is at hand.", "Name one with --data or --exchange, or leave --listing out.")
        return _by_packs(report, manifest, note)
    try:
        with context.connect() as client:
            named = context.find_listing(client, listing) if listing else ""
            ruled = client.before_publishing(manifest_text(path), sketched.to_dict(), listing_id=named)
    except EntrepotError as error:
        if context.chosen.exchange or listing:
            raise
        return report, f"The rules of the exchange were not asked: {error.message} {error.hint}"
    return with_rules(report, ruled, ruled["grade"]), note.strip()


def _by_packs(report: CheckReport, manifest: Manifest, note: str) -> tuple[CheckReport, str]:
    import os
    from datetime import UTC, datetime

    from entrepot.flows.foretold import foretell_here, shown, sketch, with_rules

    found = context.settings()
    if not os.environ.get("ENTREPOT_RULE_PACKS") and found.rule_packs == type(found)().rule_packs:
        return report, NOT_ASKED
    ruling = foretell_here(found, manifest, sketch(report, sha256=""), at=datetime.now(UTC).date())
    seat = f"as if exchange and owner were in {found.country}" if found.country else "of no country (ENTREPOT_COUNTRY names one)"
    said = f"Asked {seat}, and as if the owner's papers were in order."
    return with_rules(report, shown(ruling), None), said + note
