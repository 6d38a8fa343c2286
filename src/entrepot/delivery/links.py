"""Download addresses that carry their own permission: signed, expiring, good for any number of requests until then.

The signature is HMAC-SHA256 under a key of its own derived from the master key. Its query key is named
``X-Amz-Signature`` because Delta Sharing readers take an address without such a key for a local file.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from entrepot.config import Settings
from entrepot.delivery.model import LinkInvalid, SharedFile
from entrepot.runtime import MasterKey

PREFIX = "/sharing/files"
_PURPOSE = "delivery.file-links"
_HINT = "Ask for the file again; a new address starts where the old one stopped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a download address says.

    Attributes:
        issue: Tells readings apart: all requests with one issue are one reading of the file.
        token_id: The share token it was handed out to; empty when it was made for a signed-in buyer.
        expires: Unix time in whole seconds from which it is no longer good.
    """

    parcel_id: str
    file_id: str
    issue: str
    token_id: str
    expires: int

    @property
    def expires_at(self) -> datetime:
        """The moment from which it is no longer good."""
        return datetime.fromtimestamp(self.expires, UTC)


def new_issue() -> str:
    """A word for one reading."""
    return secrets.token_hex(8)


def new_link(settings: Settings, *, parcel_id: str, file_id: str, now: datetime, issue: str = "", token_id: str = "") -> Link:
    """A link that is good for as long as the settings say."""
    expires = int((now + timedelta(minutes=settings.download_minutes)).timestamp())
    return Link(parcel_id=parcel_id, file_id=file_id, issue=issue or new_issue(), token_id=token_id, expires=expires)


def to_url(settings: Settings, master_key: MasterKey, link: Link, file: SharedFile) -> str:
    """The address under which the exchange serves the file; its last part is only for the reader's eyes."""
    query = {"read": link.issue, "by": link.token_id, "expires": str(link.expires), "X-Amz-Signature": _signature(master_key, link)}
    path = f"{PREFIX}/{link.parcel_id}/{link.file_id}/{quote(file.name, safe='')}"
    return f"{settings.public_url.rstrip('/')}{path}?{urlencode(query)}"


def check(master_key: MasterKey, link: Link, signature: str, *, now: datetime) -> None:
    """Let a link pass that this exchange signed and that has not expired.

    Raises:
        LinkInvalid: It was changed, made elsewhere, or is too old.
    """
    if not hmac.compare_digest(_signature(master_key, link).encode(), signature.encode("utf-8", "replace")):
        raise LinkInvalid("This download address was not signed by this exchange.", "Copy the whole address, or ask for the file again.")
    if now.timestamp() >= link.expires:
        raise LinkInvalid(f"This download address expired at {link.expires_at:%Y-%m-%d %H:%M:%S} UTC.", _HINT)


def _signature(master_key: MasterKey, link: Link) -> str:
    said = "\n".join([link.parcel_id, link.file_id, link.issue, link.token_id, str(link.expires)])
    return hmac.new(master_key.derive(_PURPOSE), said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
