"""What one column seems to hold, by its heading and a sample of its values, before its neighbours are asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from entrepot.engine.arrow import pa, pc
from entrepot.engine.model import ColumnProfile
from entrepot.privacy import headers
from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.detectors import DETECTORS, Detector
from entrepot.privacy.detectors.china import is_chinese_name
from entrepot.privacy.detectors.person import is_listed_name, is_one_name
from entrepot.privacy.model import ColumnFinding, Evidence, Kind

HEADING = "heading"
"""The detector of evidence that a heading gives."""
_HEADING_ALONE = 0.7
_LISTED_NAMES = 0.75
"""Below what blocks: among rare given names there are words and places, so a person looks."""
_SHOWS_IN_VALUES = frozenset(
    {"email", "iban", "payment_card", "ip_address", "mac_address", "cn_resident_id", "cn_organisation_id", "plate"}
)
"""Categories whose values always show what they are, so that a heading alone is no evidence."""
_MASKED: dict[str, str] = {
    "iban": r"^\s*([A-Z]{2}\d{2})?[\dA-Z* -]*\d[\dA-Z* -]{4,}\s*$",
    "payment_card": r"^\s*([\dxX*][ -]?){12,19}\s*$",
    "cn_resident_id": r"^\s*\d{3,6}[\d*xX]{9,15}\s*$",
    "plate": r"^\s*[\p{Lu}\d][\p{Lu}\d ·.-]*\d[\p{Lu}\d ·.-]*\s*$",
}
"""What such values look like where a checksum fails because they are masked, made up, or of a country without one."""
_LOOKS: dict[str, str] = {
    "name": r"^\s*\p{L}[\p{L}'’.\-]*(,?\s+(\(?\p{L}[\p{L}'’.)\-]*|\p{Lu}\.?)){0,5}\s*$",
    "account": r"^\s*[^\s:/]{2,40}(\s[^\s:/]{1,20}){0,2}\s*$",
    "address": r"\p{L}",
    "phone": r"(\d\D{0,3}){6}",
}
"""What most values under a heading must look like, even where no detector knows them."""
_FEW_NAMES = 5
"""Distinct values below which a heading that may speak of a name is not enough."""
_USER = r"^\s*[^\s:/]*\p{L}{3}[^\s:/]*\s*$"
"""What somebody may have called themselves; a letter or two before a number make a code, such as P00017."""
_LEAST_UNIQUE = 20
_NEARLY_ALL = 0.95
"""Share of the rows that differ where all do: the profile estimates distinct values of large columns."""
_MOST_ANSWERS = 3
"""Answers to a question of yes and no, one of them unknown."""
_FEW_TEXTS = 20
"""Distinct texts below which one that holds personal data is enough, because it may stand in many rows."""
_HAN = r"^\s*[\x{4e00}-\x{9fff}]{2,4}\s*$"
_MOST = 0.6
"""Share of the values that a detector must recognise for a column to be made of them."""
_CAPITAL = r"^\s*[\p{Lu}\p{Lo}]"
_WORDS = r"\S\s+\S"
_DISTANCE = r"(?i)^\s*(\d+([.,]\d+)?\s?(k|m|km|mi|miles?|yards?)\b.*|(half[ -]?)?marathon)\s*$"
_LINK = r"^\s*\w+://"
_ORGANISATION = r"(?i)\b(inc|ltd|llc|llp|gmbh|corp|corporation|company|co|plc|bank|university|college|school|hospital|hotel|restaurant|association|foundation|department|services|group|s\.?a|n\.?v|b\.?v|a/s|pty|oy|ag|kg)\.?\s*$|公司|大学|医院|学校|银行|集团"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A column as it was looked at.

    Attributes:
        values: The sampled distinct values; they stay inside this package.
        finding: What heading and values say on their own.
        allowed: A category that heading and values allow and do not prove.
        unique: Whether nearly every row has a value of its own.
    """

    column: ColumnProfile
    values: Sequence[str]
    finding: ColumnFinding | None
    allowed: str = ""
    unique: bool = False


def look(column: ColumnProfile, values: Sequence[str], *, shaped: Collection[Detector] | None = None, rows: int = 0) -> Looked:
    """What a column seems to hold by itself.

    Args:
        rows: Rows of the table, to tell whether each has a value of its own.
        shaped: The detectors whose shape enough of the values have, where `shaped_like` told them for many columns at once.
    """
    heading = headers.promised(column.name)
    plausible = heading if heading and headers.is_plausible(heading, column) and _look_like(heading, values) else ""
    seen = _seen(values, heading or _headed(column.name), shaped_like([values])[0] if shaped is None else shaped)
    # An address that holds the name of somebody is still an address.
    parts = plausible and CATEGORIES[plausible].kind is Kind.DIRECT and all(d.inside and d.category != plausible for d, _ in seen)
    finding = _from_heading(column, values, plausible) if parts or not seen else None
    finding = _from_values(seen, column, plausible) if seen and finding is None else finding
    finding = finding or _from_names(column, values)
    unique = column.distinct >= max(_LEAST_UNIQUE, _NEARLY_ALL * (rows - column.nulls))
    allowed = "" if finding else _allowed(column, values, heading, unique)
    return Looked(column=column, values=values, finding=finding, allowed=allowed, unique=unique)


