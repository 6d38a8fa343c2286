"""People come in by link, sign in by password, and act for their organisation only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import parties
from entrepot.kit import Invalid, ManualClock, NotFound, Refused
from entrepot.runtime import ALL_SCOPES, SYSTEM, Actor, Exchange, Role
from support.people import operator, organisation

PASSWORD = "a long enough sentence"


def _member(exchange: Exchange, actor: Actor, email: str = "ada@example.org") -> parties.Login:
    with exchange.session(actor) as session:
        token = parties.invite(session, email, organisation_id=actor.organisation_id, roles=actor.roles)
    with exchange.session() as session:
        found = parties.use_link(session, token, password=PASSWORD, name="Ada")
    assert isinstance(found, parties.Login)
    return found


def test_an_invitation_makes_a_member_who_acts_for_the_organisation(exchange: Exchange) -> None:
    owner = organisation(exchange, "Harbour Data", Role.OWNER)
    found = _member(exchange, owner)
    with exchange.reading() as session:
        actor, csrf = parties.login_actor(session, found.token) or (None, "")
    assert actor is not None
    assert (actor.organisation_id, actor.roles) == (owner.organisation_id, {Role.OWNER, Role.PERSON})
    assert csrf == found.csrf


def test_a_link_works_once_and_not_for_ever(exchange: Exchange, clock: ManualClock) -> None:
    owner = organisation(exchange, "Harbour Data", Role.OWNER)
    with exchange.session(owner) as session:
        first, second = (
            parties.invite(session, f"{n}@example.org", organisation_id=owner.organisation_id, roles=owner.roles) for n in "ab"
        )
    with exchange.session() as session:
        parties.use_link(session, first, password=PASSWORD)
    with exchange.session() as session, pytest.raises(NotFound):
        parties.use_link(session, first, password=PASSWORD)
    clock.advance(timedelta(hours=48))
    with exchange.reading() as session, pytest.raises(NotFound):
        parties.open_link(session, second)


def test_five_wrong_passwords_lock_the_address_for_a_while(exchange: Exchange, clock: ManualClock) -> None:
    _member(exchange, organisation(exchange, "Harbour Data", Role.OWNER))
    for _ in range(5):
        with exchange.session() as session:
            assert isinstance(parties.login(session, "ada@example.org", "wrong wrong wrong"), parties.NotSignedIn)
    with exchange.session() as session:
        assert isinstance(parties.login(session, "ada@example.org", PASSWORD), parties.TooManyAttempts)
    clock.advance(timedelta(minutes=15))
    with exchange.session() as session:
        assert isinstance(parties.login(session, "Ada@Example.org ", PASSWORD), parties.Login)


def test_an_unknown_address_and_a_wrong_password_look_the_same(exchange: Exchange) -> None:
    _member(exchange, organisation(exchange, "Harbour Data", Role.OWNER))
    with exchange.session() as session:
        answers = [parties.login(session, email, "not the password") for email in ("ada@example.org", "nobody@example.org")]
    assert len({str(a) for a in answers}) == 1


def test_a_login_ends_by_itself_and_by_logging_out(exchange: Exchange, clock: ManualClock) -> None:
    found = _member(exchange, organisation(exchange, "Harbour Data", Role.OWNER))
    with exchange.session() as session:
        second = parties.login(session, "ada@example.org", PASSWORD)
        assert isinstance(second, parties.Login)
        parties.logout(session, second.token)
        assert parties.login_actor(session, second.token) is None
        assert parties.login_actor(session, found.token) is not None
    clock.advance(timedelta(hours=12))
    with exchange.reading() as session:
        assert parties.login_actor(session, found.token) is None


def test_a_reset_link_sets_a_password_and_ends_other_logins(exchange: Exchange) -> None:
    found = _member(exchange, organisation(exchange, "Harbour Data", Role.OWNER))
    with exchange.session(operator(exchange)) as session:
        token = parties.create_reset_link(session, "ada@example.org")
    with exchange.session() as session:
        parties.use_link(session, token, password="another long sentence")
        assert parties.login_actor(session, found.token) is None
        assert isinstance(parties.login(session, "ada@example.org", "another long sentence"), parties.Login)


def test_an_invitation_takes_over_nobodys_login(exchange: Exchange) -> None:
    _member(exchange, organisation(exchange, "Harbour Data", Role.OWNER))
    other = organisation(exchange, "Other", Role.BUYER)
    with exchange.session(other) as session:
        token = parties.invite(session, "ada@example.org", organisation_id=other.organisation_id, roles=other.roles)
    with exchange.session() as session:
        assert isinstance(parties.use_link(session, token, password="the password of a thief"), parties.NotSignedIn)
    with exchange.session() as session:
        found = parties.use_link(session, token, password=PASSWORD)
        assert isinstance(found, parties.Login)
        assert len(parties.organisations_of(session, found.person_id)) == 2


def test_members_invite_only_into_their_own_organisation_and_only_its_roles(exchange: Exchange) -> None:
    owner, other = organisation(exchange, "Harbour Data", Role.OWNER), organisation(exchange, "Other", Role.BUYER)
    with exchange.session(owner) as session:
        with pytest.raises(NotFound):
            parties.invite(session, "eve@example.org", organisation_id=other.organisation_id, roles=frozenset({Role.BUYER}))
        with pytest.raises(Invalid):
            parties.invite(session, "eve@example.org", organisation_id=owner.organisation_id, roles=frozenset({Role.OPERATOR}))


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "x" * 201, "\ud800"])
def test_names_without_sense_are_refused(exchange: Exchange, name: str) -> None:
    with exchange.session(SYSTEM) as session, pytest.raises(Invalid):
        parties.create_organisation(session, name, country="DE", roles=frozenset({Role.OWNER}))


def test_equal_names_get_their_own_short_names(exchange: Exchange) -> None:
    actors = [organisation(exchange, name) for name in ("Häfen & Söhne", "Hafen Sohne", "港口数据")]
    with exchange.reading() as session:
        slugs = [parties.get(session, a.organisation_id or "").slug for a in actors]
    assert slugs == ["hafen-sohne", "hafen-sohne-2", "organisation"]


def test_a_key_acts_within_its_scopes_until_it_is_revoked_or_expires(exchange: Exchange, clock: ManualClock) -> None:
    owner = organisation(exchange, "Harbour Data", Role.OWNER)
    with exchange.session(owner) as session:
        key, token = parties.create_api_key(session, "pipeline", scopes=frozenset({"read"} & ALL_SCOPES), days=30)
        _, revoked = parties.create_api_key(session, "old", scopes=ALL_SCOPES, days=30)
        parties.revoke_api_key(session, revoked.partition(".")[0])
        assert parties.key_actor(session, revoked) is None
        assert parties.key_actor(session, token + "x") is None
        actor = parties.key_actor(session, token)
    assert actor is not None
    assert (actor.organisation_id, actor.roles, actor.scopes) == (owner.organisation_id, {Role.OWNER}, {"read"})
    clock.advance(timedelta(days=30))
    with exchange.session(owner) as session:
        assert parties.key_actor(session, token) is None
        assert token.partition(".")[2] not in str(parties.list_api_keys(session))
        assert key.id in {k.id for k in parties.list_api_keys(session)}


def test_a_key_cannot_do_more_than_its_maker_and_strangers_cannot_revoke_it(exchange: Exchange) -> None:
    owner, other = organisation(exchange, "Harbour Data", Role.OWNER), organisation(exchange, "Other", Role.BUYER)
    with exchange.session(owner) as session:
        with pytest.raises(Refused):
            parties.create_api_key(session, "too much", scopes=ALL_SCOPES, roles=frozenset({Role.OPERATOR}))
        key, _ = parties.create_api_key(session, "fine", scopes=ALL_SCOPES)
    with exchange.session(other) as session, pytest.raises(NotFound):
        parties.revoke_api_key(session, key.id)


def test_the_inbox_belongs_to_the_organisation(exchange: Exchange) -> None:
    owner, other = organisation(exchange, "Harbour Data", Role.OWNER), organisation(exchange, "Other", Role.BUYER)
    with exchange.session(SYSTEM) as session:
        parties.notify(session, owner.organisation_id or "", "request.received", "neg_1", buyer="Other")
    with exchange.session(other) as session:
        assert parties.inbox(session) == []
        assert parties.mark_read(session) == 0
    with exchange.session(owner) as session:
        (line,) = parties.inbox(session, unread_only=True)
        assert line.facts == {"buyer": "Other"}
        assert parties.mark_read(session, line.id) == 1
        assert parties.count_unread(session) == 0
