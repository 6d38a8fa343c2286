"""The trees that come with the program cover what they speak of, are rooted, and are taken for the columns they fit."""

from __future__ import annotations

from collections import Counter

import pytest
from babel import Locale

from entrepot.privacy.hierarchies import automatic, shipped
from entrepot.privacy.hierarchies.industries import GBT4754, ISIC, ISIC_GROUPS, NAICS
from entrepot.privacy.hierarchies.model import STAR, Hierarchy
from entrepot.privacy.hierarchies.places import GREATER_REGIONS, M49, M49_CHINESE, PROVINCES, STATES

NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
CODES = sorted(code for codes in M49.values() for code in codes.split())
STATE_CODES = [state.split("=")[0] for states in STATES.values() for state in states.split()]
PROVINCE_LISTS = [province.split("=") for provinces in PROVINCES.values() for province in provinces.split()]


def tree(column: str, values: list[str]) -> Hierarchy:
    found = shipped(column, values)
    assert found is not None
    return found


def names(language: str) -> list[str]:
    return sorted({str(Locale.parse(language).territories[code]) for code in CODES})


FULL = {
    "country codes": ("country", CODES, 4),
    "country names": ("born in", names("en"), 4),
    "Chinese country names": ("国籍", names("zh"), 4),
    "states": ("state", STATE_CODES, 4),
    "provinces": ("籍贯", [name for _, name, _ in PROVINCE_LISTS], 3),
    "provinces in English": ("home", [name.replace("_", " ") for _, _, name in PROVINCE_LISTS], 3),
    "divisions": ("adcode", [f"{code}{city:02d}{county:02d}" for code, *_ in PROVINCE_LISTS for city in (0, 1, 2) for county in (0, 5)], 5),
    "isic": ("isic", [f"{d:02d}{rest}" for d in range(1, 100) for rest in ("", "1", "11")], 6),
    "naics": ("naics", [f"{d:02d}{rest}" for d in range(11, 93) for rest in ("", "1", "1234")], 9),
    "gbt4754": ("行业代码", [f"{d:02d}{rest}" for d in range(1, 98) for rest in ("", "1", "11")], 5),
}


@pytest.mark.parametrize("name", FULL)
def test_a_whole_tree_is_rooted_and_every_level_is_coarser(name: str) -> None:
    column, values, levels = FULL[name]
    # Numbers between divisions stand for nothing.
    found = tree(column, [value for value in values if shipped(column, [value, *values[:2]])])
    assert found.levels == levels
    assert {path[-1] for path in found.paths} == {STAR}
    kinds = [len({path[level] for path in found.paths}) for level in range(found.levels)]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds[-2] > 1
    assert not found.knows("other")


def test_every_country_stands_in_one_sub_region() -> None:
    assert max(Counter(CODES).values()) == 1
    territories = {code for code in Locale.parse("en").territories if len(code) == 2 and code.isalpha()}
    assert set(CODES) == territories - NOT_COUNTRIES
    assert {name for pair in M49 for name in pair} == set(M49_CHINESE)


def test_the_tables_are_as_long_as_their_standards() -> None:
    assert len(STATE_CODES) == 50 + 1 + 5
    assert (len(PROVINCE_LISTS), set(PROVINCES)) == (34, set(GREATER_REGIONS))
    divisions = {
        name: [tuple(map(int, span.split("-"))) for span, _ in table.values()] for name, table in (("isic", ISIC), ("gbt", GBT4754))
    }
    assert [sum(last - first + 1 for first, last in spans) for spans in divisions.values()] == [88, 97]
    assert (len(ISIC), "".join(ISIC_GROUPS), len(GBT4754)) == (21, "".join(ISIC), 20)
    assert sum(len(sectors.split()) for sectors in NAICS.values()) == 20


@pytest.mark.parametrize(
    ("column", "value", "others", "path"),
    [
        ("native-country", "Holand-Netherlands", ["United-States", "Cuba"], ("Western Europe", "Europe")),
        ("x", "DEU", ["FRA", "USA", "CHN", "JPN"], ("Western Europe", "Europe")),
        ("country", "156", ["276", "840"], ("Eastern Asia", "Asia")),
        ("country", "Korea (Democratic People's Republic of)", ["Bolivia (Plurinational State of)", "Viet Nam"], ("Eastern Asia", "Asia")),
        ("国籍", "美国", ["中国", "法国"], ("北美", "美洲")),
        ("state", "CA", ["NY", "TX"], ("Pacific", "West")),
        ("省份", "内蒙古自治区", ["广东省", "上海市"], ("华北",)),
        ("adcode", "110105", ["440300", "310000"], ("1101**", "11****", "华北")),
        ("isic", "A0111", ["01", "6201"], ("011*", "01**", "A Agriculture, forestry and fishing", "Agriculture")),
        ("naics", "31-33", ["511", "722"], ("31*", "31-33 Manufacturing", "Making of goods", "Goods-producing")),
        ("industry", "44", ["11", "52"], ("44-45 Retail trade", "Trade, transportation and utilities", "Service-providing")),
        ("section_isic", "B", ["A", "C"], ("Industry",)),
        ("行业代码", "C13", ["A01", "J66"], ("C 制造业",)),
    ],
)
def test_a_recognised_column_is_generalised_by_its_tree(column: str, value: str, others: list[str], path: tuple[str, ...]) -> None:
    found = automatic(column, [value, *others, ""])
    assert next(row for row in found.paths if row[0] == value) == (value, *path, STAR)
    assert found.generalised("", 1) == "missing"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("code", ["CA", "DE", "IN"]),
        ("age", ["11", "21", "44", "52"]),
        ("post", ["510000", "110105", "440300"]),
        ("pet", ["cat", "dog", "cow"]),
        ("first name", ["Georgia", "Anna", "Maria"]),
        ("country", ["Germany"]),
    ],
)
def test_what_may_be_something_else_is_left_to_its_form(column: str, values: list[str]) -> None:
    assert shipped(column, values) is None


def test_values_that_a_tree_does_not_know_stand_together() -> None:
    found = tree("country", ["Germany", "France", "Atlantis", "Cuba"])
    assert found.covers("other") == ("Atlantis",)


def test_a_value_called_like_a_group_is_told_from_it() -> None:
    found = tree("place", ["Fiji", "Micronesia", "Guam", "Nauru"])
    assert found.generalised("Micronesia", 1) == "Micronesia (region)"
    assert set(found.covers("Micronesia (region)")) == {"Guam", "Micronesia", "Nauru"}
