"""Chinese identifiers: resident identity number, unified social credit code, mobile number, plate, name."""

from __future__ import annotations

from stdnum.cn import ric, uscc

from entrepot.privacy.detectors.base import Detector
from entrepot.privacy.gazetteers import CHINESE_DOUBLE_SURNAMES, CHINESE_SURNAMES


def is_chinese_name(value: str) -> bool:
    """Whether a word of two to four characters begins with a frequent surname."""
    word = value.strip()
    return word[0] in CHINESE_SURNAMES or word.startswith(CHINESE_DOUBLE_SURNAMES)


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
        shape=r"^\s*[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s-]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]\s*$", share=0.7, confidence=0.95,
    ),
    Detector(name="cn-name", category="name", shape=r"^\s*[\x{4e00}-\x{9fff}]{2,4}\s*$", check=is_chinese_name, share=0.8, least=25, confidence=0.75),
    Detector(
        name="cn-address", category="address",
        shape=r"^.{0,20}(省|市|区|县|镇|乡|街道).{1,30}(路|街|道|巷|弄|村|里|号|室|栋|楼|单元).{0,20}$", share=0.6, least=5, confidence=0.88,
    ),
    Detector(name="cn-passport", category="passport", shape=r"^\s*(E[A-HJ-NP-Z]?\d{7,8}|[GDSP]\d{8})\s*$", share=0.8, least=5, confidence=0.9, headed=True),
)  # fmt: skip
