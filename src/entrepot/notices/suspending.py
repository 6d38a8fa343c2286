"""What a clock that has ended really does: listings come off, running agreements freeze; and the way back.

Nothing flows from the moment the listing is held, whatever its agreements' own states still say. Those follow at once where they are
few, else in batches after the commit, each in a transaction of its own, so that thousands neither hold up writers nor get lost with a process.
"""

from __future__ import annotations

from entrepot import catalogue, jobs, parties, trades
from entrepot.notices import repository
from entrepot.notices.model import Notice
from entrepot.runtime import Session
from entrepot.trades import OPEN, AgreementState, Reason

BATCH = 200
"""How many agreements change in one transaction."""


def suspend(session: Session, notice: Notice) -> None:
    """Take the notice's listings off and freeze the agreements that run on them; their parties are told."""
    acting = session.by_exchange()
    for listing_id in notice.listings:
        catalogue.place(acting, listing_id, holder=notice.id, reason=notice.name, freezes=True)
        freeze_agreements(acting, listing_id=listing_id)
    parties.notify(acting, notice.organisation_id, "notice.suspended", notice.id, number=notice.document_number)


def reinstate(session: Session, notice: Notice) -> None:
    """Lift what this notice holds; what others have suspended, or another notice still holds, stays as it is."""
    acting = session.by_exchange()
    for listing_id in notice.listings:
        catalogue.lift(acting, listing_id, holder=notice.id)
        thaw_agreements(acting, listing_id=listing_id)
    parties.notify(acting, notice.organisation_id, "notice.reinstated", notice.id, number=notice.document_number)


@jobs.handler("notices.freeze_agreements")
def freeze_agreements(session: Session, *, listing_id: str) -> None:
    """Freeze the next agreements that run on a listing, while a notice holds it."""
    hold = _locked(session, listing_id)
    if hold is None:
        return
    reason = Reason.NOTICE_OF.format(name=hold.reason) if hold.reason else Reason.NOTICE
    # Whatever is frozen runs no more, so the next batch begins where this one ends.
    found = trades.list_agreements(session, states=OPEN, listing_id=listing_id, everybody=True, limit=BATCH)
    for agreement in found:
        trades.move(session, agreement.id, AgreementState.SUSPENDED, reason)
        repository.add_freeze(session.db, agreement_id=agreement.id, listing_id=listing_id, notice_id=hold.holder, at=session.now)
    if len(found) == BATCH:
        session.enqueue("notices.freeze_agreements", listing_id=listing_id)


@jobs.handler("notices.thaw_agreements")
def thaw_agreements(session: Session, *, listing_id: str) -> None:
    """Let the next agreements that notices froze go on, once no notice holds their listing."""
    if _locked(session, listing_id) is not None:
        return
    found = repository.frozen(session.db, listing_id, limit=BATCH)
    for agreement_id in found:
        # Frozen, an agreement cannot resume, so one that is suspended now still is so because of the freeze; others have ended meanwhile.
        if trades.get(session, agreement_id).state is AgreementState.SUSPENDED:
            before = trades.history(session, agreement_id)[-1].before
            trades.move(session, agreement_id, before, Reason.NOTICE_OVER)
    repository.forget_freezes(session.db, found)
    if len(found) == BATCH:
        session.enqueue("notices.thaw_agreements", listing_id=listing_id)


def _locked(session: Session, listing_id: str) -> catalogue.Hold | None:
    # A hold that is lifted or placed while a batch runs waits for it: nothing is frozen that nothing thaws again.
    catalogue.agreed_listing(session, listing_id, lock=True)
    return catalogue.freezing(session, listing_id)
