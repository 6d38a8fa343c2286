"""Where places lie, as their authorities say: countries (UN M49), states (US Census Bureau), provinces (GB/T 2260)."""

from __future__ import annotations

from collections.abc import Mapping

# Sources: Standard country or area codes for statistical use (M49), United Nations Statistics Division, geographic regions; codes of ISO 3166-1.
# Taiwan is not listed by M49 and stands with its neighbours.
M49: Mapping[tuple[str, str], str] = {
    ("Africa", "Northern Africa"): "DZ EG EH LY MA SD TN",
    ("Africa", "Eastern Africa"): "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    ("Africa", "Middle Africa"): "AO CD CF CG CM GA GQ ST TD",
    ("Africa", "Southern Africa"): "BW LS NA SZ ZA",
    ("Africa", "Western Africa"): "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    ("Americas", "Caribbean"): "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ("Americas", "Central America"): "BZ CR GT HN MX NI PA SV",
    ("Americas", "South America"): "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    ("Americas", "Northern America"): "BM CA GL PM US",
    ("Antarctic", "Antarctic"): "AQ",
    ("Asia", "Central Asia"): "KG KZ TJ TM UZ",
    ("Asia", "Eastern Asia"): "CN HK JP KP KR MN MO TW",
    ("Asia", "South-eastern Asia"): "BN ID KH LA MM MY PH SG TH TL VN",
    ("Asia", "Southern Asia"): "AF BD BT IN IR LK MV NP PK",
    ("Asia", "Western Asia"): "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    ("Europe", "Eastern Europe"): "BG BY CZ HU MD PL RO RU SK UA",
    ("Europe", "Northern Europe"): "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    ("Europe", "Southern Europe"): "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    ("Europe", "Western Europe"): "AT BE CH DE FR LI LU MC NL",
    ("Oceania", "Australia and New Zealand"): "AU CC CX HM NF NZ",
    ("Oceania", "Melanesia"): "FJ NC PG SB VU",
    ("Oceania", "Micronesia"): "FM GU KI MH MP NR PW UM",
    ("Oceania", "Polynesia"): "AS CK NU PF PN TK TO TV WF WS",
}
"""ISO 3166-1 codes by region and sub-region; Kosovo (XK, no code of ISO's) stands where its neighbours do."""

M49_CHINESE: Mapping[str, str] = {
    "Africa": "非洲", "Northern Africa": "北非", "Eastern Africa": "东非", "Middle Africa": "中非", "Southern Africa": "南部非洲", "Western Africa": "西非",
    "Americas": "美洲", "Caribbean": "加勒比", "Central America": "中美洲", "South America": "南美洲", "Northern America": "北美", "Antarctic": "南极",
    "Asia": "亚洲", "Central Asia": "中亚", "Eastern Asia": "东亚", "South-eastern Asia": "东南亚", "Southern Asia": "南亚", "Western Asia": "西亚",
    "Europe": "欧洲", "Eastern Europe": "东欧", "Northern Europe": "北欧", "Southern Europe": "南欧", "Western Europe": "西欧", "Oceania": "大洋洲",
    "Australia and New Zealand": "澳大利亚和新西兰", "Melanesia": "美拉尼西亚", "Micronesia": "密克罗尼西亚群岛", "Polynesia": "波利尼西亚",
}  # fmt: skip
"""The same names in Chinese."""

COUNTRY_ALIASES: Mapping[str, str] = {
    "usa": "US", "u s": "US", "u s a": "US", "korea democratic people s republic": "KP",
    "democratic people s republic of korea": "KP", "congo the democratic republic of the": "CD", "virgin islands british": "VG",
    "virgin islands u s": "VI", "united states virgin islands": "VI", "micronesia federated states of": "FM", "united states of america": "US", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "korea": "KR", "republic of korea": "KR", "korea republic of": "KR", "north korea": "KP",
    "russian federation": "RU", "viet nam": "VN", "lao people s democratic republic": "LA", "iran islamic republic of": "IR",
    "syrian arab republic": "SY", "czech republic": "CZ", "turkey": "TR", "ivory coast": "CI", "hong kong": "HK", "hong": "HK", "macau": "MO",
    "macao": "MO", "taiwan province of china": "TW", "people s republic of china": "CN", "mainland china": "CN", "holland": "NL",
    "holand netherlands": "NL", "the netherlands": "NL", "burma": "MM", "cape verde": "CV", "swaziland": "SZ", "macedonia": "MK",
    "brunei darussalam": "BN", "moldova republic of": "MD", "republic of moldova": "MD", "tanzania united republic of": "TZ",
    "united republic of tanzania": "TZ", "bolivia plurinational state of": "BO", "venezuela bolivarian republic of": "VE",
    "democratic republic of the congo": "CD", "congo": "CG", "republic of the congo": "CG", "holy see": "VA", "palestine": "PS",
    "palestine state of": "PS", "east timor": "TL", "trinidad and tobago": "TT", "trinadad tobago": "TT", "columbia": "CO", "bahamas the": "BS",
    "the bahamas": "BS", "gambia the": "GM", "the gambia": "GM", "the philippines": "PH", "uae": "AE", "yugoslavia": "RS",
    "outlying us guam usvi etc": "UM", "香港": "HK", "澳门": "MO", "台湾": "TW", "中国大陆": "CN", "中国香港": "HK", "中国澳门": "MO", "中国台湾": "TW",
    "韩国": "KR", "朝鲜": "KP", "俄罗斯联邦": "RU",
}  # fmt: skip
"""Names that tables use beside those of CLDR, as words in lower case."""

