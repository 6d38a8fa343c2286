"""Checks of whole columns agree with python-stdnum, value by value, on right numbers, wrong ones and rubbish."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.cn import ric

from entrepot.privacy.checksums import CHECKS, passing
from entrepot.privacy.detectors import finance


def _is_resident_number(value: str) -> bool:
    """As the reference, without its list of counties: it ends with the current ones, and older cards name older ones."""
    return (
        len(value) == 18
        and value[:2] in _PROVINCES
        and 1800 <= ric.get_birth_date(value).year < 2100
        and ric.calc_check_digit(value) == value[-1].upper()
    )


_PROVINCES = {key[:2] for key in ("11", "44", "36", "91", "14", "34", "31", "41")} | {
    f"{n}" for n in (12, 13, 15, 21, 22, 23, 32, 33, 35, 37, 42, 43, 45, 46)
}
_PROVINCES |= {f"{n}" for n in (50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83)}
ORACLES: dict[str, Callable[[str], bool]] = {
    "gb11643": _is_resident_number,
    "gb32100": importlib.import_module("stdnum.cn.uscc").is_valid,
    "iban": lambda v: bool(iban.is_valid(v, check_country=False)),
    "luhn-card": lambda v: v.isdigit() and finance.is_card(v),
    "imei": lambda v: v.isdigit() and finance.is_imei(v),
    **{name: importlib.import_module(f"stdnum.{name[7:]}").is_valid for name in CHECKS if name.startswith("stdnum-")},
}
EXAMPLES = {
    "gb11643": ["11010519491231002X", "440524188001010014", "360426199101010071"], "gb32100": ["91110000600037341L", "12345678920BCDEFGH"],
    "iban": ["DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "FR1420041010050500013M02606"],
    "luhn-card": ["4012888888881881", "5500005555555559", "378282246310005", "6011000990139424", "6222021234567890128"],
    "imei": ["356938035643809", "490154203237518", "869938035643804"], "stdnum-pl.pesel": ["44051401359"], "stdnum-br.cpf": ["39053344705"],
    "stdnum-de.idnr": ["36574261809"], "stdnum-tr.tckimlik": ["17291716060"], "stdnum-nl.bsn": ["111222333"],
    "stdnum-in_.aadhaar": ["234123412346"], "stdnum-ca.sin": ["123456782"], "stdnum-gb.nhs": ["9434765870"], "stdnum-ch.ssn": ["7569217076985"],
    "stdnum-kr.rrn": ["9710139019902"],
}  # fmt: skip


def _oracle(name: str, value: str) -> bool:
    try:
        return bool(ORACLES[name](value))
    except Exception:  # The reference stumbles over some dates.
        return False


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_column_counts_what_the_reference_counts(name: str) -> None:
    chance = random.Random(name)
    values = [changed for example in EXAMPLES[name] for changed in _neighbours(example, chance)]
    right, wrong = [v for v in values if _oracle(name, v)], [v for v in values if not _oracle(name, v)]
    assert len(right) >= 20, "there is something to accept"
    # Counted together; one by one only to name the culprit.
    assert passing(pa.array(right), CHECKS[name]) == len(right), [v for v in right if passing(pa.array([v]), CHECKS[name]) != 1]
    assert passing(pa.array(wrong), CHECKS[name]) == 0, [v for v in wrong if passing(pa.array([v]), CHECKS[name])]
    assert passing(pa.array(values), CHECKS[name]) == len(right)


def _neighbours(example: str, chance: random.Random) -> list[str]:
    """The example with one or two characters changed, and every last character for each."""
    found = [example]
    for _ in range(60):
        body = list(example)
        at = chance.randrange(len(body) - 1)
        body[at] = chance.choice("0123456789") if body[at].isdigit() else chance.choice("ABCDEFGH")
        found += ["".join(body[:-1]) + last for last in ("0123456789X" if len(example) == 18 else "0123456789")]
        if len(example) == 11:
            found += ["".join(body[:-2]) + f"{last:02}" for last in range(100)]
    return found


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(values=st.lists(st.text(st.sampled_from("0123456789XA é身"), min_size=0, max_size=20) | st.none(), max_size=20))
def test_rubbish_and_missing_values_are_counted_as_the_reference_does(name: str, values: list[str | None]) -> None:
    expected = sum(
        1 for v in values if v is not None and " " not in v and v.isascii() and _oracle(name, v) and len(v) in CHECKS[name].lengths
    )
    assert passing(pa.array(values, pa.string()), CHECKS[name]) == expected


def test_slices_and_chunks_are_read_where_they_begin() -> None:
    cards = pa.array(["4012888888881881", None, "5105105105105100", "4012888888881882", "é"])
    assert passing(cards.slice(2), CHECKS["luhn-card"]) == 1
    assert passing(pa.chunked_array([cards, cards]), CHECKS["luhn-card"]) == 4


def test_most_numbers_of_the_right_length_are_refused() -> None:
    numbers = [f"{i:016}" for i in range(4_123_000_000_000_000, 4_123_000_000_001_000)]
    assert passing(pa.array(numbers), CHECKS["luhn-card"]) == sum(luhn.is_valid(n) for n in numbers) == 100
