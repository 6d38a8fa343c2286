"""Both languages say everything."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from babel.messages.pofile import read_po

from entrepot.kit import Money
from entrepot.web import languages, messages


def _catalogue(code: str) -> dict[str, str]:
    with (languages.LOCALE_FOLDER / code / "LC_MESSAGES" / "pages.po").open("rb") as file:
        found = read_po(file, locale=code)
    first = {message.id if isinstance(message.id, str) else message.id[0]: message.string for message in found if message.id}
    return {key: str(text if isinstance(text, str) else (text or ("",))[0]) for key, text in first.items()}


def _extracted() -> dict[str, str]:
    return {m.id if isinstance(m.id, str) else m.id[0]: m.id if isinstance(m.id, str) else m.id[1] for m in messages.extract() if m.id}


@pytest.mark.parametrize("code", messages.TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(code: str) -> None:
    translated, extracted = _catalogue(code), _extracted()
    assert set(translated) == set(extracted), "run python -m entrepot.web.messages, then translate what is new"
    assert not [key for key, text in translated.items() if not text.strip()]


@pytest.mark.parametrize("code", messages.TRANSLATED)
def test_translations_carry_the_same_values(code: str) -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s|%\(\w+\)d", text))

    plural = _extracted()
    wrong = {key: text for key, text in _catalogue(code).items() if values(text) != values(plural[key])}
    assert wrong == {}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9,zh;q=0.5", "en"), ("fr, zh;q=0.3", "zh"), ("zh;q=0, en;q=0.1", "en"), ("", "en"),
        ("de", "en"), (";;q=,=,zh;q=x", "en"), ("ZH-hant", "zh"),
    ],
)  # fmt: skip
def test_a_browser_is_answered_in_the_language_it_prefers(accepted: str, expected: str) -> None:
    assert languages.choose(accepted, "en") == expected


def test_figures_are_written_as_each_language_writes_them() -> None:
    english, chinese = languages.get("en"), languages.get("zh")
    assert english.money(Money(125_000, "EUR")) == "1,250.00 EUR"
    assert english.money(Money(-5, "EUR")) == "−0.05 EUR"
    assert english.money(Money(1_200, "JPY")) == "1,200 JPY"
    assert english.number(61_395) == "61,395"
    assert english.size(21_400_000) == "21.4 MB"
    assert english.size(999) == "999 B"
    at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert english.moment(at) == "21 Nov 2026 09:00 UTC"
    assert chinese.moment(at) == "2026年11月21日 09:00 UTC"
    assert english.span(timedelta(hours=72)) == "3 days"
    assert chinese.span(timedelta(hours=72)).replace(" ", "") == "3天"
    assert english.ngettext("%(num)d listing", "%(num)d listings", 1) == "%(num)d listing"
    assert chinese.ngettext("%(num)d listing", "%(num)d listings", 1) == "%(num)d 个数据产品"
