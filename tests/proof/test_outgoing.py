"""Outgoing calls reach public machines, and private ones only where the operator says so."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from entrepot.config import Settings
from entrepot.kit import Conflict, Invalid, Refused
from entrepot.runtime import outgoing

from .serving import serve


def settings(allowed: str = "") -> Settings:
    return Settings(allowed_hosts=allowed)


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()

    @made.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body(), 201, headers={"content-type": "text/x.host", "x-host": request.headers["host"]})

    @made.get("/host")
    def host(request: Request) -> Response:
        return Response(request.headers["host"])

    @made.post("/away")
    def away() -> Response:
        return Response(status_code=302, headers={"location": "http://127.0.0.1:1/"})

    @made.post("/much")
    def much() -> Response:
        return Response(b"x" * 5000)

    return made


def test_an_allowed_private_host_is_called_and_its_answer_read(app: FastAPI) -> None:
    with serve(app) as address:
        answer = outgoing.post(settings(f"other:1, {address}"), f"http://{address}/echo", b"hello", content_type="text/plain")
    assert answer == outgoing.Answer(201, "text/x.host", b"hello")


def test_the_name_is_kept_while_the_connection_goes_to_the_checked_address(app: FastAPI) -> None:
    with serve(app) as address:
        name = address.replace("127.0.0.1", "localhost")
        assert outgoing.call(settings(name), "GET", f"http://{name}/host").text == name


def test_allowing_one_port_does_not_allow_another(app: FastAPI) -> None:
    with serve(app) as address, pytest.raises(Refused, match="private address"):
        outgoing.post(settings("127.0.0.1:1"), f"http://{address}/echo", b"", content_type="text/plain")


def test_redirects_are_not_followed(app: FastAPI) -> None:
    with serve(app) as address:
        assert outgoing.post(settings(address), f"http://{address}/away", b"", content_type="text/plain").status == 302


def test_an_answer_beyond_the_limit_is_not_read(app: FastAPI) -> None:
    with serve(app) as address, pytest.raises(Conflict, match="too much"):
        outgoing.post(settings(address), f"http://{address}/much", b"", content_type="text/plain", limit=4999)


def test_a_machine_that_is_not_there_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="cannot be reached"):
        outgoing.post(settings("127.0.0.1:1"), "http://127.0.0.1:1/", b"", content_type="text/plain")
    with pytest.raises(Conflict, match="cannot be resolved"):
        outgoing.resolve(settings(), "http://nowhere.invalid/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://localhost/", "http://10.0.0.1/", "http://192.168.1.1/",
        "http://172.16.0.1/", "http://169.254.169.254/latest", "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/", "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.64.0.1/",
        "http://224.0.0.1/", "https://[::]/", "http://255.255.255.255/", "http://[fec0::1]/", "http://0x7f000001/",
    ],
)  # fmt: skip
def test_private_addresses_in_any_spelling_are_refused(url: str) -> None:
    with pytest.raises(Refused, match="private address"):
        outgoing.resolve(settings(), url)


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com/", "file:///etc/passwd", "http:///x", "http://user:pw@example.com/", "http://a b/", "http://x:0/", "http://x:99999/",
     "http://x/\r\nHost: y", "//example.com/", "http://[::1/"],
)  # fmt: skip
def test_what_is_no_address_to_call_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        outgoing.resolve(settings(), url)


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_pass(text: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(text))


def test_a_name_that_also_leads_to_a_private_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in ("8.8.8.8", "10.0.0.1")]

    # The resolver is the one thing here that cannot be had for real without owning a public name.
    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(Refused):
        outgoing.resolve(settings(), "http://two.example/")


def test_a_target_shows_the_other_side_the_name_it_was_called_by() -> None:
    target = outgoing.resolve(settings(), "https://8.8.8.8:8443/a?b=c")
    assert (target.pinned_url, target.host_header) == ("https://8.8.8.8:8443/a?b=c", "8.8.8.8:8443")
    six = outgoing.resolve(settings(), "https://[2001:4860:4860::8888]/")
    assert (six.pinned_url, six.host_header) == ("https://[2001:4860:4860::8888]:443/", "[2001:4860:4860::8888]")
