"""Counts that agree with what they count, and names that somebody may have meant."""

from __future__ import annotations

from entrepot.kit.words import counted, nearest


def test_counts_agree_with_what_they_count() -> None:
    assert [counted(n, "row", "holds", "hold") for n in (0, 1, 2, 1000)] == ["0 rows hold", "1 row holds", "2 rows hold", "1,000 rows hold"]
    assert [counted(1, "class"), counted(3, "class"), counted(1, "column")] == ["1 class", "3 classes", "1 column"]


def test_the_nearest_names_are_those_begun_and_those_written_alike_whatever_their_case() -> None:
    keys = ("k", "quasi_identifiers", "hierarchies", "town")
    assert nearest("quasi", keys) == ["quasi_identifiers"]
    assert nearest("hierachy", keys) == ["hierarchies"]
    assert nearest("Town", keys) == ["town"]
    assert nearest("shoe", keys) == []
