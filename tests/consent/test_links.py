"""Personal links on record: each handing out is kept, nobody is handed the link a person has answered by, and a yes by a later one says so."""

from __future__ import annotations

import pytest

from entrepot import consent, parties, proof
from entrepot.asgi import create_app
from entrepot.consent import Act, Recorded
from entrepot.consent.link_rows import LinkState
from entrepot.consent.links import Issued, Person
from entrepot.flows import people, person_view
from entrepot.flows.prove import trust
from entrepot.flows.verify import verify_document
from entrepot.kit import NotFound, Refused, canonical_json
from entrepot.runtime import SYSTEM
from support.consenting import RESEARCH, PeopleMarket
from support.visitor import Visitor


def _issue(market: PeopleMarket, *keys: str) -> Issued:
    with market.exchange.session(market.market.owner) as session:
        return people.links_for(session, keys)


def _secret(issued: Issued) -> str:
    return issued.addresses[0].rpartition("/")[2]


def _answer(market: PeopleMarket, token: str, *, allow: bool, **asked: object) -> Recorded:
    with market.exchange.session() as session:
        return people.answer_as_person(session, token, allow=allow, asked=people.Asked(**asked))[0]  # type: ignore[arg-type]


def _state(market: PeopleMarket, key: str) -> LinkState:
    with market.exchange.reading(market.market.owner) as session:
        person = Person(controller_id=market.owner_id, subject=consent.subject(session, market.owner_id, key))
        return consent.links.state(session, person)


def test_each_handing_out_is_counted_and_in_the_log(market: PeopleMarket) -> None:
    first, again = _issue(market, "P001", "P002"), _issue(market, "P002")
    assert first.addresses[1] == again.addresses[0], "nobody has used it, so it stays the same"
    assert [_state(market, key).issued for key in ("P001", "P002", "P003")] == [1, 2, 0]
    with market.exchange.reading(SYSTEM) as session:
        entries = [one for one in proof.history(session, market.owner_id) if one.kind == "consent.links_issued"]
        facts = [one.fact or {} for one in entries]
    assert [(fact["persons"], fact["renewed"], fact["by"]) for fact in facts] == [(2, 0, "controller"), (1, 0, "controller")]
    seen = person_view.view(market.exchange, _secret(again)).link
    assert (seen.issued, seen.issued_at, seen.renewed_at) == (2, market.exchange.clock.now(), None)


def test_nobody_is_handed_the_link_that_a_person_has_answered_by(market: PeopleMarket) -> None:
    own = _secret(_issue(market, "P001"))
    _answer(market, own, allow=False)
    issued = _issue(market, "P001", "P002")
    assert issued.renewed == 1
    assert _secret(issued) != own
    with market.exchange.reading() as session, pytest.raises(NotFound, match="2026-11-20") as refused:
        consent.links.open_link(session, own)
    assert "tell the operator" in refused.value.hint
    assert person_view.view(market.exchange, _secret(issued)).link.renewed_at == market.exchange.clock.now()
    assert _secret(_issue(market, "P001")) == _secret(issued), "the other one has not been used"


def test_a_request_and_a_token_use_the_link_as_an_answer_does(market: PeopleMarket) -> None:
    own = _secret(_issue(market, "P001"))
    person_view.view(market.exchange, own)
    assert _state(market, "P001").used_at is None, "a look is no answer"
    with market.exchange.session() as session:
        people.request_as_person(session, own, "copy")
    assert _issue(market, "P001").renewed == 1


def test_a_yes_by_a_link_made_after_the_no_says_so_everywhere_and_the_operator_is_told(market: PeopleMarket) -> None:
    no = _answer(market, _secret(_issue(market, "P001")), allow=False)
    with market.exchange.session(market.market.owner) as session, pytest.raises(Refused, match="own link"):
        people.say_for(session, "P001", Act.GIVEN, people.Asked())
    other = _secret(_issue(market, "P001"))
    yes = _answer(market, other, allow=True)
    assert (no.link, no.after_no, yes.link, yes.after_no) == (0, None, 1, no.id)
    market.market.seal()
    with market.exchange.reading() as session:
        receipt, trusted = people.receipt_as_person(session, other, yes.id), trust(session)
    assert receipt["fact"]["events"][0]["after_no_by_earlier_link"] == no.id
    checked = verify_document(canonical_json(receipt), canonical_json(trusted))
    assert checked["holds"]
    assert [step["passed"] for step in checked["steps"] if step["name"] == "link"] == [None]
    _answer(market, other, allow=True)
    with market.exchange.reading(market.market.operator) as session:
        told = [line for line in parties.inbox(session) if line.kind == "consent.after_no"]
    assert [(line.subject_id, line.facts["controller"]) for line in told] == [(market.owner_id, "Harbour Statistics")], (
        "one line, until it is read"
    )


