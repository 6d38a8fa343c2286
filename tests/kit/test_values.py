"""Money, ids, times and canonical JSON: what everything else is built from."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kit import (
    Conflict,
    Decision,
    Invalid,
    Money,
    NotFound,
    b64url,
    canonical_json,
    digest,
    is_id,
    new_id,
    parse_money,
    parse_rfc3339,
    rfc3339,
    strictest,
    unb64url,
)

AMOUNTS = st.integers(-(2**53) + 1, 2**53 - 1)
CURRENCIES = st.sampled_from(["EUR", "CNY", "JPY", "KWD", "USD"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(AMOUNTS, CURRENCIES)
def test_money_reads_back_what_it_prints(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert parse_money(str(money)) == money
    left, _, right = str(money).rpartition(" ")
    assert parse_money(f"{right} {left}") == money


@pytest.mark.parametrize(
    "text", ["", "EUR", "1.005 EUR", "1.5 JPY", "0.0001 KWD", "1 eur", "1e3 EUR", "NaN EUR", "1 EUR EUR", "--1 EUR", "٣ EUR ", "1 EU"]
)
def test_what_is_no_amount_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(Invalid):
        parse_money(text)


@given(AMOUNTS, AMOUNTS)
def test_currencies_never_mix(one: int, other: int) -> None:
    with pytest.raises(Invalid, match="different currencies"):
        Money(one, "EUR") + Money(other, "CNY")


@pytest.mark.parametrize("amount", [2**53, -(2**53), True, 1.0, math.nan, "1"])
def test_money_is_a_whole_number_that_json_can_carry(amount: object) -> None:
    with pytest.raises(Invalid):
        Money(amount, "EUR")  # type: ignore[arg-type]


def test_canonical_json_follows_the_standard() -> None:
    # RFC 8785, section 3.2.3: names sorted by UTF-16 code units.
    given_names = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "1": "One",
        "\U0001f600": "Emoji",
        "\u0080": "Control",
        "\u00f6": "Latin",
        "\ufb33": "Hebrew",
    }
    assert list(json.loads(canonical_json(given_names))) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical_json({"b": [1, 1.5, None], "a": '\u001f"\\/'}) == b'{"a":"\\u001f\\"\\\\/","b":[1,1.5,null]}'


@given(JSON)
def test_equal_values_have_one_spelling(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    assert digest(json.loads(text)) == digest(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, {1: 2}, object(), "\ud800", b"bytes"])
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(Invalid):
        canonical_json(value)


@given(st.binary(max_size=80))
def test_base64url_comes_back_and_carries_no_padding(data: bytes) -> None:
    assert unb64url(b64url(data)) == data
    assert not set(b64url(data)) & set("=+/")


@pytest.mark.parametrize("text", ["a", "a+b/", "ab=", "ä", "ab", "a\n"])
def test_what_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        unb64url(text)


def test_ids_carry_their_kind_and_grow() -> None:
    made = [new_id("lst") for _ in range(2_000)]
    assert made == sorted(set(made))
    assert all(is_id(one, "lst") and not is_id(one, "agr") for one in made)
    assert not any(map(is_id, ["", "lst_", "lst_" + "i" * 26, made[0].upper(), made[0] + "\n"]))


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)), st.integers(-840, 840))
def test_times_read_back_exactly_from_any_zone(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_rfc3339(rfc3339(aware)) == aware.astimezone(UTC)
    assert parse_rfc3339(aware.isoformat()) == aware


@pytest.mark.parametrize("text", ["", "2026-11-21", "2026-11-21T09:30:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_without_zone_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_rfc3339(text)


@given(st.lists(st.sampled_from(Decision)))
def test_the_strictest_decision_wins(decisions: list[Decision]) -> None:
    order = [Decision.ALLOW, Decision.REVIEW, Decision.NEEDS_INFO, Decision.BLOCK, Decision.CONFLICT]
    assert strictest(decisions) == max(decisions, key=order.index, default=Decision.ALLOW)
    assert [d.exit_code for d in order] == [0, 4, 3, 2, 5]


def test_errors_carry_fact_step_and_a_stable_name() -> None:
    error = Conflict("Two want one.", "Wait.", field="name")
    assert error.as_dict()["message"] == "Two want one."
    assert (error.status, error.hint, error.details) == (409, "Wait.", {"field": "name"})
    assert {Invalid("a").error, NotFound("a").error, error.error} == {"Invalid", "NotFound", "Conflict"}
