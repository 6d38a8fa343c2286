"""Run the laws of the books, and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from entrepot import compliance, delivery, jobs, notices, parties, pricing, proof, settlement, trades
from entrepot.flows import settle
from entrepot.kit import EntrepotError, Invalid, digest
from entrepot.runtime import SYSTEM, Exchange, Session
from entrepot.trades import AgreementState


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One law: what it says, and each breach as fact and next step."""

    law: str
    problems: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What the doctor found."""

    laws: tuple[Law, ...]

    @property
    def healthy(self) -> bool:
        """Whether every law holds."""
        return all(law.holds for law in self.laws)

    def as_dict(self) -> dict[str, Any]:
        """The findings as JSON."""
        laws = [{"law": law.law, "holds": law.holds, "problems": [{"message": m, "hint": h} for m, h in law.problems]} for law in self.laws]
        return {"healthy": self.healthy, "laws": laws}


def examine(exchange: Exchange) -> Examination:
    """Check every law over one consistent state of the records; changes nothing."""
    with exchange.reading(SYSTEM) as session:
        books = [(p.law, (p.message, p.hint)) for p in settlement.check_books(session)]
        return Examination(
            laws=(
                *(Law(law=name, problems=tuple(found for law, found in books if law == name)) for name in _book_laws(books)),
                Law(
                    law="the log grows only, and its newest checkpoint signs what it holds",
                    problems=_with_hint(proof.check_log(session), _LOG_HINT),
                ),
                Law(
                    law="every delivery has its signed receipt in the log",
                    problems=_with_hint(delivery.check_deliveries(session), _DELIVERY_HINT),
                ),
                Law(law="every agreement is the one that both signed and the log has", problems=_forged(session)),
                Law(law="every open agreement on a price has its money in escrow or paid", problems=_unpaid(session)),
                Law(law="no agreement that has ended holds money", problems=_stranded(session)),
                Law(
                    law="what a notice suspends is off, and nothing else", problems=_with_hint(notices.check_notices(session), _NOTICE_HINT)
                ),
                Law(law="the rule packs that the settings name can be asked", problems=_unasked(session)),
                Law(law="every key in use opens under the master key", problems=_locked(session)),
                Law(law="no job is stuck", problems=_stuck(session)),
                Law(law="facts are sealed within a minute", problems=_unsealed(session)),
            )
        )


# How long the job that closes an agreement may be late; what ends while it is suspended is closed by the next daily look.
_CLOSING = {
    AgreementState.EXPIRED: timedelta(days=2), AgreementState.TERMINATED: timedelta(minutes=10), AgreementState.REFUNDED: timedelta(),
}  # fmt: skip
_LOG_HINT = "Stop trading, keep a copy of the records, and compare with a backup and with what witnesses have cosigned."
_DELIVERY_HINT = "Compare with the last backup; the buyer's own copy of the receipt still verifies."
_NOTICE_HINT = "Run the due jobs (`entrepot serve`); if it stays, compare with the last backup."
_BOOK_LAWS = (
    "debits equal credits", "balances are those of the transfers", "accounts keep their limits", "a pending transfer ends once",
    "transfers fit their accounts", "escrow passes through", "what expires falls back",
)  # fmt: skip


def _book_laws(found: list[tuple[str, tuple[str, str]]]) -> list[str]:
    return [*_BOOK_LAWS, *sorted({law for law, _ in found} - set(_BOOK_LAWS))]


def _with_hint(problems: Iterable[str], hint: str) -> tuple[tuple[str, str], ...]:
    return tuple((problem, hint) for problem in problems)


def _forged(session: Session) -> tuple[tuple[str, str], ...]:
    keys, seen, found = parties.public_keys(session), set(), []
    for agreement in trades.list_agreements(session, everybody=True, limit=1_000_000):
        try:
            trades.verify(agreement.jws, keys)
        except EntrepotError as error:
            found.append(f"The document of the agreement {agreement.id} does not verify: {error.message}")
            continue
        if agreement.id in seen:
            found.append(f"The document of the agreement {agreement.id} stands in the place of another agreement's.")
        seen.add(agreement.id)
        signed = [e for e in proof.history(session, agreement.id) if e.kind == "agreement.signed"]
        # What was erased can no longer be compared; the log's commitment to it stays.
        documents = {e.fact.get("document") for e in signed if e.fact is not None}
        if not signed or documents - {digest(agreement.jws)}:
            found.append(f"The document of the agreement {agreement.id} is not the one that the log has.")
    return _with_hint(found, "Compare with a party's own copy of the document and with the last backup.")


def _unasked(session: Session) -> tuple[tuple[str, str], ...]:
    try:
        compliance.in_force(session)
    except EntrepotError as error:
        return ((error.message, error.hint),)
    return ()


def _unpaid(session: Session) -> tuple[tuple[str, str], ...]:
    open_ones = trades.list_agreements(session, states=(AgreementState.ACTIVE, AgreementState.FULFILLED), everybody=True, limit=1_000_000)
    missing = [a for a in open_ones if pricing.quote(a.price).escrow.amount and not settlement.escrows_of(session, a.id)]
    return tuple((f"The agreement {a.id} was signed without its escrow.", "Suspend it and ask both parties.") for a in missing)


def _stranded(session: Session) -> tuple[tuple[str, str], ...]:
    over = (AgreementState.TERMINATED, AgreementState.EXPIRED, AgreementState.REFUNDED)
    ended = trades.list_agreements(session, states=over, everybody=True, limit=1_000_000)
    held = [(a, e) for a in ended for e in settlement.escrows_of(session, a.id) if e.state is settlement.EscrowState.HELD]
    found = []
    for agreement, escrow in held:
        if settle.awaits_decision(session, agreement):
            message = f"{escrow.amount} is held for the agreement {agreement.id}, which ended in a dispute and waits for a decision."
            found.append((message, "As an operator, refund it to pay it back, or accept its delivery to pay it out."))
        elif settle.closes_by(session, agreement) + _CLOSING[agreement.state] < session.now:
            message = f"{escrow.amount} is held for the agreement {agreement.id}, which is {agreement.state}."
            found.append((message, "Refund or release it as an operator."))
    return tuple(found)


def _locked(session: Session) -> tuple[tuple[str, str], ...]:
    try:
        session.master_key  # noqa: B018  # read to see whether there is one
    except Invalid as error:
        return ((error.message, error.hint),)
    locked = [*(f"signing key {key}" for key in parties.locked_keys(session)), *(f"log key {key}" for key in proof.locked_keys(session))]
    hint = "Nobody can sign with it: set ENTREPOT_MASTER_KEY_FILE to the master key that belongs to these records."
    return _with_hint([f"The {key} does not open under this master key." for key in locked], hint)


def _stuck(session: Session) -> tuple[tuple[str, str], ...]:
    found = jobs.stuck(session.db, now=session.now)
    return tuple(
        (
            f"The job {j['name']} {j['id']} has been tried {j['attempts']} times: {j['last_error'] or 'it is overdue, or ends its process'}",
            "Start a worker if none runs; mend the cause; then `entrepot retry-job` runs it now.",
        )
        for j in found
    )


def _unsealed(session: Session) -> tuple[tuple[str, str], ...]:
    waiting = proof.unsealed_before(session, session.now - timedelta(minutes=1))
    return (
        (
            (
                f"{waiting} facts wait longer than a minute for the seal.",
                "Start a worker: `entrepot serve`, or any command on the data folder.",
            ),
        )
        if waiting
        else ()
    )
