"""``entrepot anonymise FILE --on-exchange``: have the exchange make the release, so that it carries its grade and can be published with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli import context
from entrepot.cli.context import connect, err, harmless
from entrepot.cli.progress import bytes_progress, steps_progress
from entrepot.kit.words import counted

if TYPE_CHECKING:
    from entrepot.client import Client
    from entrepot.privacy.anonymise import Plan


def anonymise_there(file: Path, plan: Plan, folder: Path | None, changes: Sequence[str], *, steps: dict[str, str]) -> None:
    """Send a table, have a release made of it, and say its grade and how it is published; its id alone goes to standard output.

    Args:
        folder: Hierarchy files, which are sent along.
        steps: What the steps of the work are called for people.

    Raises:
        typer.BadParameter: The plan names what stays on this machine.
    """
    from entrepot.engine.detect import require_file
    from entrepot.engine.model import Limits

    require_file(file, limit=Limits().file)
    asked = asked_of(plan, folder, changes)
    with connect() as client:
        with bytes_progress("sending") as progress:
            sent = client.upload(file, progress=progress)
        made = fetched(client, client.order_anonymisation(sent["id"], **asked), steps=steps)
    context.show(made, tell)


def fetched(client: Client, ordered: Any, *, steps: dict[str, str]) -> Any:
    """The release once the exchange has made it; whoever has no time to wait is told how to come back to it."""
    try:
        with steps_progress(steps) as told:
            return client.wait_for(ordered, progress=told)
    except KeyboardInterrupt:
        err.print(
            f"The exchange goes on with the release {ordered['id']}. Come back to it with `entrepot release {ordered['id']}`, "
            f"or end it with `entrepot release {ordered['id']} --cancel`.",
            markup=False,
        )
        raise


def asked_of(plan: Plan, folder: Path | None, changes: Sequence[str]) -> dict[str, Any]:
    """A plan in the words of the API.

    Raises:
        typer.BadParameter: It names what the API does not take.
    """
    from entrepot.privacy.anonymise.profile import closeness_text, diversity_text, presence_text
    from entrepot.privacy.hierarchies import read_folder

    refuse_with({"--population": plan.population is not None, "--presence": bool(plan.presence and plan.presence.population)})
    return {
        "quasi_identifiers": list(plan.quasi), "k": plan.k, "method": str(plan.method), "l": [diversity_text(one) for one in plan.diversity],
        "t": [closeness_text(one) for one in plan.closeness], "suppress": plan.suppress, "person": plan.person, "unknown": plan.unknown,
        "automatic": plan.automatic, "drop": list(plan.drop), "keep": list(plan.keep), "weight": dict(plan.weights),
        "presence": presence_text(plan.presence) if plan.presence else "",
        "hierarchies": {column: [list(path) for path in tree.paths] for column, tree in (read_folder(folder) if folder else {}).items()},
        "change": {column: how for column, _, how in (one.rpartition("=") for one in changes)},
    }  # fmt: skip


def refuse_with(given: dict[str, bool]) -> None:
    """Refuse options that mean nothing where the exchange makes the release.

    Raises:
        typer.BadParameter: One of them is given.
    """
    for name, is_given in given.items():
        if is_given:
            raise typer.BadParameter("it is for a release made on this machine; leave it out, or --on-exchange.", param_hint=name)


def release(
    making: Annotated[str, typer.Argument(metavar="RELEASE", help="Its id (mak_…), as --on-exchange said it.")],
    cancel: Annotated[bool, typer.Option("--cancel", help="End it instead; nothing of it is kept.")] = False,
) -> None:
    """Come back to a release that the exchange is making: wait for it, then say its grade and how it is published."""
    from entrepot.cli.anonymise import STEPS

    with connect() as client:
        if cancel:
            context.show(client.cancel_making(making), lambda v: context.out.print(f"{v['id']} is cancelled; nothing of it is kept."))
            return
        made = fetched(client, client.making(making), steps=STEPS)
    context.show(made, tell)


def tell(made: Any) -> None:
    """Print a release's grade and how it is published; its id alone goes to standard output."""
    from entrepot.cli.anonymise import show_level
    from entrepot.privacy.grading import grade_of

    report = made["report"]
    after, release = report["risk"]["after"], report["release"]
    err.print(
        harmless(
            f"{made['upload']['name']}  {counted(release['rows'], 'row')}, the smallest class of {after['k'] or 0:,}; loss {release['ncp']:.4f}"
        ),
        markup=False,
    )
    show_level(grade_of(report["grade"]), highest=3, say=err.print)
    err.print(
        f"Kept for a day with its report. Publish it under your manifest: entrepot publish MANIFEST --upload {made['upload']['id']}",
        markup=False,
    )
    context.out.print(made["upload"]["id"])
