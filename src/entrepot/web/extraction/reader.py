"""Tells which texts an expression of the source may stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import product
from math import prod

from entrepot.kit.words import counted
from entrepot.web.extraction import source as sources
from entrepot.web.extraction.source import Module, Scope, Source
from entrepot.web.extraction.texts import Place, Text, distinct, formatted, has_words, merged, template

MOST = 48
"""Sentences that one expression may stand for; beyond it, a part that varies is a place, and its words are read by themselves."""
FORMS = 6
"""Words that may vary inside a sentence and be written out, each in a sentence of its own."""
CROWDED = 16
"""The same, of a place with nothing but a blank between it and the one before: two values could not be told apart there."""


class Reader:
    """Tells which texts an expression may stand for."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts: dict[Text, str] = {}
        self._known: dict[int, list[Text]] = {}

    def texts(self, node: ast.expr, scope: Scope) -> list[Text]:
        """Every text an expression may stand for; one lone place where nothing is known of it."""
        if id(node) in self._known:
            return self._known[id(node)]
        # Whoever calls itself says nothing new the second time.
        self._known[id(node)] = [(_place(node),)]
        self._known[id(node)] = self._read(node, scope) or self._known[id(node)]
        return self._known[id(node)]

    def _read(self, node: ast.expr, scope: Scope) -> list[Text]:
        match node:
            case ast.Constant(value=str() as text):
                return [(text,)]
            case ast.JoinedStr(values=values):
                return self._joined(values, scope)
            case ast.IfExp(body=body, orelse=orelse):
                return distinct([*self.texts(body, scope), *self.texts(orelse, scope)])
            case ast.BoolOp(op=ast.Or(), values=values):
                # What is empty gives way to what stands behind it.
                last = len(values) - 1
                return distinct(text for i, one in enumerate(values) for text in self.texts(one, scope) if text != ("",) or i == last)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], scope)
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0)):
                return self._first(name, scope)
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                return self._item(name, key, scope)
            case ast.Subscript(value=value, slice=ast.Slice()):
                # A sentence that is only cut to a length is that sentence.
                return self.texts(value, scope)
            case ast.Call():
                return self._call(node, scope)
        return []

    def _joined(self, values: list[ast.expr], scope: Scope) -> list[Text]:
        options = [
            self._value(one, scope, CROWDED if i > 1 and _is_blank(values[i - 1]) else FORMS)
            if isinstance(one, ast.FormattedValue)
            else self.texts(one, scope)
            for i, one in enumerate(values)
        ]
        for index in sorted(range(len(options)), key=lambda one: -len(options[one])):
            if prod(len(option) for option in options) <= MOST:
                break
            self._keep(options[index], scope)
            options[index] = [(_place(values[index]),)]
        return distinct(merged(part for option in chosen for part in option) for chosen in product(*options))

    def _value(self, node: ast.FormattedValue, scope: Scope, forms: int) -> list[Text]:
        value = node.value
        shown = Place(_said(value), _kind(value, node.format_spec))
        if node.conversion != -1 or node.format_spec is not None:
            return [(shown,)]
        found = self.texts(value, scope)
        worded = [text for text in found if has_words(text)]
        others = [text for text in found if not has_words(text) and text != ("",)]
        if not worded or others or len(found) > forms or isinstance(value, ast.Call):
            # Some of its values are not ours: those that are get looked up by themselves when it is shown.
            self._keep(worded, scope)
            return [(shown,)]
        return found

    def _keep(self, texts: Iterable[Text], scope: Scope) -> None:
        for text in texts:
            if has_words(text) and len(template(text)[0].split()) > 1:
                self.parts.setdefault(text, scope.module.path)

    def _name(self, name: str, scope: Scope) -> list[Text]:
        for index, function in enumerate(scope.functions):
            inner = Scope(scope.module, scope.functions[index:])
            if found := [text for node in sources.assigned(function, name, scope.module) for text in self.texts(node, inner)]:
                return distinct(found)
            if sources.has_parameter(function, name):
                return self._argument(name, function, scope.module)
        found_at = self.source.constant(name, scope.module)
        return self.texts(found_at[0], Scope(found_at[1])) if found_at else []

    def _first(self, name: str, scope: Scope) -> list[Text]:
        """What the first of several says that are made alike."""
        made = [node for function in scope.functions[:1] for node in sources.assigned(function, name, scope.module)]
        return distinct(text for node in made if isinstance(node, ast.ListComp) for text in self.texts(node.elt, scope))

    def _item(self, name: str, key: ast.expr, scope: Scope) -> list[Text]:
        """What an item of a table of constants says: the one named, else any of them."""
        found = self.source.constant(name, scope.module)
        if found is None:
            return []
        table, home = found
        if not isinstance(table, ast.Dict):
            return []
        wanted = [v for k, v in zip(table.keys, table.values, strict=True) if k is not None and ast.dump(k) == ast.dump(key)]
        return distinct(text for value in wanted or table.values for text in self.texts(value, Scope(home)))

    def _argument(self, name: str, function: ast.FunctionDef, module: Module) -> list[Text]:
        """What callers give for a parameter, and its default."""
        given = [(sources.given(call, function, name), scope) for scope, call in self.source.callers(function, module)]
        given.append((sources.default(function, name), Scope(module)))
        return distinct(text for node, scope in given if node is not None for text in self.texts(node, scope))

    def _call(self, node: ast.Call, scope: Scope) -> list[Text]:
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return [formatted(text) for text in self.texts(value, scope)]
            case ast.Call(func=ast.Attribute(value=value, attr="strip" | "rstrip" | "lstrip" | "capitalize")):
                return self.texts(value, scope)
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[ast.GeneratorExp(elt=ast.JoinedStr() as one)]):
                self._keep(self.texts(one, scope), scope)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[key, other]):
                return distinct([*self._item(name, key, scope), *self.texts(other, scope)])
            case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=one), *rest]):
                return distinct(text for value in (one, *rest) for text in self.texts(value, scope))
            case ast.Call(func=ast.Name(id="counted"), args=[_, what, *verbs]):
                return self._counted(node, what, verbs, scope)
            case ast.Call(func=ast.Name(id=name)):
                return self._returned(name, scope)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name)):
                return self._returned(name, scope)
        return []

    def _counted(self, node: ast.Call, what: ast.expr, verbs: list[ast.expr], scope: Scope) -> list[Text]:
        for chosen in product(*(self.texts(one, scope) for one in (what, *verbs))):
            words = [text[0] for text in chosen if isinstance(text[0], str) and len(text) == 1]
            for count in (1, 2) if len(words) == len(chosen) else ():
                self.parts.setdefault((Place("count", "n"), counted(count, *words).removeprefix(str(count))), scope.module.path)
        return [(_place(node),)]

    def _returned(self, name: str, scope: Scope) -> list[Text]:
        home = scope.module.imports.get(name, scope.module.path)
        found = [(module, function) for module, function in self.source.functions[name] if module.path == home]
        return distinct(
            text
            for module, function in found
            for node in sources.returned(function)
            for text in self.texts(node, Scope(module, (function,)))
        )


def _place(node: ast.expr) -> Place:
    return Place(_said(node))


def _is_blank(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.strip()


def _said(node: ast.expr) -> str:
    return ast.unparse(node)[:60]


def _kind(value: ast.expr, spec: ast.expr | None) -> str:
    """What may stand in a place, where the expression tells: a number, a list, or a word of ours."""
    if spec is not None:
        return "n" if ast.unparse(spec) == "f','" else ""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=" or "), attr="join")):
            return "or"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=" and "), attr="join")) | ast.Call(func=ast.Name(id="_and")):
            return "and"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=", "), attr="join")):
            return "list"
        case ast.Call(func=ast.Name(id="len")):
            return "n"
        case ast.Call(func=ast.Name(id="_or")):
            return "word"
        case ast.Name(id="state" | "to") | ast.Attribute(attr="state" | "before" | "decision" | "en"):
            # What is called so always holds a word of ours: a state, a purpose, a decision.
            return "word"
        case ast.Attribute(value=inner, attr="value"):
            return _kind(inner, None)
        case ast.Subscript(value=inner, slice=ast.Slice()):
            return _kind(inner, None)
    return ""
