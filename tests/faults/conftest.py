"""Stores that keep what they have promised when the power fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import postgres


@pytest.fixture(params=["sqlite", "postgres"])
def durable_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The setting ``database_url`` of a store that waits for the disk."""
    if request.param == "sqlite":
        yield ""
        return
    if postgres.find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server(durable=True) as url:
        yield url
