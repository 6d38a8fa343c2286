"""The pack of mainland China: what it asks about an ordinary table, dated lists, clocks, and duties that have words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide
from entrepot.compliance.library import FOLDER, shipped, taxonomy, vocabulary
from entrepot.compliance.lint import lint
from entrepot.compliance.pack_model import Gate, Pack
from entrepot.compliance.pack_reader import FORM, read_file
from entrepot.compliance.vectors import read_vectors, run, vectors_beside
from entrepot.kit import Decision, Invalid

TODAY = date(2026, 11, 21)
MEASURED = {
    "asset.personal": False, "asset.categories": [], "asset.rows_about_persons": False, "asset.under_14": False, "asset.medium": "table",
    "offer.mode": "file", "offer.purposes": ["dpv:ResearchAndDevelopment"], "offer.public": True, "owner.country": "CN",
    "owner.verified": True, "exchange.country": "CN", "exchange.intermediary": True, "deal.jurisdictions": ["CN"],
}  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return next(pack for pack in shipped() if pack.id == "cn")


def test_its_cases_agree_and_notice_every_condition(pack: Pack) -> None:
    vectors = read_vectors(vectors_beside(FOLDER / "cn.yaml"), vocabulary())
    assert len(pack.rules) >= 40
    assert len(vectors) >= 170
    assert lint(pack, vectors, taxonomy()) == ()


def test_a_table_about_things_is_asked_for_its_source_its_grade_and_its_rights_alone(pack: Pack) -> None:
    dossier = Dossier(MEASURED, dict.fromkeys(MEASURED, Source.MEASURED))
    ruling = decide((pack,), Gate.LISTING, dossier, at=TODAY, taxonomy=taxonomy())
    asked = {"source.statement", "source.kinds", "source.authorised", "asset.barred_content", "asset.classification", "asset.public_data"}
    assert {fact.path for fact in ruling.missing} == asked
    assert all(fact.source is Source.DECLARED for fact in ruling.missing)


def test_a_contract_about_things_asks_for_nothing_more(pack: Pack) -> None:
    answers = {"source.authorised": True, "asset.barred_content": False, "asset.classification": "general"}
    deal = {"use.purposes": ["dpv:AcademicResearch"], "use.prohibited": [], "buyer.country": "CN", "buyer.verified": True}
    more = {"deal.cross_border": False, "contract.provision_on": "2026-11-25", "contract.fixes": ["purpose"]}
    ruling = decide((pack,), Gate.CONTRACT, Dossier({**MEASURED, **answers, **deal, **more}), at=TODAY, taxonomy=taxonomy())
    assert ruling.decision is Decision.ALLOW


@pytest.mark.parametrize("gate", Gate)
def test_a_case_of_no_concern_to_china_is_asked_nothing(pack: Pack, gate: Gate) -> None:
    ruling = decide((pack,), gate, Dossier({"deal.jurisdictions": ["EU"]}), at=TODAY, taxonomy=taxonomy())
    assert (ruling.decision, ruling.missing, ruling.duties) == (Decision.ALLOW, (), ())


@pytest.mark.parametrize(
    ("term", "before", "after"),
    [
        ("ent-cn:IdCardNumber", True, False),
        ("ent-cn:IdCardPhoto", True, True),
        ("pd:Fingerprint", True, True),
        ("pd:Disability", True, True),
    ],
)
def test_the_list_of_sensitive_kinds_changed_on_the_first_of_november_2025(term: str, before: bool, after: bool) -> None:
    days = (date(2025, 10, 31), date(2025, 11, 1))
    assert tuple("ent-cn:SensitivePI" in taxonomy().on(day).counts_as(term) for day in days) == (before, after)


@pytest.mark.parametrize(
    ("term", "tier"),
    [
        ("pd:GPSCoordinate", 50),
        ("pd:CreditRecord", 50),
        ("pd:Communication", 50),
        ("pd:CallLog", 500),
        ("pd:HealthRecord", 500),
        ("pd:Age", 5000),
    ],
)
def test_each_kind_has_its_criminal_tier(term: str, tier: int) -> None:
    sets = taxonomy().on(TODAY).counts_as(term)
    assert min(count for count in (50, 500, 5000) if f"ent-cn:CriminalTier{count}" in sets) == tier


def test_every_duty_has_words_in_both_languages_and_an_action(pack: Pack) -> None:
    _, root = read_file(FOLDER / "duties.yaml", FORM)
    assert list(root.entries) == sorted(root.entries)
    assert {duty.do for rule in pack.rules for duty in rule.duties} <= root.entries.keys()
    assert all(getattr(words, "entries", {}).keys() == {"en", "zh", "action"} for words in root.entries.values())


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        ("CN-PIPL-24-DECISION", "Personal Information Protection Law (2021), art. 24", "个人信息保护法 (2021)第24条"),
        ("CN-NDSR-22-ASK-AGAIN", "(2024), art. 22(5)", "(2024)第22条(5)"),
        ("CN-GBT37932-2025-CATALOGUE", "Data Transaction Service (2025), annex A", "数据交易服务安全要求 (2025)附录A"),
        ("CN-GBT45574-OFFICER", "Sensitive Personal Information (2025)", "敏感个人信息处理安全要求 (2025)"),
    ],
)
def test_a_citation_says_article_annex_or_the_whole(pack: Pack, rule: str, en: str, zh: str) -> None:
    found = pack.rule(rule)
    assert found is not None
    assert pack.cited(found)[0].endswith(en)
    assert pack.cited(found, "zh")[0].endswith(zh)


@pytest.mark.parametrize(
    ("day", "named", "gone"),
    [("2026-06-30", "Data Transaction Service (2019)", "(2025)"), ("2026-07-01", "Data Transaction Service (2025)", "(2019)")],
)
def test_only_the_edition_in_force_that_day_is_cited(pack: Pack, day: str, named: str, gone: str) -> None:
    found = pack.rule("CN-TRADE-BAN")
    assert found is not None
    of_the_standard = [text for text in pack.cited(found, at=date.fromisoformat(day)) if "Data Transaction Service" in text]
    assert len(of_the_standard) == 1
    assert named in of_the_standard[0]
    assert gone not in of_the_standard[0]


@pytest.mark.parametrize("text", ["2026-05-04", "2026-05-04T22:30:00", "soon", "", 5])
def test_a_moment_names_its_zone(text: object) -> None:
    with pytest.raises(Invalid, match=r"The fact incident\.known_at is .*no time with a zone"):
        vocabulary().check({"incident.known_at": text})
    assert vocabulary().check({"incident.known_at": "2026-05-04T22:30:00+08:00"})


def test_a_clock_that_ends_at_another_time_than_a_case_says_is_a_miss(pack: Pack, tmp_path: Path) -> None:
    facts = "{deal.jurisdictions: [CN], operation.kind: credit_objection, objection: {received_on: 2026-03-02, marked: true}}"
    case = f'{{case: late, gate: operation, facts: {facts}, expect: allow, due: {{CN-CREDIT-25-OBJECTION: "2026-03-23T23:59:59+08:00"}}}}'
    file = tmp_path / "late.vectors.yaml"
    file.write_text(f"cases:\n- {case}\n")
    (miss,) = run(read_vectors(file, vocabulary()), (pack,), taxonomy())
    assert "The clock of CN-CREDIT-25-OBJECTION should end at 2026-03-23T15:59:59" in miss.sentence()
    assert "2026-03-22T15:59:59" in miss.sentence()
