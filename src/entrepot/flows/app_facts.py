"""What an app took beyond what its type needs, worked out from what its owner says it collects and from what the tables show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from entrepot.compliance import apps, library

_OTHER = "other"
_GIVEN_BY_THE_APP = frozenset({"pd:UID"})
"""What an app makes up itself, such as the number of its user, is nothing it collects."""


def of_app(values: Mapping[str, Any], at: date) -> dict[str, Any]:
    """What data that an app collected come to; nothing where they are not an app's, or its type or what it collects is not known yet.

    The kinds of data in the tables are collected, whatever the owner says of the app.
    """
    if "app_collection" not in (values.get("source.kinds") or ()) or "app.fields" not in values:
        return {}
    fields = sorted({*values["app.fields"], *values.get("asset.categories", ())} - _GIVEN_BY_THE_APP)
    kind = str(values.get("app.type") or _OTHER)
    if kind not in apps.types():
        return {"app.fields": fields}
    return {
        "app.fields": fields, "app.necessary": sorted(apps.necessary(kind)),
        "app.beyond": list(apps.beyond(kind, fields, library.taxonomy().on(at))),
    }  # fmt: skip
