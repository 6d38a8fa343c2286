"""Words that errors and answers are made of: counts that agree with what they count, and the names nearest to a mistaken one."""

from __future__ import annotations

from collections.abc import Iterable


def counted(count: int, what: str, one: str = "", many: str = "") -> str:
    """``1 column``, ``2 columns``; with verbs ``1 line holds``, ``2 lines hold``."""
    verb = one if count == 1 else many
    noun = what if count == 1 else f"{what}{'es' if what.endswith('s') else 's'}"
    return f"{count:,} {noun}{verb and ' '}{verb}"


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> list[str]:
    """The known names that are most like one, whatever their case; none where none is like it."""
    from difflib import get_close_matches

    by_case: dict[str, str] = {}
    for one in known:
        by_case.setdefault(one.casefold(), one)
    wanted = name.casefold()[:80]
    # Who writes the beginning of a name means it, however long the rest is; who writes a name with more behind it means it too.
    begun = [one for one in by_case if (len(wanted) > 2 and one.startswith(wanted)) or (len(one) > 2 and wanted.startswith(one))]
    close = get_close_matches(wanted, by_case, n=count, cutoff=0.6)
    return [by_case[one] for one in dict.fromkeys([*begun, *close])][:count]
