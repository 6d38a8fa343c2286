"""Terms: what they allow, how they compare, and that nothing widens them unseen."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Decision, Invalid, canonical_json
from entrepot.terms import (
    Condition,
    Operator,
    Redistribution,
    Rights,
    Terms,
    Use,
    columns_delivered,
    decide,
    intersect,
    narrows,
    rights_narrow,
    widened,
)
from entrepot.vocabulary.purposes import ANY, PURPOSES, broader, narrower, normalise
from terms import strategies as make

RESEARCH = Terms(permitted_purposes=("ResearchAndDevelopment",))


def _allowed(terms: Terms, use: Use) -> bool:
    return decide(terms, use, starts_at=make.START).allowed


def test_the_purposes_are_those_of_the_vocabulary_with_its_hierarchy(data_folder: Path) -> None:
    with (data_folder / "rules/dpv-2.3/purposes.csv").open(encoding="utf-8") as file:
        official = {row["iri"]: row for row in csv.DictReader(file)}
    assert len(PURPOSES) >= 40
    for purpose in PURPOSES.values():
        row = official[purpose.iri]
        assert {PURPOSES[b].iri for b in purpose.broader} == set(filter(None, row["hasbroader"].split(";"))), purpose.name


def test_every_purpose_leads_to_the_root_and_has_both_languages() -> None:
    for name, purpose in PURPOSES.items():
        assert ANY in broader(name)
        assert purpose.en.isascii()
        assert not purpose.zh.isascii()
    assert narrower(ANY) == frozenset(PURPOSES)


def test_a_purpose_is_read_in_each_of_its_spellings() -> None:
    spellings = ("AcademicResearch", "dpv:AcademicResearch", "https://w3id.org/dpv#AcademicResearch", " dpv:AcademicResearch ")
    assert {normalise(s) for s in spellings} == {"dpv:AcademicResearch"}
    with pytest.raises(Invalid, match="no purpose we know") as caught:
        normalise("AcademicReserch")
    assert "dpv:AcademicResearch" in caught.value.hint


def test_a_narrower_purpose_is_permitted_with_its_broader_one_and_a_prohibition_wins() -> None:
    terms = Terms(permitted_purposes=("ResearchAndDevelopment",), prohibited_purposes=("CommercialPurpose",))
    assert decide(terms, Use(purpose="AcademicResearch")).allowed
    assert decide(terms, Use(purpose="CommercialResearch")).reasons == (
        "The terms prohibit commercial purposes, and this use is for commercial research.",
    )
    assert not decide(terms, Use(purpose="Purpose")).allowed, "a broader use is not covered by a narrower permission"


def test_a_use_outside_the_terms_is_refused_with_every_reason_and_a_hint() -> None:
    terms = Terms(permitted_purposes=("AcademicResearch", "ScientificResearch"), territories=("DE", "FR"), count_limit=2, duration_days=10)
    use = Use(purpose="Advertising", territory="US", count=3, at=make.START + timedelta(days=10), redistribution=Redistribution.DERIVED)
    verdict = decide(terms, use, starts_at=make.START)
    assert verdict.decision is Decision.BLOCK
    assert verdict.reasons == (
        "The terms allow academic research or scientific research, and this use is for advertising.",
        "The terms allow use in DE, FR only, and this use is in US.",
        "The 10 days of use ended at 2026-01-11T00:00:00.000000Z.",
        "The terms allow 2 uses, and this would be number 3.",
        "The terms do not allow passing on results made from the data.",
    )
    assert verdict.hint.startswith("Choose a permitted use")


def test_a_use_that_leaves_the_territory_open_needs_it() -> None:
    verdict = decide(replace(RESEARCH, territories=("CN",)), Use(purpose="AcademicResearch"))
    assert (verdict.decision, verdict.hint) == (Decision.NEEDS_INFO, "Say where the data is used.")


@given(make.terms, make.terms, make.uses)
def test_terms_that_narrow_allow_nothing_that_the_offer_does_not(offer: Terms, counter: Terms, use: Use) -> None:
    if narrows(offer, counter) and _allowed(counter, use):
        assert _allowed(offer, use)


@given(make.terms, make.terms)
def test_the_intersection_narrows_both_and_nothing_wider_does(one: Terms, other: Terms) -> None:
    both = intersect(one, other)
    if both is not None:
        assert widened(one, both) == widened(other, both) == ()
        assert both.allowed_purposes() == one.allowed_purposes() & other.allowed_purposes()
    if narrows(one, other):
        assert both is not None
        assert narrows(both, other)


def test_the_intersection_is_said_in_as_few_purposes_as_possible() -> None:
    anything, commercial = Terms(permitted_purposes=(ANY,)), Terms(permitted_purposes=("CommercialPurpose",))
    assert intersect(anything, RESEARCH) == RESEARCH
    assert intersect(commercial, RESEARCH) == Terms(permitted_purposes=("CommercialResearch",))
    assert intersect(commercial, Terms(permitted_purposes=("PublicBenefit",))) is None


@given(make.terms, make.terms, make.uses)
def test_a_use_is_in_the_intersection_exactly_when_both_allow_it(one: Terms, other: Terms, use: Use) -> None:
    both = intersect(one, other)
    assert (both is not None and _allowed(both, use)) == (_allowed(one, use) and _allowed(other, use))


@given(make.terms, make.terms, make.terms)
def test_narrowing_is_a_partial_order(a: Terms, b: Terms, c: Terms) -> None:
    assert narrows(a, a)
    if narrows(a, b) and narrows(b, c):
        assert narrows(a, c)


def test_what_goes_beyond_an_offer_is_named() -> None:
    wide = Terms(permitted_purposes=(ANY,), redistribution=Redistribution.ALLOWED, person_key_delivered=True)
    strict = Terms(permitted_purposes=("AcademicResearch",), duration_days=1, territories=("DE",), count_limit=1, attribution=True)
    assert widened(strict, wide) == (
        "permitted_purposes", "duration_days", "territories", "count_limit", "redistribution", "attribution", "person_key_delivered",
    )  # fmt: skip
    assert widened(wide, strict) == ()


@given(make.terms)
def test_terms_survive_writing_and_reading(terms: Terms) -> None:
    assert Terms.from_dict(terms.to_dict()) == terms
    canonical_json(terms.to_dict())


@given(make.rights)
def test_rights_survive_writing_and_reading_whatever_their_order(rights: Rights) -> None:
    assert canonical_json(Rights.from_dict(rights.to_dict()).to_dict()) == canonical_json(rights.to_dict())
    turned = Rights(columns=rights.columns and rights.columns[::-1] * 2, rows=rights.rows[::-1] * 2)
    assert canonical_json(turned.to_dict()) == canonical_json(rights.to_dict())


@given(make.rights, make.rights)
def test_rights_narrow_by_fewer_columns_and_more_conditions(one: Rights, other: Rights) -> None:
    columns = one.columns if other.columns is None else tuple(set(one.columns or other.columns) & set(other.columns)) or other.columns
    assert rights_narrow(one, Rights(columns=one.columns, rows=one.rows + other.rows))
    assert rights_narrow(Rights(), other)
    if one.columns is not None and columns is not None and not set(columns) <= set(one.columns):
        assert not rights_narrow(one, Rights(columns=columns, rows=one.rows))


def test_the_person_key_is_handed_over_only_where_the_terms_say_so() -> None:
    table, rights = ("name", "card", "year"), Rights(columns=("year", "card"))
    assert columns_delivered(RESEARCH, rights, table, person_key="card") == ("year",)
    assert columns_delivered(replace(RESEARCH, person_key_delivered=True), rights, table, person_key="card") == ("card", "year")
    assert columns_delivered(RESEARCH, Rights(), table) == table
    with pytest.raises(Invalid, match="no column to hand over"):
        columns_delivered(RESEARCH, Rights(columns=("card",)), table, person_key="card")
    with pytest.raises(Invalid, match="no column salary"):
        columns_delivered(RESEARCH, Rights(columns=("salary",)), table)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"permitted_purposes": []}, "permit no purpose"),
        ({"permitted_purposes": "AcademicResearch"}, "not a list"),
        ({"permitted_purposes": ["AcademicResearch"], "prohibited_purposes": ["Purpose"]}, "permit no purpose"),
        ({"permitted_purposes": ["AcademicResearch"], "duration_days": 0}, "duration_days"),
        ({"permitted_purposes": ["AcademicResearch"], "duration_days": True}, "duration_days"),
        ({"permitted_purposes": ["AcademicResearch"], "duration_days": 1.5}, "duration_days"),
        ({"permitted_purposes": ["AcademicResearch"], "territories": []}, "nowhere"),
        ({"permitted_purposes": ["AcademicResearch"], "territories": ["XX"]}, "XX"),
        ({"permitted_purposes": ["AcademicResearch"], "territories": "DE"}, "not a list"),
        ({"permitted_purposes": ["AcademicResearch"], "count_limit": -1}, "count_limit"),
        ({"permitted_purposes": ["AcademicResearch"], "redistribution": True}, "redistribution"),
        ({"permitted_purposes": ["AcademicResearch"], "attribution": "yes"}, "attribution"),
        ({"permitted_purposes": ["AcademicResearch"], "colour": "red"}, "colour"),
        ({}, "no permitted purpose"),
        ([], "list"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_the_value(values: Any, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        Terms.from_dict(values)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"columns": []}, "no column"),
        ({"columns": ["a", ""]}, "no name"),
        ({"columns": "a"}, "not a list"),
        ({"rows": {"a": 1}}, "list of conditions"),
        ({"rows": [{"column": "a", "operator": "like", "value": "x"}]}, "no operator"),
        ({"rows": [{"column": "a", "operator": "=", "value": None}]}, "None"),
        ({"rows": [{"column": "a", "operator": "=", "value": ["x"]}]}, "compares with"),
        ({"rows": [{"column": "a", "operator": "in", "value": []}]}, "list of 1"),
        ({"rows": [{"column": "a", "operator": "in", "value": "abc"}]}, "list of 1"),
        ({"rows": [{"column": "a", "operator": "is null", "value": 3}]}, "takes no value"),
        ({"rows": [{"column": "a", "operator": "<", "value": float("nan")}]}, "nan"),
        ({"rows": [{"column": "a", "operator": "<", "value": 2**60}]}, "beyond"),
        ({"rows": [{"column": "a", "operator": "<"}]}, "None"),
        ({"rows": [{"column": "a"}]}, "needs a column and an operator"),
        ({"rows": ["a = 1"]}, "str"),
        ({"sql": "1=1"}, "sql"),
    ],
)
def test_rights_that_cannot_be_are_refused_with_the_value(values: Any, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        Rights.from_dict(values)
    assert caught.value.hint


def test_operators_are_read_in_any_case() -> None:
    assert Condition(column="a", operator="NOT IN", value=("x",)).operator is Operator.NOT_IN  # type: ignore[arg-type]


@given(st.text(max_size=20).filter(lambda text: text.strip() not in {p.removeprefix("dpv:") for p in PURPOSES}))
def test_a_text_that_is_no_purpose_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        Use(purpose=text)
    assert caught.value.hint
