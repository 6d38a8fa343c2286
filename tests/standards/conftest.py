"""Datasets to describe: one that says everything, one that says the least."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entrepot.kit import Money
from entrepot.standards import (
    AgentDescription,
    CatalogueDescription,
    ColumnDescription,
    ColumnType,
    DatasetDescription,
    FileDescription,
    TableDescription,
)
from entrepot.terms import Terms, to_odrl

BASE = "https://data.example.org"
PAGE = f"{BASE}/listings/lst_01jd0000000000000000000000"
CATALOGUE = CatalogueDescription(
    url=f"{BASE}/catalogue",
    titles={"en": "Data on offer", "zh": "数据目录"},
    descriptions={"en": "What organisations offer.", "zh": "各机构提供的数据。"},
    publisher=AgentDescription(name="The Exchange", url=f"{BASE}/organisations/exchange"),
)
POLICY = to_odrl(
    Terms(
        permitted_purposes=("ResearchAndDevelopment", "PublicBenefit"), prohibited_purposes=("Advertising",), duration_days=365,
        territories=("DE", "CN"), count_limit=10, attribution=True,
    ),
    uid=f"{PAGE}/versions/3#policy", kind="Offer", target=f"{PAGE}#dataset", assigner=f"{BASE}/organisations/harbour", price=Money(4900, "EUR"),
)  # fmt: skip
COLUMNS = tuple(
    ColumnDescription(
        name=f"{kind.value} column", type=kind, physical_type=kind.value.upper(), titles={"en": kind.value}, descriptions={"en": "Says it."},
        nullable=kind is not ColumnType.INTEGER, unique=kind is ColumnType.INTEGER, unit="kg", concept="https://schema.org/weight",
        personal=kind is ColumnType.STRING, category="email" if kind is ColumnType.STRING else "",
    )
    for kind in ColumnType
)  # fmt: skip
FILES = (
    FileDescription(name="flights 2013.csv", media_type="text/csv", bytes=31_053_850, sha256="a" * 64, url=f"{PAGE}#access"),
    FileDescription(
        name="flights.parquet", media_type="application/vnd.apache.parquet", bytes=8_000_000, sha256="b" * 64, url=f"{PAGE}#access"
    ),
)


def least(**more: object) -> DatasetDescription:
    """A dataset with nothing but what a manifest has to say."""
    values = {
        "identifier": "lst_01jd0000000000000000000000", "url": f"{PAGE}#dataset", "version_url": f"{PAGE}/versions/3", "page": PAGE,
        "version": "3", "titles": {"en": "Flights"}, "descriptions": {"en": "Late departures."}, "publisher":
        AgentDescription(name="Harbour Data", url=f"{BASE}/organisations/harbour"), "catalogue": CATALOGUE,
        "issued_at": datetime(2026, 11, 20, 9, tzinfo=UTC), "modified_at": datetime(2026, 11, 21, 9, tzinfo=UTC),
    }  # fmt: skip
    return DatasetDescription(**(values | more))


def full() -> DatasetDescription:
    """A dataset of which everything is said."""
    return least(
        titles={"en": "Flights from New York", "zh": "纽约航班"},
        descriptions={"en": "Every departure of the year 2013 with its delay, as the bureau recorded it.", "zh": "2013年的全部离港航班。"},
        outcome={"en": "Shows which departures ran late."},
        tables=(TableDescription(name="flights", columns=COLUMNS, files=FILES, rows=336_776, primary_key=("integer column",)),),
        contact=AgentDescription(name="Data desk", email="data@example.org", page="https://example.org/desk"),
        keywords={"en": ("aviation", "delays"), "zh": ("航空",)},
        languages=("en", "zh"), themes=("TRAN", "SOCI"), countries=("US", "CN"), residency=("DE",), starts_on="2013-01-01",
        ends_on="2013-12-31", frequency="yearly", licence="CC0-1.0", source="Bureau of Transportation Statistics", policy=POLICY,
        price="49.00 EUR once.", amount="49.00", currency="EUR", personal=False, digest="sha256:" + "c" * 64,
    )  # fmt: skip


@pytest.fixture(params=["full", "least"])
def dataset(request: pytest.FixtureRequest) -> DatasetDescription:
    """Both of them, one after the other."""
    return full() if request.param == "full" else least()


@pytest.fixture
def rich() -> DatasetDescription:
    """The one that says everything."""
    return full()


@pytest.fixture
def bare() -> DatasetDescription:
    """The one that says the least."""
    return least()
