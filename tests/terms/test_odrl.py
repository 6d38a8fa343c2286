"""ODRL both ways: what we write reads back as it was, and what others write is read or named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Invalid, Money
from entrepot.terms import Redistribution, Terms, from_odrl, to_odrl
from terms import strategies as make

TERMS = Terms(
    permitted_purposes=("AcademicResearch",), prohibited_purposes=("CommercialPurpose",), duration_days=365, territories=("DE", "FR"),
    count_limit=10, redistribution=Redistribution.DERIVED, attribution=True,
)  # fmt: skip
ENDS = {"uid": "urn:x:1", "target": "urn:x:data", "assigner": "urn:x:owner", "assignee": "urn:x:buyer"}
monies = st.none() | st.builds(Money, st.integers(1, 10**12), st.sampled_from(["EUR", "CNY", "JPY", "KWD"]))


def _policy(**rule: Any) -> dict[str, Any]:
    """A policy as others write it: the W3C's context and short names."""
    permission = {"target": "http://example.com/asset:9898", "action": "use", "assigner": "http://example.com/org:1"} | rule
    return {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Offer",
        "uid": "http://example.com/policy:1",
        "permission": [permission],
    }


def _limit(left: str, operator: str, right: Any, **more: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right} | more


@given(make.terms, st.sampled_from(["Offer", "Agreement", "Set"]), monies)
def test_what_we_write_reads_back_as_it_was(terms: Terms, kind: Any, price: Money | None) -> None:
    reading = from_odrl(json.loads(json.dumps(to_odrl(terms, kind=kind, price=price, **ENDS))))
    assert reading.unknown == ()
    assert (reading.terms, reading.payment, reading.kind, reading.uid) == (terms, price, kind, "urn:x:1")
    assert (reading.target, reading.assigner, reading.assignee) == ("urn:x:data", "urn:x:owner", "urn:x:buyer")
    assert reading.is_complete


def test_a_json_ld_processor_reads_the_same_rules(data_folder: Path) -> None:
    document = to_odrl(TERMS, kind="Agreement", price=Money(125_050, "EUR"), **ENDS)
    context = json.loads((data_folder / "dsp-2025-1/context/odrl.jsonld").read_text("utf-8"))["@context"]
    graph = rdflib.Graph().parse(data=json.dumps(document | {"@context": [context, document["@context"][1]]}), format="json-ld")
    odrl, dpv = rdflib.Namespace("http://www.w3.org/ns/odrl/2/"), rdflib.Namespace("https://w3id.org/dpv#")
    policy = rdflib.URIRef("urn:x:1")
    assert (policy, rdflib.RDF.type, odrl.Agreement) in graph
    assert (policy, odrl.assignee, rdflib.URIRef("urn:x:buyer")) in graph
    assert (policy, odrl.conflict, odrl.prohibit) in graph
    limits = {
        (graph.value(c, odrl.leftOperand), graph.value(c, odrl.operator), str(graph.value(c, odrl.rightOperand)))
        for c in graph.subjects(odrl.operator)
    }
    assert (odrl["count"], odrl.lteq, "10") in limits
    assert (odrl.elapsedTime, odrl.lteq, "P365D") in limits
    assert (odrl.payAmount, odrl.eq, "1250.50") in limits
    purposes = {o for c in graph.subjects(odrl.leftOperand, odrl.purpose) for o in graph.objects(c, odrl.rightOperand)}
    assert purposes == {dpv.AcademicResearch, dpv.CommercialPurpose}
    assert {graph.value(r, odrl.action) for r in graph.objects(policy, odrl.prohibition)} >= {odrl.use, odrl.distribute}


DUTIES = {"keep_records_3y": "ent:keepRecords", "delete_on_withdrawal": "odrl:delete", "no_onward_transfer": "odrl:transfer"}


@given(make.terms, st.sampled_from(["Offer", "Agreement"]), st.sets(st.sampled_from(sorted(DUTIES))))
def test_duties_of_the_rules_read_back_as_they_were(terms: Terms, kind: Any, names: set[str]) -> None:
    duties = {name: DUTIES[name] for name in names}
    document = json.loads(json.dumps(to_odrl(terms, kind=kind, duties=duties, **ENDS)))
    reading = from_odrl(document, duties=DUTIES)
    assert (reading.unknown, set(reading.duties), reading.terms) == ((), names, terms)
    assert len(from_odrl(document).unknown) == len(names), "whoever does not know the duties is told of each"


def test_what_a_duty_forbids_becomes_a_prohibition_and_what_it_commands_an_obligation() -> None:
    document = to_odrl(TERMS, kind="Agreement", duties=DUTIES, **ENDS)
    assert {"@id": "urn:x:1-no_onward_transfer", "action": "odrl:transfer"} in document["prohibition"]
    assert {rule["action"] for rule in document["obligation"]} == {"ent:keepRecords", "odrl:delete"}


