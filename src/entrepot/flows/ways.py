"""Where a fix is done: for each word that a rule's fix names (`do:`), the page that does it with what is known filled in, and the command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from entrepot import catalogue, parties
from entrepot.catalogue import Listing, Version
from entrepot.compliance import Source
from entrepot.compliance.explain_check import cited_by, is_checked
from entrepot.compliance.vocabulary import answer_command, is_of_buyer
from entrepot.flows import dossiers
from entrepot.kit import EntrepotError
from entrepot.kit.sentences import in_chinese
from entrepot.runtime import Session
from entrepot.trades import Agreement, Negotiation

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something stands in the way, and what is known there for a fix to begin with.

    Attributes:
        subject_id: What was judged; empty for a file that is no listing yet.
        answers: The page with the questions about it.
        is_owner: Whether the reader decides on the goods; else the reader is the buyer.
        columns: Those that name persons or tell what is sensitive about them.
        declared: Of a trade, the facts that were declared with the listing, where alone they can be answered otherwise.
        options: What a command has to say besides, such as that it is the exchange that acts.
    """

    subject_id: str = ""
    answers: str = ""
    listing_id: str = ""
    upload_id: str = ""
    is_owner: bool = True
    columns: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    recipient_id: str = ""
    declared: frozenset[str] = frozenset()
    options: str = ""

    @property
    def side(self) -> str:
        """Which side of a trade the reader is on."""
        return "owner" if self.is_owner else "buyer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out: its name, the page that begins it, and the command that does the same; either may be empty."""

    do: str
    text: str
    page: str
    command: str

    def to_dict(self) -> dict[str, str]:
        """The way as JSON."""
        return {"do": self.do, "text": self.text, "page": self.page, "command": self.command}


def of_upload(upload_id: str, listing_id: str = "") -> Spot:
    """A file on its way to a listing."""
    return Spot(upload_id=upload_id, listing_id=listing_id, answers=f"/publish/{upload_id}#further")


def of_listing(session: Session, listing: Listing) -> Spot:
    """A listing, as its owner sees it."""
    version = catalogue.current_version(session, listing.id, listing.pending_number)
    return Spot(
        subject_id=listing.id, answers=f"/listings/{listing.id}/rules", listing_id=listing.id, columns=_telling(version),
        purposes=tuple(sorted(version.manifest.terms.permitted_purposes)),
    )  # fmt: skip


def of_negotiation(session: Session, negotiation: Negotiation) -> Spot:
    """A trade before the signatures, as the acting party sees it."""
    version = catalogue.agreed_version(session, negotiation.version_id)
    spot = _of_deal(session, negotiation, version, negotiation.id, f"/negotiations/{negotiation.id}/rules")
    listed = dossiers.of_version(session, version, negotiation.owner_id)
    return replace(spot, declared=frozenset(path for path in listed.values if listed.source(path) is not Source.MEASURED))


def of_agreement(session: Session, agreement: Agreement) -> Spot:
    """A delivery under an agreement, as the acting party sees it."""
    version = catalogue.agreed_version(session, agreement.version_id)
    return _of_deal(session, agreement, version, agreement.listing_id, f"/listings/{agreement.listing_id}/rules")


def of_operation(session: Session, operation_id: str) -> Spot:
    """Something that is done, or a standing duty, as the acting organisation sees it."""
    is_exchange = session.actor.organisation_id == parties.exchange_organisation(session).id
    return Spot(subject_id=operation_id, answers=f"/duties/{operation_id}", options=" --operator" if is_exchange else "")


def refused(error: EntrepotError | None, language: str) -> Sequence[Found]:
    """The findings of a refusal in the reader's language, as far as it has them."""
    found: Sequence[Found] = error.details.get("findings", ()) if error is not None else ()
    return error.details.get("findings_zh", found) if error is not None and language == "zh" else found


def with_ways(findings: Iterable[Found], spot: Spot, language: str = "en") -> list[dict[str, Any]]:
    """Findings with the ways out that the reader has, in the order of the rule's fixes."""
    return [{**worded(one, language), "ways": [way.to_dict() for way in ways(one, spot, language)]} for one in findings]


def worded(finding: Found, language: str) -> dict[str, Any]:
    """A finding with its message and hint in a language."""
    if language != "zh":
        return dict(finding)
    said = {name: in_chinese(str(finding.get(name) or "")) for name in ("message", "hint")}
    rule = str(finding.get("rule"))
    return {**finding, **said, **({"citation": cited_by(rule, language)} if is_checked(rule) else {})}


def ways(finding: Found, spot: Spot, language: str = "en") -> Iterator[Way]:
    """The ways out of one finding; none that leads nowhere for this reader."""
    for do in dict.fromkeys(finding.get("evidence", {}).get("do", ())):
        if (place := PLACES.get(do)) is not None:
            page, command = place.lead(finding, spot)
            if page or command:
                yield Way(do=do, text=place.texts[language], page=page, command=command)


def asked_facts(finding: Found, spot: Spot) -> list[str]:
    """The facts of a finding by which a word of this reader can settle it; of a trade, each side has its own."""
    evidence = finding.get("evidence", {})
    # What was kept by an earlier release does not say which these are.
    paths = evidence["answers"] if "answers" in evidence else evidence.get("missing") or evidence.get("facts", ())
    alone = spot.is_owner and not spot.recipient_id
    return [path for path in paths if alone or is_of_buyer(path) is not spot.is_owner]


