"""Nobody gains more than was given to them: one key signs, members act within their roles, guesses are counted."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot import parties
from entrepot.parties import jws
from entrepot.parties.tables import signing_keys
from entrepot.runtime import SYSTEM, Exchange
from support.people import organisation
from support.racing import at_once


def test_rotations_at_once_leave_one_key_that_signs(exchange: Exchange) -> None:
    owner = organisation(exchange, "Harbour Data").organisation_id or ""

    def rotate() -> str:
        with exchange.session(SYSTEM) as session:
            return parties.create_key(session, owner)

    made = at_once(4, rotate)
    with exchange.session(SYSTEM) as session:
        current = session.db.scalars(sa.select(signing_keys.c.id).where(signing_keys.c.retired_at.is_(None))).all()
        signed = jws.assemble({"a": 1}, [parties.sign(session, owner, {"a": 1})])
        keys = parties.public_keys(session, owner)
    assert len(current) == 1
    assert current[0] in made
    assert set(made) <= set(keys)
    assert list(jws.verify(signed, keys)[1]) == list(current)
