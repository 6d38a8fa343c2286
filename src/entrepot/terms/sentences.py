"""Terms and rights as a person would say them, in English and Chinese: one sentence for each field, none left out."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.kit import Invalid
from entrepot.terms.model import Condition, Operator, Redistribution, Rights, Terms
from entrepot.terms.territories import territory_name
from entrepot.vocabulary.purposes import ANY, PURPOSES

LANGUAGES = ("en", "zh")


def sentences(terms: Terms, language: str = "en") -> tuple[str, ...]:
    """What the terms say, field by field, in the order of the fields.

    Raises:
        Invalid: There are no sentences in this language.
    """
    _check_language(language)
    return _chinese(terms) if language == "zh" else _english(terms)


def rights_sentences(rights: Rights, language: str = "en") -> tuple[str, ...]:
    """Which columns and rows are handed over.

    Raises:
        Invalid: There are no sentences in this language.
    """
    _check_language(language)
    zh = language == "zh"
    if rights.columns is None:
        columns = "交付所有列。" if zh else "You receive every column."
    elif zh:
        columns = f"仅交付以下列：{'、'.join(rights.columns)}。"
    else:
        columns = f"You receive only {_columns_word(rights.columns)} {_join(rights.columns, 'and')}."
    if not rights.rows:
        return (columns, "交付所有行。" if zh else "You receive every row.")
    said = [_condition(row, _WORDS_ZH if zh else _WORDS_EN, zh=zh) for row in rights.rows]
    return (columns, f"仅交付满足以下条件的行：{'；'.join(said)}。" if zh else f"You receive only rows where {_join(said, 'and')}.")


def _english(terms: Terms) -> tuple[str, ...]:
    permitted = [PURPOSES[p].en for p in terms.permitted_purposes]
    prohibited = [PURPOSES[p].en for p in terms.prohibited_purposes]
    anything = ANY in terms.permitted_purposes
    excluded = f"You may not use it for {_join(prohibited, 'or')}." if prohibited else ""
    if not excluded:
        excluded = "No purpose is excluded." if anything else "Any other purpose needs a new agreement."
    days, count = terms.duration_days, terms.count_limit
    places = None if terms.territories is None else [territory_name(code, "en") for code in terms.territories]
    return (
        "You may use the data for any purpose." if anything else f"You may use the data for {_join(permitted, 'and')}.",
        excluded,
        "Your right to use it has no end date." if days is None else f"You may use it for {days:,} {_day(days)} from the day of signing.",
        "You may use it anywhere in the world." if places is None else f"You may use it only in these places: {_join(places, 'and')}.",
        "You may fetch it as often as you like." if count is None else f"You may fetch it {_times(count)}.",
        {
            Redistribution.FORBIDDEN: "You may pass on neither the data nor results made from it.",
            Redistribution.DERIVED: "You may publish results from which the data cannot be recovered, but not the data itself.",
            Redistribution.ALLOWED: "You may pass the data on to others.",
        }[terms.redistribution],
        "When you publish, you must name the owner as the source." if terms.attribution else "You need not name the owner as the source.",
        "You receive the column that tells which person a row belongs to."
        if terms.person_key_delivered
        else "You do not receive the column that tells which person a row belongs to.",
    )


def _chinese(terms: Terms) -> tuple[str, ...]:
    permitted = [PURPOSES[p].zh for p in terms.permitted_purposes]
    prohibited = [PURPOSES[p].zh for p in terms.prohibited_purposes]
    anything = ANY in terms.permitted_purposes
    excluded = f"不得将数据用于{_join_zh(prohibited, '或')}。" if prohibited else ""
    if not excluded:
        excluded = "不排除任何目的。" if anything else "用于其他目的须另行签订协议。"
    days, count = terms.duration_days, terms.count_limit
    places = None if terms.territories is None else [territory_name(code, "zh") for code in terms.territories]
    return (
        "您可以将数据用于任何目的。" if anything else f"您可以将数据用于{_join_zh(permitted, '和')}。",
        excluded,
        "使用期限不限。" if days is None else f"使用期限为自签署之日起 {days:,} 天。",
        "使用地域不限。" if places is None else f"仅限在以下地区使用：{'、'.join(places)}。",
        "获取次数不限。" if count is None else f"最多可获取 {count:,} 次。",
        {
            Redistribution.FORBIDDEN: "不得向他人提供数据，也不得提供由其得出的成果。",
            Redistribution.DERIVED: "可以发布无法还原出数据的成果，但不得提供数据本身。",
            Redistribution.ALLOWED: "可以向他人提供数据。",
        }[terms.redistribution],
        "公开发布时须注明数据来源于数据提供方。" if terms.attribution else "无须注明数据来源。",
        "交付内容包含可识别每行所属个人的列。" if terms.person_key_delivered else "交付内容不含可识别每行所属个人的列。",
    )


_WORDS_EN = {
    Operator.EQUAL: "{c} is {v}",
    Operator.NOT_EQUAL: "{c} is not {v}",
    Operator.LESS: "{c} is less than {v}",
    Operator.AT_MOST: "{c} is at most {v}",
    Operator.MORE: "{c} is more than {v}",
    Operator.AT_LEAST: "{c} is at least {v}",
    Operator.IN: "{c} is {v}",
    Operator.NOT_IN: "{c} is none of {v}",
    Operator.IS_NULL: "{c} is empty",
    Operator.IS_NOT_NULL: "{c} is not empty",
}
_WORDS_ZH = {
    Operator.EQUAL: "{c} 等于 {v}",
    Operator.NOT_EQUAL: "{c} 不等于 {v}",
    Operator.LESS: "{c} 小于 {v}",
    Operator.AT_MOST: "{c} 不大于 {v}",
    Operator.MORE: "{c} 大于 {v}",
    Operator.AT_LEAST: "{c} 不小于 {v}",
    Operator.IN: "{c} 为 {v}",
    Operator.NOT_IN: "{c} 不为 {v}",
    Operator.IS_NULL: "{c} 为空",
    Operator.IS_NOT_NULL: "{c} 不为空",
}


def _condition(row: Condition, words: dict[Operator, str], *, zh: bool) -> str:
    values = row.value if isinstance(row.value, tuple) else (row.value,)
    shown = [_value(v, zh=zh) for v in values]
    return words[row.operator].format(c=row.column, v=_join_zh(shown, "或") if zh else _join(shown, "or"))


def _value(value: object, *, zh: bool) -> str:
    if isinstance(value, bool):
        return {True: "是", False: "否"}[value] if zh else str(value).lower()
    if isinstance(value, str):
        return f"“{value}”"
    return str(value)


def _columns_word(columns: Sequence[str]) -> str:
    return "the column" if len(columns) == 1 else "the columns"


def _day(count: int) -> str:
    return "day" if count == 1 else "days"


def _times(count: int) -> str:
    return {1: "once", 2: "up to twice"}.get(count, f"up to {count:,} times")


def _join(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]


def _join_zh(words: Sequence[str], last: str) -> str:
    return f"{'、'.join(words[:-1])}{last}{words[-1]}" if len(words) > 1 else words[0]


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid(f"There are no sentences in {language!r}.", f"Use one of {', '.join(LANGUAGES)}.")
