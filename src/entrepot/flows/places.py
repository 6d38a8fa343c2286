"""Where somebody is, and what follows from it: which packs concern a country, and a move to another one."""

from __future__ import annotations

from entrepot import parties, proof
from entrepot.compliance import library
from entrepot.compliance.places import jurisdictions
from entrepot.parties import Organisation
from entrepot.runtime import Session


def packs_of(country: str) -> tuple[str, ...]:
    """The shipped packs of law that concern whoever sits in a country."""
    known = set(jurisdictions(country))
    return tuple(pack.id for pack in library.shipped() if pack.jurisdiction in known)


def change_country(session: Session, organisation_id: str, country: str) -> Organisation:
    """Note that an organisation has moved, and have every live listing judged again; contracts and deliveries hear of it by themselves.

    Raises:
        Refused: The actor is no operator, who has looked at the papers.
        NotFound: There is no such organisation.
        Invalid: It is no country.
    """
    before = parties.get(session, organisation_id)
    moved = parties.change_country(session, before.id, country)
    if moved.country != before.country:
        fact = {"organisation": moved.id, "before": before.country, "country": moved.country}
        proof.record(session, "organisation.moved", fact, subject_id=moved.id)
        parties.notify(session, moved.id, "organisation.moved", moved.id, before=before.country, country=moved.country)
        session.enqueue("flows.judge_again", after_id="")
    return moved
