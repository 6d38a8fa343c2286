"""Hints of what a client will filter by: a file whose statistics rule every row out need not be sent.

Best effort, as the protocol says: what cannot be judged keeps the file.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

_COMPARISONS = {
    "equal": "=", "lessThan": "<", "lessThanOrEqual": "<=", "greaterThan": ">", "greaterThanOrEqual": ">=",
}  # fmt: skip
_SWAPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NAME = r"(?:`(?P<quoted>[^`]+)`|(?P<name>[A-Za-z_]\w*))"
_VALUE = r"(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+(?:\.\d+)?))"
_FORWARD = re.compile(rf"\s*{_NAME}\s*(?P<op><=|>=|=|<|>)\s*{_VALUE}\s*")
_BACKWARD = re.compile(rf"\s*{_VALUE}\s*(?P<op><=|>=|=|<|>)\s*{_NAME}\s*")
_DEEPEST = 20


def may_match(stats: dict[str, Any] | None, *, json_hint: Any = None, sql_hints: Any = None) -> bool:
    """Whether a file with these statistics may hold a row that meets every hint."""
    if stats is None:
        return True
    trees = [_from_sql(text) for text in sql_hints[:100] if isinstance(text, str)] if isinstance(sql_hints, list) else []
    if isinstance(json_hint, str):
        with contextlib.suppress(ValueError, RecursionError):
            trees.append(json.loads(json_hint))
    return all(_may(tree, stats, 0) is not False for tree in trees)


def _may(tree: Any, stats: dict[str, Any], depth: int) -> bool | None:
    """False when no row can meet it; None when that is unknown."""
    if not isinstance(tree, dict) or depth > _DEEPEST or not isinstance(tree.get("children", []), list):
        return None
    op, children = tree.get("op"), tree.get("children", [])
    if op == "and":
        return False if any(_may(child, stats, depth + 1) is False for child in children) else None
    if op == "or":
        return False if children and all(_may(child, stats, depth + 1) is False for child in children) else None
    if op == "isNull" and len(children) == 1 and isinstance(children[0], dict):
        return False if stats["nullCount"].get(children[0].get("name")) == 0 else None
    if op in _COMPARISONS and len(children) == 2 and all(isinstance(child, dict) for child in children):
        return _compare(children[0], _COMPARISONS[op], children[1], stats)
    return None


def _compare(left: dict[str, Any], operator: str, right: dict[str, Any], stats: dict[str, Any]) -> bool | None:
    if left.get("op") == "literal":
        left, operator, right = right, _SWAPPED[operator], left
    name = left.get("name")
    if left.get("op") != "column" or right.get("op") != "literal" or name not in stats["minValues"]:
        return None
    low, high = stats["minValues"][name], stats["maxValues"][name]
    value = _like(right.get("value"), low)
    if value is None:
        return None
    if operator == "=":
        return None if low <= value <= high else False
    if operator in ("<", "<="):
        return False if (low >= value if operator == "<" else low > value) else None
    return False if (high <= value if operator == ">" else high < value) else None


def _like(value: Any, sample: Any) -> Any:
    """The hint's value as the statistics spell theirs; None when it has no such spelling."""
    try:
        if isinstance(sample, int):
            number = float(value)
            return int(value) if number == int(number) else number
        return float(value) if isinstance(sample, float) else str(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _from_sql(text: str) -> Any:
    match, swap = _FORWARD.fullmatch(text), False
    if match is None:
        match, swap = _BACKWARD.fullmatch(text), True
    if match is None:
        return None
    word = {operator: name for name, operator in _COMPARISONS.items()}
    operator = _SWAPPED[match["op"]] if swap else match["op"]
    value = match["number"] if match["text"] is None else match["text"].replace("''", "'")
    return {
        "op": word[operator],
        "children": [{"op": "column", "name": match["quoted"] or match["name"]}, {"op": "literal", "value": value}],
    }
