"""Organisations, people and what identifies them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from entrepot.kit import Invalid, Refused
from entrepot.runtime.model import Role, Scope

ORGANISATION_ROLES = frozenset({Role.OWNER, Role.BUYER, Role.OPERATOR, Role.REGULATOR, Role.PERSON})
"""Roles that a member may be given; the others come from how somebody arrives."""


class NotSignedIn(Refused):
    """Who you are is not known yet, or no longer."""

    status = 401


class TooManyAttempts(Refused):
    """Too many wrong passwords in a short time."""

    status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A party of the exchange; every right and every payment belongs to one.

    Attributes:
        doubted_at: Since when the operator, who looked at its papers when letting it in, does not stand by its identity any more.
    """

    id: str
    slug: str
    name: str
    country: str
    roles: frozenset[Role]
    is_exchange: bool
    created_at: datetime
    doubted_at: datetime | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the operator stands by its identity."""
        return self.doubted_at is None

    def as_dict(self) -> dict[str, Any]:
        """What anyone may know of it."""
        return {
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "country": self.country,
            "roles": sorted(self.roles),
            "verified": self.is_verified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a login."""

    id: str
    email: str
    name: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody's place in an organisation."""

    organisation_id: str
    person_id: str
    name: str
    email: str
    roles: frozenset[Role]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A signed-in browser: the token goes into its cookie, the CSRF token into its forms."""

    token: str
    csrf: str
    person_id: str
    organisation_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A password that was compared.

    Attributes:
        person_id: Whose it would be; None where nobody has the address.
        password_hash: What it was compared with, so that a password changed meanwhile lets nobody in.
        good: Whether it was the right one.
    """

    person_id: str | None
    password_hash: str | None
    good: bool


class LinkKind(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link: an invitation into an organisation, or a new password."""

    kind: LinkKind
    email: str
    organisation_id: str | None
    roles: frozenset[Role]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key for programs; its secret is shown once, when it is made."""

    id: str
    organisation_id: str
    name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A line in an organisation's inbox."""

    id: str
    kind: str
    subject_id: str
    facts: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


def check_email(text: str) -> str:
    """An e-mail address folded for comparison.

    Raises:
        Invalid: It does not look like one.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(folded) > 254 or not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", folded):
        raise Invalid(f"{text[:80]!r} is not an e-mail address.", "Write it like name@example.org.")
    return folded


def check_password(text: str) -> str:
    """A password that is long enough (NIST SP 800-63B, section 5.1.1: length, no composition rules).

    Raises:
        Invalid: It has fewer than 10 or more than 256 characters.
    """
    if not 10 <= len(text) <= 256:
        raise Invalid(f"The password has {len(text)} characters.", "Use 10 to 256; a short sentence is easy to remember.")
    return text


def check_name(text: str, what: str) -> str:
    """A name without control characters, at most 200 characters.

    Raises:
        Invalid: It is empty, too long or holds control characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > 200 or any(unicodedata.category(c) in ("Cc", "Cs", "Co") for c in name):
        raise Invalid(f"{text[:80]!r} cannot be the name of {what}.", "Use 1 to 200 printable characters.")
    return name


def check_country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals.

    Raises:
        Invalid: It is not two letters.
    """
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise Invalid(f"{text[:20]!r} is not a country code.", "Use two letters, such as DE or CN (ISO 3166-1).")
    return text.upper()


def check_roles(roles: frozenset[Role], *, within: frozenset[Role] = ORGANISATION_ROLES) -> frozenset[Role]:
    """Roles that may be given here.

    Raises:
        Invalid: There are none, or one of them is not among the possible ones.
    """
    if not roles or not roles <= within:
        raise Invalid(
            f"The roles {', '.join(sorted(roles)) or '(none)'} cannot be given here.", f"Choose among {', '.join(sorted(within))}."
        )
    return roles


def slugify(name: str) -> str:
    """A short name for addresses, made of a–z, 0–9 and hyphens; empty when nothing of the name is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
