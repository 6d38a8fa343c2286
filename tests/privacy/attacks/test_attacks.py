"""Attacks on small tables where the right answer is known by counting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid, NotFound
from entrepot.privacy.attacks import Budget, Frame, Rate, attack, attack_files, compose, frame_of
from entrepot.privacy.attacks.linking import _chance
from entrepot.privacy.attacks.model import AttackResult
from entrepot.privacy.hierarchies import hierarchy

AGE = hierarchy("age", [(str(age), f"{age // 10 * 10}-{age // 10 * 10 + 9}", "*") for age in (20, 21, 30, 31, 40)])
TOWN = hierarchy("town", [(name, "coast" if name in ("Aalen", "Bonn") else "hill", "*") for name in ("Aalen", "Bonn", "Celle", "Daun")])
PEOPLE = {"age": ["20", "21", "30", "31", "40"], "illness": ["flu", "flu", "flu", "gout", "gout"]}
GENERAL = PEOPLE | {"age": ["20-29", "20-29", "30-39", "30-39", "40"]}


def named(rows: Sequence[Sequence[str]], *columns: str) -> Frame:
    return frame_of({name: [row[i] for row in rows] for i, name in enumerate(columns)})


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"), [(10, 100, 0.0552, 0.1744), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)]
)
def test_a_rate_has_the_interval_of_wilson(hits: int, tries: int, low: float, high: float) -> None:
    rate = Rate(hits=hits, tries=tries)
    assert [rate.low, rate.high] == pytest.approx([low, high], abs=5e-5)


def test_risk_is_what_the_release_adds_to_the_control() -> None:
    some = Rate(hits=600, tries=1000)
    found = AttackResult(name="a", attack=some, baseline=Rate(hits=100, tries=1000), control=Rate(hits=200, tries=1000))
    assert found.risk.value == pytest.approx((0.6 - 0.2) / (1 - 0.2))
    assert 0.4 < found.risk.low < 0.5 < found.risk.high < 0.6
    assert found.grade == "strong"
    assert "for persons outside the release" in found.verdict


def test_an_attack_that_works_as_well_on_outsiders_shows_no_risk() -> None:
    rate = Rate(hits=900, tries=1000)
    found = AttackResult(name="a", attack=rate, baseline=Rate(hits=100, tries=1000), control=rate)
    assert (found.risk.value, found.grade) == (0, "none")


def test_a_row_that_fits_one_person_alone_is_linked() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], hierarchies={"age": AGE})
    found = report.get("unique_linkage")
    assert (found.attack.hits, found.attack.tries) == (1, 5)
    assert found.facts["persons_linked"] == 1
    assert found.facts["fewest_fitting_rows"] == 1
    assert found.facts["mean_chance_to_pick_right"] == pytest.approx((4 * 0.5 + 1) / 5)


def test_whoever_fits_no_row_that_shows_anything_is_among_the_hidden_rows() -> None:
    people = named([*[("20", "flu"), ("20", "gout")] * 3, ("31", "hiv")], "age", "ill")
    quasi: dict[str, Any] = {"quasi_identifiers": ["age"], "sensitive": ["ill"], "hierarchies": {"age": AGE}}
    told = attack(people, named([*[("20", "flu"), ("20", "gout")] * 3, ("*", "hiv")], "age", "ill"), **quasi)
    assert (told.get("unique_linkage").attack.hits, told.get("homogeneity").attack.hits) == (1, 1)
    assert told.get("unique_linkage").facts["fewest_fitting_rows"] == 1
    empty = attack(people, named([*[("20", "flu"), ("20", "gout")] * 3, ("*", "")], "age", "ill"), hidden_tell=False, **quasi)
    assert (empty.get("unique_linkage").attack.hits, empty.get("homogeneity").attack.hits) == (0, 0)
    assert empty.get("homogeneity").facts["rows_in_homogeneous_classes"] == 0


def test_two_hidden_persons_cannot_be_told_apart_and_one_with_two_rows_can() -> None:
    rows = [*[("20", "a")] * 2, ("20", "b"), ("30", "c"), ("31", "d")]
    release = named([*[("20", "")] * 3, *[("*", "")] * 2], "age", "who")
    quasi: dict[str, Any] = {"quasi_identifiers": ["age"], "hierarchies": {"age": AGE}, "person_key": "who"}
    assert attack(named(rows, "age", "who"), release, **quasi).get("unique_linkage").attack.hits == 0
    rows[-1] = ("31", "c")
    found = attack(named(rows, "age", "who"), release, **quasi).get("unique_linkage")
    assert (found.attack.hits, found.facts["persons_linked"]) == (2, 1)


def test_rows_of_one_person_count_as_one_person() -> None:
    original = {"who": ["a", "b", "c", "c", "d"], "age": PEOPLE["age"]}
    report = attack(frame_of(original), frame_of(GENERAL), quasi_identifiers=["age"], hierarchies={"age": AGE}, person_key="who")
    found = report.get("unique_linkage")
    assert (found.attack.hits, found.facts["persons_linked"]) == (3, 2)


def test_values_seen_once_single_persons_out() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], hierarchies={"age": AGE})
    # One value stands in the release once (40); with it go everything from it on, which is the same predicate.
    assert report.get("singling_out_univariate").facts["values_seen_once"] == 1
    assert report.get("singling_out_univariate").attack.share == 1


def test_two_parties_meet_by_chance_within_a_class() -> None:
    rows = [("20", "Aalen"), ("20", "Aalen"), ("31", "Daun"), ("31", "Daun"), ("31", "Daun")]
    table = named(rows, "age", "town")
    found = attack(table, table, quasi_identifiers=["age", "town"], hierarchies={"age": AGE, "town": TOWN}).get("linkability")
    assert found.attack.share == pytest.approx((2 * 1 / 2 + 3 * 1 / 3) / 5)
    assert found.baseline.share == pytest.approx(1 / 5)


def test_parties_with_several_rows_meet_more_often() -> None:
    rows, hidden = [("20", "Aalen"), ("21", "Bonn"), ("30", "Celle"), ("31", "Daun")], [("*", "*")] * 4
    found = attack(
        named(rows, "age", "town"), named(hidden, "age", "town"), quasi_identifiers=["age", "town"],
        hierarchies={"age": AGE, "town": TOWN}, neighbours=2,
    ).get("linkability")  # fmt: skip
    # Of four rows each draws two: one in six pairs of draws has nothing in common.
    assert found.attack.share == pytest.approx(5 / 6)
    assert found.risk.value == pytest.approx(0)


def test_rows_that_are_surely_taken_meet_rows_that_are_drawn() -> None:
    # Of twelve pairs of draws six have nothing in common: one of the three rows is held by the first party anyhow, two both may draw.
    assert _chance(1, 4, 1, 3, 1, 0, 2) == pytest.approx(1 - (2 * 1 + 2 * 2) / (4 * 3))
    assert _chance(1, 5, 1, 7, 0, 0, 3) == pytest.approx(3 / 35)


def test_classes_of_one_value_disclose_it() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], sensitive=["illness"], hierarchies={"age": AGE})
    found = report.get("homogeneity", "illness")
    assert found.attack.hits == 3
    assert found.baseline.hits == 0
    assert found.facts["share_homogeneous"] == pytest.approx(3 / 5)
    assert found.facts["share_disclosed_by_excluding_one_value"] == 1
    assert found.facts["mean_confidence"] == pytest.approx((2 + 1 + 1) / 5)


def test_a_sensitive_value_is_guessed_from_the_class() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], sensitive=["illness"], hierarchies={"age": AGE})
    found = report.get("attribute_inference", "illness")
    assert found.attack.hits == 4  # All but one of the two in their thirties, where the chances are equal.
    assert found.baseline.share == pytest.approx(3 / 5)


def test_what_holds_for_everybody_is_no_risk_to_persons_of_the_table() -> None:
    rows = [("20", "flu")] * 30 + [("40", "gout")] * 30
    table = named(rows, "age", "illness")
    found = attack(table, table, quasi_identifiers=["age"], sensitive=["illness"], hierarchies={"age": AGE}, control=table)
    assert found.get("attribute_inference").control is not None
    assert found.get("attribute_inference").attack.share == 1
    assert found.get("attribute_inference").risk.value == 0


def test_a_minimal_recoding_tells_what_it_generalised() -> None:
    # Whoever is 20 in Bonn was released as such, so those between 20 and 29 in Bonn are 21, though 20 is more frequent.
    rows = [("20", "Bonn")] * 60 + [("21", "Bonn")] * 20
    released = [("20", "Bonn")] * 60 + [("20-29", "Bonn")] * 20
    found = attack(
        named(rows, "age", "town"), named(released, "age", "town"), quasi_identifiers=["age", "town"],
        hierarchies={"age": AGE, "town": TOWN},
    ).get("downcoding")  # fmt: skip
    assert (found.attack.hits, found.attack.tries, found.baseline.hits) == (20, 20, 0)
    assert found.grade == "strong"


def test_without_finer_classes_there_is_nothing_to_downcode() -> None:
    found = attack(frame_of(PEOPLE), frame_of(PEOPLE | {"age": ["*"] * 5}), quasi_identifiers=["age"], hierarchies={"age": AGE})
    assert found.get("downcoding").grade == "untried"
    assert found.get("downcoding").facts["generalised_cells"] == 5


def test_ranges_and_masks_are_understood_without_hierarchies() -> None:
    original = {"age": ["20", "25", "30", "39"], "code": ["1011", "1012", "2001", "2002"]}
    release = {"age": ["[20, 30)", "20-29", "30-39", "*"], "code": ["101*", "101*", "200*", "2002"]}
    found = attack(frame_of(original), frame_of(release), quasi_identifiers=["age", "code"])
    assert found.aligned
    assert found.get("unique_linkage").facts["persons_linked"] == 1


def test_a_release_in_another_order_is_attacked_but_not_downcoded() -> None:
    turned = {name: values[::-1] for name, values in GENERAL.items()}
    report = attack(frame_of(PEOPLE), frame_of(turned), quasi_identifiers=["age"], hierarchies={"age": AGE})
    assert not report.aligned
    assert report.get("unique_linkage").attack.hits == 1
    assert any("do not stand in the order" in str(note) for note in report.notes)
    with pytest.raises(Invalid, match="no attack downcoding"):
        report.get("downcoding")


def test_what_was_not_searched_is_said() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], hierarchies={"age": AGE}, budget=Budget(targets=2))
    assert report.get("unique_linkage").attack.tries == 2
    assert any("2 of 5 rows" in str(note) for note in report.notes)


def test_attacks_left_out_for_time_are_named() -> None:
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], budget=Budget(seconds=1e-9))
    assert report.results == ()
    assert report.worst is None
    assert any("time was up: singling out univariate" in str(note) for note in report.notes)


def made(name: str, hits: int, tries: int) -> AttackResult:
    return AttackResult(name=name, attack=Rate(hits=hits, tries=tries), baseline=Rate(hits=0, tries=tries))


def test_the_worst_attack_is_the_one_whose_risk_may_be_highest_of_those_tried_often_enough() -> None:
    results = (made("often", 100, 2000), made("seldom", 9, 200), made("hardly", 1, 4), made("never", 0, 0))
    report = attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=["age"], hierarchies={"age": AGE})
    assert (worst := replace(report, results=results).worst) is not None
    assert worst.name == "seldom"
    assert (worst := replace(report, results=results[2:]).worst) is not None
    assert worst.name == "hardly"


def test_a_report_holds_no_value() -> None:
    original = {"age": ["2011", "2122", "3033"], "illness": ["fluvalue", "goutvalue", "fluvalue"]}
    table = frame_of(original)
    report = attack(table, table, quasi_identifiers=["age"], sensitive=["illness"], control=table)
    said = json.dumps(report.to_dict()) + repr(report)
    assert not [value for values in original.values() for value in values if value in said]


@pytest.mark.parametrize(
    ("quasi", "sensitive", "fact"),
    [([], [], "No quasi-identifier"), (["age"], ["age"], "both quasi-identifier and sensitive"), (["size"], [], "no column size")],
)
def test_what_does_not_fit_is_refused(quasi: list[str], sensitive: list[str], fact: str) -> None:
    with pytest.raises(Invalid, match=fact):
        attack(frame_of(PEOPLE), frame_of(GENERAL), quasi_identifiers=quasi, sensitive=sensitive)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(Invalid, match="release has no rows"):
        attack(frame_of(PEOPLE), frame_of({"age": []}), quasi_identifiers=["age"])


def test_a_budget_without_tries_is_refused() -> None:
    with pytest.raises(Invalid, match="no try"):
        Budget(targets=0)


FLAT_AGE = hierarchy("n", [("1", "12", "*"), ("2", "12", "*"), ("3", "34", "*"), ("4", "34", "*")])
FLAT_TOWN = hierarchy("m", [("1", "ab", "*"), ("2", "ab", "*")])


def test_two_releases_together_show_who_hides_in_each() -> None:
    original = named([("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")], "n", "m")
    first = named([("1", "*"), ("1", "*"), ("2", "*"), ("2", "*")], "n", "m")
    second = named([("*", "1"), ("*", "2"), ("*", "1"), ("*", "2")], "n", "m")
    found = compose(original, [first, second], quasi_identifiers=["n", "m"], hierarchies={"n": FLAT_AGE, "m": FLAT_TOWN})
    assert (found.smallest, found.effective, found.sizes) == ((2, 2), 1, ((1, 4),))
    assert found.breaks(2)
    assert found.below(2) == 4


def test_the_same_release_twice_breaks_nothing() -> None:
    release = frame_of(GENERAL)
    found = compose(frame_of(PEOPLE), [release, release], quasi_identifiers=["age"], hierarchies={"age": AGE})
    assert (found.smallest, found.effective, found.sizes) == ((1, 1), 1, ((1, 1), (2, 4)))


def test_composition_counts_persons_and_finds_classes_in_another_order() -> None:
    original = frame_of({"who": ["a", "a", "b", "c"], "n": ["1", "2", "3", "4"]})
    release = frame_of({"n": ["34", "12", "34", "12"]})
    found = compose(original, [release], quasi_identifiers=["n"], hierarchies={"n": FLAT_AGE}, person_key="who")
    assert not found.aligned
    assert found.sizes == ((1, 2), (2, 2))


def test_a_suppressed_row_is_as_hidden_as_the_other_release_leaves_it() -> None:
    original = frame_of({"n": ["1", "2", "3", "4"]})
    first, second = frame_of({"n": ["*", "2", "34", "34"]}), frame_of({"n": ["12", "12", "*", "*"]})
    found = compose(original, [first, second], quasi_identifiers=["n"], hierarchies={"n": FLAT_AGE})
    assert (found.smallest, found.effective) == ((1, 2), 1)
    assert found.sizes == ((1, 1), (2, 3))
    hidden = compose(original, [frame_of({"n": ["*"] * 4})], quasi_identifiers=["n"], hierarchies={"n": FLAT_AGE})
    assert (hidden.smallest, hidden.effective) == ((None,), 4)


def test_composition_needs_a_release() -> None:
    with pytest.raises(Invalid, match="no release"):
        compose(frame_of(PEOPLE), [], quasi_identifiers=["age"])


ROWS = st.lists(st.tuples(st.sampled_from(["20", "21", "30", "31", "40"]), st.sampled_from(["Aalen", "Bonn", "Celle", "Daun"]), st.sampled_from("xyz")), min_size=2, max_size=40)  # fmt: skip
KNOWN = {"age": AGE, "town": TOWN}


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_a_suppressed_release_gives_no_attack_more_than_guessing(rows: list[tuple[str, str, str]]) -> None:
    released = [("*", "*", secret) for _, _, secret in rows]
    report = attack(
        named(rows, "age", "town", "secret"), named(released, "age", "town", "secret"), quasi_identifiers=["age", "town"],
        sensitive=["secret"], hierarchies=KNOWN,
    )  # fmt: skip
    assert len(report.results) == 7
    assert all(result.risk.value == pytest.approx(0) for result in report.results)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=2, max_size=30, unique_by=(lambda r: r[0], lambda r: r[1])))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_the_original_as_release_gives_everybody_away(rows: list[tuple[int, int]]) -> None:
    table = named([(str(a), str(b)) for a, b in rows], "a", "b")
    report = attack(table, table, quasi_identifiers=["a", "b"])
    shares = [
        report.get(name).attack.share for name in ("singling_out_univariate", "singling_out_multivariate", "unique_linkage", "linkability")
    ]
    assert shares == [pytest.approx(1)] * 4


@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 3))
@settings(deadline=None, max_examples=40)
def test_the_order_of_rows_and_columns_changes_nothing(rows: list[tuple[str, str, str]], random: object, seed: int) -> None:
    released = [(AGE.generalised(a, i % 3), TOWN.generalised(t, i % 2), s) for i, (a, t, s) in enumerate(rows)]
    turned = list(zip(rows, released, strict=True))
    random.shuffle(turned)  # type: ignore[attr-defined]

    def report(left: list[tuple[str, str, str]], right: list[tuple[str, str, str]], quasi: list[str]) -> dict[str, object]:
        frames = [named(side, "age", "town", "secret") for side in (left, right)]
        budget = Budget(targets=7)
        made = attack(
            *frames, quasi_identifiers=quasi, sensitive=["secret"], hierarchies=KNOWN, control=frames[0], budget=budget, seed=seed
        )
        return made.to_dict()

    assert report(rows, released, ["age", "town"]) == report([a for a, _ in turned], [b for _, b in turned], ["town", "age"])


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    return path


def test_files_give_the_report_of_their_rows(tmp_path: Path) -> None:
    header = ("age", "illness")
    first = write(tmp_path / "a.csv", [header, *zip(*PEOPLE.values(), strict=True)])
    second = write(tmp_path / "b.csv", [header, *zip(*GENERAL.values(), strict=True)])
    asked = {"quasi_identifiers": ["age"], "sensitive": ["illness"], "hierarchies": {"age": AGE}}
    with duckdb.connect() as cursor:
        found = attack_files(cursor, first, second, control=first, **asked)  # type: ignore[arg-type]
    in_memory = attack(frame_of(PEOPLE), frame_of(GENERAL), control=frame_of(PEOPLE), **asked)  # type: ignore[arg-type]
    assert found.to_dict() == in_memory.to_dict()
    assert found.aligned


def test_a_release_with_fewer_rows_is_read_by_itself(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", [("age", "town"), *[(age, "Bonn") for age in PEOPLE["age"]]])
    second = write(tmp_path / "b.csv", [("town", "age"), ("Bonn", "30-39"), ("Bonn", "30-39"), ("Bonn", "40")])
    with duckdb.connect() as cursor:
        found = attack_files(cursor, first, second, quasi_identifiers=["age", "town"], hierarchies=KNOWN)
    assert (found.rows, found.released, found.aligned) == (5, 3, False)
    assert found.get("unique_linkage").attack.hits == 1


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", [("age", "town"), ("20", "Bonn"), ("21", "Bonn")])
    with duckdb.connect() as cursor:
        with pytest.raises(NotFound):
            attack_files(cursor, first, tmp_path / "none.csv", quasi_identifiers=["age"])
        with pytest.raises(Invalid, match="no column size"):
            attack_files(cursor, first, first, quasi_identifiers=["size"])
