"""Commands about what the rules say of a listing or a trade on an exchange, and about the packs it asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import commands
from entrepot.cli.context import connect, find_listing, newest, out, show
from entrepot.kit import Invalid, is_id

if TYPE_CHECKING:
    from entrepot.client import Client

PANEL = "Rules"
Subject = Annotated[
    str, typer.Argument(metavar="ID", help="A negotiation or `last`; a listing of yours, by id or words that find it; an operation's id.")
]
_OPERATION = re.compile(r"(?!lst_|neg_)[a-z]{2,8}_[0-9a-z]{20,40}(\.[a-z_]+)*")
Language = Annotated[str, typer.Option(help="en or zh.")]
STANDS = {
    "block": "the rules forbid this trade as it stands", "conflict": "two rules contradict each other about this trade",
    "review": "the rules leave this trade to a person of the exchange",
}  # fmt: skip
"""What stands in the way of a trade, whatever is answered."""
EXIT = {"allow": 0, "review": 4, "needs_info": 3, "block": 2, "conflict": 5}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add(app, PANEL, ruling, answer, install_rules, uninstall_rules, rulings, let_pass, refuse_ruling)


def ruling(subject: Subject, language: Language = "en") -> None:
    """What the rules say of a listing, a trade or an operation: articles, remedies, and what they ask.

    Exit code 0: allowed. 4: a person must look. 3: something is missing. 2: blocked. 5: two rules contradict each other.
    """
    if is_operation(subject):
        from entrepot.cli.operations import look

        look(subject, language=language)
    with connect() as client:
        found = client.ruling(_subject(client, subject), language=language)
    show(found, partial(said, language=language))
    raise typer.Exit(EXIT[found["decision"]])


def answer(
    subject: Subject,
    facts: Annotated[list[str], typer.Argument(metavar="FACT=ANSWER...", help="Such as source.kinds=own_operation; commas for several.")],
    language: Language = "en",
) -> None:
    """Answer what the rules ask about a listing, a trade or an operation; what they allow then goes on. `none` says that no choice of a list is so."""
    if is_operation(subject):
        from entrepot.cli import operations

        operations.answer(subject, facts, language=language)
    given = read_facts(facts)
    with connect() as client:
        found = client.answer(_subject(client, subject), given, language=language)
    show(found, partial(said, language=language))
    raise typer.Exit(EXIT[found["decision"]])


def install_rules(
    pack: Annotated[Path, typer.Argument(help="A pack; its vectors lie beside it as NAME.vectors.yaml.", exists=True, dir_okay=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="It is meant to take the place of a pack that travels with the program.")
    ] = False,
) -> None:
    """Put a rule pack of your own in force (operators); live listings are judged again."""
    vectors = pack.with_name(f"{pack.stem}.vectors.yaml")
    if not vectors.is_file():
        raise Invalid(f"{vectors.name} does not lie beside {pack.name}.", "Write vectors: cases with the decision they must come to.")
    with connect(operator=True) as client:
        texts = pack.read_text("utf-8"), vectors.read_text("utf-8")
        made = client.install_rules(*texts, replace=replace, files=(pack.name, vectors.name))
    show(made, lambda value: out.print(f"{value['id']} {value['version']} is in force, with {len(value['rules'])} rules", markup=False))


def uninstall_rules(pack_id: Annotated[str, typer.Argument(metavar="PACK", help="The pack's id.")]) -> None:
    """Take a rule pack that was installed out of force (operators)."""
    with connect(operator=True) as client:
        client.uninstall_rules(pack_id)
    show({"id": pack_id}, lambda value: out.print(f"{value['id']} is out of force", markup=False))


def rulings(language: Language = "en") -> None:
    """What the rules leave to a person, the newest ruling of each case, oldest first (operators); listings are in `entrepot reviews`."""
    with connect(operator=True) as client:
        found = client.rulings_waiting(language=language)["rulings"]

    def human(value: Any) -> None:
        for one in value:
            out.print(f"{one['id']} {one['decision']} ({one['gate']}): {one['subject']}, since {one['decided_at'][:16]}", markup=False)
            for reason in one["why"]:
                out.print(f"  {reason}", markup=False)
        if not value:
            out.print("nothing waits", style="dim")

    show(found, human)


def let_pass(
    ruling_id: Annotated[str, typer.Argument(metavar="RULING", help="The ruling's id.")],
    reason: Annotated[str, typer.Option(help="Why it may pass.")],
) -> None:
    """Let a case pass that the rules leave to a person; for these facts under these packs alone (operators)."""
    with connect(operator=True) as client:
        made = client.let_pass(ruling_id, reason=reason)
    show(made, lambda value: out.print(f"{value['subject']} may pass", markup=False))


def refuse_ruling(
    ruling_id: Annotated[str, typer.Argument(metavar="RULING", help="The ruling's id.")],
    reason: Annotated[str, typer.Option(help="Why it may not pass.")],
) -> None:
    """Refuse a case that the rules leave to a person; for these facts under these packs alone (operators)."""
    with connect(operator=True) as client:
        made = client.refuse_ruling(ruling_id, reason=reason)
    show(made, lambda value: out.print(f"{value['subject']} is refused", markup=False))


def said(value: Any, *, language: str = "en") -> None:
    """Print what the rules say: articles, remedies, questions and duties."""
    from entrepot.compliance.library import said_duty

    out.print(f"[bold]{value['decision']}[/] on {value['at']}  [dim]asked: {', '.join(value['packs'])}[/]")
    wants(value)
    for duty in value["duties"]:
        out.print(f"  duty: {said_duty(duty, language)}{', if it applies' if duty['if_it_applies'] else ''}", markup=False)


def wants(value: Any, printer: Any = out) -> None:
    """Print what a ruling finds and asks, each question once, and how they are answered."""
    stands((finding for finding in value["findings"] if not is_open(finding)), printer)
    ask(value["questions"], printer=printer)
    ways = [way for finding in value["findings"] if is_open(finding) for way in finding.get("ways", [])]
    for text, command in dict.fromkeys((way["text"], way["command"] or way["page"]) for way in ways if way["do"] != "answer"):
        printer.print(f"      {text}: {command}", markup=False, style="dim")
    for command, facts in _commands(way["command"] for way in ways if way["do"] == "answer").items():
        printer.print(f"    → {command} {' '.join(facts)}", markup=False, style="dim")


def _commands(commands: Iterable[str]) -> dict[str, list[str]]:
    """Commands that answer, each once with every fact that it is to answer."""
    found: dict[str, list[str]] = {}
    for command in commands:
        words = command.split()
        facts = [word for word in words if word.endswith("=…")]
        known = found.setdefault(" ".join(word for word in words if word not in facts), [])
        known += [word for word in facts if word not in known]
    return {command: facts for command, facts in found.items() if facts}


def is_open(finding: Any) -> bool:
    """Whether a finding only says that something is not known, which a question asks."""
    return bool(finding["evidence"].get("missing"))


def stands(findings: Iterable[Any], printer: Any = out) -> None:
    """Print what stands in the way: the words, the article, the remedy, and the ways out by command or page."""
    for finding in findings:
        printer.print(f"  {finding['message']} [{finding['citation']}]", markup=False)
        printer.print(f"    → {finding['hint']}  ({finding['rule']})", markup=False, style="dim")
        for way in finding.get("ways", []):
            printer.print(f"      {way['text']}: {way['command'] or way['page']}", markup=False, style="dim")


def read_facts(texts: list[str]) -> dict[str, Any]:
    """The facts of FACT=ANSWER arguments.

    Raises:
        Invalid: One is none, or its answer is of the wrong kind.
    """
    from entrepot.compliance.library import vocabulary

    given, known = dict(_fact(text) for text in texts), vocabulary()
    # What is no fact of the program may be one of a pack that the exchange asks, which checks it then.
    theirs = {path: value for path, value in given.items() if known.get(path) is None}
    return known.check({path: value for path, value in given.items() if path not in theirs}) | theirs


def is_operation(given: str) -> bool:
    """Whether an id is that of something done or of a standing duty, and no listing's and no trade's."""
    return _OPERATION.fullmatch(given) is not None


def _subject(client: Client, given: str) -> str:
    if given == "last" or is_id(given, "neg"):
        return newest(client, given, "negotiations")
    return _own(client, given) or find_listing(client, given)


def _own(client: Client, given: str) -> str:
    """A listing of one's own by words of its title, which no search finds while it waits; empty where they fit none or several."""
    if is_id(given, "lst"):
        return given
    titles = {one["id"]: one["title"].casefold() for one in client.my_listings()["listings"] if one["state"] != "withdrawn"}
    found = [number for number, title in titles.items() if all(word in title for word in given.casefold().split())]
    return found[0] if len(found) == 1 else ""