Lead = Callable[[Found, Spot], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a fix is called, and where it leads: a page and a command."""

    texts: Mapping[str, str]
    lead: Lead


def _of_deal(session: Session, deal: Negotiation | Agreement, version: Version, subject_id: str, answers: str) -> Spot:
    return Spot(
        subject_id=subject_id, answers=answers, listing_id=deal.listing_id, columns=_telling(version), purposes=(deal.purpose,),
        is_owner=session.actor.organisation_id != deal.buyer_id, recipient_id=deal.buyer_id,
    )  # fmt: skip


def _telling(version: Version) -> tuple[str, ...]:
    columns = (column for table in version.assessment.get("tables", ()) for column in table["columns"])
    return tuple(dict.fromkeys(column["name"] for column in columns if column["kind"] in ("direct", "sensitive")))


def _release(kind: str, spot: Spot, known: Sequence[tuple[str, str]], options: Sequence[str]) -> tuple[str, str]:
    if not spot.is_owner or not (spot.upload_id or spot.listing_id):
        return "", ""
    given = [*([("listing", spot.listing_id)] if spot.listing_id else []), *known]
    at = f"/publish/{spot.upload_id}/{kind}" if spot.upload_id else "/publish"
    query = urlencode(given if spot.upload_id else [("then", kind), *given])
    return f"{at}?{query}" if query else at, shlex.join(["entrepot", kind, "FILE", *options])


def _anonymise(finding: Found, spot: Spot) -> tuple[str, str]:
    evidence = finding.get("evidence", {})
    # What names persons the form proposes to leave out by itself; what singles them out is made coarser.
    alone = [finding["column"]] if finding.get("column") and "drop_columns" not in evidence.get("do", ()) else []
    quasi = list(evidence.get("columns", alone))
    return _release("anonymise", spot, [("quasi", name) for name in quasi], ["--qi", ",".join(quasi)] if quasi else ["--automatic"])


def _drop(finding: Found, spot: Spot) -> tuple[str, str]:
    columns = [finding["column"]] if finding.get("column") else list(spot.columns)
    options = ["--automatic", *(["--drop", ",".join(columns)] if columns else [])]
    return _release("anonymise", spot, [("drop", name) for name in columns], options)


def _aggregate(_finding: Found, spot: Spot) -> tuple[str, str]:
    return _release("aggregate", spot, (), ["--by", "COLUMNS"])


def _ask_consent(_finding: Found, spot: Spot) -> tuple[str, str]:
    if not spot.is_owner:
        return "", ""
    known = [("listing", spot.listing_id), ("recipient", spot.recipient_id), *(("purpose", name) for name in spot.purposes)]
    query = urlencode([(name, value) for name, value in known if value])
    options = [part for name, value in known if value for part in (f"--{name}", value)]
    return "/people" + (f"?{query}" if query else "") + "#ask", shlex.join(["entrepot", "consent", "ask", "PERSON", *options])


def _change_offer(finding: Found, spot: Spot) -> tuple[str, str]:
    if not spot.listing_id and not spot.upload_id:
        return _answer(finding, spot)  # An operation is no offer: what is done otherwise is said.
    if spot.upload_id:
        return f"/publish/{spot.upload_id}" + (f"?listing={spot.listing_id}" if spot.listing_id else ""), "entrepot publish MANIFEST"
    if spot.is_owner:
        return f"/publish?listing={spot.listing_id}", f"entrepot publish MANIFEST --listing {spot.listing_id}"
    return f"/listings/{spot.listing_id}/request", f"entrepot request {spot.listing_id} --purpose PURPOSE"


def _answer(finding: Found, spot: Spot) -> tuple[str, str]:
    facts = asked_facts(finding, spot)
    if not facts or not spot.answers:
        return "", ""
    if not spot.subject_id:
        return spot.answers, ""
    at, subject = spot.answers, spot.subject_id
    if spot.is_owner and not spot.declared.isdisjoint(facts):
        at, subject = f"/listings/{spot.listing_id}/rules", spot.listing_id
    asked = " ".join(f"{path}=…" for path in facts)
    return f"{at}?{urlencode([('ask', path) for path in facts])}#ask", f"{answer_command(subject)} {asked}{spot.options}"


def _attach(finding: Found, spot: Spot) -> tuple[str, str]:
    facts: Sequence[str] = finding.get("evidence", {}).get("facts", ())
    if any(path.startswith(_PROVENANCE) for path in facts):
        return _change_offer(finding, spot) if spot.is_owner else ("", "")
    return _answer(finding, spot)


_PROVENANCE = ("source.chain_complete", "source.rights")
"""What the chain of the manifest's provenance shows; no answer stands in for it."""
PLACES: Mapping[str, Place] = {
    "anonymise": Place(texts={"en": "Anonymise it", "zh": "作匿名化处理"}, lead=_anonymise),
    "drop_columns": Place(texts={"en": "Leave the columns out", "zh": "去掉这些列"}, lead=_drop),
    "aggregate": Place(texts={"en": "Publish counts instead", "zh": "改为发布统计结果"}, lead=_aggregate),
    "ask_consent": Place(texts={"en": "Ask for consent", "zh": "征求同意"}, lead=_ask_consent),
    "change_offer": Place(texts={"en": "Change the offer or the use", "zh": "修改要约或用途"}, lead=_change_offer),
    "answer": Place(texts={"en": "Answer the questions", "zh": "回答问题"}, lead=_answer),
    "attach_document": Place(texts={"en": "Enter the document", "zh": "补充文件"}, lead=_attach),
    "declare_source": Place(texts={"en": "State the source", "zh": "说明来源"}, lead=_answer),
}
"""Every word that the shipped packs use; a pack of an operator's own may use these too."""
