"""``entrepot check FILE``: what a table holds, what stands in the way of publishing it, and how to fix that."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from entrepot.cli import context
from entrepot.cli.cancelling import cancellable
from entrepot.cli.context import harmless
from entrepot.cli.progress import steps_progress
from entrepot.cli.reading import Delimiter, Encoding, Header
from entrepot.cli.risk import show_risk
from entrepot.kit import Invalid
from entrepot.kit.words import counted

if TYPE_CHECKING:
    from entrepot.flows.check import CheckReport, TableCheck
    from entrepot.flows.media import MediaReport
    from entrepot.privacy.media import Content

_MOST_COLUMNS = 60
_MOST_FINDINGS = 40
_LOOKS = {
    "block": ("✗", "bold red"),
    "needs_info": ("?", "bold yellow"),
    "review": ("●", "yellow"),
    "warn": ("!", "yellow"),
    "info": ("·", "dim"),
}
_KINDS = {"direct": "bold red", "sensitive": "red", "quasi": "yellow", "none": "dim"}
_STEPS = {"read": "Reading", "profile": "Counting", "assess": "Looking for personal data", "risk": "Measuring its risk"}
_SAYS = {
    "allow": "Nothing stands in the way of publishing.",
    "review": "A person has to look at it before it is published.",
    "needs_info": "Something is missing; see above.",
    "block": "It cannot be published like this; see above.",
    "conflict": "Two rules contradict each other; a person has to decide.",
}


def check(
    file: Annotated[
        Path, typer.Argument(help="CSV, Parquet, JSON lines or Excel, or a picture or recording; found out by content.", show_default=False)
    ],
    manifest: Annotated[Path | None, typer.Option(help="Manifest of the offer the file would belong to.")] = None,
    listing: Annotated[
        str,
        typer.Option(
            help="With --manifest: the listing it would be a new version of; what was answered about that counts.", show_default=False
        ),
    ] = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    header: Header = None,
    sheet: Annotated[str, typer.Option(help="Sheet of an Excel workbook; the first by default.", show_default=False)] = "",
    person_key: Annotated[
        str, typer.Option(help="Column that says whose row it is; the risk then counts persons. Found out by default.", show_default=False)
    ] = "",
    population: Annotated[
        Path | None, typer.Option(help="Table of the population with the same columns, for the journalist's risk.", show_default=False)
    ] = None,
    shows: Annotated[
        list[str] | None,
        typer.Option(help="What a picture or recording holds: face, voice or nobody; may be repeated.", show_default=False),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Check a table on this machine: figures, dictionary, personal data, risk, and what to fix. Needs no server and no account.

    With --manifest it also says what publishing would: by the rules of the exchange at hand (--data or --exchange, which is sent names, kinds
    and counts, and no value of the table), else by those that ENTREPOT_RULE_PACKS names.

    Of pictures and recordings the metadata is checked: places, cameras, names.

    Exit code 0: publish it. 4: a person must look. 3: something is missing. 2: it is blocked or cannot be read. 1: an error of the program.
    130: cancelled.
    """
    context.chosen.as_json = context.chosen.as_json or json_output
    from entrepot import catalogue
    from entrepot.engine.read import ReadOptions
    from entrepot.flows.check import check as run
    from entrepot.flows.media import check_media

    declared = _declared(shows or [])
    if media := check_media(file, shows=declared, settings=context.settings()):
        _tell(media, show_media)
    if declared:
        raise Invalid(f"{file.name} is no picture and no recording.", "Leave --shows out.")
    if listing and manifest is None:
        raise Invalid("A listing is named, and no manifest.", "Name the manifest of its next version with --manifest.")
    offer = catalogue.load_manifest(manifest) if manifest else None
    options = ReadOptions(encoding=encoding, delimiter=delimiter, header=header, sheet=sheet)
    with cancellable(), steps_progress(_STEPS) as progress:
        report = run(
            file, manifest=offer, settings=context.settings(), options=options, progress=progress, person=person_key, population=population,
        )  # fmt: skip
    if manifest is None or offer is None:
        _tell(report, show)
    from entrepot.cli.check_rules import ask_rules

    report, note = ask_rules(report, manifest, offer, listing)
    _tell(report, partial(show, note=note))


def _declared(words: list[str]) -> list[Content]:
    from entrepot.privacy.media import Content

    unknown = [word for word in words if word not in tuple(Content)]
    if unknown:
        raise Invalid(f"A file cannot be declared to show {unknown[0]!r}.", "Use face, voice or nobody.")
    return [Content(word) for word in words]


def _tell(report: Any, show: Callable[[Any, Any], None]) -> NoReturn:
    if context.chosen.as_json:
        import json

        sys.stdout.write(json.dumps(report.to_dict(), ensure_ascii=False) + "\n")
    else:
        show(report, context.out.console)
    raise typer.Exit(report.exit_code)


