"""Where measured facts were seen: which column of which table shows them and in how many rows, and which step of a chain has a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from entrepot import rights
from entrepot.catalogue.assessed import is_about_persons
from entrepot.compliance import Seen
from entrepot.compliance.library import label
from entrepot.flows.goods import Goods, tells_kind
from entrepot.rights import Gap, Step
from entrepot.rights.words import next_step, problem

Table = Mapping[str, Any]


def places(goods: Goods) -> dict[str, tuple[Seen, ...]]:
    """The places of each fact that looking at the tables came to; a fact that no place shows is left out."""
    found = {
        "asset.under_14": _children(goods.assessed),
        "asset.ages_unread": _unread(goods.assessed),
        "asset.personal": _persons(goods.assessed),
        "asset.rows_about_persons": _persons(goods.assessed),
        "asset.categories": (one for table in goods.assessed for one in _kinds(table)),
        "asset.grade": _grades(goods),
        "asset.persons": _counted(goods),
    }
    return {path: told for path, seen in found.items() if (told := tuple(seen))}


def unsigned(columns: Iterable[str], goods: Goods) -> tuple[Seen, ...]:
    """Where columns stand that an agreement was not signed for."""
    texts = {"en": "is not among what was signed for", "zh": "不在签约范围内"}
    wanted = set(columns)
    named = [(table["name"], column["name"]) for table in goods.assessed for column in table["columns"]]
    return tuple(Seen(table=table, column=column, texts=texts) for table, column in named if column in wanted)


def gaps(chain: Sequence[Step], owner: str, at: date) -> dict[str, tuple[Seen, ...]]:
    """Where a chain of authorisation does not hold on a day, and what mends each step."""
    return {"source.chain_complete": tuple(Seen(table="", texts=_gap(gap)) for gap in rights.gaps(chain, owner=owner, at=at))}


def _gap(gap: Gap) -> dict[str, str]:
    en, zh = (f"{problem(gap, language)}{' ' * (language == 'en')}{next_step(gap, language)}" for language in ("en", "zh"))
    return {"en": f"step {gap.step}: {en.rstrip('.')}", "zh": f"第 {gap.step} 环：{zh.rstrip('。')}"}


def _children(tables: Iterable[Table]) -> Iterator[Seen]:
    for table in tables:
        for alert in table["alerts"]:
            if alert["code"] == "minors":
                yield Seen(table=table["name"], column=alert["column"], texts=_younger(table, alert))


def _younger(table: Table, alert: Mapping[str, Any]) -> dict[str, str]:
    is_born = any(column["name"] == alert["column"] and column["category"] == "birth_date" for column in table["columns"])
    en = "holds births less than 14 years ago" if is_born else "holds ages below 14"
    zh = "含有不满十四年的出生日期" if is_born else "含有不满十四周岁的年龄"
    count, rows = alert.get("count"), int(table["rows"])
    if not count or not rows:
        return {"en": en, "zh": zh}
    share = f"{count / rows:.1%}" if count / rows >= 0.001 else "< 0.1%"
    return {"en": f"{en}, in {count:,} of {rows:,} rows ({share})", "zh": f"{zh}，共 {rows:,} 行中有 {count:,} 行（{share}）"}


def _unread(tables: Iterable[Table]) -> Iterator[Seen]:
    for table in tables:
        for alert in table["alerts"]:
            if alert["code"] == "unread_ages":
                count, rows = alert.get("count") or 0, int(table["rows"])
                en = f"holds values in {count:,} of {rows:,} rows that cannot be read as ages or births for certain"
                zh = f"共 {rows:,} 行中有 {count:,} 行的值无法确切识别为年龄或出生日期"
                yield Seen(table=table["name"], column=alert["column"], texts={"en": en, "zh": zh})


def _persons(tables: Iterable[Table]) -> Iterator[Seen]:
    for table in tables:
        if is_about_persons(table):
            yield from _kinds(table)


def _kinds(table: Table) -> Iterator[Seen]:
    for column in table["columns"]:
        if tells_kind(column):
            term = column["term"]
            texts = {language: _held(column, term, language) for language in ("en", "zh")}
            yield Seen(table=table["name"], column=column["name"], texts=texts, term=term)


def _held(column: Mapping[str, Any], term: str, language: str) -> str:
    counted = max(column.get("cells", ()), key=lambda one: one["matched"], default=None)
    share = f"{counted['matched'] / counted['examined']:.1%}" if counted and counted["matched"] and counted["examined"] else ""
    if language == "zh":
        return f"含有{label(term, 'zh')}{f'（占单元格的 {share}）' if share else ''}"
    return f"holds {label(term)}{f' ({share} of its cells)' if share else ''}"


def _grades(goods: Goods) -> Iterator[Seen]:
    for table, grade in zip(goods.assessed, goods.grades, strict=False):
        en = "has no graded release" if grade is None else f"has grade {grade}"
        yield Seen(table=table["name"], texts={"en": en, "zh": "没有经测量定级的发布版" if grade is None else f"实测等级为 {grade} 级"})


def _counted(goods: Goods) -> Iterator[Seen]:
    keyed = goods.persons.by_table if goods.persons is not None else {}
    for table in goods.assessed:
        if (different := keyed.get(table["name"])) is not None:
            texts = {"en": f"has {different:,} different person keys", "zh": f"共有 {different:,} 个不同的个人标识"}
        elif is_about_persons(table):
            rows = int(table["rows"])
            texts = {"en": f"has {rows:,} rows, each taken for a person", "zh": f"共有 {rows:,} 行，每行按一人计"}
        else:
            continue
        yield Seen(table=table["name"], texts=texts)
