"""What a draft of a rule pack would change on the exchange: at once where few cases are live, else by a job that can be looked up for a week."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from entrepot import catalogue, compliance, jobs, parties, trades
from entrepot.compliance import Gate, Pack, library
from entrepot.compliance.what_if import Case
from entrepot.compliance.what_if import what_if as compare
from entrepot.flows import dossiers
from entrepot.kit import Conflict, Decision, NotFound, is_id, new_id, rfc3339
from entrepot.runtime import SYSTEM, Actor, Exchange, Role, Scope, Session

SMALL = 2_000
"""How many cases are judged while somebody waits."""
KEPT = timedelta(days=7)
_MOST_SHOWN = 1_000
_PAGE = 200
_FOLDER = "what-if"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A draft that a job tries on every live case.

    Attributes:
        found: What would change, as ``what_if`` says it; None while the job has not come to its end.
    """

    id: str
    pack: str
    version: str
    begun_at: datetime
    found: dict[str, Any] | None


def what_if(session: Session, draft: str) -> dict[str, Any]:
    """Which decisions on live listings and agreements a draft pack would change; drafts are asked here and nowhere else.

    Raises:
        Refused: The actor is no operator.
        Invalid: The pack cannot be read.
        Conflict: There are too many cases to wait for; ``begin_trial`` judges them in a job.
    """
    parties.require_role(session, Role.OPERATOR)
    pack = compliance.read_text(draft)
    # Closed by hand: what is left half read would outlive the session.
    with closing(_cases(session)) as cases:
        return _summary(session, pack, _few(cases))


def begin_trial(exchange: Exchange, actor: Actor, draft: str) -> Trial:
    """Have a job try a draft on everything that is live; nothing is changed by it.

    Raises:
        Refused: The actor is no operator.
        Invalid: The pack cannot be read.
    """
    with exchange.reading(actor) as session:
        _require_operator(session)
    pack = compliance.read_text(draft)
    trial = Trial(id=new_id("tri"), pack=pack.id, version=pack.version, begun_at=exchange.clock.now(), found=None)
    kept = {"pack": pack.id, "version": pack.version, "begun_at": rfc3339(trial.begun_at), "draft": draft}
    # The object before the job that reads it.
    exchange.blobs.put(_key(trial.id, "draft"), json.dumps(kept, ensure_ascii=False).encode())
    with exchange.session(actor) as session:
        session.enqueue("flows.run_trial", trial_id=trial.id)
        session.enqueue("flows.forget_trial", after=KEPT, trial_id=trial.id)
    return trial


def get_trial(session: Session, trial_id: str) -> Trial:
    """A trial and, once its job is done, what it found.

    Raises:
        Refused: The actor is no operator.
        NotFound: There is none, or its week is over.
    """
    _require_operator(session)
    if not is_id(trial_id, "tri") or not session.blobs.exists(_key(trial_id, "draft")):
        raise NotFound(f"There is no trial {trial_id[:60]}.", f"Send the draft again; trials are kept for {KEPT.days} days.")
    kept = json.loads(session.blobs.get(_key(trial_id, "draft")))
    is_done = session.blobs.exists(_key(trial_id, "found"))
    return Trial(
        id=trial_id, pack=kept["pack"], version=kept["version"], begun_at=datetime.fromisoformat(kept["begun_at"]),
        found=json.loads(session.blobs.get(_key(trial_id, "found"))) if is_done else None,
    )  # fmt: skip


def list_trials(session: Session) -> list[Trial]:
    """The trials of the last days, newest first.

    Raises:
        Refused: The actor is no operator.
    """
    _require_operator(session)
    ids = {key.split("/")[1] for key in session.blobs.keys(f"{_FOLDER}/")}
    return [get_trial(session, one) for one in sorted(ids, reverse=True)]


@jobs.handler("flows.run_trial", outbound=True)
def run_trial(exchange: Exchange, *, trial_id: str) -> None:
    """Judge every live case by a draft, over one consistent state and without holding up a writer."""
    draft = json.loads(exchange.blobs.get(_key(trial_id, "draft")))["draft"]
    with exchange.reading(SYSTEM) as session:
        found = _summary(session, compliance.read_text(draft), _cases(session))
    exchange.blobs.put(_key(trial_id, "found"), json.dumps(found, ensure_ascii=False).encode())


@jobs.handler("flows.forget_trial", outbound=True)
def forget_trial(exchange: Exchange, *, trial_id: str) -> None:
    """Remove a trial whose week is over."""
    for part in ("found", "draft"):
        exchange.blobs.delete(_key(trial_id, part))


def _require_operator(session: Session) -> None:
    parties.require_scope(session, Scope.ADMIN)
    parties.require_role(session, Role.OPERATOR)


def _key(trial_id: str, part: str) -> str:
    return f"{_FOLDER}/{trial_id}/{part}"


def _summary(session: Session, pack: Pack, cases: Iterable[Case]) -> dict[str, Any]:
    now = compliance.in_force(session)
    then = (*(other for other in now if other.id != pack.id), pack)
    shown: list[dict[str, Any]] = []
    kinds: Counter[tuple[str, str, str]] = Counter()
    rules: Counter[str] = Counter()
    total = 0
    for change in compare(cases, now=now, then=then, at=compliance.today(session), taxonomy=library.taxonomy()):
        total += 1
        rules.update(change.new_reasons)
        if change.decides_otherwise:
            kinds[change.gate.value, change.before.value, change.after.value] += 1
        if len(shown) < _MOST_SHOWN:
            shown.append(change.to_dict())
    decisions: Counter[str] = Counter()
    for (_, before, after), count in kinds.items():
        decisions[f"{before} to {after}"] += count
    return {
        "pack": pack.id, "version": pack.version, "decisions": dict(decisions),
        "kinds": [{"gate": gate, "before": before, "after": after, "count": n} for (gate, before, after), n in sorted(kinds.items())],
        "rules": [{"rule": rule, "count": count} for rule, count in rules.most_common()],
        "changes": [{**change, "title": _title(session, change["subject"])} for change in shown], "total": total, "more": total > len(shown),
    }  # fmt: skip


def _title(session: Session, subject_id: str) -> str:
    """What the data of a live case are called."""
    if is_id(subject_id, "lst"):
        return catalogue.current_version(session, subject_id).manifest.title
    return catalogue.agreed_version(session, trades.get_negotiation(session, subject_id).version_id).manifest.title


def _few(cases: Iterable[Case]) -> Iterator[Case]:
    for number, case in enumerate(cases):
        if number == SMALL:
            raise Conflict(f"More than {SMALL:,} cases are live.", "Begin a trial: a job judges them, and you look up what it found.")
        yield case


def _cases(session: Session) -> Generator[Case, None, None]:
    after = ""
    while page := catalogue.listings_after(session, after, limit=_PAGE):
        for listing in page:
            version = catalogue.current_version(session, listing.id)
            yield Case(subject=listing.id, gate=Gate.LISTING, dossier=dossiers.of_version(session, version, listing.organisation_id))
        after = page[-1].id
    for kept in compliance.newest(session, Gate.CONTRACT):
        if kept.decision is Decision.ALLOW or kept.approved_at is not None:
            yield Case(subject=kept.subject_id, gate=Gate.CONTRACT, dossier=kept.dossier)
