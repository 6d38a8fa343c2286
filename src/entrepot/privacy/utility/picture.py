"""The trade-off between protection and loss, drawn as SVG with a table that says the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from entrepot.kit import Invalid

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 96, 48, 56
_STEPS = 5
"""Parts of an axis between its ends."""
_AXES = ("k", "suppressed")
_WORDS = {
    "en": {
        "k": "k: persons who look alike, at least", "suppressed": "rows suppressed", "loss": "loss (NCP)", "title": "Loss against {0}",
        "global": "global", "local": "local", "method": "method", "k_short": "k", "suppressed_short": "suppressed",
        "desc": "{0}: loss goes from {1} to {2} while {3} goes from {4} to {5}.",
    },
    "zh": {
        "k": "k（每组至少多少人相同）", "suppressed": "抑制的行占比", "loss": "信息损失（NCP）", "title": "信息损失与{0}",
        "global": "全局重编码", "local": "局部重编码", "method": "方法", "k_short": "k", "suppressed_short": "抑制",
        "desc": "{0}：{3}从 {4} 到 {5} 时，信息损失从 {1} 到 {2}。",
    },
}  # fmt: skip
_STYLE = """
.tradeoff{--ink:#1b1f24;--soft:#59636e;--rule:#d1d9e0;--paper:#fff;--s0:#0550ae;--s1:#a04100;--s2:#116329;--s3:#6639ba;\
font:13px system-ui,sans-serif}
@media (prefers-color-scheme:dark){.tradeoff{--ink:#e6edf3;--soft:#9198a1;--rule:#3d444d;--paper:#0d1117;--s0:#79c0ff;--s1:#ffa657;\
--s2:#7ee787;--s3:#d2a8ff}}
.tradeoff text{fill:var(--ink)}.tradeoff .soft{fill:var(--soft)}.tradeoff .rule{stroke:var(--rule)}
"""
_DASHES = ("", "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """One release of a table.

    Attributes:
        loss: Its NCP, 0 to 1; ``suppressed`` the share of rows hidden, 0 to 1.
        series: Which line it belongs to, such as ``global`` or ``local``.
    """

    k: int
    loss: float
    suppressed: float
    series: str

    def at(self, axis: str) -> float:
        """Its place on an axis."""
        return float(self.k if axis == "k" else self.suppressed)


def trade_off_svg(points: Sequence[TradeOff], *, axis: str = "k", language: str = "en") -> str:
    """A picture of loss against k or against suppression, for light and dark pages.

    Lines differ by colour, dash and shape of their marks, and carry their names. Title and description say what is to be seen; put
    `trade_off_table` beside it for the figures.

    Args:
        axis: ``k`` (a logarithmic scale) or ``suppressed``.
        language: ``en`` or ``zh``.

    Raises:
        Invalid: There is no point, or no such axis or language.
    """
    words = _checked(points, axis, language)
    lines = _lines(points, axis)
    across, ticks = _across(points, axis)
    top = _round_up(max(point.loss for point in points))
    mark = f"tradeoff-{axis}-{language}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tradeoff" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" lang="{language}" '
        f'aria-labelledby="{mark}-title {mark}-desc">',
        f'<title id="{mark}-title">{escape(words["title"].format(words[axis]))}</title>',
        f'<desc id="{mark}-desc">{escape(_described(lines, axis, words))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="var(--paper)"/>',
        *_grid(top, ticks, across, words, axis),
        *(_line(number, name, line, across, top, axis, words) for number, (name, line) in enumerate(lines.items())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def trade_off_table(points: Sequence[TradeOff], *, axis: str = "k", language: str = "en") -> str:
    """The figures of the picture as an HTML table.

    Raises:
        Invalid: There is no point, or no such axis or language.
    """
    words = _checked(points, axis, language)
    heads = [words["method"], words["k_short"], words["suppressed_short"], words["loss"]]
    rows = [
        [words.get(point.series, point.series), str(point.k), f"{point.suppressed:.2%}", f"{point.loss:.4f}"]
        for line in _lines(points, axis).values()
        for point in line
    ]
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    caption = escape(words["title"].format(words[axis]))
    return f'<table lang="{language}">\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n'


def _checked(points: Sequence[TradeOff], axis: str, language: str) -> dict[str, str]:
    if not points:
        raise Invalid("There is no release to draw.", "Measure one at least.")
    if axis not in _AXES:
        raise Invalid(f"There is no axis {axis}.", f"Choose one of {', '.join(_AXES)}.")
    if language not in _WORDS:
        raise Invalid(f"The picture has no labels in {language}.", f"Choose one of {', '.join(_WORDS)}.")
    return _WORDS[language]


def _lines(points: Sequence[TradeOff], axis: str) -> dict[str, list[TradeOff]]:
    ordered = sorted(points, key=lambda point: (point.at(axis), point.loss))
    return {name: [point for point in ordered if point.series == name] for name in sorted({point.series for point in points})}


def _shown(value: float, axis: str) -> str:
    return f"{value:.0f}" if axis == "k" else f"{value:.3g}" if value == 0 else f"{value:.1%}"


def _described(lines: dict[str, list[TradeOff]], axis: str, words: dict[str, str]) -> str:
    return " ".join(
        words["desc"].format(
            words.get(name, name), f"{line[0].loss:.3f}", f"{line[-1].loss:.3f}", words[f"{axis}_short"], _shown(line[0].at(axis), axis),
            _shown(line[-1].at(axis), axis),
        )
        for name, line in lines.items()
    )  # fmt: skip


def _round_up(value: float) -> float:
    """The next of 1, 2 or 5 times a power of ten, and 1 at most."""
    if value <= 0:
        return 0.1
    step = 10.0 ** math.floor(math.log10(value))
    return min(1.0, next(step * factor for factor in (1, 2, 5, 10) if step * factor >= value - 1e-12))


def _across(points: Sequence[TradeOff], axis: str) -> tuple[Callable[[float], float], list[float]]:
    """Where a value lies across the picture, and the values to name."""
    wide = _WIDTH - _LEFT - _RIGHT
    if axis == "suppressed":
        most = _round_up(max(point.suppressed for point in points))
        return (lambda value: _LEFT + wide * value / most), [most * i / _STEPS for i in range(_STEPS + 1)]
    values = sorted({float(point.k) for point in points})
    low, high = math.log(max(1.0, values[0])), math.log(max(1.0, values[-1]))
    return (lambda value: _LEFT + wide * ((math.log(max(1.0, value)) - low) / (high - low) if high > low else 0.5)), values


def _down(loss: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * loss / top


def _grid(top: float, ticks: list[float], across: Callable[[float], float], words: dict[str, str], axis: str) -> list[str]:
    parts = [f'<text x="{_LEFT}" y="{_TOP - 20}" font-weight="600">{escape(words["loss"])}</text>']
    for i in range(_STEPS + 1):
        y = _down(top * i / _STEPS, top)
        parts.append(f'<line class="rule" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="soft" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * i / _STEPS:.3g}</text>')
    for value in ticks:
        shown = _shown(value, axis)
        parts.append(f'<text class="soft" x="{across(value):.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{shown}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(words[axis])}</text>')
    return parts


def _line(
    number: int, name: str, line: list[TradeOff], across: Callable[[float], float], top: float, axis: str, words: dict[str, str]
) -> str:
    at = [(across(point.at(axis)), _down(point.loss, top)) for point in line]
    colour, dash = f"var(--s{number % 4})", _DASHES[number % len(_DASHES)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    marks = "".join(_mark(number, x, y) for x, y in at)
    x, y = at[-1]
    return (
        f'<g stroke="{colour}" fill="none" stroke-width="2"><polyline points="{path}"{f" stroke-dasharray={chr(34)}{dash}{chr(34)}" if dash else ""}/>'
        f'<g fill="{colour}">{marks}</g></g>'
        f'<text x="{x + 10:.1f}" y="{y + 4:.1f}">{escape(words.get(name, name))}</text>'
    )


def _mark(number: int, x: float, y: float) -> str:
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>',
        f'<path d="M{x:.1f},{y - 5:.1f} l5,9 h-10 z"/>',
        f'<path d="M{x:.1f},{y - 6:.1f} l6,6 l-6,6 l-6,-6 z"/>',
    )
    return shapes[number % len(shapes)]
