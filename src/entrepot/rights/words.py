"""The three rights, the bases of a grant and the gaps of a chain as people read them, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.rights.model import Basis, Gap, GapKind, Right

Words = Mapping[str, str]
"""A text by language, ``en`` and ``zh``."""

RIGHTS: Mapping[Right, Words] = {
    Right.HOLD: {"en": "hold the data", "zh": "数据资源持有权"},
    Right.PROCESS: {"en": "process and use them", "zh": "数据加工使用权"},
    Right.OPERATE: {"en": "operate products made of them", "zh": "数据产品经营权"},
}
BASES: Mapping[Basis, Words] = {
    Basis.COLLECTED: {"en": "collected by itself", "zh": "自行采集"},
    Basis.LAW: {"en": "by law", "zh": "依法取得"},
    Basis.LICENCE: {"en": "under a licence", "zh": "许可"},
    Basis.PURCHASE: {"en": "by purchase", "zh": "购买"},
    Basis.AUTHORISATION: {"en": "by authorisation", "zh": "授权"},
    Basis.ENTRUSTED: {"en": "entrusted with processing", "zh": "委托处理"},
    Basis.CONSENT: {"en": "by consent", "zh": "个人同意"},
}
_PROBLEMS: Mapping[GapKind, Words] = {
    GapKind.MISSING: {"en": "No chain of authorisation is given.", "zh": "未提供授权链条。"},
    GapKind.NO_SOURCE: {
        "en": "The chain begins with {party}, {basis}, and not at a source that collected the data or got them by law.",
        "zh": "链条始于{party}（{basis}），未追溯至采集方或依法取得方。",
    },
    GapKind.WRONG_END: {"en": "The chain ends at {party}, not at the owner, {detail}.", "zh": "链条止于{party}，而非提供方{detail}。"},
    GapKind.SECOND_SOURCE: {
        "en": "{party} is a source itself, so that what stands before it proves nothing.",
        "zh": "{party}本身即为来源，其前各环节不能起证明作用。",
    },
    GapKind.NO_DOCUMENT: {"en": "No document shows what {party} was granted.", "zh": "缺少证明{party}获得授权的文件。"},
    GapKind.WIDENED: {
        "en": "{party} claims to {rights}, which nobody before it could grant.",
        "zh": "{party}主张{rights}，但前一环节无权授予。",
    },
    GapKind.EXPIRED: {"en": "The grant to {party} ended on {detail}.", "zh": "{party}获得的授权已于{detail}到期。"},
    GapKind.ENTRUSTED_RIGHTS: {
        "en": "{party} is entrusted with processing, and that gives no right to {rights}.",
        "zh": "{party}仅受托处理，不因此取得{rights}。",
    },
    GapKind.ENTRUSTED_ONWARD: {
        "en": "{detail} was only entrusted with processing, and could grant {party} nothing.",
        "zh": "{detail}仅受托处理，无权向{party}授权。",
    },
}
_STEPS: Mapping[GapKind, Words] = {
    GapKind.MISSING: {
        "en": "Add `provenance:` to the manifest, from the source to you, and publish a new version.",
        "zh": "在清单中补充 `provenance:`（自来源至贵方），并发布新版本。",
    },
    GapKind.NO_SOURCE: {
        "en": "Put before it who collected the data or got them by law.",
        "zh": "在其之前补充采集方或依法取得方。",
    },
    GapKind.WRONG_END: {
        "en": "End the chain with the owner, by the name it has on this exchange.",
        "zh": "以提供方在本平台的名称作为链条的最后一环。",
    },
    GapKind.SECOND_SOURCE: {
        "en": "Begin the chain there, or name on what basis the rights were granted.",
        "zh": "请从该环节开始，或写明其获得授权的依据。",
    },
    GapKind.NO_DOCUMENT: {
        "en": "Name the paper by its digest (`entrepot digest FILE`), and publish a new version.",
        "zh": "以摘要注明该文件（`entrepot digest FILE`），并发布新版本。",
    },
    GapKind.WIDENED: {
        "en": "Leave the right out, or correct the step that should have granted it.",
        "zh": "删去该权利，或更正应授予该权利的环节。",
    },
    GapKind.EXPIRED: {"en": "Have the grant renewed, and publish a new version.", "zh": "续展授权后发布新版本。"},
    GapKind.ENTRUSTED_RIGHTS: {
        "en": "Leave the right out, or name the authorisation that gives it.",
        "zh": "删去该权利，或注明授予该权利的授权。",
    },
    GapKind.ENTRUSTED_ONWARD: {
        "en": "Have the entrusting party grant the rights itself.",
        "zh": "请委托方直接授权。",
    },
}


def problem(gap: Gap, language: str = "en") -> str:
    """What is wrong, in a sentence."""
    values: dict[str, Any] = {"party": gap.party, "detail": gap.detail}
    if gap.kind is GapKind.NO_SOURCE:
        values["basis"] = BASES[Basis(gap.detail)][language]
    if gap.kind in (GapKind.WIDENED, GapKind.ENTRUSTED_RIGHTS):
        values["rights"] = rights_listed([Right(name) for name in gap.detail.split(",")], language)
    return _PROBLEMS[gap.kind][language].format(**values)


def next_step(gap: Gap, language: str = "en") -> str:
    """What mends it."""
    return _STEPS[gap.kind][language]


def rights_listed(rights: list[Right], language: str = "en") -> str:
    """Several rights in a row."""
    words = [RIGHTS[right][language] for right in rights]
    if language == "zh":
        return "、".join(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
