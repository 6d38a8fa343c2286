"""What a release keeps, on small tables where the figures are known by counting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.privacy.anonymise import Method, Plan, anonymise
from entrepot.privacy.attacks import Frame, frame_of
from entrepot.privacy.hierarchies import hierarchy, read_folder
from entrepot.privacy.utility import measure_utility, measure_utility_files

AGE = hierarchy("age", [("1", "12", "*"), ("2", "12", "*"), ("3", "34", "*"), ("4", "34", "*")])
SEX = hierarchy("sex", [("f", "*"), ("m", "*")])
KNOWN = {"age": AGE, "sex": SEX}
TABLE = {"age": ["1", "2", "2", "3"], "sex": ["f", "f", "m", "m"]}
RELEASE = {"age": ["12", "12", "*", "3"], "sex": ["f", "f", "*", "m"]}


def named(rows: Sequence[Sequence[Any]], *columns: str) -> Frame:
    return frame_of({name: [row[i] for row in rows] for i, name in enumerate(columns)})


def test_loss_is_the_share_of_other_leaves_over_all_cells() -> None:
    found = measure_utility(frame_of(TABLE), frame_of(RELEASE), quasi_identifiers=["age", "sex"], hierarchies=KNOWN)
    assert found.loss == {"age": pytest.approx((1 / 3 + 1 / 3 + 1 + 0) / 4), "sex": pytest.approx(1 / 4)}
    assert found.ncp == pytest.approx((5 / 12 + 1 / 4) / 2)


def test_classes_are_counted_and_suppressed_rows_count_the_whole_table() -> None:
    found = measure_utility(frame_of(TABLE), frame_of(RELEASE), quasi_identifiers=["age", "sex"], hierarchies=KNOWN, k=2)
    assert (found.rows, found.suppressed, found.classes) == (4, 1, 2)
    assert found.discernibility == 2 * 2 + 1 * 1 + 1 * 4
    assert (found.average_class, found.c_avg) == (1.5, 0.75)


def test_marginals_spread_a_value_over_what_it_covers() -> None:
    found = measure_utility(frame_of(TABLE), frame_of(RELEASE), quasi_identifiers=["age", "sex"], hierarchies=KNOWN)
    # Ages were (1, 2, 1, 0) and are (1.25, 1.25, 1.25, 0.25) of four.
    assert found.marginals["age"] == pytest.approx((0.25 + 0.75 + 0.25 + 0.25) / 4 / 2)
    assert found.marginals["sex"] == pytest.approx((0.5 + 0.5) / 4 / 2)


def test_pairs_of_columns_are_compared_together() -> None:
    table, release = {"age": ["1", "2"], "sex": ["f", "m"]}, {"age": ["12", "12"], "sex": ["f", "m"]}
    found = measure_utility(frame_of(table), frame_of(release), quasi_identifiers=["age", "sex"], hierarchies=KNOWN)
    assert found.marginals == {"age": 0, "sex": 0}
    assert found.pairs == {("age", "sex"): pytest.approx(0.5)}


def test_a_classifier_learns_as_well_from_a_release_that_keeps_what_matters() -> None:
    rows = [("1", "f")] * 50 + [("2", "f")] * 50 + [("3", "m")] * 60
    kept, lost = [(AGE.generalised(age, 1), sex) for age, sex in rows], [("*", sex) for _, sex in rows]
    asked = {"quasi_identifiers": ["age"], "sensitive": ["sex"], "hierarchies": KNOWN}
    good, bad = (measure_utility(named(rows, "age", "sex"), named(some, "age", "sex"), **asked).classifier for some in (kept, lost))  # type: ignore[arg-type]
    assert good is not None
    assert bad is not None
    assert (good.target, good.before, good.after, good.kept, good.tried) == ("sex", 1, 1, 1, 48)
    assert bad.before == 1
    assert bad.after == bad.majority
    assert bad.kept == 0


def test_the_classifier_is_not_tried_on_rows_it_saw() -> None:
    # What tells the target is each row's own value, so nothing can be learnt for rows held back.
    rows = [(str(i), "f" if i % 2 else "m") for i in range(200)]
    found = measure_utility(named(rows, "id", "sex"), named(rows, "id", "sex"), quasi_identifiers=["id"], sensitive=["sex"])
    assert found.classifier is not None
    assert found.classifier.before == found.classifier.after <= 0.6


def test_counting_queries_on_what_was_kept_have_no_error() -> None:
    table = frame_of(TABLE)
    same = measure_utility(table, table, quasi_identifiers=["age", "sex"], hierarchies=KNOWN, queries=50)
    assert (same.query_error.median, same.query_error.ninth_decile) == (0, 0)
    hidden = frame_of({"age": ["*"] * 4, "sex": ["*"] * 4})
    lost = measure_utility(table, hidden, quasi_identifiers=["age", "sex"], hierarchies=KNOWN, queries=50)
    assert lost.query_error.median > 0
    assert (lost.ncp, lost.classes, lost.average_class, lost.discernibility) == (1, 0, None, 16)


def test_a_target_that_is_not_compared_is_refused() -> None:
    with pytest.raises(Invalid, match="shoe is no column"):
        measure_utility(frame_of(TABLE), frame_of(RELEASE), quasi_identifiers=["age", "sex"], hierarchies=KNOWN, target="shoe")


def test_a_release_in_another_order_says_that_the_classifier_saw_it() -> None:
    turned = {name: values[::-1] for name, values in RELEASE.items()}
    found = measure_utility(frame_of(TABLE), frame_of(turned), quasi_identifiers=["age", "sex"], hierarchies=KNOWN)
    assert any("saw some of the rows" in str(note) for note in found.notes)


ROWS = st.lists(st.tuples(st.sampled_from("1234"), st.sampled_from("fm"), st.integers(0, 2)), min_size=4, max_size=30)


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_rows_and_columns_changes_nothing(rows: list[tuple[str, str, int]], random: object) -> None:
    turned = rows[:]
    random.shuffle(turned)  # type: ignore[attr-defined]

    def report(some: list[tuple[str, str, int]], quasi: list[str]) -> dict[str, object]:
        release = [(AGE.generalised(age, level), SEX.generalised(sex, level % 2)) for age, sex, level in some]
        tables = named(some, "age", "sex"), named(release, "age", "sex")
        return measure_utility(*tables, quasi_identifiers=quasi, hierarchies=KNOWN, queries=20).to_dict()

    assert report(rows, ["age", "sex"]) == report(turned, ["sex", "age"])


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_every_figure_lies_between_keeping_all_and_nothing(rows: list[tuple[str, str, int]]) -> None:
    release = [(AGE.generalised(age, level), SEX.generalised(sex, level % 2)) for age, sex, level in rows]
    found = measure_utility(
        named(rows, "age", "sex"), named(release, "age", "sex"), quasi_identifiers=["age", "sex"], hierarchies=KNOWN, queries=20
    )  # fmt: skip
    cells = [tree.loss(value) for row in release for tree, value in zip((AGE, SEX), row, strict=True)]
    assert found.ncp == pytest.approx(sum(cells) / len(cells))
    assert len(rows) <= found.discernibility <= len(rows) ** 2
    assert all(0 <= distance <= 1 + 1e-9 for distance in [*found.marginals.values(), *found.pairs.values()])
    assert found.pairs["age", "sex"] >= max(found.marginals.values()) - 1e-9


def test_local_recoding_of_a_census_keeps_more_than_global(data_folder: Path, tmp_path: Path) -> None:
    table = data_folder / "privacy" / "adult" / "adult.csv"
    known = read_folder(data_folder / "privacy" / "adult" / "hierarchies")
    found = {}
    with duckdb.connect(config={"threads": 1}) as cursor:
        for method in Method:
            out = tmp_path / f"{method.value}.csv"
            made = anonymise(cursor, table, out, plan=Plan(k=5, method=method), hierarchies=known)
            found[method] = measure_utility_files(
                cursor, table, out, quasi_identifiers=made.quasi, hierarchies=known, k=5, target="salary-class"
            )  # fmt: skip
            assert found[method].ncp == pytest.approx(made.ncp)
            assert found[method].suppressed == made.suppressed
    local, general = found[Method.LOCAL], found[Method.GLOBAL]
    assert local.query_error.median < general.query_error.median
    assert sum(local.pairs.values()) < sum(general.pairs.values())
    assert local.classifier is not None
    assert general.classifier is not None
    assert general.classifier.majority < general.classifier.after < local.classifier.after <= local.classifier.before
