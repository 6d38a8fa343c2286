"""Commands of the regulator desk: notices, government access, complaints without a name, refused uses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, newest, out, show, wrote

if TYPE_CHECKING:
    from pydantic import BaseModel

PANEL = "Regulator desk"
NoticeId = Annotated[str, typer.Argument(metavar="NOTICE", help="The notice's id, or `last`.")]
AccessId = Annotated[str, typer.Argument(metavar="ACCESS", help="The id of a request for access.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The receipt code.")]
Words = Annotated[str, typer.Argument(metavar="TEXT", help="What is said.")]
Text = Annotated[str, typer.Option(help="What is said, in a sentence or more.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add_group(
        app, PANEL, "notices", "Legal notices: file them, answer them, and see what is due next.",
        list_notices, show_notice, file, acknowledge, plan, accept_plan, submit, retest, report, counter, answer, suit, leniency, take_back,
    )  # fmt: skip
    commands.add_group(app, PANEL, "access", "Government access: ask, decide, look.", list_access, show_access, ask, approve, refuse, look)
    commands.add_group(
        app, PANEL, "complaints", "Complaints without a name: send, read and add with the receipt code; answer as the operator.",
        list_complaints, send, read, add, answer_complaint,
    )  # fmt: skip
    commands.add(app, PANEL, refusals)


@commands.named("list")
def list_notices(
    everything: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
    as_operator: Annotated[bool, typer.Option("--operator", help="As the exchange itself, which sees all of them.")] = False,
) -> None:
    """Notices you filed or that address you, what is due first at the head."""
    with connect(operator=as_operator) as client:
        found = client.notices(only_open=not everything)["notices"]

    def human(value: Any) -> None:
        for one in value:
            out.print(f"[bold cyan]{one['id']}[/]", end=" ")
            out.print(f"{_clock(one)}: {one['state']}, {one['authority']}, {one['document_number']}", markup=False)
        if not value:
            out.print("nothing is open", style="dim")

    show(found, human)


@commands.named("show")
def show_notice(
    notice_id: NoticeId,
    as_operator: Annotated[bool, typer.Option("--operator", help="As the exchange itself, which sees all of them.")] = False,
) -> None:
    """One notice: its findings, its clock, what has happened and what you may do."""
    with connect(operator=as_operator) as client:
        found = client.notice(newest(client, notice_id, "notices"))

    def human(value: Any) -> None:
        _said(value)
        for one in value["findings"]:
            passed = {True: ", passed", False: ", failed", None: ""}[one["passed"]]
            out.print(f"  {one['code']} ({one['basis']}){passed}: {one['text']}", markup=False)
        for step in value["history"]:
            out.print(f"  {step['at'][:16]} {step['step']}: {step['after']} {step['note']}", markup=False, style="dim")

    show(found, human)


def file(path: Annotated[Path, typer.Argument(metavar="FILE", help="The notice in YAML.", exists=True, dir_okay=False)]) -> None:
    """Serve a notice on the owner of some listings; docs/regulator-desk.md shows such a file."""
    with connect(operator=True) as client:
        made = client.file_notice(**_entries(path))
    show(made, _said)


def acknowledge(notice_id: NoticeId) -> None:
    """Say that a notice has arrived (owner)."""
    _step(notice_id, "acknowledge")


def plan(notice_id: NoticeId, text: Words) -> None:
    """File how and by when things are put right (owner)."""
    _step(notice_id, "plan", text=text)


def accept_plan(notice_id: NoticeId, text: Text = "") -> None:
    """Say that the plan will do (whoever filed the notice)."""
    _step(notice_id, "accept_plan", operator=True, text=text)


def submit(
    notice_id: NoticeId,
    evidence: Annotated[list[str], typer.Argument(metavar="CODE=FILE…", help="For each finding a file; only its SHA-256 is sent.")],
    text: Text = "",
) -> None:
    """Hand in evidence for every finding (owner)."""
    named = dict(one.partition("=")[::2] for one in evidence)
    _step(notice_id, "submit", evidence={code: {"digest": _sha256(Path(path)), "note": text} for code, path in named.items()})


def retest(notice_id: NoticeId, tester: Annotated[str, typer.Argument(metavar="TESTER", help="The independent third party.")]) -> None:
    """Begin the re-test (whoever filed the notice)."""
    _step(notice_id, "retest", operator=True, text=tester)


def report(
    notice_id: NoticeId,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The tester's report; only its SHA-256 is sent.", exists=True)],
    failed: Annotated[list[str] | None, typer.Option(help="A finding that failed; may be repeated. Without one all have passed.")] = None,
    text: Text = "",
) -> None:
    """Record what the re-test found (whoever filed the notice)."""
    with connect(operator=True) as client:
        number = newest(client, notice_id, "notices")
        codes = [one["code"] for one in client.notice(number)["findings"]]
        results = dict.fromkeys(codes, True) | dict.fromkeys(failed or [], False)
        made = client.notice_step(number, "report", results=results, report=_sha256(path), text=text)
    show(made, _said)


def counter(notice_id: NoticeId, text: Words) -> None:
    """State your own view before a suspension (owner)."""
    _step(notice_id, "counter", text=text)


def answer(notice_id: NoticeId, text: Words) -> None:
    """Answer a counter-statement (whoever filed the notice)."""
    _step(notice_id, "answer", operator=True, text=text)


def suit(notice_id: NoticeId, text: Words) -> None:
    """Name the complaint or suit a right-holder has brought (whoever filed the notice)."""
    _step(notice_id, "suit", operator=True, text=text)


def leniency(
    notice_id: NoticeId,
    fact: Annotated[str, typer.Argument(metavar="FACT", help="harm_removed, minor_corrected or first_minor_corrected.")],
    text: Words,
) -> None:
    """Record a fact in the owner's favour (either side)."""
    _step(notice_id, "leniency", fact=fact, text=text)


