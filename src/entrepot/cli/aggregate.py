"""``entrepot aggregate FILE``: publish counts, sums and means of many people instead of rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli import context
from entrepot.cli.cancelling import cancellable
from entrepot.cli.context import harmless
from entrepot.cli.progress import steps_progress
from entrepot.cli.reading import Delimiter, Encoding, Header, as_said
from entrepot.kit.words import counted

if TYPE_CHECKING:
    from entrepot.flows.aggregate import Aggregated

_STEPS = {"read": "Counting", "look": "Looking at the cells"}


def aggregate(
    file: Annotated[Path | None, typer.Argument(help="CSV or Parquet; the cells have the same form.", show_default=False)] = None,
    by: Annotated[str, typer.Option(help="Columns whose values make the cells, comma-separated.", show_default=False)] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; default: FILE with .cells before its ending.", show_default=False)] = None,
    count: Annotated[bool, typer.Option("--count", help="Count persons; on where nothing is summed or averaged.")] = False,
    sum: Annotated[list[str] | None, typer.Option("--sum", help="Column to add up.", show_default=False)] = None,
    mean: Annotated[list[str] | None, typer.Option("--mean", help="Column to average.", show_default=False)] = None,
    minimum: Annotated[int, typer.Option(help="Cells of fewer persons are left out; 11 for grade 4.")] = 11,
    base: Annotated[int, typer.Option(help="Counts are rounded to a multiple of this; 1 for none.")] = 5,
    totals: Annotated[bool, typer.Option("--totals", help="Publish totals too, marked *, and leave out cells that would follow from them.")] = False,
    person: Annotated[str, typer.Option(help="Column that says whose row it is, where rows repeat per person.", show_default=False)] = "",
    dominance: Annotated[str, typer.Option(help="When few make up too much of a sum: 10% (p% rule) or 2:75% (two make up more than 75%).")] = "10%",
    epsilon: Annotated[float | None, typer.Option(help="Add noise of this privacy loss to counts (extra opendp).", show_default=False)] = None,
    delta: Annotated[float, typer.Option(help="With noise, the chance that a smaller cell is shown.")] = 1e-6,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    header: Header = None,
    report_schema: Annotated[bool, typer.Option("--report-schema", help="Print the JSON Schema of a report.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:  # fmt: skip
    """Write counts, sums and means by cells, small ones left out so that none can be worked out. Needs no server and no account.

    Beside the cells lie OUT.report.json and OUT.report.html with what was left out, and with the grade: 4 where enough persons stand behind
    each cell. The same table and options give the same bytes, unless noise is asked for. Exit code 0: written. 2: the table or the options
    do not allow it, and nothing was written. 130: cancelled, and nothing was written. 1: an error of the program.
    """
    context.chosen.as_json = context.chosen.as_json or json_output
    if report_schema:
        _print_schema()
        return
    if file is None:
        raise typer.BadParameter("a table is missing.", param_hint="FILE")
    from entrepot.flows.aggregate import aggregate as run
    from entrepot.privacy.aggregates import Tabulation, parse_dominance
    from entrepot.privacy.anonymise.profile import listed

    asked = Tabulation(
        by=listed(by), count=count or not (sum or mean), sums=tuple(sum or ()), means=tuple(mean or ()), minimum=minimum, base=base,
        totals=totals, person=person, dominance=parse_dominance(dominance), epsilon=epsilon, delta=delta,
    )  # fmt: skip
    target = out or file.with_suffix(f".cells{file.suffix}")
    with cancellable() as too_late, as_said(file, encoding, delimiter, header, out=target) as table, steps_progress(_STEPS) as told:
        made = run(table, target, asked=asked, settings=context.settings(), progress=told)
        too_late()
    if context.chosen.as_json:
        import json

        sys.stdout.write(json.dumps(made.to_dict(), ensure_ascii=False) + "\n")
    else:
        show(made, totals=totals)


def _print_schema() -> None:
    import json

    from entrepot.privacy.grading import cells_report_schema

    sys.stdout.write(json.dumps(cells_report_schema(), indent=2) + "\n")


def show(made: Aggregated, *, totals: bool) -> None:
    """Print what was published for people: cells, what was left out and why, the grade and where the report lies."""
    from entrepot.cli.anonymise import show_level

    say, cells = context.out.print, made.cells
    small = "" if cells.small is None else f"; {cells.small:,} left out as too small"
    beside = f", {cells.beside:,} beside them so that they cannot be worked out" if cells.beside else ""
    say(
        f"{harmless(str(cells.path))}  {counted(cells.cells, 'cell')} of {counted(cells.smallest, 'person')} or more{small}{beside}.",
        markup=False,
    )
    if totals:
        by = harmless("; ".join(", ".join(one) or "everything" for one in cells.totals))
        say(f"Totals by: {by or 'nothing'}.", markup=False)
    for columns, reason in cells.withheld:
        why = "some are too small" if reason == "small" else "small cells would follow from them"
        say(f"  not by {harmless(', '.join(columns)) or 'everything'}: {why}", markup=False, style="dim")
    if not totals:
        say("No totals are published; who knows one from elsewhere can subtract.")
    show_level(made.grade, highest=4)
    say(harmless(f"The report: {', '.join(str(path) for path in made.files)}"), markup=False)
