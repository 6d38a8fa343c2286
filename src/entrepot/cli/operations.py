"""``entrepot operations …``: what an organisation has to answer or to put right, its register, and the exchange's standing duties."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, out, show
from entrepot.cli.rulings import EXIT, Language, read_facts, said

PANEL = "Rules"
Id = Annotated[str, typer.Argument(metavar="ID", help="The operation's id, as the list shows it.", show_default=False)]
Facts = Annotated[list[str], typer.Argument(metavar="FACT=ANSWER...", help="Such as incident.level=larger; commas for several.")]
AsOperator = Annotated[bool, typer.Option("--operator", help="Act for the exchange itself.")]


def add_to(app: typer.Typer) -> None:
    """Add the family of commands."""
    operations = commands.group(app, PANEL, "operations", help="What is done on an exchange, and what the rules ask and forbid there.")
    commands.add(operations, PANEL, list_operations, look, answer, enter)


@commands.named("list")
def list_operations(operator: AsOperator = False, language: Language = "en") -> None:
    """What you have to answer or to put right, and your register; with --operator the standing duties of the exchange."""
    with connect(operator=operator) as client:
        found = client.operations(language=language)["operations"]
    show(found, _lines)


def look(operation: Id, operator: AsOperator = False, language: Language = "en") -> None:
    """What the rules say of one operation today; exit code as of `entrepot ruling`."""
    with connect(operator=operator) as client:
        _end(client.operation(operation, language=language), language)


def answer(operation: Id, facts: Facts, operator: AsOperator = False, language: Language = "en") -> None:
    """Answer what the rules ask about an operation of yours; exit code as of `entrepot ruling`."""
    with connect(operator=operator) as client:
        _end(client.answer_operation(operation, read_facts(facts), language=language), language)


def enter(
    kind: Annotated[str, typer.Argument(help="Such as incident, automated_decision or foreign_request.", show_default=False)],
    facts: Annotated[list[str] | None, typer.Argument(metavar="FACT=ANSWER...", help="What is known of it.")] = None,
    operator: AsOperator = False,
    language: Language = "en",
) -> None:
    """Enter something that you do, and hear what the rules say of it and what is due when."""
    with connect(operator=operator) as client:
        _end(client.enter_operation(kind, read_facts(facts or []), language=language), language)


def _end(found: Any, language: str) -> None:
    def human(value: Any) -> None:
        out.print(f"{value['id']}  {value['act']}", markup=False)
        said(value, language=language)
        for due in value["due"]:
            out.print(f"  due {due['at'][:16]}  ({due['rule']}){', if it applies' if due['if_it_applies'] else ''}", markup=False)
        for question in value["may_concern"]:
            out.print(f"  ? {question['question']}  ({question['path']}, where it concerns you)", markup=False)

    show(found, human)
    raise typer.Exit(EXIT[found["decision"]])


def _lines(found: Any) -> None:
    for one in found:
        what = "; ".join(finding["message"] for finding in one["findings"]) or "nothing is open"
        out.print(f"{one['id']}  {one['act']}  {one['decision']}: {what}", markup=False)
    if not found:
        out.print("nothing is open", style="dim")
