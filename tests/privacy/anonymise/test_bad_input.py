"""What cannot be anonymised is refused by column and count, never by value, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from entrepot.kit import EntrepotError, Invalid
from entrepot.privacy.anonymise import Closeness, Diversity, Method, Plan, Presence, anonymise
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.hierarchies import hierarchy

from .conftest import TREES, Run

HEADER = ["a", "b", "c", "ill"]
ROWS = [HEADER, *[[str(i % 8), str(i % 4), "xyz"[i % 3], "flu" if i % 2 else "none"] for i in range(40)]]


def _refused(cursor: duckdb.DuckDBPyConnection, folder: Path, content: str | bytes, plan: Plan, **more: Any) -> EntrepotError:
    given, out = folder / "given.csv", folder / "out.csv"
    given.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(EntrepotError) as raised:
        anonymise(cursor, given, out, plan=plan, **({"hierarchies": TREES} | more))
    assert sorted(path.name for path in folder.iterdir()) == ["given.csv"]
    return raised.value


def _text(rows: list[list[str]]) -> str:
    return "\n".join(";".join(row) for row in rows) + "\n"


def test_values_missing_from_a_hierarchy_are_counted_by_column(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [*ROWS, ["secret-person", "1", "x", "flu"], ["4711", "77", "x", "flu"]]
    error = _refused(cursor, tmp_path, _text(rows), Plan(k=2))
    assert "a: 2 rows; b: 1 row." in error.message
    assert "--unknown star" in error.hint
    assert "secret" not in str(error.as_dict())


def test_unknown_values_are_hidden_where_that_is_chosen(run: Run) -> None:
    _, out = run([*ROWS, ["secret", "1", "x", "flu"]], TREES, k=2, unknown="star")
    assert out[-1][0] == "*"


def test_hierarchies_that_match_no_column_are_named_with_the_column_that_may_be_meant(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path, run: Run
) -> None:
    other = {"Ill": hierarchy("Ill", [("flu", "*"), ("none", "*")]), "shoes": hierarchy("shoes", [("x", "*")])}
    error = _refused(cursor, tmp_path, _text(ROWS), Plan(k=2), hierarchies=other)
    assert (
        error.message == "No column has a hierarchy; these match no column, whose name must be the same to the letter: Ill (≈ ill), shoes."
    )
    error = _refused(cursor, tmp_path, _text(ROWS), Plan(k=2, quasi=("a", "ill")), hierarchies=TREES | other)
    assert "ill has no hierarchy (1 such column); these match no column" in error.message
    found, _ = run(ROWS, TREES | other, k=2)
    assert [str(one) for one in found.notes] == ["Hierarchies that match no column, and the column that may be meant: Ill (≈ ill), shoes."]


def test_k_beyond_the_table_is_refused(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert "k is 41 and the table has 40 rows" in _refused(cursor, tmp_path, _text(ROWS), Plan(k=41)).message


def test_repeated_headers_are_refused(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert "repeated column names" in _refused(cursor, tmp_path, _text([["a", "b", "a", "ill"], *ROWS[1:]]), Plan(k=2)).message


@pytest.mark.parametrize(
    ("plan", "fact"),
    [
        (Plan(quasi=("height",)), "no column height"),
        (Plan(quasi=("a", "ill")), "ill has no hierarchy"),
        (Plan(diversity=(Diversity(column="c", l=2),)), "both quasi-identifier and sensitive"),
        (Plan(closeness=(Closeness(column="ill", t=0.2, distance="hierarchical"),)), "no hierarchy for its distance"),
        (Plan(presence=Presence(column="ill", least=0.1, most=0.5)), "does not say with 0 and 1"),
        (Plan(diversity=(Diversity(column="ill", l=5),)), "ill has only 2 different values, so no class can show 5"),
        (Plan(person="who"), "no column who (the person key)"),
    ],
)
def test_a_plan_that_does_not_fit_the_table_is_refused(cursor: duckdb.DuckDBPyConnection, tmp_path: Path, plan: Plan, fact: str) -> None:
    assert fact in _refused(cursor, tmp_path, _text(ROWS), plan).message


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 0},
        {"k": 1},
        {"k": 1, "quasi": ("a",), "person": "who"},
        {"suppress": 2},
        {"method": "best"},
        {"unknown": "guess"},
        {"weights": {"a": 0}},
        {"diversity": (Diversity(column="ill", l=2, kind="recursive"),)},
        {"closeness": (Closeness(column="ill", t=7),)},
        {"presence": Presence(most=0.5)},
        {"presence": Presence(column="ill", population=Path("people.csv"))},
        {"presence": Presence(column="ill", least=0.6, most=0.5)},
        {"presence": Presence(population=Path("people.csv"), least=0.1, most=0.5)},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Plan(**wrong)


def test_one_row_alike_is_enough_only_where_something_else_is_asked() -> None:
    with pytest.raises(Invalid, match="nobody is protected") as raised:
        Plan(k=1)
    assert "k of 2 or more" in raised.value.hint
    more: list[dict[str, Any]] = [{"diversity": (Diversity(column="ill", l=2),)}, {"closeness": (Closeness(column="ill", t=0.2),)}]
    more += [{"presence": Presence(column="in", most=0.5)}, {"population": Path("everybody.csv")}]
    assert [Plan(k=1, **one).k for one in more] == [1, 1, 1, 1]


def test_all_null_columns_and_nan_and_inf_and_mixed_dates_are_named_with_their_count(
    cursor: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [["empty", "gain", "born", "z"], *[["", str(i), "2001-02-03", "z"] for i in range(6)]]
    rows += [["", "nan", "03/02/2001", "z"], ["", "-inf", "3.2.2001", "z"]]
    auto = {"automatic": True, "k": 2}
    assert "empty has no value in any row" in _refused(cursor, tmp_path, _text(rows), Plan(quasi=("empty",), **auto)).message  # type: ignore[arg-type]
    for column, verb, count in (("gain", "round:10", 2), ("born", "shift:9:z", 2)):
        change = [parse_change(f"{column}={verb}")]
        trees = {"z": hierarchy("z", [("z", "*")])}
        error = _refused(cursor, tmp_path, _text(rows), Plan(k=2), hierarchies=trees, changes=change, secret=b"x" * 16)
        assert f"{column}: {count} values are no" in error.message


def test_dates_in_three_forms_are_counted_by_rows_with_a_choice(cursor: duckdb.DuckDBPyConnection, run: Run, tmp_path: Path) -> None:
    days = [*["2001-02-03"] * 20, *["2001-02-05"] * 20, *["03/02/2001"] * 7, *["3.2.2001"] * 5]
    rows = [["born", "n"], *[[day, "1"] for day in days]]
    error = _refused(cursor, tmp_path, _text(rows), Plan(k=2, quasi=("born",), automatic=True))
    assert "born: 12 of 52 rows hold no dates of the form 2026-11-21: 7 like 21/11/2026, 5 like 21.11.2026." in error.message
    assert all(way in error.hint for way in ("hierarchy file", "--unknown star", "--drop born"))
    _, out = run(rows, {}, k=2, quasi=("born",), automatic=True, unknown="star", suppress=0.3)
    assert [row[0] for row in out[40:]] == ["*"] * 12


def test_where_few_dates_have_several_forms_a_note_says_that_no_spans_were_made(run: Run) -> None:
    for odd in ("02 February 1980", "unknown"):
        rows = [["born"], *[["1980-02-03"]] * 20, *[[odd]] * 5]
        found, _ = run(rows, {}, k=2, quasi=("born",), automatic=True)
        assert "born: no dates of the form 2026-11-21 among dates in 5 of 25 rows, so no spans were made" in str(found.notes[0])
        hidden, out = run(rows, {}, k=2, quasi=("born",), automatic=True, unknown="star", suppress=0.3)
        assert not hidden.notes
        assert [row[0] for row in out[20:]] == ["*"] * 5


def test_words_and_odd_numbers_among_numbers_are_named(cursor: duckdb.DuckDBPyConnection, run: Run, tmp_path: Path) -> None:
    pay = [*[str(1000 + i) for i in range(30)], *["none"] * 3, "NaN", "inf", "-inf"]
    error = _refused(cursor, tmp_path, _text([["pay"], *[[one] for one in pay]]), Plan(k=2, quasi=("pay",), automatic=True))
    assert "pay: 6 of 36 rows hold no finite numbers: 3 words, 2 infinite, 1 NaN." in error.message
    few = [["age"], *[[str(i % 5)] for i in range(20)], ["old"], ["old"]]
    found, _ = run(few, {}, k=2, quasi=("age",), automatic=True)
    assert [str(one) for one in found.notes] == [
        "age: words among numbers in 2 of 22 rows, so no ranges were made: each value shows whole or not at all. "
        "Correct them, give a hierarchy file, or hide them (--unknown star)."
    ]


@pytest.mark.parametrize("method", list(Method))
def test_a_release_of_which_nothing_is_left_is_no_release(cursor: duckdb.DuckDBPyConnection, tmp_path: Path, method: Method) -> None:
    rows = [["a", "c"], *[[str(i), "xyz"[i % 3]] for i in range(8)]]
    error = _refused(cursor, tmp_path, _text(rows), Plan(k=8, method=method, suppress=1))
    assert error.message == "All 8 rows would be hidden, so that nothing of a, c is left."
    assert "less than k = 8" in error.hint


def test_local_recoding_hides_no_more_rows_than_may_be(cursor: duckdb.DuckDBPyConnection, run: Run, tmp_path: Path) -> None:
    alone = [["a", "c"], *[["1", "x"]] * 30, *[["2", "x"]] * 30, ["5", "x"]]
    trees = {"a": TREES["a"], "c": TREES["c"]}
    assert run(alone, trees, k=2)[0].suppressed == 1
    assert run(alone, trees, k=2, suppress=0.0)[0].suppressed == 0
    (tmp_path / "out.csv").unlink()
    error = _refused(cursor, tmp_path, _text(alone), Plan(k=2, suppress=0.01), hierarchies={"a": TREES["a"]})
    assert error.message == "Local recoding would hide 1 of 61 rows (1.7 %), and at most 1 % may be."
    assert "--suppress 1.7%" in error.hint


def test_a_column_of_unique_values_wants_a_choice(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = _text([["id", "c"], *[[f"p{i}", "x"] for i in range(100_001)]])
    error = _refused(cursor, tmp_path, text, Plan(quasi=("id",), automatic=True))
    assert "more than 100,000 different values" in error.message
    assert "pseudonym" in error.hint


def test_bytes_that_are_no_text_are_refused_with_their_place(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    surrogate = b"a;b;c;ill\n" + b"1;1;x;\xed\xa0\x80\n" * 9
    assert "given.csv" in _refused(cursor, tmp_path, surrogate, Plan(k=2)).message


def test_text_that_turns_out_to_be_latin_later_on_is_read_all_the_same(run: Run, cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "late.csv", tmp_path / "out.csv"
    given.write_bytes(_text(ROWS).encode() + b"1;1;x;flu\n" * 120_000 + "2;2;x;rötel\n".encode("latin-1") * 3)
    assert anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=TREES).rows == 120_043
    assert out.read_text("utf-8").endswith(";rötel\n")


def test_five_thousand_columns_pass(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "wide.csv", tmp_path / "out.csv"
    more = [f"n{i}" for i in range(4_997)]
    given.write_text(_text([["a", *more, "b", "c"], *[[str(i % 8), *["7"] * 4_997, "1", "x"] for i in range(30)]]))
    release = anonymise(cursor, given, out, plan=Plan(k=5), hierarchies=TREES)
    assert release.quasi == ("a", "b", "c")
    assert [line.count(";") for line in out.read_text().splitlines()] == [4_999] * 31


def test_whoever_interrupts_leaves_nothing_half_written(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    given, out = tmp_path / "given.csv", tmp_path / "out.csv"
    given.write_text(_text(ROWS))
    out.write_text("the release of yesterday")

    def stop(step: str, share: float) -> None:
        if step == "write" and share == 1.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anonymise(cursor, given, out, plan=Plan(k=2), hierarchies=TREES, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given.csv", "out.csv"]
    assert out.read_text() == "the release of yesterday"


def test_criteria_that_no_choice_of_levels_meets_are_refused(cursor: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    plan = Plan(k=2, method=Method.GLOBAL, diversity=(Diversity(column="ill", l=2, kind="recursive", c=0.5),))
    assert "No choice of levels" in _refused(cursor, tmp_path, _text(ROWS), plan).message
