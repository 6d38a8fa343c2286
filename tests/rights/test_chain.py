"""The chain of authorisation: what it passes on, and how its gaps show, for any chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.rights import ORIGINS, Basis, GapKind, Right, Step, check_document, gaps, granted
from entrepot.rights.words import BASES, RIGHTS, next_step, problem

TODAY = date(2026, 11, 21)
OWNER = "Harbour Statistics"
ALL = frozenset(Right)
PAPER = "sha256:" + "5" * 64
SOURCE = Step(party="Weather Office", rights=ALL, basis=Basis.COLLECTED)
LICENSED = Step(party=OWNER, rights=frozenset({Right.PROCESS, Right.OPERATE}), basis=Basis.LICENCE, document=PAPER, until=TODAY)
GRANTS = sorted(set(Basis) - ORIGINS - {Basis.ENTRUSTED})
some_rights = st.sets(st.sampled_from(Right), min_size=1).map(frozenset)
days = st.none() | st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400))
steps = st.builds(
    Step, party=st.sampled_from(["A", "B", OWNER]), rights=some_rights, basis=st.sampled_from(Basis), document=st.sampled_from(["", PAPER]),
    until=days,
)  # fmt: skip


@st.composite
def complete(draw: st.DrawFn) -> list[Step]:
    """Chains without a gap."""
    chain = [Step(party="Source", rights=draw(some_rights), basis=draw(st.sampled_from(sorted(ORIGINS))))]
    for number in range(draw(st.integers(1, 5))):
        rights = frozenset(draw(st.sets(st.sampled_from(sorted(chain[-1].rights)), min_size=1)))
        ends = draw(st.none() | st.dates(TODAY, TODAY + timedelta(days=400)))
        chain.append(Step(party=f"P{number}", rights=rights, basis=draw(st.sampled_from(GRANTS)), document=PAPER, until=ends))
    return [*chain[:-1], replace(chain[-1], party=OWNER)]


def kinds(chain: list[Step], at: date = TODAY) -> set[GapKind]:
    return {gap.kind for gap in gaps(chain, owner=OWNER, at=at)}


@given(st.lists(steps, max_size=6), steps)
def test_passing_a_chain_on_never_widens_the_rights(chain: list[Step], more: Step) -> None:
    before = granted(chain, at=TODAY) if chain else ALL
    assert granted([*chain, more], at=TODAY) <= before & more.rights


@given(complete())
def test_a_chain_from_the_source_to_the_owner_has_no_gap_and_passes_on_what_its_last_step_says(chain: list[Step]) -> None:
    assert kinds(chain) == set()
    assert granted(chain, at=TODAY) == chain[-1].rights


@given(complete(), st.data())
def test_an_expired_link_always_shows_a_gap_and_passes_nothing_on(chain: list[Step], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    ended = [replace(step, until=TODAY - timedelta(days=1)) if n == at else step for n, step in enumerate(chain)]
    assert GapKind.EXPIRED in kinds(ended)
    assert granted(ended, at=TODAY) == frozenset()


@given(complete(), st.data())
def test_a_missing_document_source_or_end_always_shows_a_gap(chain: list[Step], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(chain) - 1))
    assert GapKind.NO_DOCUMENT in kinds([replace(step, document="") if n == at else step for n, step in enumerate(chain)])
    assert GapKind.NO_SOURCE in kinds(chain[1:])
    assert GapKind.WRONG_END in kinds(chain[:-1])


@given(complete(), some_rights)
def test_claiming_what_nobody_before_had_always_shows_a_gap(chain: list[Step], claimed: frozenset[Right]) -> None:
    before = granted(chain[:-1], at=TODAY)
    assert (GapKind.WIDENED in kinds([*chain[:-1], replace(chain[-1], rights=claimed)])) == bool(claimed - before)


@given(st.lists(steps, max_size=6))
def test_every_gap_is_said_with_its_next_step_in_both_languages(chain: list[Step]) -> None:
    for gap in gaps(chain, owner=OWNER, at=TODAY):
        for language in ("en", "zh"):
            said = problem(gap, language)
            assert next_step(gap, language)
            assert "{" not in said
            assert gap.party in said


def test_no_chain_is_one_gap() -> None:
    assert kinds([]) == {GapKind.MISSING}
    assert granted([], at=TODAY) == frozenset()


def test_the_last_day_of_a_grant_still_counts() -> None:
    chain = [SOURCE, LICENSED]
    assert kinds(chain) == set()
    assert kinds(chain, TODAY + timedelta(days=1)) == {GapKind.EXPIRED}


def test_whoever_is_entrusted_with_processing_gets_no_more_and_passes_nothing_on() -> None:
    entrusted = Step(party="Laboratory", rights=frozenset({Right.PROCESS, Right.OPERATE}), basis=Basis.ENTRUSTED, document=PAPER)
    assert kinds([SOURCE, entrusted, LICENSED]) == {GapKind.ENTRUSTED_RIGHTS, GapKind.ENTRUSTED_ONWARD}


def test_an_owner_is_known_by_name_whatever_its_case_and_spaces() -> None:
    assert kinds([SOURCE, replace(LICENSED, party=" harbour  STATISTICS ")]) == set()


@pytest.mark.parametrize(
    ("party", "rights", "document", "message"),
    [(" ", ALL, "", "names no party"), ("A", frozenset(), "", "grants no right"), ("A", ALL, "sha256:12", "no digest of a document")],
)
def test_a_step_that_says_nothing_is_refused(party: str, rights: frozenset[Right], document: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        Step(party=party, rights=rights, basis=Basis.LAW, document=document)


@pytest.mark.parametrize("text", ["", "5" * 64, "sha256:" + "G" * 64, "sha256:" + "5" * 63, "sha256:" + "5" * 64 + "\n"])
def test_a_document_is_named_by_its_digest_alone(text: str) -> None:
    with pytest.raises(Invalid, match="digest"):
        check_document(text)


@given(steps)
def test_a_step_survives_the_way_into_the_records_and_back(step: Step) -> None:
    assert Step.from_dict(step.to_dict()) == step


def test_rights_and_bases_have_words_in_both_languages() -> None:
    assert all(set(words) == {"en", "zh"} for table in (RIGHTS, BASES) for words in table.values())
    assert (set(RIGHTS), set(BASES)) == (set(Right), set(Basis))