def _fact(text: str) -> tuple[str, Any]:
    from entrepot.compliance.library import vocabulary
    from entrepot.compliance.questions import read_words

    path, equals, words = text.partition("=")
    fact = vocabulary().get(path.strip())
    if not equals:
        raise Invalid(f"{text[:80]!r} answers nothing.", "Write FACT=ANSWER, such as source.kinds=own_operation.")
    return path.strip(), _guessed(words) if fact is None else read_words(fact, words.split(",") if fact.type.is_list else words)


def _guessed(words: str) -> Any:
    """An answer whose type only the exchange knows: a flag, a number or a list as JSON has them, else a text."""
    flags = {"yes": True, "no": False}
    try:
        return flags[words] if words in flags else json.loads(words)
    except ValueError:
        return words


def ask(questions: Iterable[Any], *, side: str = "", printer: Any = out) -> None:
    """Print what the rules ask, each with how it is answered, who answers it, and which rules ask, by article.

    Args:
        side: Who reads it, ``owner`` or ``buyer``: of one's own questions it is not said whose they are.
    """
    known: set[str] = set()
    for question in questions:
        choices = "/".join(choice["value"] for choice in question["choices"]) or {"flag": "true/false"}.get(
            question["type"], question["type"]
        )
        whose = question.get("answered_by", "")
        by = f"  (the {whose} answers this)" if whose and whose != side else ""
        how = f"{question['path']}={choices}" if question["needs"] == "declared" else question.get("remedy", "")
        printer.print(f"  ? {question['question']}{by}", markup=False)
        lines = [how, *(f"{why['rule']}: {'; '.join(why['citations'])}" for why in question["why"])]
        # What has to be measured often hangs on one and the same record.
        for line in lines if question["needs"] == "declared" else [line for line in lines if line not in known]:
            printer.print(f"      {line}", markup=False, style="dim")
        known.update(lines)
