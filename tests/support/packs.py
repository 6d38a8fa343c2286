"""Small packs of rules for tests: a vocabulary, a taxonomy, and packs written as a few lines of YAML."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide
from entrepot.compliance.pack_model import Gate, Pack
from entrepot.compliance.pack_reader import read_pack
from entrepot.compliance.ruling import Ruling
from entrepot.compliance.taxonomy import Membership, Taxonomy
from entrepot.compliance.vocabulary import FactDef, FactType, FactVocabulary

TODAY = date(2026, 11, 21)
TYPES = {
    "f.flag": FactType.FLAG, "f.other": FactType.FLAG, "f.third": FactType.FLAG, "f.number": FactType.NUMBER, "f.limit": FactType.NUMBER,
    "f.day": FactType.DATE, "f.text": FactType.TEXT, "f.kind": FactType.TEXT, "f.texts": FactType.TEXTS, "f.more": FactType.TEXTS,
    "f.terms": FactType.TERMS, "f.allowed": FactType.TERMS, "at": FactType.DATE,
}  # fmt: skip
CHOICES = {"f.kind": {"file": {"en": "as files", "zh": "文件"}, "lookup": {"en": "as answers", "zh": "查询"}}}
VOCABULARY = FactVocabulary({
    path: FactDef(path=path, type=kind, question={"en": f"What is {path}?", "zh": f"{path}是什么？"}, choices=CHOICES.get(path, {}))
    for path, kind in TYPES.items()
})  # fmt: skip
TAXONOMY = Taxonomy(
    broader={"pd:PersonalData": (), "pd:Health": ("pd:PersonalData",), "pd:Genetic": ("pd:Health",), "pd:Name": ("pd:PersonalData",)},
    members=(
        Membership(set="law:Special", terms=frozenset({"pd:Health"}), since=date(2020, 1, 1)),
        Membership(set="law:Special", terms=frozenset({"pd:Name"}), since=date(2020, 1, 1), until=date(2025, 11, 1)),
    ),
)
HEAD = """pack: {id}
version: "1"
jurisdiction: {jurisdiction}
status: {status}
title: {{en: "A pack", zh: "规则包"}}
instruments:
  law: {{title: {{en: "The Law", zh: "法"}}, edition: "2021", in_force: 2021-01-01, certainty: S}}
  later: {{title: {{en: "The Later Law", zh: "新法"}}, in_force: 2029-04-01, certainty: P}}
  draft: {{title: {{en: "The Draft", zh: "草案"}}, status: draft, certainty: M}}
  ended: {{title: {{en: "The Ended Law", zh: "旧法"}}, in_force: 2010-01-01, until: 2020-01-01, certainty: M}}
rules:
"""


def head(pack_id: str = "test", *, jurisdiction: str = "XX", status: str = "in_force") -> str:
    """The part of a pack before its rules."""
    return HEAD.format(id=pack_id, jurisdiction=jurisdiction, status=status)


def rule(
    rule_id: str, require: str, *, when: str = "always", severity: str = "block", gate: str = "listing", law: str = "law", more: str = ""
) -> str:
    """One rule; ``more`` are further entries, each on a line."""
    lines = [
        f"- id: {rule_id}", f"  gate: {gate}", f"  cite: [{{i: {law}, art: 1}}]", "  deontic: obligation", f"  severity: {severity}",
        f"  when: {when}", f"  require: {require}", '  message: {en: "No.", zh: "不行。"}',
        '  fix: [{en: "Mend it.", zh: "改正。", do: answer}]', *(f"  {line}" for line in more.splitlines()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def pack(*rules: str, **header: Any) -> Pack:
    """A pack of some rules."""
    return read(head(**header) + "".join(rules))


def read(text: str | bytes, *, name: str = "test.yaml") -> Pack:
    """The pack of a text, read from a file as packs are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return read_pack(path, VOCABULARY, TAXONOMY.knows)


def ruling(
    packs: Pack | tuple[Pack, ...], facts: dict[str, Any] | None = None, *, at: date = TODAY, gate: Gate = Gate.LISTING,
    sources: dict[str, Source] | None = None, drafts: bool = False,
) -> Ruling:  # fmt: skip
    """What packs say of some facts."""
    chosen = packs if isinstance(packs, tuple) else (packs,)
    return decide(chosen, gate, Dossier(facts or {}, sources or {}), at=at, taxonomy=TAXONOMY, drafts=drafts)


def installable(severity: str, require: str = "[offer.public, eq, false]", *, gate: str = "listing") -> tuple[str, str]:
    """An operator's pack of one rule that a public offer fails, as text with its vectors."""
    cases = [("public", "true", f"{severity}, rules: [OWN-LOOK]"), ("private", "false", "allow")]
    lines = [f"- {{case: {case}, gate: {gate}, facts: {{offer.public: {flag}}}, expect: {then}}}\n" for case, flag, then in cases]
    text = head("own", jurisdiction="any") + rule("OWN-LOOK", require, severity=severity, gate=gate).replace(
        "do: answer", "do: change_offer"
    )
    return text, "cases:\n" + "".join(lines)
