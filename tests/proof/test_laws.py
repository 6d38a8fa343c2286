"""The doctor notices when stored rows no longer follow from what was recorded, by whatever way they were changed."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa

from entrepot import proof
from entrepot.proof.tables import checkpoints, leaves, tiles
from entrepot.runtime import SYSTEM, Exchange


def fill(exchange: Exchange) -> None:
    for _ in range(3):
        with exchange.session(SYSTEM) as session:
            for i in range(100):
                proof.record(session, "agreement.signed", {"i": i})
        proof.seal(exchange)


def tamper(exchange: Exchange, statement: sa.Executable) -> None:
    """Change rows as somebody with the database's own rights could: without its triggers."""
    with exchange.session(SYSTEM) as session:
        if exchange.database.dialect == "postgresql":
            session.db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for name in session.db.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.db.exec_driver_sql(f"DROP TRIGGER {name}")
        session.db.execute(statement)


def problems(exchange: Exchange) -> list[str]:
    with exchange.reading(SYSTEM) as session:
        return proof.check_log(session)


TAMPERINGS: dict[str, tuple[sa.Executable, str]] = {
    "another fact": (sa.update(leaves).where(leaves.c.seq == 5).values(fact='{"i":6}'), "stored fact"),
    "another line": (sa.update(leaves).where(leaves.c.seq == 5).values(leaf="{}"), "does not say what the entry says"),
    "another commitment": (sa.update(leaves).where(leaves.c.seq == 5).values(commitment="0" * 64), "does not say what the entry says"),
    "a missing entry": (sa.delete(leaves).where(leaves.c.seq == 250), "position 251, where 250 is next"),
    "missing entries at the end": (sa.delete(leaves).where(leaves.c.seq >= 250), "has 250 sealed entries"),
    "another tile": (sa.update(tiles).where(tiles.c.level == 0, tiles.c.number == 0).values(hashes=os.urandom(8192)), "tile 0/0"),
    "a missing tile": (sa.delete(tiles).where(tiles.c.level == 1), "tile/1/000.p/1 is missing"),
    "another root": (sa.update(checkpoints).where(checkpoints.c.size == 200).values(root=os.urandom(32)), "history has been changed"),
    "an unsigned checkpoint": (
        sa.update(checkpoints).where(checkpoints.c.size == 100).values(note=sa.func.replace(checkpoints.c.note, "100", "101")),
        "does not verify",
    ),
    "a missing checkpoint": (sa.delete(checkpoints).where(checkpoints.c.size == 300), "has 300 sealed entries"),
}


def test_a_log_that_was_left_alone_has_no_problems(exchange: Exchange) -> None:
    fill(exchange)
    assert problems(exchange) == []


@pytest.mark.parametrize("what", TAMPERINGS)
def test_the_doctor_notices(exchange: Exchange, what: str) -> None:
    fill(exchange)
    statement, expected = TAMPERINGS[what]
    tamper(exchange, statement)
    assert any(expected in problem for problem in problems(exchange)), problems(exchange)


def test_the_doctor_notices_a_tile_that_is_wider_than_the_tree(exchange: Exchange) -> None:
    fill(exchange)
    wider = {"sqlite": "CAST(hashes || zeroblob(32) AS BLOB)", "postgresql": "hashes || decode(repeat('00', 32), 'hex')"}
    tamper(exchange, sa.text(f"UPDATE proof_tiles SET hashes = {wider[exchange.database.dialect]} WHERE number = 1"))
    assert problems(exchange) == ["The tile 0/1 does not hold the hashes of the entries."]


def test_the_sealer_does_not_build_on_tiles_that_were_changed(exchange: Exchange) -> None:
    fill(exchange)
    tamper(exchange, sa.update(tiles).where(tiles.c.level == 0, tiles.c.number == 1).values(hashes=os.urandom(44 * 32)))
    with exchange.session(SYSTEM) as session:
        proof.record(session, "agreement.signed", {"i": 1})
    with pytest.raises(Exception, match="do not hash to its newest checkpoint"):
        proof.seal(exchange)
