"""A whole trade between two organisations on real data, with every claim compared."""

from entrepot.cli.demonstration.trade import run_demo

__all__ = ["run_demo"]
