"""The metadata score of data portals: the indicators and points of the Metadata Quality Assessment of data.europa.eu, 405 in all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from entrepot.standards import vocabularies as v
from entrepot.standards.model import DatasetDescription

MOST = 405
_OPEN = frozenset({"text/csv", "application/vnd.apache.parquet", "application/x-ndjson", "application/json"})


class Dimension(StrEnum):
    """What an indicator is about, in the portal's order."""

    FIND = "findability"
    ACCESS = "accessibility"
    INTEROPERATE = "interoperability"
    REUSE = "reusability"
    CONTEXT = "contextuality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One question of the assessment: its points, whether they are earned, and how to earn them."""

    dimension: Dimension
    name: str
    points: int
    earned: bool
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points out of ``MOST``, and every indicator behind them."""

    points: int
    indicators: tuple[Indicator, ...]

    @property
    def missing(self) -> tuple[Indicator, ...]:
        """What would add points, the largest gain first."""
        return tuple(sorted((i for i in self.indicators if not i.earned), key=lambda i: -i.points))


def score(description: DatasetDescription) -> Score:
    """The score of what `dcat` says of a dataset; addresses are ours and count as reachable, nothing is fetched.

    Data is handed over under an agreement, so there is no open download address: 355 points are the most it can reach.
    """
    indicators = (*_find(description), *_access(description), *_interoperate(description), *_reuse(description), *_context(description))
    return Score(points=sum(i.points for i in indicators if i.earned), indicators=indicators)


def _find(d: DatasetDescription) -> Iterator[Indicator]:
    yield _indicator(Dimension.FIND, "keywords", 30, any(d.keywords.values()), "Add keywords.")
    yield _indicator(Dimension.FIND, "categories", 30, any(code in v.THEMES for code in d.themes), "Add themes, such as TRAN.")
    yield _indicator(Dimension.FIND, "place", 20, any(v.country(code) for code in d.countries), "Say which countries the data is about.")
    yield _indicator(Dimension.FIND, "period", 20, bool(d.starts_on or d.ends_on), "Say which period the data covers.")


def _access(d: DatasetDescription) -> Iterator[Indicator]:
    hint = "Data is handed over under an agreement; there is no open download address."
    yield _indicator(Dimension.ACCESS, "access address", 50, bool(_media(d)), "Add a file.")
    yield _indicator(Dimension.ACCESS, "download address", 20, False, hint)
    yield _indicator(Dimension.ACCESS, "reachable download address", 30, False, hint)


def _interoperate(d: DatasetDescription) -> Iterator[Indicator]:
    media = _media(d)
    known = any(v.file_type(kind) for kind in media)
    yield _indicator(Dimension.INTEROPERATE, "format", 20, known, "Use CSV, Parquet, JSON lines or Excel.")
    yield _indicator(Dimension.INTEROPERATE, "media type", 10, bool(media), "Add a file.")
    yield _indicator(Dimension.INTEROPERATE, "format from the vocabulary", 10, known, "Use CSV, Parquet, JSON lines or Excel.")
    yield _indicator(Dimension.INTEROPERATE, "open format", 20, not media.isdisjoint(_OPEN), "Offer CSV or Parquet as well.")
    yield _indicator(Dimension.INTEROPERATE, "machine-readable", 20, known, "Use CSV, Parquet, JSON lines or Excel.")
    complete = all((d.titles, d.descriptions or d.outcome, d.publisher.name))
    yield _indicator(Dimension.INTEROPERATE, "DCAT-AP", 30, complete, "Add a title and a description.")


def _reuse(d: DatasetDescription) -> Iterator[Indicator]:
    stated, known = bool(d.licence or d.policy), bool(v.licence(d.licence))
    yield _indicator(Dimension.REUSE, "licence", 20, stated, "Name a licence.")
    yield _indicator(
        Dimension.REUSE, "licence from the vocabulary", 10, known, "Give a well-known licence such as CC-BY-4.0, or its address."
    )
    yield _indicator(Dimension.REUSE, "access rights", 10, True, "")
    yield _indicator(Dimension.REUSE, "access rights from the vocabulary", 5, True, "")
    yield _indicator(Dimension.REUSE, "contact", 20, bool(d.contact or d.publisher.name), "Say whom to ask.")
    yield _indicator(Dimension.REUSE, "publisher", 10, bool(d.publisher.name), "Name the publisher.")


def _context(d: DatasetDescription) -> Iterator[Indicator]:
    sized = any(file.bytes for table in d.tables for file in table.files)
    yield _indicator(Dimension.CONTEXT, "rights", 5, bool(d.price or d.free), "Say what it costs.")
    yield _indicator(Dimension.CONTEXT, "size", 5, sized, "Add a file.")
    yield _indicator(Dimension.CONTEXT, "date of issue", 5, True, "")
    yield _indicator(Dimension.CONTEXT, "date of change", 5, True, "")


def _media(d: DatasetDescription) -> set[str]:
    return {file.media_type for table in d.tables for file in table.files}


def _indicator(dimension: Dimension, name: str, points: int, earned: bool, hint: str) -> Indicator:
    return Indicator(dimension=dimension, name=name, points=points, earned=earned, hint="" if earned else hint)
