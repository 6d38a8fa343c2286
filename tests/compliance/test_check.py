"""The guard-rails of the house: what is blocked, what a person looks at, what is only said."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from entrepot.compliance import AlertFact, ColumnFact, Facts, Severity, check
from entrepot.compliance.check import TESTS
from entrepot.compliance.rules import RULES
from entrepot.kit import Decision


def column(kind: str, name: str = "c", confidence: float = 0.95, **more: int) -> ColumnFact:
    return ColumnFact(name=name, kind=kind, title="e-mail addresses", fix="Drop it.", confidence=confidence, **more)  # type: ignore[arg-type]


def facts(*columns: ColumnFact, **more: object) -> Facts:
    return Facts(table="t", columns=columns, **more)  # type: ignore[arg-type]


def rules(given_facts: Facts) -> list[str]:
    return [finding.rule for finding in check(given_facts).findings]


def test_a_table_without_persons_is_allowed() -> None:
    verdict = check(facts(column("none"), column("none", "d")))
    assert (verdict.decision, verdict.findings) == (Decision.ALLOW, ())


def test_direct_identifiers_block_a_public_offer_and_name_the_fix() -> None:
    verdict = check(facts(column("direct", "mail")))
    assert verdict.decision is Decision.BLOCK
    (finding,) = verdict.findings
    assert (finding.rule, finding.column, finding.hint) == ("HOUSE-RAW-DIRECT", "mail", "Drop it.")
    assert finding.message == "mail holds e-mail addresses."


def test_direct_identifiers_in_a_private_offer_need_a_person() -> None:
    assert check(facts(column("direct"), public=False)).decision is Decision.REVIEW


def test_a_direct_identifier_that_is_not_sure_needs_a_person() -> None:
    assert rules(facts(column("direct", confidence=0.7))) == ["HOUSE-MAYBE-DIRECT"]
    assert check(facts(column("direct", confidence=0.7))).decision is Decision.REVIEW


def test_sensitive_data_need_a_person_and_are_blocked_beside_identifiers() -> None:
    assert check(facts(column("sensitive"))).decision is Decision.REVIEW
    assert rules(facts(column("sensitive"), column("direct", "mail"), public=False)) == ["HOUSE-RAW-SENSITIVE", "HOUSE-RAW-DIRECT-PRIVATE"]


def test_what_concerns_the_whole_table_becomes_a_finding_of_its_weight() -> None:
    def alert(code: str) -> AlertFact:
        return AlertFact(code=code, column="c", message="c holds 3 keys.", hint="Take them out.", count=3)

    weights = {
        code: check(facts(column("none"), alerts=(alert(code),))) for code in ("minors", "credentials", "confidential", "internal_hosts")
    }
    assert {code: verdict.decision for code, verdict in weights.items()} == {
        "minors": Decision.BLOCK, "credentials": Decision.BLOCK, "confidential": Decision.REVIEW, "internal_hosts": Decision.ALLOW,
    }  # fmt: skip
    assert [finding.rule for finding in weights["minors"].findings] == ["HOUSE-NO-MINORS"]
    denied = check(facts(column("none"), alerts=(alert("minors"),), ages_denied=True))
    assert (denied.decision, [finding.rule for finding in denied.findings]) == (Decision.REVIEW, ["HOUSE-AGES-DENIED"])
    (finding,) = weights["credentials"].findings
    assert (finding.message, finding.hint, finding.evidence) == (
        "c holds 3 keys.",
        "Take them out.",
        {"alert": "credentials", "count": 3, "do": ["drop_columns"]},
    )


def test_three_quasi_identifiers_are_a_warning_that_stops_nobody() -> None:
    two, three = [column("quasi", n) for n in ("age", "sex")], [column("quasi", n) for n in ("age", "sex", "town")]
    assert rules(facts(*two)) == []
    verdict = check(facts(*three))
    assert verdict.decision is Decision.ALLOW
    assert verdict.findings[0].message == "age, sex and town together may single out persons."


def test_formulas_are_a_warning_with_their_count() -> None:
    verdict = check(facts(column("none", "remark", formulas=1234)))
    assert verdict.decision is Decision.ALLOW
    assert "1,234 texts in remark" in verdict.findings[0].message


def test_an_offer_without_terms_needs_them_and_a_mere_file_does_not() -> None:
    assert check(facts(described=True)).decision is Decision.NEEDS_INFO
    assert check(facts(described=True, has_terms=True)).decision is Decision.ALLOW
    assert check(facts()).decision is Decision.ALLOW


def test_a_person_key_that_is_no_column_is_asked_about() -> None:
    assert check(facts(column("none", "id"), person_key="who")).decision is Decision.NEEDS_INFO
    assert check(facts(column("none", "id"), person_key="id")).decision is Decision.ALLOW


def test_braces_in_a_heading_are_only_text() -> None:
    assert check(facts(column("direct", "{fix} {0}"))).findings[0].message == "{fix} {0} holds e-mail addresses."


def test_every_rule_can_break_and_every_test_is_used() -> None:
    everything = facts(
        column("direct", "a"), column("direct", "b", 0.5), column("sensitive", "c"), *[column("quasi", n) for n in "def"],
        column("none", "g", formulas=1), described=True, person_key="none", undeclared="faces", notes=(("n", "g", "a note"),),
        alerts=tuple(
            AlertFact(code=code, column="g", message="m", hint="h")
            for code in ("minors", "unread_ages", "credentials", "confidential", "internal_hosts", "precise_location")
        ),
    )  # fmt: skip
    private = facts(column("direct", "a"), public=False)
    alone = facts(column("sensitive", "c"))
    houses = facts(alerts=(AlertFact(code="minors", column="age", message="m", hint="h"),), ages_denied=True)
    assert {*rules(everything), *rules(private), *rules(alone), *rules(houses)} == {rule.id for rule in RULES}
    assert {rule.test for rule in RULES} == set(TESTS)
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_documentation_lists_every_rule_with_its_decision() -> None:
    text = (Path(__file__).parents[2] / "docs/check.md").read_text("utf-8")
    words = {"warn": "warning", "info": "information"}
    listed = re.findall(r"^\| `(HOUSE-[A-Z-]+)` \| (\w+) \|$", text, re.MULTILINE)
    assert listed == [(rule.id, words.get(rule.severity.value, rule.severity.value)) for rule in RULES]


kinds = st.sampled_from(["direct", "quasi", "sensitive", "none"])
tables = st.lists(st.tuples(kinds, st.floats(0, 1)), max_size=6).map(lambda cs: [column(k, f"c{i}", c) for i, (k, c) in enumerate(cs)])


@given(columns=tables, more=tables)
def test_more_columns_never_make_the_verdict_milder(columns: list[ColumnFact], more: list[ColumnFact]) -> None:
    order = list(Decision)
    assert order.index(check(facts(*columns)).decision) <= order.index(check(facts(*columns, *more)).decision)


def test_the_gravest_finding_comes_first() -> None:
    found = check(facts(column("none", "g", formulas=1), column("direct", "a"), described=True)).findings
    assert [f.severity for f in found] == [Severity.BLOCK, Severity.NEEDS_INFO, Severity.WARN]