def test_a_person_who_says_yes_again_by_the_same_link_is_not_doubted(market: PeopleMarket) -> None:
    own = _secret(_issue(market, "P001"))
    _answer(market, own, allow=False)
    assert _answer(market, own, allow=True).after_no is None
    other = _secret(_issue(market, "P001"))
    assert _answer(market, other, allow=True).after_no is None, "the last word by the earlier link was a yes"


def test_a_yes_to_one_use_does_not_hide_a_no_to_everything_else(market: PeopleMarket) -> None:
    listing = market.publish()
    own = _secret(_issue(market, "P001"))
    no = _answer(market, own, allow=False)
    narrow = {"listing": listing, "recipient": market.buyer_id, "purposes": (RESEARCH,)}
    _answer(market, own, allow=True, **narrow)
    other = _secret(_issue(market, "P001"))
    assert _answer(market, other, allow=True, **narrow).after_no is None
    assert _answer(market, other, allow=True).after_no == no.id


def test_ending_a_link_first_hides_nothing(market: PeopleMarket) -> None:
    for key in ("P001", None):
        no = _answer(market, _secret(_issue(market, "P001")), allow=False)
        with market.exchange.session(market.market.owner) as session:
            people.revoke_links(session, key)
        assert _answer(market, _secret(_issue(market, "P001")), allow=True).after_no == no.id
    with market.exchange.reading(SYSTEM) as session:
        assert [e.kind for e in proof.history(session, market.owner_id)].count("consent.links_ended") == 2


def test_a_person_makes_a_link_that_nobody_else_has(market: PeopleMarket) -> None:
    handed = _secret(_issue(market, "P001"))
    with market.exchange.session() as session:
        own = people.renew_as_person(session, handed)
    _answer(market, own, allow=False)
    with market.exchange.reading() as session, pytest.raises(NotFound):
        consent.links.open_link(session, handed)
    assert _secret(_issue(market, "P001")) not in (handed, own), "the controller cannot have it"


def test_asking_leaves_the_link_of_somebody_who_has_answered_as_it_is(market: PeopleMarket) -> None:
    with market.exchange.session(market.market.owner) as session:
        made = people.link_to_ask(session, "P001")
    own = made.rpartition("/")[2]
    _answer(market, own, allow=True)
    with market.exchange.session(market.market.owner) as session:
        assert people.link_to_ask(session, "P001") == ""
    assert person_view.view(market.exchange, own).link.renewed_at is None


def test_many_links_are_handed_out_at_once_with_one_entry(market: PeopleMarket) -> None:
    keys = [f"K{number}" for number in range(2_000)]
    own = _secret(_issue(market, keys[7]))
    _answer(market, own, allow=False)
    issued = _issue(market, *keys, keys[0])
    assert (len(issued.addresses), len(set(issued.addresses)), issued.renewed) == (2_001, 2_000, 1)
    with market.exchange.reading() as session:
        assert all(consent.links.open_link(session, one.rpartition("/")[2]) for one in issued.addresses[::500])
    with market.exchange.reading(SYSTEM) as session:
        assert len([e for e in proof.history(session, market.owner_id) if e.kind == "consent.links_issued"]) == 2


def test_the_page_says_how_often_links_were_handed_out_and_what_came_after_a_no(market: PeopleMarket) -> None:
    own = _secret(_issue(market, "P001"))
    visitor = Visitor(create_app(market.exchange))
    assert "handed out to Harbour Statistics 1 time." in visitor.go(f"/me/{own}").text
    _answer(market, own, allow=False)
    other = _secret(_issue(market, "P001"))
    _answer(market, other, allow=True)
    page = visitor.go(f"/me/{other}").text
    assert "A new link was made on" in page
    assert "handed out to Harbour Statistics 2 times." in page
    assert page.count("by a link made after your no") == 2, "beside the consent that stands, and in the list of what was said"
    assert "Keep its address" in visitor.send("Make a new link", button=("do", "renew")).text
    assert visitor.go(f"/me/{other}").status == 404
    chinese = Visitor(create_app(market.exchange), "zh")
    assert "由新的链接取代" in chinese.go(f"/me/{own}").text
