"""What the index keeps of a version: its words by weight, its properties and its place among equals."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from entrepot.catalogue.finding import tokens as t
from entrepot.catalogue.finding.base import Document
from entrepot.catalogue.finding.facets import facet
from entrepot.catalogue.model import Version
from entrepot.kit import rfc3339

HALF_LIFE = 90 * 86_400
"""Seconds after which a listing counts half as much beside a new one of the same quality."""
_TEXT = 1_000
"""Characters of the description that snippets are cut from."""


def position(listing_id: str, quality: int, published_at: datetime) -> int:
    """The place in the static order, quality times freshness; smaller is better.

    Freshness halves with every ``HALF_LIFE``. The logarithm of the product is the time of publishing plus what quality
    is worth in time, so the order between two listings never changes as time goes by and can be kept as a number.
    """
    worth = int(published_at.timestamp()) + round(HALF_LIFE * math.log2((quality + 10) / 110))
    tie = int.from_bytes(hashlib.sha256(listing_id.encode()).digest()[:4], "big") >> 3
    return (2**34 - 1 - min(max(worth, 0), 2**34 - 1)) << 29 | tie


def document(version: Version, *, organisation_id: str, organisation_name: str) -> Document:
    """The index entry of a version that is on offer."""
    titles, headline, context, body = _texts(version, organisation_name)
    written = set[str]().union(*(t.forms(text) for text in (*titles, *headline, *context)))
    return Document(
        listing_id=version.listing_id,
        position=position(version.listing_id, version.quality, version.published_at),
        card=_card(version, organisation_id, organisation_name),
        fields=t.fields([titles, headline, context, body]),
        facets=[*dict.fromkeys(_facets(version, organisation_id)), *sorted(written)],
    )


def _texts(version: Version, organisation_name: str) -> tuple[list[str], list[str], list[str], list[str]]:
    manifest = version.manifest
    keywords = [word for words in manifest.keywords.values() for word in words]
    columns = [column for table in version.tables for column in table.columns]
    context = [organisation_name, *t.names(table.name for table in version.tables), *t.names(column.name for column in columns)]
    context += [text for column in columns for text in column.titles.values()]
    notes = [text for column in columns for text in column.descriptions.values()]
    body = [*manifest.descriptions.values(), *manifest.examples, *notes]
    return list(manifest.titles.values()), [*manifest.outcomes.values(), *keywords], context, body


def _facets(version: Version, organisation_id: str) -> Iterator[str]:
    manifest = version.manifest
    yield facet("owner", organisation_id)
    yield facet("plan", manifest.price.plan.value)
    yield facet("personal", str(version.personal))
    for words in manifest.keywords.values():
        for word in words:
            yield facet("keyword", word)
    for table in version.tables:
        yield facet("format", table.format)
    for language in manifest.languages:
        yield facet("language", language)
    for purpose in manifest.terms.permitted_purposes:
        yield facet("permitted", purpose)
    for purpose in manifest.terms.prohibited_purposes:
        yield facet("prohibited", purpose)


def _card(version: Version, organisation_id: str, organisation_name: str) -> dict[str, Any]:
    manifest = version.manifest
    return {
        "organisation_id": organisation_id,
        "organisation_name": organisation_name,
        "version_number": version.number,
        "titles": dict(manifest.titles),
        "outcomes": dict(manifest.outcomes),
        "texts": {language: text[:_TEXT] for language, text in manifest.descriptions.items()},
        "price": manifest.price.to_dict(),
        "purposes": list(manifest.terms.permitted_purposes),
        "personal": version.personal,
        "formats": sorted({table.format for table in version.tables}),
        "rows": version.rows,
        "quality": version.quality,
        "published_at": rfc3339(version.published_at),
    }
