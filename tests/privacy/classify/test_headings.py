"""What headings promise, in whatever way and language they are written, and what takes a promise back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entrepot.privacy import Assessment, headers

Classified = Callable[[dict[str, Any]], Assessment]


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("emergContactTel", "phone"), ("emerg_contact_nm", "name"), ("BIRTH_DT", "birth_date"), ("customeremails", "email"), ("dateofbirth", "birth_date"),
        ("nat_ins_no", "official_id"), ("Blood Type", "health"), ("hiv_status", "health"), ("Marital Status", "marital_status"), ("actor_1_name", "name"),
        ("Straße", "address"), ("Kontonummer", "iban"), ("GebDat", "birth_date"), ("fecha_nacimiento", "birth_date"), ("Endereço", "address"),
        ("date de naissance", "birth_date"), ("data_nascimento", "birth_date"), ("prénom", "name"), ("jiatingzhuzhi", "address"), ("sfzh", "official_id"), ("lxdh", "phone"),
        ("客户手机号", "phone"), ("電話番号", "phone"), ("주소", "address"), ("Фамилия", "name"), ("IP地址", "ip_address"), ("过敏史", "health"), ("rs429358", "genetic"),
        ("push_token", "device_id"), ("user_pass", "secret"), ("religiousBelief", "religion"), ("criminal_record", "criminal"),
    ],
)  # fmt: skip
def test_a_heading_promises_its_category(heading: str, category: str) -> None:
    assert headers.promised(heading) == category


@pytest.mark.parametrize(
    "heading",
    [
        "pct_hispanic", "average age", "email_count", "phone_model", "file_name", "product_name", "web address", "event_name", "host_name", "postage",
        "passage", "village", "mileage", "公司电话", "手机型号", "网址", "model_code", "company", "country", "room_number", "age_limit", "literacy_rate", "",
    ],
)  # fmt: skip
def test_a_heading_about_something_else_promises_nothing(heading: str) -> None:
    assert headers.promised(heading) == ""


def test_names_below_an_unknown_heading_of_names_are_known_by_a_long_list(classified: Classified) -> None:
    names = [
        f"{given} {family}"
        for given in ("Kayleigh", "Deandre", "Ludivina", "Zelda")
        for family in ("Xu", "Okafor", "Brandvold", "Szabo", "Ek")
    ]
    inns = [
        f"{given} {kind}"
        for given in ("Florence", "Madison", "Charlotte", "Victoria")
        for kind in ("Inn", "Park", "County", "Hotel", "School")
    ]
    assert [f.category.id for f in classified({"long_name": names}).findings] == ["name"]
    assert [f.category.id for f in classified({"drawn_by": names}).findings] == ["name"]
    assert classified({"long_name": inns}).findings == ()
    assert classified({"city_name": [name.split()[0] for name in inns]}).restricted == ()


def test_two_values_of_a_closed_list_are_enough(classified: Classified) -> None:
    assert [f.category.id for f in classified({"xb": ["男", "女"] * 20, "mz": ["汉族", "回族"] * 20}).findings] == ["gender", "ethnicity"]


def test_masked_cards_and_accounts_are_believed_below_their_heading(classified: Classified) -> None:
    table = {
        "card_number": [f"4012 **** **** {i:04}" for i in range(40)],
        "bank_account": [f"{i:08}" for i in range(40)],
        "code": [f"{i:08}" for i in range(40)],
    }
    assert [f.column for f in classified(table).findings] == ["card_number", "bank_account"]


def test_a_phone_without_digits_is_none(classified: Classified) -> None:
    assert classified({"portable": ["grinder with case", "drill without case"] * 20}).findings == ()


def test_billing_details_stay_somebodys_beside_a_vendor(classified: Classified) -> None:
    columns = {
        "Vendor": [f"Firm {i}" for i in range(40)],
        "Billing Street": [f"{i} Long Street" for i in range(40)],
        "Street": [f"{i} Long Street" for i in range(40)],
    }
    assert classified(columns).restricted == ("Billing Street",)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("name", ["Anna Meier", "Ben Smith", "Carla Lopez"]), ("nombre", ["José", "María", "Lucía"]), ("姓名", ["王伟", "李娜"]), ("xm", ["王伟", "李娜"]),
        ("name", ["Anna", "Ben"]),
    ],
)  # fmt: skip
def test_a_few_names_below_a_heading_that_may_speak_of_names_are_names(classified: Classified, heading: str, values: list[str]) -> None:
    found = classified({heading: values, "n": list(range(len(values)))})
    assert [(one.column, one.category.id) for one in found.findings] == [(heading, "name")]


@pytest.mark.parametrize("values", [["Berlin", "Paris"], ["apple", "banana"], ["iris", "tulip", "rose"], ["Basic", "Plus", "Pro"]])
def test_a_few_things_below_the_same_heading_are_none(classified: Classified, values: list[str]) -> None:
    assert classified({"name": values, "price": list(range(len(values)))}).findings == ()


def test_where_persons_come_from_and_work_is_known_by_its_heading(classified: Classified) -> None:
    few = ["Mexico", "Cuba", "Peru"] * 20
    headings = {"native-country": "nationality", "Country of birth": "nationality", "Geburtsland": "nationality", "place of birth": "place",
                "出生地": "place", "workclass": "occupation", "insurance_no": "person_number", "pw": "secret"}  # fmt: skip
    found = {heading: classified({heading: [f"{value}{i}" for i, value in enumerate(few)]}).findings[0].category.id for heading in headings}
    assert found == headings


def test_a_union_is_one_of_workers_beside_persons_and_a_question_of_yes_and_no(classified: Classified) -> None:
    beside = classified({"union": ["Y", "N"] * 20, "age": list(range(20, 60))})
    assert [finding.category.id for finding in beside.findings] == ["union", "age"]
    assert classified({"union": ["Y", "N"] * 20, "price": list(range(40))}).findings == ()
    assert "union" not in {f.column for f in classified({"union": [f"set {i}" for i in range(40)], "age": list(range(20, 60))}).findings}


def test_plates_are_known_below_a_heading_of_vehicles(classified: Classified) -> None:
    for form in ("B-XY {}23", "M AB {}", "AB-{}23-CD", "AB1{} CDE"):
        (finding,) = classified({"vehicle": [form.format(i) for i in range(1, 10)]}).findings
        assert finding.category.id == "plate", form
    assert classified({"vehicle": ["Ford F-150", "BMW X5", "Audi A4", "VW ID 3", "Kia EV6"]}).findings == ()
    assert classified({"code": [f"B-XY {i}23" for i in range(1, 10)]}).findings == ()


def test_names_that_users_gave_themselves_are_accounts_beside_what_is_known_of_persons(classified: Classified) -> None:
    users = [f"Anna{i}" for i in range(40)]
    beside = classified({"name": users, "age": list(range(20, 60))})
    assert [(f.category.id, f.kind.value) for f in beside.findings] == [("account", "direct"), ("age", "quasi")]
    assert classified({"name": users, "price": list(range(40))}).findings == ()
    assert "name" not in {f.column for f in classified({"name": users[:2] * 20, "age": list(range(20, 60))}).findings}
