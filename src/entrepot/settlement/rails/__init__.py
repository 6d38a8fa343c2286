"""Payment rails: the ways by which real money reaches and leaves the exchange."""

from entrepot.kit import NotFound
from entrepot.settlement.rails.base import Rail
from entrepot.settlement.rails.manual import ManualRail

RAILS: dict[str, Rail] = {rail.name: rail for rail in (ManualRail(),)}
"""Every rail by name."""


def get_rail(name: str) -> Rail:
    """The rail of this name.

    Raises:
        NotFound: There is none.
    """
    if name not in RAILS:
        raise NotFound(f"There is no payment rail {name[:40]!r}.", f"Use {' or '.join(sorted(RAILS))}.")
    return RAILS[name]


__all__ = ["RAILS", "Rail", "get_rail"]
