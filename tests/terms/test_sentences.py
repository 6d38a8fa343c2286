"""Terms as sentences: every field is said, in both languages."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given

from entrepot.kit import Invalid
from entrepot.terms import Condition, Operator, Redistribution, Rights, Terms, rights_sentences, sentences
from terms import strategies as make

FULL = Terms(
    permitted_purposes=("AcademicResearch", "ProvideOfficialStatistics"), prohibited_purposes=("Marketing", "Personalisation"),
    duration_days=365, territories=("DE", "FR"), count_limit=10, redistribution=Redistribution.DERIVED, attribution=True,
)  # fmt: skip


def test_terms_read_naturally_in_english() -> None:
    assert sentences(FULL, "en") == (
        "You may use the data for academic research and official statistics.",
        "You may not use it for marketing or personalisation.",
        "You may use it for 365 days from the day of signing.",
        "You may use it only in these places: Germany and France.",
        "You may fetch it up to 10 times.",
        "You may publish results from which the data cannot be recovered, but not the data itself.",
        "When you publish, you must name the owner as the source.",
        "You do not receive the column that tells which person a row belongs to.",
    )
    assert sentences(Terms(permitted_purposes=("Purpose",), duration_days=1, count_limit=1))[:5] == (
        "You may use the data for any purpose.",
        "No purpose is excluded.",
        "You may use it for 1 day from the day of signing.",
        "You may use it anywhere in the world.",
        "You may fetch it once.",
    )


def test_terms_read_naturally_in_chinese() -> None:
    assert sentences(FULL, "zh") == (
        "您可以将数据用于学术研究和官方统计。",
        "不得将数据用于市场营销或个性化。",
        "使用期限为自签署之日起 365 天。",
        "仅限在以下地区使用：德国、法国。",
        "最多可获取 10 次。",
        "可以发布无法还原出数据的成果，但不得提供数据本身。",
        "公开发布时须注明数据来源于数据提供方。",
        "交付内容不含可识别每行所属个人的列。",
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@given(one=make.terms, other=make.terms)
def test_every_field_has_its_sentence_and_different_fields_say_different_things(language: str, one: Terms, other: Terms) -> None:
    said, also = sentences(one, language), sentences(other, language)
    assert len(said) == len(also) == len(fields(Terms))
    for index, field in enumerate(fields(Terms)):
        if field.name not in ("permitted_purposes", "prohibited_purposes"):
            assert (said[index] == also[index]) == (getattr(one, field.name) == getattr(other, field.name)), field.name
    assert all(sentence.endswith("。" if language == "zh" else ".") for sentence in said)


def test_rights_read_naturally_in_both_languages() -> None:
    rights = Rights(
        columns=("age", "region"),
        rows=(
            Condition(column="age", operator=Operator.AT_LEAST, value=21),
            Condition(column="region", operator=Operator.IN, value=("West", "South")),
            Condition(column="wage", operator=Operator.IS_NOT_NULL),
        ),
    )
    assert rights_sentences(rights) == (
        "You receive only the columns age and region.",
        "You receive only rows where age is at least 21, region is “South” or “West” and wage is not empty.",
    )
    assert rights_sentences(rights, "zh") == (
        "仅交付以下列：age、region。",
        "仅交付满足以下条件的行：age 不小于 21；region 为 “South”或“West”；wage 不为空。",
    )
    assert rights_sentences(Rights()) == ("You receive every column.", "You receive every row.")
    with pytest.raises(Invalid, match="'fr'"):
        rights_sentences(Rights(), "fr")
