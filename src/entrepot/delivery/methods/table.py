"""Tables to read in place with any Delta Sharing client."""

from __future__ import annotations

from entrepot.catalogue.model import Version
from entrepot.delivery import parcels, repository
from entrepot.delivery.consents import agreed_parts
from entrepot.delivery.materialise import build, make_file
from entrepot.delivery.model import Parcel, SharedFile, is_complete
from entrepot.runtime import Session
from entrepot.trades.model import Agreement

_SUMMARIES = {
    "en": "Tables to read in place with a Delta Sharing client: pandas, Spark, Power BI and others.",
    "zh": "通过 Delta Sharing 客户端（pandas、Spark、Power BI 等）直接读取的数据表。",
}


class TableDelivery:
    """The delivery is made when the last row of the version has been read for the first time."""

    name = "table"

    def summary(self, language: str) -> str:
        """What the buyer gets, in one sentence."""
        return _SUMMARIES.get(language, _SUMMARIES["en"])

    def files(self, session: Session, agreement: Agreement, version: Version) -> tuple[SharedFile, ...]:
        """One Parquet file per table, with types that Delta knows."""
        return tuple(make_file(session, part, "parquet") for part in agreed_parts(session, agreement, version))

    def prepare(self, session: Session, agreement: Agreement, version: Version) -> None:
        """Build what is not there yet, writing no record."""
        for part in agreed_parts(session, agreement, version):
            build(session, part, "parquet")

    def deliver(self, session: Session, agreement: Agreement, version: Version, *, key: str) -> Parcel:
        """Open the version for reading; the receipt follows the first complete read, of which there is one per version."""
        parcel, _ = parcels.open_parcel(session, agreement, version, lambda: self.files(session, agreement, version), key="")
        return parcel

    def after_read(self, session: Session, parcel: Parcel) -> Parcel:
        """Make the delivery once every file has been read whole, in however many readings."""
        if parcel.delivered_at is not None:
            return parcel
        read = repository.spans_read(session.db, parcel.id)
        if all(file.id in read and is_complete(file, read[file.id]) for file in parcel.files):
            return parcels.record_delivery(session, parcel)
        return parcel
