"""A hierarchy is a tree: it is read, checked, asked and written back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import Invalid, NotFound
from entrepot.privacy.hierarchies import (
    automatic,
    dates,
    hierarchy,
    odd_among_dates,
    prefixes,
    ranges,
    read_folder,
    read_hierarchy,
    write_hierarchy,
)

SCHOOL = [
    ("Bachelors", "Undergraduate", "Higher", "*"),
    ("11th", "High school", "Secondary", "*"),
    ("Masters", "Graduate", "Higher", "*"),
    ("12th", "High school", "Secondary", "*"),
]


def test_a_value_says_which_leaves_it_stands_for() -> None:
    school = hierarchy("school", SCHOOL)
    assert school.covers("Higher") == ("Bachelors", "Masters")
    assert school.covers("*") == ("Bachelors", "Masters", "11th", "12th")
    assert (school.leaves, school.levels) == (4, 4)
    assert school.is_covered("Graduate", "Higher")
    assert not school.is_covered("Higher", "Graduate")


def test_loss_is_the_share_of_other_leaves() -> None:
    school = hierarchy("school", SCHOOL)
    assert [school.loss(value) for value in ("11th", "Graduate", "Higher", "*")] == [0, 0, pytest.approx(1 / 3), 1]


def test_a_generalised_value_stays_where_it_is_on_a_lower_level() -> None:
    school = hierarchy("school", SCHOOL)
    assert school.generalised("11th", 1) == "High school"
    assert school.generalised("Higher", 1) == "Higher"
    assert school.generalised("*", 2) == "*"


@pytest.mark.parametrize(
    ("rows", "fact"),
    [
        ([], "is empty"),
        ([("a", "x", "*"), ("b", "*"), ("c", "x", "*")], "row 2 has 2 levels where most have 3"),
        ([("a", "x", "*"), ("a", "y", "*")], "gives the value of row 2 another path"),
        ([("a", "x", "p", "*"), ("b", "x", "q", "*")], "level-1 value of row 2 two parents"),
        ([("a", "", "*"), ("b", "x", "*")], "lacks a generalisation in row 1"),
        ([("a", "b", "*"), ("b", "a", "*")], "runs in a circle"),
        ([("a", "*", "top"), ("b", "x", "top")], "uses * for some values only"),
    ],
)
def test_what_is_no_tree_is_refused_with_column_and_row_and_no_value(rows: list[tuple[str, ...]], fact: str) -> None:
    with pytest.raises(Invalid) as raised:
        hierarchy("ward", rows)
    assert fact in raised.value.message
    assert "ward" in raised.value.message


def test_files_are_read_and_written_in_the_same_form(tmp_path: Path) -> None:
    path = tmp_path / "school.csv"
    write_hierarchy(hierarchy("school", [(f"{a};{b}", "all", "*") for a in "xy" for b in "12"]), path)
    assert read_hierarchy(path).covers("all") == ("x;1", "x;2", "y;1", "y;2")
    assert path.read_text().splitlines()[0] == '"x;1";all;*'


def test_a_folder_gives_the_columns_it_has(tmp_path: Path) -> None:
    for name in ("age", "sex", "notes"):
        write_hierarchy(hierarchy(name, [("a", "*")]), tmp_path / f"{name}.csv")
    assert list(read_folder(tmp_path, columns=["sex", "age", "name"])) == ["age", "sex"]
    with pytest.raises(NotFound):
        read_folder(tmp_path / "none")


def test_a_file_that_is_no_utf8_says_from_where_on(tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    path.write_bytes("Köln;*\n".encode("latin-1"))
    with pytest.raises(Invalid, match="from byte 1 on"):
        read_hierarchy(path)


def test_every_published_hierarchy_is_a_tree_with_one_top(data_folder: Path) -> None:
    for name, columns in (("adult", 9), ("mach2019", 16)):
        found = read_folder(data_folder / "privacy" / name / "hierarchies")
        assert len(found) == columns
        assert all(h.loss(h.paths[0][-1]) == 1 for h in found.values())
    assert read_hierarchy(data_folder / "privacy/adult/hierarchies/age.csv").covers("90-94") == ("91", "92", "93", "94", "95")


def test_numbers_become_ranges_that_nest() -> None:
    ages = ranges("age", [str(n) for n in range(18, 91)])
    assert ages.paths[5] == ("23", "20-24", "20-29", "0-49", "*")
    assert ranges("gain", ["-3.5", "0.25", "7"]).generalised("-3.5", 1).startswith("[-")
    with pytest.raises(Invalid, match=r"2 of \d+ distinct values are no finite numbers"):
        ranges("gain", ["1", "nan", "-inf"])


def test_dates_become_months_quarters_years_and_decades() -> None:
    assert dates("born", ["1987-05-03", ""]).paths[0] == ("1987-05-03", "1987-05", "1987-Q2", "1987", "1980s", "*")
    with pytest.raises(Invalid, match=r"1 of \d+ distinct values are no dates"):
        dates("born", ["1987-05-03", "03/05/1987"])


def test_codes_lose_their_ends() -> None:
    assert prefixes("post", ["10115", "101"]).paths == (
        ("101", "101", "101", "10***", "1****", "*"),
        ("10115", "1011*", "101**", "10***", "1****", "*"),
    )


def test_a_column_without_values_is_refused() -> None:
    with pytest.raises(Invalid, match="has no value in any row"):
        automatic("note", ["", ""])


@given(
    st.sets(
        st.one_of(st.integers(-(10**12), 10**12).map(str), st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)),
        min_size=1,
    )
)
def test_ranges_of_any_numbers_are_a_tree_and_hold_their_number(values: set[str]) -> None:
    found = ranges("n", values)
    assert {path[0] for path in found.paths} == values
    assert all(found.is_covered(path[0], label) for path in found.paths for label in path)


@given(st.sets(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1))
def test_any_texts_get_a_hierarchy(values: set[str]) -> None:
    if values == {""}:
        return
    found = automatic("c", values - {"*"} or {"a"})
    assert all(found.loss(path[-1]) == (1 if found.leaves > 1 else 0) for path in found.paths)


@pytest.mark.parametrize(
    ("values", "fact"),
    [
        (["2001-02-03", "03/02/2001", "3.2.2001", "2001-02-04"], r"2 of \d+ distinct values are no dates"),
        (["1980-02-03", "03/04/1999", "02 February 1980"], r"2 of 3 .*: 1 like 21/11/2026, 1 like 21 November 2026\."),
        ([*map(str, range(40)), "nan", "-inf"], r"2 of \d+ distinct values are no finite numbers"),
        ([*map(str, range(40)), "about forty"], r"1 of \d+ distinct values are no finite numbers"),
    ],
)
def test_a_few_values_of_another_form_are_counted_and_not_guessed(values: list[str], fact: str) -> None:
    with pytest.raises(Invalid, match=fact) as raised:
        automatic("born", values)
    assert "hierarchy file" in raised.value.hint


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("3. März 1999", "21 November 2026"), ("3.Dez.99", "21 November 2026"), ("03-FEB-1980", "21 November 2026"), ("3rd of May 1999", "21 November 2026"),
        ("Sept. 3, 1999", "November 21, 2026"), ("February 3rd, 1999", "November 21, 2026"), ("Oktober 3 1999", "November 21, 2026"),
        ("1999 Jan 3", "2026 November 21"), ("1999-Jan-03", "2026 November 21"),
    ],
)  # fmt: skip
def test_dates_with_names_of_months_are_dates_of_another_form(value: str, form: str) -> None:
    with pytest.raises(Invalid, match=f"1 of 3 distinct values are no dates of the form 2026-11-21: 1 like {form}"):
        automatic("born", ["2001-02-03", "2001-02-04", value])
    assert odd_among_dates({"2001-02-03": 5, value: 2}) == 2


def test_codes_that_begin_as_months_do_are_no_dates() -> None:
    assert automatic("code", [f"MAR-{i:04d}" for i in range(30)]).generalised("MAR-0007", 1) == "MAR-000*"
    assert odd_among_dates({"may": 1, "june": 1, "Mar 19": 3}) == 0


def test_numbers_of_any_length_get_ranges_and_those_beyond_doubles_are_no_numbers() -> None:
    long = {"10000000000000000000000000000.001", "1e300", "1e-300", "-3"}
    assert {path[0] for path in ranges("n", long).paths} == long
    with pytest.raises(Invalid, match="1 of 2 distinct values are no finite numbers: 1 too large"):
        ranges("n", {"1", "1e999999"})


@pytest.mark.parametrize(("mark", "called"), [(",", "commas"), ("\t", "tabs"), ("|", "bars")])
def test_a_file_whose_levels_are_separated_by_something_else_is_told_so(tmp_path: Path, mark: str, called: str) -> None:
    (tmp_path / "town.csv").write_text("".join(f"{town}{mark}south{mark}*\n" for town in ("Ulm", "Bern", "Graz")), "utf-8")
    with pytest.raises(Invalid, match=f"town.csv has one level only: its rows hold {called}, and levels are separated by ';'") as raised:
        read_hierarchy(tmp_path / "town.csv")
    assert "value;generalisation;…;*" in raised.value.hint
    (tmp_path / "town.csv").write_text("Ulm\nBern\nGraz\n", "utf-8")
    assert read_hierarchy(tmp_path / "town.csv").levels == 1
