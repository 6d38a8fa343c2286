"""Risk is counted in SQL and agrees with counting by hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.privacy.risk import measure, minimal_uniques


@pytest.fixture(scope="module")
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def _table(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


rows = st.lists(
    st.tuples(st.sampled_from("ab*"), st.sampled_from(["1", "2", "*"]), st.sampled_from(["10", "20", "30"])), min_size=2, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_every_figure_is_what_the_definitions_say(cursor: duckdb.DuckDBPyConnection, table: list[tuple[str, str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = _table(Path(folder), "x;y;pay\n" + "".join(";".join(row) + "\n" for row in table))
        found = measure(cursor, path, quasi=["x", "y"], sensitive=["pay"])
    classes = defaultdict(list)
    for x, y, pay in table:
        classes[x, y].append(pay)
    hidden = classes.pop(("*", "*"), [])
    sizes = [len(values) for values in classes.values()]
    assert (found.rows, found.hidden, found.classes) == (len(table), len(hidden), len(classes))
    assert found.k == min(sizes, default=None)
    assert found.unique == pytest.approx(sizes.count(1) / len(table))
    assert sum(found.sizes.values()) == len(classes)
    pay = found.sensitive[0]
    # Hidden rows that say something look alike, and so are a class too.
    counts = [Counter(values) for values in (*classes.values(), hidden) if values]
    assert found.hidden_said == len(hidden)
    assert found.hidden_told == (("pay",) if len(set(hidden)) == 1 and all(len(c) > 1 for c in map(Counter, classes.values())) else ())
    overall = Counter(row[2] for row in table)
    order = sorted(overall)
    assert pay.l == min(len(c) for c in counts)
    assert pay.top == pytest.approx(max(max(c.values()) / c.total() for c in counts))
    assert pay.entropy_l == pytest.approx(min(math.exp(-sum(n / c.total() * math.log(n / c.total()) for n in c.values())) for c in counts))
    assert pay.told == pytest.approx(sum(c.total() for c in counts if len(c) == 1) / len(table))
    gaps = [[c[v] / c.total() - overall[v] / len(table) for v in order] for c in counts]
    assert pay.t == pytest.approx(max(sum(map(abs, gap)) / 2 for gap in gaps), abs=1e-9)
    if len(order) > 1:
        carried = [sum(abs(sum(gap[: i + 1])) for i in range(len(gap))) / (len(order) - 1) for gap in gaps]
        assert pay.t_ordered == pytest.approx(max(carried), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3).map(str)] * 3), min_size=1, max_size=25))
def test_minimal_uniques_are_those_that_trying_all_sets_finds(cursor: duckdb.DuckDBPyConnection, table: list[tuple[str, ...]]) -> None:
    with TemporaryDirectory() as folder:
        path = _table(Path(folder), "x;y;z\n" + "".join(";".join(row) + "\n" for row in table))
        found = minimal_uniques(cursor, path, quasi=["x", "y", "z"], size=3)
    expected: Counter[tuple[str, ...]] = Counter()
    for row in table:
        single = [
            set(chosen)
            for n in (1, 2, 3)
            for chosen in combinations(range(3), n)
            if sum(all(other[c] == row[c] for c in chosen) for other in table) == 1
        ]
        for chosen in single:
            if not any(less < chosen for less in single):
                expected[tuple("xyz"[c] for c in sorted(chosen))] += 1
    assert {one.columns: one.rows for one in found.sets} == expected
    assert found.skipped == 0


def test_what_was_not_searched_is_said(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = _table(tmp_path, "a;b;c\n1;2;3\n1;2;4\n")
    ticks = iter(range(100))
    found = minimal_uniques(cursor, path, quasi=["a", "b", "c"], size=2, seconds=3, clock=lambda: float(next(ticks)))
    assert (found.searched, found.skipped, found.size) == (3, 3, 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2).map(str)] * 3), min_size=1, max_size=25))
def test_minimal_uniques_of_persons_are_those_that_trying_all_sets_finds(
    cursor: duckdb.DuckDBPyConnection, table: list[tuple[str, ...]]
) -> None:
    with TemporaryDirectory() as folder:
        path = _table(Path(folder), "who;x;y\n" + "".join(";".join(row) + "\n" for row in table))
        found = minimal_uniques(cursor, path, quasi=["x", "y"], person="who", size=2)
    expected: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in table:
        single = [
            set(chosen)
            for chosen in [(1,), (2,), (1, 2)]
            if len({other[0] for other in table if all(other[c] == row[c] for c in chosen)}) == 1
        ]
        for chosen in single:
            if not any(less < chosen for less in single):
                expected[tuple("wxy"[c] for c in sorted(chosen))].add(row[0])
    assert {one.columns: one.rows for one in found.sets} == {columns: len(people) for columns, people in expected.items()}
    assert sum(found.by_size.values()) == len(set().union(*expected.values()))


def test_more_classes_than_memory_holds_are_not_searched_and_that_is_said(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.privacy.risk.uniques._MOST_CLASSES", 1)
    found = minimal_uniques(cursor, _table(tmp_path, "a;b\n1;2\n3;4\n"), quasi=["a", "b"])
    assert (found.rows, found.sets, found.searched, found.skipped) == (2, (), 0, 3)


def test_persons_are_counted_once_in_a_class(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = _table(tmp_path, "who;sex\n" + "p1;f\n" * 9 + "p2;m\np3;m\n")
    assert measure(cursor, path, quasi=["sex"]).k == 2
    assert measure(cursor, path, quasi=["sex"], person="who").k == 1


def test_a_person_in_several_classes_is_one_person(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "who;age;sex\n"
        + "".join(f"p{i // 2};{30 + i % 2 * (i // 2 % 5)};f\n" for i in range(400))
        + "p0;99;f\np1;98;f\np1;97;f\nq;*;*\np0;*;*\n",
    )
    found = measure(cursor, path, quasi=["age", "sex"], person="who")
    assert (found.rows, found.hidden, found.unique) == (201, 1, 2 / 201)
    assert (found.classes, found.k, found.prosecutor) == (8, 1, 1.0)
    assert found.marketer == 8 / (200 + 4 * 40 + 3)
    uniques = minimal_uniques(cursor, path, quasi=["age", "sex"], person="who")
    assert (uniques.rows, uniques.by_size) == (201, {1: 2})


def test_a_population_gives_k_map_presence_and_journalist_risk(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = _table(tmp_path, "sex;age\nf;30\nm;40\nm;40\nx;50\n")
    people = _table(tmp_path, "sex;age;persons\nf;30;4\nm;40;8\nm;60;5\n", "people.csv")
    found = measure(cursor, path, quasi=["sex", "age"], population=people, counts="persons").against
    assert found is not None
    assert (found.k_map, found.least, found.most, found.journalist, found.outside) == (4, 0, 0.25, 0.25, 1)
    assert found.marketer == pytest.approx((1 / 4 + 2 / 8) / 3)


def test_columns_that_are_not_there_are_named(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no column size"):
        measure(cursor, _table(tmp_path, "a;b\n1;2\n"), quasi=["a", "size"])


def test_adult_as_it_stands(cursor: duckdb.DuckDBPyConnection, data_folder: Path) -> None:
    path = data_folder / "privacy/adult/adult.csv"
    quasi = ["sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation"]
    found = measure(cursor, path, quasi=quasi, sensitive=["salary-class"])
    assert (found.rows, found.k, found.sensitive[0].l) == (30_162, 1, 1)
    uniques = minimal_uniques(cursor, path, quasi=quasi, size=2)
    assert uniques.searched == 36
    assert uniques.sets[0].rows >= 1


@pytest.mark.parametrize("columns", [("a", "b"), ("a",)])
def test_lines_and_parsed_rows_give_the_same_figures(columns: tuple[str, ...], tmp_path: Path) -> None:
    rows = ["1;x;p", "1;x;q", "1;;p", "2;x;p", "1;x;p", ";;"]
    (tmp_path / "plain.csv").write_text("a;b;s\n" + "\n".join(rows) + "\n")
    (tmp_path / "quoted.csv").write_text("a;b;s\n" + "\n".join(";".join(f'"{v}"' for v in row.split(";")) for row in rows) + "\n")
    with duckdb.connect() as cursor:
        one, two = (measure(cursor, tmp_path / name, quasi=columns, sensitive=["s"]) for name in ("plain.csv", "quoted.csv"))
    assert one.rows == 6
    assert one.to_dict() == two.to_dict()


def test_hidden_rows_that_say_nothing_are_in_no_figure_and_pseudonyms_say_nothing(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = "who;sex;town;ill\n" + "".join(f"p{i};f;A;{'flu' if i % 2 else 'gout'}\n" for i in range(8))
    empty = _table(tmp_path, text + "p8;*;*;\np9;*;*;\n", "empty.csv")
    found = measure(cursor, empty, quasi=["sex", "town"], sensitive=["ill"], pseudonyms=["who"])
    assert (found.hidden, found.hidden_said, found.hidden_told) == (2, 0, ())
    assert (found.sensitive[0].l, found.sensitive[0].told, found.sensitive[0].t) == (2, 0.0, 0.0)
    assert measure(cursor, empty, quasi=["sex", "town"], sensitive=["ill"]).hidden_said == 2
    full = _table(tmp_path, text + "p8;*;*;hiv\np8;*;*;hiv\n", "full.csv")
    found = measure(cursor, full, quasi=["sex", "town"], sensitive=["ill"])
    assert (found.hidden_said, found.hidden_told, found.sensitive[0].told) == (2, ("ill",), 0.2)
    assert measure(cursor, full, quasi=["sex", "town"], sensitive=["ill"], person="who").hidden_said == 1
