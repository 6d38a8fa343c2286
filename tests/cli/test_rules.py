"""`entrepot rules` as its users type it: writers of packs, owners with a case, auditors of apps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import CommandLine
from entrepot.compliance.library import FOLDER

RULE = """- id: MINE-ONE
  gate: listing
  cite: [{i: charter, art: 1}]
  deontic: obligation
  severity: block
  when: [asset.personal, eq, true]
  require: [asset.under_14, eq, false]
  message: {en: "Children are in it.", zh: "含有未成年人。"}
  fix: [{en: "Remove them.", zh: "删除。", do: drop_columns}]
"""
PACK = """pack: mine
version: "1"
title: {en: "Mine. Draft, not legal advice.", zh: "试用包。草案，不构成法律意见。"}
instruments:
  charter: {title: {en: "Our charter", zh: "本所章程"}, edition: "2026", in_force: 2026-01-01, certainty: S}
rules:
"""
VECTORS = """cases:
- {case: children, gate: listing, facts: {asset: {personal: true, under_14: true}}, expect: block, rules: [MINE-ONE]}
- {case: grown-ups, gate: listing, facts: {asset: {personal: true, under_14: false}}, expect: allow}
- {case: not about persons, gate: listing, facts: {asset: {personal: false, under_14: true}}, expect: allow}
"""
CHILDREN = "asset: {personal: true, under_14: true, grade: 3}\n"


@pytest.fixture
def mine(entrepot: CommandLine) -> CommandLine:
    """A pack with its vectors in the folder."""
    Path("mine.yaml").write_text(PACK + RULE, "utf-8")
    Path("mine.vectors.yaml").write_text(VECTORS, "utf-8")
    return entrepot


def test_the_shipped_packs_pass_their_own_lint(entrepot: CommandLine) -> None:
    assert "house: " in entrepot.done("rules", "lint")


def test_a_good_pack_of_ones_own_passes(mine: CommandLine) -> None:
    assert "mine: 1 rule, 3 vectors" in mine.done("rules", "lint", "mine.yaml")
    assert "3 of 3 vectors agree" in mine.done("rules", "test", "mine.yaml")


def test_a_pack_without_vectors_fails_the_lint_and_the_test(mine: CommandLine) -> None:
    Path("mine.vectors.yaml").unlink()
    said = mine("rules", "lint", "mine.yaml", "--json")
    assert said.code == 2
    assert said.json["remarks"][0] == {"file": "mine.yaml", "line": 7, "rule": "MINE-ONE", "problem": "no vector makes it fail"}
    assert mine("rules", "test", "mine.yaml").code == 2


def test_a_vector_that_comes_out_otherwise_is_shown(mine: CommandLine) -> None:
    Path("mine.vectors.yaml").write_text(VECTORS.replace("expect: allow}", "expect: review}", 1), "utf-8")
    said = mine("rules", "test", "mine.yaml")
    assert said.code == 2
    assert "'grown-ups' should be review by no rule, and is allow by no rule." in said.out


def test_a_pack_that_cannot_be_read_is_refused_with_its_line(mine: CommandLine) -> None:
    Path("mine.yaml").write_text(PACK + RULE.replace("asset.under_14", "asset.under14"), "utf-8")
    said = mine("rules", "lint", "mine.yaml")
    assert said.code == 2
    assert "mine.yaml line 13: 'asset.under14' is no known fact; did you mean asset.under_14" in said.err


def test_a_rule_id_that_is_taken_and_a_way_out_that_leads_nowhere_are_remarks(mine: CommandLine) -> None:
    Path("mine.yaml").write_text(PACK + RULE.replace("MINE-ONE", "HOUSE-NO-MINORS").replace("drop_columns", "dance"), "utf-8")
    Path("mine.vectors.yaml").write_text(VECTORS.replace("MINE-ONE", "HOUSE-NO-MINORS"), "utf-8")
    said = mine("rules", "lint", "mine.yaml")
    assert said.code == 2
    assert "mine.yaml:7: HOUSE-NO-MINORS the pack house has a rule of this id" in said.out
    assert "'dance' (do), which leads nowhere; there are aggregate, " in said.out


def test_a_pack_of_ones_own_is_explained_and_asked_by_its_file(mine: CommandLine) -> None:
    assert "Our charter" in mine.done("rules", "explain", "MINE-ONE", "--packs", "mine.yaml")
    Path("facts.yaml").write_text(CHILDREN + "by: measured\n", "utf-8")
    said = mine("rules", "judge", "facts.yaml", "--packs", "house,./mine.yaml", "--json")
    assert {"HOUSE-NO-MINORS", "MINE-ONE"} <= {finding["rule"] for finding in said.json["findings"]}
    assert mine("rules", "judge", "facts.yaml", "--packs", "nothing.yaml").code == 2
    Path("twin.yaml").write_text(PACK.replace("mine", "twin") + RULE, "utf-8")
    assert "MINE-ONE stands in the packs mine and twin" in mine("rules", "judge", "facts.yaml", "--packs", "mine.yaml,twin.yaml").err


def test_a_rule_is_explained_in_both_languages(entrepot: CommandLine) -> None:
    assert "House charter (2026), art. 2" in entrepot.done("rules", "explain", "HOUSE-NO-MINORS")
    assert "平台章程" in entrepot.done("rules", "explain", "HOUSE-NO-MINORS", "--language", "zh")
    assert json.loads(entrepot.done("rules", "explain", "HOUSE-NO-MINORS", "--at", "2020-01-01", "--json"))["asked"] is False


def test_rules_and_facts_are_listed(entrepot: CommandLine) -> None:
    assert "HOUSE-NO-MINORS" in entrepot.done("rules", "list", "--packs", "house")
    assert "consent.kind" in entrepot.done("rules", "facts", "consent")
    assert json.loads(entrepot.done("rules", "facts", "asset.grade", "--json"))[0]["type"] == "number"


def test_a_new_version_is_compared_in_words(mine: CommandLine) -> None:
    Path("new.yaml").write_text(PACK.replace('"1"', '"2"') + RULE.replace("severity: block", "severity: review"), "utf-8")
    assert mine.done("rules", "diff", "mine.yaml", "new.yaml") == "version 2 instead of 1\nMINE-ONE: asks for a person instead of blocks\n"
    assert mine.done("rules", "diff", "mine.yaml", "mine.yaml") == "The two mean the same.\n"


def test_a_case_is_decided_with_article_and_way_out_and_the_code_says_it(entrepot: CommandLine) -> None:
    Path("facts.yaml").write_text(CHILDREN + "by: measured\n", "utf-8")
    said = entrepot("rules", "judge", "facts.yaml", "--packs", "house")
    assert said.code == 2
    assert "HOUSE-NO-MINORS: House charter (2026), art. 2" in said.out
    assert "→ Remove the children's rows" in said.out


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ('asset: {personal: "true"}', "The fact asset.personal is 'true', which is neither true nor false."),
        ('asset.grade: "4"', "The fact asset.grade is '4', which is no number that can be used."),
    ],
)
def test_a_quoted_flag_or_number_is_a_text_and_refused_by_name(mine: CommandLine, fact: str, said: str) -> None:
    Path("facts.yaml").write_text(f"{fact}\n", "utf-8")
    found = mine("rules", "judge", "facts.yaml", "--packs", "house")
    assert found.code == 2
    assert said in found.err
    assert "without quotes" in found.err
    Path("mine.vectors.yaml").write_text(VECTORS.replace("personal: true", 'personal: "true"', 1), "utf-8")
    assert "The fact asset.personal is 'true'" in mine("rules", "test", "mine.yaml").err


def test_a_clock_that_may_not_run_says_so_in_both_languages(entrepot: CommandLine) -> None:
    Path("facts.yaml").write_text(
        "operation.kind: incident\nincident.known_at: 2026-11-20T16:00:00+08:00\ndeal.jurisdictions: [CN]\n", "utf-8"
    )
    asked = ("rules", "judge", "facts.yaml", "--gate", "operation", "--packs", "cn,house")
    assert "CN-INCIDENT-4H: 2026-11-20 12:00 UTC (if it applies)" in entrepot(*asked).out
    assert "（如适用）" in entrepot(*asked, "--language", "zh").out
    clocks = entrepot(*asked, "--json").json["clocks"]
    assert {clock["if_it_applies"] for clock in clocks} == {True}


def test_how_to_answer_is_said_once(entrepot: CommandLine) -> None:
    Path("facts.yaml").write_text("asset: {subjects_in: [CN], personal: true}\n", "utf-8")
    said = entrepot("rules", "judge", "facts.yaml", "--packs", "cn,house").out
    assert said.count("Write it among the facts of the case") == 1
    assert "asset.under_14: true/false" in said


def test_a_new_exchange_suggests_a_countrys_packs_unless_some_are_chosen(entrepot: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_RULE_PACKS", "house,cn")
    assert "ENTREPOT_RULE_PACKS" not in entrepot.done("--data", "chosen", "init", "--country", "CN")
    assert "ENTREPOT_RULE_PACKS=house,cn,eu" in entrepot.done("--data", "other", "init", "--country", "DE")


def test_what_is_missing_is_asked(entrepot: CommandLine) -> None:
    Path("facts.yaml").write_text(CHILDREN.replace("3", "4"), "utf-8")
    said = entrepot("rules", "judge", "facts.yaml", "--packs", "house", "--json")
    assert "asset.grade" in [question["path"] for question in said.json["questions"]]
    assert said.json["decision"] in ("needs_info", "block")
    assert said.code in (3, 2)


def test_drafts_are_tried_on_many_cases(mine: CommandLine) -> None:
    cases = [
        {
            "subject": f"lst_{n}",
            "gate": "listing",
            "facts": {"asset": {"personal": True, "under_14": n == 3, "grade": 4}},
            "by": {"asset.grade": "measured"},
        }
        for n in range(4)
    ]
    Path("cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")
    (change,) = json.loads(mine.done("rules", "what-if", "mine.yaml", "--cases", "cases.jsonl", "--packs", "house", "--json"))
    assert (change["subject"], change["new_reasons"]) == ("lst_3", ["MINE-ONE"])
    assert "1 case would change" in mine.done("rules", "what-if", "mine.yaml", "--cases", "cases.jsonl", "--packs", "house")


def test_a_draft_is_tried_on_what_is_live_and_a_shipped_name_is_taken_only_when_it_is_meant(mine: CommandLine) -> None:
    assert mine("rules", "what-if", "mine.yaml").code == 2
    mine.done("init")
    assert "0 live cases would change" in mine.done("rules", "what-if", "mine.yaml", "--live")
    assert json.loads(mine.done("rules", "what-if", "mine.yaml", "--live", "--json"))["found"]["kinds"] == []
    for suffix in ("yaml", "vectors.yaml"):
        Path(f"us.{suffix}").write_text(Path(f"mine.{suffix}").read_text("utf-8").replace("pack: mine", "pack: us"), "utf-8")
    said = mine("install-rules", "us.yaml")
    assert said.code == 2
    assert "--replace" in said.err
    assert "MINE-ONE: new: Children are in it." in said.err
    assert "us 1 is in force" in mine.done("install-rules", "us.yaml", "--replace")


def test_live_cases_are_judged_by_the_packs_of_the_exchange_and_no_others(mine: CommandLine) -> None:
    for option in (("--packs", "house,cn"), ("--at", "2027-01-01")):
        said = mine("rules", "what-if", "mine.yaml", "--live", *option)
        assert said.code == 2
        assert "Leave --packs and --at out" in said.err


def test_an_app_is_audited_with_the_notice(entrepot: CommandLine) -> None:
    Path("app.yaml").write_text("app: Star Map\ntype: map_navigation\ncollects: [pd:CurrentLocation, pd:TelephoneNumber]\n", "utf-8")
    said = entrepot("rules", "app", "app.yaml")
    assert said.code == 2
    assert "Notice of rectification" in said.out
    Path("app.yaml").write_text("app: Star Map\ntype: map_navigation\ncollects: [pd:CurrentLocation]\n", "utf-8")
    entrepot.done("rules", "app", "app.yaml")


def test_a_portfolio_becomes_a_page_and_json(entrepot: CommandLine) -> None:
    Path("apps.csv").write_text("app,type,collects\nA,browser,pd:Name\nB,browser,\n", "utf-8")
    said = entrepot("rules", "app", "--portfolio", "apps.csv", "--out", "report/of/today")
    assert said.code == 2
    assert [app["decision"] for app in json.loads(Path("report/of/today/apps.json").read_text("utf-8"))] == ["block", "allow"]
    assert "责令改正通知书" in Path("report/of/today/apps.html").read_text("utf-8")


def test_a_row_that_cannot_be_read_is_told_by_the_code_and_the_others_are_audited(entrepot: CommandLine) -> None:
    Path("apps.csv").write_text("app;type;collects\nA;browser;手机号\nB;astrology;\n", "utf-8")
    said = entrepot("rules", "app", "--portfolio", "apps.csv")
    assert said.code == 3
    assert "A (browser): 1 beyond" in said.out
    assert "row 3 (B) is not audited: There is no type of app 'astrology'" in said.out


def test_the_kinds_that_an_app_may_name_are_listed(entrepot: CommandLine) -> None:
    assert "通讯录" in entrepot.done("rules", "app", "--kinds")
    assert "pd:TelephoneNumber" in {kind["term"] for kind in json.loads(entrepot.done("rules", "app", "--kinds", "--json"))}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (["lint", "missing.yaml"], "Invalid"), (["test", "missing.yaml"], "Invalid"), (["explain", "NO-RULE"], "NotFound"),
        (["explain", "HOUSE-NO-MINORS", "--language", "fr"], "Invalid"), (["explain", "HOUSE-NO-MINORS", "--at", "soon"], "Invalid"),
        (["judge", "missing.yaml"], "Invalid"), (["judge", "facts.yaml", "--gate", "door"], "Invalid"), (["judge", "facts.yaml", "--packs", "mars"], "Invalid"),
        (["judge", "wrong.yaml"], "Invalid"), (["judge", "rumour.yaml"], "Invalid"), (["what-if", "mine.yaml", "--cases", "missing.jsonl"], "FileTrouble"),
        (["what-if", "mine.yaml", "--cases", "broken.jsonl"], "Invalid"), (["app"], "Invalid"), (["app", "missing.yaml"], "NotFound"),
        (["app", "--portfolio", "missing.csv"], "NotFound"), (["nonsense"], "Usage"), (["judge"], "Usage"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_mistakes_are_told_with_the_next_step(mine: CommandLine, line: list[str], word: str) -> None:
    for name, text in {"facts": CHILDREN, "wrong": "asset: {personal: perhaps}\n", "rumour": CHILDREN + "by: rumour\n"}.items():
        Path(f"{name}.yaml").write_text(text, "utf-8")
    Path("broken.jsonl").write_text('{"subject": "a"}\n', "utf-8")
    said = mine("--json", "rules", *line)
    assert said.code == 2, said.out + said.err
    assert said.json["error"] == word
    assert said.json["hint"]


@pytest.mark.parametrize("name", ["lint", "test", "diff", "what-if", "list", "facts", "explain", "judge", "app"])
def test_every_command_of_the_family_explains_itself(entrepot: CommandLine, name: str) -> None:
    assert f"rules {name} [OPTIONS]" in entrepot.done("rules", name, "--help")


def test_the_folder_of_packs_is_where_the_program_is() -> None:
    assert (FOLDER / "house.yaml").exists()


def test_a_request_says_first_what_the_rules_forbid_and_then_what_they_ask(begun: CommandLine) -> None:
    trade = RULE.replace("gate: listing", "gate: contract").replace("when: [asset.personal, eq, true]", "when: always")
    forbidden = trade.replace("[asset.under_14, eq, false]", "[offer.public, eq, false]").replace("do: drop_columns", "do: change_offer")
    asked = trade.replace("MINE-ONE", "MINE-TWO").replace("[asset.under_14, eq, false]", "[use.automated_decision, eq, false]")
    cases = [
        ("public", "{offer.public: true, use.automated_decision: false}", "block, rules: [MINE-ONE]"),
        ("automated", "{offer.public: false, use.automated_decision: true}", "block, rules: [MINE-TWO]"),
        ("private", "{offer.public: false, use.automated_decision: false}", "allow"),
    ]
    Path("mine.yaml").write_text(PACK + forbidden + asked, "utf-8")
    vectors = "".join(f"- {{case: {name}, gate: contract, facts: {facts}, expect: {then}}}\n" for name, facts, then in cases)
    Path("mine.vectors.yaml").write_text("cases:\n" + vectors, "utf-8")
    begun.done("install-rules", "mine.yaml")
    buyer = ("request", "iris", "--purpose", "AcademicResearch", "--as", "quay-research")
    told = begun(*buyer)
    assert told.code == 2
    said = told.out
    forbids, article, way, question = (
        said.index(words)
        for words in ("forbid this trade", "[Our charter", "Change the offer or the use: entrepot request", "the rules ask")
    )
    assert forbids < article < way < question
    assert "This has to be known first" not in said
    assert begun(*buyer, "--json").json["decision"] == "block"


def test_a_draft_is_found_by_its_title_and_its_questions_name_it(begun: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_RULE_PACKS", "house,cn")
    text = Path("iris.yaml").read_text("utf-8").replace("Flowers of three species of iris", "Visits of gardens")
    Path("visits.yaml").write_text(text + "facts: {asset: {personal: true, under_14: false, subjects_in: [CN]}}\n", "utf-8")
    made = begun("publish", "visits.yaml", "--json", "--as", "harbour-statistics").json
    assert made["state"] == "draft"
    said = begun("ruling", "gardens", "--as", "harbour-statistics")
    assert said.code == 3
    assert f"entrepot answer {made['id']} source.kinds=" in said.out
    assert "answer ID" not in said.out
    assert begun("ruling", "gardens", "--as", "quay-research").code == 2


def test_rules_of_a_pack_that_is_installed_on_the_exchange_at_hand_are_listed_and_explained(begun: CommandLine) -> None:
    Path("mine.yaml").write_text(PACK + RULE, "utf-8")
    Path("mine.vectors.yaml").write_text(VECTORS, "utf-8")
    assert "no rule" in begun("rules", "explain", "MINE-ONE").err
    begun.done("install-rules", "mine.yaml")
    assert "MINE-ONE" in begun.done("rules", "list")
    assert "Our charter" in begun.done("rules", "explain", "MINE-ONE")
    assert [row["rule"] for row in begun("rules", "list", "--packs", "mine", "--json").json if row["pack"] == "mine"] == ["MINE-ONE"]
    begun.done("uninstall-rules", "mine")
    assert "no rule" in begun("rules", "explain", "MINE-ONE").err