def is_recognised(finding: ColumnFinding) -> bool:
    """Whether most values by themselves are what the finding says: neither the heading alone says so, nor a part of longer texts."""
    partly = {HEADING, *(detector.name for detector in DETECTORS if detector.inside)}
    return any(e.detector not in partly and e.examined and e.matched >= _MOST * e.examined for e in finding.evidence)


def is_worded(values: Sequence[str]) -> bool:
    """Whether a hundred values or more all hold a small letter or a Chinese character, as numbers with a checksum never do."""
    return len(values) >= 100 and share_like(values, r"[\p{Ll}\x{4e00}-\x{9fff}]") == 1.0


def share_like(values: Sequence[str], pattern: str) -> float:
    """Share of the values that match a regular expression (RE2)."""
    return pc.sum(pc.match_substring_regex(pa.array(values, pa.string()), pattern)).as_py() / len(values) if values else 0.0


def counts_like(columns: Sequence[Sequence[str]], pattern: str) -> list[int]:
    """How many values of each column match a regular expression (RE2), which is compiled once for them all."""
    return _Joined.of(columns).counts(pattern)


def shaped_like(columns: Sequence[Sequence[str]]) -> list[frozenset[Detector]]:
    """For each column, the detectors whose shape enough of its values have to be looked at one by one."""
    joined, found = _Joined.of(columns), [set[Detector]() for _ in columns]
    for detector in DETECTORS:
        for values, fitting, count in zip(columns, found, joined.sums(_of_shape(joined.texts, detector)), strict=True):
            if count and count >= detector.share * len(values):
                fitting.add(detector)
    return [frozenset(fitting) for fitting in found]


@dataclass(frozen=True, slots=True)
class _Joined:
    """The values of many columns one after another: a call costs more than the values of a narrow sample."""

    texts: Any
    ends: Any

    @classmethod
    def of(cls, columns: Sequence[Sequence[str]]) -> _Joined:
        ends = np.cumsum([0, *map(len, columns)])
        return cls(pa.array([value for values in columns for value in values], pa.large_string()), ends)

    def counts(self, pattern: str) -> list[int]:
        return self.sums(pc.match_substring_regex(self.texts, pattern))

    def sums(self, matched: Any) -> list[int]:
        running = np.concatenate(([0], np.cumsum(matched.to_numpy(zero_copy_only=False))))
        return [int(count) for count in np.diff(running[self.ends])]


def _of_shape(array: Any, detector: Detector) -> Any:
    if not detector.gate:
        return pc.match_substring_regex(array, detector.shape)
    let_in = pc.match_substring_regex(array, detector.gate)
    return pc.and_(let_in, pc.match_substring_regex(array, detector.shape)) if pc.any(let_in).as_py() else let_in


def holding(values: Sequence[str]) -> list[str]:
    """The values that hold personal data of any kind inside a longer text."""
    array = pa.array(values, pa.string())
    found: set[str] = set()
    for detector in (one for one in DETECTORS if one.inside):
        shaped = pc.filter(array, _of_shape(array, detector)).to_pylist()
        found.update(value for value in shaped if value not in found and detector.accepts(value.strip()))
    return [value for value in values if value in found]


def _look_like(category: str, values: Sequence[str]) -> bool:
    if category == "ethnicity" and share_like(values, _DISTANCE) >= 0.5:
        return False
    if category == "phone" and values:
        return share_like(values, _LOOKS["phone"]) >= 0.3
    if not values or category not in ("name", "account", "address", "email"):
        return True
    if share_like(values, _LINK) > 0.5:
        return False
    return category != "address" or share_like(values, _LOOKS["address"]) >= 0.5


def _headed(name: str) -> str:
    """A category that the heading allows and values of its own form prove."""
    allowed = headers.allowed(name)
    return allowed if allowed == "plate" else ""


