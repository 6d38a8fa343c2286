"""Attack a release of a table, so that its grade is measured and not claimed."""

from entrepot.privacy.attacks.composition import Composition, compose, compose_files
from entrepot.privacy.attacks.frame import Frame, columns_of, frame_of, read_frame, read_pair, read_together
from entrepot.privacy.attacks.model import AttackReport, AttackResult, Budget, Rate, Risk, Untreated
from entrepot.privacy.attacks.run import SEED, attack, attack_files
from entrepot.privacy.attacks.seed import content_seed

__all__ = [
    "SEED",
    "AttackReport",
    "AttackResult",
    "Budget",
    "Composition",
    "Frame",
    "Rate",
    "Risk",
    "Untreated",
    "attack",
    "attack_files",
    "columns_of",
    "compose",
    "compose_files",
    "content_seed",
    "frame_of",
    "read_frame",
    "read_pair",
    "read_together",
]
