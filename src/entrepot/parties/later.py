"""Who ordered work that is done later, with what they may do by then."""

from __future__ import annotations

from entrepot.kit import Refused
from entrepot.parties.keys import key_actor_by_id
from entrepot.parties.people import member_actor
from entrepot.runtime import Actor, Session


class RightsEnded(Refused):
    """Whoever ordered something may no longer do it."""


def actor_now(session: Session, actor: Actor) -> Actor:
    """The same actor with the roles and scopes of this moment; the command line on the data folder has what it had.

    Raises:
        RightsEnded: The API key was revoked or has expired, or the person has left the organisation.
    """
    if actor.via == "key":
        found = key_actor_by_id(session, actor.key_id)
        if found is None:
            raise RightsEnded("The API key that this was ordered with was revoked or has expired.", "Order it again with a key that holds.")
        return found
    if actor.via == "login" and actor.person_id:
        found = member_actor(session, actor.person_id, actor.organisation_id)
        if found.organisation_id is None:
            raise RightsEnded("Whoever ordered this is no member of the organisation any more.", "A member of it can order it again.")
        return found
    return actor
