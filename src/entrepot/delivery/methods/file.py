"""Files to download: the originals where the agreement holds nothing back, else the agreed part of them."""

from __future__ import annotations

from entrepot.catalogue.model import Version
from entrepot.delivery import parcels
from entrepot.delivery.consents import agreed_parts
from entrepot.delivery.materialise import build, make_file, original_file
from entrepot.delivery.model import Parcel, SharedFile
from entrepot.delivery.rights import Part
from entrepot.runtime import Session
from entrepot.trades.model import Agreement

_SUMMARIES = {
    "en": "Files to download, resumable, over addresses that expire.",
    "zh": "下载文件：支持断点续传，下载地址会过期。",
}


class FileDelivery:
    """The delivery is made when the parcel is opened: from then on the buyer can fetch it."""

    name = "file"

    def summary(self, language: str) -> str:
        """What the buyer gets, in one sentence."""
        return _SUMMARIES.get(language, _SUMMARIES["en"])

    def files(self, session: Session, agreement: Agreement, version: Version) -> tuple[SharedFile, ...]:
        """Originals, each once, or CSV and Parquet with the agreed columns and rows."""
        agreed = agreed_parts(session, agreement, version)
        originals = _whole_originals(version, agreed)
        found: dict[str, SharedFile] = {}
        for part in agreed:
            if part.table.original_key in originals:
                found.setdefault(part.table.original_key, original_file(session, part))
            else:
                file = make_file(session, part, _form(part))
                found[file.id] = file
        return tuple(found.values())

    def prepare(self, session: Session, agreement: Agreement, version: Version) -> None:
        """Build what is not there yet, writing no record."""
        agreed = agreed_parts(session, agreement, version)
        originals = _whole_originals(version, agreed)
        for part in agreed:
            if part.table.original_key not in originals:
                build(session, part, _form(part))

    def deliver(self, session: Session, agreement: Agreement, version: Version, *, key: str) -> Parcel:
        """Open the parcel and make the delivery in one go."""
        parcel, opened = parcels.open_parcel(session, agreement, version, lambda: self.files(session, agreement, version), key=key)
        return parcels.record_delivery(session, parcel) if opened else parcel

    def after_read(self, session: Session, parcel: Parcel) -> Parcel:
        """Nothing more to do: the delivery was made before the first byte."""
        return parcel


def _whole_originals(version: Version, agreed: tuple[Part, ...]) -> set[str]:
    """Originals of which every table is handed over whole; one workbook may hold several tables."""
    whole = {part.table.name for part in agreed if part.whole}
    held_back = {table.original_key for table in version.tables if table.name not in whole}
    return {table.original_key for table in version.tables} - held_back


def _form(part: Part) -> str:
    return "parquet" if part.table.format == "parquet" else "csv"
