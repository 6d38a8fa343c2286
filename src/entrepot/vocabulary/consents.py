"""How a listing's rows follow what the persons in them say."""

from __future__ import annotations

from enum import StrEnum


class ConsentMode(StrEnum):
    """How a listing's rows follow what people say: only with consent, all but those who object, or not at all."""

    REQUIRED = "required"
    OBJECTIONS = "objections"
    NONE = "none"
