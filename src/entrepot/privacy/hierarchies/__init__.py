"""Generalisation hierarchies: what each value of a column may be replaced with, and how much that loses."""

from entrepot.privacy.hierarchies.automatic import automatic, dates, flat, odd_among_dates, prefixes, ranges, words_among_numbers
from entrepot.privacy.hierarchies.files import read_folder, read_hierarchy, write_hierarchy
from entrepot.privacy.hierarchies.model import STAR, Hierarchy, Node, hierarchy
from entrepot.privacy.hierarchies.shipped import shipped

__all__ = [
    "STAR",
    "Hierarchy",
    "Node",
    "automatic",
    "dates",
    "flat",
    "hierarchy",
    "odd_among_dates",
    "prefixes",
    "ranges",
    "read_folder",
    "read_hierarchy",
    "shipped",
    "words_among_numbers",
    "write_hierarchy",
]
