"""Manifests: small, strict, and clear about what is wrong and where."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.catalogue import Frequency, LookupOffer, Visibility, load_manifest, manifest_schema, template
from entrepot.catalogue.content import manifest_from, plain
from entrepot.catalogue.manifest.load import ENTRIES
from entrepot.kit import Invalid, Money, canonical_json
from entrepot.pricing.model import Plan, Price, Unit
from entrepot.terms.model import Condition, Operator
from entrepot.vocabulary.consents import ConsentMode

LEAST = """\
title: Flights
outcome: Shows which departures ran late.
file: flights.csv
terms: {purposes: [ResearchAndDevelopment]}
price: free
"""
FULL = """\
title: {en: Flights, zh: 航班}
outcome: {en: Shows which departures ran late., zh: 显示哪些航班晚点。}
description: |
  Every departure.
  With its delay.
files: [data/Flights 2013.csv, {path: weather.parquet, table: weather}]
terms:
  purposes: [AcademicResearch, dpv:PublicBenefit]
  prohibited: Advertising
  duration_days: 365
  territories: [NO, cn]
  count_limit: 10
  redistribution: derived
  attribution: true
price: 0.50 EUR per 1,000 rows, at most 100.00 EUR
offered:
  columns: [carrier, year]
  rows: [{column: year, operator: ">=", value: 2012}, {column: zip, operator: in, value: ["007", 12:30, 1.5, true]}]
rights: {held_by: Harbour Data, processed_by: [Harbour Data, Lab], operated_by: []}
person_key: passenger
consent: required
residency: [NO]
countries: US
languages: [en, zh-Hans]
keywords: [aviation, 航空, aviation]
themes: [TRAN]
columns:
  carrier: Two-letter code
  delay: {title: Delay, unit: minutes, concept: "https://schema.org/duration"}
