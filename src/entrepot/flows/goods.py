"""What is offered as far as the rules ask: whom the tables are about, how many they are, and whether children are among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from entrepot.catalogue import ColumnNote, Version
from entrepot.catalogue.assessed import has_unread_ages, is_about_persons, shows_children, tells_ages
from entrepot.engine.sql import identifier, parquet

ANONYMOUS = 4
"""The grade of tables in which no person is left."""
_SURE = 0.8
_ADMITTED = ("asset.personal", "asset.under_14", "asset.rows_about_persons")
_KINDS = "asset.categories"
_OF_ORGANISATIONS = frozenset({"ent:OrganisationContact", "ent-cn:UnifiedSocialCreditCode"})
_CONCEPT = re.compile(r"https?://w3id\.org/dpv/(?:[0-9.]+/)?pd(?:#|/)([A-Za-z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Who stands behind the key that tells whose row it is.

    Attributes:
        different: Different keys over all tables that have it.
        keyless: Rows of these tables whose key is empty: each is somebody's, and nobody knows whose.
        by_table: Different keys of each of these tables.
    """

    different: int
    keyless: int
    by_table: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON, to be kept with a version."""
        return {"different": self.different, "keyless": self.keyless, "by_table": dict(self.by_table)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is offered, as far as the rules ask.

    Attributes:
        grades: Of each table's de-identification; None where the exchange has measured none.
        assessed: What the check of each table found, as kept with a version.
        persons: Who stands behind the person key; None where no table has one, or the version is older than the count.
        has_key: Whether some table has the person key.
    """

    rows: int
    fields: tuple[str, ...]
    grades: tuple[int | None, ...]
    assessed: tuple[Mapping[str, Any], ...]
    persons: Persons | None = None
    has_key: bool = False


def of_version(version: Version) -> Goods:
    """The goods of a version, from what was kept of them."""
    fields = tuple(column.name for table in version.tables for column in table.columns)
    kept = version.assessment.get("persons")
    return Goods(
        rows=version.rows, fields=fields, grades=tuple(table.grade for table in version.tables),
        assessed=tuple(version.assessment.get("tables", ())), persons=Persons(**kept) if kept else None,
        has_key=version.manifest.person_key in fields,
    )  # fmt: skip


def count_persons(cursor: duckdb.DuckDBPyConnection, key: str, tables: Iterable[tuple[str, Path, Sequence[str]]]) -> Persons | None:
    """Who stands behind a key, counted exactly; None where no table has it.

    Args:
        tables: The name, the Parquet file and the columns of each.
    """
    keyed = [(name, path) for name, path, columns in tables if key and key in columns]
    if not keyed:
        return None
    counted = {name: _different(cursor, key, [path]) for name, path in keyed}
    together = _different(cursor, key, [path for _, path in keyed])[0] if len(keyed) > 1 else counted[keyed[0][0]][0]
    return Persons(
        different=together,
        keyless=sum(keyless for _, keyless in counted.values()),
        by_table={name: one[0] for name, one in counted.items()},
    )


def _different(cursor: duckdb.DuckDBPyConnection, key: str, paths: Sequence[Path]) -> tuple[int, int]:
    # As text, because one table may hold numbers where another holds the same in letters.
    keys = " UNION ALL ".join(f"SELECT nullif(CAST({identifier(key)} AS VARCHAR), '') AS k FROM {parquet(path)}" for path in paths)
    different, keyless = cursor.execute(f"SELECT count(DISTINCT k), count_if(k IS NULL) FROM ({keys})").fetchall()[0]
    return int(different), int(keyless)


