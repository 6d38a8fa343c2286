"""What a notice holds stops at every door at once, and agreements by the thousand follow in batches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import flows, notices
from entrepot.asgi import create_app
from entrepot.kit import Conflict
from entrepot.notices import suspending
from entrepot.trades import AgreementClosed
from support.door import Door
from support.notices import agreement_state, file_notice, take
from support.trading import Market, is_clean


def test_bytes_stop_at_once_at_every_door_and_flow_again_afterwards(market: Market) -> None:
    listing = market.publish(price="free").listing_id
    files, table = market.agree(listing), market.agree(listing, method="table")
    address = market.deliver(files).files[0].url
    market.deliver(table)
    with market.exchange.session(market.buyer) as session:
        token = flows.share_profile(session)["bearerToken"]
    door = Door(create_app(market.exchange))
    path = address.removeprefix(market.exchange.settings.public_url)

    def doors() -> tuple[int, int]:
        shares = door.get("/sharing/shares", headers={"authorization": f"Bearer {token}"}).json()["items"]
        return door.get(path).status_code, len(shares)

    assert doors() == (200, 1)
    notice = file_notice(market, listing, harm="now")
    status, shares = doors()
    assert (status, shares) == (403, 0)
    take(market, market.regulator, "take_back", notice, "settled")
    assert doors() == (200, 1)


def test_where_many_agreements_run_nothing_flows_at_once_and_their_states_follow_in_batches(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspending, "BATCH", 2)
    listing = market.publish(price="free").listing_id
    running = [market.agree(listing) for _ in range(5)]
    shared = market.agree(listing, method="table")
    market.deliver(shared)
    addresses = [market.deliver(one).files[0].url for one in running]
    door = Door(create_app(market.exchange))

    def doors() -> set[int]:
        return {door.get(address.removeprefix(market.exchange.settings.public_url)).status_code for address in addresses}

    def states() -> list[str]:
        return sorted(agreement_state(market, one) for one in [*running, shared])

    assert doors() == {200}
    notice = file_notice(market, listing, harm="now")
    assert states() == ["active"] * 4 + ["suspended"] * 2
    market.clock.advance(timedelta(seconds=1))
    assert doors() == {403}, "the listing decides, not the agreement"
    late = next(one for one in running if agreement_state(market, one) == "active")
    for attempt in (lambda: market.deliver(late), lambda: market.accept_delivery(late)):
        with pytest.raises((AgreementClosed, Conflict), match="freezes"), market.unhurt():
            attempt()
    assert is_clean(market.exchange)
    market.exchange.run_next_job()
    with monkeypatch.context() as dying, market.unhurt():
        dying.setattr(notices.repository, "add_freeze", _die)
        market.exchange.run_next_job()
    assert "active" in states()
    market.wait(hours=1)
    assert states() == ["suspended"] * 6
    take(market, market.regulator, "take_back", notice, "settled")
    assert states() == ["active"] * 2 + ["suspended"] * 4
    market.wait(hours=1)
    assert states() == ["active"] * 6
    market.deliver(late)
    assert is_clean(market.exchange)


def test_a_batch_of_a_freeze_that_is_over_changes_nothing(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspending, "BATCH", 2)
    listing = market.publish(price="free").listing_id
    running = [market.agree(listing) for _ in range(5)]
    notice = file_notice(market, listing, harm="now")
    take(market, market.regulator, "take_back", notice, "settled")
    again = file_notice(market, listing, harm="now")
    market.wait(hours=1)
    assert {agreement_state(market, one) for one in running} == {"suspended"}
    take(market, market.regulator, "take_back", again, "settled")
    market.wait(hours=1)
    assert {agreement_state(market, one) for one in running} == {"active"}


def _die(*_: object, **__: object) -> None:
    raise RuntimeError("the process ends here")