contact: {name: Data desk, email: data@example.org, page: "https://example.org"}
licence: CC0-1.0
facts: {source.kinds: [own_operation], asset: {public_data: false}}
source: Bureau of Transportation Statistics
frequency: yearly
starts_on: 2013-01-01
ends_on: 2013-12-31
examples: [Plan staff]
sample_queries: [SELECT 1, {title: Rows, sql: SELECT count(*) FROM flights}]
auto_approve: true
visibility: private
invited: [delta-research]
acceptance_hours: 48
provenance:
- {party: Source Ltd, rights: [hold, process, operate], basis: collected}
- {party: Harbour Data, rights: [process, operate], basis: licence, document: "sha256:%s", until: 2027-12-31}
contract: joint
""" % ("5" * 64)


def _with(**entries: Any) -> str:
    return yaml.safe_dump({k: v for k, v in (yaml.safe_load(LEAST) | entries).items() if v is not None}, allow_unicode=True)


def test_five_entries_suffice_and_the_rest_is_prefilled() -> None:
    manifest = load_manifest(LEAST, currency="CNY")
    assert (manifest.title, manifest.outcome, manifest.files[0].path) == ("Flights", "Shows which departures ran late.", "flights.csv")
    assert manifest.terms.permitted_purposes == ("dpv:ResearchAndDevelopment",)
    assert manifest.price == Price.free("CNY")
    assert manifest.visibility is Visibility.PUBLIC
    assert not manifest.auto_approve
    assert manifest.languages == ("en",)


def test_everything_an_owner_may_say_is_understood() -> None:
    manifest = load_manifest(FULL)
    assert manifest.titles == {"en": "Flights", "zh": "航班"}
    assert manifest.description == "Every departure.\nWith its delay."
    assert [(file.path, file.table) for file in manifest.files] == [
        ("data/Flights 2013.csv", "flights_2013"),
        ("weather.parquet", "weather"),
    ]
    assert manifest.terms.territories == ("CN", "NO")
    assert manifest.price == Price.metered(Unit.ROW, Money(50, "EUR"), cap=Money(10_000, "EUR"), unit_size=1_000)
    assert manifest.offered.columns == ("carrier", "year")
    year, zipped = sorted(manifest.offered.rows, key=lambda row: row.column)
    assert year == Condition(column="year", operator=Operator.AT_LEAST, value=2012)
    assert set(zipped.value if isinstance(zipped.value, tuple) else ()) == {"007", "12:30", 1.5, True}
    assert manifest.rights.held_by == ("Harbour Data",)
    assert manifest.facts == {"source.kinds": ["own_operation"], "asset.public_data": False}
    assert (manifest.residency, manifest.countries, manifest.languages) == (("NO",), ("US",), ("en", "zh-Hans"))
    assert manifest.keywords == {"en": ("aviation",), "zh": ("航空",)}
    assert manifest.columns["carrier"].description == "Two-letter code"
    assert manifest.frequency is Frequency.YEARLY
    assert [query.title for query in manifest.sample_queries] == ["SELECT 1", "Rows"]
    assert (manifest.starts_on, manifest.ends_on, manifest.acceptance_hours) == ("2013-01-01", "2013-12-31", 48)
    assert set(yaml.safe_load(FULL)) | {"file", "location", "lookup"} == set(ENTRIES), "a new entry needs a line here"


def test_a_quoted_flag_among_the_facts_is_a_text_and_refused() -> None:
    with pytest.raises(Invalid, match="'false', which is neither true nor false"):
        load_manifest(FULL.replace("public_data: false", 'public_data: "false"'))


def test_a_manifest_survives_the_way_into_the_records_and_back() -> None:
    for text in (LEAST, FULL):
        manifest = load_manifest(text)
        assert canonical_json(plain(manifest))
        assert manifest_from(plain(manifest)) == manifest


def test_a_listing_may_be_asked_about_persons_instead_of_handed_over() -> None:
    manifest = load_manifest(_with(person_key="holder", lookup={"columns": ["points"], "per_day": 5}))
    assert manifest.lookup == LookupOffer(columns=("points",), per_day=5)
    assert manifest.consent_mode is ConsentMode.REQUIRED
    assert manifest_from(plain(manifest)) == manifest
    assert "lookup" not in plain(load_manifest(LEAST))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"lookup": {"columns": ["points"]}}, "no person_key says whose row it is"),
        ({"lookup": {"per_day": 5}, "person_key": "holder"}, "names no column"),
        ({"lookup": {"columns": ["holder"]}, "person_key": "holder"}, "which is the person_key"),
        ({"lookup": {"columns": ["points"]}, "person_key": "holder", "consent": "objections"}, "every question takes the person's consent"),
        ({"lookup": {"columns": ["points"]}, "person_key": "holder", "price": "1.00 EUR per row, at most 9.00 EUR"}, "a look-up hands over none"),
        ({"lookup": {"columns": ["points"], "answers": "row"}, "person_key": "holder"}, "answers"),
        ({"lookup": {"columns": ["points"], "per_day": 0}, "person_key": "holder"}, "per_day"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid) as caught:
        load_manifest(_with(**entries))
    assert any(message in problem["message"] for problem in caught.value.details["problems"])


def test_a_version_without_chain_and_form_keeps_the_digest_it_had() -> None:
    assert {"provenance", "contract"} & set(plain(load_manifest(LEAST))) == set()
    older = {name: value for name, value in plain(load_manifest(FULL)).items() if name not in ("provenance", "contract")}
    assert (manifest_from(older).provenance, manifest_from(older).contract) == ((), "provision")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("free", Price.free("EUR")),
        ("49.00 EUR", Price.flat(Money(4_900, "EUR"))),
        ("1,250 JPY monthly", Price.monthly(Money(1_250, "JPY"))),
        ("99 CNY per month", Price.monthly(Money(9_900, "CNY"))),
        ("0.10 EUR per gigabyte, up to 5 EUR", Price.metered(Unit.GIGABYTE, Money(10, "EUR"), cap=Money(500, "EUR"), unit_size=1)),
        ("1 EUR per read at most 20 EUR", Price.metered(Unit.READ, Money(100, "EUR"), cap=Money(2_000, "EUR"), unit_size=1)),
        ({"plan": "flat", "amount": "49 EUR"}, Price.flat(Money(4_900, "EUR"))),
        ({"plan": "free"}, Price.free("EUR")),
        (
            {"plan": "metered", "unit": "row", "unit_amount": "1 EUR", "cap": "9 EUR"},
            Price.metered(Unit.ROW, Money(100, "EUR"), cap=Money(900, "EUR")),
        ),
    ],
)
def test_a_price_is_a_sentence_or_its_parts(text: Any, expected: Price) -> None:
    assert load_manifest(_with(price=text)).price == expected
    assert expected.plan in Plan


@pytest.mark.parametrize(
    ("entries", "message", "hint"),
    [
        ({"titel": "x"}, "'titel' is no entry of a manifest", "Did you mean title?"),
        ({"title": None}, "the title is missing", "what the data is"),
        ({"title": "x" * 111}, "title has 111 characters; 110", "Leave out 1."),
        ({"outcome": "x" * 301}, "outcome has 301 characters; 300", "Leave out 1."),
        ({"description": "x" * 7_501}, "description has 7,501 characters; 7,500", "Leave out 1."),
        ({"examples": ["x"] * 11}, "examples lists 11 entries; 10", "Keep the best 10."),
        ({"terms": {"purposes": ["Resarch"]}}, "'Resarch' is no purpose", "dpv:"),
        ({"terms": {"purpose": ["AcademicResearch"]}}, "'purpose' is no entry of terms", "Did you mean purposes?"),
        ({"price": "49 EURO"}, "is not an amount of money", "1250.50 EUR"),
        ({"price": "-3 EUR"}, "below zero", "free"),
        ({"price": {"plan": "weekly"}}, "weekly", "free"),
        ({"file": None, "location": "ftp://example.org"}, "location is", "https:// or s3://"),
        ({"file": None, "location": "https://user:pw@example.org"}, "location is", "without a password"),
        ({"location": "s3://bucket/a"}, "exclude each other", "Write one of"),
        ({"file": None}, "not said where the data is", "Write one of"),
        ({"file": None, "files": ["a/x.csv", "b/x.csv"]}, "table called 'x'", "a `table` of its own"),
        ({"auto_approve": "yes"}, "auto_approve is 'yes'", "true or false"),
        ({"acceptance_hours": 0}, "acceptance_hours is '0'", "from 1 to"),
        ({"countries": ["XX"]}, "'XX' is no country", "two-letter"),
        ({"frequency": "monthyl"}, "frequency is 'monthyl'", "Did you mean monthly?"),
        ({"starts_on": "01.02.2026"}, "starts_on is", "2026-11-21"),
        ({"contact": "nobody"}, "'nobody' is no e-mail address", "data@example.org"),
        ({"title": ["a", "b"]}, "title is not a text", "one line"),
        ({"columns": {"a": {"concept": "javascript:alert(1)"}}}, "concept is", "IRI"),
        ({"contract": "lease"}, "contract is 'lease'", "intermediary"),
        ({"provenance": "mine"}, "a step of provenance is not a set of entries", "below it"),
        ({"provenance": [{"rights": ["hold"], "basis": "law"}]}, "names no party", "party:"),
        ({"provenance": [{"party": "A", "basis": "law"}]}, "grants no right", "operate"),
        ({"provenance": [{"party": "A", "rights": ["hold"]}]}, "has no basis", "collected"),
        ({"provenance": [{"party": "A", "rights": ["holds"], "basis": "law"}]}, "rights is 'holds'", "Did you mean hold?"),
        ({"provenance": [{"party": "A", "rights": ["hold"], "basis": "law", "document": "contract.pdf"}]}, "no digest", "entrepot digest"),
        ({"provenance": [{"party": "A", "rights": ["hold"], "basis": "law", "until": "soon"}]}, "until is 'soon'", "2026-11-21"),
        ({"provenance": [{"party": "A", "rights": ["hold"], "basis": "law", "by": "me"}]}, "'by' is no entry", "party"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_the_next_step(entries: dict[str, Any], message: str, hint: str) -> None:
    text = _with(**entries)
    with pytest.raises(Invalid) as caught:
        load_manifest(text)
    found = [problem for problem in caught.value.details["problems"] if message in problem["message"]]
    assert found, caught.value.message
    assert hint in found[0]["hint"]
    assert f"Line {found[0]['line']}: " in caught.value.message
    written = text.split("\n")[found[0]["line"] - 1]
    assert found[0]["line"] == 1 or any(part in written for part in ("- ", *entries, *_names(entries))), written


def _names(entries: dict[str, Any]) -> list[str]:
    steps = [step for value in entries.values() if isinstance(value, list) for step in value]
    return [name for value in (*entries.values(), *steps) if isinstance(value, dict) for name in value]


def test_lines_are_those_of_the_text() -> None:
    with pytest.raises(Invalid) as caught:
        load_manifest(LEAST + "\n# a remark\nfrequency: never\nlanguages:\n  - en\n  - English!\nfoo: 1\n")
    assert [(p["line"], p["message"]) for p in caught.value.details["problems"]] == [
        (11, "'English!' is no language tag."),
        (12, "'foo' is no entry of a manifest."),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: &a x\noutcome: *a", "Line 1: the manifest holds an anchor or alias"),
        ("a: [x,x]\nb: *a", "Line 2: the manifest holds an anchor or alias"),
        ("title: !!python/object/apply:os.system [ls]", "Line 1: the manifest holds the tag"),
        ("title: !local x", "Line 1: the manifest holds the tag"),
        ("[" * 5_000, "nested deeper"),
        ("title: a\ntitle: b", "Line 2: the manifest holds 'title' a second time"),
        ("caf\u00e9: a\ncafe\u0301: b", "Line 2: the manifest holds 'caf\u00e9' a second time"),
        ("cafe\u0301: a\ncafe\u0301: b", "Line 2: the manifest holds 'caf\u00e9' a second time"),
        ("title: a\n---\ntitle: b", "another document"),
        ("title: 'open", "is not YAML"),
        ("- a", "no set of entries"),
        ("? [a]\n: b", "a name that is a list"),
        ('title: "a\\0b"', "U+0000"),
        ('title: "a\\ud800b"', "U+D800"),
        ('title: "pay \\u202e rue"', "U+202E"),
        ("x: y\n" * 100_000, "larger than 256 KiB"),
        ("\x07", "not YAML"),
        ("[" + "a," * 60_000 + "]", "more entries"),
    ],
)
def test_yaml_that_surprises_people_or_machines_is_refused(text: str, message: str) -> None:
    with pytest.raises(Invalid, match=re.escape(message)):
        load_manifest(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(alphabet="ab:-[]{}&*!|>'\"#% \n?,~", max_size=60)))
def test_any_text_is_a_manifest_or_is_refused(text: str) -> None:
    for source in (text, LEAST + text):
        with contextlib.suppress(Invalid):
            manifest = load_manifest(source)
            assert manifest_from(plain(manifest)) == manifest


@pytest.mark.parametrize("columns", [(), ("a", 'quo"te', "次: x", "- #", "\u2028")])
def test_the_template_loads_as_it_stands(columns: tuple[str, ...]) -> None:
    text = template(file='da"ta: x.csv', title="Flights: all of them", outcome="# Sharp", price="49.00 EUR", columns=columns)
    manifest = load_manifest(text)
    assert (manifest.title, manifest.outcome, manifest.files[0].path) == ("Flights: all of them", "# Sharp", 'da"ta: x.csv')
    switched_on = "\n".join(line.removeprefix("# ") if line.startswith("# ") else line for line in template().split("\n")[1:])
    with pytest.raises(Invalid, match=r"Line \d"):
        load_manifest(switched_on + "\nnonsense: 1")


def test_every_commented_entry_of_the_template_is_one() -> None:
    commented = {line[2:].split(":")[0] for line in template().split("\n") if line.startswith("# ") and line[2:3].isalpha() and ":" in line}
    assert commented - {"What is on offer. These five entries are needed; everything below them is optional."} <= set(ENTRIES)


def test_the_published_schema_agrees_with_the_loader() -> None:
    schema = manifest_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert set(schema["properties"]) == set(ENTRIES)

    class Texts(yaml.SafeLoader):
        """Dates stay texts, and so does Norway."""

    Texts.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in found
            if tag.rpartition(":")[2] in ("int", "null") or (tag.endswith("bool") and first in "tf")
        ]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for text in (LEAST, FULL, template()):
        document = yaml.load(text, Loader=Texts)
        validator.validate(document)
        load_manifest(text)
    for wrong in ({"titel": "x"}, {"title": "x" * 111}, {"examples": ["x"] * 11}, {"location": "s3://a/b"}, {"auto_approve": "perhaps"}):
        assert not validator.is_valid(yaml.safe_load(LEAST) | wrong)


def test_a_manifest_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assert load_manifest(path) == load_manifest(FULL)
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(Invalid, match=r"m\.yaml is not UTF-8"):
        load_manifest(path)
    with pytest.raises(Invalid, match="cannot be read"):
        load_manifest(tmp_path / "missing.yaml")
