"""Columns hear each other; what is nested, rare or in texts is found; tables bring up children, secrets and exact places."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from entrepot.engine.model import ColumnProfile
from entrepot.privacy import Assessment
from entrepot.privacy.columns import counts_like, look, shaped_like
from entrepot.privacy.laws import PROVISIONS, provisions

Classified = Callable[[dict[str, Any]], Assessment]
GIVEN = ["Anna", "James", "Wei", "Maria", "Sofia", "Peter", "Olga", "Ahmed", "Lena", "Paul"]
NAMES = [f"{given} {family}" for given in GIVEN for family in ("Quandt", "Brzozowski", "Oduya", "Lindqvist")]
MADE_UP = [f"{a}{b} {c}orp" for a in ("Zor", "Mip", "Tal", "Kre") for b in ("ax", "il", "on", "ub", "es") for c in ("V", "W")]


def found(assessment: Assessment) -> dict[str, str]:
    return {finding.column: finding.category.id for finding in assessment.findings}


def test_birth_dates_and_genders_of_named_persons_are_restricted_and_of_nobody_are_not(classified: Classified) -> None:
    columns = {
        "gender": ["female", "male"] * 20,
        "birth_date": [date(1950 + i, 1, 1) for i in range(40)],
        "zip": [f"{10000 + i}" for i in range(40)],
    }
    alone, named = classified(columns), classified({"last_name": NAMES, **columns})
    assert alone.restricted == ()
    assert named.restricted == ("last_name", "gender", "birth_date", "zip")
    assert [f.linked for f in named.findings] == [False, True, True, True]


def test_a_column_called_name_is_a_persons_beside_a_birth_date_and_a_products_beside_a_price(classified: Classified) -> None:
    persons = classified({"name": MADE_UP, "date_of_birth": [date(1950 + i, 1, 1) for i in range(40)]})
    products = classified({"name": MADE_UP, "price": [1.5 + i for i in range(40)]})
    assert found(persons)["name"] == "name"
    assert "name" not in found(products)


def test_contact_details_of_banks_are_no_persons(classified: Classified) -> None:
    phones = [f"495{2000000 + i}" for i in range(40)]
    streets = [f"Long street {i}" for i in range(40)]
    banks = classified({"name": MADE_UP, "bic": [f"ABCD{i:04}" for i in range(40)], "phone": phones, "street": streets})
    persons = classified({"full name": MADE_UP, "phone": phones, "street": streets})
    assert set(found(banks).values()) == {"organisation_contact"}
    assert banks.restricted == ()
    assert set(persons.restricted) == {"full name", "phone", "street"}


@pytest.mark.parametrize("heading", ["student", "owner", "child"])
def test_a_role_with_yes_and_no_is_no_name(classified: Classified, heading: str) -> None:
    assert heading not in found(classified({heading: ["yes", "no"] * 20, "gender": ["male", "female"] * 20}))


def test_names_are_known_by_their_values(classified: Classified) -> None:
    assert found(classified({"v": NAMES})) == {"v": "name"}
    assert found(classified({"v": [f"{s}{g}" for s in "王李张刘陈杨赵吴" for g in ("伟", "芳", "秀英", "磊", "静")]})) == {"v": "name"}


def test_addresses_are_known_by_their_values(classified: Classified) -> None:
    english = [f"{i * 7 + 1} {w} {s}" for i, w in enumerate(["Oak", "Elm", "Hill", "Lake", "Mill"] * 4) for s in ("St", "Avenue")]
    chinese = [f"浙江省杭州市西湖区文三路{i}号" for i in range(1, 40)]
    assert found(classified({"v": english})) == {"v": "site_address"}
    assert found(classified({"a": chinese, "姓名": NAMES[:39]}))["a"] == "address"


def test_fields_inside_objects_are_found_and_never_named(classified: Classified) -> None:
    texts = [json.dumps({"id": i, "contact": {"email": f"p{i}@example.org"}, f"key-{i}": [1, 2]}) for i in range(60)]
    for values in (texts, [json.loads(t) | {f"key-{i}": None for i in ()} for t in texts]):
        column = values if isinstance(values[0], str) else [{"contact": v["contact"]} for v in values]  # type: ignore[index]
        (finding,) = classified({"payload": column}).findings
        assert finding.category.id == "email"
        assert {e.detector for e in finding.evidence} == {"json/email", "json/heading"}


def test_three_addresses_in_a_hundred_thousand_rows_are_found(classified: Classified) -> None:
    values = [f"nothing to see in row {i}" for i in range(100_000)]
    for at in (5, 500, 99_999):
        values[at] = f"ask p{at}@example.org about it"
    (finding,) = classified({"remark": values}).findings
    assert (finding.category.id, finding.restricted) == ("email", True)
    assert [(c.matched, c.examined) for c in finding.cells] == [(3, 100_000)]


@pytest.mark.parametrize(
    ("text", "category"),
    [("please call me on (212) 555-0{:03} tomorrow", "phone"), ("客户要求致电 138{:08} 处理", "phone"), ("paid with 4012 8888 8888 1881 in case {}", "payment_card")],
)  # fmt: skip
def test_personal_data_inside_texts_is_found_with_its_share(classified: Classified, text: str, category: str) -> None:
    values = [f"all is well in case {i}" for i in range(90)] + [text.format(i) for i in range(10)]
    (finding,) = classified({"note": values}).findings
    assert finding.category.id == category
    assert (finding.evidence[0].matched, finding.evidence[0].examined) == (10, 100)


def codes(assessment: Assessment) -> list[tuple[str, str]]:
    return [(alert.code, alert.column) for alert in assessment.alerts]


def test_children_are_brought_up_by_age_and_by_birth(classified: Classified) -> None:
    births = [date(2000, 1, 1), date(2012, 11, 21)]
    assert codes(classified({"age": [13, 40], "dob": births})) == [("minors", "age"), ("minors", "dob")]
    assert codes(classified({"age": [14, 40], "dob": [date(2000, 1, 1), date(2012, 11, 20)]})) == []


def test_keys_hosts_and_confidential_prices_are_brought_up_and_not_shown(classified: Classified) -> None:
    secret = "AKIA" + "ABCDEFGHIJ234567"
    assessment = classified(
        {"config": ["plain", f"key={secret}"], "host": ["db1.corp", "db2.corp"], "price": [1, 2], "note": ["Strictly confidential", "x"]}
    )
    assert codes(assessment) == [("credentials", "config"), ("internal_hosts", "host"), ("confidential", "note")]
    assert "price list" in assessment.alerts[2].message
    assert secret not in json.dumps(assessment.to_dict())


def test_versions_are_no_internal_machines(classified: Classified) -> None:
    assert codes(classified({"version": ["10.15.7", "10.4.11", "local"]})) == []


def test_points_finer_than_a_kilometre_are_brought_up_with_their_count(classified: Classified) -> None:
    assessment = classified({"lat": [52.52, 52.5201, 52.1], "lon": [13.4, 13.41, 13.42]})
    assert [(a.code, a.column, a.count) for a in assessment.alerts] == [("precise_location", "lat", 1)]


def test_laws_are_named_with_article_and_date(classified: Classified) -> None:
    finding = classified({"religion": ["a", "b"] * 20}).findings[0].to_dict()
    assert [(law["law"], law["article"], law["since"]) for law in finding["laws"]] == [
        ("PIPL", "28", "2021-11-01"), ("GB/T 45574-2025", "Annex A", "2025-11-01"), ("GDPR", "9(1)", "2018-05-25"),
    ]  # fmt: skip
    assert provisions("gender") == ()


def test_provisions_speak_of_categories_there_are() -> None:
    from entrepot.privacy.categories import CATEGORIES

    assert not {category for provision in PROVISIONS for category in provision.categories} - CATEGORIES.keys()


def test_what_counts_as_sensitive_depends_on_the_day() -> None:
    def laws(on: date) -> list[str]:
        return [provision.law for provision in provisions("cn_resident_id", on=on)]

    assert laws(date(2025, 10, 31)) == ["GB/T 35273-2020", "GDPR"]
    assert laws(date(2025, 11, 1)) == ["GDPR"]
    assert [provision.law for provision in provisions("biometric", on=date(2021, 1, 1))] == ["GB/T 35273-2020", "GDPR"]


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ([{"who": [{"dob": f"19{i:02}-01-01", "ssn": f"078-05-{1000 + i}"}]} for i in range(60)], "official_id"),
        ([[f"p{i}@example.org", f"q{i}@example.org"] for i in range(60)], "email"),
        ([json.dumps([{"a": {"患者姓名": "王伟", "血型": "A"}, "n": i}]) for i in range(60)], "name"),
        ([{"product": {"name": f"lamp {i}", "price": i}} for i in range(60)], None),
    ],
)  # fmt: skip
def test_lists_and_objects_within_objects_are_looked_into(column: list[Any], category: str | None, classified: Classified) -> None:
    assert found(classified({"payload": column})).get("payload") == category


def test_columns_looked_at_together_are_what_each_is_by_itself() -> None:
    columns = {
        "email": [f"{name.replace(' ', '.').lower()}@mail.example" for name in NAMES], "name": NAMES, "empty": [], "company": MADE_UP,
        "card": ["4012888888881881", "5500005555555559", "378282246310005"], "points": [str(n) for n in range(50)],
    }  # fmt: skip
    together = shaped_like(list(columns.values()))
    for (name, values), shaped in zip(columns.items(), together, strict=True):
        profile = ColumnProfile(name=name, type="VARCHAR", nulls=0, distinct=len(values), distinct_exact=True, length_max=40)
        assert look(profile, values, shaped=shaped) == look(profile, values)
    assert counts_like(list(columns.values()), r"^\d") == [0, 0, 0, 0, 3, 50]
