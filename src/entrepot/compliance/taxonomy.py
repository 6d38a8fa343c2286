"""Which term counts as which: kinds of data and purposes with their broader terms, and sets that a law draws, dated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Terms that belong to a set from one day until another."""

    set: str
    terms: frozenset[str]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Taxonomy:
    """Broader terms by term, and dated sets; a term belongs to a set when it or a broader term is a member that day."""

    broader: Mapping[str, tuple[str, ...]]
    members: tuple[Membership, ...] = ()

    @cached_property
    def sets(self) -> frozenset[str]:
        """The names of all sets."""
        return frozenset(member.set for member in self.members)

    def knows(self, term: str) -> bool:
        """Whether it is a term or a set here."""
        return term in self.broader or term in self.sets

    def on(self, day: date) -> Day:
        """The taxonomy as it stood that day."""
        return _on(self, day)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class Day:
    """A taxonomy as it stands on one day."""

    def __init__(self, taxonomy: Taxonomy, day: date) -> None:
        self._broader = taxonomy.broader
        self._sets: dict[str, set[str]] = {}
        for member in taxonomy.members:
            if (member.since is None or member.since <= day) and (member.until is None or day < member.until):
                for term in member.terms:
                    self._sets.setdefault(term, set()).add(member.set)
        self._known: dict[str, frozenset[str]] = {}

    def counts_as(self, term: str) -> frozenset[str]:
        """The term, its broader terms, and every set one of them belongs to."""
        if (found := self._known.get(term)) is None:
            found = self._known[term] = self._closure(term)
        return found

    def covers(self, allowed: Iterable[str], wanted: Iterable[str]) -> bool:
        """Whether each wanted term counts as one of the allowed."""
        permitted = frozenset(allowed)
        return all(not permitted.isdisjoint(self.counts_as(term)) for term in wanted)

    def is_like(self, other: Day) -> bool:
        """Whether every term counts as the same on another day."""
        return self._broader == other._broader and self._sets == other._sets

    def _closure(self, term: str) -> frozenset[str]:
        reached, open_terms = {term}, [term]
        while open_terms:
            current = open_terms.pop()
            for above in (*self._broader.get(current, ()), *self._sets.get(current, ())):
                if above not in reached:
                    reached.add(above)
                    open_terms.append(above)
        return frozenset(reached)


@lru_cache(maxsize=64)
def _on(taxonomy: Taxonomy, day: date) -> Day:
    return Day(taxonomy, day)
