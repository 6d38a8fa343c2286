"""Releases made outside the request: watched, cancelled, taken up again after a kill, and whole or not there at all."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot import flows, parties
from entrepot.asgi import create_app
from entrepot.client import Client, LocalTransport, NotTakenUp
from entrepot.flows import Anonymisation, Making, MakingState, Upload, makings
from entrepot.flows.tables import makings as table
from entrepot.flows.tables import releases, uploads
from entrepot.kit import Conflict, EntrepotError, ManualClock, NotFound
from entrepot.privacy.aggregates import Tabulation
from entrepot.privacy.anonymise import Method, Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.anonymise.model import Closeness, Diversity, Presence
from entrepot.privacy.hierarchies import hierarchy
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role
from support.door import Door
from support.trading import Market, api_key, by_key

PLAN = Plan(k=5, quasi=("age", "region"), automatic=True, drop=("email",), suppress=0.05)


def _table(folder: Path, rows: int = 300) -> Path:
    draw = random.Random(3)
    lines = [
        f"p{i}@mail.example,{draw.randrange(20, 60)},{draw.choice(['Nord', 'Ost', 'Sued'])},{draw.randrange(100)}" for i in range(rows)
    ]
    path = folder / "people.csv"
    path.write_text("\n".join(["email,age,region,points", *lines]) + "\n", "utf-8")
    return path


@pytest.fixture
def upload(market: Market) -> Upload:
    return flows.add_upload(market.exchange, market.owner, _table(market.folder), name="people.csv")


def _ordered(market: Market, upload: Upload, plan: Plan = PLAN, *, by: Actor | None = None) -> Making:
    asked = Anonymisation(plan=plan, hierarchies={}, changes=())
    return flows.order_anonymisation(market.exchange, by or by_key(market.exchange, market.owner), upload.id, asked=asked)


def _now(market: Market, making: Making) -> Making:
    with market.exchange.reading(market.owner) as session:
        return flows.get_making(session, making.id)


def _kept(market: Market) -> tuple[int, int, list[str]]:
    """How many uploads, releases and objects of uploads there are."""
    with market.exchange.reading() as session:
        counts = [session.db.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in (uploads, releases)]
    folder = market.exchange.settings.data_path
    return counts[0], counts[1], sorted(path.name for path in folder.rglob("upl_*") if path.is_file())


def test_an_order_is_made_by_a_job_and_says_what_it_came_to(market: Market, upload: Upload) -> None:
    waiting = _ordered(market, upload)
    assert (waiting.state, _now(market, waiting).step) == (MakingState.WAITING, "")
    market.exchange.run_due_jobs()
    done = _now(market, waiting)
    assert (done.state, done.share) == (MakingState.DONE, 1.0)
    with market.exchange.reading(market.owner) as session:
        made, release = flows.made_of(session, done)
    assert made.name == "people.anonymous.csv"
    assert release.grade >= 2


def test_an_order_gives_the_same_release_as_making_it_at_once(market: Market, upload: Upload) -> None:
    done = _ordered(market, upload)
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.owner) as session:
        _, release = flows.made_of(session, _now(market, done))
    assert flows.anonymise_upload(market.exchange, market.owner, upload.id, plan=PLAN).report.digest == release.report_digest


def test_what_was_asked_survives_the_records(market: Market, upload: Upload) -> None:
    plan = Plan(
        k=7, method=Method.GLOBAL, quasi=("b", "a"), diversity=(Diversity(column="s", l=2.0, kind="recursive", c=3.0),), suppress=0.1,
        closeness=(Closeness(column="s", t=0.2, distance="ordered"),), presence=Presence(column="in", least=0.1, most=0.5), weights={"b": 2.0, "a": 1.0},
        drop=("d",), keep=("e",), person="p", unknown="star",
    )  # fmt: skip
    trees = {"b": hierarchy("b", [["x", "*"], ["y", "*"]]), "a": hierarchy("a", [["1", "low", "*"], ["2", "low", "*"]])}
    asked = Anonymisation(plan=plan, hierarchies=trees, changes=[parse_change("m=mask:2"), parse_change("i=clip:0:9")])
    cells = Tabulation(by=("age", "region"), means=("points",), totals=True)
    ordered = flows.order_anonymisation(market.exchange, by_key(market.exchange, market.owner), upload.id, asked=asked)
    counted = flows.order_aggregation(market.exchange, by_key(market.exchange, market.owner), upload.id, asked=cells)
    read = makings.read_anonymisation(_now(market, ordered).asked)
    assert read == asked
    assert list(read.hierarchies) == ["b", "a"]
    assert makings.read_tabulation(_now(market, counted).asked) == cells


def test_what_stands_in_the_way_is_said_as_it_would_be_at_once(market: Market, upload: Upload) -> None:
    impossible = replace(PLAN, drop=())
    making = _ordered(market, upload, impossible)
    market.exchange.run_due_jobs()
    with pytest.raises(EntrepotError) as at_once:
        flows.anonymise_upload(market.exchange, market.owner, upload.id, plan=impossible)
    refused = _now(market, making)
    assert refused.state is MakingState.REFUSED
    assert refused.error().as_dict() == at_once.value.as_dict()
    assert refused.error().status == at_once.value.status


def test_another_organisation_sees_no_order_and_cancels_none(market: Market, upload: Upload) -> None:
    making = _ordered(market, upload)
    for actor in (market.stranger, market.buyer, market.operator):
        with pytest.raises(NotFound), market.exchange.reading(actor) as session:
            flows.get_making(session, making.id)
        with pytest.raises(EntrepotError), market.exchange.session(actor) as session:
            flows.cancel_making(session, making.id)
    assert _now(market, making).state is MakingState.WAITING


def test_the_same_order_twice_is_one_and_a_sixth_waits(market: Market, upload: Upload) -> None:
    first = _ordered(market, upload)
    assert _ordered(market, upload).id == first.id
    for k in range(6, 10):
        _ordered(market, upload, replace(PLAN, k=k))
    with pytest.raises(Conflict, match="5 releases of your organisation are being made"):
        _ordered(market, upload, replace(PLAN, k=10))


def test_a_cancelled_order_is_not_begun(market: Market, upload: Upload) -> None:
    before, making = _kept(market), _ordered(market, upload)
    with market.exchange.session(market.owner) as session:
        assert flows.cancel_making(session, making.id).state is MakingState.CANCELLED
    market.exchange.run_due_jobs()
    assert _kept(market) == before
    with pytest.raises(Conflict, match="has ended already"), market.exchange.session(market.owner) as session:
        flows.cancel_making(session, making.id)


@pytest.mark.parametrize("at", ["search", "measure", "attack", "keep"])
def test_one_cancelled_at_any_step_leaves_nothing(market: Market, upload: Upload, at: str) -> None:
    before, making = _kept(market), _ordered(market, upload)
    _during(market, at, lambda: _cancel(market, making))
    assert _now(market, making).state is MakingState.CANCELLED
    assert _kept(market) == before


def _cancel(market: Market, making: Making) -> None:
    with market.exchange.session(market.owner) as session:
        flows.cancel_making(session, making.id)


def _during(market: Market, step: str, act: Callable[[], None]) -> None:
    """Run the jobs, and act when the work tells that it is at a step: on the pace at which a real clock is looked at."""
    done: list[str] = []

    class Clock(ManualClock):
        def now(self) -> datetime:
            with market.exchange.database.snapshot() as db:
                at = db.scalar(sa.select(table.c.step).where(table.c.state == MakingState.RUNNING))
            if at == step and not done:
                done.append(step)
                act()
            return super().now()

    kept = market.exchange.clock
    market.exchange.clock = Clock(kept.now())
    try:
        market.exchange.run_due_jobs()
    finally:
        market.exchange.clock = kept
    assert done


def test_an_order_tells_its_step_its_share_and_the_time_left(market: Market) -> None:
    now = datetime(2026, 11, 20, 9, 1, tzinfo=UTC)
    values = dict.fromkeys(Making.__slots__) | {"state": MakingState.RUNNING, "share": 0.25, "step_at": now - timedelta(seconds=10)}
    running = Making(**values)  # type: ignore[arg-type]  # the other fields do not matter
    assert running.seconds_left(now) == pytest.approx(30)
    assert replace(running, share=0.0).seconds_left(now) is None
    assert replace(running, state=MakingState.WAITING).seconds_left(now) is None


_WORK = """
import json, sys
from entrepot import flows
from entrepot.config import Settings
from entrepot.runtime import Exchange
Exchange(Settings(**json.loads(sys.argv[1]))).run_due_jobs()
"""


def test_what_a_killed_worker_left_is_made_whole_by_the_next(market: Market, clock: ManualClock) -> None:
    market.exchange.clock = clock
    clock.advance(datetime.now(UTC) - clock.now())
    upload = flows.add_upload(market.exchange, market.owner, _table(market.folder, 60_000), name="people.csv")
    before, making = _kept(market), _ordered(market, upload)
    worker = subprocess.Popen([sys.executable, "-c", _WORK, json.dumps(asdict(market.exchange.settings))])
    while _now(market, making).step in ("", "check", "read"):
        assert worker.poll() is None
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    left = _now(market, making)
    assert left.state is MakingState.RUNNING
    assert _kept(market) == before
    market.exchange.run_due_jobs()
    assert _now(market, making).state is MakingState.RUNNING, "the lease of the killed one has not run out"
    clock.advance(timedelta(minutes=2))
    market.exchange.run_due_jobs()
    assert (_now(market, making).state, _now(market, making).attempts) == (MakingState.DONE, 2)
    assert (_kept(market)[0], _kept(market)[1]) == (before[0] + 1, before[1] + 1)


def test_an_order_that_ends_its_worker_again_and_again_is_given_up(market: Market, upload: Upload) -> None:
    making = _ordered(market, upload)
    with market.exchange.session() as session:
        session.db.execute(sa.update(table).values(state=MakingState.RUNNING, attempts=makings.MOST_ATTEMPTS))
    market.exchange.run_due_jobs()
    assert "never came to an end" in _now(market, making).error().message


def test_an_order_whose_upload_is_gone_is_refused_and_forgotten_after_a_day(market: Market, upload: Upload, clock: ManualClock) -> None:
    making = _ordered(market, upload)
    clock.advance(timedelta(hours=25))
    market.exchange.run_due_jobs()
    assert _now(market, making).state is MakingState.REFUSED
    with market.exchange.reading(market.owner) as session:
        assert "release.refused" in [line.kind for line in parties.inbox(session)]
    clock.advance(timedelta(hours=25))
    market.exchange.run_due_jobs()
    with pytest.raises(NotFound):
        _now(market, making)


def test_two_workers_on_one_order_keep_one_release(market: Market, upload: Upload) -> None:
    making, before = _ordered(market, upload), _kept(market)
    _during(market, "measure", lambda: flows.makings.make_release(market.exchange, making_id=making.id))
    assert _now(market, making).state is MakingState.DONE
    assert [one - other for one, other in zip(_kept(market)[:2], before[:2], strict=True)] == [1, 1]
    assert len(_kept(market)[2]) == len(before[2]) + 1


def _member(market: Market) -> Actor:
    """A person who is a member of the owner's organisation, signed in."""
    organisation_id = market.owner.organisation_id or ""
    with market.exchange.session(SYSTEM) as session:
        link = parties.invite(session, "member@owner.example", organisation_id=organisation_id, roles=frozenset({Role.OWNER}))
        found = parties.use_link(session, link, password="a long enough password", name="M")
        assert isinstance(found, parties.Login)
        signed_in = parties.login_actor(session, found.token)
    assert signed_in is not None
    return signed_in[0]


