"""What is done on an exchange that the rules are asked about, at which gate, and what they may stop; and which acts ask a given rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from entrepot.compliance.conditions import leaves, paths_of
from entrepot.compliance.pack_model import Gate, Leaf, Rule


class Stance(StrEnum):
    """How far the rules bind an act.

    ``binds``: what they forbid, ask or leave to a person stops it. ``stops``: only what they forbid does. ``notes``: nothing does, because
    a clock of law runs, or because it has happened already; what they say is kept, and shown until it is settled.
    """

    BINDS = "binds"
    STOPS = "stops"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One kind of act.

    Attributes:
        kinds: What the facts ``operation.kind`` or ``notice.kind`` may say of it.
        facts: What the facts begin with that it brings along, or that are asked for it.
        texts: What it is called, by language.
    """

    name: str
    gate: Gate
    stance: Stance
    kinds: tuple[str, ...]
    facts: tuple[str, ...]
    texts: Mapping[str, str]


_O, _N = Gate.OPERATION, Gate.NOTICE
_ACCESS = (("inspection", "foreign_request"), ("access.", "request.", "eu.third_country_"))
_RIGHTS = (("rights_request",), ("rights.", "eu.request_"))
_CONSENT_FACTS = ("asking.", "consent.days_since_asked", "consent.steps_")


def _act(name: str, gate: Gate, stance: Stance, kinds: tuple[str, ...], facts: tuple[str, ...], en: str, zh: str) -> Act:
    return Act(name=name, gate=gate, stance=stance, kinds=kinds, facts=facts, texts={"en": en, "zh": zh})


NOTICE_STEP = _act(
    "notice.step", _N, Stance.NOTES, ("rectification", "ip_claim", "ip_counter", "other"), ("notice.", "suspension."),
    "every step of a notice", "通知的每一步",
)  # fmt: skip
SUSPEND_LISTING = _act(
    "listing.suspend", _N, Stance.BINDS, ("other",), ("suspension.",), "suspending a listing without a notice", "无通知而暂停上架"
)
ASK_ACCESS = _act("access.ask", _O, Stance.NOTES, *_ACCESS, "an authority's request for access", "机关提出调取请求")
DECIDE_ACCESS = _act("access.decide", _O, Stance.BINDS, *_ACCESS, "approving an authority's access", "批准机关调取")
LOOK = _act("access.look", _O, Stance.BINDS, *_ACCESS, "answering an authority", "答复机关")
ASK_CONSENT = _act("consent.ask", _O, Stance.BINDS, ("consent_request",), _CONSENT_FACTS, "asking a person for consent", "征询个人同意")
RECORD_CONSENT = _act(
    "consent.record",
    _O,
    Stance.BINDS,
    ("consent_import",),
    ("asking.", "consent.steps_"),
    "recording or importing consents given",
    "登记或批量导入同意",
)
FILE_REQUEST = _act("request.file", _O, Stance.NOTES, ("rights_request",), ("rights.",), "a person's request", "个人提出请求")
ANSWER_REQUEST = _act("request.answer", _O, Stance.STOPS, *_RIGHTS, "answering a person's request", "答复个人请求")
LET_REQUEST_LAPSE = _act(
    "request.overdue", _O, Stance.NOTES, *_RIGHTS, "a person's request without an answer in time", "个人请求逾期未答复"
)
COMPLAINT = _act("complaint.receive", _O, Stance.NOTES, ("other",), ("complaint.",), "receiving complaints", "受理投诉")
CHANGE_RULES = _act("rules.change", _O, Stance.STOPS, ("rule_change",), ("operator.rules_",), "changing the rules in force", "修改平台规则")
REVIEW_DUTIES = _act(
    "duties.review", _O, Stance.NOTES, ("operator_review", "ranking", "price_mechanism"),
    ("operator.", "audit.", "ranking.", "exchange.uses_content", "exchange.own_first", "offer.price_forming", "eu.dga_", "us.drop_", "us.reject"),
    "the daily review of the exchange's duties", "平台职责每日复核",
)  # fmt: skip
REGISTER = _act(
    "operation.enter", _O, Stance.NOTES,
    ("automated_decision", "profiling", "pricing", "incident", "defect", "port_request", "credit_objection", "foreign_request"),
    ("decision.", "pricing.", "incident.", "defect.", "objection.", "rights.", "request.", "score.", "use.", "eu.breach_", "eu.request_",
     "eu.third_country_"),
    "an entry in the register of operations", "运营登记",
)  # fmt: skip

ACTS = (
    NOTICE_STEP, SUSPEND_LISTING, ASK_ACCESS, DECIDE_ACCESS, LOOK, ASK_CONSENT, RECORD_CONSENT, FILE_REQUEST, ANSWER_REQUEST,
    LET_REQUEST_LAPSE, COMPLAINT, CHANGE_RULES, REVIEW_DUTIES, REGISTER,
)  # fmt: skip
_TRADE: Mapping[Gate, str] = {Gate.LISTING: "publish", Gate.CONTRACT: "agree", Gate.DELIVERY: "deliver"}
_KIND = frozenset({"operation.kind", "notice.kind"})
_COMMON = frozenset({"at", "exchange.intermediary", "exchange.country", "deal.jurisdictions", *_KIND})
"""Facts that every act brings, so that they tell no two apart."""


def act_named(name: str) -> Act:
    """The act of this name; the last one, the register, for a name of another release."""
    return next((act for act in ACTS if act.name == name), REGISTER)


def asked_by(rule: Rule) -> tuple[str, ...]:
    """The acts that ask a rule, by name; none where no flow of this program does."""
    trade = [name for gate, name in _TRADE.items() if gate in rule.gates]
    return (*trade, *(act.name for act in ACTS if act.gate in rule.gates and _concerns(act, rule)))


def _concerns(act: Act, rule: Rule) -> bool:
    kinds = set(_kinds(rule))
    if kinds:
        return bool(kinds.intersection(act.kinds))
    found = [path for path in paths_of(rule.when) if path not in _COMMON]
    return not found or any(path.startswith(act.facts) for path in found)


def _kinds(rule: Rule) -> Iterator[str]:
    for leaf in leaves(rule.when):
        if leaf.path in _KIND:
            yield from _values(leaf)


def _values(leaf: Leaf) -> Iterator[str]:
    yield from (str(value) for value in (leaf.value if isinstance(leaf.value, (list, tuple)) else (leaf.value,)))
