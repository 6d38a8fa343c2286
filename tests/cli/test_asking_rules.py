"""What the rules ask, as owners and buyers type it: before publishing, before signing, before people are asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.conftest import CommandLine

OWNER = ("--as", "harbour-statistics")
BUYER = ("--as", "quay-research")
MEMBERS = "member_id,age,city,spend\n" + "".join(f"M{n:03},{20 + n % 50},{('Hamburg', 'Bremen')[n % 2]},{n * 7 % 90}\n" for n in range(120))
MANIFEST = """title: Spending of members
outcome: Plan shops by what members spend
file: spend.csv
person_key: member_id
price: {plan: free}
terms: {purposes: [Marketing]}
"""
SOURCE = """source: Our own tills
facts:
  source: {kinds: [own_operation], authorised: true}
  asset: {classification: general, public_data: false, barred_content: false}
  owner: {data_vendor: false, state_organ: false}
  basis.pipl: consent
  consent.kind: separate
  privacy_notice.states: [handler, purpose, method, categories, retention, rights]
"""
ANSWERS = (
    "source.statement=Our own tills", "source.kinds=own_operation", "source.authorised=yes", "asset.classification=general", "asset.public_data=no",
    "asset.barred_content=no", "owner.data_vendor=no", "owner.state_organ=no", "basis.pipl=consent", "consent.kind=separate",
    "privacy_notice.states=handler,purpose,method,categories,retention,rights",
)  # fmt: skip

MEASURING = """pack: own
version: "1"
title: {en: Own rules, zh: 自有规则}
instruments: {own: {title: {en: Own charter, zh: 自有章程}, in_force: 2020-01-01, certainty: S}}
rules:
- id: OWN-MEASURED
  gate: listing
  cite: [{i: own, art: 1}]
  deontic: obligation
  severity: block
  require: [asset.classification, eq, general]
  min_source: {asset.classification: measured}
  message: {en: It is not general., zh: 并非一般数据。}
  fix: [{en: Leave it out., zh: 请删除。}]
