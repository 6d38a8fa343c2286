"""The drafted data dictionary: what headings and figures suggest, and nothing that must stay hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.engine import ColumnProfile, TableProfile
from entrepot.standards.dictionary import Mark, draft, title, unit


def profiled(*columns: ColumnProfile, rows: int = 10) -> TableProfile:
    return TableProfile(rows=rows, bytes=1, columns=columns)


def one(name: str, type_: str = "BIGINT", distinct: int = 10, **more: object) -> ColumnProfile:
    return ColumnProfile(name=name, type=type_, nulls=0, distinct=distinct, distinct_exact=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("header", "expected"), [("dep_delay", "Dep delay"), ("depDelay", "Dep Delay"), ("城市", "城市"), ("_", "_")])
def test_titles_are_words(header: str, expected: str) -> None:
    assert title(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [("distance_km", "km"), ("金额(元)", "CNY"), ("weight (kg)", "kg"), ("minutes", ""), ("name", ""), ("share_pct", "%")],
)
def test_units_are_read_from_the_end_of_headings(header: str, expected: str) -> None:
    assert unit(header) == expected


def test_a_column_that_never_repeats_is_a_key_candidate() -> None:
    dictionary = draft(profiled(one("id"), one("n", distinct=3), one("x", "DOUBLE")))
    assert dictionary.keys == ("id",)


def test_descriptions_tell_type_range_and_gaps() -> None:
    (column,) = draft(profiled(one("month", distinct=12, minimum="1", maximum="12"), rows=100)).columns
    assert column.descriptions["en"] == "Whole number from 1 to 12; 12 distinct values; never empty."
    assert column.descriptions["zh"].startswith("整数，从 1 到 12")


def test_restricted_columns_show_no_values() -> None:
    mark = Mark(category="payment_card", concept="pd:CreditCardNumber", personal=True, restricted=True)
    (column,) = draft(profiled(one("card", minimum="4111", maximum="4999")), {"card": mark}).columns
    assert (column.minimum, column.maximum, column.personal, column.concept) == ("", "", True, "pd:CreditCardNumber")
    assert "4111" not in column.descriptions["en"]


@pytest.mark.parametrize("name", ["customer_id", "patientNo", "客户编号"])
def test_the_column_of_the_person_is_proposed_by_its_heading(name: str) -> None:
    assert draft(profiled(one("n", distinct=3), one(name))).person_key == name


def test_an_identifier_is_proposed_where_no_heading_names_the_person() -> None:
    mark = Mark(category="email", concept="pd:EmailAddress", personal=True, restricted=True, recognised=True)
    assert draft(profiled(one("n"), one("mail", "VARCHAR")), {"mail": mark}).person_key == "mail"
    assert draft(profiled(one("n"))).person_key == ""


@pytest.mark.parametrize(("recognised", "distinct", "nulls"), [(False, 900, 0), (True, 9, 0), (True, 400, 600)])
def test_texts_hotlines_and_mostly_empty_columns_tell_no_persons(recognised: bool, distinct: int, nulls: int) -> None:
    mark = Mark(category="phone", concept="pd:TelephoneNumber", personal=True, restricted=True, recognised=recognised)
    column = replace(one("phone", "VARCHAR", distinct), nulls=nulls)
    assert draft(profiled(column, rows=1_000), {"phone": mark}).person_key == ""