def take_back(notice_id: NoticeId, text: Words) -> None:
    """Take a notice back; what it had suspended is on offer again (whoever filed it)."""
    _step(notice_id, "take_back", operator=True, text=text)


@commands.named("list")
def list_access() -> None:
    """Requests for access that you may see."""
    with connect() as client:
        found = client.access_requests()["access"]

    def human(value: Any) -> None:
        for one in value:
            _access(one)
        if not value:
            out.print("nobody has asked", style="dim")

    show(found, human)


@commands.named("show")
def show_access(access_id: AccessId) -> None:
    """One request for access."""
    with connect() as client:
        found = client.access_request(access_id)
    show(found, _access)


def ask(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A listing's or an agreement's id.")],
    basis: Annotated[str, typer.Option(help="Instrument, version and article.")],
    since: Annotated[str, typer.Option(help="First moment of the facts, such as 2026-11-01T00:00:00Z.")],
    until: Annotated[str, typer.Option(help="Their last moment.")],
    expires: Annotated[str, typer.Option(help="When the access ends.")],
    facts: Annotated[str, typer.Option(help="Comma-separated: figures, digests, log, security.")] = "figures,digests,log",
    security: Annotated[str, typer.Option(help="The incident or risk, for the fact security.")] = "",
    secrecy: Annotated[str, typer.Option(help="The provision that forbids telling the parties.")] = "",
    secret_until: Annotated[str | None, typer.Option(help="When that ban ends.")] = None,
) -> None:
    """Ask to look into what the exchange knows (regulators)."""
    with connect() as client:
        made = client.ask_access(
            subject=subject, legal_basis=basis, since=since, until=until, expires_at=expires, facts=facts.split(","), security=security,
            secrecy=secrecy, secret_until=secret_until,
        )  # fmt: skip
    show(made, _access)


def approve(access_id: AccessId, reason: Text) -> None:
    """Approve a request for access (operators)."""
    _decide(access_id, approve=True, reason=reason)


def refuse(access_id: AccessId, reason: Text) -> None:
    """Refuse a request for access (operators)."""
    _decide(access_id, approve=False, reason=reason)


def look(access_id: AccessId, to: Annotated[Path | None, typer.Option(help="File to write the answer to.")] = None) -> None:
    """Look, as approved: counts, digests and proofs; each look leaves its trace in the log (regulators)."""
    with connect() as client:
        found = client.look(access_id)
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if to is None:
        show(found, lambda _: out.print(text, markup=False))
        return
    to.write_text(text + "\n", "utf-8")
    wrote(to, "the answer")


@commands.named("list")
def list_complaints() -> None:
    """Complaints, those that wait for an answer first (operators)."""
    with connect(operator=True) as client:
        found = client.complaints()["complaints"]

    def human(value: Any) -> None:
        for one in value:
            _complaint(one)
        if not value:
            out.print("nobody complains", style="dim")

    show(found, human)


