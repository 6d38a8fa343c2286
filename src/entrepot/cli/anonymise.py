"""``entrepot anonymise FILE``: write a version of a table in which nobody stands out, and say what that cost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

import typer

from entrepot.cli import context
from entrepot.cli.cancelling import cancellable
from entrepot.cli.context import harmless
from entrepot.cli.progress import steps_progress
from entrepot.cli.reading import Delimiter, Encoding, Header, as_said, in_utf8
from entrepot.kit.words import counted

if TYPE_CHECKING:
    from entrepot.flows.anonymise import Anonymised
    from entrepot.privacy.anonymise import Method, Plan, Release
    from entrepot.privacy.grading import Check, Grade

STEPS = {
    "check": "Looking for columns that name persons", "read": "Reading", "search": "Searching", "write": "Writing", "look": "Looking at the release", "measure": "Measuring its risk",
    "attack": "Attacking it",
}  # fmt: skip


def anonymise(
    file: Annotated[Path | None, typer.Argument(help="CSV or Parquet; the release has the same form.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: FILE with .anonymous before its ending.", show_default=False)] = None,
    k: Annotated[int, typer.Option(help="Rows (persons) that must look alike, at least.")] = 5,
    l: Annotated[list[str] | None, typer.Option("--l", help="l-diversity, such as 2:diagnosis, entropy:2:diagnosis or recursive(3):2:diagnosis.", show_default=False)] = None,  # noqa: E741
    t: Annotated[list[str] | None, typer.Option("--t", help="t-closeness, such as 0.2:diagnosis or ordered:0.2:income.", show_default=False)] = None,
    method: Annotated[str, typer.Option(help="local loses least; global generalises whole columns and is safer to publish to anyone.")] = "local",
    hierarchies: Annotated[Path | None, typer.Option(help="Folder with a COLUMN.csv for each quasi-identifier (leaf;…;*).", show_default=False)] = None,
    qi: Annotated[str, typer.Option(help="Quasi-identifiers, comma-separated; default: columns with a hierarchy; with --automatic also those that the check finds.", show_default=False)] = "",
    suppress: Annotated[str, typer.Option(help="Rows that may be hidden, at most.")] = "2%",
    person: Annotated[str, typer.Option(help="Column that says whose row it is, where rows repeat per person.", show_default=False)] = "",
    population: Annotated[Path | None, typer.Option(help="Table of the population; k then counts its rows (k-map).", show_default=False)] = None,
    presence: Annotated[str, typer.Option(help="δ-presence: POPULATION.csv:0,0.5, or COLUMN:0.1,0.5 where 1 marks the subset.", show_default=False)] = "",
    weight: Annotated[list[str] | None, typer.Option(help="How much a column's loss counts, such as age=2.", show_default=False)] = None,
    change: Annotated[list[str] | None, typer.Option(help="Change of another column, such as name=pseudonym, post=mask:2, income=clip:0:90000.", show_default=False)] = None,
    drop: Annotated[str, typer.Option(help="Columns to leave out, comma-separated.", show_default=False)] = "",
    keep: Annotated[str, typer.Option(help="Columns that name persons and are released as they are on purpose; the grade is then 1.", show_default=False)] = "",
    unknown: Annotated[str, typer.Option(help="Values that no hierarchy knows: refuse, or star to hide each.")] = "refuse",
    automatic: Annotated[bool, typer.Option("--automatic", help="Make hierarchies for quasi-identifiers that lack one; without --qi take those that the check finds.")] = False,
    save_hierarchies: Annotated[
        Path | None, typer.Option(help="Folder to write the hierarchies to that were used, made ones included.", show_default=False)
    ] = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    header: Header = None,
    profile: Annotated[Path | None, typer.Option(help="YAML profile with all of this.", show_default=False)] = None,
    on_exchange: Annotated[bool, typer.Option("--on-exchange", help="Have the exchange make it as an upload, so that it is published with its grade and report.")] = False,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Measure, attack and grade the release, and write OUT.report.json and .html.")] = True,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a profile.")] = False,
    report_schema: Annotated[bool, typer.Option("--report-schema", help="Print the JSON Schema of a report.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:  # fmt: skip
    """Write a version of a table in which nobody stands out: same columns, same order, same form. Needs no server and no account.

    With --on-exchange nothing is written here: the exchange makes the release of an upload, grades it, and prints the upload's id for
    `entrepot publish MANIFEST --upload ID`. Only such a release is on offer with its grade and report.

    The release is graded from 1 (direct identifiers present) to 4 (aggregates) by what was measured and what attacks on it reached.

    A profile replaces all other options but --out, --encoding, --delimiter, --header, --report and --save-hierarchies. Exit code 0: written. 2: the table or the options do not allow it, and nothing was
    written. 130: cancelled, and nothing was written. 1: an error of the program.
    """
    context.chosen.as_json = context.chosen.as_json or json_output
    if schema or report_schema:
        _print_schema(of_report=report_schema)
        return
    if file is None:
        raise typer.BadParameter("a table is missing.", param_hint="FILE")
    own = (l, t, hierarchies, qi, person, population, presence, weight, change, drop, keep, automatic)
    if profile and (any(own) or (k, method, suppress, unknown) != (5, "local", "2%", "refuse")):
        raise typer.BadParameter("a profile says all of this; leave the other options out, or the profile.", param_hint="--profile")
    if profile:
        from entrepot.privacy.anonymise.profile import read_profile

        asked = _Asked(*read_profile(profile))
    else:
        plan = _plan(k, l or [], t or [], method, qi, suppress, person, population, presence, weight or [], drop, keep, unknown, automatic)
        asked = _Asked(plan, hierarchies, tuple(change or ()))
    if on_exchange:
        from entrepot.cli.on_exchange import anonymise_there, refuse_with

        refuse_with({"--out": out is not None, "--save-hierarchies": save_hierarchies is not None, "--no-report": not report, "--delimiter": bool(delimiter), "--header": header is not None})  # fmt: skip
        with in_utf8(file, encoding) as table:
            anonymise_there(table, asked.plan, asked.folder, asked.changes, steps=STEPS)
        return
    target = out or file.with_suffix(f".anonymous{file.suffix}")
    with cancellable() as too_late, as_said(file, encoding, delimiter, header, out=target) as table:
        _release_here(table, target, asked, save_hierarchies, too_late, with_report=report)


class _Asked(NamedTuple):
    """What a release must satisfy, the folder of its hierarchies, and what is done to other columns."""

    plan: Plan
    folder: Path | None
    changes: tuple[str, ...]


def _release_here(
    table: Path, target: Path, asked: _Asked, save_hierarchies: Path | None, too_late: Callable[[], None], *, with_report: bool
) -> None:
    graded = None
    with steps_progress(STEPS) as told:
        if save_hierarchies:
            _require_place(save_hierarchies)
        if with_report:
            graded = _graded(table, target, *asked, told)
            release = graded.release
        else:
            release = _ungraded(table, target, *asked, told)
        too_late()
        if save_hierarchies:
            _save(release, save_hierarchies)
    if context.chosen.as_json:
        import json

        sys.stdout.write(json.dumps((graded or release).to_dict(), ensure_ascii=False) + "\n")
    else:
        show(release)
        if graded:
            show_grade(graded)
        show_notes(release)
        if not graded:
            context.out.print("Not graded: nothing was measured or attacked, as --report does.", style="bold yellow")


def _require_place(folder: Path) -> None:
    from entrepot.kit import Conflict
    from entrepot.privacy.anonymise.write import require_folder_of

    require_folder_of(folder)
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder.name} is a file.", "Name a folder for the hierarchies.")


def _save(release: Release, folder: Path) -> None:
    from entrepot.privacy.hierarchies import write_hierarchy

    folder.mkdir(exist_ok=True)
    for column, found in release.hierarchies.items():
        write_hierarchy(found, folder / f"{column.replace('/', '_')}.csv")


def _print_schema(*, of_report: bool) -> None:
    import json

    if of_report:
        from entrepot.privacy.grading import report_schema as schema
    else:
        from entrepot.privacy.anonymise.profile import schema
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")


def _plan(
    k: int, l: list[str], t: list[str], method: str, qi: str, suppress: str, person: str, population: Path | None,  # noqa: E741
    presence: str, weight: list[str], drop: str, keep: str, unknown: str, automatic: bool,
) -> Plan:  # fmt: skip
    from entrepot.privacy.anonymise import Plan
    from entrepot.privacy.anonymise.profile import listed, parse_closeness, parse_diversity, parse_presence, parse_share

    return Plan(
        k=k, method=cast("Method", method), quasi=listed(qi), drop=listed(drop), keep=listed(keep), person=person, population=population, unknown=unknown,
        automatic=automatic, suppress=parse_share(suppress), diversity=tuple(parse_diversity(one) for one in l),
        closeness=tuple(parse_closeness(one) for one in t), presence=parse_presence(presence) if presence else None,
        weights={column: parse_share(number) for column, _, number in (one.rpartition("=") for one in weight)},
    )  # fmt: skip


def _graded(
    file: Path, out: Path, plan: Plan, folder: Path | None, changes: tuple[str, ...], told: Callable[[str, float], None]
) -> Anonymised:
    from entrepot.flows.anonymise import anonymise as run
    from entrepot.privacy.anonymise.changes import parse_change
    from entrepot.privacy.hierarchies import read_folder

    return run(
        file, out, plan=plan, hierarchies=read_folder(folder) if folder else {}, changes=[parse_change(one) for one in changes],
        secret=_secret(), settings=context.settings(), progress=told,
    )  # fmt: skip


def _ungraded(
    file: Path, out: Path, plan: Plan, folder: Path | None, changes: tuple[str, ...], told: Callable[[str, float], None]
) -> Release:
    """The release alone; the flow's imports would take longer than anonymising a small table."""
    import tempfile
    from dataclasses import replace

    from entrepot.engine import DuckEngine
    from entrepot.privacy.anonymise import anonymise as run
    from entrepot.privacy.anonymise.changes import parse_change
    from entrepot.privacy.anonymise.glance import at_a_glance
    from entrepot.privacy.anonymise.write import replacing, require_other
    from entrepot.privacy.hierarchies import read_folder

    require_other(out, file)
    settings = context.settings()
    with tempfile.TemporaryDirectory(prefix="entrepot-anonymise-") as scratch:
        engine = DuckEngine(memory=settings.engine_memory, threads=settings.engine_threads, scratch=Path(scratch))
        cursor = engine.cursor()
        # Where Python was started without a script DuckDB takes it for interactive and draws a bar of its own into the answer.
        cursor.execute("SET enable_progress_bar = false")
        try:
            asked = [parse_change(one) for one in changes]
            hierarchies = read_folder(folder) if folder else {}
            with replacing(out) as part:
                made = run(cursor, file, part, plan=plan, hierarchies=hierarchies, changes=asked, secret=_secret(), progress=told)
                made = at_a_glance(cursor, part, replace(made, path=out), plan=plan, changes=asked, scratch=Path(scratch))
            # The report of an earlier release of this name would speak of what is there no more.
            for ending in (".report.json", ".report.html"):
                out.with_name(out.name + ending).unlink(missing_ok=True)
            return made
        finally:
            cursor.close()
            engine.close()


