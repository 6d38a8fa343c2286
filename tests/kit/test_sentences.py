"""An English sentence is traced to its template, its values are read back, and the Chinese one is filled with them."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.kit import Invalid, NotFound
from entrepot.kit.sentences import PLACE, Chinese, Template, in_chinese, parse, read_catalogue

CATALOGUE = {
    ("", "There is no listing {0}."): "没有数据产品 {0}。",
    ("", "Search the catalogue, or check the id."): "请搜索目录，或核对编号。",
    ("", "{0:n} of {1:n} rows hold {2}."): "{1} 行中有 {0} 行含有{2}。",
    ("", "Use {0:or}."): "可用 {0}。",
    ("", "Use {0:list}."): "可用 {0}。",
    ("", "unit is {0} not {1}."): "unit 的值为 {0}，不是 {1}。",
    ("", "{0} And {1} more findings."): "{0}另有 {1} 项。",
    ("", "{0} holds {1:word}."): "{0} 含有{1}。",
    ("", "The terms allow {0:word}."): "条款允许{0}。",
    ("part", "the person key"): "个人标识",
    ("part", "{0:n} columns"): "{0} 列",
    ("", "The table has {0}."): "该表有 {0}。",
    ("word", "marketing"): "市场营销",
    ("word", "education"): "教育",
    ("word", "religion"): "宗教",
}
SAY = Chinese(CATALOGUE).say


def test_a_sentence_is_said_in_chinese_with_its_values_as_they_are() -> None:
    assert SAY("There is no listing lst_0a.") == "没有数据产品 lst_0a。"
    assert SAY("Search the catalogue, or check the id.") == "请搜索目录，或核对编号。"
    assert SAY("There is no listing {0}.") == "没有数据产品 {0}。"


def test_what_nobody_has_translated_stays_english() -> None:
    assert SAY("There is no parcel par_1.") == "There is no parcel par_1."
    assert SAY("") == ""
    assert SAY("没有数据产品 x。") == "没有数据产品 x。"


def test_a_sentence_that_can_be_read_in_two_ways_stays_english() -> None:
    assert SAY("5 of 6 rows hold a.") == "6 行中有 5 行含有a。"
    assert SAY("5 of 6 rows hold a rows hold b.") == "5 of 6 rows hold a rows hold b."
    assert SAY("one of 6 rows hold a.") == "one of 6 rows hold a."
    assert SAY("unit is a not b not c.") == "unit is a not b not c."


def test_quoted_values_and_lists_are_written_as_chinese_writes_them() -> None:
    assert SAY("There is no listing 'a b'.") == "没有数据产品 “a b”。"
    assert SAY("Use a or b.") == "可用 a或b。"
    assert SAY("Use a or b or c.") == "可用 a、b或c。"
    assert SAY("Use a, b, c.") == "可用 a、b、c。"
    assert SAY("Use 'x', 'y' or 'z'.") == "可用 “x”、“y”或“z”。"


def test_words_of_ours_are_said_too_and_others_make_it_another_sentence() -> None:
    assert SAY("The terms allow education, religion or marketing.") == "条款允许教育、宗教或市场营销。"
    assert SAY("The terms allow dancing.") == "The terms allow dancing."
    assert SAY("The table has 3 columns.") == "该表有 3 列。"
    assert SAY("There is no listing the person key.") == "没有数据产品 个人标识。"
    assert SAY("There is no listing marketing.") == "没有数据产品 marketing。"


def test_a_sentence_that_quotes_another_is_said_with_it() -> None:
    assert SAY("col holds religion. And 3 more findings.") == "col 含有宗教。另有 3 项。"
    assert SAY("file.csv: There is no listing x.") == "file.csv：没有数据产品 x。"
    assert SAY("There is no listing x. Search the catalogue, or check the id.") == "没有数据产品 x。请搜索目录，或核对编号。"
    assert SAY("There is no listing x. Nobody knows this.") == "没有数据产品 x。Nobody knows this."


def test_an_error_says_both_its_sentences_and_its_own_chinese_comes_first() -> None:
    error = NotFound("There is no listing lst_1.", "Search the catalogue, or check the id.")
    assert error.said("zh") == ("没有数据产品 lst_1。", "请搜索目录，或核对编号。")
    assert error.said("en") == (error.message, error.hint)
    assert Invalid("There is no listing x.", "Try.", message_zh="自有。").said("zh") == ("自有。", "Try.")


def test_nothing_is_read_before_an_error_is_shown_in_chinese() -> None:
    code = "import entrepot.asgi; from entrepot.kit import sentences as s; assert s._chinese.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_text_of_any_length_is_answered() -> None:
    text = "Line 3: ' or , and: the person key is not. " * 90
    assert in_chinese(text)
    assert in_chinese(text * 10) == text * 10


REAL = read_catalogue()
TEMPLATES = [parse(english, chinese) for (context, english), chinese in REAL.items() if not context and PLACE.search(english)]
CHINESE = Chinese(REAL)


@settings(deadline=None)
@given(st.data())
def test_the_values_read_back_are_those_that_were_filled_in(data: st.DataObject) -> None:
    template = data.draw(st.sampled_from(TEMPLATES))
    values = tuple(data.draw(st.integers().map(str) if kind == "n" else st.text(max_size=20)) for kind in template.kinds)
    sentence = filled(template, values)
    read = template.values(sentence)
    assert read is None or read == values
    found = CHINESE.sentences.find(sentence, lambda kind, value: True)
    assert found is None or filled(*found) == sentence, "the sentence found is the sentence said"
    assert isinstance(CHINESE.say(sentence), str)


@settings(deadline=None)
@given(st.data())
def test_plain_values_are_kept_in_the_chinese_sentence(data: st.DataObject) -> None:
    template = data.draw(st.sampled_from([one for one in TEMPLATES if "word" not in one.kinds]))
    values = tuple(
        data.draw(st.integers(0, 999).map(str) if kind == "n" else st.from_regex(r"[a-z]{2}_[0-9a-f]{6}", fullmatch=True))
        for kind in template.kinds
    )
    said = CHINESE.say(filled(template, values))
    assert all(value in said for value in values)


def filled(template: Template, values: tuple[str, ...]) -> str:
    """The English sentence."""
    return template.literals[0] + "".join(value + literal for value, literal in zip(values, template.literals[1:], strict=True))
