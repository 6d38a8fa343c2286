"""Whoever may not publish cannot make the exchange write to its disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from entrepot.asgi import create_app
from entrepot.client import LocalTransport
from entrepot.config import Settings
from entrepot.flows import initialise
from entrepot.runtime import Exchange


def test_a_strangers_upload_is_refused_before_it_is_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "data"), workers=0)
    initialise(settings, email="operator@example.org")
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(64):
            sent += 1024 * 1024
            yield b"x" * 1024 * 1024

    with (
        Exchange(settings) as exchange,
        httpx.Client(transport=LocalTransport(create_app(exchange)), base_url=settings.public_url) as browser,
    ):
        answer = browser.post(
            "/publish", content=body(), headers={"content-type": "multipart/form-data; boundary=b", "accept": "text/html"}
        )
    assert answer.status_code in (303, 401)
    assert sent <= 8 * 1024 * 1024
