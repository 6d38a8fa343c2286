"""Chinese identifiers: resident identity number, unified social credit code, mobile number, plate, name."""

from __future__ import annotations

from stdnum.cn import ric, uscc

from entrepot.privacy.detectors.base import Detector

# The hundred most frequent surnames; they cover about 85 % of people.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


def is_chinese_name(value: str) -> bool:
    """Whether a word of two to four characters begins with a frequent surname."""
    return value.strip()[0] in _SURNAMES


DETECTORS = (
    Detector(
        name="gb11643", category="cn_resident_id", shape=r"^\s*[1-9]\d{16}[\dXx]\s*$", check=lambda v: bool(ric.is_valid(v)), share=0.5, confidence=0.99
    ),
    Detector(
        name="gb32100", category="cn_organisation_id", shape=r"^\s*[0-9A-HJ-NPQRTUWXY]{18}\s*$", check=lambda v: bool(uscc.is_valid(v)), confidence=0.97
    ),
    Detector(name="cn-mobile", category="phone", shape=r"^\s*(\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}\s*$", share=0.8, least=5, confidence=0.9),
    Detector(
        name="cn-plate", category="plate",
        shape=r"^\s*[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s-]?[A-HJ-NP-Z0-9]{5,6}\s*$", share=0.7, confidence=0.95,
    ),
    Detector(name="cn-name", category="name", shape=r"^\s*[\x{4e00}-\x{9fff}]{2,4}\s*$", check=is_chinese_name, share=0.8, least=25, confidence=0.75),
)  # fmt: skip
