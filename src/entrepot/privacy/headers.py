"""What a heading promises, in English, Chinese and pinyin."""

from __future__ import annotations

import re
from collections.abc import Callable

from entrepot.engine.model import ColumnProfile

_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A phrase is words that follow each other; the longer phrase wins, so that "ip address" is no postal address.
_PHRASES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e mail", "mail address", "email address", "youxiang"),
    "phone": ("phone", "telephone", "mobile", "cellphone", "cell phone", "msisdn", "phone number", "mobile number", "shouji", "dianhua"),
    "name": (
        "first name", "last name", "full name", "given name", "family name", "middle name", "surname", "firstname", "lastname", "fullname",
        "forename", "maiden name", "patient name", "customer name", "employee name", "person name", "contact name", "student name", "xingming",
    ),
    "address": ("street address", "home address", "postal address", "mailing address", "address line", "address", "street", "dizhi", "zhuzhi"),
    "official_id": (
        "ssn", "social security number", "national id", "national insurance number", "tax id", "personal number", "identity number", "id card",
        "driver license", "driving licence", "drivers license", "voter id", "aadhaar", "shenfenzheng",
    ),
    "passport": ("passport", "passport number", "passport no", "huzhao"),
    "iban": ("iban", "bank account", "account number"),
    "payment_card": ("card number", "credit card", "creditcard", "debit card", "card no", "cc number"),
    "ip_address": ("ip", "ip address", "ipaddress", "ip addr", "client ip", "remote addr"),
    "mac_address": ("mac address", "mac addr"),
    "device_id": ("imei", "imsi", "device id", "idfa", "android id"),
    "plate": ("license plate", "licence plate", "number plate", "plate number", "chepai"),
    "account": ("username", "user name", "login", "screen name"),
    "secret": ("password", "passwd", "pwd", "secret", "api key"),
    "birth_date": ("birth date", "date of birth", "dob", "birthdate", "birthday", "birth year", "year of birth", "chusheng"),
    "age": ("age", "age group", "nianling"),
    "gender": ("gender", "sex", "xingbie"),
    "nationality": ("nationality", "citizenship", "guoji"),
    "marital_status": ("marital status", "marital", "married"),
    "education": ("education", "education level", "degree", "xueli"),
    "occupation": ("occupation", "job title", "profession", "zhiye"),
    "postal_code": ("zip", "zip code", "zipcode", "postcode", "postal code", "youbian"),
    "place": ("region", "city", "town", "county", "province"),
    "coordinates": ("lat", "latitude", "lon", "lng", "longitude"),
    "income": ("income", "salary", "wage", "wages", "earnings"),
    "health": (
        "diagnosis", "icd", "icd10", "disease", "medication", "hiv", "disability", "blood type", "blood group", "pregnant", "pregnancy",
        "allergy", "allergies", "medical history", "symptoms",
    ),
    "ethnicity": ("ethnicity", "race", "ethnic group", "ethnic origin", "minzu"),
    "religion": ("religion", "religious affiliation", "faith"),
    "politics": ("political affiliation", "political party", "party affiliation", "political opinion"),
    "sexuality": ("sexual orientation", "sexuality", "sexual preference"),
    "union": ("trade union", "union membership", "union member"),
    "biometric": ("fingerprint", "face embedding", "iris scan", "voiceprint", "biometric"),
    "genetic": ("genotype", "dna", "genome"),
    "criminal": ("criminal record", "conviction", "convictions", "arrest record"),
}  # fmt: skip
_CHINESE_WORDS: tuple[tuple[str, str], ...] = (
    ("电子邮", "email"), ("邮箱", "email"), ("手机", "phone"), ("电话", "phone"), ("联系方式", "phone"), ("姓名", "name"), ("联系人", "name"),
    ("身份证", "cn_resident_id"), ("证件号", "official_id"), ("护照", "passport"), ("银行卡", "payment_card"), ("银行账", "iban"),
    ("家庭住址", "address"), ("住址", "address"), ("详细地址", "address"), ("通讯地址", "address"), ("车牌", "plate"), ("密码", "secret"),
    ("用户名", "account"), ("统一社会信用代码", "cn_organisation_id"), ("出生", "birth_date"), ("生日", "birth_date"), ("年龄", "age"), ("性别", "gender"),
    ("国籍", "nationality"), ("婚姻", "marital_status"), ("学历", "education"), ("职业", "occupation"), ("邮编", "postal_code"), ("邮政编码", "postal_code"),
    ("经度", "coordinates"), ("纬度", "coordinates"), ("民族", "ethnicity"), ("宗教", "religion"), ("政治面貌", "politics"), ("诊断", "health"),
    ("病历", "health"), ("疾病", "health"), ("血型", "health"), ("残疾", "health"), ("指纹", "biometric"), ("人脸", "biometric"), ("基因", "genetic"),
    ("犯罪", "criminal"), ("前科", "criminal"), ("收入", "income"), ("工资", "income"),
)  # fmt: skip
# A last word that makes it a property of something else: "email_sent", "age_limit", "phone_model".
_OTHER_THING = frozenset(
    [
        "count",
        "total",
        "flag",
        "sent",
        "opened",
        "clicked",
        "type",
        "format",
        "status",
        "model",
        "brand",
        "limit",
        "rate",
        "avg",
        "average",
        "verified",
        "length",
        "valid",
        "error",
        "errors",
        "template",
    ]
)
_BY_TOKENS = {tuple(phrase.split()): category for category, phrases in _PHRASES.items() for phrase in phrases}


