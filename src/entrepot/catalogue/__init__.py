"""The catalogue: what is on offer, by whom and on which terms."""

from entrepot.catalogue.describing import describe, describe_all, describe_catalogue
from entrepot.catalogue.holds import RULES, Hold, ListingSuspended, freezing, freezing_holds, held_by, holds_of, lift, place
from entrepot.catalogue.manifest import load_manifest, manifest_schema, template
from entrepot.catalogue.model import (
    NEXT,
    ColumnNote,
    Contact,
    DataTable,
    Filters,
    Frequency,
    Hit,
    Listing,
    ListingState,
    LookupAnswer,
    LookupOffer,
    Manifest,
    Page,
    Preview,
    SampleQuery,
    Segment,
    SourceFile,
    ThreeRights,
    Version,
    Visibility,
)
from entrepot.catalogue.quality import quality
from entrepot.catalogue.review import approve, offer_pending, reinstate, reject, suspend, waiting, withdraw
from entrepot.catalogue.service import (
    add,
    agreed_listing,
    agreed_version,
    current_version,
    get,
    get_version,
    list_for,
    listings_after,
    open_versions,
    reindex,
    search,
)

__all__ = [
    "NEXT", "RULES", "ColumnNote", "Contact", "DataTable", "Filters", "Frequency", "Hit", "Hold", "Listing", "ListingState", "ListingSuspended", "LookupAnswer", "LookupOffer", "Manifest", "Page",
    "Preview", "SampleQuery", "Segment", "SourceFile", "ThreeRights", "Version", "Visibility", "add", "agreed_listing",
    "agreed_version", "approve",
    "current_version", "describe", "describe_all", "describe_catalogue", "freezing", "freezing_holds", "get", "get_version", "held_by", "holds_of", "lift", "list_for", "listings_after", "load_manifest", "manifest_schema", "offer_pending", "open_versions", "place", "quality", "reindex",
    "reinstate", "reject", "search", "suspend", "template", "waiting", "withdraw",
]  # fmt: skip
