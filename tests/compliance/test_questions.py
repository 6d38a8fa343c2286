"""Missing facts as a form, and a form as facts."""

from __future__ import annotations

import pytest

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.library import vocabulary as shipped_facts
from entrepot.compliance.questions import question_about, questions, read_answers
from entrepot.kit import Decision, Invalid
from support.packs import VOCABULARY, pack, rule, ruling

ASKING = pack(
    rule("T-ONE", "[f.flag, eq, true]", more="min_source: {f.flag: measured}"), rule("T-TWO", "{all: [[f.kind, eq, file], [f.number, lt, 5]]}"),
    rule("T-THREE", "[f.kind, ne, lookup]"),
)  # fmt: skip


def test_each_missing_fact_is_a_question_with_its_reasons_and_choices() -> None:
    first, second, last = questions(ruling(ASKING), VOCABULARY, "zh")
    assert (first.path, first.text, first.choices) == ("f.kind", "f.kind是什么？", (("file", "文件"), ("lookup", "查询")))
    assert [why.rule for why in first.why] == ["T-THREE", "T-TWO"]
    assert first.why[0].citations == ("法 (2021)第1条",)
    assert (second.path, second.may_be_declared) == ("f.number", True)
    assert (last.path, last.needs, last.may_be_declared) == ("f.flag", Source.MEASURED, False)
    assert first.to_dict()["why"][0]["rule"] == "T-THREE"


def test_answers_become_facts_that_settle_the_case() -> None:
    asked = [question.path for question in questions(ruling(ASKING), VOCABULARY)]
    answers = read_answers(
        {"f.kind": ["file"], "f.number": [" 3 "], "f.flag": [""], "csrf": ["x"], "f.text": ["not asked"]}, asked, VOCABULARY
    )
    assert answers == {"f.kind": "file", "f.number": 3}
    dossier = Dossier({"f.flag": True}, {"f.flag": Source.MEASURED}).with_(answers)
    assert ruling(ASKING, dict(dossier.values), sources=dict(dossier.sources)).decision is Decision.ALLOW


@pytest.mark.parametrize(
    ("path", "texts", "value"),
    [
        ("f.flag", ["yes"], True), ("f.flag", ["no"], False), ("f.flag", ["false"], False), ("f.number", ["1,000,000"], 1_000_000),
        ("f.number", ["1.5"], 1.5), ("f.day", ["2026-11-21"], "2026-11-21"), ("f.texts", ["a, b，c\nb"], ["a", "b", "c"]),
        ("f.terms", ["pd:Health"], ["pd:Health"]), ("f.text", [" a, b "], "a, b"),
    ],
)  # fmt: skip
def test_each_type_of_answer_is_read_as_its_fact(path: str, texts: list[str], value: object) -> None:
    assert read_answers({path: texts}, [path], VOCABULARY) == {path: value}


@pytest.mark.parametrize(
    ("path", "texts", "reason"),
    [
        ("f.flag", ["perhaps"], "neither true nor false"), ("f.number", ["many"], "no number"), ("f.number", ["9" * 5_000], "no number"),
        ("f.number", ["nan"], "no number"), ("f.number", ["1e400"], "no number"), ("f.day", ["soon"], "no day"), ("f.kind", ["pigeon"], "not one of its values"),
        ("f.terms", ["health"], "no term"), ("f.text", ["x" * 3_000], "at most 2000"), ("f.kind", ["file", "lookup"], "has 2 answers"),
    ],
)  # fmt: skip
def test_an_answer_of_the_wrong_kind_is_named(path: str, texts: list[str], reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        read_answers({path: texts}, [path], VOCABULARY)
    assert path in refused.value.message


def test_an_answer_never_overrules_what_was_measured() -> None:
    measured = Dossier({"f.flag": False}, {"f.flag": Source.MEASURED})
    assert measured.with_({"f.flag": True}).values["f.flag"] is False


def test_a_list_with_choices_may_be_none_of_them() -> None:
    fact = shipped_facts().facts["asking.flaws"]
    assert fact.check(["none"]) == []
    assert fact.as_answer == "asking.flaws=bundled/default_tick/misleading/forced/none"
    assert question_about(fact, "zh").choices[-1] == ("none", "以上均无")
    with pytest.raises(Invalid, match="says none beside others"):
        fact.check(["none", "forced"])


def test_where_none_is_a_choice_of_its_own_it_stays_one() -> None:
    assert shipped_facts().facts["use.prohibited"].check(["none"]) == ["none"]


def test_the_fields_that_are_offered_are_the_choices_of_those_that_are_needed() -> None:
    fact = shipped_facts().facts["use.needed_fields"].of_case({"offer.fields": ["age", "city"]})
    assert question_about(fact).choices == (("age", "age"), ("city", "city"))
    assert fact.as_answer == "use.needed_fields=age/city"
    assert read_answers({"use.needed_fields": ["age", "city, in full"]}, ["use.needed_fields"], shipped_facts()) == {
        "use.needed_fields": ["age", "city, in full"]
    }
