"""What data costs: price plans, quotes and charges."""

from entrepot.pricing.model import GIGABYTE, NO_CURRENCY, Plan, Price, Quote, Unit, Usage

__all__ = ["GIGABYTE", "NO_CURRENCY", "Plan", "Price", "Quote", "Unit", "Usage"]
