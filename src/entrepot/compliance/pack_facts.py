"""Read what a pack brings itself: facts, questions to the owner or the buyer that its conditions may ask for, and duties, by what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from entrepot.compliance.pack_conditions import ConditionReader
from entrepot.compliance.pack_entries import is_word
from entrepot.compliance.pack_model import Texts
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary
from entrepot.kit.yamltree import Node

MOST = 200
_CHOSEN = frozenset({FactType.TEXT, FactType.TEXTS})
_OWN = re.compile(r"[a-z][a-z0-9_]{0,40}\.(buyer\.)?[a-z][a-z0-9_]{0,40}")


class FactReader(ConditionReader):
    """Reads facts of a pack's own. Nobody measures them, so that whoever is asked declares them."""

    def __init__(self, name: str, vocabulary: FactVocabulary, is_term: Callable[[str], bool]) -> None:
        super().__init__(name, vocabulary, is_term)
        self.own: dict[str, FactDef] = {}
        self.duties: dict[str, Texts] = {}

    def own_facts(self, node: Node | None, pack_id: str) -> dict[str, FactDef]:
        """The facts under ``facts``, by path."""
        entries = list(self.entries(node, 1))
        if node is not None and len(entries) > MOST:
            self.problems.add(node.line, f"facts has {len(entries)} entries; {MOST} are the most")
        for path, inner in entries[:MOST]:
            self._path(path, pack_id, inner.line)
            self.own[path] = self._fact(path, inner)
        return self.own

    def own_duties(self, node: Node | None) -> dict[str, Texts]:
        """The duties under ``duties``, by name, each with what it is called."""
        for name, inner in list(self.entries(node, 1))[:MOST]:
            if not is_word(name):
                self.problems.add(inner.line, f"the duty {name[:40]!r} is no word of a to z, 0 to 9 and _")
            self.duties[name] = self._labels(f"the duty {name[:80]}", inner)
        return self.duties

    def _path(self, path: str, pack_id: str, line: int) -> None:
        subject = path.partition(".")[0]
        if subject != pack_id or not _OWN.fullmatch(path):
            example = f"{pack_id}.berth, or {pack_id}.buyer.berth for one that the buyer is asked"
            self.problems.add(line, f"the fact {path[:80]!r} is not written like {example}")
        elif any(fact.subject == subject for fact in self.vocabulary.facts.values()):
            self.problems.add(line, f"facts of the program begin with {subject}; give the pack another name to bring facts of its own")

    def _fact(self, path: str, node: Node) -> FactDef:
        entry = self.mapping(node, f"the fact {path[:80]}")
        self.names(entry, {"type", "en", "zh", "in"})
        kind = self.choice(entry, "type", FactType, None)
        choices = {
            value: self._labels(f"the value {value[:80]}", texts) for value, texts in self.entries(entry.entries.get("in"), entry.line)
        }
        if choices and kind not in _CHOSEN:
            self.problems.add(entry.line, f"the fact {path[:80]} is a {kind} and has values to choose among; use text or texts")
        return FactDef(path=path, type=kind, question={lang: self.text(entry, lang) for lang in ("en", "zh")}, choices=choices)

    def _labels(self, what: str, node: Node) -> Texts:
        entry = self.mapping(node, what)
        self.names(entry, {"en", "zh"})
        labels: Mapping[str, str] = {lang: self.text(entry, lang) for lang in ("en", "zh")}
        return labels
