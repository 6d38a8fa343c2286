"""How commands are parsed and explained: options of all commands may stand anywhere, and help costs no heavy import."""

from __future__ import annotations

import inspect
import os
import shutil
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from functools import cache, partial
from typing import Any, TypeVar

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from entrepot.cli.context import chosen

_COMMON = {"--data": "data", "--exchange": "exchange", "--as": "acting", "--json": "as_json"}
_F = TypeVar("_F", bound=Callable[..., None])
_NAMES: dict[Callable[..., None], str] = {}
_WIDEST = 100
_ROOMIEST = 34  # Columns that names may take before their explanation moves to the next line.


def add(app: typer.Typer, panel: str, *functions: Callable[..., None]) -> None:
    """Make functions commands of the application, shown under one heading."""
    for function in functions:
        app.command(_NAMES.get(function), rich_help_panel=panel, cls=Command)(function)


def group(app: typer.Typer, panel: str, name: str, help: str) -> typer.Typer:
    """A word with commands of its own below it, which ``add`` takes."""
    made = typer.Typer(name=name, cls=Group, no_args_is_help=True, rich_markup_mode=None, help=help, rich_help_panel=panel)
    app.add_typer(made)
    return made


def add_group(app: typer.Typer, panel: str, name: str, help: str, *functions: Callable[..., None]) -> None:
    """Make functions commands below one word."""
    add(group(app, panel, name, help), "Commands", *functions)


def named(name: str) -> Callable[[_F], _F]:
    """Give a command another name than its function's, for words that another group has too."""

    def mark(function: _F) -> _F:
        _NAMES[function] = name
        return function

    return mark


@cache
def build(app: typer.Typer) -> TyperGroup:
    """The application as one command; each of those below it is made when it is asked for, because making all takes longer than most run."""
    bare = copy(app)
    bare.registered_commands, bare.registered_groups = [], []
    made = typer.main.get_group(bare)
    # Typer takes no heading from a group's own application.
    made.rich_help_panel = app.rich_help_panel or None
    made.commands = _Commands(app)  # type: ignore[assignment]  # click reads them as a mapping only
    return made


class _Commands(Mapping[str, Any]):
    """Commands by name, made when they are first looked at."""

    def __init__(self, app: typer.Typer) -> None:
        self._makers: dict[str, Callable[[], Any]] = {}
        for info in app.registered_commands:
            function: Any = info.callback
            self._makers[info.name or typer.main.get_command_name(function.__name__)] = partial(_command, info)
        for below in app.registered_groups:
            inner: Any = below.typer_instance
            self._makers[inner.info.name] = partial(build, inner)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _command(info: Any) -> Any:
    return typer.main.get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)


class Command(TyperCommand):
    """A command that takes the options of all commands after its name too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take out what is common to all commands, then parse the command's own."""
        own = {name for parameter in self.params for name in parameter.opts}
        left = take_common(args, own)
        self._refuse_repeats(left)
        return super().parse_args(ctx, left)

    def _refuse_repeats(self, args: list[str]) -> None:
        """An option that takes one value and is given twice would silently lose the first."""
        single = {name for p in self.params if not getattr(p, "multiple", False) and not getattr(p, "is_flag", False) for name in p.opts}
        given = [arg.partition("=")[0] for arg in args[: args.index("--") if "--" in args else len(args)] if arg.startswith("--")]
        for name in given:
            if name in single and given.count(name) > 1:
                raise typer.BadParameter(
                    "it is given more than once; where it takes several names, put commas between them.", param_hint=name
                )

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what ``--help`` shows."""
        formatter.write(help_text(self, ctx))


class Group(TyperGroup):
    """The application, or the commands below one word: its commands under their headings."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; by then it is known how an answer, a mistake included, shall look."""
        chosen.as_json = bool(ctx.params.get("as_json", chosen.as_json))
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what ``--help`` shows."""
        formatter.write(help_text(self, ctx))


def take_common(args: list[str], own: Collection[str]) -> list[str]:
    """The arguments without the options of all commands, which are kept in `context.chosen`.

    Args:
        own: Options that the command has under the same name, which are left to it.

    Raises:
        typer.BadParameter: An option lacks its value.
    """
    common, rest = {name: field for name, field in _COMMON.items() if name not in own}, []
    waiting = iter(args)
    for arg in waiting:
        name, given, value = arg.partition("=")
        if arg == "--":
            rest += [arg, *waiting]
        elif name not in common:
            rest.append(arg)
        elif common[name] == "as_json":
            chosen.as_json = True
        else:
            found = value if given else next(waiting, None)
            if found is None:
                raise typer.BadParameter("a value is missing.", param_hint=name)
            setattr(chosen, common[name], found)
    return rest


def help_text(command: Any, ctx: Any) -> str:
    """What a command does and takes, for a terminal."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    usage = " ".join([_bold(ctx.command_path), *command.collect_usage_pieces(ctx)])
    parts = [f"{_bold('Usage:')} {usage}"]
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    parts += [textwrap.fill(" ".join(p.split()), width, initial_indent="  ", subsequent_indent="  ") for p in paragraphs if p]
    sections = _sections(command, ctx)
    names = [name for _, rows in sections for name, _ in rows]
    room = max((len(name) for name in names if len(name) <= _ROOMIEST), default=_ROOMIEST)
    parts += [f"{_bold(heading)}\n{_table(rows, room, width)}" for heading, rows in sections]
    if isinstance(command, Group):
        parts.append(f"  {ctx.command_path} COMMAND --help says more about a command. Options may stand before or after it.")
    return "\n\n".join(parts)


def _sections(command: Any, ctx: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record:
            heading = "Arguments" if parameter.param_type_name == "argument" else "Options"
            sections.setdefault(heading, []).append(record)
    for name, found in getattr(command, "commands", {}).items():
        if not found.hidden:
            first = inspect.cleandoc(found.help or "").split("\n\n")[0]
            sections.setdefault(found.rich_help_panel or "Commands", []).append((name, " ".join(first.split())))
    return list(sections.items())


def _table(rows: list[tuple[str, str]], room: int, width: int) -> str:
    lines = []
    for name, text in rows:
        wrapped = textwrap.wrap(text, max(width - room - 4, 20)) or [""]
        if len(name) > room:
            lines.append(f"  {_coloured(name)}")
            lines += [f"{'':{room + 4}}{line}" for line in wrapped]
        else:
            lines.append(f"  {_coloured(name)}{'':{room - len(name) + 2}}{wrapped[0]}".rstrip())
            lines += [f"{'':{room + 4}}{line}" for line in wrapped[1:]]
    return "\n".join(lines)


def _bold(text: str) -> str:
    return text if "NO_COLOR" in os.environ else typer.style(text, bold=True)


def _coloured(text: str) -> str:
    return text if "NO_COLOR" in os.environ else typer.style(text, fg="cyan")