def _revoke(market: Market, by: Actor) -> None:
    with market.exchange.session(market.owner) as session:
        parties.revoke_api_key(session, by.key_id or "")


def _remove(market: Market, by: Actor) -> None:
    with market.exchange.session(SYSTEM) as session:
        parties.remove_member(session, by.organisation_id or "", by.person_id or "")


def _take_role(market: Market, by: Actor) -> None:
    with market.exchange.session() as session:
        parties.join(session, by.person_id or "", by.organisation_id or "", frozenset({Role.BUYER}))


@pytest.mark.parametrize("at", ["", "attack", "keep"], ids=["while it waits", "while it is made", "before it is kept"])
@pytest.mark.parametrize(
    ("has_key", "end", "said"),
    [(True, _revoke, "was revoked"), (False, _remove, "no member"), (False, _take_role, "may not make releases")],
)
def test_whoever_may_no_more_gets_no_release(
    market: Market, upload: Upload, at: str, has_key: bool, end: Callable[[Market, Actor], None], said: str
) -> None:
    by = by_key(market.exchange, market.owner) if has_key else _member(market)
    before, making = _kept(market), _ordered(market, upload, by=by)
    if at:
        _during(market, at, lambda: end(market, by))
    else:
        end(market, by)
        market.exchange.run_due_jobs()
    refused = _now(market, making)
    assert (refused.state, refused.error().error, refused.error().status) == (MakingState.REFUSED, "RightsEnded", 403)
    assert said in refused.error().message
    assert _kept(market) == before


