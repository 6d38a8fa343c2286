"""A package's source as syntax trees: its functions, classes, constants and calls by name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Module:
    """One module: its constants, and the modules that its imported names come from."""

    path: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its module, and the functions around it, the innermost first."""

    module: Module
    functions: tuple[ast.FunctionDef, ...] = ()


class Source:
    """A package, read once."""

    def __init__(self, package: Path) -> None:
        self.modules = {path.relative_to(package).as_posix(): _module(path, package) for path in sorted(package.rglob("*.py"))}
        self.functions: dict[str, list[tuple[Module, ast.FunctionDef]]] = defaultdict(list)
        self.calls: dict[str, list[tuple[Scope, ast.Call]]] = defaultdict(list)
        self.classes: dict[str, list[tuple[Module, ast.ClassDef]]] = defaultdict(list)
        for module in self.modules.values():
            self._walk(module.tree, Scope(module))

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, ast.FunctionDef):
                self.functions[child.name].append((scope.module, child))
                inner = Scope(scope.module, (child, *scope.functions))
            elif isinstance(child, ast.ClassDef):
                self.classes[child.name].append((scope.module, child))
            elif isinstance(child, ast.Call):
                self.calls[_last(child.func)].append((scope, child))
            self._walk(child, inner)

    def kinds_of(self, base: str) -> set[str]:
        """A class and all that are derived from it, by name."""
        bases = {name: {_last(one) for _, node in nodes for one in node.bases} for name, nodes in self.classes.items()}
        found = {base}
        while more := {name for name, of in bases.items() if found & of} - found:
            found |= more
        return found

    def members(self, ending: str) -> Iterator[tuple[Module, str]]:
        """The values of every enumeration whose name ends so."""
        for name, nodes in self.classes.items():
            for module, node in nodes if name.endswith(ending) else ():
                for one in node.body:
                    if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
                        yield module, one.value.value

    def constant(self, name: str, module: Module) -> tuple[ast.expr, Module] | None:
        """A constant of a module, or one that it imports, with the module it stands in."""
        if name in module.constants:
            return module.constants[name], module
        other = self.modules.get(module.imports.get(name, ""))
        return (other.constants[name], other) if other and name in other.constants else None

    def callers(self, function: ast.FunctionDef, home: Module) -> Iterator[tuple[Scope, ast.Call]]:
        """The calls of a function, by what its name may mean where they stand."""
        for scope, call in self.calls[function.name]:
            if scope.module is home or _may_mean(scope.module, call, function, home):
                yield scope, call


def given(call: ast.Call, function: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a call gives for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = [one for one in _positional(function) if one not in ("self", "cls")]
    index = positional.index(name) if name in positional else len(call.args)
    if any(isinstance(one, ast.Starred) for one in call.args[: index + 1]):
        return None
    return call.args[index] if index < len(call.args) else None


def default(function: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a parameter is where nothing is given for it."""
    defaults: Mapping[str, ast.expr | None] = {
        **dict(zip(reversed(_positional(function)), reversed(function.args.defaults), strict=False)),
        **{one.arg: value for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)},
    }
    return defaults.get(name)


def has_parameter(function: ast.FunctionDef, name: str) -> bool:
    """Whether a function has a parameter of this name."""
    return name in (*_positional(function), *(one.arg for one in function.args.kwonlyargs))


def assigned(function: ast.FunctionDef, name: str, module: Module) -> Iterator[ast.expr]:
    """What a function assigns to a name of its own, also item by item and in loops over tables written out."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _matched(target, node.value, name)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield from _matched(node.target, node.value, name)
        elif isinstance(node, ast.For | ast.comprehension):
            for one in _rows(node.iter, module):
                yield from _matched(node.target, one, name)


def returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function that gives a text returns."""
    if not isinstance(function.returns, ast.Name) or function.returns.id != "str":
        return []
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]


def _rows(node: ast.expr, module: Module) -> Iterator[ast.expr]:
    """The rows of a table written out, here or as a constant of the module."""
    if isinstance(node, ast.Name):
        node = module.constants.get(node.id, node)
    for one in node.elts if isinstance(node, ast.Tuple | ast.List) else ():
        if isinstance(one, ast.Starred):
            yield from [one.value.elt] if isinstance(one.value, ast.GeneratorExp) else _rows(one.value, module)
        else:
            yield one


def _matched(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name):
        if target.id == name:
            yield value
    elif isinstance(value, ast.IfExp):
        yield from _matched(target, value.body, name)
        yield from _matched(target, value.orelse, name)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            yield from _matched(one, part, name)


def _positional(function: ast.FunctionDef) -> list[str]:
    return [one.arg for one in (*function.args.posonlyargs, *function.args.args)]


def _may_mean(caller: Module, call: ast.Call, function: ast.FunctionDef, home: Module) -> bool:
    """Whether a call in another module may be of this function: a method, the function of a module, or a name imported from there."""
    if isinstance(call.func, ast.Name):
        return _folder(caller.imports.get(function.name, "")) == _folder(home.path)
    if _positional(function)[:1] == ["self"]:
        return _folder(caller.path) == _folder(home.path)
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(value, ast.Name) and value.id in (
        _folder(home.path).rpartition("/")[2],
        home.path.rpartition("/")[2].removesuffix(".py"),
    )


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _module(path: Path, package: Path) -> Module:
    made = Module(path.relative_to(package).as_posix(), ast.parse(path.read_text("utf-8")))
    for node in made.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            made.constants[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            made.constants[node.target.id] = node.value
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package.name):
            home = (node.module or "").replace(".", "/").removeprefix(package.name).lstrip("/")
            made.imports |= {alias.asname or alias.name: f"{home}.py" for alias in node.names}
    return made