def _allowed(column: ColumnProfile, values: Sequence[str], heading: str, unique: bool) -> str:
    category = headers.allowed(column.name)
    if category == "union":
        return category if column.distinct <= _MOST_ANSWERS else ""
    if category == "plate":
        return ""
    if column.type != "VARCHAR" or not values or not (category or heading == "email") or share_like(values, _LINK) > 0.5:
        return ""
    if heading == "email":
        # The part before the ``@`` alone, as staff lists write it: as many as there are rows, each one word.
        rare = column.distinct_exact and column.distinct >= 5 and len(values) >= 5
        return "account" if rare and share_like(values, r"^\s*\p{L}[\w.\-]{1,30}\s*$") > 0.9 else ""
    if not category:
        return ""
    if share_like(values, _LOOKS[category]) < 0.6:
        # No names of persons, and yet each row has its own: names that users gave themselves.
        return "account" if unique and share_like(values, _USER) >= 0.6 else ""
    if headers.is_a_role(column.name) and share_like(values, _WORDS) < 0.5:
        return ""
    if category != "name":
        return category
    # A few values under such a heading may be a list of things, unless each begins as names do.
    listed = column.distinct < _FEW_NAMES and (headers.is_a_role(column.name) or share_like(values, _CAPITAL) < 1.0)
    return "" if listed or share_like(values, _ORGANISATION) > 0.1 else "name"


def _from_heading(column: ColumnProfile, values: Sequence[str], plausible: str) -> ColumnFinding | None:
    if not plausible:
        return None
    evidence = _some(plausible, values)
    masked = _MASKED.get(plausible)
    if evidence.matched == 0 and values and plausible in _SHOWS_IN_VALUES and not (masked and share_like(values, masked) >= 0.8):
        # An address that never has an ``@`` is no e-mail address, whatever the heading says.
        return None
    return ColumnFinding(column=column.name, category=CATEGORIES[plausible], confidence=_HEADING_ALONE, evidence=(evidence,))


def _from_names(column: ColumnProfile, values: Sequence[str]) -> ColumnFinding | None:
    """Names of persons below a heading such as *author* or *long name*, known from the long list of given names."""
    if column.type != "VARCHAR" or not values or not headers.speaks_of_a_name(column.name) or share_like(values, _ORGANISATION) > 0.1:
        return None
    several, few = share_like(values, _WORDS) >= 0.5, len(values) < _FEW_NAMES
    # The long list of given names has cities too, so few single words must be frequent names.
    known = is_listed_name if several or not few else is_chinese_name if share_like(values, _HAN) == 1.0 else is_one_name
    matched = sum(known(value) for value in values)
    # Of few values all must speak, and the heading too.
    if matched < (1.0 if few else 0.3 if several else 0.6) * len(values) or (few and headers.allowed(column.name) != "name"):
        return None
    evidence = Evidence(detector="listed-name", matched=matched, examined=len(values))
    return ColumnFinding(column=column.name, category=CATEGORIES["name"], confidence=_LISTED_NAMES, evidence=(evidence,))


def _some(category: str, values: Sequence[str]) -> Evidence:
    """How many values fit a category that the heading promises, though too few to speak for themselves."""
    array = pa.array(values, pa.string())
    matched = max((_matched(array, d, 0) for d in DETECTORS if d.category == category), default=0)
    return Evidence(detector=HEADING, matched=matched, examined=len(values))


def _seen(values: Sequence[str], heading: str, shaped: Collection[Detector]) -> list[tuple[Detector, Evidence]]:
    if not values or not shaped:
        return []
    array = pa.array(values)
    found = []
    for detector in DETECTORS:
        if detector not in shaped or (detector.headed and heading not in (detector.category, "official_id")):
            continue
        matched = _matched(array, detector, len(values))
        # Of few values all must speak; a share of three would be chance. Of few texts one that holds somebody does.
        least = 1 if detector.inside and len(values) < _FEW_TEXTS else min(detector.least, len(values))
        if matched >= least and matched >= detector.share * len(values) and matched:
            found.append((detector, Evidence(detector=detector.name, matched=matched, examined=len(values))))
    return found


def _matched(array: Any, detector: Detector, examined: int) -> int:
    shaped = pc.filter(array, _of_shape(array, detector))
    if len(shaped) < detector.share * examined:
        return 0
    return sum(1 for value in shaped.to_pylist() if detector.accepts(value.strip()))


def _from_values(seen: list[tuple[Detector, Evidence]], column: ColumnProfile, heading: str) -> ColumnFinding | None:
    # What the heading confirms wins, then the surest detector, then the one with most matches.
    detector, evidence = max(seen, key=lambda s: (s[0].category == heading, s[0].confidence, s[1].matched))
    closed = detector.closed and 2 <= evidence.examined == evidence.matched
    # A sentence that holds somebody's name does so by itself, however few sentences there are.
    closed = closed or detector.inside
    if evidence.examined < 5 and detector.category != heading and detector.confidence < 0.95 and not closed:
        return None
    agreed = detector.category == heading
    more = (Evidence(detector=HEADING, matched=0, examined=evidence.examined),) if agreed else ()
    return ColumnFinding(
        column=column.name,
        category=CATEGORIES[detector.category],
        confidence=min(0.99, detector.confidence + 0.03) if agreed else detector.confidence,
        evidence=(evidence, *more),
    )