def test_a_slow_job_holds_up_no_other(exchange: Exchange) -> None:
    with exchange.session() as session:
        session.enqueue("flows.make_release", making_id="mak_none")
        session.enqueue("flows.forget_making", making_id="mak_none")
    assert exchange.run_next_job(slow=False)
    assert not exchange.run_next_job(slow=False)
    assert exchange.run_next_job(slow=True)


def test_the_api_answers_202_and_where_to_ask(market: Market, upload: Upload) -> None:
    web = Door(create_app(market.exchange), headers={"authorization": f"Bearer {api_key(market.exchange, market.owner, *ALL_SCOPES)}"})
    body = {"quasi_identifiers": ["age", "region"], "drop": ["email"], "suppress": 0.05}
    answer = web.post(f"/api/v1/uploads/{upload.id}/anonymisation", json=body)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    where = answer.headers["location"]
    market.exchange.run_due_jobs()
    found = web.get(where).json()
    assert (found["state"], found["made"]["upload"]["name"]) == ("done", "people.anonymous.csv")
    again = web.delete(where)
    assert (again.status_code, again.json()["error"]) == (409, "Conflict")


def test_the_client_waits_for_a_release_and_raises_what_stood_in_its_way(market: Market, upload: Upload) -> None:
    exchange, key = market.exchange, api_key(market.exchange, market.owner, *ALL_SCOPES)
    exchange.settings = replace(exchange.settings, workers=1)
    exchange.start_workers()
    with Client("http://here", key, transport=LocalTransport(create_app(exchange))) as client:
        made = client.anonymise(upload.id, quasi_identifiers=["age", "region"], drop=["email"], suppress=0.05)
        assert made["upload"]["name"] == "people.anonymous.csv"
        with pytest.raises(EntrepotError, match="would name persons"):
            client.anonymise(upload.id, quasi_identifiers=["age", "region"])


