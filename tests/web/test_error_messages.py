"""What errors say is read from the source, and all of it has its Chinese."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from entrepot.kit.sentences import PLACE, Chinese, parse, read_catalogue
from entrepot.web.extraction.reader import Reader
from entrepot.web.extraction.sayings import Saying, sayings
from entrepot.web.extraction.source import Scope, Source
from entrepot.web.extraction.texts import template

SOURCE = """
from entrepot.kit import Invalid
from entrepot.kit.words import counted

_HINT = "Ask again."
_KINDS = {"a": "a picture", "b": "a program"}
_TABLE = (("x", "an archive", "Unpack it."), *((one, "a film", _HINT) for one in "yz"))


def wrong(what: str, count: int, name: str, kind: str) -> None:
    raise Invalid(f"The {what} {name!r} has {counted(count, 'row')}, of {count:,}.", _HINT)


def caller(names: list[str], kind: str) -> None:
    wrong("table", 1, "t", kind)
    wrong(what="file", count=2, name="f", kind=kind)
    hint = f"Did you mean {' or '.join(names)}?" if names else "Leave it out."
    raise Invalid("This is" + f" {_KINDS[kind]}{' of ours' if names else ''}.", hint)


def table(head: str) -> None:
    for name, what, hint in _TABLE:
        raise Invalid(f"{head} is {what}.", hint)


def formed(size: int) -> None:
    raise Invalid(_form(size), "")


def _form(size: int) -> str:
    if size > 2:
        return "It is {}.".format(size)
    return f"It is small: {size}."
"""


@cache
def found() -> dict[tuple[str, str], Saying]:
    """Everything that is said, read once for all tests here."""
    return sayings()


def _templates(tmp_path: Path) -> tuple[set[str], set[str]]:
    package = tmp_path / "entrepot"
    package.mkdir()
    (package / "one.py").write_text(SOURCE, "utf-8")
    source = Source(package)
    reader = Reader(source)
    said = {template(text)[0] for scope, call in source.calls["Invalid"] for arg in call.args for text in reader.texts(arg, scope)}
    return said, {template(text)[0] for text in reader.parts}


def test_messages_are_read_through_helpers_tables_and_conditions(tmp_path: Path) -> None:
    said, parts = _templates(tmp_path)
    assert said >= {
        "The table {0} has {1}, of {2:n}.", "The file {0} has {1}, of {2:n}.", "Ask again.", "Did you mean {0:or}?", "Leave it out.",
        "This is a picture of ours.", "This is a program.", "{0} is an archive.", "{0} is a film.", "Unpack it.", "It is small: {0}.",
        "It is {0}.",
    }  # fmt: skip
    assert {"{0:n} row", "{0:n} rows"} <= parts


def test_an_expression_that_calls_itself_is_read_once(tmp_path: Path) -> None:
    package = tmp_path / "entrepot"
    package.mkdir()
    (package / "one.py").write_text('def f(x: str) -> str:\n    return f(f"{x} again") or "Once."\n', "utf-8")
    source = Source(package)
    module = source.modules["one.py"]
    call = ast.parse('f("a")', mode="eval").body
    assert ("Once.",) in Reader(source).texts(call, Scope(module))


def test_everything_is_translated_and_nothing_is_left_over() -> None:
    known = read_catalogue()
    assert set(known) == set(found()), "run python -m entrepot.web.messages, then translate what is new in kit/locale"
    assert not [english for (_, english), chinese in known.items() if not chinese.strip()]


def test_translations_have_the_places_of_their_originals() -> None:
    def places(text: str) -> set[str]:
        return {match[1] for match in PLACE.finditer(text)}

    wrong = {english: chinese for (_, english), chinese in read_catalogue().items() if places(english) != places(chinese)}
    assert wrong == {}


@pytest.mark.parametrize(
    "mark", [r"[\u4e00-\u9fff][,;:!?]", r"[,;!?](?=[\u4e00-\u9fff])", r"[\u4e00-\u9fff] ?\.( |$)", r"[\u4e00-\u9fff]\("]
)
def test_chinese_is_written_with_its_own_marks(mark: str) -> None:
    assert [chinese for chinese in read_catalogue().values() if re.search(mark, re.sub(r"`[^`]*`", "", chinese))] == []


def test_a_chinese_sentence_ends_where_the_english_one_does() -> None:
    ends = {".": "。", "?": "？"}
    wrong = {
        english: chinese
        for (context, english), chinese in read_catalogue().items()
        if not context and english[-1] in ends and chinese[-1] != ends[english[-1]] and not chinese.endswith(("。", "）。"))
    }
    assert wrong == {}


def test_every_template_is_found_again_by_a_sentence_made_from_it() -> None:
    known = read_catalogue()
    chinese = Chinese(known)
    lists = {"n": "7", "or": "a1 or b1", "and": "a1 and b1", "list": "a1, b1", "word": "active"}
    lost = []
    for (context, english), text in known.items():
        made = parse(english, text)
        if not context and made.kinds:
            values = [lists.get(kind, f"v{number}x") for number, kind in enumerate(made.kinds)]
            sentence = PLACE.sub(lambda place, values=values: values[int(place[1])], english)  # type: ignore[misc]
            if chinese.say(sentence) == sentence:
                lost.append(english)
    assert lost == []
