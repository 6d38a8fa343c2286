"""Reading packs that strangers wrote: everything wrong is named with its line, and nothing is half loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.compliance.library import FOLDER, load
from entrepot.compliance.pack_model import Leaf, Pack
from entrepot.compliance.pack_reader import read_pack
from entrepot.kit import Invalid
from support.packs import TAXONOMY, VOCABULARY, head, pack, read, rule

GOOD = head() + rule(
    "T-ONE", "{all: [[f.flag, eq, true], {not: [f.terms, any_is_a, [law:Special]]}]}", when="[f.kind, in, [file, lookup]]",
    more="effective: {from: 2022-01-01, until: 2030-01-01}\nduties: [{do: keep_records, for: 3Y}]\nbars: [publish]\nretain: 3Y\n"
    "evidence: [receipt]\nclock: {start: f.day, span: 5CNBD, on_expiry: suspend}\nmin_source: {f.flag: measured}",
)  # fmt: skip


def _refused(text: str | bytes) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(text)
    return refused.value


def _one(require: str = "[f.flag, eq, true]", **entries: str) -> str:
    return head() + rule("T-ONE", require, **entries)


def test_a_good_pack_is_read_whole() -> None:
    (found,) = read(GOOD).rules
    assert found.duties[0].parameters == {"for": "3Y"}
    assert found.clock is not None
    assert str(found.clock.span) == "5CNBD"
    assert found.line == 12


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (_one("[f.nothing, eq, true]"), 18, "'f.nothing' is no known fact"),
        (_one("[f.numbre, eq, 1]"), 18, "did you mean f.number"),
        (_one("[f.flag, resembles, true]"), 18, "'resembles' is no operator; there are eq, ne"),
        (_one("[f.flag, eq]"), 18, "a comparison is [fact, operator, value]"),
        (_one("[f.flag, eq, maybe]"), 18, "'maybe' stands where a flag is asked for"),
        (_one("[f.number, gt, many]"), 18, "'many' stands where a number is asked for"),
        (_one("[f.number, gt, 99999999999999999999]"), 18, "stands where a number is asked for"),
        (_one("[f.day, gt, 2026-W01-1]"), 18, "stands where a date is asked for"),
        (_one("[f.day, gt, 2026-02-30]"), 18, "stands where a date is asked for"),
        (_one("[f.kind, eq, pigeon]"), 18, "'pigeon' is no value of f.kind; there are file, lookup"),
        (_one("[f.terms, any_is_a, [pd:Nonsense]]"), 18, "'pd:Nonsense' is no term of the taxonomy"),
        (_one("[f.flag, gt, true]"), 18, "gt cannot be asked of f.flag"),
        (_one("[f.texts, eq, x]"), 18, "eq cannot be asked of f.texts"),
        (_one("[f.text, has, x]"), 18, "has cannot be asked of f.text"),
        (_one("[f.texts, covers, [x]]"), 18, "covers cannot be asked of f.texts"),
        (_one("[f.kind, in, file]"), 18, "in takes a list of values"),
        (_one("[f.text, eq, [a]]"), 18, "eq takes one value, not a list"),
        (_one("[f.text, eq, {ref: f.nothing}]"), 18, "'f.nothing' is no known fact"),
        (_one("[f.number, gt, {ref: f.text}]"), 18, "gt cannot compare f.number with f.text"),
        (_one("[f.texts, has_all, {ref: f.text}]"), 18, "has_all cannot compare f.texts with f.text"),
        (_one("[f.text, exists, {ref: f.flag}]"), 18, "exists cannot compare"),
        (_one("[f.text, eq, {path: f.kind}]"), 18, "{ref: another.fact}"),
        (_one("[f.flag, eq, \"true\"]"), 18, "'true' stands in quotes, which makes it a text, where a flag is asked for"),
        (_one("[f.number, gt, '3']"), 18, "'3' stands in quotes"),
        (_one("[f.text, exists, 'true']"), 18, "'true' stands in quotes"),
        (_one(more="duties: [{do: keep, words: none}]"), 21, "a duty is called what the pack's own list of duties calls it"),
        (_one().replace("rules:", "duties: {show: {en: show it}}\nrules:"), 11, "zh is missing"),
        (_one("{some: [[f.flag, eq, true]]}"), 18, "one of all, any and not"),
        (_one("{all: [], any: []}"), 18, "one of all, any and not"),
        (_one("{all: []}"), 18, "all takes a list of conditions"),
        (_one("maybe"), 18, "a condition is [fact, operator, value]"),
        (_one(severity="grave"), 12, "severity is 'grave'; choose among block, review, warn, info"),
        (_one(severity="conflict"), 12, "severity is 'conflict'; choose among block, review, warn, info"),
        (_one(severity="needs_info"), 12, "severity is 'needs_info'; choose among block, review, warn, info"),
        (_one(gate="door"), 12, "gate is 'door'; choose among listing"),
        (_one(gate="[]"), 12, "gate is ''; choose among"),
        (_one(law="other"), 14, "the citation names 'other', which is no instrument"),
        (_one(more="effective: {from: 2026-02-01, until: 2026-01-01}"), 21, "until 2026-01-01 is not after from 2026-02-01"),
        (_one(more="effective: {from: soon}"), 21, "from is 'soon', which is no day"),
        (_one(more="clock: {span: 3D}"), 21, "the clock has a span and no start"),
        (_one(more="clock: {start: f.day}"), 21, "the clock has no span"),
        (_one(more="clock: {start: f.day, span: soon}"), 21, "'soon' is no span of time"),
        (_one(more="clock: {start: f.kind, span: 3D}"), 21, "the clock starts with f.kind, which is no date and no moment but a text"),
        (_one(more="clock: {start: f.day, span: 9999Y}"), 21, "the clock's span 9999Y is longer than 50 years"),
        (_one(more="clock: {start: f.day, span: 99999D}"), 21, "the clock's span 99999D is longer than 50 years"),
        (_one(more="duties: [keep]"), 21, "a duty is no set of entries"),
        (_one(more="duties: [{do: Keep All}]"), 21, "a duty is written {do: a_word}"),
        (_one(more="bars: [[publish]]"), 21, "bars takes a list of words"),
        (_one(more="min_source: {f.flag: hearsay}"), 21, "min_source is 'hearsay'"),
        (_one(more="min_source: {f.nothing: measured}"), 21, "'f.nothing' is no known fact"),
        (_one(more="unless: always"), 21, "'unless' is no entry here"),
        (_one().replace(", zh: \"不行。\"", ""), 19, "message has no text in Chinese (zh)"),
        (_one().replace("\"不行。\"", "[x]"), 19, "zh is no text"),
        (_one().replace("\"不行。\"", '""'), 19, "zh is no text"),
        (_one().replace(", zh: \"改正。\"", ""), 20, "zh is missing"),
        (_one().replace("cite: [{i: law, art: 1}]", "cite: []"), 12, "cite is no list with entries"),
        (_one().replace("  require: [f.flag, eq, true]\n", ""), 12, "the rule requires nothing"),
        (_one().replace("T-ONE", "t_one"), 12, "the rule id 't_one' is not like CN-PIPL-23"),
        (_one() + rule("T-ONE", "[f.flag, eq, false]"), 21, "the rule T-ONE stands here a second time (first in line 12)"),
        (_one() + "- T-TWO\n", 21, "a rule is no set of entries"),
        (head(), 1, "rules is no list with entries"),
        (_one().replace("in_force: 2021-01-01", "in_force: 2021-01-01, until: 2020-01-01"), 7, "until 2020-01-01 is not after in_force"),
        (_one().replace("certainty: S", "certainty: X"), 7, "certainty is 'X'"),
        (_one().replace("pack: test", "pack: A Test"), 1, "pack is 'A Test'; use a word"),
        (_one().replace("status: in_force", "status: dormant"), 1, "status is 'dormant'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, reason: str) -> None:
    told = _refused(text)
    assert any(f"line {line}:" in problem and reason in problem for problem in told.details["problems"]), told.details["problems"]
    assert told.hint == "Mend the file; nothing of it was loaded."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &a [x]\nb: *a\n", "anchor or alias"),
        ("a: &a {b: *a}\n", "anchor or alias"),
        ("x: &x [l, o, l]\n" + "".join(f"y{i}: &y{i} [*x, *x]\n" for i in range(30)), "anchor or alias"),
        ("!!python/object/apply:os.system [id]\n", "tag"),
        ("pack: " + "[" * 500_000, "nested deeper"),
        ("pack: " + "{a: " * 5_000, "nested deeper"),
        ("rules: [" + "{}, " * 110_000 + "]", "more entries than it can have"),
        ("pack: one\npack: two\n", "'pack' a second time (first in line 1)"),
        ("? [a]\n: b\n", "a name that is a list"),
        ("pack: \"a\\u202Eb\"\n", "invisible character"),
        ("just a text", "entries"),
        ("pack: [unclosed", "Line 2"),
        ("", "pack is ''"),
    ],
)  # fmt: skip
def test_yaml_that_could_hurt_is_refused(text: str, reason: str) -> None:
    told = _refused(text)
    assert told.message.startswith("test.yaml")
    assert reason in told.message


def test_ten_megabytes_are_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# comment\n" * 1_000_000)
    with pytest.raises(Invalid, match=r"large\.yaml is larger than 1024 KiB"):
        read_pack(path, VOCABULARY, TAXONOMY.knows)


def test_ten_thousand_rules_are_too_many_for_one_pack() -> None:
    told = _refused(head() + "".join(rule(f"T-{n}", "[f.flag, eq, true]") for n in range(10_000)))
    assert "is larger than 1024 KiB" in told.message


def test_thousands_of_unknown_facts_are_named_without_a_search_for_each() -> None:
    parts = ", ".join(f"[f.wrong{n}, eq, 1]" for n in range(9_000))
    told = _refused(_one(f"{{all: [{parts}]}}"))
    assert "And 8,999 more problems." in told.message
    assert len(told.details["problems"]) == 200


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nothing\.yaml cannot be read"):
        read_pack(tmp_path / "nothing.yaml", VOCABULARY, TAXONOMY.knows)
    assert "is not UTF-8 text" in _refused(b"pack: \xff\xfe\n").message


def test_packs_that_share_a_name_or_a_rule_are_refused_together() -> None:
    house = FOLDER / "house.yaml"
    with pytest.raises(Invalid, match="house stands in the packs house and house"):
        load([house, house])


words = st.text(alphabet=st.characters(codec="utf-8"), max_size=400)
pieces = st.sampled_from(
    ["{", "}", "[", "]", ":", "- ", "\n", "  ", "&a ", "*a", "!x ", "null", "~", "all", "not", "true", "1", "9" * 5_000, '"', "'", "\t", "#", "|",
     ">", "?", "ref", "f.flag", "2026-01-01", "\x00", "\ud800", "\u202e", "é", "<<: "]
)  # fmt: skip
ENDS = [index for index, character in enumerate(GOOD) if not character.isalnum()]


def _pack_or_invalid(text: str) -> None:
    try:
        found = read(text)
    except Invalid:
        return
    assert isinstance(found, Pack)


@given(text=st.one_of(words, st.lists(pieces, max_size=60).map("".join)))
def test_any_text_is_a_pack_or_is_refused(text: str) -> None:
    _pack_or_invalid(text)


@settings(max_examples=400)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.one_of(pieces, st.text(max_size=8))), min_size=1, max_size=4
    )
)
def test_any_change_of_a_good_pack_leaves_a_pack_or_is_refused(changes: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for start, length, put in changes:
        text = text[:start] + put + text[start + length :]
    _pack_or_invalid(text)


@given(lines=st.permutations(GOOD.splitlines(keepends=True)))
def test_lines_in_any_order_are_a_pack_or_are_refused(lines: list[str]) -> None:
    _pack_or_invalid("".join(lines))


@given(cut=st.integers(0, len(GOOD) - 1))
def test_a_file_that_was_cut_off_is_no_smaller_pack(cut: int) -> None:
    try:
        found = read(GOOD[:cut])
    except Invalid:
        return
    assert found.rules[0].messages == pack(rule("T-ONE", "[f.flag, eq, true]")).rules[0].messages


def test_a_pack_in_force_with_a_quoted_flag_from_before_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "test.yaml"
    path.write_text(head() + rule("T-ONE", '[f.flag, eq, "true"]'), "utf-8")
    assert read_pack(path, VOCABULARY, TAXONOMY.knows, kept=True).rules[0].require == Leaf("f.flag", "eq", True)
