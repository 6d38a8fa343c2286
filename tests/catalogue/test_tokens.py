"""The tokeniser: one for both stores."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.catalogue.finding import tokens as t
from entrepot.catalogue.finding.porter import stem


@pytest.mark.parametrize(
    ("word", "expected"),
    [line.split() for line in """
        caresses caress|ponies poni|ties ti|caress caress|cats cat|feed feed|agreed agre|plastered plaster|bled bled|motoring motor
        sing sing|conflated conflat|troubled troubl|sized size|hopping hop|tanned tan|falling fall|hissing hiss|fizzed fizz
        failing fail|filing file|happy happi|sky sky|relational relat|conditional condit|rational ration|valenci valenc
        hesitanci hesit|digitizer digit|conformabli conform|radicalli radic|differentli differ|vileli vile|analogousli analog
        vietnamization vietnam|predication predic|operator oper|feudalism feudal|decisiveness decis|hopefulness hope
        callousness callous|formaliti formal|sensitiviti sensit|sensibiliti sensibl|triplicate triplic|formative form|formalize formal
        electriciti electr|electrical electr|hopeful hope|goodness good|revival reviv|allowance allow|inference infer|airliner airlin
        gyroscopic gyroscop|adjustable adjust|defensible defens|irritant irrit|replacement replac|adjustment adjust|dependent depend
        adoption adopt|homologou homolog|communism commun|activate activ|angulariti angular|homologous homolog|effective effect
        bowdlerize bowdler|probate probat|rate rate|cease ceas|controll control|roll roll|is is|as as|oscillators oscil
    """.replace("\n", "|").split("|") if line.strip()],
)  # fmt: skip
def test_the_stems_are_those_of_porters_paper(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Flights delayed", ["flight", "delai"]),
        ("上海港", ["上海", "海港", "港"]),
        ("港", ["港"]),
        ("上海港2024年 Report", ["上海", "海港", "港", "2024", "年", "report"]),
        ("ＡＢＣ ﬁle ½", ["abc", "file", "1", "2"]),
        ("Café Zürich ÅNGSTRÖM", ["cafe", "zurich", "angstrom"]),
        ("ｶﾞｷﾞ", ["ガギ", "ギ"]),
        ("the owner’s snake_case", ["the", "owner", "snake", "case"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("หนังสือ", ["หน", "นั", "ัง", "งส", "สื", "ือ", "อ"]),
        ("a\x00b \ud800 \ue000\ue001\ue002 'quoted' \\ \"", ["a", "b", "quot"]),
    ],
)
def test_words_are_folded_stemmed_and_spread(text: str, expected: list[str]) -> None:
    assert t.tokens(text) == expected


@given(st.text(max_size=60))
def test_a_token_never_holds_what_either_store_would_read_as_syntax(text: str) -> None:
    for token in [*t.tokens(text), *(form.removeprefix(t.FORM) for form in t.forms(text))]:
        assert token
        assert all(unicodedata.category(c)[0] in "LMN" for c in token)
        assert all(c.isalnum() for c in token if c.isascii())
        assert token == token.lower()
        token.encode()


@given(st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert t.fold(t.fold(text)).split() == t.fold(text).split()


@given(st.lists(st.text(alphabet="ab上海 -", max_size=400), max_size=4))
def test_the_limits_of_the_stores_are_kept_and_places_stay(texts: list[str]) -> None:
    many = [text * 60 for text in texts]
    (found,) = t.fields([many])
    assert len(found) <= t.MAX_TOKENS
    assert all(found.count(token) <= t.MAX_REPEATS for token in set(found) - {t.BREAK})
    whole = [token for text in many for token in [*t.tokens(text), t.BREAK]]
    if len(whole) <= t.MAX_TOKENS:
        assert [a if b != t.BREAK else b for a, b in zip(whole, found, strict=True)] == found


def test_identifiers_are_split_where_their_words_begin() -> None:
    assert t.names(["pickupTime", "dep_delay", "VIN"]) == ["pickup Time pickupTime", "dep_delay", "VIN"]