def admissions(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was said, what admits to persons, to kinds of data about them, or to children; it is believed wherever it was said."""
    flags: dict[str, Any] = {path: True for path in _ADMITTED if said.get(path) is True}
    kinds = sorted(set(said.get(_KINDS) or ()) - _OF_ORGANISATIONS)
    return flags | ({_KINDS: kinds} if kinds else {})


def joined(said: Mapping[str, Any], *others: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, together with all that is admitted elsewhere: of kinds of data the one is added to the other."""
    kinds = sorted({kind for one in (said, *others) for kind in admissions(one).get(_KINDS, ())})
    flags = {path: True for one in others for path in admissions(one) if path != _KINDS}
    return {**said, **flags, **({_KINDS: kinds} if kinds else {})}


def meant(columns: Mapping[str, ColumnNote], fields: Iterable[str]) -> list[str]:
    """The kinds of personal data that an owner's notes name for columns, by the address of a term of the Data Privacy Vocabulary."""
    found = (_CONCEPT.fullmatch(columns[name].concept) for name in fields if name in columns)
    return sorted({f"pd:{one[1]}" for one in found if one})


def conceded(goods: Goods, declared: Mapping[str, Any]) -> dict[str, Any]:
    """What counts as said by an owner who says that ages are not those of persons, where nothing else tells of persons; a person reviews it."""
    denied = declared.get("asset.ages_of_persons") is False and _by_ages_alone(goods) and not admissions(declared)
    return dict.fromkeys(_ADMITTED, False) | {_KINDS: []} if denied else {}


def _by_ages_alone(goods: Goods) -> bool:
    tables = goods.assessed
    return any(map(tells_ages, tables)) and not any(table["personal"] for table in tables) and not goods.has_key


def facts(goods: Goods, declared: Mapping[str, Any], noted: Sequence[str] = ()) -> dict[str, Any]:
    """What looking at the tables came to. Looking finds; finding nothing is no proof, so whoever admits to persons or children is believed.

    A column that tells whose row it is admits to persons, and so do kinds of personal data that the owner names. Whether children are among
    them stays open where no column shows it. Where an owner says that ages are not those of persons, nothing of this was measured.

    Args:
        noted: Kinds of personal data that the owner's notes name for columns, which count where rows are about persons.
    """
    seen = {"asset.medium": "table", "asset.personal_by_ages": _by_ages_alone(goods)}
    return seen if conceded(goods, declared) else seen | _of_persons(goods, admissions(declared), noted)


def _of_persons(goods: Goods, admitted: Mapping[str, Any], noted: Sequence[str]) -> dict[str, Any]:
    personal = any(map(is_about_persons, goods.assessed)) or goods.has_key or bool(admitted)
    columns = [column for table in goods.assessed for column in table["columns"] if tells_kind(column)]
    kinds = {column["term"] for column in columns} | set(admitted.get(_KINDS, ())) | set(noted)
    measured: dict[str, Any] = {
        "asset.personal": personal,
        _KINDS: sorted(kinds) if personal else [],
        "asset.rows_about_persons": personal,
        "asset.under_14": _has_children(goods) if personal else False,
    }
    if personal:
        # What nobody could read is no matter where the rest shows children, or no person is left.
        measured["asset.ages_unread"] = (measured["asset.under_14"] is None and any(map(has_unread_ages, goods.assessed))) or None
        measured["asset.grade"] = _grade(goods, columns)
        measured["asset.persons"] = _persons(goods)
    overruled = {path for path in _ADMITTED if path in admitted and measured[path] is not True}
    return {path: value for path, value in measured.items() if value is not None and path not in overruled}


def tells_kind(column: Mapping[str, Any]) -> bool:
    """Whether a column is of a kind that counts where rows are about persons: also one that tells of nobody by itself, such as an income."""
    return bool(column["term"]) and column["term"] not in _OF_ORGANISATIONS


def _has_children(goods: Goods) -> bool | None:
    """Whether there are persons below fourteen; None where nothing shows it."""
    if any(map(shows_children, goods.assessed)):
        return True
    is_anonymous = bool(goods.grades) and all(grade == ANONYMOUS for grade in goods.grades)
    return False if is_anonymous or _is_grown_up(goods) else None


def _is_grown_up(goods: Goods) -> bool:
    """Whether every table about persons shows their ages, by itself or by another in which each of its persons stands."""
    keyed = goods.persons.by_table if goods.persons is not None else {}
    about = [table for table in goods.assessed if is_about_persons(table) or table["name"] in keyed] or goods.assessed
    shown = {table["name"] for table in about if table.get("grown_up") and not has_unread_ages(table)}
    if goods.persons is not None and not goods.persons.keyless and any(keyed.get(name) == goods.persons.different for name in shown):
        shown |= keyed.keys()
    return bool(about) and all(table["name"] in shown for table in about)


def _grade(goods: Goods, columns: Iterable[Mapping[str, Any]]) -> int:
    direct = any(column["kind"] == "direct" and (column["confidence"] or 0) >= _SURE for column in columns)
    unmeasured = 1 if direct else 2
    return min((grade or unmeasured for grade in goods.grades), default=unmeasured)


def _persons(goods: Goods) -> int:
    """Persons at most: behind the key one each, and elsewhere one in each row."""
    if goods.persons is None:
        return goods.rows
    beside = [table for table in goods.assessed if is_about_persons(table) and table["name"] not in goods.persons.by_table]
    return goods.persons.different + goods.persons.keyless + sum(int(table["rows"]) for table in beside)
