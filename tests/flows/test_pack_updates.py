"""Packs that an operator tries and puts in force, and those that are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot import compliance, flows
from entrepot.config import Settings
from entrepot.flows import trials
from entrepot.kit import Conflict, Invalid, NotFound, Refused
from entrepot.runtime import SYSTEM, Exchange
from support.packs import installable
from support.rulebook import PACKS, REVIEWED, REVIEWED_VECTORS, install
from support.trading import Market


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An exchange that asks every pack."""
    return replace(settings, rule_packs=PACKS)


def test_a_pack_with_remarks_leaves_the_old_one_in_force(market: Market) -> None:
    install(market, REVIEWED, REVIEWED_VECTORS)
    untested = REVIEWED.replace('version: "1"', 'version: "2"')
    with market.unhurt(), pytest.raises(Invalid, match="lint has"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, untested, "cases: []")
    for broken in ("pack: own", REVIEWED.replace("art: 3", "art: 3}, {i: none, art: 1"), "a: &x [*x]", REVIEWED.replace("own,", "other,")):
        with market.unhurt(), pytest.raises(Invalid), market.exchange.session(market.operator) as session:
            flows.install_pack(session, broken, REVIEWED_VECTORS)
    with market.exchange.reading(SYSTEM) as session:
        assert [pack.version for pack in compliance.in_force(session) if pack.id == "own"] == ["1"]


def test_the_house_cannot_be_replaced_and_only_an_operator_installs(market: Market) -> None:
    with market.unhurt(), pytest.raises(Refused, match="cannot be replaced"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, REVIEWED.replace("pack: own", "pack: house"), REVIEWED_VECTORS)
    with market.unhurt(), pytest.raises(Refused), market.exchange.session(market.owner) as session:
        flows.install_pack(session, REVIEWED, REVIEWED_VECTORS)


def test_a_draft_shows_what_it_would_change_and_changes_nothing(market: Market) -> None:
    listing = market.publish().listing_id
    agreement = market.agree(listing)
    with market.unhurt(), market.exchange.reading(market.operator) as session:
        found = flows.what_if(session, REVIEWED.replace('version: "1"', 'version: "1"\nstatus: draft'))
    changed = {change["subject"]: (change["before"], change["after"], change["new_reasons"]) for change in found["changes"]}
    assert changed == {agreement.negotiation_id: ("allow", "review", ["OWN-LOOK"])}
    assert found["kinds"] == [{"gate": "contract", "before": "allow", "after": "review", "count": 1}]
    assert [change["title"] for change in found["changes"]] == ["Flowers of three species of iris"]
    assert (found["rules"], found["total"]) == ([{"rule": "OWN-LOOK", "count": 1}], 1)
    with pytest.raises(Refused), market.exchange.reading(market.owner) as session:
        flows.what_if(session, REVIEWED)


def test_many_cases_are_judged_by_a_job_that_is_looked_up_for_a_week(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = market.agree(market.publish().listing_id)
    monkeypatch.setattr(trials, "SMALL", 1)
    with pytest.raises(Conflict, match="cases are live"), market.exchange.reading(market.operator) as session:
        flows.what_if(session, REVIEWED)
    trial = flows.begin_trial(market.exchange, market.operator, REVIEWED)
    with market.exchange.reading(market.operator) as session:
        assert flows.get_trial(session, trial.id).found is None
    market.exchange.run_due_jobs()
    with market.exchange.reading(market.operator) as session:
        (done,) = flows.list_trials(session)
    assert done.found is not None
    assert [change["subject"] for change in done.found["changes"]] == [agreement.negotiation_id]
    for actor in (market.owner, market.regulator):
        with pytest.raises(Refused), market.unhurt():
            flows.begin_trial(market.exchange, actor, REVIEWED)
        with pytest.raises(Refused), market.exchange.reading(actor) as session:
            flows.get_trial(session, trial.id)
    with pytest.raises(Invalid), market.unhurt():
        flows.begin_trial(market.exchange, market.operator, "pack: own")
    market.wait(days=8)
    with pytest.raises(NotFound, match="There is no trial"), market.exchange.reading(market.operator) as session:
        flows.get_trial(session, trial.id)
    assert not list(market.exchange.blobs.keys("what-if/"))


def test_a_pack_of_the_programs_name_is_refused_in_words_until_it_is_meant(market: Market) -> None:
    mine = REVIEWED.replace("pack: own", "pack: us")
    with market.unhurt(), pytest.raises(compliance.PackReplaces) as caught, market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine, REVIEWED_VECTORS)
    said, chinese = caught.value.details["changes"], caught.value.details["changes_zh"]
    assert "OWN-LOOK: new: Public offers are looked at by a person." in said
    assert any(line.startswith("US-") and "no longer there" in line for line in said)
    assert len(chinese) == len(said)
    assert "OWN-LOOK: 新增：公开要约由人员审核。" in chinese
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine, REVIEWED_VECTORS, replace=True)
    with market.exchange.session(market.operator) as session:
        flows.install_pack(session, mine.replace('version: "1"', 'version: "2"'), REVIEWED_VECTORS)  # It stands in that place already.
    with market.unhurt(), pytest.raises(Refused, match="cannot be replaced"), market.exchange.session(market.operator) as session:
        flows.install_pack(session, REVIEWED.replace("pack: own", "pack: house"), REVIEWED_VECTORS, replace=True)


def test_what_is_wrong_with_a_pack_is_named_by_the_operators_own_files(market: Market) -> None:
    text, vectors = installable("block")
    for wrong, cases, place in (
        (text.replace("severity: block", "severity: grave"), vectors, r"^mine\.yaml line \d+: severity"),
        (text, vectors.replace("expect: allow", "expect: maybe"), r"^mine\.vectors\.yaml line \d+"),
        (text, vectors.replace("offer.public: false", "offer.public: true"), r"1 remark: mine\.vectors\.yaml:\d+: "),
    ):
        for named in ("mine.yaml", "../../mine.yaml"):
            files = compliance.Files(named, "mine.vectors.yaml")
            with (
                pytest.raises(Invalid, match=place if named == "mine.yaml" else "mine"),
                market.exchange.session(market.operator) as session,
            ):
                flows.install_pack(session, wrong, cases, files=files)


def test_a_setting_that_names_a_pack_of_the_operators_own_says_that_it_need_not(market: Market) -> None:
    asking = replace(market.exchange.settings, rule_packs="house,mine")
    wrong = pytest.raises(Invalid, match="no rule pack 'mine'")
    with Exchange(asking, clock=market.clock) as other, wrong as refused, other.reading(SYSTEM) as session:
        compliance.in_force(session)
    assert "entrepot install-rules FILE" in (refused.value.hint or "")
    assert "the setting need not name it" in (refused.value.hint or "")
