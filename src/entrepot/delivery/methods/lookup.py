"""Answers to questions about one person at a time, match or no match; no file and no value is handed over."""

from __future__ import annotations

from entrepot.catalogue.model import Version
from entrepot.delivery import parcels
from entrepot.delivery.model import Parcel, SharedFile
from entrepot.runtime import Session
from entrepot.trades.model import Agreement

_SUMMARIES = {
    "en": "Match or no match to one question about one person, each with a consent token of that person.",
    "zh": "就某一个人的一个问题回答一致或不一致，每次均须附有本人的同意凭证。",
}


class LookupDelivery:
    """The delivery is made with the first answer; every answer has a receipt of its own."""

    name = "lookup"

    def summary(self, language: str) -> str:
        """What the buyer gets, in one sentence."""
        return _SUMMARIES.get(language, _SUMMARIES["en"])

    def files(self, session: Session, agreement: Agreement, version: Version) -> tuple[SharedFile, ...]:
        """None, ever."""
        return ()

    def deliver(self, session: Session, agreement: Agreement, version: Version, *, key: str) -> Parcel:
        """Open the version for questions; the receipt follows the first answer."""
        parcel, _ = parcels.open_parcel(session, agreement, version, tuple, key="")
        return parcel

    def after_read(self, session: Session, parcel: Parcel) -> Parcel:
        """Make the delivery, with the first answer."""
        return parcel if parcel.delivered_at is not None else parcels.record_delivery(session, parcel)
