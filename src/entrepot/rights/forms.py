"""The four model forms of data contract (NDA and SAMR, 2025-07-04): provision, entrusted processing, joint development, intermediary.

The headings follow the model forms; the wording is our own. Draft, not legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from entrepot.kit import digest


class ContractForm(StrEnum):
    """What kind of contract the parties make."""

    PROVISION = "provision"
    ENTRUSTED = "entrusted"
    JOINT = "joint"
    INTERMEDIARY = "intermediary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause in both languages."""

    id: str
    heading: dict[str, str]
    text: dict[str, str]


CONTRACT_FORMS: dict[ContractForm, dict[str, str]] = {
    ContractForm.PROVISION: {"en": "Data provision contract", "zh": "数据提供合同"},
    ContractForm.ENTRUSTED: {"en": "Contract on entrusted processing of data", "zh": "数据委托处理服务合同"},
    ContractForm.JOINT: {"en": "Contract on joint development of data", "zh": "数据融合开发合同"},
    ContractForm.INTERMEDIARY: {"en": "Data intermediary contract", "zh": "数据中介服务合同"},
}
"""The title of each form."""


def clauses(form: ContractForm) -> tuple[Clause, ...]:
    """The clauses of a form in their order: those that all share, with its own in their places."""
    own = {clause.id: clause for clause in _OWN[form]}
    return tuple(own.pop(clause.id, clause) for clause in _COMMON) + tuple(own.values())


def form_digest(form: ContractForm) -> str:
    """``sha256:…`` over the clauses, so that an agreement says which wording it was signed on."""
    return digest([[clause.id, clause.heading, clause.text] for clause in clauses(form)])


def signed_clauses(form: Mapping[str, str] | None) -> tuple[Clause, ...] | None:
    """The clauses that an agreement was signed on; None where it names no form, or a wording that this release does not carry.

    Args:
        form: What the agreement says of its form, as ``signed_form`` gave it.
    """
    if form is None or form["kind"] not in list(ContractForm):
        return None
    kind = ContractForm(form["kind"])
    return clauses(kind) if form["digest"] == form_digest(kind) else None


def signed_form(form: ContractForm) -> dict[str, str]:
    """What an agreement says of its form: which it is, and the digest of its clauses."""
    return {"kind": form.value, "digest": form_digest(form)}


def _clause(id: str, heading_en: str, heading_zh: str, en: str, zh: str) -> Clause:
    return Clause(id=id, heading={"en": heading_en, "zh": heading_zh}, text={"en": en, "zh": zh})


_COMMON = (
    _clause(
        "description", "Description of the data", "数据描述",
        "The data are those of the version of the listing that this agreement names; its dictionary says what each column holds.",
        "标的数据为本合同所载挂牌版本的数据，各字段含义以其数据字典为准。",
    ),
    _clause(
        "rights", "Rights in the data", "数据权利安排",
        "Whoever is named here keeps its rights in the data. The recipient gets the right to process and use them within the purposes, "
        "rows, columns, places and time of this agreement, and no right to operate products made of them unless the terms say so.",
        "本条所列各方保留其数据权利；接收方仅在本合同约定的目的、行列范围、地域和期限内享有数据加工使用权，除非条款另有约定，不享有数据产品经营权。",
    ),
    _clause(
        "source", "Lawful source", "来源合法",
        "The provider states where the data come from and that it may pass them on; the chain of authorisation of the listing is part "
        "of this statement.",
        "提供方承诺数据来源合法并有权提供，挂牌所附授权链条为该承诺的组成部分。",
    ),
    _clause(
        "use", "Use", "使用范围",
        "The recipient uses the data for the purpose of this agreement and by its terms. What the terms do not permit is not permitted, "
        "and where a clause and a term differ, the term holds.",
        "接收方仅按本合同约定的目的和条款使用数据；条款未允许的用途均不得使用。本格式内容与条款不一致的，以条款为准。",
    ),
    _clause(
        "delivery", "Delivery", "交付",
        "The data are handed over by the agreed method. Each delivery has a receipt signed by the exchange and committed to its log.",
        "数据按约定方式交付，每次交付均有平台签名并写入日志的回执。",
    ),
    _clause(
        "payment", "Price and payment", "费用及支付",
        "The price is the one of this agreement. It is held in escrow and paid out when the recipient accepts, or when the time for "
        "acceptance ends.",
        "费用以本合同所载价格为准，先行托管，接收方验收或验收期满后支付。",
    ),
    _clause(
        "acceptance", "Acceptance", "验收",
        "The recipient may refuse data that are not as described within the time for acceptance.",
        "接收方可在验收期内对与描述不符的数据提出异议。",
    ),
    _clause(
        "security", "Security", "安全保护",
        "Each party protects the data with measures that fit their kind, lets only those have them who need them, and tells the other "
        "at once of an incident that concerns them.",
        "双方采取与数据级别相适应的安全措施，限定知悉范围，发生安全事件立即通知对方。",
    ),
    _clause(
        "persons", "Persons", "个人信息保护",
        "Where data are about persons, the recipient keeps to the purposes and kinds they agreed to, does not try to find out who is "
        "behind de-identified data, and stops using what they withdraw.",
        "涉及个人信息的，接收方不得超出个人同意的目的与种类，不得重新识别去标识化数据，个人撤回同意后立即停止使用。",
    ),
    _clause(
        "records", "Records", "记录保存",
        "Both parties keep the records of this agreement and of its deliveries for at least three years.",
        "双方保存本合同及交付记录不少于三年。",
    ),
    _clause(
        "end", "End of the agreement", "合同终止",
        "When the agreement ends the recipient deletes the data within thirty days, unless the terms allow to keep them.",
        "合同终止后三十日内，接收方删除数据，条款另有约定的除外。",
    ),
    _clause(
        "liability", "Liability", "违约责任",
        "A party that breaks this agreement ends the breach, undoes what follows from it as far as it can, and answers for the harm by "
        "the law that applies.",
        "违约方应立即停止违约行为，尽可能消除影响，并依适用法律承担责任。",
    ),
    _clause(
        "disputes", "Disputes", "争议解决",
        "The parties try to settle disputes on the exchange first; receipts and log entries are evidence.",
        "争议先在平台协商处理，回执与日志可作为证据。",
    ),
)  # fmt: skip

