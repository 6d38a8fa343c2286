"""The evaluator: the public cases, cases of our own, and agreement with our own verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from rdflib import RDF

from entrepot.kit import Decision
from entrepot.terms import Redistribution, Terms, Use, decide, to_odrl
from entrepot.terms.odrl_evaluate import Duty, Premise, Report, Request, World, evaluate
from entrepot.terms.odrl_parse import parse_policy
from terms import strategies as make

ODRL = rdflib.Namespace("http://www.w3.org/ns/odrl/2/")
REPORT = rdflib.Namespace("https://w3id.org/force/compliance-report#")
EX = rdflib.Namespace("http://example.org/")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
CASES = 51
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EUR = "http://publications.europa.eu/resource/authority/currency/EUR"


@cache
def _suite(folder: Path) -> tuple[rdflib.Graph, dict[str, rdflib.Graph], dict[str, rdflib.Graph]]:
    """The requests in one graph; each state of the world and each policy in its own, because they contradict each other."""
    shared = rdflib.Graph()
    for path in folder.glob("requests/*.ttl"):
        shared.parse(path)
    worlds, policies = {}, {}
    for path in folder.glob("sotw/*.ttl"):
        graph = rdflib.Graph().parse(path)
        worlds[str(graph.value(None, RDF.type, EX.Sotw))] = graph
    for path in folder.glob("policies/*.ttl"):
        graph = rdflib.Graph().parse(path)  # Constraints of different policies share their ids.
        policies[str(graph.value(None, RDF.type, ODRL.Set))] = graph
    return shared, worlds, policies


def _json(graph: rdflib.Graph, node: Any) -> Any:
    """A node as expanded JSON-LD, with what it refers to in place."""
    if isinstance(node, rdflib.Literal):
        return {"@value": str(node), "@type": str(node.datatype)} if node.datatype else {"@value": str(node)}
    if not any(graph.predicates(node)) or str(node).startswith(str(ODRL)):
        return {"@id": str(node)}
    found: dict[str, Any] = {"@id": str(node)}
    for predicate, value in graph.predicate_objects(node):
        if predicate == ODRL.uid:
            continue
        if predicate == RDF.type:
            found.setdefault("@type", []).append(str(value))
        else:
            found.setdefault(str(predicate), []).append(_json(graph, value))
    return found


def _name(term: Any) -> str:
    return str(term).replace(str(ODRL), "odrl:")


def _request(graph: rdflib.Graph, node: Any) -> Request:
    (rule,) = graph.objects(node, ODRL.permission)
    action, target, assignee = (graph.value(rule, p) for p in (ODRL.action, ODRL.target, ODRL.assignee))
    return Request(action=_name(action), target=str(target), assignee=str(assignee))


def _world(graph: rdflib.Graph) -> World:
    now = graph.value(rdflib.URIRef("http://example.com/request/currentTime"), DCT.issued)
    states = {"Fulfilled": Duty.FULFILLED, "Violated": Duty.VIOLATED, "NonSet": Duty.OPEN}
    return World(
        now=datetime.fromisoformat(str(now)),
        member_of={str(s): frozenset(map(str, graph.objects(s, ODRL.partOf))) for s in graph.subjects(ODRL.partOf)},
        duties={str(graph.value(r, REPORT.rule)): states[str(s).rpartition("#")[2]] for r, s in graph.subject_objects(REPORT.deonticState)},
    )


def _expected(graph: rdflib.Graph, node: Any) -> Any:
    satisfied = graph.value(node, REPORT.satisfactionState) == REPORT.Satisfied
    kind = str(graph.value(node, RDF.type)).rpartition("#")[2].removesuffix("Report").lower()
    parts = sorted((_expected(graph, part) for part in graph.objects(node, REPORT.premiseReport)), key=repr)
    return kind, satisfied, parts


def _found(premise: Premise) -> Any:
    return premise.kind, premise.satisfied, sorted((_found(part) for part in premise.parts), key=repr)


def _case(folder: Path, path: Path) -> tuple[Report, list[Any], list[Any]]:
    requests, worlds, policies = _suite(folder)
    graph = rdflib.Graph().parse(path)
    case = graph.value(None, RDF.type, EX.TestCase)
    policy, request, world, expected = (graph.value(case, p) for p in (EX.policy, EX.request, EX.sotw, EX.expectedReport))
    parsed = parse_policy(_json(policies[str(policy)], policy))
    assert parsed.unknown == ()
    report = evaluate(parsed, _request(requests, request), _world(worlds[str(world)]))
    wanted = [
        (
            str(graph.value(r, REPORT.rule)),
            graph.value(r, REPORT.activationState) == REPORT.Active,
            sorted((_expected(graph, p) for p in graph.objects(r, REPORT.premiseReport)), key=repr),
            sorted(str(worlds[str(world)].value(d, REPORT.rule)) for d in graph.objects(r, REPORT.conditionReport)),
        )
        for r in graph.objects(expected, REPORT.ruleReport)
    ]
    found = [
        (str(r.rule.uid), r.active, sorted(map(_found, r.premises), key=repr), sorted(str(d.uid) for d, _ in r.duties))
        for r in report.rules
    ]
    return report, sorted(wanted), sorted(found)


def _paths(folder: Path) -> list[Path]:
    return sorted((folder / "conformance/odrl-test-suite/data/test_cases").glob("*.ttl"))


# Their reports speak of the duty of another policy of the suite than the one they are about.
FOREIGN_DUTY = {"testcase-066-bob-sell.ttl", "testcase-067-alice-past.ttl", "testcase-068-bob-write-y-past.ttl"}


def test_every_public_case_gives_the_expected_report(data_folder: Path) -> None:
    """Rules, premises and constraints of all cases; duties too, save those that the suite takes from another policy."""
    paths = _paths(data_folder)
    assert len(paths) == CASES
    wrong, other_duties = {}, set()
    for path in paths:
        _, wanted, found = _case(path.parent.parent, path)
        if [rule[:3] for rule in wanted] != [rule[:3] for rule in found]:
            wrong[path.name] = (wanted, found)
        if [rule[3] for rule in wanted] != [rule[3] for rule in found]:
            other_duties.add(path.name)
    assert not wrong, f"{len(wrong)} of {len(paths)} differ: {list(wrong)} {next(iter(wrong.values()))}"
    assert other_duties == FOREIGN_DUTY


def _evaluate(*permissions: Any, prohibitions: Iterable[Any] = (), conflict: str | None = None, **values: str) -> Report:
    document = {"@type": "Set", "permission": list(permissions), "prohibition": list(prohibitions), "conflict": conflict}
    world = World(now=NOW, values={f"odrl:{k}": v for k, v in values.items()}, units={"odrl:payAmount": EUR})
    return evaluate(parse_policy(document), Request(action="odrl:use"), world)


def _use(*constraints: Any, **more: Any) -> dict[str, Any]:
    return {"action": "use", "constraint": list(constraints)} | more


def _limit(left: str, operator: str, right: Any, **more: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right} | more


@pytest.mark.parametrize(
    ("constraint", "values", "decision"),
    [
        (_limit("purpose", "isA", {"@id": "dpv:ResearchAndDevelopment"}), {"purpose": "dpv:AcademicResearch"}, "allow"),
        (_limit("purpose", "isA", {"@id": "dpv:ResearchAndDevelopment"}), {"purpose": "dpv:Marketing"}, "block"),
        (_limit("purpose", "isA", {"@id": "dpv:AcademicResearch"}), {"purpose": "dpv:ResearchAndDevelopment"}, "block"),
        (_limit("purpose", "neq", {"@id": "dpv:CommercialPurpose"}), {"purpose": "dpv:CommercialResearch"}, "block"),
        (_limit("purpose", "eq", {"@id": "http://example.com/Own"}), {"purpose": "http://example.com/Own"}, "allow"),
        (_limit("purpose", "isA", {"@id": "dpv:Marketing"}), {}, "needs_info"),
        (_limit("count", "lteq", "5"), {"count": "5"}, "allow"),
        (_limit("count", "lteq", {"@value": 5}), {"count": "6"}, "block"),
        (_limit("count", "lt", 10), {"count": "9"}, "allow"),
        (_limit("count", "lteq", "five"), {"count": "5"}, "needs_info"),
        (_limit("spatial", "isAnyOf", ["iso3166:DE", {"@id": "https://w3id.org/dpv/loc#FR"}]), {"spatial": "FR"}, "allow"),
        (_limit("spatial", "isNoneOf", ["DE", "FR"]), {"spatial": "FR"}, "block"),
        (_limit("spatial", "eq", "DE"), {}, "needs_info"),
        (_limit("payAmount", "gteq", "500.00", unit={"@id": EUR}), {"payAmount": "500"}, "allow"),
        (_limit("payAmount", "gteq", "500.00", unit={"@id": EUR}), {"payAmount": "499.99"}, "block"),
        (_limit("payAmount", "gteq", "500.00", unit={"@id": "urn:other"}), {"payAmount": "900"}, "needs_info"),
        (_limit("elapsedTime", "lteq", "P1W"), {"elapsedTime": "P6DT23H"}, "allow"),
        (_limit("dateTime", "lt", "2026-11-21T12:00:00Z"), {}, "block"),
        (_limit("resolution", "lteq", 5), {}, "needs_info"),
        (_limit("count", "wibble", 5), {"count": "5"}, "needs_info"),
    ],
)
def test_a_constraint_is_decided_by_the_state_of_the_world(constraint: Any, values: dict[str, str], decision: str) -> None:
    assert _evaluate(_use(constraint), **values).decision == decision


@pytest.mark.parametrize(
    ("join", "truths", "decision"),
    [
        ("xone", "", "block"), ("xone", "t", "allow"), ("xone", "tf", "allow"), ("xone", "tt", "block"), ("xone", "ff", "block"),
        ("xone", "tu", "needs_info"), ("xone", "ttu", "block"), ("xone", "fu", "needs_info"), ("and", "tu", "needs_info"),
        ("and", "fu", "block"), ("and", "tt", "allow"), ("or", "tu", "allow"), ("or", "fu", "needs_info"), ("or", "ff", "block"),
        ("andSequence", "tt", "needs_info"), ("andSequence", "tf", "block"),
    ],
)  # fmt: skip
def test_joined_constraints_follow_three_valued_logic(join: str, truths: str, decision: str) -> None:
    kinds = {"t": _limit("count", "lteq", 9), "f": _limit("count", "gt", 9), "u": _limit("size", "lteq", 1)}
    assert _evaluate(_use({join: {"@list": [kinds[t] for t in truths]}}), count="5").decision == decision


@pytest.mark.parametrize(("conflict", "decision"), [("prohibit", "block"), ("perm", "allow"), ("invalid", "block"), (None, "block")])
def test_a_conflict_is_settled_as_the_policy_says(conflict: str | None, decision: str) -> None:
    report = _evaluate(_use(), prohibitions=[_use()], conflict=conflict)
    assert report.decision == decision
    if conflict in (None, "invalid"):
        assert "void" in report.reasons[0]


def test_a_prohibition_that_may_apply_is_asked_about_before_anything_is_allowed() -> None:
    report = _evaluate(_use(), prohibitions=[_use(_limit("spatial", "eq", "US"))], conflict="prohibit")
    assert report.decision is Decision.NEEDS_INFO
    assert report.reasons == ("prohibition[0] may prohibit this: prohibition[0].constraint[0] cannot be told yet.",)


def test_what_the_policy_says_beyond_our_words_is_for_a_person_to_review() -> None:
    document = {"@type": "Set", "permission": [_use()], "inheritFrom": "urn:other"}
    assert evaluate(parse_policy(document), Request(action="odrl:use"), World(now=NOW)).decision is Decision.REVIEW


def test_open_duties_come_with_the_permission_and_a_violated_one_ends_it() -> None:
    policy = parse_policy({"@type": "Set", "permission": [_use(duty={"uid": "urn:pay", "action": "compensate"})]})
    ask = Request(action="odrl:play")
    assert [d.uid for d in evaluate(policy, ask, World(now=NOW)).owed] == ["urn:pay"]
    done = evaluate(policy, ask, World(now=NOW, duties={"urn:pay": Duty.FULFILLED}))
    assert (done.decision, done.owed) == (Decision.ALLOW, ())
    assert evaluate(policy, ask, World(now=NOW, duties={"urn:pay": Duty.VIOLATED})).decision is Decision.BLOCK


@pytest.mark.parametrize(
    ("permitted", "wanted", "covered"),
    [
        ("use", "odrl:print", True), ("play", "odrl:print", True), ("print", "odrl:play", False), ("use", "odrl:sell", False),
        ("transfer", "odrl:sell", True), ("use", "http://example.com/own", False), ("http://example.com/own", "http://example.com/own", True),
    ],
)  # fmt: skip
def test_an_action_covers_those_included_in_it(permitted: str, wanted: str, covered: bool) -> None:
    policy = parse_policy({"@type": "Set", "permission": [{"action": permitted}]})
    assert (evaluate(policy, Request(action=wanted), World(now=NOW)).decision is Decision.ALLOW) == covered


@given(make.terms, make.uses)
def test_our_terms_as_odrl_are_decided_as_our_terms_are(terms: Terms, use: Use) -> None:
    """Redistribution is another action in ODRL, so the use at hand passes nothing on; and the last moment belongs to neither."""
    assert use.at is not None
    use = Use(purpose=use.purpose, territory=use.territory, at=use.at, count=use.count, redistribution=Redistribution.FORBIDDEN)
    hours = int((use.at - make.START) / timedelta(hours=1)) if use.at else 0
    if terms.duration_days is not None and hours == terms.duration_days * 24:
        return
    values = {
        "odrl:purpose": use.purpose,
        "odrl:spatial": str(use.territory),
        "odrl:count": str(use.count),
        "odrl:elapsedTime": f"PT{hours}H",
    }
    policy = parse_policy(to_odrl(terms, uid="urn:x", kind="Set", target="urn:data"))
    report = evaluate(policy, Request(action="odrl:use", target="urn:data"), World(now=use.at, values=values))
    assert report.decision is decide(terms, use, starts_at=make.START).decision
