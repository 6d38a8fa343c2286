"""``entrepot rules …``: read, test, explain, compare and ask rule packs, and audit what apps collect. Needs no exchange; rules of packs installed on one at hand are listed and explained too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import chosen, out, show

if TYPE_CHECKING:
    from datetime import date

    from entrepot.compliance.pack_model import Gate, Pack
    from entrepot.compliance.words import Words

PANEL = "Rules"
At = Annotated[str, typer.Option(help="Day to judge for, such as 2026-11-21; today without it.", show_default=False)]
Language = Annotated[str, typer.Option(help="en or zh.")]
Packs = Annotated[
    str,
    typer.Option(
        help="Packs to ask, by name or as YAML files, with commas; all by name without it. The house's own is always asked.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the family of commands."""
    rules = commands.group(app, PANEL, "rules", help="Rule packs: what law and house allow, why, and how to fix it.")
    commands.add(rules, "Write packs", lint, test, diff, what_if)
    commands.add(rules, "Ask", list_rules, facts, explain, judge, app_)


def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Packs; those that travel with the program without one.", show_default=False)
    ] = None,
) -> None:
    """Say what is wrong with packs: vectors that disagree, rules and conditions that no vector notices. Exit code 2 with remarks."""
    from entrepot.compliance.library import shipped, taxonomy
    from entrepot.compliance.lint import Remark
    from entrepot.compliance.lint import lint as run
    from entrepot.compliance.vectors import vectors_beside
    from entrepot.kit.words import counted

    remarks: list[tuple[Path, Remark]] = []
    counts: list[dict[str, Any]] = []
    read = [(path, _pack(path)) for path in files or _shipped_files()]
    for path, pack in read:
        vectors = _vectors(path, pack)
        known = (*shipped(), *(other for _, other in read))
        remarks += [(path, remark) for remark in run(pack, vectors, taxonomy(), known=known)]
        counts.append({"pack": pack.id, "rules": len(pack.rules), "vectors": len(vectors)})
    found = [
        {"file": (vectors_beside(path) if r.of_vectors else path).name, "line": r.line, "rule": r.rule, "problem": r.problem}
        for path, r in remarks
    ]

    def human(_: Any) -> None:
        for one in found:
            out.print(f"{one['file']}:{one['line']}: {one['rule']}{one['rule'] and ' '}{one['problem']}", markup=False)
        for read_one in counts:
            rules, vectors = counted(read_one["rules"], "rule"), counted(read_one["vectors"], "vector")
            out.print(f"{read_one['pack']}: {rules}, {vectors}", markup=False)

    show({"remarks": found, "packs": counts}, human)
    raise typer.Exit(2 if found else 0)


def test(file: Annotated[Path, typer.Argument(help="A pack; its vectors lie beside it as NAME.vectors.yaml.", show_default=False)]) -> None:
    """Run a pack's vectors. Exit code 2 when one comes out otherwise."""
    from entrepot.compliance.library import taxonomy
    from entrepot.compliance.vectors import run

    pack = _pack(file)
    vectors = _vectors(file, pack)
    misses = [f"line {miss.vector.line}: {miss.sentence()}" for miss in run(vectors, (pack,), taxonomy())]

    def human(_: Any) -> None:
        for miss in misses:
            out.print(miss, markup=False)
        out.print(f"{len(vectors) - len(misses)} of {len(vectors)} vectors agree", markup=False)

    show({"vectors": len(vectors), "misses": misses}, human)
    raise typer.Exit(2 if misses or not vectors else 0)


