"""DCAT-AP: valid by the official shapes, and nothing that is written escapes its place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCAT, DCTERMS, RDF, SH, SKOS, Graph, URIRef
from rdflib.compare import isomorphic

from entrepot.standards import DatasetDescription, catalogue_json_ld, catalogue_turtle, dataset_json_ld, dataset_turtle
from entrepot.standards.rdf import Literal, Node, documents, iri, json_ld

ODRL = rdflib.Namespace("http://www.w3.org/ns/odrl/2/")


@pytest.fixture(scope="session")
def shapes(data_folder: Path) -> Graph:
    folder = data_folder / "conformance" / "dcat-ap-3.0.1" / "releases" / "3.0.1" / "html" / "shacl"
    graph = Graph()
    for name in ("shapes.ttl", "range.ttl"):
        graph.parse(folder / name)
    for shape, property_shape in list(graph.subject_objects(SH.property)):
        if (property_shape, SH.path, None) not in graph:  # A property shape that says nothing cannot be checked.
            graph.remove((shape, SH.property, property_shape))
    return graph


def _violations(data: Graph, shapes: Graph) -> list[str]:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none")
    found = list(report.subjects(SH.resultSeverity, SH.Violation))
    return [f"{report.value(r, SH.focusNode)} {report.value(r, SH.resultPath)} {report.value(r, SH.resultMessage)}" for r in found]


def test_a_dataset_has_no_violation_of_the_official_shapes(dataset: DatasetDescription, shapes: Graph) -> None:
    assert _violations(Graph().parse(data=dataset_turtle(dataset), format="turtle"), shapes) == []


def test_the_shapes_notice_what_is_missing(bare: DatasetDescription, shapes: Graph) -> None:
    broken = replace(bare, titles={}, descriptions={}, outcome={})
    assert len(_violations(Graph().parse(data=dataset_turtle(broken), format="turtle"), shapes)) >= 2


def test_turtle_and_json_ld_say_the_same(dataset: DatasetDescription) -> None:
    turtle = Graph().parse(data=dataset_turtle(dataset), format="turtle")
    json_form = Graph().parse(data=json.dumps(dataset_json_ld(dataset)), format="json-ld")
    assert isomorphic(turtle, json_form)


def test_a_whole_catalogue_streams_and_is_valid(rich: DatasetDescription, bare: DatasetDescription, shapes: Graph) -> None:
    other = replace(bare, url="https://data.example.org/listings/other#dataset", identifier="other")
    pieces = list(catalogue_turtle(rich.catalogue, iter([rich, other])))
    graph = Graph().parse(data="".join(pieces), format="turtle")
    assert len(pieces) > 4
    assert len(list(graph.objects(URIRef(rich.catalogue.url), DCAT.dataset))) == 2
    assert _violations(graph, shapes) == []
    assert isomorphic(graph, Graph().parse(data="".join(catalogue_json_ld(rich.catalogue, iter([rich, other]))), format="json-ld"))


def test_an_empty_catalogue_is_one_too(rich: DatasetDescription) -> None:
    graph = Graph().parse(data="".join(catalogue_json_ld(rich.catalogue, [])), format="json-ld")
    assert (URIRef(rich.catalogue.url), RDF.type, DCAT.Catalog) in graph


def test_the_policy_is_typed_and_keeps_its_rules(rich: DatasetDescription) -> None:
    graph = Graph().parse(data=dataset_turtle(rich), format="turtle")
    policy = graph.value(URIRef(rich.url), ODRL.hasPolicy)
    assert {ODRL.Policy, ODRL.Offer} <= set(graph.objects(policy, RDF.type))
    permission = graph.value(policy, ODRL.permission)
    operands = {str(o) for c in graph.objects(permission, ODRL.constraint) for o in graph.objects(c, ODRL.leftOperand)}
    assert str(ODRL.purpose) in operands
    assert (policy, ODRL.target, URIRef(rich.url)) in graph


def test_codes_become_the_addresses_that_portals_expect(rich: DatasetDescription) -> None:
    graph = Graph().parse(data=dataset_turtle(rich), format="turtle")
    found = {str(o) for o in graph.objects(URIRef(rich.url), None)}
    authority = "http://publications.europa.eu/resource/authority/"
    assert {authority + "country/USA", authority + "language/ZHO", authority + "frequency/ANNUAL", authority + "data-theme/TRAN"} <= found
    assert str(graph.value(URIRef(authority + "data-theme/TRAN"), SKOS.prefLabel)) == "Transport"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_title_survives_the_round_trip(bare: DatasetDescription, title: str) -> None:
    described = replace(bare, titles={"en": title}, keywords={"zh": (title,)})
    for graph in (
        Graph().parse(data=dataset_turtle(described), format="turtle"),
        Graph().parse(data=json.dumps(dataset_json_ld(described)), format="json-ld"),
    ):
        assert list(graph.objects(URIRef(described.url), DCTERMS.title)) == [rdflib.Literal(title, lang="en")]


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=40), language=st.text(max_size=12))
def test_no_text_address_or_language_says_more_than_one_thing(text: str, language: str) -> None:
    node = Node(iri("https://example.org/a").value, ("dcat:Dataset",)).add("dct:title", Literal(text, language=language))
    node.add("dct:relation", iri(f"https://example.org/{text}"))
    graph = Graph().parse(data="".join(documents([node])), format="turtle")
    assert len(graph) == 3
    assert set(graph.predicates()) == {RDF.type, DCTERMS.title, DCTERMS.relation}
    assert (
        len(Graph().parse(data=json.dumps({"@context": {"dct": str(DCTERMS), "dcat": str(DCAT)}} | json_ld(node)), format="json-ld")) == 3
    )
