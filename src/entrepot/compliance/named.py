"""Whether the names in a pack mean something: duties, what bars them, and what the end of a clock brings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from entrepot.compliance import library
from entrepot.compliance.pack_model import Pack, Rule


def unknown_names(pack: Pack, known: Collection[Pack] = ()) -> Iterator[tuple[Rule, str]]:
    """Each name that no table and no pack has, with the rule that names it: a wrong bar would never conflict, a wrong duty be signed.

    Args:
        known: Packs that it may be in force beside, whose own duties count too.
    """
    others = [one for one in known if one.id != pack.id]
    duties = {*library.duties(), *(do for one in (pack, *others) for do in one.duties)}
    demanded = duties | {duty.do for one in others for rule in one.rules for duty in rule.duties}
    for rule in pack.rules:
        yield from ((rule, _said("duty", duty.do, duties)) for duty in rule.duties if duty.do not in duties)
        yield from ((rule, _said("bar", name, demanded)) for name in rule.bars if name not in demanded)
        ends = rule.clock.on_expiry if rule.clock is not None else ""
        if ends and ends not in duties and ends not in library.follows():
            yield rule, _said("clock's on_expiry", ends, {*library.follows(), *duties})


def _said(what: str, name: str, known: Collection[str]) -> str:
    near = get_close_matches(name[:80], sorted(known), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"its {what} {name[:40]!r} is known to no table and no pack{meant or '; name it under `duties` of the pack, with its words'}"