def _secret() -> bytes:
    return os.environ.get("ENTREPOT_PSEUDONYM_KEY", "").encode()


def show(release: Release) -> None:
    """Print what was released for people: sizes, loss by column, and what the method does not protect against."""
    say = context.out.print
    say(
        f"{harmless(str(release.path))}  {counted(release.rows, 'row')} in {counted(release.classes, 'class')}, the smallest of {release.smallest or 0:,}",
        markup=False,
    )
    say(f"Loss {release.ncp:.4f} (0 as it was, 1 all hidden); {counted(release.suppressed, 'row')} hidden.")
    for column, loss in release.loss.items():
        level = f"  level {release.levels[release.quasi.index(column)]}" if release.levels else ""
        say(f"  {loss:.4f}  {harmless(column)}{level}", markup=False)
    if release.is_proven is not None:
        say(
            "No other choice of levels loses less."
            if release.is_proven
            else f"Not proven best; no choice loses less than {release.bound:.4f}."
        )
    else:
        say("Local recoding: share it with recipients you know; for everybody use --method global, and never release two versions.")


def show_notes(release: Release) -> None:
    """Print what whoever reads the release should know, that it names persons last."""
    for one in sorted(release.notes, key=lambda one: one.code == "kept"):
        context.out.print(harmless(str(one)), markup=False, style="bold yellow" if one.code == "kept" else None)


