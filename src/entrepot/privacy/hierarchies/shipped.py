"""Hierarchies that come with the program: countries, states, provinces, divisions of China, and industries, found by heading and values."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from entrepot.kit import Invalid
from entrepot.privacy.headers import tokens
from entrepot.privacy.hierarchies.by_code import divisions, gbt4754, isic, naics
from entrepot.privacy.hierarchies.by_name import Above, countries, is_of_countries, provinces, states
from entrepot.privacy.hierarchies.model import STAR, Hierarchy, hierarchy

_SHARE = 0.9
"""How many of the distinct values a tree must know."""
_PROBED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One of the trees.

    Attributes:
        words: Words of a heading that promise it; ``vague`` ones promise other trees too.
        chinese: Parts of a Chinese heading that do.
        above: The generalisations of those values that the tree knows.
        speaks: Whether values alone, without a heading, can only mean this.
        share: How many of the distinct values must be known where the heading promises the tree.
    """

    name: str
    words: frozenset[str]
    chinese: tuple[str, ...]
    above: Callable[[Collection[str]], Above]
    speaks: Callable[[Collection[str]], bool] = lambda values: False
    vague: frozenset[str] = frozenset()
    share: float = _SHARE

    def promise(self, heading: str) -> int:
        """2 where a heading names the tree, 1 where it may, else 0."""
        found = set(tokens(heading))
        if found & self.words or any(part in heading for part in self.chinese):
            return 2
        return 1 if found & self.vague else 0


def shipped(column: str, values: Collection[str]) -> Hierarchy | None:
    """The hierarchy of a column whose values one of the trees knows; None where none does, or several do.

    Args:
        values: Distinct values as text; an empty one stands for missing data. Values that the tree does not know are grouped as ``other``.
    """
    filled = sorted({value for value in values if value})
    ranked: list[tuple[int, float, Above]] = []
    for tree in TREES:
        promised = tree.promise(column)
        least = tree.share if promised else _SHARE
        # A few values tell at once that a long column of names is about something else.
        if len(filled) < 2 or not (promised or tree.speaks(filled)) or _known(tree, filled[:: -(-len(filled) // _PROBED)]) < least / 2:
            continue
        above = tree.above(filled)
        if len(above) >= 2 and len(above) / len(filled) >= least:
            ranked.append((promised, len(above) / len(filled), above))
    ranked.sort(key=lambda one: one[:2], reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    return _built(column, values, ranked[0][2])


def _known(tree: Shipped, values: Collection[str]) -> float:
    return len(tree.above(values)) / len(values)


def _built(column: str, values: Collection[str], above: Above) -> Hierarchy | None:
    depth = len(next(iter(above.values())))
    paths = [
        (value, *(f"{label} (region)" if label in values else label for label in above.get(value, ("other",) * depth)), STAR)
        for value in sorted(values, key=lambda value: (above.get(value, ("\uffff",) * depth)[::-1], value))
        if value
    ]
    missing = [("", *["missing"] * depth, STAR)] if "" in values else []
    try:
        return hierarchy(column, [*paths, *missing])
    except Invalid:  # A value that the tree does not know is called like one of its groups.
        return None


_INDUSTRY = frozenset({"industry", "industries", "sector", "activity"})
TREES = (
    Shipped(
        name="countries", words=frozenset({"country", "countries", "nation", "nationality", "citizenship", "iso2", "iso3"}),
        chinese=("国家", "国籍", "国别"), above=countries, speaks=is_of_countries, share=0.6,
    ),
    Shipped(
        name="states", words=frozenset({"state", "states", "usps"}), chinese=(), above=states,
        speaks=lambda values: max(map(len, values)) > 2, share=0.6,
    ),
    Shipped(
        name="provinces", words=frozenset({"province", "provinces", "sheng"}), chinese=("省", "籍贯"), above=provinces,
        speaks=lambda values: True, share=0.6,
    ),
    Shipped(
        name="divisions", words=frozenset({"adcode", "gbt2260", "gb2260", "xzqh", "quhua"}),
        chinese=("区划", "地区代码", "地区编码", "省", "市代码", "县代码", "户籍地代码"), above=divisions,
        vague=frozenset({"region", "area", "city", "county", "district", "division", "province"}),
    ),
    Shipped(name="isic", words=frozenset({"isic", "nace"}), chinese=(), above=isic, vague=_INDUSTRY),
    Shipped(name="naics", words=frozenset({"naics"}), chinese=(), above=naics, vague=_INDUSTRY),
    Shipped(name="gbt4754", words=frozenset({"gbt4754", "gb4754", "hangye"}), chinese=("行业", "国民经济"), above=gbt4754),
)  # fmt: skip
"""The trees; where two know a column equally well, none is taken."""
