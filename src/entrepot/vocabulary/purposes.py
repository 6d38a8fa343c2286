"""The purposes that terms speak of: a table of W3C Data Privacy Vocabulary terms (DPV 2.3) with their hierarchy and two languages.

A narrower purpose counts as its broader ones: whoever permits research permits academic research. Terms are spelled
``dpv:AcademicResearch``; ``AcademicResearch`` and the full address are read as the same.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache

from entrepot.kit import Invalid

DPV = "https://w3id.org/dpv#"
ANY = "dpv:Purpose"
"""The root of the hierarchy: to permit it is to permit every purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose: its name, its broader purposes, and how a sentence speaks of it."""

    name: str
    broader: tuple[str, ...]
    en: str
    zh: str

    @property
    def iri(self) -> str:
        """The address the vocabulary gives it."""
        return DPV + self.name.removeprefix("dpv:")


# name | broader | English | Chinese
_TABLE = """
Purpose||any purpose|任何目的
ResearchAndDevelopment|Purpose|research and development|研究与开发
AcademicResearch|ResearchAndDevelopment|academic research|学术研究
ScientificResearch|ResearchAndDevelopment|scientific research|科学研究
CommercialResearch|CommercialPurpose ResearchAndDevelopment|commercial research|商业研究
NonCommercialResearch|NonCommercialPurpose ResearchAndDevelopment|non-commercial research|非商业研究
CommercialPurpose|Purpose|commercial purposes|商业目的
NonCommercialPurpose|Purpose|non-commercial purposes|非商业目的
PublicBenefit|Purpose|the public benefit|公共利益
CombatClimateChange|PublicBenefit|combating climate change|应对气候变化
Counterterrorism|PublicBenefit|counter-terrorism|反恐
DataAltruism|PublicBenefit|data altruism|数据利他
ImproveHealthcare|PublicBenefit|improving healthcare|改善医疗健康
ImprovePublicServices|PublicBenefit|improving public services|改善公共服务
ImproveTransportMobility|PublicBenefit|improving transport and mobility|改善交通出行
ProtectionOfNationalSecurity|PublicBenefit|protecting national security|维护国家安全
ProtectionOfPublicSecurity|PublicBenefit|protecting public security|维护公共安全
ProvideOfficialStatistics|PublicBenefit|official statistics|官方统计
PublicPolicyMaking|PublicBenefit|public policy making|公共政策制定
Marketing|Purpose|marketing|市场营销
Advertising|Marketing|advertising|广告投放
DirectMarketing|Marketing|direct marketing|直接营销
PublicRelations|Marketing|public relations|公共关系
SocialMediaMarketing|Marketing|social media marketing|社交媒体营销
Personalisation|Purpose|personalisation|个性化
PersonalisedAdvertising|Advertising Personalisation|personalised advertising|个性化广告
TargetedAdvertising|PersonalisedAdvertising|targeted advertising|定向广告
PoliticalCampaign|Advertising Personalisation|political campaigns|政治竞选
ServiceManagement|Purpose|managing services|服务管理
ServiceProvision|ServiceManagement|providing services|提供服务
ServiceMonitoring|ServiceManagement|monitoring services|服务监测
ServiceUsageAnalytics|ServiceMonitoring|analysing how services are used|服务使用分析
ServiceOptimisation|ServiceManagement|improving services|服务优化
OptimisationForConsumer|ServiceOptimisation|improving services for consumers|面向消费者的优化
OptimisationForController|ServiceOptimisation|improving own operations|面向自身运营的优化
ImproveExistingProductsAndServices|OptimisationForController|improving existing products and services|改进现有产品和服务
InternalResourceOptimisation|OptimisationForController|optimising internal resources|内部资源优化
ServicePersonalisation|Personalisation ServiceManagement|personalising services|服务个性化
SellProducts|ServiceProvision|selling products|销售产品
SellDataToThirdParties|SellProducts|selling data to third parties|向第三方出售数据
SellInsightsFromData|SellProducts|selling insights from data|出售数据洞察
EnforceSecurity|Purpose|enforcing security|安全保障
MisusePreventionAndDetection|EnforceSecurity|preventing and detecting misuse|防范和发现滥用
FraudPreventionAndDetection|MisusePreventionAndDetection|preventing and detecting fraud|防范和发现欺诈
CounterMoneyLaundering|FraudPreventionAndDetection|countering money laundering|反洗钱
Verification|EnforceSecurity|verification|核验
IdentityVerification|Verification|verifying identities|身份核验
AgeVerification|Verification|verifying ages|年龄核验
CustomerManagement|Purpose|managing customers|客户管理
CustomerSolvencyMonitoring|CustomerManagement|monitoring the solvency of customers|客户偿付能力监测
HumanResourceManagement|Purpose|human resource management|人力资源管理
PersonnelManagement|HumanResourceManagement|managing personnel|人员管理
PersonnelHiring|PersonnelManagement|hiring|招聘
PersonnelMonitoring|PersonnelManagement|monitoring personnel|人员监控
OrganisationGovernance|Purpose|governing an organisation|组织治理
OrganisationRiskManagement|OrganisationGovernance|managing the risks of an organisation|组织风险管理
FulfilmentOfObligation|Purpose|fulfilling obligations|履行义务
LegalCompliance|FulfilmentOfObligation|legal compliance|法律合规
"""


def _read(table: str) -> dict[str, Purpose]:
    rows = [line.split("|") for line in table.strip().splitlines()]
    return {
        f"dpv:{name}": Purpose(name=f"dpv:{name}", broader=tuple(f"dpv:{b}" for b in broader.split()), en=en, zh=zh)
        for name, broader, en, zh in rows
    }


PURPOSES: dict[str, Purpose] = _read(_TABLE)
"""Every purpose by name, broader ones first where a reader would look for them."""


def normalise(text: str) -> str:
    """The one spelling of a purpose.

    Raises:
        Invalid: The table has no such purpose.
    """
    name = str(text).strip()
    for prefix in (DPV, "dpv:"):
        name = name.removeprefix(prefix)
    if f"dpv:{name}" in PURPOSES:
        return f"dpv:{name}"
    near = difflib.get_close_matches(name, [p.removeprefix("dpv:") for p in PURPOSES], n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join('dpv:' + n for n in near)}?" if near else "Use a purpose of the W3C Data Privacy Vocabulary."
    raise Invalid(f"{str(text)[:80]!r} is no purpose we know.", hint)


@cache
def broader(name: str) -> frozenset[str]:
    """The purpose and all that it counts as, up to the root."""
    return frozenset({name}).union(*(broader(parent) for parent in PURPOSES[name].broader))


@cache
def narrower(name: str) -> frozenset[str]:
    """The purpose and all that count as it."""
    return frozenset(p for p in PURPOSES if name in broader(p))
