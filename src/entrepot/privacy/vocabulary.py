"""The words that headings are read by: English, pinyin, Chinese, and the commonest of some other languages."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a text, so that a list of words reads as one."""
    return frozenset(text.split())


# A phrase is words that follow each other; the longer phrase wins, so that "ip address" is no postal address.
PHRASES: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e mail", "mail address", "email address", "emailaddress", "useremail", "contactemail", "youxiang", "dianziyoujian", "correo",
        "courriel",
    ),
    "phone": (
        "phone", "telephone", "mobile", "cellphone", "cell phone", "msisdn", "phone number", "mobile number", "phonenumber", "mobilenumber",
        "phone no", "mobile no", "contact number", "contact no", "fax", "fax number", "whatsapp", "wechat", "weixin", "tel", "tel no", "telefon",
        "telefono", "celular", "handynummer", "shouji", "shoujihao", "dianhua", "lianxidianhua", "lianxifangshi",
    ),
    "name": (
        "first name", "last name", "full name", "given name", "given names", "family name", "middle name", "middle names", "surname", "surnames",
        "firstname", "lastname", "fullname", "middlename", "familyname", "givenname", "fname", "lname", "forename", "forenames", "maiden name",
        "preferred name", "legal name", "nick name", "nickname", "person name", "middle initial", "name first", "name last", "name given",
        "name middle", "xingming", "lianxiren", "apellido", "apellidos", "vorname", "nachname",
        "prenom", "cognome",
    ),
    "address": (
        "street address", "home address", "postal address", "mailing address", "residential address", "billing address", "shipping address",
        "permanent address", "address line", "address", "address 1", "address 2", "addr", "street", "street 1", "street 2", "street name",
        "house number", "streetaddress", "dizhi", "zhuzhi", "jiatingzhuzhi", "direccion", "adresse", "anschrift", "strasse", "domicilio",
    ),
    "official_id": (
        "ssn", "social security number", "social security no", "social security", "national id", "national id number", "national identity",
        "national insurance number", "nino", "tax id", "taxpayer id", "tin", "itin", "personal number", "identity number", "identity card",
        "identification number", "id card", "driver license", "drivers license", "driver licence", "driving licence",
        "driving license", "dl number", "dl no", "voter id", "aadhaar", "aadhar", "pan number", "curp", "cpf", "dni", "nie",
        "nif", "pesel", "bsn", "nric", "personnummer", "cnp", "hkid", "codice fiscale", "shenfenzheng", "shenfenzhenghao", "zhengjianhao", "sfzh",
    ),
    "person_number": (
        "student id", "student number", "student no", "studentid", "mrn", "medical record number", "medical record no", "patient id",
        "patient number", "health plan number", "insurance policy number", "military id", "service number", "xuehao", "gonghao", "binglihao",
    ),
    "passport": ("passport", "passport number", "passport no", "passport num", "huzhao", "huzhaohao"),
    "iban": ("iban", "bank account", "bank account number", "account number", "bank acct", "routing number"),
    "payment_card": (
        "card number", "credit card", "creditcard", "credit card number", "debit card", "debit card number", "card no", "cc number", "cc num",
        "ccnum", "yinhangka", "yinhangkahao", "kahao",
    ),
    "ip_address": ("ip", "ip address", "ipaddress", "ip addr", "client ip", "remote addr", "ipv4", "ipv6", "source ip", "src ip", "dst ip"),
    "mac_address": ("mac address", "mac addr", "macaddress"),
    "device_id": ("imei", "imsi", "device id", "deviceid", "idfa", "gaid", "android id", "advertising id", "iccid", "udid"),
    "plate": ("license plate", "licence plate", "number plate", "plate number", "plate no", "vehicle tag", "vin", "chepai", "chepaihao"),
    "account": (
        "username", "user name", "login", "login name", "screen name", "screenname", "user handle", "twitter handle", "skype", "yonghuming",
        "zhanghao",
    ),
    "secret": (
        "password", "passwd", "pwd", "password hash", "passcode", "secret", "secret key", "api key", "apikey", "private key", "access token",
        "auth token", "mima",
    ),
    "birth_date": (
        "birth date", "date of birth", "dob", "birthdate", "birthday", "birth year", "year of birth", "birth month", "month of birth", "birth day",
        "day of birth", "birthyear", "dateofbirth", "yob", "born", "chusheng", "chushengriqi", "shengri", "geburtsdatum", "nacimiento", "naissance",
    ),
    "age": ("age", "age group", "age range", "age in years", "age years", "nianling", "edad", "alter"),
    "gender": ("gender", "sex", "xingbie", "sexo", "geschlecht", "sexe"),
    "nationality": ("nationality", "citizenship", "guoji", "nacionalidad"),
    "marital_status": ("marital status", "marital", "married", "marriage status", "hunyin"),
    "education": ("education", "education level", "educational attainment", "degree", "xueli"),
    "occupation": ("occupation", "job title", "profession", "zhiye"),
    "postal_code": ("zip", "zip code", "zipcode", "zip 5", "postcode", "post code", "postal code", "postalcode", "postal", "plz", "youbian"),
    "place": ("region", "city", "town", "county", "province"),
    "coordinates": ("lat", "latitude", "lon", "lng", "longitude"),
    "income": ("income", "salary", "wage", "wages", "earnings", "shouru", "gongzi"),
    "health": (
        "diagnosis", "icd", "icd10", "icd 10", "icd9", "disease", "medication", "hiv", "disability", "blood type", "blood group", "pregnant",
        "pregnancy", "allergy", "allergies", "medical history", "medical condition", "symptoms", "prescription", "zhenduan", "jibing", "xuexing",
    ),
    "ethnicity": ("ethnicity", "race", "ethnic group", "ethnic origin", "ethnic", "race ethnicity", "caste", "minzu"),
    "religion": ("religion", "religious affiliation", "faith", "zongjiao"),
    "politics": ("political affiliation", "political party", "party affiliation", "political opinion", "political views", "zhengzhimianmao"),
    "sexuality": ("sexual orientation", "sexuality", "sexual preference"),
    "union": ("trade union", "union membership", "union member"),
    "biometric": (
        "fingerprint", "fingerprints", "face embedding", "face encoding", "face image", "face photo", "iris scan", "voiceprint", "voice print",
        "biometric", "zhiwen", "renlian",
    ),
    "genetic": ("genotype", "dna", "dna sequence", "genome"),
    "criminal": ("criminal record", "conviction", "convictions", "arrest record", "criminal history", "fanzui"),
}  # fmt: skip
"""Phrases by category; those that are as often about something else are in ``WEAK``."""

