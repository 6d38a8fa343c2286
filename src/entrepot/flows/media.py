"""Check a picture or a recording: what its metadata tells, what its owner declares; the exchange carries tables only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot import compliance
from entrepot.compliance import ColumnFact, Facts, Finding, Verdict
from entrepot.config import Settings
from entrepot.engine.detect import require_file
from entrepot.engine.model import Limits
from entrepot.kit import Decision, Invalid
from entrepot.privacy.media import Content, Field, Media, look_at_media

_SURE = 0.95
_UNDECLARED = {"picture": "faces of persons", "sound": "voices of persons", "video": "faces or voices of persons"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReport:
    """What the check of a picture or a recording came to."""

    path: Path
    media: Media
    shows: tuple[Content, ...]
    verdict: Verdict

    @property
    def decision(self) -> Decision:
        """Whether the file could be given away as it is."""
        return self.verdict.decision

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found."""
        return self.verdict.findings

    @property
    def exit_code(self) -> int:
        """0 to go ahead, 4 for a review, 3 when something is missing, 2 when it is blocked."""
        return self.decision.exit_code

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON, without any value of the metadata; ``columns`` and ``tables`` are empty."""
        fields = [*(Field(name=content.value, category_id=content.value) for content in declared(self.shows)), *self.media.fields]
        return {
            "file": self.path.name, "decision": self.decision.value, "exit_code": self.exit_code, "findings": [f.to_dict() for f in self.findings],
            "columns": [], "tables": [],
            "media": {
                "kind": self.media.kind, "format": self.media.format, "bytes": self.media.bytes, "shows": [content.value for content in self.shows],
                "fields": [field.to_dict() for field in fields], "notes": list(self.media.notes),
            },
        }  # fmt: skip


def check_media(path: Path, *, shows: Sequence[Content] = (), settings: Settings | None = None) -> MediaReport | None:
    """Check a picture, a recording or a video on this machine; None for a file that is none of them.

    Args:
        shows: What the owner declares that it shows or holds; without it the report asks.

    Raises:
        NotFound: There is no such file.
        Invalid: It is a folder, empty or too large, or the declaration contradicts itself.
    """
    require_file(path, limit=settings.upload_limit if settings else Limits().file)
    if Content.NOBODY in shows and declared(shows):
        raise Invalid("A file cannot show nobody and somebody.", "Leave one of the two declarations out.")
    media = look_at_media(path)
    if media is None:
        return None
    return MediaReport(path=path, media=media, shows=tuple(shows), verdict=compliance.check(_facts(path, media, shows)))


def declared(shows: Sequence[Content]) -> tuple[Content, ...]:
    """What of a declaration is personal data."""
    return tuple(content for content in shows if content is not Content.NOBODY)


def _facts(path: Path, media: Media, shows: Sequence[Content]) -> Facts:
    told = [Field(name=f"This {media.kind}", category_id=content.value) for content in declared(shows)]
    columns = tuple(
        ColumnFact(name=f.name, kind=f.category.kind.value, title=f.category.title, fix=_fix(f), confidence=_SURE)
        for f in (*told, *media.fields)
    )
    undeclared = "" if shows else _UNDECLARED[media.kind]
    return Facts(table=path.stem, columns=columns, notes=tuple(("metadata", "", note) for note in media.notes), undeclared=undeclared)


def _fix(field: Field) -> str:
    return field.category.fix if field.category_id in tuple(Content) else _STRIP


_STRIP = "Strip the metadata, such as with `exiftool -all= FILE` for pictures or `ffmpeg -map_metadata -1` for recordings."