def tokens(header: str) -> list[str]:
    """The words of a heading, in lower case, however they are joined."""
    return [token.lower() for token in _TOKEN.findall(header)]


def promised(header: str) -> str:
    """The category a heading promises, or empty."""
    if _CHINESE.search(header):
        return max(((len(word), category) for word, category in _CHINESE_WORDS if word in header), default=(0, ""))[1]
    words = tokens(header)
    if words and words[-1] in _OTHER_THING:
        return ""
    found = [
        (len(phrase), category)
        for phrase, category in _BY_TOKENS.items()
        if any(tuple(words[i : i + len(phrase)]) == phrase for i in range(len(words)))
    ]
    return max(found, default=(0, ""))[1]


def is_plausible(category: str, column: ColumnProfile) -> bool:
    """Whether the figures of a column allow what its heading promises."""
    kind = column.type.partition("(")[0].partition(" ")[0]
    number = kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
    rule = _PLAUSIBLE.get(category)
    if column.distinct == 0 or kind == "BOOLEAN":
        return category in ("health", "union", "criminal") and column.distinct > 0
    return rule(column, number) if rule else True


def _between(column: ColumnProfile, low: float, high: float) -> bool:
    try:
        return low <= float(column.minimum or "nan") and float(column.maximum or "nan") <= high
    except ValueError:
        return False


def _text_only(column: ColumnProfile, number: bool) -> bool:
    return column.type == "VARCHAR"


def _few(column: ColumnProfile, number: bool) -> bool:
    return column.distinct <= 200 and column.type in ("VARCHAR", "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "DOUBLE")


_PLAUSIBLE: dict[str, Callable[[ColumnProfile, bool], bool]] = {
    "email": _text_only,
    "name": _text_only,
    "address": _text_only,
    "account": _text_only,
    "secret": _text_only,
    "ip_address": _text_only,
    "mac_address": _text_only,
    "plate": _text_only,
    "iban": lambda c, number: not number or _between(c, 10**6, 10**20),
    "phone": lambda c, number: not number or _between(c, 10**6, 10**15),
    "official_id": lambda c, number: not number or _between(c, 10**5, 10**20),
    "payment_card": lambda c, number: not number or _between(c, 10**12, 10**19),
    "age": lambda c, number: not number or _between(c, 0, 130),
    "gender": lambda c, number: c.distinct <= 20,
    "coordinates": lambda c, number: number and _between(c, -180, 180),
    "place": _text_only,
    "education": _few,
    "marital_status": _few,
    "ethnicity": _few,
    "religion": _few,
    "income": lambda c, number: number or c.distinct <= 100,
}
