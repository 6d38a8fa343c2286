"""The kinds of data, the sets that laws draw, and what they are called."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from entrepot.compliance.library import label, taxonomy
from entrepot.privacy.categories import CATEGORIES

TODAY = date(2026, 11, 21)


def members(name: str) -> set[str]:
    return {term for membership in taxonomy().members if membership.set == name for term in membership.terms}


def pd_terms() -> set[str]:
    return {term for term in taxonomy().broader if term.startswith("pd:")}


def test_every_kind_of_data_that_a_check_finds_is_a_term_with_a_name_in_both_languages() -> None:
    for category in CATEGORIES.values():
        assert taxonomy().knows(category.term), category.term
        assert label(category.term) != label(category.term, "zh")


def test_all_kinds_of_the_vocabulary_are_here_and_lead_to_personal_data() -> None:
    assert len(pd_terms()) == 231
    day = taxonomy().on(TODAY)
    assert all("dpv:PersonalData" in day.counts_as(term) for term in pd_terms())


def test_every_broader_term_and_every_member_of_a_set_is_a_term() -> None:
    known = taxonomy()
    named = {above for terms in known.broader.values() for above in terms} | {t for m in known.members for t in m.terms}
    assert {term for term in named if not known.knows(term)} == set()


def test_every_term_and_set_has_a_name_in_both_languages() -> None:
    here = {term for term in (*taxonomy().broader, *taxonomy().sets) if term.partition(":")[0] in ("pd", "ent", "gdpr", "us")}
    assert {term for term in here if not any("\u4e00" <= letter <= "\u9fff" for letter in label(term, "zh"))} == set()


def test_a_term_without_a_name_is_spelled_out() -> None:
    assert label("ent:SomethingNew", "zh") == "something new"
    assert label("dpv:AcademicResearch") == "academic research"


def test_special_categories_are_those_the_vocabulary_marks_and_ethnicity() -> None:
    assert len(members("gdpr:SpecialCategory") - {"pd:Ethnicity"}) == 32
    day = taxonomy().on(TODAY)
    special = {term for term in pd_terms() if "gdpr:SpecialCategory" in day.counts_as(term)}
    assert special == members("gdpr:SpecialCategory")
    assert not special & {"pd:FinancialAccount", "pd:TravelHistory", "pd:EmailAddress"}


def test_what_the_check_calls_sensitive_the_house_does_not_let_out_raw() -> None:
    day = taxonomy().on(TODAY)
    raw = {word for word, category in CATEGORIES.items() if "ent:RawSensitive" in day.counts_as(category.term)}
    # Pictures and voices of grown-ups may be traded with consent; templates made of them are biometric, and may not.
    assert raw == {word for word, category in CATEGORIES.items() if category.kind == "sensitive"} - {"face", "voice"}


def test_a_set_has_no_members_before_its_law() -> None:
    assert "us:Bulk" not in taxonomy().on(date(2025, 4, 7)).counts_as("pd:Fingerprint")
    assert {"us:Bulk", "us:BulkBiometric"} <= taxonomy().on(date(2025, 4, 8)).counts_as("pd:Fingerprint")


@pytest.mark.parametrize("term", ["pd:Prescription", "pd:DNACode", "pd:FamilyHealthHistory", "pd:MentalHealth"])
def test_narrower_terms_belong_to_the_sets_of_broader_ones(term: str) -> None:
    assert {"ent:RawSensitive", "us:BulkHealth"} <= taxonomy().on(TODAY).counts_as(term)


def test_the_terms_are_those_of_the_tables(data_folder: Path) -> None:
    tables = data_folder / "rules"
    with (tables / "dpv-2.3" / "pd.csv").open(encoding="utf-8") as file:
        rows = {f"pd:{row['term']}": row for row in csv.DictReader(file)}
    assert set(rows) == pd_terms()
    marked = {term for term, row in rows.items() if "SpecialCategory" in row["dpvtype"]}
    assert members("gdpr:SpecialCategory") == marked | {"pd:Ethnicity"}
    with (tables / "app_necessary_pi_39.csv").open(encoding="utf-8") as file:
        apps = {term for row in csv.DictReader(file) for term in row["terms"].split(";") if term}
    assert {term for term in apps if not taxonomy().knows(term)} == set()