def test_the_client_waits_no_longer_than_it_was_told_for_a_worker_and_can_come_back(market: Market, upload: Upload) -> None:
    exchange, key = market.exchange, api_key(market.exchange, market.owner, *ALL_SCOPES)
    with Client("http://here", key, transport=LocalTransport(create_app(exchange))) as client:
        with pytest.raises(NotTakenUp, match=r"No worker of the exchange has taken up the release mak_\w+") as late:
            client.anonymise(upload.id, timeout=0, quasi_identifiers=["age", "region"], drop=["email"], suppress=0.05)
        assert "entrepot serve" in late.value.hint
        exchange.run_due_jobs()
        made = client.wait_for(client.making(late.value.details["making"]))
        assert made["upload"]["name"] == "people.anonymous.csv"


def test_a_worker_that_says_nothing_new_is_not_waited_for_forever(market: Market, upload: Upload) -> None:
    making, key = _ordered(market, upload), api_key(market.exchange, market.owner, *ALL_SCOPES)
    with market.exchange.session() as session:
        session.db.execute(sa.update(table).values(state=MakingState.RUNNING, step="search"))
    with Client("http://here", key, transport=LocalTransport(create_app(market.exchange))) as client:
        with pytest.raises(NotTakenUp, match="has said nothing new about the release"):
            client.wait_for(client.making(making.id), timeout=0)
        assert client.making(making.id)["state"] == "running"
