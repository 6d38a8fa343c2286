"""The process dies again and again while a notice freezes many agreements; each is frozen once, and its parties are told once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot import parties, trades
from entrepot.kit import rfc3339
from entrepot.runtime import SYSTEM, Exchange
from support import dying
from support.notices import file_notice, listing_state, look, take
from support.trading import Market, broken_laws, open_market

AGREEMENTS, BATCH, KILLS = 11, 3, 6


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """A market whose jobs run elsewhere."""
    return open_market(exchange, tmp_path / "goods")


def _run(market: Market, die_at: int, since: str = "") -> bool:
    """Whether the process of the jobs came to its end; else it was killed, and the lease of its job has to run out."""
    command = [sys.executable, dying.__file__, json.dumps(asdict(market.exchange.settings)), rfc3339(market.clock.now()), str(BATCH)]
    ended = subprocess.run([*command, str(die_at), since], capture_output=True, text=True, check=False)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    market.clock.advance(timedelta(minutes=6))
    return ended.returncode == 0


def _between_batches(dice: random.Random) -> tuple[int, str]:
    # The first batch is over some twenty statements after its first row, the last some hundred.
    return dice.randrange(30, 80), "notice_freezes"


def _frozen(market: Market, listing: str) -> int:
    with market.exchange.reading(SYSTEM) as session:
        found = trades.list_agreements(session, listing_id=listing, everybody=True, limit=100)
    return sum(one.state == "suspended" for one in found)


def _told(market: Market, kind: str) -> list[Counter[str]]:
    """How often owner and buyer were told of each agreement."""
    found = []
    for actor in (market.owner, market.buyer):
        with market.exchange.reading(actor) as session:
            found.append(Counter(event.subject_id for event in parties.inbox(session, limit=200) if event.kind == kind))
    return found


def test_a_process_that_dies_while_agreements_freeze_freezes_each_once_and_tells_once(market: Market) -> None:
    seed = int(os.environ.get("ENTREPOT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"ENTREPOT_TEST_SEED={seed} repeats this")
    dice = random.Random(seed)
    listing = market.publish(price="free").listing_id
    running = [market.agree(listing).id for _ in range(AGREEMENTS)]
    notice = file_notice(market, listing)
    market.clock.advance(notice.due_at - market.clock.now())
    frozen: list[int] = []
    while len(frozen) < KILLS and not (_run(market, dice.randrange(1, 80)) if frozen else _run(market, *_between_batches(dice))):
        frozen.append(_frozen(market, listing))
        assert (listing_state(market, listing), look(market, notice).state) == (("suspended",) * 2 if frozen[-1] else ("live", "received"))
    print(f"frozen when it died: {frozen}")
    assert any(0 < done < AGREEMENTS for done in frozen)
    assert set(frozen) <= {*range(0, AGREEMENTS, BATCH), AGREEMENTS}
    assert frozen[-1] == AGREEMENTS or _run(market, 0)
    assert _frozen(market, listing) == AGREEMENTS
    with market.exchange.reading(SYSTEM) as session:
        moves = [[move.after.value for move in trades.history(session, one)] for one in running]
    assert moves == [["suspended"]] * AGREEMENTS
    assert _told(market, "agreement.suspended") == [Counter(running)] * 2
    assert [told[notice.id] for told in _told(market, "notice.suspended")] == [1, 0]
    market.seal()
    assert broken_laws(market.exchange) == []
    take(market, market.regulator, "take_back", notice, "settled")
    market.wait(hours=1)
    assert _frozen(market, listing) == 0
    assert _told(market, "agreement.active") == [Counter(running)] * 2