# Source: Census Regions and Divisions of the United States, US Census Bureau.
STATES: Mapping[tuple[str, str], str] = {
    ("Northeast", "New England"): "CT=Connecticut ME=Maine MA=Massachusetts NH=New_Hampshire RI=Rhode_Island VT=Vermont",
    ("Northeast", "Middle Atlantic"): "NJ=New_Jersey NY=New_York PA=Pennsylvania",
    ("Midwest", "East North Central"): "IL=Illinois IN=Indiana MI=Michigan OH=Ohio WI=Wisconsin",
    ("Midwest", "West North Central"): "IA=Iowa KS=Kansas MN=Minnesota MO=Missouri NE=Nebraska ND=North_Dakota SD=South_Dakota",
    ("South", "South Atlantic"): "DE=Delaware DC=District_of_Columbia FL=Florida GA=Georgia MD=Maryland NC=North_Carolina SC=South_Carolina"
    " VA=Virginia WV=West_Virginia",
    ("South", "East South Central"): "AL=Alabama KY=Kentucky MS=Mississippi TN=Tennessee",
    ("South", "West South Central"): "AR=Arkansas LA=Louisiana OK=Oklahoma TX=Texas",
    ("West", "Mountain"): "AZ=Arizona CO=Colorado ID=Idaho MT=Montana NV=Nevada NM=New_Mexico UT=Utah WY=Wyoming",
    ("West", "Pacific"): "AK=Alaska CA=California HI=Hawaii OR=Oregon WA=Washington",
    ("Island Areas", "Island Areas"): "AS=American_Samoa GU=Guam MP=Northern_Mariana_Islands PR=Puerto_Rico VI=Virgin_Islands",
}
"""Postal codes and names of states by region and division."""

# Source: GB/T 2260, codes for the administrative divisions of the People's Republic of China; its first digit is the greater region, and 中南 (4)
# is told apart into 华中 and 华南 as usual.
PROVINCES: Mapping[str, str] = {
    "华北": "11=北京=Beijing 12=天津=Tianjin 13=河北=Hebei 14=山西=Shanxi 15=内蒙古=Inner_Mongolia",
    "东北": "21=辽宁=Liaoning 22=吉林=Jilin 23=黑龙江=Heilongjiang",
    "华东": "31=上海=Shanghai 32=江苏=Jiangsu 33=浙江=Zhejiang 34=安徽=Anhui 35=福建=Fujian 36=江西=Jiangxi 37=山东=Shandong",
    "华中": "41=河南=Henan 42=湖北=Hubei 43=湖南=Hunan",
    "华南": "44=广东=Guangdong 45=广西=Guangxi 46=海南=Hainan",
    "西南": "50=重庆=Chongqing 51=四川=Sichuan 52=贵州=Guizhou 53=云南=Yunnan 54=西藏=Tibet",
    "西北": "61=陕西=Shaanxi 62=甘肃=Gansu 63=青海=Qinghai 64=宁夏=Ningxia 65=新疆=Xinjiang",
    "港澳台": "71=台湾=Taiwan 81=香港=Hong_Kong 82=澳门=Macao",
}
"""Codes, names and names in English of provinces by greater region."""
GREATER_REGIONS: Mapping[str, str] = {
    "华北": "North China", "东北": "Northeast China", "华东": "East China", "华中": "Central China", "华南": "South China", "西南": "Southwest China",
    "西北": "Northwest China", "港澳台": "Hong Kong, Macao and Taiwan",
}  # fmt: skip
"""The same in English."""
PROVINCE_SUFFIXES = ("省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区")
"""What follows the short name in the long one."""
PROVINCE_ALIASES: Mapping[str, str] = {"nei mongol": "15", "neimenggu": "15", "xizang": "54", "macau": "82"}
"""Other names of provinces, as words in lower case."""
