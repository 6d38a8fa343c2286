"""What deciding by rules costs: one rule, a gate of thirty, the same thirty as Cedar policies, many cases, a wide listing.

Times are of the processor, in one thread, so that a busy machine does not count.

Run it alone with ``python -m bench.rules``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import cedarpy  # type: ignore[import-untyped]

from entrepot.compliance.conditions import leaves
from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide, rule_set
from entrepot.compliance.library import shipped, taxonomy, vocabulary
from entrepot.compliance.pack_model import ALWAYS, All, AnyOf, Condition, Gate, Leaf, Not, Pack, Ref
from entrepot.compliance.pack_reader import read_pack
from entrepot.compliance.questions import questions
from entrepot.compliance.what_if import Case, what_if
from entrepot.config import Settings
from entrepot.flows.check import check
from entrepot.kit import Decision

DAY = date(2026, 11, 21)
# Each with the facts that a contract of personal data has; a third of them does not apply.
TEMPLATES = (
    (
        "[asset.personal, eq, true]",
        "{all: [[consent.kind, in, [separate, written]], [consent.names_recipient, eq, true], [consent.status, eq, given]]}",
    ),
    (
        "{all: [[asset.personal, eq, true], {not: [offer.mode, in, [cleanroom_aggregate]]}]}",
        "[consent.purposes, has_all, {ref: offer.purposes}]",
    ),
    ("[deal.cross_border, eq, true]", "[asset.persons, lt, 100000]"),
    ("[asset.personal, eq, true]", "{all: [[pia.dated, exists, true], [pia.parts, has_all, [lawfulness, impact, measures]]]}"),
    ("always", "[contract.fixes, has_all, [purpose, method, scope, security]]"),
    ("[exchange.intermediary, eq, true]", "{all: [[owner.verified, eq, true], [buyer.verified, eq, true]]}"),
    ("always", "[use.prohibited, subset_of, []]"),
    ("[asset.under_14, eq, true]", "[asset.grade, gte, 4]"),
    ("[asset.classification, in, [important, core]]", "[owner.ciio, eq, false]"),
    ("{any: [[use.automated_decision, eq, true], [use.significant_effect, eq, true]]}", "[asset.grade, gte, 3]"),
)
FACTS: dict[str, Any] = {
    "asset.personal": True, "asset.persons": 42_000, "asset.under_14": False, "asset.grade": 3, "asset.classification": "general",
    "consent.kind": "separate", "consent.names_recipient": True, "consent.status": "given",
    "consent.purposes": ["dpv:AcademicResearch", "dpv:CommercialResearch"], "offer.purposes": ["dpv:AcademicResearch"], "offer.mode": "table",
    "deal.cross_border": True, "pia.dated": "2026-10-01", "pia.parts": ["lawfulness", "impact", "measures"],
    "contract.fixes": ["purpose", "method", "scope", "security"], "exchange.intermediary": True, "owner.verified": True, "buyer.verified": True,
    "use.prohibited": [], "use.automated_decision": False, "use.significant_effect": False, "owner.ciio": False, "deal.jurisdictions": ["CN"],
}  # fmt: skip
_GATES = (Gate.LISTING, Gate.CONTRACT, Gate.DELIVERY)
_PLACES = (["CN"], ["CN", "EU"], ["EU"], ["CN", "US"])
_HEAD = 'pack: bench\nversion: "1"\ntitle: {en: "Bench", zh: "测试"}\ninstruments:\n  law: {title: {en: "Law", zh: "法"}, certainty: S}\nrules:\n'


def pack(count: int, *, persons: int = 100_000) -> Pack:
    """A pack of so many rules at the contract gate; so many persons may cross a border."""
    texts = [
        f"- id: B-{n}\n  gate: contract\n  cite: [{{i: law, art: 1}}]\n  deontic: obligation\n  severity: block\n  when: {when}\n  require: {require}\n"
        '  message: {en: "No.", zh: "不行。"}\n  duties: [{do: keep_records}]\n'
        for n in range(count)
        for when, require in [_template(n, persons)]
    ]
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        path = Path(folder) / "bench.yaml"
        path.write_text(_HEAD + "".join(texts), "utf-8")
        return read_pack(path, vocabulary(), taxonomy().knows)


def _template(number: int, persons: int) -> tuple[str, str]:
    when, require = TEMPLATES[number % len(TEMPLATES)]
    return when, require.replace("100000", str(persons))


def engine(repeats: int) -> dict[str, Any]:
    """Microseconds of a decision by one rule, by thirty, and of the same thirty as Cedar policies, each in allow and in block."""
    good = Dossier(FACTS, dict.fromkeys(FACTS, Source.MEASURED))
    bad = Dossier({**FACTS, "buyer.verified": False}, good.sources)
    one, thirty = (pack(1),), (pack(30),)
    policies = cedarpy.PolicySet.from_str(cedar(thirty[0]))
    entities = cedarpy.Entities.from_json_str("[]")
    agree = [(decide(thirty, Gate.CONTRACT, d, at=DAY, taxonomy=taxonomy()).decision, _cedar(d, policies, entities)) for d in (good, bad)]
    if agree != [(Decision.ALLOW, cedarpy.Decision.Allow), (Decision.BLOCK, cedarpy.Decision.Deny)]:
        raise RuntimeError(f"the engine and Cedar do not agree: {agree}")
    return {
        "one_us": _microseconds(lambda: decide(one, Gate.CONTRACT, good, at=DAY, taxonomy=taxonomy()), repeats),
        "thirty_us": _microseconds(lambda: decide(thirty, Gate.CONTRACT, good, at=DAY, taxonomy=taxonomy()), repeats),
        "thirty_blocked_us": _microseconds(lambda: decide(thirty, Gate.CONTRACT, bad, at=DAY, taxonomy=taxonomy()), repeats),
        "thirty_unknown_us": _microseconds(lambda: decide(thirty, Gate.CONTRACT, Dossier(), at=DAY, taxonomy=taxonomy()), repeats),
        "cedar_us": _microseconds(lambda: _cedar(good, policies, entities), repeats),
        "cedar_blocked_us": _microseconds(lambda: _cedar(bad, policies, entities), repeats),
        "cedar_parsing_each_time_us": _microseconds(lambda: _cedar(good, cedar(thirty[0]), entities), max(repeats // 20, 5)),
        "comparisons": sum(1 for rule in thirty[0].rules for c in (rule.when, rule.require) for _ in leaves(c)),
    }  # fmt: skip


def many(count: int) -> dict[str, Any]:
    """Seconds of what-if runs over so many cases: by thirty rules and a stricter draft, and by every rule that travels with the program.

    The second judges as many cases, each at the listing, the contract or the delivery gate, for today and for a day in 2029.
    """
    now, draft = (pack(30),), (pack(30, persons=90_000),)
    began = time.process_time()
    found = sum(1 for _ in what_if(_cases(count), now=now, then=draft, at=DAY, taxonomy=taxonomy()))
    took = time.process_time() - began
    packs = shipped()
    began = time.process_time()
    turned = sum(1 for _ in what_if(_cases(count, _GATES), now=packs, then=packs, at=DAY, then_at=date(2029, 4, 1), taxonomy=taxonomy()))
    return {
        "seconds": took,
        "cases": count,
        "changed": found,
        "shipped_seconds": time.process_time() - began,
        "shipped_changed": turned,
        "shipped_rules": _rules(packs),
    }


def wide(columns: int, rows: int) -> dict[str, Any]:
    """Seconds from a table of so many columns to its decision and the form with what is missing."""
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        path = Path(folder) / "wide.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(",".join(["name", "telephone", *(f"reading_{n}" for n in range(columns - 2))]) + "\n")
            for row in range(rows):
                file.write(",".join([f"Person {row}", f"+4930{row:07}", *(str(row * n % 997) for n in range(columns - 2))]) + "\n")
        (Path(folder) / "small.csv").write_text("a,b\n1,2\n")
        check(Path(folder) / "small.csv", settings=Settings(data_dir=folder))  # The first one loads what is loaded late.
        began = time.process_time()
        report = check(path, settings=Settings(data_dir=folder))
        read = time.process_time()
    rule_set.cache_clear()
    names = [column.name for table in report.tables for column in table.profile.columns]
    known = {
        "asset.personal": True,
        "asset.categories": ["pd:PersonalData"],
        "offer.fields": names,
        "deal.jurisdictions": ["CN", "EU", "US"],
    }
    dossier = Dossier(known, dict.fromkeys(known, Source.MEASURED))
    ruling = decide(shipped(), Gate.LISTING, dossier, at=DAY, taxonomy=taxonomy())
    form = questions(ruling, vocabulary())
    ended = time.process_time()
    return {
        "seconds": ended - began,
        "check_seconds": read - began,
        "rules_seconds": ended - read,
        "questions": len(form),
        "rules": _rules(shipped()),
    }


def cedar(found: Pack) -> str:
    """The rules of a pack as Cedar policies: each forbids where it applies and is not kept."""
    forbids = [f"forbid(principal, action, resource) when {{ {_cedar_of(r.when)} && !({_cedar_of(r.require)}) }};" for r in found.rules]
    return "\n".join(["permit(principal, action, resource);", *forbids])


def _cedar_of(condition: Condition) -> str:
    if condition == ALWAYS:
        return "true"
    if isinstance(condition, Leaf):
        return _cedar_leaf(condition)
    if isinstance(condition, Not):
        return f"!({_cedar_of(condition.part)})"
    assert isinstance(condition, All | AnyOf)
    return "(" + (" && " if isinstance(condition, All) else " || ").join(_cedar_of(part) for part in condition.parts) + ")"


def _cedar_leaf(leaf: Leaf) -> str:
    fact = _cedar_name(leaf.path)
    value = _cedar_name(leaf.value.path) if isinstance(leaf.value, Ref) else json.dumps(leaf.value)
    signs = {"eq": "==", "lt": "<", "gte": ">="}
    match leaf.operator:
        case "in":
            return f"{value}.contains({fact})"
        case "has_all":
            return f"{fact}.containsAll({value})"
        case "subset_of":
            return f"{value}.containsAll({fact})"
        case "exists":
            return f"context has {fact.partition('.')[2]}"
        case operator:
            return f"{fact} {signs[operator]} {value}"


def _cedar_name(path: str) -> str:
    return "context." + path.replace(".", "_")


def _cedar(dossier: Dossier, policies: Any, entities: Any) -> Any:
    context = {path.replace(".", "_"): value for path, value in dossier.values.items()}
    request = {"principal": 'Organisation::"buyer"', "action": 'Action::"sign"', "resource": 'Listing::"one"', "context": context}
    return cedarpy.is_authorized(request, policies, entities).decision


def _cases(count: int, gates: Sequence[Gate] = (Gate.CONTRACT,)) -> Iterator[Case]:
    sources = dict.fromkeys(FACTS, Source.MEASURED)
    for number in range(count):
        facts = {
            **FACTS, "asset.persons": number * 997 % 200_000, "buyer.verified": number % 11 > 0, "asset.under_14": number % 13 == 0,
            "deal.jurisdictions": _PLACES[number % len(_PLACES)],
        }  # fmt: skip
        yield Case(subject=f"lst_{number}", gate=gates[number % len(gates)], dossier=Dossier(facts, sources))


def _rules(packs: tuple[Pack, ...]) -> int:
    return sum(len(one.rules) for one in packs)


def _microseconds(call: Callable[[], object], repeats: int) -> float:
    """The median of several rounds, in microseconds a call."""
    call()
    rounds = []
    for _ in range(7):
        began = time.process_time()
        for _ in range(repeats):
            call()
        rounds.append((time.process_time() - began) / repeats * 1e6)
    return median(rounds)


def figures(*, quick: bool = False) -> dict[str, Any]:
    """Everything, in one run."""
    return {"engine": engine(50 if quick else 2_000), "many": many(1_000 if quick else 100_000), "wide": wide(200, 100 if quick else 1_000)}


if __name__ == "__main__":
    json.dump(figures(quick="--quick" in sys.argv), sys.stdout, indent=2)
