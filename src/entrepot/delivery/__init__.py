"""Hand over what was agreed: files and table shares, metered, receipted, and stopped when the agreement stops."""

from entrepot.delivery import lookups, tries
from entrepot.delivery.files import FileToSend, open_file, parse_link, record_read
from entrepot.delivery.meter import Meter
from entrepot.delivery.methods import METHODS, DeliveryMethod
from entrepot.delivery.methods import find as find_method
from entrepot.delivery.methods import names as method_names
from entrepot.delivery.model import (
    CountSpent,
    LinkInvalid,
    Parcel,
    ParcelOutdated,
    Read,
    Receipt,
    RowGroup,
    SharedFile,
    ShareToken,
    TokenInvalid,
)
from entrepot.delivery.rights import fields
from entrepot.delivery.service import (
    check_deliveries,
    deliver,
    download_links,
    first_received,
    get_parcel,
    parcels_of,
    prepare,
    reads,
    receipts,
    usage,
)
from entrepot.delivery.signed import agreed_only, unsigned
from entrepot.delivery.tokens import create_token, list_tokens, profile, revoke_token, rotate_tokens
from entrepot.delivery.versions import covered_versions

__all__ = [
    "METHODS", "CountSpent", "DeliveryMethod", "FileToSend", "LinkInvalid", "Meter", "Parcel", "ParcelOutdated", "Read", "Receipt", "RowGroup", "ShareToken",
    "SharedFile", "TokenInvalid", "agreed_only", "check_deliveries", "covered_versions", "create_token", "deliver", "download_links", "fields", "find_method", "first_received",
    "get_parcel", "list_tokens", "lookups", "method_names", "open_file", "parcels_of", "parse_link", "prepare", "profile", "reads", "receipts",
    "record_read", "revoke_token", "rotate_tokens", "tries", "unsigned", "usage",
]  # fmt: skip
