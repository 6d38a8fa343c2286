"""Read entries of the tree by what they should be, and gather every problem instead of stopping at the first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from entrepot.catalogue.finding.tokens import has_unspaced
from entrepot.catalogue.model import LANGUAGES
from entrepot.kit import Invalid
from entrepot.kit.yamltree import Mapping, Node, Scalar, Sequence

T = TypeVar("T")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do."""

    line: int
    message: str
    hint: str


# What people write for an entry of another name, where the nearest spelling would mean the opposite.
_MEANT = dict.fromkeys(("permitted", "permits", "permissions", "allowed", "allow", "purpose", "uses"), "purposes") | {
    "forbidden": "prohibited", "denied": "prohibited", "disallowed": "prohibited", "not_allowed": "prohibited",
}  # fmt: skip


class Reader:
    """Entries of one manifest; ``finish`` raises what was gathered."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, line: int, message: str, hint: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(line, message, hint))

    def finish(self) -> None:
        """Raise all problems as one error, in the order of their lines.

        Raises:
            Invalid: There is at least one; ``details`` lists them.
        """
        if not self.problems:
            return
        found = sorted(self.problems, key=lambda problem: problem.line)[:_SHOWN]
        listed = " ".join(f"Line {problem.line}: {problem.message}" for problem in found)
        message = listed if len(found) == 1 else f"The manifest has {len(self.problems)} problems. {listed}"
        details = [{"line": problem.line, "message": problem.message, "hint": problem.hint} for problem in found]
        raise Invalid(message, found[0].hint, problems=details)

    def attempt(self, line: int, action: Callable[[], T]) -> T | None:
        """What the action gives, or None with its error noted at this line."""
        try:
            return action()
        except Invalid as error:
            self.complain(line, error.message, error.hint)
            return None

    def check_names(self, node: Mapping, known: Iterable[str], where: str) -> None:
        """Note every entry that nobody knows, with the name it may have been meant to be."""
        names = list(known)
        for name, line in node.lines.items():
            if name not in names:
                meant = [_MEANT[name.casefold()]] if _MEANT.get(name.casefold()) in names else []
                near = meant or difflib.get_close_matches(name, names, n=1, cutoff=0.6)
                hint = f"Did you mean {near[0]}?" if near else f"The entries are {', '.join(names)}."
                self.complain(line, f"{name[:60]!r} is no entry of {where}.", hint)

    def mapping(self, node: Node | None, name: str) -> Mapping | None:
        """A set of entries; None when nothing is given."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if isinstance(node, Mapping):
            return node
        self.complain(node.line, f"{name} is not a set of entries.", "Write its entries below it, indented, as `name: value`.")
        return None

    def text(self, node: Node | None, name: str, most: int = 300) -> str:
        """A text of at most this many characters; empty when nothing is given."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return ""
        if not isinstance(node, Scalar):
            self.complain(node.line, f"{name} is not a text.", "Write it on one line, in quotes where it holds a colon.")
            return ""
        text = node.text.strip()
        if len(text) > most:
            self.complain(node.line, f"{name} has {len(text):,} characters; {most:,} are the most.", f"Leave out {len(text) - most:,}.")
        return text

    def texts(self, node: Node | None, name: str, most: int) -> dict[str, str]:
        """A text per language; a plain one counts as Chinese when it holds Chinese characters, else as English."""
        if isinstance(node, Mapping):
            self.check_names(node, LANGUAGES, name)
            found = {language: self.text(node.entries.get(language), f"{name} ({language})", most) for language in LANGUAGES}
        else:
            text = self.text(node, name, most)
            found = {"zh" if has_unspaced(text) else "en": text}
        return {language: text for language, text in found.items() if text}

    def list_of(self, node: Node | None, name: str, most: int, read: Callable[[Node], T | None]) -> tuple[T, ...]:
        """A list, or a single value as a list of one."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) > most:
            self.complain(node.line, f"{name} lists {len(items)} entries; {most} are the most.", f"Keep the best {most}.")
        return tuple(value for item in items[:most] if (value := read(item)) is not None)

    def words(self, node: Node | None, name: str, most: int = 100, length: int = 200) -> tuple[str, ...]:
        """A list of short texts without repetition."""
        return tuple(dict.fromkeys(self.list_of(node, name, most, lambda item: self.text(item, name, length) or None)))

    def flag(self, node: Node | None, name: str) -> bool | None:
        """True or false; None when nothing is given."""
        text = self.text(node, name)
        if not text or node is None:
            return None
        if text not in ("true", "false"):
            self.complain(node.line, f"{name} is {text[:40]!r}.", "Write true or false.")
        return text == "true"

    def number(self, node: Node | None, name: str, least: int, most: int) -> int | None:
        """A whole number in a range; None when nothing is given."""
        text = self.text(node, name)
        if not text or node is None:
            return None
        if not re.fullmatch(r"[0-9]{1,16}", text) or not least <= int(text) <= most:
            self.complain(node.line, f"{name} is {text[:40]!r}.", f"Write a whole number from {least:,} to {most:,}.")
            return None
        return int(text)

    def choice(self, node: Node | None, name: str, choices: Iterable[str]) -> str | None:
        """One of some words; None when nothing is given."""
        text = self.text(node, name)
        known = list(choices)
        if not text or node is None:
            return None
        if text not in known:
            near = difflib.get_close_matches(text, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Write {', '.join(known)}."
            self.complain(node.line, f"{name} is {text[:40]!r}.", hint)
            return None
        return text
