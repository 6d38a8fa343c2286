"""Rules in words: conditions as sentences, explanations, and what a new version of a pack changes."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.compliance.explain import explain
from entrepot.compliance.library import label
from entrepot.compliance.pack_diff import differences
from entrepot.compliance.pack_model import Pack
from entrepot.compliance.words import Words
from support.packs import TODAY, VOCABULARY, head, pack, read, rule

EN, ZH = (Words(language, VOCABULARY, lambda term, _: f"<{term}>") for language in ("en", "zh"))


def _condition(text: str) -> Pack:
    return pack(rule("T-ONE", text))


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        ("[f.flag, eq, true]", "“What is f.flag?” – yes", "“f.flag是什么？”——是"),
        ("[f.flag, ne, true]", "“What is f.flag?” – no", "“f.flag是什么？”——否"),
        ("[f.kind, eq, file]", "“What is f.kind?” – as files", "“f.kind是什么？”——文件"),
        ("[f.kind, not_in, [file, lookup]]", "“What is f.kind?” – none of: as files, as answers", "“f.kind是什么？”——不属于：文件、查询"),
        ("[f.number, gte, 1000000]", "“What is f.number?” – at least 1,000,000", "“f.number是什么？”——不少于1,000,000"),
        ("[f.day, gte, 2026-01-01]", "“What is f.day?” – on or after 2026-01-01", "“f.day是什么？”——不早于2026-01-01"),
        ("[f.day, lt, {ref: at}]", "“What is f.day?” – before the day that is judged", "“f.day是什么？”——早于判断之日"),
        ("[f.terms, any_is_a, [law:Special]]", "“What is f.terms?” – at least one counts as <law:Special>", "“f.terms是什么？”——其中有属于<law:Special>的"),
        ("[f.terms, covers, {ref: f.allowed}]", "“What is f.terms?” – covers the answer to “What is f.allowed?”",
         "“f.terms是什么？”——涵盖“f.allowed是什么？”的答案"),
        ("[f.texts, subset_of, []]", "“What is f.texts?” – none", "“f.texts是什么？”——无"),
        ("[f.text, exists, false]", "“What is f.text?” – not answered", "“f.text是什么？”——未回答"),
        ("{not: [f.flag, eq, true]}", "not (“What is f.flag?” – yes)", "并非（“f.flag是什么？”——是）"),
        ("{all: [[f.flag, eq, true], {any: [[f.other, eq, true], [f.third, eq, false]]}]}",
         "“What is f.flag?” – yes; and (“What is f.other?” – yes; or “What is f.third?” – no)",
         "“f.flag是什么？”——是；并且（“f.other是什么？”——是；或者“f.third是什么？”——否）"),
        ("always", "always", "任何情况"),
        ("{not: always}", "never", "任何情况都不"),
    ],
)  # fmt: skip
def test_a_condition_is_a_sentence_in_both_languages(condition: str, english: str, chinese: str) -> None:
    required = _condition(condition).rules[0].require
    assert EN.sentence(required) == english
    assert ZH.sentence(required) == chinese


def test_every_operator_has_words_in_both_languages() -> None:
    from entrepot.compliance.conditions import OPERATORS
    from entrepot.compliance.words import _CLAUSES

    assert _CLAUSES["en"].keys() == _CLAUSES["zh"].keys() >= set(OPERATORS)


def test_a_condition_is_an_outline_of_one_comparison_a_line() -> None:
    required = _condition("{all: [[f.flag, eq, true], {not: [f.other, eq, true]}]}").rules[0].require
    assert list(EN.lines(required)) == [
        (0, "all of this:"), (1, "“What is f.flag?” – yes"), (1, "not so:"), (2, "“What is f.other?” – yes"),
    ]  # fmt: skip


def test_a_rule_is_explained_with_articles_dates_ways_out_and_what_follows() -> None:
    more = "effective: {from: 2022-01-01}\nduties: [{do: keep_records, for: 3Y}]\nretain: 3Y\nclock: {start: f.day, span: 5CNBD, on_expiry: suspend_listings}\nmin_source: {f.flag: measured}"
    one = pack(rule("T-ONE", "[f.flag, eq, true]", when="[f.kind, eq, file]", gate="[delivery, listing]", more=more))
    said = explain(one, one.rules[0], EN, at=TODAY)
    assert (said.heading, said.is_asked) == ("obligation · blocks", True)
    sections = {section.title: [line for _, line in section.lines] for section in said.sections}
    assert sections == {
        "Says": ["No."],
        "Asked at": ["publishing, delivering"],
        "Applies when": ["“What is f.kind?” – as files"],
        "Requires": ["“What is f.flag?” – yes", "“What is f.flag?” has to be measured"],
        "Cited from": ["The Law (2021), art. 1 – from 2021-01-01, text read"],
        "In force": ["from 2022-01-01", "on 2026-11-21: asked"],
        "Ways out": ["Mend it."],
        "What follows": [
            "duty: keep records (for 3Y)", "a clock of 5 Chinese working days from “What is f.day?”; when it ends: the listings are suspended", "kept for 3 years",
        ],
    }  # fmt: skip
    assert explain(one, one.rules[0], EN, at=date(2021, 6, 1)).is_asked is False
    chinese = {section.title: [line for _, line in section.lines] for section in explain(one, one.rules[0], ZH, at=TODAY).sections}
    assert chinese["依据"] == ["法 (2021)第1条 – 自2021-01-01起, 已查阅原文"]
    assert "自“f.day是什么？”起5个中国工作日；到期：暂停相关挂牌" in chinese["后续义务"]


def _changes(old: str, new: str, *, english: bool = True) -> list[tuple[str, str]]:
    found = differences(read(head() + old), read(head() + new), EN if english else ZH)
    return [(change.rule, change.sentence) for change in found]


ONE = rule("T-ONE", "[f.flag, eq, true]")


def test_a_pack_differs_from_itself_in_nothing_wherever_its_rules_stand() -> None:
    two = rule("T-TWO", "[f.other, eq, true]")
    assert _changes(ONE + two, two + ONE) == []


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (rule("T-ONE", "[f.flag, eq, true]", more="effective: {from: 2027-01-01}"), "applies from 2027-01-01 instead of ever since its instrument is in force"),
        (rule("T-ONE", "[f.flag, eq, true]", more="effective: {until: 2027-01-01}"), "ends on 2027-01-01 instead of with its instrument"),
        (rule("T-ONE", "[f.flag, eq, true]", severity="review"), "asks for a person instead of blocks"),
        (rule("T-ONE", "[f.flag, eq, true]", gate="[listing, contract]"), "asked at publishing, signing instead of publishing"),
        (rule("T-ONE", "[f.flag, eq, true]", law="later"), "cites The Later Law, art. 1 instead of The Law (2021), art. 1"),
        (rule("T-ONE", "{all: [[f.flag, eq, true], [f.other, eq, true]]}"), "now also requires: “What is f.other?” – yes"),
        (rule("T-ONE", "[f.flag, eq, false]"), "requires: “What is f.flag?” – no (before: “What is f.flag?” – yes)"),
        (rule("T-ONE", "[f.flag, eq, true]", when="[f.kind, eq, file]"), "applies only where also: “What is f.kind?” – as files"),
        (rule("T-ONE", "[f.flag, eq, true]", more="min_source: {f.flag: measured}"), "“What is f.flag?” has to be measured"),
        (rule("T-ONE", "[f.flag, eq, true]", more="duties: [{do: keep}]"), "now also: duty: keep"),
        (ONE.replace("Mend it.", "Mend it well.").replace("改正", "改好"), "new way out: Mend it well."),
        (ONE.replace("No.", "Not so.").replace("不行", "不可"), "says: Not so. (before: No.)"),
    ],
)  # fmt: skip
def test_a_change_of_a_rule_is_said_in_words(new: str, sentence: str) -> None:
    assert ("T-ONE", sentence) in _changes(ONE, new)
    assert len(_changes(ONE, new)) == (2 if "way out" in sentence else 1)
    assert len(_changes(ONE, new, english=False)) == len(_changes(ONE, new))


def test_rules_that_came_and_went_and_the_packs_own_changes_are_said_first() -> None:
    two = rule("T-TWO", "[f.other, eq, true]")
    assert _changes(ONE, two) == [("T-ONE", "no longer there: No."), ("T-TWO", "new: No.")]
    old, new = head() + ONE, head().replace('version: "1"', 'version: "2"').replace("in_force: 2021-01-01", "in_force: 2021-06-01") + ONE
    assert [change.sentence for change in differences(read(old), read(new), EN)] == [
        "version 2 instead of 1", "The Law is in force, from 2021-06-01, 2021 instead of in force, from 2021-01-01, 2021",
    ]  # fmt: skip


def test_a_term_is_called_by_its_label_or_spelled_out() -> None:
    assert label("dpv:AcademicResearch") == "academic research"
    assert label("dpv:AcademicResearch", "zh") == "学术研究"
    assert label("x:SomeNewKind") == "some new kind"