def diff(
    old: Annotated[Path, typer.Argument(help="The pack in force.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="Its new version.", show_default=False)],
    language: Language = "en",
) -> None:
    """Say in words what a new version of a pack changes."""
    from entrepot.compliance.pack_diff import differences

    before, after = _pack(old), _pack(new)
    changes = differences(before, after, _words(language, before, after))

    def human(_: Any) -> None:
        for change in changes:
            out.print(f"{change.rule}: {change.sentence}" if change.rule else change.sentence, markup=False)
        if not changes:
            out.print("The two mean the same.")

    show([{"rule": change.rule, "kind": change.kind, "sentence": change.sentence} for change in changes], human)


def what_if(
    draft: Annotated[Path, typer.Argument(help="A pack that is not in force; it stands in for the one of its name.", show_default=False)],
    cases: Annotated[Path | None, typer.Option(help="Cases, one JSON object a line: subject, gate, facts, by.", show_default=False)] = None,
    live: Annotated[bool, typer.Option("--live", help="Every live listing and agreement of the exchange (operators).")] = False,
    at: At = "",
    packs: Packs = "",
) -> None:
    """Judge many cases by today's packs and with a draft among them, and print those that would come out otherwise."""
    from entrepot.cli.rules_cases import read_cases
    from entrepot.cli.rules_live import change_line, try_live
    from entrepot.kit import Invalid

    if (cases is None) is not live:
        raise Invalid("Name a file of cases, or the live ones of the exchange.", "Use either `--cases cases.jsonl` or `--live`.")
    if cases is None:
        if packs or at:
            raise Invalid(
                "Live cases are judged by the packs that the exchange asks, today.",
                "Leave --packs and --at out, or judge a file with --cases.",
            )
        try_live(draft)
        return
    from entrepot.compliance.library import taxonomy
    from entrepot.compliance.what_if import what_if as run

    now, drafted = _packs(packs), _pack(draft)
    then = (*(pack for pack in now if pack.id != drafted.id), drafted)
    found = run(read_cases(cases, (*now, *then)), now=now, then=then, at=_day(at), taxonomy=taxonomy(), progress=_count)
    if chosen.as_json:
        show([change.to_dict() for change in found], print)
        return
    total = 0
    for change in found:
        total += 1
        out.print(change_line(change.to_dict()), markup=False)
    out.print(f"{total} cases would change" if total != 1 else "1 case would change")


def list_rules(packs: Packs = "", at: At = "", language: Language = "en") -> None:
    """List the rules that are asked on a day, and which acts ask each."""
    from entrepot.compliance.acts import asked_by
    from entrepot.compliance.judge import in_force

    day, said = _day(at), _words(language).language
    rows = [
        {"rule": r.id, "pack": p.id, "gates": sorted(r.gates), "asked_by": list(asked_by(r)), "severity": r.severity.value, "message": r.messages[said], "cited": list(p.cited(r, said, at=day))}
        for p in _packs(packs, installed=True) for r in p.rules if in_force(p, r, day)
    ]  # fmt: skip
    show(
        rows,
        lambda _: [
            out.print(f"{r['rule']:<32} {r['severity']:<7} {','.join(r['asked_by']) or 'no flow':<28} {r['message']}", markup=False)
            for r in rows
        ],
    )


def facts(
    about: Annotated[str, typer.Argument(help="Only those whose path begins so, such as consent.", show_default=False)] = "",
    language: Language = "en",
) -> None:
    """List the facts that rules may ask for: type, who usually supplies it, question, choices."""
    from entrepot.compliance.library import vocabulary

    said = _words(language).language
    rows = [
        {"path": f.path, "type": f.type.value, "by": f.source.value, "question": f.question[said], "choices": {v: t[said] for v, t in f.choices.items()}}
        for f in vocabulary().facts.values() if f.path.startswith(about)
    ]  # fmt: skip
    show(rows, lambda _: [out.print(f"{r['path']:<34} {r['type']:<7} {r['by']:<12} {r['question']}", markup=False) for r in rows])


def explain(
    rule: Annotated[str, typer.Argument(help="The rule's id.", show_default=False)],
    at: At = "",
    packs: Packs = "",
    language: Language = "en",
) -> None:
    """Say a rule in words: when it applies, what it requires, where that is written, since when, and the way out."""
    from entrepot.compliance.explain import explain as run
    from entrepot.compliance.explain_check import explain_check, is_checked
    from entrepot.compliance.library import find_rule

    asked, day = _packs(packs, installed=True), _day(at)
    if is_checked(rule) and not any(pack.rule(rule) for pack in asked):
        pack = next(pack for pack in asked if pack.id == "house")
        said = explain_check(rule, pack, language, at=day)
    else:
        pack, found = find_rule(rule, asked)
        said = run(pack, found, _words(language, pack), at=day)

    def human(_: Any) -> None:
        out.print(f"[bold]{said.rule}[/]  {said.heading}  [dim]{pack.titles[language]} {pack.version}[/]")
        for section in said.sections:
            out.print(f"\n[bold cyan]{section.title}[/]")
            for depth, line in section.lines:
                out.print(f"  {'  ' * depth}{line}", markup=False)

    sections = {section.title: [{"depth": depth, "text": line} for depth, line in section.lines] for section in said.sections}
    show({"rule": said.rule, "pack": pack.id, "heading": said.heading, "asked": said.is_asked, "sections": sections}, human)


def judge(
    file: Annotated[
        Path, typer.Argument(metavar="FACTS", help="YAML with the facts of a case; `by` says who supplied which.", show_default=False)
    ],
    gate: Annotated[str, typer.Option(help="listing, contract, delivery, operation or notice.")] = "listing",
    at: At = "",
    packs: Packs = "",
    language: Language = "en",
) -> None:
    """Decide a case by the packs, with reasons, articles, ways out, and what has to be known first.

    Exit code 0: allowed. 4: a person must look. 3: something is missing. 2: blocked. 5: two rules contradict each other.
    """
    from entrepot.cli.rules_cases import show_ruling
    from entrepot.compliance.judge import decide
    from entrepot.compliance.library import taxonomy, vocabulary_of
    from entrepot.compliance.vectors import read_case

    said = _words(language).language
    asked = _packs(packs)
    ruling = decide(asked, _gate(gate), read_case(file, vocabulary_of(asked)), at=_day(at), taxonomy=taxonomy())
    show_ruling(ruling, said)
    raise typer.Exit(ruling.decision.exit_code)


def app_(
    manifest: Annotated[
        Path | None, typer.Argument(help="YAML: app, type, collects, separately_consented, operator.", show_default=False)
    ] = None,
    portfolio: Annotated[
        Path | None, typer.Option(help="CSV with these columns, one app a row; lists with semicolons.", show_default=False)
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder for apps.html and apps.json.", show_default=False)] = None,
    kinds: Annotated[bool, typer.Option("--kinds", help="List the kinds of data that a file may name, with every word for each.")] = False,
    at: At = "",
    language: Language = "en",
) -> None:
    """Audit what apps collect: beyond the necessary, without consent of its own, the notice a regulator would write, the fix.

    Judged by what was in force on the day, which is the day in China where none is named.

    Exit code 2 when an app lacks a consent; 3 when a row of the portfolio cannot be read, whatever the others came to.
    """
    from entrepot.cli.rules_cases import show_audits, show_kinds
    from entrepot.compliance.app_audit import App, audit, read_app, today
    from entrepot.compliance.app_portfolio import Unread, read_portfolio
    from entrepot.kit import Invalid

    if kinds:
        show_kinds()
        return
    if (manifest is None) == (portfolio is None):
        raise Invalid("Name one app's file, or a portfolio.", "`entrepot rules app app.yaml`, or `--portfolio apps.csv --out report`.")
    day, said = _day(at) if at else today(), _words(language).language
    read = [read_app(manifest)] if manifest is not None else list(read_portfolio(portfolio)) if portfolio is not None else []
    audits = [audit(one, at=day) for one in read if isinstance(one, App)]
    unread = [one for one in read if isinstance(one, Unread)]
    show_audits(audits, unread, folder, said)
    raise typer.Exit(3 if unread else 2 if any(found.lacking for found in audits) else 0)


list_rules.__name__, app_.__name__ = "list", "app"


def _shipped_files() -> list[Path]:
    from entrepot.compliance.library import FOLDER, SHIPPED

    return [path for name in SHIPPED if (path := FOLDER / f"{name}.yaml").exists()]


def _pack(path: Path) -> Pack:
    from entrepot.compliance.library import load

    return load([path])[0]


def _packs(names: str, *, installed: bool = False) -> tuple[Pack, ...]:
    from entrepot.compliance.library import apart, choose, shipped

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    own = {pack.id: pack for pack in (_pack(Path(name)) for name in wanted if _is_file(name))}
    there = {pack.id: pack for pack in (_installed() if installed else ()) if pack.id not in own}
    # A file stands in for the shipped pack of its name, and so does a pack that was installed.
    known = (*(pack for pack in shipped() if pack.id not in own | there), *there.values(), *own.values())
    named = dict.fromkeys([*(name for name in wanted if not _is_file(name)), *own])
    return apart(choose(named, known)) if wanted else known


def _installed() -> tuple[Pack, ...]:
    """The packs that the operator of the exchange at hand has installed; none where there is no exchange, or its records cannot be read."""
    from entrepot.cli.context import at_hand, connect
    from entrepot.compliance import read_text
    from entrepot.compliance.library import shipped
    from entrepot.kit import EntrepotError

    if not at_hand():
        return ()
    travelling = {pack.sha256 for pack in shipped()}
    try:
        with connect(operator=True) as client:
            ids = [one["id"] for one in client.rule_packs()["packs"] if one["sha256"] not in travelling]
            return tuple(read_text(client.rule_pack_text(pack_id), kept=True) for pack_id in ids)
    except EntrepotError:
        # Rules need no exchange, so that one which was not named and is of another release keeps nobody from reading them.
        if chosen.exchange:
            raise
        return ()


def _is_file(name: str) -> bool:
    return Path(name).suffix in (".yaml", ".yml")


def _vectors(path: Path, pack: Pack) -> Any:
    from entrepot.compliance.library import vocabulary_of
    from entrepot.compliance.vectors import read_vectors, vectors_beside

    beside = vectors_beside(path)
    return read_vectors(beside, vocabulary_of([pack])) if beside.exists() else ()


def _words(language: str, *packs: Pack) -> Words:
    from entrepot.compliance.library import label, vocabulary_of
    from entrepot.compliance.pack_model import LANGUAGES
    from entrepot.compliance.words import Words
    from entrepot.kit import Invalid

    if language not in LANGUAGES:
        raise Invalid(f"Rules are not said in {language[:20]!r}.", f"Use {' or '.join(LANGUAGES)}.")
    return Words(language, vocabulary_of(packs), label)


def _gate(text: str) -> Gate:
    from entrepot.compliance.pack_model import Gate
    from entrepot.kit import Invalid

    try:
        return Gate(text)
    except ValueError:
        raise Invalid(f"There is no gate {text[:40]!r}.", f"Choose among {', '.join(Gate)}.") from None


def _day(text: str) -> date:
    from datetime import UTC, date, datetime

    from entrepot.compliance.vocabulary import is_day
    from entrepot.kit import Invalid

    if not text:
        return datetime.now(UTC).date()
    if not is_day(text):
        raise Invalid(f"{text[:40]!r} is no day.", "Write it like 2026-11-21.")
    return date.fromisoformat(text)


def _count(done: int) -> None:
    from entrepot.cli.context import err

    if err.is_terminal:
        err.print(f"{done:,} cases", end="\r")
