"""Notes of what a measurement left out, and why: a word with its figures, so that every language can say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SENTENCES: Mapping[str, str] = {
    "time_up": "Not made, because the time was up: {attacks}.",
    "sampled": "Each attack was tried on {targets:,} of {rows:,} rows, drawn by the seed; others were not searched.",
    "some_classes": "Inference looked at {targets:,} of {classes:,} classes, the larger the likelier.",
    "no_control": "No control group was given: what the release teaches about people in general counts as risk too.",
    "unequal_control": "The control group has {control:,} rows beside {rows:,}; singling out and unique linkage are easier in a smaller group.",
    "not_aligned": "The rows of the release do not stand in the order of the original, so downcoding could not be measured.",
    "not_understood": "What released values of {columns} stand for is not known without their hierarchies, so downcoding could not be measured.",
    "lacks_hierarchies": "The release was made with hierarchy files for {columns}, and they are not given; without them the attacks reach less than there is to reach. Pass --hierarchies DIR.",
    "unknown_values": "{column}: released values that stand for no value known: {values:,}; nothing was matched with them.",
    "no_sensitive": "No sensitive column was named: each quasi-identifier was guessed from the others, and homogeneity was left out.",
    "too_many_secrets": "Not guessed, having more than {most:,} different values: {columns}.",
    "not_guessed": "Not guessed, having one value or too many: {columns}.",
    "held_unknown": "Not taken for known to others, being sensitive: {columns}.",
    "wide_pairs": "{pairs:,} pairs of columns have too many values together and were not compared.",
    "some_pairs": "{compared:,} of {pairs:,} pairs of columns, drawn by the seed, were compared.",
    "no_classifier": "No column has between two values and a hundred, so no classifier was trained.",
    "seen_rows": "The rows of the release do not stand in the order of the original: the classifier saw some of the rows it is tried on.",
    "few_rows": "There are too few rows to hold some back, so no classifier was trained.",
    "drawn_again": "An attack came near its bound, so those that find persons were made {draws} times; the draw that found most decides.",
    "unlike_sizes": "The release has {released:,} rows and the original {rows:,}.",
    "few_covered": "{column}: {share:.0%} of the released values cover a value of the original.",
    "few_fit": "{share:.0%} of the persons tried fit a row of the release in all columns.",
    "taken": "Generalised, because the check takes them for what others may know of a person: {columns}.",
    "kept": "The release names persons: {columns} stayed as they are, as was asked. Its grade is 1; give it to nobody who may not know who is in it.",
    "all_hidden": "Hidden in every row, so nothing of them is left: {columns}.",
    "silent_few": "Hidden rows that say nothing, with their other columns empty, because fewer than {k:,} are hidden: {rows:,}.",
    "silent_alike": "Hidden rows that say nothing, with their other columns empty, because together they do not satisfy what was asked of every class: {rows:,}.",
    "strange_hierarchies": "Hierarchies that match no column, and the column that may be meant: {names}.",
    "left_known": "Left as they are, although the check takes them for what others may know of a person: {columns}.",
    "left_alone": "Another value in every row, so that whoever knows one finds its row: {columns}.",
    "odd_values": "{column}: words among numbers in {rows:,} of {of:,} rows, so no ranges were made: each value shows whole or not at all. Correct them, give a hierarchy file, or hide them (--unknown star).",
    "odd_dates": "{column}: no dates of the form 2026-11-21 among dates in {rows:,} of {of:,} rows, so no spans were made: each value shows whole or not at all. Bring them to one form, give a hierarchy file, or hide them (--unknown star).",
}
"""Every note in English."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Attributes:
        code: Its word among ``SENTENCES``.
        values: The sentence's figures and names of columns; no value of a table.
    """

    code: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return sentence(SENTENCES, self.code, self.values)

    def to_dict(self) -> dict[str, Any]:
        """The note as JSON."""
        return {"code": self.code, "values": dict(self.values)}


def note(code: str, **values: float | str | Sequence[str]) -> Note:
    """A note of these figures and names."""
    return Note(code, {name: list(value) if isinstance(value, list | tuple) else value for name, value in values.items()})


def sentence(sentences: Mapping[str, str], code: str, values: Mapping[str, Any], *, between: str = ", ") -> str:
    """A note in the words of a language.

    Args:
        between: What stands between several names.
    """
    return sentences[code].format_map({name: between.join(value) if isinstance(value, list) else value for name, value in values.items()})


def as_json(notes: Sequence[Note], *, said: str = "notes", told: str = "noted") -> dict[str, Any]:
    """Notes in English, and as words with figures for other languages.

    Args:
        said: The name of those in English; ``told`` that of the words.
    """
    return {said: [str(one) for one in notes], told: [one.to_dict() for one in notes]}
