"""The API keeps what its OpenAPI document promises, whatever is thrown at it; and hostile texts stay texts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from entrepot.asgi import create_app
from entrepot.config import Settings
from entrepot.kit import ManualClock
from support.pages import serving
from support.trading import broken_laws
from support.world import World, settle_world

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"
)


@pytest.fixture
def world(settings: Settings, clock: ManualClock) -> Iterator[World]:
    """Something in every state, on either store."""
    made = settle_world(settings, clock)
    yield made
    made.exchange.close()


def _throw(world: World, role: str, folder: Path, *, examples: int, phases: str, seed: int) -> None:
    """Run schemathesis against the served application with a key of this role."""
    # A token of the process, because the run would sooner or later revoke its own key.
    with serving(create_app(world.exchange, local_actors={"thrower": getattr(world.market, role)})) as url:
        httpx.get(f"{url}/openapi.json", timeout=60)  # Made at the first look, and schemathesis has ten seconds' patience for it.
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--phases", phases,
                "--max-examples", str(examples), "--seed", str(seed), "--checks", CHECKS, "--continue-on-failure", "--no-color",
                "--header", "Authorization: Bearer thrower", "--request-timeout", "60", "--workers", "1",
            ],
            capture_output=True, text=True, cwd=folder, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert broken_laws(world.exchange) == []


# Each role on one of the stores; the long run takes every role to both.
@pytest.mark.parametrize(("database_url", "role"), [("sqlite", "operator"), ("postgres", "stranger")], indirect=["database_url"])
def test_nothing_breaks_the_promises_of_the_document(world: World, tmp_path: Path, role: str) -> None:
    _throw(world, role, tmp_path, examples=2, phases="examples,coverage,fuzzing", seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("role", ["operator", "owner", "buyer", "stranger"])
def test_nothing_breaks_the_promises_of_the_document_for_long(world: World, tmp_path: Path, role: str) -> None:
    _throw(world, role, tmp_path, examples=60, phases="examples,coverage,fuzzing", seed=2)
