"""Make a version of a table that is fit to share, with the least loss: generalise, suppress, and prove each class."""

from entrepot.privacy.anonymise.model import Closeness, Diversity, Method, Plan, Presence, Release
from entrepot.privacy.anonymise.run import anonymise

__all__ = ["Closeness", "Diversity", "Method", "Plan", "Presence", "Release", "anonymise"]