PERSONS: frozenset[str] = words_of(
    "applicant artist attendee attorney author beneficiary borrower buyer candidate caregiver child client coach cofounder contact coowner"
    " customer dad defendant dentist director doctor donor driver employee father founder guardian guest holder husband inspector instructor"
    " insured investigator investor judge lawyer lender manager member mom mother nurse officer owner parent participant passenger patient"
    " payee payer person physician player plaintiff principal professor recipient referee rep resident respondent reviewer rider seller"
    " sender sibling son speaker spouse staff student supervisor surgeon teacher tenant trainer trustee tutor user victim voter wife winner"
    " witness worker writer"
)
"""What persons are called in tables: before the word name they promise one, and alone they allow one."""

ORGANISATIONS: frozenset[str] = words_of(
    "airline airport bank branch brand cafe campus carrier clinic college company corporation dealership distributor enterprise facility firm"
    " hospital hotel institution library manufacturer merchant museum organisation organization outlet publisher restaurant retailer school"
    " shop station store supplier university vendor venue warehouse wholesaler winery qiye gongsi jigou"
)
"""What organisations and venues are called in tables."""

OF_ORGANISATIONS: frozenset[str] = words_of("bic swift vat cuisine cuisines iata icao ein duns lei amenities checkin opening")
"""What only organisations and venues have."""

HOME: frozenset[str] = words_of("home residential mailing permanent jiatingzhuzhi billing shipping domicilio emergency contact")
"""Words that make an address somebody's, whatever stands beside it."""

WEAK: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "names",
        "nombre",
        "nom",
        "display name",
        "displayname",
        "contact",
        "assigned to",
        "created by",
        "reported by",
        "requested by",
        "signed by",
        "next of kin",
        "emergency contact",
    ),
    "account": ("user", "login id", "handle", "nick"),
}
"""Headings that allow a category and promise none: the values or the columns beside them decide."""

