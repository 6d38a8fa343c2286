"""The published JSON schema of manifests (JSON Schema 2020-12), for editors and other programs."""

from __future__ import annotations

from typing import Any

from entrepot.catalogue.manifest.commerce import PRICE_ENTRIES
from entrepot.catalogue.manifest.load import MAX_DESCRIPTION, MAX_EXAMPLES, MAX_HOURS, MAX_OUTCOME, MAX_TITLE
from entrepot.catalogue.manifest.parts import MAX_ASKED, MAX_FILES, MAX_INVITED, MAX_PER_DAY, MAX_SQL, THEMES
from entrepot.catalogue.model import LANGUAGES, Frequency, LookupAnswer, Visibility
from entrepot.pricing.model import Plan, Unit
from entrepot.rights import MAX_STEPS, Basis, ContractForm, Right
from entrepot.terms.model import MAX_COUNT, MAX_DAYS, Operator, Redistribution
from entrepot.vocabulary.consents import ConsentMode

Schema = dict[str, Any]


def manifest_schema() -> Schema:
    """The schema of a manifest; the loader checks the same and more, such as that purposes and countries exist."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entrepot manifest",
        "description": "What an owner says about a dataset on offer.",
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "outcome", "terms", "price"],
        "oneOf": [{"required": [name]} for name in ("file", "files", "location")],
        "properties": _about() | _where() | {"terms": _terms(), "price": _price()} | _details() | _dealings() | _rights(),
    }


def _text(most: int, **more: Any) -> Schema:
    return {"type": "string", "maxLength": most} | more


def _texts(most: int, least: int = 0) -> Schema:
    text = _text(most, minLength=least)
    return {"oneOf": [text, _object(dict.fromkeys(LANGUAGES, text)) | {"minProperties": 1}]}


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties} | ({"required": list(required)} if required else {})


def _words(length: int, most: int) -> Schema:
    return {"oneOf": [_text(length), {"type": "array", "items": _text(length), "maxItems": most}]}


def _about() -> Schema:
    return {
        "title": _texts(MAX_TITLE, 1),
        "outcome": _texts(MAX_OUTCOME, 1),
        "description": _texts(MAX_DESCRIPTION),
        "keywords": {"oneOf": [_words(60, 30), _object(dict.fromkeys(LANGUAGES, _words(60, 30)))]},
        "themes": {"type": "array", "items": {"enum": list(THEMES)}},
        "languages": _words(40, 50),
        "examples": {"type": "array", "items": _text(500), "maxItems": MAX_EXAMPLES},
        "source": _text(1_000),
        "licence": _text(500),
        "facts": {"type": "object", "description": "Answers to the questions of the rules, by fact, such as source.kinds."},
        "contact": {"oneOf": [_text(254), _object({"name": _text(200), "email": _text(254), "page": _text(500)})]},
    }


def _where() -> Schema:
    file = {"oneOf": [_text(1_000, minLength=1), _object({"path": _text(1_000, minLength=1), "table": _text(100)}, "path")]}
    return {
        "file": file,
        "files": {"type": "array", "items": file, "minItems": 1, "maxItems": MAX_FILES},
        "location": _text(2_000, pattern="^(https|s3)://"),
    }


def _terms() -> Schema:
    return _object(
        {
            "purposes": _words(200, 100),
            "prohibited": _words(200, 100),
            "duration_days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS},
            "territories": _words(2, 250),
            "count_limit": {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
            "redistribution": {"enum": list(Redistribution)},
            "attribution": {"type": "boolean"},
            "person_key_delivered": {"type": "boolean"},
        },
        "purposes",
    )


def _price() -> Schema:
    money = _text(40, pattern="[A-Z]{3}")
    parts: Schema = dict.fromkeys(PRICE_ENTRIES, money) | {
        "plan": {"enum": list(Plan)},
        "unit": {"enum": list(Unit)},
        "unit_size": {"type": "integer", "minimum": 1},
    }
    return {"oneOf": [_text(120, minLength=1), _object(parts, "plan")]}


def _details() -> Schema:
    note = {"title": _text(200), "description": _text(1_000), "unit": _text(60), "concept": _text(500)}
    query = _object({"title": _text(200), "sql": _text(MAX_SQL)}, "sql")
    return {
        "columns": {"type": "object", "additionalProperties": {"oneOf": [_text(1_000), _object(note)]}},
        "frequency": {"enum": list(Frequency)},
        "starts_on": {"type": "string", "format": "date"},
        "ends_on": {"type": "string", "format": "date"},
        "countries": _words(2, 250),
        "residency": _words(2, 250),
        "person_key": _text(255),
        "consent": {"enum": list(ConsentMode)},
        "lookup": _object(
            {
                "columns": _words(255, MAX_ASKED),
                "answers": {"enum": list(LookupAnswer)},
                "per_day": {"type": "integer", "minimum": 1, "maximum": MAX_PER_DAY},
            },
            "columns",
        ),
        "sample_queries": {"type": "array", "items": {"oneOf": [_text(MAX_SQL), query]}, "maxItems": MAX_EXAMPLES},
    }


def _dealings() -> Schema:
    literal = {"type": ["string", "number", "boolean"]}
    condition = {
        "column": _text(255, minLength=1),
        "operator": {"enum": list(Operator)},
        "value": {"oneOf": [literal, {"type": "array", "items": literal}]},
    }
    return {
        "offered": _object({"columns": _words(255, 10_000), "rows": {"type": "array", "items": _object(condition, "column", "operator")}}),
        "rights": _object({name: _words(200, 50) for name in ("held_by", "processed_by", "operated_by")}),
        "auto_approve": {"type": "boolean"},
        "visibility": {"enum": list(Visibility)},
        "invited": _words(60, MAX_INVITED),
        "acceptance_hours": {"type": "integer", "minimum": 1, "maximum": MAX_HOURS},
    }


def _rights() -> Schema:
    right = {"enum": list(Right)}
    step = {
        "party": _text(200, minLength=1),
        "rights": {"oneOf": [right, {"type": "array", "items": right, "minItems": 1, "maxItems": len(Right)}]},
        "basis": {"enum": list(Basis)},
        "document": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "until": {"type": "string", "format": "date"},
    }
    return {
        "provenance": {"type": "array", "items": _object(step, "party", "rights", "basis"), "maxItems": MAX_STEPS},
        "contract": {"enum": list(ContractForm)},
    }
