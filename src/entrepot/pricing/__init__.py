"""What data costs: price plans, quotes and charges."""

from entrepot.pricing.model import GIGABYTE, NO_CURRENCY, Plan, Price, Quote, Unit, Usage
from entrepot.pricing.sentences import sentence
from entrepot.pricing.service import charge, is_same_currency, quote

__all__ = ["GIGABYTE", "NO_CURRENCY", "Plan", "Price", "Quote", "Unit", "Usage", "charge", "is_same_currency", "quote", "sentence"]