OTHER_THING: frozenset[str] = words_of(
    "count total flag sent opened clicked type format status model brand limit rate avg average verified length valid error errors template"
    " confirmed complete completed percent percentage pct ratio sum mean median min max score rank index version enabled disabled required"
    " optional changed updated created expired expiry expiration policy method provider domain carrier os url link image icon color colour"
    " width height size weight test class label days months hours minutes seconds"
)
"""A last word that makes it a property of something else: ``email_sent``, ``age_limit``, ``phone_model``."""

NOT_OF_PERSONS: frozenset[str] = words_of(
    "file table column field event host domain class team step stage product item project repo branch package game song album movie film"
    " book city country state county region street school department company business organization organisation brand vendor hotel"
)
"""A word before ``name`` that makes it the name of something else, though a word such as ``last`` stands there too."""

NOT_BESIDE: dict[str, frozenset[str]] = {
    "ethnicity": frozenset(["id", "date", "time", "number", "no", "name", "distance", "results", "result", "day", "track", "car", "horse"]),
    "age": frozenset(["of", "building", "house", "car", "vehicle", "property", "account", "firm", "company", "tree", "stone", "bronze"]),
    "education": frozenset(["temperature", "celsius"]),
    "address": frozenset(["web", "url", "memory", "mac", "ip", "contract", "wallet", "token", "block", "hex", "register", "email"]),
    "secret": frozenset(["reset", "hint"]),
    "health": frozenset(["date", "code system"]),
    "person_number": frozenset(["date"]),
    "birth_date": frozenset(["given", "place", "country", "city", "state"]),
}
"""Words anywhere in a heading that take a category back."""

CHINESE: tuple[tuple[str, str], ...] = (
    ("电子邮", "email"), ("邮箱", "email"), ("邮件地址", "email"), ("手机", "phone"), ("电话", "phone"), ("联系方式", "phone"), ("微信", "phone"),
    ("传真", "phone"), ("姓名", "name"), ("联系人", "name"), ("收件人", "name"), ("法定代表人", "name"), ("身份证", "cn_resident_id"),
    ("公民身份号码", "cn_resident_id"), ("证件号", "official_id"), ("社保号", "official_id"), ("驾驶证", "official_id"), ("军官证", "official_id"),
    ("护照", "passport"), ("银行卡", "payment_card"), ("卡号", "payment_card"), ("银行账", "iban"), ("银行帐", "iban"), ("家庭住址", "address"),
    ("住址", "address"), ("详细地址", "address"), ("通讯地址", "address"), ("收货地址", "address"), ("户籍地址", "address"), ("地址", "address"),
    ("车牌", "plate"), ("车架号", "plate"), ("密码", "secret"), ("密钥", "secret"), ("用户名", "account"), ("登录名", "account"), ("账号", "account"),
    ("统一社会信用代码", "cn_organisation_id"), ("学号", "person_number"), ("工号", "person_number"), ("病历号", "person_number"),
    ("住院号", "person_number"), ("出生", "birth_date"), ("生日", "birth_date"), ("年龄", "age"), ("性别", "gender"), ("国籍", "nationality"),
    ("婚姻", "marital_status"), ("学历", "education"), ("职业", "occupation"), ("邮编", "postal_code"), ("邮政编码", "postal_code"),
    ("经度", "coordinates"), ("纬度", "coordinates"), ("民族", "ethnicity"), ("宗教", "religion"), ("政治面貌", "politics"), ("诊断", "health"),
    ("病历", "health"), ("疾病", "health"), ("血型", "health"), ("残疾", "health"), ("用药", "health"), ("过敏", "health"), ("指纹", "biometric"),
    ("人脸", "biometric"), ("声纹", "biometric"), ("虹膜", "biometric"), ("基因", "genetic"), ("犯罪", "criminal"), ("前科", "criminal"),
    ("收入", "income"), ("工资", "income"),
)  # fmt: skip
"""Parts of Chinese headings by category; the longest that occurs decides."""

CHINESE_ORGANISATIONS: tuple[str, ...] = ("公司", "企业", "单位名称", "机构", "商户", "门店", "学校名称", "医院名称")
"""Parts of Chinese headings that name organisations."""

CHINESE_OTHER_THING: tuple[str, ...] = (
    "型号",
    "品牌",
    "类型",
    "状态",
    "次数",
    "数量",
    "个数",
    "人数",
    "时长",
    "格式",
    "版本",
    "比例",
    "占比",
)
"""Last part of a Chinese heading that makes it a property of something else."""
