"""Whatever is said in whatever order, a delivery holds exactly the persons that a simple model names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot import consent
from entrepot.consent import Act
from entrepot.consent.model import subject_of, subject_sql
from entrepot.kit import ManualClock
from entrepot.runtime import SYSTEM, Exchange, load_master_key
from support.consenting import PERSONS, RESEARCH, PeopleMarket, open_people_market
from support.world import fresh_settings

PEOPLE = PERSONS[:4]
_SCOPES: tuple[dict[str, Any], ...] = (
    {},
    {"purposes": [RESEARCH]},
    {"purposes": ["dpv:ResearchAndDevelopment"]},
    {"purposes": ["dpv:Marketing"]},
)
_ABOUT_RESEARCH = (0, 1, 2)
_STEP = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from([Act.GIVEN, Act.WITHDRAWN, Act.REFUSED, Act.OBJECTED, None]), st.integers(0, 3), st.sampled_from([None, 2, 9]),
    st.booleans(),
)  # fmt: skip


class _Model:
    """The newest word of each person in each scope, and the last of them that speaks of research."""

    def __init__(self) -> None:
        self.said: dict[tuple[str, int], tuple[int, Act, Any]] = {}

    def say(self, person: str, act: Act, scope: int, ends: Any, order: int) -> None:
        self.said[person, scope] = (order, act, ends)

    def has_consented(self, person: str, now: Any) -> bool:
        words = [self.said[person, scope] for scope in _ABOUT_RESEARCH if (person, scope) in self.said]
        yes = max((order for order, act, ends in words if act is Act.GIVEN and (ends is None or ends > now)), default=0)
        no = max((order for order, act, _ in words if act is not Act.GIVEN), default=0)
        return yes > no

    def objects(self, person: str, now: Any) -> bool:
        words = [self.said[person, scope] for scope in _ABOUT_RESEARCH if (person, scope) in self.said]
        return any(act is not Act.GIVEN for _, act, _ in words) and not self.has_consented(person, now)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=7))
def test_a_delivery_holds_whom_the_model_names(tmp_path: Path, clock: ManualClock, steps: list[Any]) -> None:
    made = fresh_settings(tmp_path)
    load_master_key(made, create=True)
    with Exchange(made, clock=clock) as exchange:
        market, model = open_people_market(exchange, tmp_path / "goods"), _Model()
        required = market.agree(market.publish(consent="required", persons=PEOPLE))
        objections = market.agree(market.publish(consent="objections", persons=PEOPLE))
        for order, (person, act, scope, days, looks) in enumerate(steps, 1):
            _step(market, model, person, act, scope, days, order)
            if looks or order == len(steps):
                now = exchange.clock.now()
                assert market.visitors(required) == [p for p in PEOPLE if model.has_consented(p, now)] * 2
                assert market.visitors(objections) == [p for p in PEOPLE if not model.objects(p, now)] * 2
                assert _gives_anybody(market) == any(model.has_consented(p, now) for p in PEOPLE)


def _gives_anybody(market: PeopleMarket) -> bool:
    use = consent.Use(
        controller_id=market.owner_id, listing_id="any", recipient_id=market.buyer_id, purpose=RESEARCH, mode=consent.ConsentMode.REQUIRED
    )
    with market.exchange.reading(SYSTEM) as session:
        return consent.gives_anybody(session, use)


def _step(market: PeopleMarket, model: _Model, person: str, act: Act | None, scope: int, days: int | None, order: int) -> None:
    if act is None:
        market.market.clock.advance(timedelta(days=3))
        return
    ends = market.exchange.clock.now() + timedelta(days=days) if days and act is Act.GIVEN else None
    market.say(person, act, expires_at=ends, **_SCOPES[scope])
    model.say(person, act, scope, ends, order)


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
