"""The scope audit of an app: what it collects beyond the necessary, what of that lacks a consent of its own, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.compliance.apps import AppType, aliases, beyond, find_type, outside, type_titles, types
from entrepot.compliance.clocks import ZONES, due
from entrepot.compliance.library import find_rule, label, shipped, taxonomy
from entrepot.kit import Decision, Invalid
from entrepot.kit.yamltree import Form, Node, Scalar, Sequence, read

RULE = "CN-APP-MIN-NECESSARY"
"""The rule of the pack whose yardstick this is: it says since when, and by which instruments."""
DEADLINE = "5CNBD"
"""What regulators have given in practice; a notice's own date wins."""
COLUMNS = ("app", "type", "collects", "separately_consented", "operator")
LISTS = COLUMNS[2:4]
LARGEST = 64 * 1024**2
"""Bytes of a portfolio; a file about one app is small."""
_PERMISSION = "android.permission."
_FORM = Form(name="the description of the app", hint="Leave out what the audit does not need.")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an app says of itself; kinds of data are terms of the taxonomy.

    Attributes:
        consented: Kinds for which there is a separate consent that can be refused without losing the basic function.
    """

    name: str
    type: AppType
    collects: tuple[str, ...]
    consented: tuple[str, ...] = ()
    operator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAudit:
    """What the audit of one app found.

    Attributes:
        beyond: Collected and not needed for the basic function.
        lacking: Of these, what has no separate optional consent; nothing on a day on which the yardstick was not in force.
        standing: Which of the instruments that are cited were in force that day, by their names in the pack.
        is_judged: Whether the provisions with the lists were in force that day.
        since: The day they came into force.
        due: The day by which a notice of today would have to be met.
    """

    app: App
    beyond: tuple[str, ...]
    lacking: tuple[str, ...]
    at: date
    due: date
    assumption: str
    standing: tuple[str, ...]
    is_judged: bool
    since: date

    @property
    def decision(self) -> Decision:
        """Blocked while something is collected without need and without consent."""
        return Decision.BLOCK if self.lacking else Decision.ALLOW

    def to_dict(self) -> dict[str, Any]:
        """The audit as JSON, with labels in both languages."""
        return {
            "app": self.app.name, "operator": self.app.operator, "type": self.app.type.id, "decision": self.decision.value,
            "collects": _labelled(self.app.collects), "necessary": _labelled(sorted(self.app.type.terms)), "beyond": _labelled(self.beyond),
            "lacking_consent": _labelled(self.lacking), "due": self.due.isoformat(), "assumption": self.assumption,
            "at": self.at.isoformat(), "judged": self.is_judged, "in_force_since": self.since.isoformat(), "certainty": self.app.type.certainty.value,
        }  # fmt: skip


def audit(app: App, *, at: date) -> AppAudit:
    """The audit of an app on a day, by what was in force then."""
    day = taxonomy().on(at)
    pack, rule = find_rule(RULE, shipped())
    standing = tuple(dict.fromkeys(c.instrument for c in rule.citations if pack.instruments[c.instrument].stands(at)))
    extra = beyond(app.type.id, app.collects, day)
    lacking = outside(app.consented, extra, day) if rule.is_effective(at) else ()
    zone = ZoneInfo(ZONES["CN"])
    ends = due(datetime(at.year, at.month, at.day, tzinfo=zone).astimezone(UTC), DEADLINE)
    return AppAudit(
        app=app, beyond=extra, lacking=lacking, at=at, due=ends.at.astimezone(zone).date(), assumption=ends.assumption, standing=standing,
        is_judged=rule.is_effective(at), since=rule.since or at,
    )  # fmt: skip


def today() -> date:
    """The day it is where the authority is, as for the clocks of its notices."""
    return datetime.now(ZoneInfo(ZONES["CN"])).date()


def read_app(path: Path) -> App:
    """The app that a YAML file describes: ``app``, ``type``, ``collects``, ``separately_consented``, ``operator``.

    Raises:
        Invalid: It cannot be read, an entry is unknown, or a type or kind of data is.
    """
    from entrepot.engine.encodings import read_text

    try:
        root = read(read_text(path, limit=_FORM.bytes), _FORM)
    except Invalid as error:
        raise Invalid(error.message if path.name in error.message else f"{path.name}: {error.message}", error.hint) from None
    for name in root.entries:
        if name not in COLUMNS:
            raise Invalid(f"{path.name} line {root.lines[name]}: {name[:60]!r} is no entry here.", f"There are {', '.join(COLUMNS)}.")
    try:
        return make_app({name: _plain(node) for name, node in root.entries.items()})
    except Invalid as error:
        raise Invalid(f"{path.name}: {error.message}", error.hint) from None


def find_kind(given: str) -> str:
    """The term of a kind of data, given as the term, as its label in English or Chinese, or as an everyday word for it.

    Raises:
        Invalid: There is no such kind.
    """
    text = given.strip()
    if text.casefold().startswith(_PERMISSION):
        text = text[len(_PERMISSION) :]
    known = _kinds()
    found = text if text in known.values() else known.get(text.casefold())
    if found is None:
        near = get_close_matches(text.casefold()[:80], known, n=3, cutoff=0.6)
        listed = {"en": "`entrepot rules app --kinds` lists them.", "zh": "可用 `entrepot rules app --kinds` 列出。"}
        meant = {"en": f"Did you mean {' or '.join(near)}?", "zh": f"是否指{'或'.join(f'“{one}”' for one in near)}？"}
        hints = meant if near else listed
        raise Invalid(
            f"{text[:60]!r} is no known kind of personal data.", hints["en"], message_zh=f"“{text[:60]}”不是已知的个人信息种类。",
            hint_zh=hints["zh"],
        )  # fmt: skip
    return found


@cache
def _kinds() -> Mapping[str, str]:
    terms = [*(term for found in types().values() for term in found.terms), *taxonomy().broader]
    names = {term.partition(":")[2].casefold(): term for term in reversed(terms)}
    return (
        names
        | {label(term, language).casefold(): term for term in reversed(terms) for language in ("en", "zh")}
        | {word.casefold(): term for term, words in aliases().items() for word in words}
        | {t.casefold(): t for t in terms}
    )


def kinds() -> list[dict[str, object]]:
    """The kinds of data that an app may name: term, labels in both languages, everyday words, and whether some type of app needs it."""
    needed = {term for found in types().values() for term in found.terms}
    terms = sorted(set(_kinds().values()), key=lambda term: (term not in needed, term not in aliases(), term))
    return [
        {"term": t, "en": label(t, "en"), "zh": label(t, "zh"), "also": list(aliases().get(t, ())), "needed": t in needed} for t in terms
    ]


def make_app(entries: Mapping[str, str | tuple[str, ...]]) -> App:
    """The app of some entries, by the names of `COLUMNS`.

    Raises:
        Invalid: Its name or type is missing, or its type or a kind of data is unknown.
    """
    texts = {name: _one(entries.get(name, "")) for name in ("app", "type", "operator")}
    if not texts["app"] or not texts["type"]:
        raise Invalid(
            "The app's name or type is missing.", f"Give `app` and `type`; the types are {', '.join(types())}.",
            message_zh="缺少应用名称或类型。", hint_zh=f"请填写 `app` 和 `type`；类型有：{type_titles('zh')}。",
        )  # fmt: skip
    kinds = [tuple(dict.fromkeys(find_kind(text) for text in _many(entries.get(name, ())))) for name in LISTS]
    return App(name=texts["app"], type=find_type(texts["type"]), collects=kinds[0], consented=kinds[1], operator=texts["operator"])


def _plain(node: Node) -> str | tuple[str, ...]:
    if isinstance(node, Sequence):
        return tuple(item.text for item in node.items if isinstance(item, Scalar))
    return node.text.strip() if isinstance(node, Scalar) and not node.is_null else ""


def _one(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ""


def _many(value: str | tuple[str, ...]) -> Iterable[str]:
    return (value,) if isinstance(value, str) and value else value


def _labelled(terms: Iterable[str]) -> list[dict[str, str]]:
    return [{"term": term, "en": label(term, "en"), "zh": label(term, "zh")} for term in terms]