def show_grade(made: Anonymised) -> None:
    """Print the grade for people: the level, what stands in the way of the next one, and where the report lies."""
    if made.grade is None:
        return
    show_level(made.grade, highest=3)
    context.out.print(harmless(f"The report: {', '.join(str(path) for path in made.files)}"), markup=False)


def show_level(grade: Grade, *, highest: int, say: Callable[..., None] | None = None) -> None:
    """Print a grade and what stands in the way of the highest there can be."""
    from entrepot.privacy.grading.words import CHECKS, LEVELS, NEXT

    say = say or context.out.print
    say(f"Grade {int(grade.level)}: {LEVELS['en'][grade.level]}.", style="bold green" if grade.level >= highest else "bold yellow")
    for check in grade.failed if grade.level < highest else ():
        measured = "" if check.value is None else _measured(check)
        columns = f" ({harmless(', '.join(check.columns))})" if check.columns else ""
        say(f"  {CHECKS['en'][check.name]}{columns}{measured}", markup=False)
        say(f"  → {NEXT['en'][check.name]}", markup=False, style="dim")


def _measured(check: Check) -> str:
    from entrepot.privacy.grading.model import AT_LEAST

    if check.name in AT_LEAST:
        return f": {check.value:g}, and {check.limit:g} is the bound"
    return f": up to {_reached(check):.1%}, and {check.limit:.0%} is the bound" if 0 < check.limit < 1 else ""


def _reached(check: Check) -> float:
    return check.interval[1] if check.interval else check.value or 0.0
