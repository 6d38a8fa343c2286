"""The picture of the trade-off: well formed, named, and with the same figures as its table."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from entrepot.kit import Invalid
from entrepot.privacy.utility import TradeOff, trade_off_svg, trade_off_table

POINTS = [
    TradeOff(k=k, loss=loss, suppressed=suppressed, series=series)
    for series, rows in {
        "global": [(2, 0.2, 0.01), (5, 0.36, 0.017), (10, 0.45, 0.02)],
        "local": [(2, 0.03, 0.0), (5, 0.052, 0.0), (10, 0.09, 0.0001)],
    }.items()
    for k, loss, suppressed in rows
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("axis", ["k", "suppressed"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_picture_names_itself_and_draws_every_point(axis: str, language: str) -> None:
    root = ET.fromstring(trade_off_svg(POINTS, axis=axis, language=language))
    named = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == " ".join(part.get("id", "") for part in named if part is not None)
    assert all(part is not None and part.text for part in named)
    lines = root.findall(f".//{SVG}polyline")
    assert [len(line.get("points", "").split()) for line in lines] == [3, 3]
    assert lines[0].get("stroke-dasharray") != lines[1].get("stroke-dasharray")


def test_more_loss_is_drawn_higher_and_larger_k_further_right() -> None:
    root = ET.fromstring(trade_off_svg(POINTS))
    at = [tuple(map(float, point.split(","))) for point in root.findall(f".//{SVG}polyline")[0].get("points", "").split()]
    assert [x for x, _ in at] == sorted(x for x, _ in at)
    assert [y for _, y in at] == sorted((y for _, y in at), reverse=True)
    assert all(0 <= x <= 640 and 0 <= y <= 360 for x, y in at)


def test_light_and_dark_pages_have_colours_of_their_own() -> None:
    assert "prefers-color-scheme:dark" in trade_off_svg(POINTS)


def test_the_table_says_what_the_picture_shows() -> None:
    rows = ET.fromstring(trade_off_table(POINTS)).findall("./tbody/tr")
    assert [[cell.text for cell in row] for row in rows][:2] == [["global", "2", "1.00%", "0.2000"], ["global", "5", "1.70%", "0.3600"]]
    assert len(rows) == len(POINTS)


def test_both_languages_have_words_of_their_own() -> None:
    assert "局部重编码" in trade_off_svg(POINTS, language="zh")
    assert "信息损失" in trade_off_table(POINTS, language="zh")


def test_names_are_escaped() -> None:
    point = TradeOff(k=2, loss=0.5, suppressed=0.0, series="<b>&")
    assert ET.fromstring(trade_off_svg([point])) is not None
    assert "<b>" not in trade_off_table([point])


@pytest.mark.parametrize(
    ("points", "asked", "fact"), [([], {}, "no release"), (POINTS, {"axis": "price"}, "no axis price"), (POINTS, {"language": "fr"}, "no labels in fr")]
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(points: list[TradeOff], asked: dict[str, str], fact: str) -> None:
    with pytest.raises(Invalid, match=fact):
        trade_off_svg(points, **asked)
