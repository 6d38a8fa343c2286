"""What every way of handing data over must do."""

from __future__ import annotations

from typing import Protocol

from entrepot.catalogue.model import Version
from entrepot.delivery.model import Parcel, SharedFile
from entrepot.runtime import Session
from entrepot.trades.model import Agreement


class DeliveryMethod(Protocol):
    """One way to hand over what an agreement covers; the promise tests run over every registered one.

    A method never hands over more than the agreement's rights, opens one parcel per agreement, version and key however
    often it is asked, and leaves a signed receipt in the log when the delivery is made.
    """

    name: str

    def summary(self, language: str) -> str:
        """What the buyer gets, in one sentence (``en`` or ``zh``)."""
        ...

    def files(self, session: Session, agreement: Agreement, version: Version) -> tuple[SharedFile, ...]:
        """The files handed over, made now where they do not exist yet."""
        ...

    def deliver(self, session: Session, agreement: Agreement, version: Version, *, key: str) -> Parcel:
        """Hand the version over, or open it for reading; asking again with the same key changes nothing."""
        ...

    def after_read(self, session: Session, parcel: Parcel) -> Parcel:
        """Told whenever something of a parcel that is not delivered yet has been read."""
        ...
