"""DCAT-AP 3.0 (SEMIC): datasets and whole catalogues for data portals, as JSON-LD and Turtle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from entrepot.kit import rfc3339
from entrepot.standards import vocabularies as v
from entrepot.standards.model import AgentDescription, CatalogueDescription, DatasetDescription, FileDescription, TableDescription
from entrepot.standards.odrl import policy_node
from entrepot.standards.rdf import PREFIXES, Iri, Literal, Node, documents, flatten, iri, json_ld, texts, turtle, turtle_prefixes


def dataset_json_ld(description: DatasetDescription) -> dict[str, Any]:
    """One dataset in its catalogue as JSON-LD; the context is part of it, so that nobody has to fetch one."""
    return {"@context": dict(PREFIXES)} | json_ld(_catalogue(description.catalogue).add("dcat:dataset", _dataset(description)))


def dataset_turtle(description: DatasetDescription) -> str:
    """One dataset in its catalogue as Turtle."""
    return "".join(documents([_catalogue(description.catalogue).add("dcat:dataset", _dataset(description))]))


def catalogue_turtle(catalogue: CatalogueDescription, descriptions: Iterable[DatasetDescription]) -> Iterator[str]:
    """A whole catalogue as Turtle, dataset by dataset; memory stays at one dataset."""
    yield turtle_prefixes()
    for part in flatten(_catalogue(catalogue)):
        yield turtle(part)
    for description in descriptions:
        yield turtle(_link(catalogue, description))
        for part in flatten(_dataset(description)):
            yield turtle(part)


def catalogue_json_ld(catalogue: CatalogueDescription, descriptions: Iterable[DatasetDescription]) -> Iterator[str]:
    """A whole catalogue as one JSON-LD document, dataset by dataset; memory stays at one dataset."""
    yield '{"@context": ' + json.dumps(dict(PREFIXES)) + ', "@graph": [\n' + _line(_catalogue(catalogue))
    for description in descriptions:
        yield ",\n" + _line(_link(catalogue, description)) + ",\n" + _line(_dataset(description))
    yield "\n]}\n"


def _line(node: Node) -> str:
    return json.dumps(json_ld(node), ensure_ascii=False)


def _link(catalogue: CatalogueDescription, description: DatasetDescription) -> Node:
    return Node(iri(catalogue.url).value, (), []).add("dcat:dataset", iri(description.url))


def _catalogue(catalogue: CatalogueDescription) -> Node:
    return (
        Node(iri(catalogue.url).value, ("dcat:Catalog",))
        .add("dct:title", *texts(catalogue.titles))
        .add("dct:description", *texts(catalogue.descriptions))
        .add("dct:publisher", _agent(catalogue.publisher))
        .add("dct:language", *_languages(catalogue.languages))
        .add("foaf:homepage", Node(iri(catalogue.url).value + "#page", ("foaf:Document",)))
        .add("dcat:themeTaxonomy", _taxonomy())
    )


def _dataset(description: DatasetDescription) -> Node:
    node = Node(iri(description.url).value, ("dcat:Dataset",))
    node.add("dct:title", *texts(description.titles))
    node.add("dct:description", *texts(description.descriptions or description.outcome or description.titles))
    node.add("dct:identifier", Literal(description.identifier)).add("dcat:version", Literal(description.version))
    node.add("dct:publisher", _agent(description.publisher)).add("dct:creator", _agent(description.publisher))
    node.add("dcat:contactPoint", _contact(description.contact or description.publisher))
    node.add("dct:issued", _moment(rfc3339(description.issued_at))).add("dct:modified", _moment(rfc3339(description.modified_at)))
    node.add("dcat:landingPage", Node(iri(description.page).value, ("foaf:Document",)) if description.page else None)
    node.add("dcat:keyword", *(Literal(word, language=tag) for tag, words in description.keywords.items() for word in words))
    node.add("dcat:theme", *(_theme(code) for code in description.themes if code in v.THEMES))
    node.add("dct:language", *_languages(description.languages))
    node.add("dct:spatial", *(Node(address, ("dct:Location",)) for code in description.countries if (address := v.country(code))))
    node.add("dct:temporal", _period(description)).add("dct:accrualPeriodicity", _frequency(description.frequency))
    node.add(
        "dct:accessRights", Node(f"{v.AUTHORITY}access-right/{'PUBLIC' if description.free else 'RESTRICTED'}", ("dct:RightsStatement",))
    )
    node.add("dct:provenance", *_provenance(description))
    node.add("odrl:hasPolicy", policy_node(description.policy) if description.policy else None)
    return node.add("dcat:distribution", *(_distribution(description, table, file) for table in description.tables for file in table.files))


def _distribution(description: DatasetDescription, table: TableDescription, file: FileDescription) -> Node:
    media = v.file_type(file.media_type)
    node = Node(f"{iri(description.version_url).value}#{file.sha256[:16] or table.name}", ("dcat:Distribution",))
    node.add("dct:title", Literal(file.name)).add("dcat:accessURL", iri(file.url))
    node.add("dct:description", *texts(table.descriptions or description.outcome))
    node.add("dcat:mediaType", Node(f"https://www.iana.org/assignments/media-types/{_iri_path(file.media_type)}", ("dct:MediaType",)))
    node.add("dct:format", Node(media, ("dct:MediaTypeOrExtent",)) if media else None)
    node.add("dcat:byteSize", Literal(str(file.bytes), datatype="xsd:nonNegativeInteger"))
    node.add("spdx:checksum", _checksum(file.sha256) if file.sha256 else None)
    node.add("dct:issued", _moment(rfc3339(description.issued_at))).add("dct:modified", _moment(rfc3339(description.modified_at)))
    node.add("dct:license", _licence(description)).add("dct:rights", _rights(description))
    node.add("dcatap:availability", _concept("http://data.europa.eu/r5r/availability/available", "Available"))
    return node.add("odrl:hasPolicy", Iri(iri(str(description.policy.get("@id", ""))).value) if description.policy else None)


def _iri_path(text: str) -> str:
    """A media type as the end of an IRI."""
    return iri(f"x:{text}").value[2:]


def _agent(agent: AgentDescription) -> Node:
    node = Node(iri(agent.url).value if agent.url else None, ("foaf:Agent",)).add("foaf:name", Literal(agent.name))
    return node.add("foaf:homepage", Node(iri(agent.page).value, ("foaf:Document",)) if agent.page else None)


def _contact(agent: AgentDescription) -> Node:
    node = Node(None, ("vcard:Kind", "vcard:Organization")).add("vcard:fn", Literal(agent.name))
    node.add("vcard:hasEmail", iri(f"mailto:{agent.email}") if agent.email else None)
    page = agent.page or agent.url
    return node.add("vcard:hasURL", iri(page) if page else None)


def _languages(tags: Iterable[str]) -> list[Node]:
    return [Node(address, ("dct:LinguisticSystem",)) for tag in tags if (address := v.language(tag))]


def _concept(address: str, label: str) -> Node:
    return Node(address, ("skos:Concept",)).add("skos:prefLabel", Literal(label, language="en"))


def _theme(code: str) -> Node:
    return _concept(f"{v.AUTHORITY}data-theme/{code}", v.THEMES[code]).add("skos:inScheme", _taxonomy())


def _taxonomy() -> Node:
    return Node(f"{v.AUTHORITY}data-theme", ("skos:ConceptScheme",)).add("dct:title", Literal("Data theme", language="en"))


def _period(description: DatasetDescription) -> Node | None:
    if not (description.starts_on or description.ends_on):
        return None
    node = Node(None, ("dct:PeriodOfTime",))
    node.add("dcat:startDate", Literal(description.starts_on, datatype="xsd:date") if description.starts_on else None)
    return node.add("dcat:endDate", Literal(description.ends_on, datatype="xsd:date") if description.ends_on else None)


def _frequency(word: str) -> Node | None:
    address = v.frequency(word)
    return Node(address, ("dct:Frequency",)) if address else None


def _provenance(description: DatasetDescription) -> list[Node]:
    said = [description.provenance, {"en": description.source} if description.source else {}]
    return [Node(None, ("dct:ProvenanceStatement",)).add("rdfs:label", *texts(one)) for one in said if one]


def _checksum(sha256: str) -> Node:
    algorithm = Node("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", ("spdx:ChecksumAlgorithm",))
    return (
        Node(None, ("spdx:Checksum",)).add("spdx:algorithm", algorithm).add("spdx:checksumValue", Literal(sha256, datatype="xsd:hexBinary"))
    )


def _licence(description: DatasetDescription) -> Node | None:
    """The licence; without one the policy is the document that says what is permitted."""
    address = v.licence(description.licence)
    if address:
        return Node(iri(address).value, ("dct:LicenseDocument",))
    label = description.licence or ("Use is governed by the ODRL policy of the dataset." if description.policy else "")
    return Node(None, ("dct:LicenseDocument",)).add("rdfs:label", Literal(label)) if label else None


def _rights(description: DatasetDescription) -> Node | None:
    label = description.price or ("Free of charge." if description.free else "")
    return Node(None, ("dct:RightsStatement",)).add("rdfs:label", Literal(label)) if label else None


def _moment(text: str) -> Literal:
    return Literal(text, datatype="xsd:dateTime")
