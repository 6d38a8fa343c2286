"""What errors, findings and notes say: every message and hint that a page can show."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from entrepot.privacy.categories import CATEGORIES
from entrepot.vocabulary.purposes import PURPOSES
from entrepot.web.extraction.reader import Reader
from entrepot.web.extraction.source import Scope, Source
from entrepot.web.extraction.texts import Text, formatted, has_words, template

PACKAGE = Path(__file__).parents[2]
UNSEEN = (
    # The command line and programs alone.
    "cli/", "client/", "api/", "sharing/", "asgi/", "flows/backup", "flows/verify", "flows/initialise", "compliance/app_", "compliance/lint",
    "compliance/vectors", "compliance/pack_diff", "privacy/utility/", "privacy/anonymise/asked",
    "privacy/anonymise/write", "privacy/grading/html", "terms/odrl", "standards/",
    # Whoever runs or builds the exchange.
    "config/", "store/", "jobs/", "runtime/", "kit/canonical", "engine/duck", "settlement/laws",
    # The log's own files, which other programs check.
    "proof/checkpoint", "proof/cosigning", "proof/notes", "proof/policy", "proof/published", "proof/receipts", "proof/sealer", "proof/tiles",
    "proof/tlog_proof", "proof/tree", "proof/witness", "proof/model", "parties/jws",
)  # fmt: skip
"""Modules whose errors no page shows."""
_SAID: Mapping[str, tuple[tuple[int, str], ...]] = {
    "Rule": ((9, "message"), (9, "hint")), "Alert": ((9, "message"), (9, "hint")), "Note": ((9, "message"),),
    "Problem": ((1, "message"), (2, "hint")), "Form": ((0, "name"), (1, "hint")), "problems.add": ((1, "problem"),),
    "_Finding": ((1, "reason"), (2, "hint")), "compliance.Finding": ((9, "message"), (9, "hint")),
}  # fmt: skip
"""What says something besides errors: a class or a method, and which of its arguments."""
_FORMATTED = "compliance/rules.py"


@dataclass(frozen=True, slots=True)
class Saying:
    """A template such as ``There is no listing {0}.``.

    Attributes:
        context: Empty for a sentence; ``part`` where it is only a value inside others, ``word`` where it is one word of ours.
        values: The expressions that stand in its places, for the translator.
        where: The module that says it.
        known: Its Chinese where another table has it.
    """

    template: str
    where: str
    context: str = ""
    values: tuple[str, ...] = ()
    known: str = ""


def sayings() -> dict[tuple[str, str], Saying]:
    """Everything by context and template, in the order of the source."""
    source = Source(PACKAGE)
    reader = Reader(source)
    found: dict[tuple[str, str], Saying] = {}
    for one in (*_sentences(source, reader), *_tables(source)):
        found.setdefault((one.context, one.template), one)
    for text, where in reader.parts.items():
        made = _saying(text, where, "part")
        if not where.startswith(UNSEEN) and ("", made.template) not in found:
            found.setdefault(("part", made.template), made)
    return found


def _sentences(source: Source, reader: Reader) -> Iterator[Saying]:
    errors = dict.fromkeys(sorted(source.kinds_of("EntrepotError")), ((0, "message"), (1, "hint")))
    for name, fields in (*errors.items(), *_SAID.items()):
        for scope, call in source.calls[name.rpartition(".")[2]]:
            if scope.module.path.startswith(UNSEEN) or not ast.unparse(call.func).endswith(name):
                continue
            for index, field in fields:
                given = [one.value for one in call.keywords if one.arg == field] or call.args[index : index + 1]
                yield from (one for node in given for one in _said(reader.texts(node, scope), scope))


def _said(texts: list[Text], scope: Scope) -> Iterator[Saying]:
    for text in texts:
        read = formatted(text) if scope.module.path == _FORMATTED else text
        if has_words(read):
            yield _saying(read, scope.module.path)


def _saying(text: Text, where: str, context: str = "") -> Saying:
    made, values = template(text)
    return Saying(made, where, context, values)


def _tables(source: Source) -> Iterator[Saying]:
    """Words that stand in tables and enumerations: kinds of data, purposes, states."""
    for category in CATEGORIES.values():
        yield Saying(category.title, "privacy/categories.py", "part" if " " in category.title else "word")
        if category.fix:
            yield Saying(category.fix, "privacy/categories.py")
    for purpose in PURPOSES.values():
        yield Saying(purpose.en, "vocabulary/purposes.py", "word", known=purpose.zh)
    for ending in ("State", "Decision"):
        for module, value in source.members(ending):
            if not module.path.startswith(UNSEEN):
                yield Saying(value, module.path, "word")
