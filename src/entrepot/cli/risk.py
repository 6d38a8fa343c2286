"""The risk of a table as it stands, printed for people: counts and names of columns, no values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.cli.context import harmless
from entrepot.kit.words import counted

if TYPE_CHECKING:
    from entrepot.privacy.risk import Sensitive, Standing, Uniques

_MOST_SETS = 6


def show_risk(found: Standing, console: Any) -> None:
    """Print who stands out by the columns that may be known of people, what that tells, and by how few columns."""
    from rich.text import Text

    people = f"persons by {found.person}" if found.person else "rows, each counted as one person"
    console.print()
    console.print(Text.assemble(("Risk as it stands", "bold"), (harmless(f"  {people}; over {_listed(found.risk.quasi)}"), "dim")))
    for line in _lines(found):
        console.print(Text(harmless(f"   {line}")))


def _lines(found: Standing) -> list[str]:
    risk, who = found.risk, "person" if found.person else "row"
    smallest = "everything is hidden" if risk.k is None else f"the smallest class has {risk.k:,}"
    lines = [
        f"{smallest}; {risk.unique:.1%} of {counted(risk.rows, who, 'stands', 'stand')} alone in theirs ({counted(risk.classes, 'class')})",
        _attackers(found),
    ]
    lines += [_sensitive(one) for one in risk.sensitive]
    lines += _sets(found.uniques, f"{who}s")
    if found.keys:
        lines.append(f"hold values of one row alone, so that whoever knows the value finds the row: {_listed(found.keys)}")
    if found.left_out:
        lines.append(f"not counted: {_listed(found.left_out)}")
    return lines


def _attackers(found: Standing) -> str:
    risk, against = found.risk, found.risk.against
    if against is None:
        journalist = f"journalist at most {risk.prosecutor:.1%} (--population measures it)"
    else:
        outside = f", {against.outside:,} outside the population" if against.outside else ""
        journalist = f"journalist {against.journalist:.1%} (k-map {against.k_map or 0:,}, presence {against.least:.1%} to {against.most:.1%}{outside})"
    return f"chance to be found: prosecutor {risk.prosecutor:.1%}, {journalist}, marketer {risk.marketer:.1%}"


def _sensitive(one: Sensitive) -> str:
    ordered = "" if one.t_ordered is None else f" (ordered {one.t_ordered:.2f})"
    return f"{one.column}: l {one.l}, t {one.t:.2f}{ordered}; {one.told:.1%} are in a class that tells it"


def _sets(uniques: Uniques, who: str) -> list[str]:
    sets = [f"{' + '.join(one.columns)} ({one.rows:,})" for one in uniques.sets[:_MOST_SETS]]
    more = f", and {len(uniques.sets) - _MOST_SETS} more" if len(uniques.sets) > _MOST_SETS else ""
    searched = f"{uniques.searched:,} of {uniques.searched + uniques.skipped:,} sets of up to {uniques.size} columns searched"
    if uniques.skipped:
        searched += "; the others were not, for lack of time or memory"
    by = ", ".join(f"{people:,} by {size}" for size, people in sorted(uniques.by_size.items()))
    shown = f"{who} that stand out by so few columns: {by}" if by else f"no {who} stand out by so few columns"
    return [*([f"singled out by {', '.join(sets)}{more}"] if sets else []), f"{shown}; {searched}"]


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)
