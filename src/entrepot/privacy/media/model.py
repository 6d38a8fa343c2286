"""What a picture or a recording carries beside what it shows; never a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from entrepot.privacy.categories import CATEGORIES
from entrepot.privacy.laws import provisions
from entrepot.privacy.model import Category


class Content(StrEnum):
    """What the owner declares that a file shows or holds."""

    NOBODY = "nobody"
    FACE = "face"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the metadata that holds something, such as ``EXIF GPSLatitude``."""

    name: str
    category_id: str

    @property
    def category(self) -> Category:
        """The kind of data it holds."""
        return CATEGORIES[self.category_id]

    def to_dict(self) -> dict[str, Any]:
        """The field as JSON, without its value."""
        kind = self.category
        return {
            "name": self.name, "category": kind.id, "term": kind.term, "kind": kind.kind.value, "restricted": kind.restricted,
            "laws": [provision.to_dict() for provision in provisions(kind.id)], "fix": kind.fix,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or a recording as it was looked at.

    Attributes:
        kind: ``picture``, ``sound`` or ``video``.
        format: Such as ``jpeg`` or ``flac``.
        fields: What its metadata tells, each field once.
        notes: What could not be read, in sentences.
    """

    kind: str
    format: str
    bytes: int
    fields: tuple[Field, ...]
    notes: tuple[str, ...] = ()
