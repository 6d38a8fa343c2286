"""Croissant, ODCS and Data Package: valid by their official schemas."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.standards import ColumnType, DatasetDescription, column_type, croissant, data_package, odcs, odcs_yaml, pick, script
from entrepot.standards.croissant import LEAST, MOST


@pytest.fixture(scope="session")
def contract_schema(data_folder: Path) -> dict[str, Any]:
    return json.loads((data_folder / "conformance/odcs/schema/odcs-json-schema-v3.1.0.json").read_text())


@pytest.fixture(scope="session")
def package_schema(data_folder: Path) -> dict[str, Any]:
    return json.loads((data_folder / "conformance/frictionless-v2/public/profiles/2.0/datapackage.json").read_text())


def test_the_contract_is_valid_and_reads_back_from_yaml(dataset: DatasetDescription, contract_schema: dict[str, Any]) -> None:
    read = yaml.safe_load(odcs_yaml(dataset))
    assert read == odcs(dataset)
    jsonschema.Draft201909Validator(contract_schema).validate(read)


def test_the_contract_says_what_the_columns_are(rich: DatasetDescription) -> None:
    (table,) = odcs(rich)["schema"]
    columns = {column["name"]: column for column in table["properties"]}
    assert columns["integer column"]["primaryKey"]
    assert columns["integer column"]["primaryKeyPosition"] == 1
    assert columns["integer column"]["required"]
    assert columns["datetime column"]["logicalType"] == "timestamp"
    assert columns["string column"]["classification"] == "personal"
    assert odcs(rich)["price"] == {"priceAmount": 49.0, "priceCurrency": "EUR", "priceUnit": "dataset"}


def test_the_package_is_valid_by_its_profile(dataset: DatasetDescription, package_schema: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(package_schema).validate(data_package(dataset))


def test_a_table_in_two_formats_makes_two_resources(rich: DatasetDescription) -> None:
    names = [resource["name"] for resource in data_package(rich)["resources"]]
    assert names == ["flights", "flights-2"]


def test_the_schemas_notice_what_is_wrong(
    rich: DatasetDescription, contract_schema: dict[str, Any], package_schema: dict[str, Any]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(contract_schema).validate(odcs(rich) | {"status": 3})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(package_schema).validate(data_package(rich) | {"resources": []})


def test_croissant_names_its_version_and_every_field_its_file(dataset: DatasetDescription) -> None:
    document = croissant(dataset)
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert LEAST <= len(document["description"]) <= MOST
    assert {"name", "license", "url", "creator", "datePublished", "version"} <= set(document)
    files = {file["@id"]: file for file in document.get("distribution", [])}
    fields = [field for records in document.get("recordSet", []) for field in records["field"]]
    assert len({field["@id"] for field in fields}) == len(fields)
    assert all(field["source"]["fileObject"]["@id"] in files for field in fields)
    assert all(file["sha256"] and file["contentUrl"] and file["encodingFormat"] for file in files.values())


def test_croissant_describes_at_the_length_that_searches_take(rich: DatasetDescription) -> None:
    assert len(croissant(replace(rich, descriptions={"en": "x" * 7_500}))["description"]) == MOST
    assert len(croissant(replace(rich, descriptions={"en": "Short."}, outcome={}))["description"]) >= LEAST


def test_croissant_has_no_errors_by_its_own_checker(dataset: DatasetDescription) -> None:
    checker = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed; install entrepot[conformance] to run its checker")
    issues = checker.Dataset(jsonld=croissant(dataset)).metadata.ctx.issues
    assert issues.errors == set()


@given(text=st.text(max_size=80))
def test_no_text_ends_the_script_element(text: str) -> None:
    written = script({"name": f"</script><!--{text}"})
    assert "<" not in written
    assert json.loads(written) == {"name": f"</script><!--{text}"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_any_names_make_valid_exports(
    rich: DatasetDescription, contract_schema: dict[str, Any], package_schema: dict[str, Any], text: str
) -> None:
    (table,) = rich.tables
    named = replace(table, name=text, columns=tuple(replace(c, name=f"{text}{n}") for n, c in enumerate(table.columns)), primary_key=())
    described = replace(rich, titles={"en": text}, tables=(named,), source=text, licence=text, keywords={"en": (text,)})
    jsonschema.Draft201909Validator(contract_schema).validate(yaml.safe_load(odcs_yaml(described)))
    jsonschema.Draft7Validator(package_schema).validate(json.loads(json.dumps(data_package(described))))
    fields = [field["@id"] for field in croissant(described)["recordSet"][0]["field"]]
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize(
    ("physical", "expected"),
    [
        ("BIGINT", ColumnType.INTEGER), ("DECIMAL(10,2)", ColumnType.DECIMAL), ("DOUBLE", ColumnType.NUMBER),
        ("TIMESTAMP WITH TIME ZONE", ColumnType.DATETIME), ("VARCHAR[]", ColumnType.LIST), ("STRUCT(a INTEGER)", ColumnType.OBJECT),
        ("VARCHAR", ColumnType.STRING), ("BLOB", ColumnType.BINARY), ("date", ColumnType.DATE), ("ENUM('a')", ColumnType.STRING),
    ],
)  # fmt: skip
def test_the_engines_types_have_a_kind(physical: str, expected: ColumnType) -> None:
    assert column_type(physical) is expected


def test_a_text_is_picked_in_the_language_asked_for_or_the_next_best() -> None:
    assert [pick({"en": "a", "zh": "b"}, language) for language in ("zh", "fr")] == ["b", "a"]
    assert pick({"zh": "b"}) == "b"
    assert pick({}) == ""
