"""Calls that leave the building: to public addresses, or to private ones that the operator has allowed.

The name is resolved once and the connection goes to the address that was checked, so that a name cannot mean another machine a moment
later. Redirects are not followed and proxies of the environment are not used.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from entrepot.config import Settings
from entrepot.kit import Conflict, Invalid, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8 text, damaged bytes replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked destination: connect to ``address``, speak to ``host``."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def pinned_url(self) -> str:
        """The URL with the address in place of the name."""
        literal = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{literal}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """The host as the other side knows it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if _PORTS[self.scheme] == self.port else f"{name}:{self.port}"


def post(
    settings: Settings,
    url: str,
    body: bytes,
    *,
    content_type: str,
    headers: dict[str, str] | None = None,
    timeout: float = 15,
    limit: int = 1024**2,
) -> Answer:
    """Send a request and read its answer.

    Args:
        timeout: Seconds for the whole exchange.
        limit: Largest answer that is read, in bytes.

    Raises:
        Invalid: The address is not an http or https address.
        Refused: It leads to a private machine that the setting ``allowed_hosts`` does not name.
        Conflict: The other side cannot be reached, is too slow or answers too much.
    """
    return call(settings, "POST", url, body=body, headers={"content-type": content_type, **(headers or {})}, timeout=timeout, limit=limit)


def call(
    settings: Settings,
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    timeout: float = 15,
    limit: int = 1024**2,
) -> Answer:
    """Send a request of any method; see ``post``."""
    import httpx  # Late, since most commands never call anybody.

    target = resolve(settings, url)
    deadline = time.monotonic() + timeout
    extensions: dict[str, Any] = {"sni_hostname": target.host}
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                method, target.pinned_url, content=body, headers={**(headers or {}), "host": target.host_header}, extensions=extensions
            ) as response,
        ):
            received = bytearray()
            for piece in response.iter_bytes():
                received += piece
                if len(received) > limit or time.monotonic() > deadline:
                    raise Conflict(
                        f"{target.host} answers too much or too slowly.", f"At most {limit} bytes within {timeout:g} s are read."
                    )
            return Answer(response.status_code, response.headers.get("content-type", ""), bytes(received))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Conflict(f"{target.host}:{target.port} cannot be reached: {type(error).__name__}.", "It is tried again later.") from None


def resolve(settings: Settings, url: str) -> Target:
    """Look an address up once and check where it leads.

    Raises:
        Invalid: It is not an http or https address.
        Refused: It leads to a private machine that the setting ``allowed_hosts`` does not name.
        Conflict: The name is not known.
    """
    parts = _split(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    allowed = {item.strip().lower() for item in settings.allowed_hosts.split(",") if item.strip()}
    addresses = _look_up(host, port)
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if shown not in allowed and not all(map(is_public, addresses)):
        raise Refused(
            f"{shown} is a private address, which outgoing calls do not reach.", "Name it in ENTREPOT_ALLOWED_HOSTS if that is intended."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in _PORTS and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if not good or any(ord(c) <= 0x20 for c in url):
        raise Invalid(
            f"{url[:100]!r} is not an address that can be called.", "Use http://host/path or https://host/path without credentials."
        )
    return parts


def _look_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Conflict(f"The name {host} cannot be resolved.", "Check the address; it is tried again later.") from None
    return [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