@pytest.mark.parametrize(
    "rule",
    [
        {"@id": "urn:x:1-no_onward_transfer", "action": "odrl:delete"},
        {"@id": "urn:x:2-no_onward_transfer", "action": "odrl:transfer"},
        {"@id": "urn:x:1-no_onward_transfer", "action": ["odrl:transfer", "odrl:sell"]},
        {"@id": "urn:x:1-no_onward_transfer", "action": "odrl:transfer", "constraint": [_limit("odrl:count", "odrl:lteq", "5")]},
    ],
)
def test_a_rule_that_only_looks_like_a_duty_of_ours_is_named_as_unknown(rule: dict[str, Any]) -> None:
    document = to_odrl(TERMS, kind="Agreement", **ENDS)
    reading = from_odrl(document | {"prohibition": [*document["prohibition"], rule]}, duties=DUTIES)
    assert reading.duties == ()
    assert reading.unknown


def test_an_offer_names_its_assigner_and_an_agreement_both_parties() -> None:
    with pytest.raises(Invalid, match="Agreement names its assigner and assignee"):
        to_odrl(TERMS, uid="urn:x:1", kind="Agreement", target="urn:x:2")
    assert from_odrl(to_odrl(TERMS, uid="urn:x:1", kind="Set", target="urn:x:2")).assigner is None


def test_a_policy_of_others_is_read_in_its_own_spelling() -> None:
    reading = from_odrl(
        _policy(
            constraint=[
                _limit("purpose", "isA", {"@id": "https://w3id.org/dpv#ScientificResearch"}),
                _limit("http://www.w3.org/ns/odrl/2/spatial", "odrl:eq", "iso3166:DE"),
                {"and": {"@list": [_limit("count", "lt", 6), _limit("elapsedTime", "lteq", {"@value": "P2W", "@type": "xsd:duration"})]}},
            ],
            duty={"action": {"rdf:value": {"@id": "odrl:attribute"}}},
        )
    )
    expected = Terms(permitted_purposes=("ScientificResearch",), territories=("DE",), count_limit=5, duration_days=14, attribution=True)
    assert (reading.terms, reading.unknown) == (expected, ())
    assert (reading.uid, reading.assigner) == ("http://example.com/policy:1", "http://example.com/org:1")


def test_the_example_of_a_payment_in_the_standard_is_read() -> None:
    duty = {
        "action": [{
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#value": {"@id": "odrl:compensate"},
            "refinement": [_limit("payAmount", "eq", {"@value": "500.00", "@type": "xsd:decimal"}, unit="urn:iso:std:iso:4217:EUR")],
        }]
    }  # fmt: skip
    reading = from_odrl(_policy(duty=[duty]))
    assert (reading.payment, reading.unknown) == (Money(50_000, "EUR"), ())


