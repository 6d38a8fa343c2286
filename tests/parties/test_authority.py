"""Nobody gains more than was given to them: one key signs, members act within their roles, guesses are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot import delivery, flows, parties, trades
from entrepot.kit import Invalid, Refused
from entrepot.parties import jws
from entrepot.parties.tables import memberships, people, signing_keys
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role, Scope, Session
from entrepot.trades import AgreementState
from support.people import operator, organisation
from support.racing import at_once
from support.trading import RESEARCH, Market, open_market, organisation_of

PASSWORD = "a long enough sentence"
EVERYTHING = frozenset({Role.OWNER, Role.BUYER})


@pytest.fixture
def market(exchange: Exchange, tmp_path: Path) -> Market:
    """Everybody who takes part in trades."""
    return open_market(exchange, tmp_path / "goods")


def _member(exchange: Exchange, actor: Actor, email: str = "ada@example.org") -> parties.Login:
    with exchange.session(SYSTEM) as session:
        token = parties.invite(session, email, organisation_id=actor.organisation_id, roles=actor.roles)
        found = parties.use_link(session, token, password=PASSWORD, name="Ada")
    assert isinstance(found, parties.Login)
    return found


def _log_in(exchange: Exchange, password: str) -> parties.Login | Refused:
    """The two steps of a door."""
    with exchange.reading() as session:
        attempt = parties.try_password(session, "ada@example.org", password)
    with exchange.session() as session:
        return parties.finish_login(session, attempt)


def test_rotations_at_once_leave_one_key_that_signs(exchange: Exchange) -> None:
    owner = organisation_of(organisation(exchange, "Harbour Data"))

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


def test_the_records_keep_no_second_current_key(exchange: Exchange) -> None:
    owner = organisation_of(organisation(exchange, "Harbour Data"))
    with exchange.session(SYSTEM) as session:
        parties.create_key(session, owner)
    with pytest.raises(sa.exc.IntegrityError), exchange.session(SYSTEM) as session:
        session.db.execute(sa.update(signing_keys).values(retired_at=None))


def test_wrong_passwords_at_once_are_counted_one_by_one(exchange: Exchange) -> None:
    _member(exchange, organisation(exchange, "Harbour Data"))
    answers = Counter(type(one) for one in at_once(8, lambda: _log_in(exchange, "wrong wrong wrong")))
    assert answers == {parties.NotSignedIn: 5, parties.TooManyAttempts: 3}
    assert isinstance(_log_in(exchange, PASSWORD), parties.TooManyAttempts)


def test_a_password_that_was_compared_before_a_lock_does_not_pass_it(exchange: Exchange) -> None:
    _member(exchange, organisation(exchange, "Harbour Data"))
    with exchange.reading() as session:
        early = parties.try_password(session, "ada@example.org", PASSWORD)
    for _ in range(5):
        _log_in(exchange, "wrong wrong wrong")
    with exchange.session() as session:
        assert isinstance(parties.finish_login(session, early), parties.TooManyAttempts)


def test_a_password_that_was_changed_after_it_was_compared_lets_nobody_in(exchange: Exchange) -> None:
    found = _member(exchange, organisation(exchange, "Harbour Data"))
    with exchange.reading() as session:
        early = parties.try_password(session, "ada@example.org", PASSWORD)
    with exchange.session(SYSTEM) as session:
        parties.set_password(session, found.person_id, "another long sentence")
    with exchange.session() as session:
        assert isinstance(parties.finish_login(session, early), parties.NotSignedIn)


def test_a_good_login_forgets_the_wrong_ones_before(exchange: Exchange) -> None:
    _member(exchange, organisation(exchange, "Harbour Data"))
    for password in ("wrong wrong wrong", "wrong wrong wrong", PASSWORD):
        last = _log_in(exchange, password)
    assert isinstance(last, parties.Login)
    with exchange.reading() as session:
        assert session.db.scalars(sa.select(people.c.failed_logins)).all() == [0]


def test_a_login_acts_no_more_for_an_organisation_that_its_person_has_left(exchange: Exchange) -> None:
    found = _member(exchange, organisation(exchange, "Harbour Data"))
    with exchange.session(SYSTEM) as session:
        session.db.execute(sa.delete(memberships).where(memberships.c.person_id == found.person_id))
    with exchange.reading() as session:
        actor, _ = parties.login_actor(session, found.token) or pytest.fail("the login has ended")
    assert (actor.organisation_id, actor.roles) == (None, {Role.PERSON})


@pytest.mark.parametrize("roles", [{Role.OWNER}, {Role.OWNER, Role.BUYER}])
def test_members_pass_on_no_role_that_they_lack(exchange: Exchange, roles: set[Role]) -> None:
    all_roles = organisation(exchange, "Harbour Data", *EVERYTHING)
    member = replace(all_roles, roles=frozenset({Role.BUYER, Role.PERSON}), via="login")
    with exchange.session(member) as session:
        with pytest.raises(Refused, match="owner"):
            parties.invite(session, "eve@example.org", organisation_id=member.organisation_id, roles=frozenset(roles))
        with pytest.raises(Invalid):
            parties.invite(session, "eve@example.org", organisation_id=member.organisation_id, roles=frozenset({Role.OPERATOR}))
        assert parties.invite(session, "bo@example.org", organisation_id=member.organisation_id, roles=frozenset({Role.BUYER}))


def test_a_key_makes_no_login_that_may_do_more_than_itself(exchange: Exchange) -> None:
    owner, chief = organisation(exchange, "Harbour Data", *EVERYTHING), operator(exchange)
    _member(exchange, owner)
    keys = [
        replace(owner, via="key"),
        replace(owner, via="key", scopes=frozenset({Scope.ADMIN})),
        replace(chief, via="key", scopes=frozenset({Scope.ADMIN})),
    ]
    for key in keys:
        with exchange.session(key) as session, pytest.raises(Refused):
            parties.invite(session, "eve@example.org", organisation_id=owner.organisation_id, roles=frozenset({Role.BUYER}))
    with exchange.session(keys[-1]) as session, pytest.raises(Refused):
        parties.create_reset_link(session, "ada@example.org")
    with exchange.session(replace(chief, via="key", scopes=ALL_SCOPES)) as session:
        assert parties.invite(session, "bo@example.org", organisation_id=owner.organisation_id, roles=owner.roles)
        assert parties.create_reset_link(session, "ada@example.org")


def test_a_member_without_a_fitting_role_signs_spends_and_takes_nothing(market: Market) -> None:
    listing = market.publish(auto_approve=False).listing_id
    standing = market.request(market.publish().listing_id).id
    asked = market.request(listing).id
    signed = market.agree(market.publish().listing_id)
    delivered = market.agree(market.publish().listing_id)
    market.deliver(delivered)
    suspended = market.agree(market.publish().listing_id)
    with market.exchange.session(market.owner) as session:
        trades.move(session, suspended.id, AgreementState.SUSPENDED, "for the test")
    as_buyer: dict[str, Callable[[Session], object]] = {
        "request": lambda s: flows.request(s, listing, purpose=RESEARCH, method="file"),
        "sign": lambda s: flows.accept(s, standing),
        "sign with a key": lambda s: flows.accept(s, standing, idempotency_key="click"),
        "counter": lambda s: flows.offer(s, standing, message="less"),
        "decline": lambda s: trades.decline(s, standing),
        "take back": lambda s: trades.withdraw(s, asked),
        "accept a delivery": lambda s: flows.accept_delivery(s, delivered.id),
        "end": lambda s: flows.terminate(s, signed.id, reason="no more"),
        "take a share profile": flows.share_profile,
        "end all share tokens": lambda s: flows.share_profile(s, rotate=True),
        "end a share token": lambda s: delivery.revoke_token(s, "tok_1"),
    }
    as_owner: dict[str, Callable[[Session], object]] = {
        "sign": lambda s: flows.accept(s, asked),
        "offer": lambda s: flows.offer(s, asked, message="more"),
        "decline": lambda s: trades.decline(s, asked),
        "refund": lambda s: flows.refund(s, signed.id, reason="a gift"),
        "end": lambda s: flows.terminate(s, signed.id, reason="no more"),
        "suspend": lambda s: trades.move(s, signed.id, AgreementState.SUSPENDED, "a whim"),
        "resume": lambda s: flows.resume(s, suspended.id),
    }
    for side, table in ((market.buyer, as_buyer), (market.owner, as_owner)):
        for roles in ({Role.PERSON}, {Role.PERSON, Role.OWNER if side is market.buyer else Role.BUYER}):
            member = replace(side, roles=frozenset(roles), via="login")
            for name, verb in table.items():
                with market.unhurt(), pytest.raises(Refused, match="needs the role"), market.exchange.session(member) as session:
                    pytest.fail(f"with {sorted(roles)} one may {name}: {verb(session)}")
            if side is market.buyer:
                with pytest.raises(Refused, match="needs the role"):
                    flows.deliver(market.exchange, member, signed.id)
