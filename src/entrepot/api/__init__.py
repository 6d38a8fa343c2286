"""The exchange over JSON, and its public log."""

from fastapi import APIRouter

from entrepot.api import consents, ledger, listings, log, notices, parties, people, releases, rights, rules, trades

ROUTERS: tuple[APIRouter, ...] = (
    parties.router,
    listings.router,
    releases.router,
    trades.router,
    rules.router,
    rights.router,
    ledger.router,
    notices.router,
    consents.router,
    people.router,
    log.router,
)
"""Every router of the JSON API, for the application to include."""

UPLOAD_PATHS = ("/api/v1/uploads", "/publish")
"""Paths that take whole tables, to which the larger body limit applies."""

__all__ = ["ROUTERS", "UPLOAD_PATHS"]
