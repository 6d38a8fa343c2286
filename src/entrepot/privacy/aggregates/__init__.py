"""Turn rows into cells: counts, sums and means of groups of persons, the small ones left out so that none can be worked out."""

from entrepot.privacy.aggregates.model import Cells, Dominance, Tabulation, parse_dominance
from entrepot.privacy.aggregates.run import aggregate

__all__ = ["Cells", "Dominance", "Tabulation", "aggregate", "parse_dominance"]
