"""Laws of deciding, over packs and facts that hypothesis makes up."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.compliance.conditions import paths_of
from entrepot.compliance.pack_model import Pack
from entrepot.compliance.ruling import Outcome, Ruling
from entrepot.kit import Decision
from support.packs import pack, rule, ruling

FLAGS = ("f.flag", "f.other", "f.third")
leaves = st.one_of(
    st.builds("[{}, eq, {}]".format, st.sampled_from(FLAGS), st.sampled_from(["true", "false"])),
    st.builds("[f.number, {}, {}]".format, st.sampled_from(["gt", "lte", "eq"]), st.integers(0, 3)),
    st.builds("[f.kind, {}]".format, st.sampled_from(["eq, file", "ne, lookup", "in, [file, lookup]"])),
    st.builds("[f.terms, {}]".format, st.sampled_from(["any_is_a, [law:Special]", "all_is_a, [pd:Health]", "covers, {ref: f.allowed}"])),
    st.builds("[{}, exists, true]".format, st.sampled_from(FLAGS)),
    st.just("[f.number, lte, {ref: f.limit}]"),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("{{not: {}}}".format, inner),
        st.builds(
            lambda name, parts: f"{{{name}: [{', '.join(parts)}]}}",
            st.sampled_from(["all", "any"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=5,
)
terms = st.lists(st.sampled_from(["pd:Health", "pd:Genetic", "pd:Name"]), max_size=2, unique=True)
facts = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(FLAGS, st.booleans()), "f.number": st.integers(0, 4), "f.limit": st.integers(0, 4),
        "f.kind": st.sampled_from(["file", "lookup"]), "f.terms": terms, "f.allowed": terms,
    },
)  # fmt: skip
rules = st.lists(
    st.builds(
        lambda when, require, severity, more: (when, require, severity, more),
        st.one_of(st.just("always"), conditions), conditions, st.sampled_from(["block", "review", "warn"]),
        st.sampled_from(["", "duties: [{do: keep}]", "duties: [{do: tell}]", "bars: [tell]", "min_source: {f.flag: measured}"]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def _packs(made: list[tuple[str, str, str, str]]) -> tuple[Pack, ...]:
    """Each rule in a pack of its own but the last two, which share one."""
    texts = [rule(f"T-{n}", require, when=when, severity=severity, more=more) for n, (when, require, severity, more) in enumerate(made)]
    return tuple(pack(*texts[n : n + (2 if n == 2 else 1)], pack_id=f"p{n}") for n in range(min(len(texts), 3)))


def _asked(pack: Pack, rule_id: str) -> set[str]:
    found = pack.rule(rule_id)
    assert found is not None
    return {path for condition in (pack.applies, found.when, found.require) for path in paths_of(condition)}


def _what(found: Ruling) -> tuple[Any, ...]:
    outcomes = {result.rule.id: (result.outcome, result.missing) for result in found.trace}
    clashes = [(clash.one.rule.id, clash.other.rule.id, clash.about) for clash in found.clashes]
    return found.decision, found.missing, found.duties, found.deciding, clashes, outcomes


@settings(max_examples=60, deadline=None)
@given(made=rules, known=facts, more=facts)
def test_a_fact_that_the_blocking_rule_does_not_name_never_lifts_its_block(
    made: list[tuple[str, str, str, str]], known: dict[str, Any], more: dict[str, Any]
) -> None:
    known = {**known, "f.third": False}
    packs = (*_packs(made), pack(rule("U-SURE", "[f.third, eq, true]"), pack_id="sure"))
    before = ruling(packs, known)
    if before.decision is Decision.CONFLICT:
        return
    blocking = [result for result in before.deciding if result.decision is Decision.BLOCK]
    named = set[str]().union(*(_asked(result.pack, result.rule.id) for result in blocking))
    after = ruling(packs, {**known, **{path: value for path, value in more.items() if path not in named}})
    assert after.decision in (Decision.BLOCK, Decision.CONFLICT)


@settings(max_examples=60, deadline=None)
@given(made=rules, known=facts, chance=st.randoms(use_true_random=False))
def test_the_order_of_packs_and_of_rules_never_matters(made: list[tuple[str, str, str, str]], known: dict[str, Any], chance: Any) -> None:
    texts = [rule(f"T-{n}", require, when=when, severity=severity, more=more) for n, (when, require, severity, more) in enumerate(made)]
    other = chance.sample(texts, len(texts))
    one, two = ruling(pack(*texts), known), ruling(pack(*other), known)
    assert (one.decision, one.missing, one.duties) == (two.decision, two.missing, two.duties)
    assert [result.rule.id for result in one.deciding] == [result.rule.id for result in two.deciding]
    packs = _packs(made)
    assert _what(ruling(packs, known)) == _what(ruling(tuple(chance.sample(packs, len(packs))), known))


@settings(max_examples=60, deadline=None)
@given(made=rules, known=facts)
def test_unknown_never_passes(made: list[tuple[str, str, str, str]], known: dict[str, Any]) -> None:
    found = ruling(_packs(made), known)
    for result in found.trace:
        if result.outcome is Outcome.UNKNOWN:
            assert set(result.missing)
            assert set(result.missing).isdisjoint(known) or result.rule.min_source
            if result.rule.severity.value == "block":
                assert found.decision in (Decision.NEEDS_INFO, Decision.BLOCK, Decision.CONFLICT)
    if found.decision is Decision.ALLOW:
        assert not [r for r in found.trace if r.outcome is Outcome.UNKNOWN and r.rule.severity.value in ("block", "review")]


@settings(max_examples=60, deadline=None)
@given(made=rules, known=facts, others=facts)
def test_what_is_decided_stays_decided_when_facts_that_nobody_asked_for_are_added(
    made: list[tuple[str, str, str, str]], known: dict[str, Any], others: dict[str, Any]
) -> None:
    packs = _packs(made)
    asked = set[str]().union(*(_asked(p, r.id) for p in packs for r in p.rules))
    before = ruling(packs, known)
    after = ruling(packs, {**{path: value for path, value in others.items() if path not in asked}, **known})
    assert _what(before) == _what(after)


@settings(max_examples=60, deadline=None)
@given(made=rules, known=facts)
def test_a_conflict_never_hides_what_blocks_or_is_open_beside_it(made: list[tuple[str, str, str, str]], known: dict[str, Any]) -> None:
    found = ruling(_packs(made), known)
    if found.decision is Decision.CONFLICT:
        clashing = {side.rule.id for clash in found.clashes for side in (clash.one, clash.other)}
        beside = [result.decision for result in found.deciding if result.rule.id not in clashing]
        assert set(beside) <= {Decision.REVIEW}
    elif found.decision is Decision.BLOCK:
        assert found.forbidding