def test_expanded_json_ld_with_prefixes_of_its_own_is_read() -> None:
    o = "http://www.w3.org/ns/odrl/2/"
    document = [{
        "@context": {"o": o, "d": "https://w3id.org/dpv#"}, "@id": "urn:p", "@type": [o + "Set"],
        o + "permission": [{o + "target": [{"@id": "urn:t"}], "o:action": [{"@id": "o:use"}], "o:constraint": [
            {"o:leftOperand": [{"@id": "o:purpose"}], o + "operator": [{"@id": "o:isAnyOf"}], "o:rightOperand": [{"@id": "d:Marketing"}]}
        ]}],
    }]  # fmt: skip
    reading = from_odrl(document)
    assert (reading.terms, reading.target, reading.unknown) == (Terms(permitted_purposes=("Marketing",)), "urn:t", ())


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({"constraint": _limit("dateTime", "lteq", "2027-01-01")}, "permission[0].constraint[0] odrl:dateTime odrl:lteq 2027-01-01"),
        ({"constraint": _limit("count", "gteq", 3)}, "odrl:count odrl:gteq 3"),
        ({"constraint": _limit("elapsedTime", "lteq", "P1Y")}, "P1Y"),
        ({"constraint": [_limit("count", "lteq", 3), _limit("count", "lteq", 4)]}, "odrl:count odrl:lteq 4"),
        ({"constraint": {"xone": {"@list": [_limit("count", "lteq", 3), _limit("count", "lteq", 4)]}}}, "odrl:xone"),
        ({"constraint": "http://example.com/constraint:1"}, "refers to a constraint"),
        ({"constraint": {"leftOperand": "count"}}, "no constraint"),
        ({"constraint": _limit("purpose", "isAnyOf", ["dpv:Marketing", "http://example.com/Mine"])}, "http://example.com/Mine"),
        ({"constraint": _limit("spatial", "eq", "http://example.com/Atlantis")}, "Atlantis"),
        ({"constraint": _limit("count", "lteq", 3, status=5)}, "status"),
        ({"duty": {"action": "delete"}}, "odrl:delete"),
        ({"duty": {"action": "attribute", "consequence": {"action": "compensate"}}}, "consequence"),
        ({"duty": {"action": "compensate", "constraint": _limit("payAmount", "eq", "5.00")}}, "odrl:compensate"),
        ({"action": [{"@id": "odrl:use", "refinement": _limit("resolution", "lteq", 5)}]}, "odrl:resolution"),
        ({"target": {"@id": "urn:x", "refinement": _limit("size", "lteq", 5)}}, "target.refinement"),
        ({"http://example.com/mood": "good"}, "http://example.com/mood"),
    ],
)
def test_what_our_terms_cannot_say_is_named(rule: dict[str, Any], named: str) -> None:
    reading = from_odrl(_policy(**rule))
    assert any(named in line for line in reading.unknown), reading.unknown
    assert not reading.is_complete


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"profile": "http://example.com/profile"}, "profile"),
        ({"inheritFrom": "http://example.com/policy:0"}, "inheritFrom"),
        ({"obligation": [{"action": "inform"}]}, "odrl:inform"),
        ({"prohibition": [{"action": "print"}]}, "odrl:print"),
        ({"prohibition": [{"action": "distribute", "remedy": {"action": "delete"}}]}, "remedy"),
        ({"conflict": "perm", "prohibition": [{"action": "distribute"}]}, "conflict"),
        ({"permission": "http://example.com/rule:1"}, "refers to a rule"),
        ({"odrl:uid": "urn:y", "uid": "urn:z"}, "said twice"),
    ],
)
def test_what_a_policy_says_beside_its_permission_is_named(part: dict[str, Any], named: str) -> None:
    reading = from_odrl(_policy() | part)
    assert any(named in line for line in reading.unknown), reading.unknown


def test_descriptions_are_listed_apart_because_they_change_nothing() -> None:
    reading = from_odrl(_policy() | {"dct:description": "Hello"})
    assert (reading.unknown, len(reading.ignored)) == ((), 1)


@pytest.mark.parametrize(
    "policy",
    [
        _policy(constraint=_limit("purpose", "eq", "http://example.com/Mine")),
        _policy(constraint=_limit("purpose", "eq", "Marketing")),
        _policy(action="read"),
        _policy() | {"prohibition": [{"action": "use"}]},
        _policy() | {"prohibition": [{"action": "use", "constraint": _limit("purpose", "eq", "dpv:Purpose")}]},
        {"@type": "Set", "uid": "urn:x"},
    ],
)
def test_a_policy_that_permits_nothing_we_know_gives_no_terms(policy: dict[str, Any]) -> None:
    assert from_odrl(policy).terms is None


@pytest.mark.parametrize("document", [None, [], "x", 5, {}, {"@type": "Ticket"}, [{"@type": "Set"}, {"@type": "Set"}]])
def test_what_is_no_policy_is_refused(document: Any) -> None:
    with pytest.raises(Invalid, match="no ODRL policy"):
        from_odrl(document)


def test_a_policy_too_deep_to_be_one_is_refused() -> None:
    deep: dict[str, Any] = _limit("count", "lteq", 1)
    for _ in range(500):
        deep = {"and": [deep]}
    with pytest.raises(Invalid, match="too deep"):
        from_odrl(_policy(constraint=deep))
    lists: Any = "use"
    for _ in range(3000):
        lists = {"@list": [lists]}
    with pytest.raises(Invalid, match="too deep"):
        from_odrl(_policy(action=lists))


words = st.sampled_from(
    ["use", "odrl:use", "purpose", "count", "lteq", "isAnyOf", "dpv:Marketing", "P5D", "5", "DE", "prohibit"]
) | st.text(max_size=4)
keys = st.sampled_from([
    "action", "constraint", "duty", "target", "assigner", "refinement", "leftOperand", "operator", "rightOperand", "and", "xone",
    "@id", "@value", "@list", "uid", "unit", "remedy", "consequence", "odrl:action", "mine",
]) | st.text(max_size=4)  # fmt: skip
blobs = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["permission", "prohibition", "obligation", "conflict", "profile", "target", "action"]), blobs))
def test_any_document_is_read_or_refused_and_never_crashes(parts: dict[str, Any]) -> None:
    try:
        from_odrl({"@type": "Set"} | parts)
    except Invalid as error:
        said = error
    else:
        said = None
    assert said is None or said.hint
