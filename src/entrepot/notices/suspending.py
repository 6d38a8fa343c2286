"""What a clock that has ended really does: listings come off, running agreements freeze; and the way back."""

from __future__ import annotations

from entrepot import catalogue, parties, trades
from entrepot.notices import repository
from entrepot.notices.model import Notice
from entrepot.runtime import Session
from entrepot.trades import OPEN, AgreementState

_PAGE = 200


def suspend(session: Session, notice: Notice) -> None:
    """Take the notice's listings off and freeze the agreements that run on them; their parties are told."""
    acting = session.by_exchange()
    for listing_id in notice.listings:
        catalogue.place(acting, listing_id, holder=notice.id, reason=notice.name, freezes=True)
        for agreement in _running(acting, listing_id):
            trades.move(acting, agreement.id, AgreementState.SUSPENDED, _reason(notice))
            repository.add_freeze(acting.db, agreement_id=agreement.id, listing_id=listing_id, notice_id=notice.id, at=acting.now)
    parties.notify(acting, notice.organisation_id, "notice.suspended", notice.id, number=notice.document_number)


def reinstate(session: Session, notice: Notice) -> None:
    """Lift what this notice holds; what others have suspended, or another notice still holds, stays as it is."""
    acting = session.by_exchange()
    for listing_id in notice.listings:
        catalogue.lift(acting, listing_id, holder=notice.id)
        if catalogue.freezing(acting, listing_id) is None:
            _thaw(acting, listing_id)
    parties.notify(acting, notice.organisation_id, "notice.reinstated", notice.id, number=notice.document_number)


def _thaw(session: Session, listing_id: str) -> None:
    for agreement_id in repository.frozen(session.db, listing_id):
        # Frozen, an agreement cannot resume, so one that is suspended now still is so because of the freeze; others have ended meanwhile.
        if trades.get(session, agreement_id).state is AgreementState.SUSPENDED:
            before = trades.history(session, agreement_id)[-1].before
            trades.move(session, agreement_id, before, "The legal notice on the listing is settled.")
    repository.forget_freezes(session.db, listing_id)


def _running(session: Session, listing_id: str) -> list[trades.Agreement]:
    found: list[trades.Agreement] = []
    while True:
        before = found[-1].id if found else None
        page = trades.list_agreements(session, states=OPEN, listing_id=listing_id, everybody=True, before=before, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            return found


def _reason(notice: Notice) -> str:
    return f"A legal notice suspends the listing{f' ({notice.name})' if notice.name else ''}."
