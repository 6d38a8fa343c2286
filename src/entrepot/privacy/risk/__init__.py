"""How exposed people are in a table as it stands: class sizes, diversity, closeness, and who stands out by how little."""

from entrepot.privacy.risk.combined import Combined, combined
from entrepot.privacy.risk.measure import measure
from entrepot.privacy.risk.model import Against, Minimal, Risk, Sensitive, Standing, Uniques
from entrepot.privacy.risk.sequences import Sequences, sequences
from entrepot.privacy.risk.standing import standing
from entrepot.privacy.risk.uniques import minimal_uniques

__all__ = [
    "Against",
    "Combined",
    "Minimal",
    "Risk",
    "Sensitive",
    "Sequences",
    "Standing",
    "Uniques",
    "combined",
    "measure",
    "minimal_uniques",
    "sequences",
    "standing",
]
