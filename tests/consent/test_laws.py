"""Whatever is said in whatever order, a delivery holds exactly the persons that a simple model names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot import consent
from entrepot.consent import Act
from entrepot.consent.held import everybody
from entrepot.consent.model import subject_of, subject_sql
from entrepot.consent.repository import add_act, scope_id_of, words_of_many
from entrepot.kit import ManualClock, Refused, new_id
from entrepot.runtime import SYSTEM, Exchange, Session, load_master_key
from support.consenting import PERSONS, RESEARCH, PeopleMarket, open_people_market
from support.world import fresh_settings

PEOPLE = PERSONS[:3]
_SCOPES: tuple[dict[str, Any], ...] = (
    {},
    {"purposes": [RESEARCH]},
    {"purposes": ["dpv:ResearchAndDevelopment"]},
    {"purposes": ["dpv:Marketing"]},
)
_ABOUT_RESEARCH = (0, 1, 2)
_STEP = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from([Act.GIVEN, Act.GIVEN, Act.WITHDRAWN, Act.REFUSED, Act.OBJECTED, Act.GIVEN_ONCE, None]),
    st.integers(0, 3), st.sampled_from([None, 2, 9]), st.sampled_from([consent.PERSON, consent.CONTROLLER]), st.booleans(),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Said:
    order: int
    scope: int
    act: Act
    ends: Any
    by: str

    def counts(self, now: Any) -> bool:
        """Whether it is a yes that covers academic research and has not run out; the last scope is about marketing."""
        return self.act is Act.GIVEN and (self.ends is None or self.ends > now)


class _Model:
    """All that persons said of research, a plain list for each, and the rules read off the documentation word by word."""

    def __init__(self) -> None:
        self.said: dict[str, list[_Said]] = {person: [] for person in PEOPLE}

    def say(self, person: str, said: _Said) -> None:
        if said.scope in _ABOUT_RESEARCH and said.act not in (Act.ASKED, Act.GIVEN_ONCE):
            self.said[person].append(said)

    def _last_in_scope(self, words: list[_Said]) -> list[_Said]:
        return [one for one in words if not any(other.scope == one.scope and other.order > one.order for other in words)]

    def _yes(self, person: str, now: Any) -> int:
        words = self.said[person]
        without_controllers_yeses = [one for one in words if one.by == consent.PERSON or one.act is not Act.GIVEN]
        own = [one for one in self._last_in_scope(without_controllers_yeses) if one.act is Act.GIVEN]
        considered = own[-1:] or self._last_in_scope(words)
        return max((one.order for one in considered if one.counts(now)), default=0)

    def _no(self, person: str) -> int:
        return max((one.order for one in self._last_in_scope(self.said[person]) if one.act is not Act.GIVEN), default=0)

    def has_consented(self, person: str, now: Any) -> bool:
        return self._yes(person, now) > self._no(person)

    def objects(self, person: str, now: Any) -> bool:
        return self._no(person) > self._yes(person, now)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=9))
def test_a_delivery_holds_whom_the_model_names(tmp_path: Path, clock: ManualClock, steps: list[Any]) -> None:
    made = fresh_settings(tmp_path)
    load_master_key(made, create=True)
    with Exchange(made, clock=clock) as exchange:
        market, model = open_people_market(exchange, tmp_path / "goods"), _Model()
        required = market.agree(market.publish(consent="required", persons=PEOPLE))
        objections = market.agree(market.publish(consent="objections", persons=PEOPLE))
        for order, (person, act, scope, days, by, looks) in enumerate(steps, 1):
            _step(market, model, person, act, scope, days, by, order)
            if looks or order == len(steps):
                now = exchange.clock.now()
                assert market.visitors(required) == [p for p in PEOPLE if model.has_consented(p, now)] * 2
                assert market.visitors(objections) == [p for p in PEOPLE if not model.objects(p, now)] * 2


def _step(market: PeopleMarket, model: _Model, person: str, act: Act | None, scope: int, days: int | None, by: str, order: int) -> None:
    if act is None:
        market.market.clock.advance(timedelta(days=3))
        return
    ends = market.exchange.clock.now() + timedelta(days=days) if days and act is Act.GIVEN else None
    try:
        market.say(person, act, by=by, expires_at=ends, **_SCOPES[scope])
    except Refused:
        assert (act in (Act.GIVEN, Act.GIVEN_ONCE), by) == (True, consent.CONTROLLER)
        return
    model.say(person, _Said(order=order, scope=scope, act=act, ends=ends, by=by))


_ACT = st.builds(
    _Said, order=st.just(0), scope=st.sampled_from(_ABOUT_RESEARCH), act=st.sampled_from([Act.GIVEN, *Act]), ends=st.sampled_from([None, -1, 1]),
    by=st.sampled_from([consent.PERSON, consent.CONTROLLER]),
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(_ACT, min_size=1, max_size=6))
def test_one_person_or_everybody_the_records_or_the_engine_decide_alike(exchange: Exchange, acts: list[_Said]) -> None:
    """Any series of acts, also ones that the doors would refuse, is decided as the model does, by each of the four ways it is asked."""
    model, person = _Model(), b"one person".ljust(16)
    with exchange.session(SYSTEM) as session:
        use = consent.Use(
            controller_id=new_id("org"), listing_id="lst", recipient_id="org", purpose=RESEARCH, mode=consent.ConsentMode.REQUIRED
        )
        for order, act in enumerate(acts, 1):
            said = replace(act, order=order)
            model.say(PEOPLE[0], replace(said, ends=said.ends and session.now + timedelta(days=said.ends)))
            _keep(session, use.controller_id, person, said)
        consents, objects = model.has_consented(PEOPLE[0], session.now), model.objects(PEOPLE[0], session.now)
        assert consent.gives_anybody(session, use) is consents
        words = words_of_many(session.db, use.controller_id, [person])[person]
        for mode, is_held in ((consent.ConsentMode.REQUIRED, not consents), (consent.ConsentMode.OBJECTIONS, objects)):
            found = consent.ruling(session, replace(use, mode=mode))
            assert found is None or found.is_held(words) is is_held
            assert found is None or len(everybody(session, found, allowed=False)) == objects
            assert found is None or len(everybody(session, found, allowed=True)) == consents
            assert found is not None or not is_held or mode is consent.ConsentMode.REQUIRED


def _keep(session: Session, controller_id: str, person: bytes, said: _Said) -> None:
    scope = consent.make_scope(controller_id, **_SCOPES[said.scope])
    act = consent.Recorded(
        id=new_id("cns"), controller_id=controller_id, subject=person, scope_id=scope_id_of(session.db, scope, now=session.now), act=said.act,
        at=session.now, expires_at=said.ends and session.now + timedelta(days=said.ends), seq=said.order, by=said.by,
    )  # fmt: skip
    add_act(session.db, act)


@settings(max_examples=200, deadline=None)
@given(
    key=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40).filter(
        lambda text: text.strip(" ")
    )
)
def test_the_engine_digests_a_person_key_as_the_program_does(key: str) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {subject_sql('key')} FROM (SELECT ? AS key)", ["salt", key]).fetchone()
    assert found is not None
    assert found[0] == subject_of("salt", key)
