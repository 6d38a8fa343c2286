"""The facts of one case, each with who supplied it; what is absent is unknown, never false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from entrepot.kit import digest


class Source(StrEnum):
    """Who supplied a fact, from weak to strong."""

    DECLARED = "declared"
    THIRD_PARTY = "third_party"
    MEASURED = "measured"

    @property
    def rank(self) -> int:
        """A stronger source has a higher rank."""
        return _RANKS[self]


_RANKS = {source: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a measured fact in one place.

    Attributes:
        texts: What was found there, by language, to follow the place; counts and shares, never a value of a table.
        term: The kind of data that a column holds, where the fact is a list of kinds.
    """

    table: str
    texts: Mapping[str, str]
    column: str = ""
    term: str = ""

    def sentence(self, language: str) -> str:
        """The place, and what was found in it; what was found in no table is said by itself."""
        if not self.table:
            return self.texts[language]
        if language == "zh":
            return f"表“{self.table}”{f'的字段“{self.column}”' if self.column else ''}{self.texts['zh']}"
        place = f"the column {self.column} of the table {self.table}" if self.column else f"the table {self.table}"
        return f"{place} {self.texts['en']}"


@dataclass(frozen=True, slots=True)
class Dossier:
    """Facts by path, such as ``asset.personal``.

    Attributes:
        values: Flags, numbers, texts or lists of texts; days as ISO 8601 dates.
        sources: Who supplied each; a path that is not named was declared.
        seen: Where measured facts were seen; tells readers, and is no part of the case.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    seen: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """``sha256:…`` over the facts and their sources in canonical JSON."""
        return digest({path: [self.source(path).value, self.values[path]] for path in sorted(self.values)})

    def source(self, path: str) -> Source:
        """Who supplied a fact."""
        return self.sources.get(path, Source.DECLARED)

    def with_(
        self, values: Mapping[str, Any], source: Source = Source.DECLARED, *, seen: Mapping[str, tuple[Seen, ...]] | None = None
    ) -> Dossier:
        """The same facts with more; a stronger source is never overruled by a weaker one."""
        kept = {p: v for p, v in values.items() if p not in self.values or source.rank >= self.source(p).rank}
        places = {path: place for path, place in self.seen.items() if path not in kept}
        places |= {path: place for path, place in (seen or {}).items() if path in kept}
        return Dossier({**self.values, **kept}, {**self.sources, **dict.fromkeys(kept, source)}, places)


def flatten(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The paths and values of a nested document: ``{"asset": {"personal": True}}`` gives ``asset.personal``."""
    for name, value in nested.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{path}.")
        else:
            yield path, value