"""
MEASURED = """cases:
- {case: measured, gate: listing, facts: {asset.classification: general}, by: {asset.classification: measured}, expect: allow}
- {case: declared, gate: listing, facts: {asset.classification: general}, by: {asset.classification: declared}, expect: needs_info, rules: [OWN-MEASURED]}
- {case: other, gate: listing, facts: {asset.classification: core}, by: {asset.classification: measured}, expect: block, rules: [OWN-MEASURED]}
"""


@pytest.fixture
def china(monkeypatch: pytest.MonkeyPatch, entrepot: CommandLine) -> CommandLine:
    """The command line with the law of China chosen, and a table of members."""
    monkeypatch.setenv("ENTREPOT_RULE_PACKS", "house,cn")
    monkeypatch.setenv("ENTREPOT_COUNTRY", "CN")
    Path("spend.csv").write_text(MEMBERS, "utf-8")
    Path("spend.yaml").write_text(MANIFEST, "utf-8")
    return entrepot


@pytest.fixture
def exchange(china: CommandLine, begun: CommandLine) -> CommandLine:
    """An exchange under that law, with an owner and a buyer."""
    return begun


def _paths(said: str) -> set[str]:
    return set(re.findall(r"^      ([a-z_]+\.[a-z_]+)=", said, re.MULTILINE))


def test_a_check_says_what_publishing_says_and_each_question_once(exchange: CommandLine) -> None:
    checked = exchange("check", "spend.csv", "--manifest", "spend.yaml", *OWNER)
    made = exchange("publish", "spend.yaml", *OWNER)
    assert checked.code == made.code == 3
    assert _paths(checked.out) == _paths(made.err) >= {"source.kinds", "basis.pipl"}
    for question in ("How were they collected?", "Is the owner a state organ?"):
        assert made.err.count(question) == checked.out.count(question) == 1
    assert "CN-DSL-33-SOURCE: Data Security Law (2021), art. 33" in made.err
    assert "Nothing stands in the way" not in checked.out


def _drafted(exchange: CommandLine) -> str:
    (listing,) = set(re.findall(r"lst_[0-9a-z]{26}", exchange("publish", "spend.yaml", *OWNER).err))
    return str(listing)


def test_what_was_answered_about_a_listing_counts_for_its_next_version(exchange: CommandLine) -> None:
    draft = _drafted(exchange)
    exchange.done("answer", draft, *ANSWERS, *OWNER)
    checked = exchange("check", "spend.csv", "--manifest", "spend.yaml", *OWNER)
    assert checked.code == 3, "of a new listing nothing is known"
    again = exchange.done("check", "spend.csv", "--manifest", "spend.yaml", "--listing", draft, *OWNER)
    assert "Nothing stands in the way" in again
    assert exchange("publish", "spend.yaml", "--listing", draft, *OWNER).code == 0


def test_a_listing_of_another_or_without_its_manifest_is_refused(exchange: CommandLine) -> None:
    draft = _drafted(exchange)
    assert "no manifest" in exchange("check", "spend.csv", "--listing", draft, *OWNER).err
    asked = exchange("check", "spend.csv", "--manifest", "spend.yaml", "--listing", draft, *BUYER)
    assert asked.code == 2
    assert "NotFound" in asked.err or "Refused" in asked.err


def test_a_manifest_that_answers_passes_the_check_and_is_published(exchange: CommandLine) -> None:
    Path("spend.yaml").write_text(MANIFEST + SOURCE, "utf-8")
    assert "Nothing stands in the way" in exchange.done("check", "spend.csv", "--manifest", "spend.yaml", *OWNER)
    assert exchange("publish", "spend.yaml", *OWNER).code == 0


def test_what_only_a_measurement_settles_is_not_asked_of_the_manifest(exchange: CommandLine) -> None:
    Path("own.yaml").write_text(MEASURING, "utf-8")
    Path("own.vectors.yaml").write_text(MEASURED, "utf-8")
    exchange.done("install-rules", "own.yaml")
    Path("spend.yaml").write_text(MANIFEST + SOURCE, "utf-8")
    said = exchange("check", "spend.csv", "--manifest", "spend.yaml", *OWNER)
    assert said.code == 3
    assert "OWN-MEASURED" in said.out
    assert "in the manifest" not in said.out


def test_a_check_that_cannot_ask_the_exchange_says_so(exchange: CommandLine) -> None:
    said = exchange.done("check", "spend.csv", "--manifest", "spend.yaml")
    assert "The rules of the exchange were not asked: There are 2 organisations here." in said


def test_without_an_exchange_the_packs_that_are_named_are_asked(china: CommandLine) -> None:
    said = china("check", "spend.csv", "--manifest", "spend.yaml")
    assert said.code == 3
    assert "CN-DSL-33-SOURCE" in said.out
    assert "as if exchange and owner were in CN" in said.out
    assert china("check", "spend.csv", "--manifest", "spend.yaml", "--json").json["rules"]["decision"] == "needs_info"


def test_without_exchange_and_packs_a_check_says_that_no_rules_were_asked(china: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENTREPOT_RULE_PACKS")
    said = china.done("check", "spend.csv", "--manifest", "spend.yaml")
    assert "The rules of an exchange were not asked: none is at hand." in said


def test_a_buyer_is_asked_for_its_own_answers_and_told_which_are_the_owners(exchange: CommandLine) -> None:
    Path("spend.yaml").write_text(MANIFEST + SOURCE, "utf-8")
    exchange.done("publish", "spend.yaml", *OWNER)
    said = exchange.done("request", "spending", "--purpose", "Marketing", *BUYER)
    mine, _, theirs = said.partition("not by your word:")
    assert "use.needed_fields=age/city/spend" in mine
    assert "offer.retention_days" not in mine
    assert "For how many days may the buyer keep it?  (the owner answers this)" in theirs
    answered = exchange("answer", "last", "use.needed_fields=age,city,spend", "use.prohibited=none", *BUYER)
    assert "More fields would be handed over" not in answered.out
    assert "use.needed_fields" not in answered.out


def test_the_first_consents_are_recorded_by_the_command_that_the_refusal_names(exchange: CommandLine) -> None:
    Path("people.csv").write_text("person\nM001\nM002\n", "utf-8")
    importing = ("consent", "import", "people.csv", "--purpose", "Marketing", "--recipient", "quay-research", *OWNER)
    refused = exchange(*importing)
    assert refused.code == 2
    command = re.search(r"`entrepot (operations answer (org_\S+\.asking)) asking\.flaws=[a-z_/]*none`", refused.err)
    assert command is not None
    assert exchange("ruling", command[2], *OWNER).code == 3
    exchange.done("answer", command[2], "asking.flaws=none", *OWNER)
    assert "2 persons recorded" in exchange.done(*importing)


def test_links_say_where_no_address_is_set(exchange: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No address of the exchange is set" in exchange("consent", "links", "M001", *OWNER).err
    monkeypatch.setenv("ENTREPOT_PORT", "9321")
    assert "http://127.0.0.1:9321/me/" in exchange("consent", "links", "M001", *OWNER).out
    monkeypatch.setenv("ENTREPOT_PUBLIC_URL", "https://harbour.example")
    said = exchange("consent", "links", "M001", *OWNER)
    assert ("https://harbour.example/me/" in said.out, said.err) == (True, "")


def test_every_rule_of_the_check_is_explained_in_both_languages(entrepot: CommandLine) -> None:
    from entrepot.compliance.rules import RULES

    assert "House charter (2026), art. 1 – from 2026-01-01, text read" in entrepot.done("rules", "explain", "HOUSE-RAW-DIRECT")
    for rule in RULES:
        said = entrepot.done("rules", "explain", rule.id, "--language", "zh")
        assert "平台章程 (2026)" in said, rule.id


def test_every_problem_of_a_case_is_listed(entrepot: CommandLine) -> None:
    Path("facts.yaml").write_text('asset: {personal: "yes", under_14: 3}\nowner: {verified: 1}\n', "utf-8")
    said = entrepot("rules", "judge", "facts.yaml")
    assert said.code == 2
    assert "And 2 more facts cannot be used." in said.err
    assert [path in said.err for path in ("asset.personal", "asset.under_14", "owner.verified")] == [True] * 3
