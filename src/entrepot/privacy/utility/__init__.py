"""Measure what a release still is good for, and draw the trade-off."""

from entrepot.privacy.utility.model import Classifier, QueryError, UtilityReport
from entrepot.privacy.utility.picture import TradeOff, trade_off_svg, trade_off_table
from entrepot.privacy.utility.run import measure_utility, measure_utility_files

__all__ = [
    "Classifier",
    "QueryError",
    "TradeOff",
    "UtilityReport",
    "measure_utility",
    "measure_utility_files",
    "trade_off_svg",
    "trade_off_table",
]
