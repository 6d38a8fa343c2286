"""Members see each other, change roles they have themselves, and leave with the keys they made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot import parties
from entrepot.kit import Invalid, NotFound, Refused
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role, Scope
from support.people import operator, organisation

PASSWORD = "a calm sea and a prosperous voyage"


def member(exchange: Exchange, of: Actor, email: str, *roles: Role) -> tuple[Actor, str]:
    """Somebody who joined an organisation, and the token of their login."""
    with exchange.session(SYSTEM) as session:
        token = parties.invite(session, email, organisation_id=of.organisation_id, roles=frozenset(roles))
        login = parties.use_link(session, token, password=PASSWORD, name=email.partition("@")[0])
        assert isinstance(login, parties.Login)
        found = parties.login_actor(session, login.token)
    assert found is not None
    return found[0], login.token


@pytest.fixture
def house(exchange: Exchange) -> Actor:
    """An organisation that may own and buy."""
    return organisation(exchange, "Harbour Data", Role.OWNER, Role.BUYER)


def names(exchange: Exchange, actor: Actor, of: Actor) -> list[str]:
    """The members that somebody sees."""
    with exchange.reading(actor) as session:
        return [one.name for one in parties.members(session, of.organisation_id or "")]


def test_members_and_operators_see_who_belongs_and_nobody_else_does(exchange: Exchange, house: Actor) -> None:
    ada, _ = member(exchange, house, "ada@example.org", Role.OWNER)
    assert names(exchange, ada, house) == names(exchange, operator(exchange), house) == ["ada"]
    with pytest.raises(NotFound):
        names(exchange, organisation(exchange, "Elsewhere"), house)


def test_whoever_is_removed_acts_no_more_and_neither_do_their_keys(exchange: Exchange, house: Actor) -> None:
    ada, _ = member(exchange, house, "ada@example.org", Role.OWNER, Role.BUYER)
    ben, login = member(exchange, house, "ben@example.org", Role.BUYER)
    with exchange.session(ben) as session:
        key = parties.create_api_key(session, "mine", scopes=frozenset({Scope.READ}))[1]
    with exchange.session(ada) as session:
        kept = parties.create_api_key(session, "hers", scopes=frozenset({Scope.READ}))[1]
        parties.remove_member(session, house.organisation_id or "", ben.person_id or "")
    with exchange.reading() as session:
        assert parties.key_actor(session, key) is None
        assert parties.key_actor(session, kept) is not None
        actor, _ = parties.login_actor(session, login) or (None, "")
    assert actor is not None
    assert (actor.organisation_id, actor.roles) == (None, {Role.PERSON})
    assert names(exchange, ada, house) == ["ada"]


def test_nobody_decides_on_roles_they_lack(exchange: Exchange, house: Actor) -> None:
    ada, _ = member(exchange, house, "ada@example.org", Role.OWNER)
    ben, _ = member(exchange, house, "ben@example.org", Role.BUYER)
    with pytest.raises(Refused, match="buyer"), exchange.session(ada) as session:
        parties.remove_member(session, house.organisation_id or "", ben.person_id or "")
    with pytest.raises(Refused, match="owner"), exchange.session(ben) as session:
        parties.change_roles(session, house.organisation_id or "", ben.person_id or "", frozenset({Role.BUYER, Role.OWNER}))
    with exchange.session(ben) as session:  # Everybody may leave.
        parties.remove_member(session, house.organisation_id or "", ben.person_id or "")
    assert names(exchange, ada, house) == ["ada"]


def test_a_member_of_fewer_roles_loses_the_keys_that_could_do_more(exchange: Exchange, house: Actor) -> None:
    ada, _ = member(exchange, house, "ada@example.org", Role.OWNER, Role.BUYER)
    with exchange.session(ada) as session:
        wide = parties.create_api_key(session, "all", scopes=ALL_SCOPES)[1]
        narrow = parties.create_api_key(session, "buying", scopes=ALL_SCOPES, roles=frozenset({Role.BUYER}))[1]
    with exchange.session(operator(exchange)) as session:
        found = parties.change_roles(session, house.organisation_id or "", ada.person_id or "", frozenset({Role.BUYER}))
    assert found.roles == {Role.BUYER}
    with exchange.reading() as session:
        assert parties.key_actor(session, wide) is None
        assert parties.key_actor(session, narrow) is not None


def test_roles_the_organisation_lacks_and_strangers_are_refused(exchange: Exchange, house: Actor) -> None:
    ada, _ = member(exchange, house, "ada@example.org", Role.OWNER)
    with pytest.raises(Invalid), exchange.session(operator(exchange)) as session:
        parties.change_roles(session, house.organisation_id or "", ada.person_id or "", frozenset({Role.REGULATOR}))
    stranger = organisation(exchange, "Elsewhere")
    for actor in (stranger, replace(stranger, roles=frozenset({Role.REGULATOR}))):
        with pytest.raises(NotFound), exchange.session(actor) as session:
            parties.remove_member(session, house.organisation_id or "", ada.person_id or "")
    with pytest.raises(NotFound), exchange.session(house) as session:
        parties.remove_member(session, house.organisation_id or "", "per_nobody")


def test_the_use_of_a_key_is_noted(exchange: Exchange, house: Actor) -> None:
    with exchange.session(house) as session:
        key, token = parties.create_api_key(session, "seen", scopes=frozenset({Scope.READ}))
    with exchange.reading() as session:
        assert parties.is_touch_due(session, token)
    with exchange.session() as session:
        parties.touch_api_key(session, key.id)
    with exchange.reading(house) as session:
        assert not parties.is_touch_due(session, token)
        assert parties.list_api_keys(session)[0].last_used_at == session.now
