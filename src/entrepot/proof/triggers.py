"""Triggers by which the database itself keeps the log append-only, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class Rule:
    """Refuse rows of a table for which ``when`` holds; ``{same}`` and ``{prefix}`` are spelled per database."""

    event: str
    when: str
    message: str


_FIXED = ("id", "kind", "subject_id", "commitment", "at", "leaf")
_CONTENT = ("salt", "fact", "jws")


def protect(*, leaves: sa.Table, tiles: sa.Table, checkpoints: sa.Table, cosignatures: sa.Table) -> None:
    """Attach the rules; they are created together with the tables."""
    _attach(
        leaves,
        Rule("INSERT", "NEW.seq IS NOT NULL", "only the sealer gives an entry its position"),
        Rule("INSERT", f"EXISTS (SELECT 1 FROM {leaves.name} WHERE id = NEW.id)", "an entry is recorded once"),
        Rule("UPDATE", f"NOT ({_sealing()} OR {_erasing()})", "an entry is only sealed once, or its content erased"),
        Rule("DELETE", "", "log entries are never deleted"),
    )
    _attach(
        tiles,
        Rule("INSERT", _exists(tiles, "level", "number"), "a tile is added once"),
        Rule("UPDATE", f"NOT ({_same('level', 'number')} AND {{prefix}})", "a tile only grows"),
        Rule("DELETE", "", "log tiles are never deleted"),
    )
    _attach(
        checkpoints,
        Rule("INSERT", f"EXISTS (SELECT 1 FROM {checkpoints.name} WHERE size >= NEW.size)", "the log only grows"),
        Rule("UPDATE", "", "checkpoints never change"),
        Rule("DELETE", "", "checkpoints are never deleted"),
    )
    _attach(
        cosignatures,
        Rule("INSERT", _exists(cosignatures, "size", "name", "key_id"), "a witness cosigns a checkpoint once"),
        Rule("UPDATE", "", "cosignatures never change"),
        Rule("DELETE", "", "cosignatures are never deleted"),
    )


def _attach(table: sa.Table, *rules: Rule) -> None:
    for number, rule in enumerate(rules):
        name = f"{table.name}_{rule.event.lower()}_{number}"
        _listen(table, "sqlite", _sqlite(table, name, rule))
        for statement in _postgresql(table, name, rule):
            _listen(table, "postgresql", statement)
    for statement in _postgresql_truncate(table):
        _listen(table, "postgresql", statement)


def _listen(table: sa.Table, dialect: str, statement: str) -> None:
    def create(_: sa.Table, connection: Connection, **__: object) -> None:
        if connection.dialect.name == dialect:
            connection.exec_driver_sql(statement)

    sa.event.listen(table, "after_create", create)


def _sqlite(table: sa.Table, name: str, rule: Rule) -> str:
    # The comparison of lengths comes first, since SQLite's substr of an empty blob is NULL and would let it through.
    prefix = "length(NEW.hashes) >= length(OLD.hashes) AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes"
    when = f"WHEN {rule.when.replace('{prefix}', prefix).replace('{same}', 'IS')} " if rule.when else ""
    return f"CREATE TRIGGER {name} BEFORE {rule.event} ON {table.name} {when}BEGIN SELECT RAISE(ABORT, '{rule.message}'); END"


def _postgresql(table: sa.Table, name: str, rule: Rule) -> list[str]:
    prefix = "substring(NEW.hashes from 1 for octet_length(OLD.hashes)) = OLD.hashes"
    when = rule.when.replace("{prefix}", prefix).replace("{same}", "IS NOT DISTINCT FROM") or "TRUE"
    returned = "OLD" if rule.event == "DELETE" else "NEW"
    refuse = f"RAISE EXCEPTION '{rule.message}' USING ERRCODE = 'integrity_constraint_violation'"
    body = f"BEGIN IF {when} THEN {refuse}; END IF; RETURN {returned}; END"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} BEFORE {rule.event} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _postgresql_truncate(table: sa.Table) -> list[str]:
    name = f"{table.name}_truncate"
    body = "BEGIN RAISE EXCEPTION 'log rows are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table.name} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


def _sealing() -> str:
    return f"(OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {_same(*_FIXED, *_CONTENT)})"


def _erasing() -> str:
    gone = " AND ".join(f"NEW.{column} IS NULL" for column in _CONTENT)
    return f"({_same('seq', *_FIXED)} AND {gone})"


def _same(*columns: str) -> str:
    return " AND ".join(f"NEW.{column} {{same}} OLD.{column}" for column in columns)


def _exists(table: sa.Table, *columns: str) -> str:
    match = " AND ".join(f"{column} = NEW.{column}" for column in columns)
    return f"EXISTS (SELECT 1 FROM {table.name} WHERE {match})"