def show(report: CheckReport, console: Any, *, note: str = "") -> None:
    """Print the report for people: the columns, the findings with their fixes, the decision."""
    for table in report.tables:
        _show_table(table, console)
        if table.risk:
            show_risk(table.risk, console)
    _show_findings(report, console, note)


def show_media(report: MediaReport, console: Any) -> None:
    """Print the report on a picture or a recording for people."""
    from rich.text import Text

    facts = f"  {report.media.format.upper()} · {report.media.kind} · {_size(report.media.bytes)} · only its metadata was looked at"
    console.print(Text.assemble((harmless(report.path.name), "bold"), (facts, "dim")))
    _show_findings(report, console)


def _show_findings(report: CheckReport | MediaReport, console: Any, note: str = "") -> None:
    from rich.text import Text

    if report.findings:
        console.print()
    for finding in report.findings[:_MOST_FINDINGS]:
        mark, style = _LOOKS[finding.severity.value]
        console.print(
            Text.assemble(
                (f" {mark} ", style),
                (harmless(finding.message), "" if finding.severity.value != "info" else "dim"),
                (_counted(finding.evidence), "dim"),
            )
        )
        if finding.severity.value != "info":
            console.print(Text(harmless(f"   → {finding.hint}  ({finding.rule})"), style="dim"))
    if len(report.findings) > _MOST_FINDINGS:
        console.print(Text(f"   and {len(report.findings) - _MOST_FINDINGS} more; --json shows all.", style="dim"))
    rules = getattr(report, "rules", None)
    if rules is not None:
        from entrepot.cli.rulings import wants

        console.print(Text(f"\nThe rules on this offer (asked: {', '.join(rules['packs'])}):", style="bold"))
        wants(rules, console)
        if asked := ", ".join(f"{question['path']}: …" for question in rules["questions"] if question["needs"] == "declared"):
            console.print(Text(f"    → in the manifest: facts: {{{asked}}}", style="dim"))
    style = {"allow": "bold green", "block": "bold red"}.get(report.decision.value, "bold yellow")
    console.print()
    console.print(Text.assemble((f" {report.decision.value.replace('_', ' ')} ", f"reverse {style}"), f"  {_SAYS[report.decision.value]}"))
    if note:
        console.print(Text(f" {note}", style="dim"))


def _counted(evidence: dict[str, Any]) -> str:
    counts = [
        f"{d['matched']:,} of {d['examined']:,} sampled values ({d['detector']})" for d in evidence.get("detectors", []) if d["matched"]
    ]
    if counts:
        return f"  {', '.join(counts)}"
    return "  by its heading" if evidence.get("detectors") else ""


def _show_table(table: TableCheck, console: Any) -> None:
    from rich.text import Text

    source, figures = table.source, table.profile
    facts = [
        source.format.value.upper(),
        source.encoding,
        counted(figures.rows, "row"),
        counted(len(figures.columns), "column"),
        _size(source.bytes),
    ]
    facts += [f"newest {figures.newest[:10]}"] if figures.newest else []
    console.print(Text.assemble((harmless(source.path.name), "bold"), ("  " + " · ".join(fact for fact in facts if fact), "dim")))
    console.print(_shown_columns(table), end="")
    if len(figures.columns) > _MOST_COLUMNS:
        console.print(Text(f"and {counted(len(figures.columns) - _MOST_COLUMNS, 'more column')}; --json shows all.", style="dim"))


def _shown_columns(table: TableCheck) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for heading in ("column", "type", "empty", "distinct", "range", "personal"):
        side: Any = "right" if heading in ("empty", "distinct") else "left"
        shown.add_column(heading, justify=side, overflow="ellipsis", no_wrap=heading != "range", max_width=36)
    found = {finding.column: finding for finding in table.assessment.findings}
    for described, column in list(zip(table.dictionary.columns, table.profile.columns, strict=True))[:_MOST_COLUMNS]:
        finding = found.get(column.name)
        kind = "" if finding is None or finding.kind == "none" else f" ({finding.kind})"
        shown.add_row(
            Text(harmless(column.name)),
            described.type.value,
            f"{column.nulls / table.profile.rows:.0%}" if column.nulls else "",
            f"{'' if column.distinct_exact else '~'}{column.distinct:,}",
            Text(harmless(_range(column.minimum, column.maximum))),
            Text(finding.category.title + kind, _KINDS[finding.kind]) if finding else Text(""),
        )
    return shown


def _range(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return ""
    first, last = _short(low), _short(high)
    return first if first == last else f"{first} … {last}"


def _short(value: str) -> str:
    try:
        return value if len(value) <= 12 else f"{float(value):.6g}"
    except ValueError:
        return value[:10]


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