_OWN: dict[ContractForm, tuple[Clause, ...]] = {
    ContractForm.PROVISION: (),
    ContractForm.ENTRUSTED: (
        _clause(
            "rights", "Rights in the data", "数据权利安排",
            "The entrusting party keeps its rights in the data and gets those in what is made of them. The processor processes them on "
            "its instructions alone, hands the work on to nobody without its consent, and keeps nothing for itself.",
            "委托方保留其数据权利，并享有处理结果的权利。受托方仅按委托方指示处理，未经同意不得转委托，不得自行留存。",
        ),
        _clause(
            "supervision", "Instructions and supervision", "指示与监督",
            "The entrusting party says what is processed, how and for how long, and may look at how it is done at any time.",
            "委托方明确处理的内容、方式和期限，并可随时监督处理活动。",
        ),
        _clause(
            "end", "Return and deletion", "返还与删除",
            "When the work is done, or the agreement is void, withdrawn or ended, the processor returns the data or deletes them and "
            "shows that it did.",
            "处理完成或合同不生效、无效、被撤销、终止的，受托方返还或删除数据并提供证明。",
        ),
    ),
    ContractForm.JOINT: (
        _clause(
            "rights", "Rights in data and results", "数据与成果权利安排",
            "Each party keeps its rights in what it brings in. What is made together may be operated by the parties in the shares that "
            "the terms name; without such shares, by all of them together.",
            "各方对其投入的数据保留权利；共同开发的成果按条款约定的份额经营，未约定的由各方共同经营。",
        ),
        _clause(
            "joint_duties", "Towards persons", "对个人的责任",
            "Parties that decide together on purpose and method answer together to the persons concerned. A person may turn to any of "
            "them; among themselves, the one that the person turned to answers the request and tells the others.",
            "共同决定处理目的和方式的各方，对个人承担连带责任。个人可向任何一方行使权利，由收到请求的一方答复并告知其他各方。",
        ),
    ),
    ContractForm.INTERMEDIARY: (
        _clause(
            "rights", "Rights in the data", "数据权利安排",
            "The intermediary brings the parties together and gets no right in the data. It does not look into them beyond what its "
            "checks need, and does not use them for itself.",
            "中介方仅提供撮合服务，不取得数据权利，除必要审核外不接触数据内容，不为自身使用数据。",
        ),
        _clause(
            "intermediary_duties", "Duties of the intermediary", "中介方义务",
            "The intermediary has the provider explain the source, checks who both parties are, and keeps the records of check and trade.",
            "中介方要求提供方说明数据来源，审核交易双方身份，并留存审核与交易记录（数据安全法第三十三条）。",
        ),
    ),
}  # fmt: skip
