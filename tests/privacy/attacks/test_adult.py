"""Attacks on releases of a real census table, made by the anonymiser."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from entrepot.privacy.anonymise import Method, Plan, anonymise
from entrepot.privacy.attacks import AttackReport, attack_files, compose_files
from entrepot.privacy.hierarchies import read_folder

K = 5


@pytest.fixture(scope="module")
def halves(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Every other person of the table, and the persons between them, who are in no release."""
    folder = tmp_path_factory.mktemp("adult")
    header, *lines = (data_folder / "privacy" / "adult" / "adult.csv").read_text("utf-8").splitlines(keepends=True)
    for name, some in (("members.csv", lines[::2]), ("control.csv", lines[1::2])):
        (folder / name).write_text(header + "".join(some), "utf-8")
    return folder / "members.csv", folder / "control.csv"


def attacked(data_folder: Path, halves: tuple[Path, Path], method: Method) -> AttackReport:
    known = read_folder(data_folder / "privacy" / "adult" / "hierarchies")
    members, control = halves
    quasi = tuple(sorted(set(known) - {"salary-class"}))
    out = members.parent / f"{method.value}.csv"
    with duckdb.connect(config={"threads": 1}) as cursor:
        anonymise(cursor, members, out, plan=Plan(k=K, method=method, quasi=quasi), hierarchies=known)
        return attack_files(
            cursor, members, out, quasi_identifiers=quasi, sensitive=["salary-class"], hierarchies=known, control=control
        )  # fmt: skip


@pytest.fixture(scope="module")
def local(data_folder: Path, halves: tuple[Path, Path]) -> AttackReport:
    return attacked(data_folder, halves, Method.LOCAL)


@pytest.fixture(scope="module")
def general(data_folder: Path, halves: tuple[Path, Path]) -> AttackReport:
    return attacked(data_folder, halves, Method.GLOBAL)


def test_no_row_of_a_k_anonymous_release_fits_one_person_alone(local: AttackReport, general: AttackReport) -> None:
    for report in (local, general):
        found = report.get("unique_linkage")
        assert found.attack.hits == 0
        assert found.facts["fewest_fitting_rows"] >= K


def test_local_recoding_gives_more_away_than_global(local: AttackReport, general: AttackReport) -> None:
    for name in ("singling_out_multivariate", "attribute_inference", "homogeneity"):
        assert local.get(name).attack.share > general.get(name).attack.share


def test_what_local_recoding_generalised_can_be_guessed_better_than_by_chance(local: AttackReport) -> None:
    found = local.get("downcoding")
    assert found.attack.share > found.baseline.share
    assert found.attack.tries > 100


def test_persons_outside_are_guessed_nearly_as_well_as_those_inside(local: AttackReport) -> None:
    found = local.get("attribute_inference", "salary-class")
    assert found.control is not None
    assert found.baseline.share < found.control.share <= found.attack.share + 0.02
    assert found.risk.value < (found.attack.share - found.baseline.share) / (1 - found.baseline.share)


def test_two_releases_of_one_table_break_what_each_keeps(
    data_folder: Path, halves: tuple[Path, Path], local: AttackReport, general: AttackReport
) -> None:
    known = read_folder(data_folder / "privacy" / "adult" / "hierarchies")
    files = [halves[0].parent / f"{method.value}.csv" for method in Method]
    with duckdb.connect(config={"threads": 1}) as cursor:
        found = compose_files(cursor, halves[0], files, quasi_identifiers=local.quasi_identifiers, hierarchies=known)
    assert found.aligned
    assert all(smallest is not None and smallest >= K for smallest in found.smallest)
    assert sum(rows for _, rows in found.sizes) == local.rows
    assert found.breaks(K)
