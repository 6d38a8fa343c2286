"""Addresses of machines on networks."""

from __future__ import annotations

import ipaddress

from entrepot.privacy.detectors.base import Detector


def is_ip(value: str) -> bool:
    """Whether it is an IPv4 or IPv6 address of one machine."""
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return False
    return not address.is_unspecified


DETECTORS = (
    Detector(name="ipv4", category="ip_address", shape=r"^\s*\d{1,3}(\.\d{1,3}){3}\s*$", check=is_ip, share=0.9, confidence=0.93),
    Detector(
        name="ipv6",
        category="ip_address",
        shape=r"^\s*[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}\s*$",
        check=is_ip,
        share=0.9,
        confidence=0.97,
    ),
    Detector(name="mac", category="mac_address", shape=r"^\s*[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}\s*$", share=0.9, confidence=0.95),
)
