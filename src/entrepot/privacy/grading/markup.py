"""Pieces of HTML that reports are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def count(value: float | None) -> str:
    """A whole number."""
    return "–" if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share in percent."""
    return "–" if value is None else f"{value:.1%}"


def listed(items: Iterable[str]) -> str:
    """Items with semicolons between them, escaped."""
    return escape("; ".join(items)) or "–"


def bulleted(sentences: Iterable[str], *, language: str = "") -> str:
    """Sentences as a list, escaped.

    Args:
        language: Theirs, where it is not the page's.
    """
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    said = f' lang="{language}"' if language else ""
    return f'<ul class="soft"{said}>{items}</ul>' if items else ""


def section(title: str, body: str) -> str:
    """A section with its heading."""
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, figures: Sequence[int] = ()) -> str:
    """A table whose first column heads its rows."""

    def looks(at: int) -> str:
        return ' class="figure"' if at in figures else ""

    # A head without words is a cell: a heading that says nothing would be read out.
    cells = (f'<th scope="col"{looks(i)}>{cell}</th>' if cell else "<td></td>" for i, cell in enumerate(heads))
    head = "".join(cells) if any(heads) else ""
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td{looks(i)}>{cell}</td>" for i, cell in enumerate(row[1:], start=1)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table>{f"<thead><tr>{head}</tr></thead>" if head else ""}\n<tbody>\n{body}\n</tbody></table></div>'
