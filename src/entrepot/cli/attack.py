"""``entrepot attack FILE --against RELEASE``: what attackers reach on a release of a table."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import context
from entrepot.cli.cancelling import cancellable
from entrepot.cli.context import harmless
from entrepot.cli.progress import steps_progress
from entrepot.cli.reading import Delimiter, Encoding, Header, as_said

if TYPE_CHECKING:
    import duckdb

    from entrepot.privacy.attacks import AttackReport, AttackResult, Rate
    from entrepot.privacy.hierarchies import Hierarchy

_DOUBTED = 4
_DOUBTS = {
    False: "The two tables look unrelated; then what follows means nothing.",
    True: "Values of the release are not understood; then what follows is too little.",
}
_LOOKS = {"none": "green", "weak": "yellow", "clear": "bold yellow", "strong": "bold red", "untried": "dim"}


def attack(
    file: Annotated[Path, typer.Argument(help="The original: CSV or Parquet.", show_default=False)],
    against: Annotated[Path, typer.Option(help="The release to attack.", show_default=False)],
    qi: Annotated[
        str,
        typer.Option(
            help="Quasi-identifiers, with commas; by default those with a hierarchy, else those of the release's report, else all columns."
        ),
    ] = "",
    sensitive: Annotated[str, typer.Option(help="Columns whose values must not be learnt, with commas.")] = "",
    hierarchies: Annotated[Path | None, typer.Option(help="Folder with a COLUMN.csv for each generalised column.")] = None,
    control: Annotated[Path | None, typer.Option(help="A table like the original, of persons who are not in it.")] = None,
    person: Annotated[str, typer.Option(help="Column of the original that says whose row it is.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Try everything, not a sample.")] = False,
    seed: Annotated[int | None, typer.Option(help="Draws the sample; the same seed gives the same report.", show_default=False)] = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    header: Header = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Attack a release with the original in hand: single out, link, infer, downcode. Shows counts and rates, no values.

    Where RELEASE.report.json lies beside the release, it says which columns were generalised, and hierarchies that were made are made again.
    Exit code 4: the two tables look unrelated, or the hierarchy files that the release was made with are not given, so that there is no verdict.
    """
    context.chosen.as_json = context.chosen.as_json or json_output
    from entrepot.flows.known_release import doubted, generalised_by_report, hidden_by_report, made_again
    from entrepot.flows.untreated import with_untreated
    from entrepot.privacy.attacks import SEED, Budget, attack_files

    known, secrets = _hierarchies(hierarchies), _names(sensitive)
    with cancellable(), as_said(file, encoding, delimiter, header) as table, _cursor() as (cursor, scratch), steps_progress() as told:
        generalised = generalised_by_report(against)
        known = made_again(cursor, table, scratch, generalised) | known
        quasi = _names(qi) or _quasi(cursor, table, against, known or dict.fromkeys(generalised), {*secrets, person})
        hidden = hidden_by_report(against)
        report = attack_files(
            cursor, table, against, quasi_identifiers=quasi, sensitive=secrets, hierarchies=known, person_key=person, control=control,
            pseudonyms=hidden.pseudonyms if hidden else (),
            budget=Budget.full() if full else Budget(), seed=SEED if seed is None else seed, progress=lambda step, share: told("Attacking", share),
        )  # fmt: skip
        report = with_untreated(cursor, report, original=table, release=against, scratch=scratch, sensitive={*secrets, person})
        report = doubted(report, generalised, known)
    if context.chosen.as_json:
        import json

        sys.stdout.write(json.dumps(report.to_dict(), ensure_ascii=False) + "\n")
    else:
        show(report, context.out.console)
    if report.doubts:
        raise typer.Exit(_DOUBTED)


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _hierarchies(folder: Path | None) -> dict[str, Hierarchy]:
    from entrepot.privacy.hierarchies import read_folder

    return read_folder(folder) if folder else {}


def _quasi(cursor: duckdb.DuckDBPyConnection, file: Path, against: Path, known: Collection[str], others: set[str]) -> list[str]:
    from entrepot.privacy.attacks import columns_of

    released = set(columns_of(cursor, against))
    shared = [name for name in columns_of(cursor, file) if name in released and name not in others]
    if not shared:
        from entrepot.kit import Invalid

        raise Invalid(
            f"{file.name} and {against.name} have no column in common.",
            "Check that the one was made from the other; columns keep their names.",
        )
    return [name for name in shared if name in known] or shared


@contextmanager
def _cursor() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    import tempfile

    from entrepot.engine import DuckEngine

    found = context.settings()
    with tempfile.TemporaryDirectory(prefix="entrepot-attack-") as scratch:
        engine = DuckEngine(memory=found.engine_memory, threads=found.engine_threads, scratch=Path(scratch))
        try:
            yield engine.cursor(), Path(scratch)
        finally:
            engine.close()


def show(report: AttackReport, console: Any) -> None:
    """Print the report for people: one row for each attack, then what was not searched."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if report.doubts:
        console.print(Text(_DOUBTS[any(doubt.code == "lacks_hierarchies" for doubt in report.doubts)], "bold yellow"))
        for doubt in report.doubts:
            console.print(Text(harmless(f" ! {doubt}"), style="yellow"))
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for heading, side in (("attack", "left"), ("succeeds", "right"), ("guessing", "right"), ("outsiders", "right"), ("risk", "right")):
        shown.add_column(heading, justify=side, no_wrap=heading == "attack")  # type: ignore[arg-type]
    for result in report.results:
        name = result.name.replace("_", " ") + (f" of {harmless(result.column)}" if result.column else "")
        shown.add_row(
            Text(name), _rate(result.attack, interval=True), _rate(result.baseline), _rate(result.control) if result.control else "",
            Text(_risk(result), _LOOKS[result.grade]),
        )  # fmt: skip
    console.print(shown, end="")
    for note in report.notes:
        console.print(Text(harmless(f" · {note}"), style="dim"))
    _conclude(report, console)


def _conclude(report: AttackReport, console: Any) -> None:
    """What the untreated columns tell, and the worst attack; nothing about tables that look unrelated."""
    from rich.text import Text

    untreated, worst = report.untreated, report.worst
    if report.doubts:
        return
    lines = [("worst", _LOOKS[worst.grade], worst.verdict)] if worst else []
    if untreated and untreated.singles_out:
        lines = [("worst", _LOOKS["strong"], untreated.verdict), *(("attack", look, said) for _, look, said in lines)]
    elif untreated:
        lines.append(("beside", _LOOKS["none"], untreated.verdict))
    if lines:
        console.print()
    for label, look, said in lines:
        console.print(Text.assemble((f" {label} ", f"reverse {look}"), harmless(f"  {said}")))


def _rate(rate: Rate, *, interval: bool = False) -> str:
    if not rate.tries:
        return ""
    return f"{rate.share:.1%} ({rate.low:.1%} – {rate.high:.1%})" if interval else f"{rate.share:.1%}"


def _risk(result: AttackResult) -> str:
    return "nothing to try" if result.grade == "untried" else f"{result.risk.value:.1%}"
