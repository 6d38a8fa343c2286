"""Codes of the EU Publications Office, IANA and others for what a manifest says in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping

AUTHORITY = "http://publications.europa.eu/resource/authority/"
_LANGUAGES = {
    "ar": "ARA", "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA", "et": "EST", "fi": "FIN",
    "fr": "FRA", "ga": "GLE", "hi": "HIN", "hr": "HRV", "hu": "HUN", "it": "ITA", "ja": "JPN", "ko": "KOR", "lt": "LIT", "lv": "LAV",
    "mt": "MLT", "nl": "NLD", "no": "NOR", "pl": "POL", "pt": "POR", "ro": "RON", "ru": "RUS", "sk": "SLK", "sl": "SLV", "sv": "SWE",
    "th": "THA", "tr": "TUR", "uk": "UKR", "vi": "VIE", "zh": "ZHO",
}  # fmt: skip
_FREQUENCIES = {
    "continuous": "UPDATE_CONT", "hourly": "HOURLY", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY",
    "quarterly": "QUARTERLY", "yearly": "ANNUAL", "irregular": "IRREG", "never": "NEVER",
}  # fmt: skip
DAYS: Mapping[str, int] = {"continuous": 1, "hourly": 1, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
"""At most so many days lie between two updates of this frequency."""
THEMES: Mapping[str, str] = {
    "AGRI": "Agriculture, fisheries, forestry and food", "ECON": "Economy and finance", "EDUC": "Education, culture and sport",
    "ENER": "Energy", "ENVI": "Environment", "GOVE": "Government and public sector", "HEAL": "Health", "INTR": "International issues",
    "JUST": "Justice, legal system and public safety", "REGI": "Regions and cities", "SOCI": "Population and society",
    "TECH": "Science and technology", "TRAN": "Transport",
}  # fmt: skip
_FILE_TYPES = {
    "text/csv": "CSV", "application/vnd.apache.parquet": "PARQUET", "application/x-ndjson": "JSON", "application/json": "JSON",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX", "application/vnd.ms-excel": "XLS",
}  # fmt: skip
_LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/", "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "ODBL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/", "PDDL-1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
    "ODC-BY-1.0": "https://opendatacommons.org/licenses/by/1-0/", "APACHE-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "MIT": "https://opensource.org/license/mit",
}  # fmt: skip


def language(tag: str) -> str:
    """The IRI of a language; empty for one the table lacks."""
    code = _LANGUAGES.get(tag.split("-")[0].lower())
    return f"{AUTHORITY}language/{code}" if code else ""


def frequency(word: str) -> str:
    """The IRI of a frequency; empty for a word the table lacks."""
    code = _FREQUENCIES.get(word)
    return f"{AUTHORITY}frequency/{code}" if code else ""


def file_type(media_type: str) -> str:
    """The IRI of a file type; empty for one the table lacks."""
    code = _FILE_TYPES.get(media_type)
    return f"{AUTHORITY}file-type/{code}" if code else ""


def licence(text: str) -> str:
    """The IRI of a licence given as an address or a well-known name (SPDX); empty for anything else."""
    known = _LICENCES.get(text.strip().upper().replace(" ", "-"))
    return known or (text.strip() if text.strip().startswith(("https://", "http://")) else "")


def country(code: str) -> str:
    """The IRI of a country given by its ISO 3166-1 alpha-2 code; empty for one the table lacks."""
    longer = _ALPHA_3.get(code.upper())
    return f"{AUTHORITY}country/{longer}" if longer else ""


# ISO 3166-1: two letters, then the three that the Publications Office uses.
_ALPHA_3 = dict(
    re.findall(
        "([A-Z]{2})([A-Z]{3})",
        """
    ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL
    BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD
    CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA
    DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF
    GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN
    IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA
    KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE
    MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM
    NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM
    PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN
    SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL
    TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR
    VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE
    """,
    )
)
