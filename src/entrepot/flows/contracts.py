"""An agreement as a whole contract in English or Chinese, and as an ODRL policy: terms, duties of the rules, clauses of its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from entrepot import catalogue, parties, pricing, rights, terms, trades
from entrepot.catalogue import Version
from entrepot.compliance import library
from entrepot.flows import dossiers
from entrepot.flows.registers import registered
from entrepot.kit import Invalid, digest
from entrepot.parties.model import Organisation
from entrepot.pricing import Plan
from entrepot.rights import CONTRACT_FORMS, Contract, ContractForm, Register, Right, Section
from entrepot.rights.words import BASES, RIGHTS, problem, rights_listed
from entrepot.runtime import Session
from entrepot.standards.model import pick
from entrepot.terms.territories import territory_name
from entrepot.trades import Agreement
from entrepot.vocabulary.purposes import PURPOSES

LANGUAGES = ("en", "zh")


def contract(session: Session, agreement_id: str, language: str = "en") -> Contract:
    """The whole contract behind an agreement, for its parties and whoever oversees them.

    Raises:
        NotFound: There is no such agreement for the actor.
        Invalid: Contracts are not written in this language.
    """
    if language not in LANGUAGES:
        raise Invalid(f"Contracts are not written in {language[:20]!r}.", f"Use {' or '.join(LANGUAGES)}.")
    agreement = trades.get(session, agreement_id)
    version = catalogue.agreed_version(session, agreement.version_id)
    owner, buyer = parties.get(session, agreement.owner_id), parties.get(session, agreement.buyer_id)
    register = registered(version.manifest, owner.name, at=agreement.signed_at.date())
    return _Writer(agreement, version, owner, buyer, register, language).contract()


def agreement_policy(session: Session, agreement_id: str) -> dict[str, Any]:
    """The agreement as an ODRL policy, the duties of the rules among its prohibitions and obligations.

    Raises:
        NotFound: There is no such agreement for the actor.
    """
    agreement = trades.get(session, agreement_id)
    base = session.settings.public_url.rstrip("/")
    owner, buyer = (f"{base}/organisations/{parties.get(session, one).slug}" for one in (agreement.owner_id, agreement.buyer_id))
    price = agreement.price
    return terms.to_odrl(
        agreement.terms, uid=f"{base}/agreements/{agreement.id}#policy", kind="Agreement", assigner=owner, assignee=buyer,
        target=f"{base}/listings/{agreement.listing_id}#dataset", price=price.amount if price.plan is Plan.FLAT else None,
        duties={duty["do"]: library.duty_action(duty["do"]) for duty in agreement.duties},
    )  # fmt: skip


_WORDS = {
    "en": {
        "parties": "Parties", "provider": "Provider", "recipient": "Recipient", "agreement": "Agreement", "signed": "Signed",
        "document": "Digest of the signed document", "what": "Data", "about": "About", "listing": "Listing", "version": "Version",
        "tables": "Tables", "chain": "Chain of authorisation", "purpose": "Purpose", "territory": "Place of use", "method": "Method",
        "price": "Price", "window": "Time for acceptance", "hours": "{} hours after delivery", "force": "In force", "no_end": "without an end",
        "nobody": "nobody", "duties": "Duties from the rules", "until": "until", "rows": "rows",
        "laid": "The rules in force at the signature lay these duties upon the recipient, unless the words name somebody else:",
        "no_duties": "The rules in force at the signature lay no further duties upon the parties.",
        "agreement_title": "Agreement on data",
        "draft": "The clauses are a draft form in the exchange's own words; they are no legal advice.",
        "signed_note": "What binds is the document that both parties signed; this text says the same in words.",
        "form": "Form: {}, digest of its clauses {}.",
        "no_form": "The agreement was signed without a model form; its terms stand alone.",
        "other_form": "The agreement was signed on clauses that this release of the exchange does not carry; they are left out here.",
    },
    "zh": {
        "parties": "合同双方", "provider": "提供方", "recipient": "接收方", "agreement": "协议编号", "signed": "签署时间",
        "document": "签署文件摘要", "what": "数据", "about": "说明", "listing": "挂牌编号", "version": "版本",
        "tables": "数据表", "chain": "授权链条", "purpose": "目的", "territory": "使用地域", "method": "方式",
        "price": "费用", "window": "验收期", "hours": "交付后 {} 小时", "force": "期限", "no_end": "无期限",
        "nobody": "无", "duties": "规则规定的义务", "until": "有效期至", "rows": "行",
        "laid": "根据签署时有效的规则，接收方承担以下义务（文字另有所指的除外）：",
        "no_duties": "签署时有效的规则未对双方规定其他义务。",
        "agreement_title": "数据协议",
        "draft": "条款为平台自行拟定的草案，不构成法律意见。",
        "signed_note": "以双方签署的文件为准，本文以文字表述相同内容。",
        "form": "格式：{}，条款摘要 {}。",
        "no_form": "本协议签署时未采用示范格式，以其条款为准。",
        "other_form": "本协议所依据的条款版本不在当前发行版中，此处从略。",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one contract in one language."""

    agreement: Agreement
    version: Version
    owner: Organisation
    buyer: Organisation
    register: Register
    language: str

    def contract(self) -> Contract:
        titles = {form.value: title for form, title in CONTRACT_FORMS.items()}.get((self.agreement.form or {}).get("kind", ""))
        title = titles[self.language] if titles else self._say("agreement_title")
        return Contract(
            number=self.agreement.id, language=self.language, title=title, notes=tuple(self._notes()),
            sections=(self._parties(), *self._clauses(), self._duties()),
        )  # fmt: skip

    def _say(self, key: str) -> str:
        return _WORDS[self.language][key]

    def _notes(self) -> Iterator[str]:
        form = self.agreement.form
        yield self._say("signed_note")
        if form is None:
            yield self._say("no_form")
            return
        yield self._say("form").format(form["kind"], form["digest"])
        yield self._say("draft" if rights.signed_clauses(form) is not None else "other_form")

    def _parties(self) -> Section:
        facts = (
            (self._say("provider"), self._party(self.owner)), (self._say("recipient"), self._party(self.buyer)),
            (self._say("agreement"), self.agreement.id), (self._say("signed"), _moment(self.agreement.signed_at)),
            (self._say("document"), digest(self.agreement.jws)),
        )  # fmt: skip
        return Section(id="parties", heading=self._say("parties"), facts=facts)

    def _clauses(self) -> Iterator[Section]:
        """Each clause of the form with what this agreement says to it; where the wording is not known, the latter alone."""
        filled = {
            "description": self._description(), "rights": self._rights(), "use": self._use(), "delivery": self._delivery(),
            "payment": self._payment(), "acceptance": self._acceptance(), "end": self._end(),
        }  # fmt: skip
        signed = rights.signed_clauses(self.agreement.form)
        for clause in signed if signed is not None else rights.clauses(ContractForm.PROVISION):
            section = filled.get(clause.id)
            if signed is None and section is None:
                continue
            text = (clause.text[self.language],) if signed is not None else ()
            section = section or Section(id=clause.id, heading="")
            yield replace(section, heading=clause.heading[self.language], paragraphs=(*section.paragraphs, *text))

    def _description(self) -> Section:
        manifest = self.version.manifest
        about = pick(manifest.outcomes, self.language), pick(manifest.descriptions, self.language)
        tables = [f"{table.name} ({table.rows:,} {self._say('rows')})" for table in self.version.tables]
        facts = (
            (self._say("what"), pick(manifest.titles, self.language)), (self._say("about"), " ".join(text for text in about if text)),
            (self._say("listing"), self.agreement.listing_id), (self._say("version"), f"{self.version.number} · {self.version.digest}"),
            (self._say("tables"), ", ".join(tables)),
        )  # fmt: skip
        return Section(id="description", heading="", facts=tuple((name, value) for name, value in facts if value))

    def _rights(self) -> Section:
        nobody, holders = self._say("nobody"), self.register.holders
        facts = [(RIGHTS[right][self.language], ", ".join(holders[right]) or nobody) for right in Right]
        chain = [f"{number}. {self._step(step)}" for number, step in enumerate(self.register.chain, 1)]
        found = [problem(gap, self.language) for gap in self.register.gaps]
        if chain:
            facts.append((self._say("chain"), "; ".join(chain)))
        handed = terms.rights_sentences(self.agreement.rights, self.language)
        return Section(id="rights", heading="", facts=tuple(facts), paragraphs=(*found, " ".join(handed)))

    def _step(self, step: rights.Step) -> str:
        parts = [BASES[step.basis][self.language], rights_listed([r for r in Right if r in step.rights], self.language), step.document]
        ends = f"{self._say('until')} {step.until}" if step.until else ""
        return f"{step.party}: {', '.join(part for part in (*parts, ends) if part)}"

    def _use(self) -> Section:
        purpose = PURPOSES.get(self.agreement.purpose)
        name = self.agreement.purpose if purpose is None else (purpose.zh if self.language == "zh" else purpose.en)
        facts = [(self._say("purpose"), name)]
        if self.agreement.territory:
            facts.append((self._say("territory"), territory_name(self.agreement.territory, self.language)))
        return Section(id="use", heading="", facts=tuple(facts), points=terms.sentences(self.agreement.terms, self.language))

    def _delivery(self) -> Section:
        mode = library.vocabulary().get("offer.mode")
        words = mode.choices.get(dossiers.mode_of(self.agreement.method)) if mode else None
        return Section(id="delivery", heading="", facts=((self._say("method"), words[self.language] if words else self.agreement.method),))

    def _payment(self) -> Section:
        return Section(id="payment", heading="", facts=((self._say("price"), pricing.sentence(self.agreement.price, self.language)),))

    def _acceptance(self) -> Section:
        hours = self._say("hours").format(f"{self.agreement.acceptance_window.total_seconds() / 3600:g}")
        return Section(id="acceptance", heading="", facts=((self._say("window"), hours),))

    def _end(self) -> Section:
        ends = self._say("no_end") if self.agreement.ends_at is None else _moment(self.agreement.ends_at)
        return Section(id="end", heading="", facts=((self._say("force"), f"{_moment(self.agreement.starts_at)} – {ends}"),))

    def _duties(self) -> Section:
        points = tuple(library.said_duty(duty, self.language) for duty in self.agreement.duties)
        return Section(id="duties", heading=self._say("duties"), paragraphs=(self._say("laid" if points else "no_duties"),), points=points)

    def _party(self, party: Organisation) -> str:
        return f"{party.name} ({territory_name(party.country, self.language)}), {party.id}"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
