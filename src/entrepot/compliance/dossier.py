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
        return list(Source).index(self)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Facts by path, such as ``asset.personal``.

    Attributes:
        values: Flags, numbers, texts or lists of texts; days as ISO 8601 dates.
        sources: Who supplied each; a path that is not named was declared.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """``sha256:…`` over the facts and their sources in canonical JSON."""
        return digest({path: [self.source(path).value, self.values[path]] for path in sorted(self.values)})

    def source(self, path: str) -> Source:
        """Who supplied a fact."""
        return self.sources.get(path, Source.DECLARED)

    def with_(self, values: Mapping[str, Any], source: Source = Source.DECLARED) -> Dossier:
        """The same facts with more; a stronger source is never overruled by a weaker one."""
        kept = {p: v for p, v in values.items() if p not in self.values or source.rank >= self.source(p).rank}
        return Dossier({**self.values, **kept}, {**self.sources, **dict.fromkeys(kept, source)})


def flatten(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The paths and values of a nested document: ``{"asset": {"personal": True}}`` gives ``asset.personal``."""
    for name, value in nested.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{path}.")
        else:
            yield path, value