def send(
    about: Annotated[str, typer.Argument(metavar="ABOUT", help="personal_data, children, prohibited_use, wrong_data, conduct or other.")],
    text: Words,
    listing: Annotated[str, typer.Option(help="The listing's id, where it is about one.")] = "",
) -> None:
    """Complain without a name; keep the receipt code that is printed, it is shown once."""
    with connect(public=True) as client:
        made = client.complain(about, text, listing=listing)
    show(made, lambda v: out.print(f"sent; read the answer with: entrepot complaints read {v['code']}", markup=False))


def read(code: Code) -> None:
    """Read a complaint and its answers."""
    with connect(public=True) as client:
        found = client.read_complaint(code)
    show(found, _complaint)


def add(code: Code, text: Words) -> None:
    """Add to a complaint."""
    with connect(public=True) as client:
        found = client.add_to_complaint(code, text)
    show(found, _complaint)


@commands.named("answer")
def answer_complaint(
    complaint_id: Annotated[str, typer.Argument(metavar="COMPLAINT", help="The complaint's id.")],
    text: Words,
    close: Annotated[bool, typer.Option("--close", help="Nothing more is awaited.")] = False,
) -> None:
    """Answer a complaint (operators)."""
    with connect(operator=True) as client:
        found = client.answer_complaint(complaint_id, text, close=close)
    show(found, _complaint)


def refusals() -> None:
    """How often uses that nobody may have were refused."""
    with connect(public=True) as client:
        found = client.refusals()["refusals"]

    def human(value: Any) -> None:
        for one in value:
            out.print(f"{one['day']} {one['kind']} at the {one['gate']}: {one['count']}", markup=False)
        if not value:
            out.print("none yet", style="dim")

    show(found, human)


def _step(notice_id: str, step: str, *, operator: bool = False, **what: Any) -> None:
    with connect(operator=operator) as client:
        made = client.notice_step(newest(client, notice_id, "notices"), step, **what)
    show(made, _said)


def _decide(access_id: str, *, approve: bool, reason: str) -> None:
    with connect(operator=True) as client:
        made = client.decide_access(access_id, approve=approve, reason=reason)
    show(made, _access)


def _said(value: Any) -> None:
    out.print(f"{value['id']} is {value['state']}, {_clock(value)}", markup=False)
    if value["assumption"]:
        out.print(value["assumption"], markup=False, style="dim")
    if value["possible_steps"]:
        out.print(f"you may: {', '.join(value['possible_steps'])}", markup=False, style="dim")


def _clock(value: Any) -> str:
    if value["seconds_left"] is None:
        return f"due {value['due_at'][:16]} UTC, the clock does not run"
    longer = f"; the owner is heard until {value['suspends_at'][:16]}" if value["suspends_at"] > value["due_at"] else ""
    return f"due {value['due_at'][:16]} UTC{longer} ({value['seconds_left'] // 86_400} days left, {value['zone']})"


def _access(value: Any) -> None:
    facts = ", ".join(value["ask"]["facts"])
    out.print(f"{value['id']} is {value['state']}: {value['authority']} asks for {facts} of {value['ask']['subject_id']}", markup=False)


def _complaint(value: Any) -> None:
    out.print(f"{value['id']} is {value['state']}, about {value['about']}", markup=False)
    for one in value["messages"]:
        out.print(f"  {'operator' if one['by_operator'] else 'complainant'}: {one['text']}", markup=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _entries(path: Path) -> dict[str, Any]:
    from entrepot.api.notices import FindingIn, NoticeIn
    from entrepot.engine.encodings import read_text
    from entrepot.kit import yamltree

    form = yamltree.Form(name="the notice", hint="Write the entries that docs/regulator-desk.md names.")
    root = yamltree.read(read_text(path, limit=form.bytes), form)
    _check_names(root, NoticeIn, path.name)
    findings = root.entries.get("findings")
    for one in findings.items if isinstance(findings, yamltree.Sequence) else ():
        if isinstance(one, yamltree.Mapping):
            _check_names(one, FindingIn, path.name)
    return {name: _value(node) for name, node in root.entries.items()}


def _check_names(found: Any, model: type[BaseModel], file: str) -> None:
    from entrepot.api.deps import meant
    from entrepot.kit import Invalid

    unknown = next((name for name in found.entries if name not in model.model_fields), None)
    if unknown is not None:
        raise Invalid(f"{file} line {found.lines[unknown]}: {unknown[:60]!r} is no entry here.", meant(unknown, model))


def _value(node: Any) -> Any:
    from entrepot.kit import yamltree

    if isinstance(node, yamltree.Mapping):
        return {name: _value(one) for name, one in node.entries.items()}
    if isinstance(node, yamltree.Sequence):
        return [_value(one) for one in node.items]
    return None if node.is_null else node.text
