"""Both stores find the same listings, and the ones a plain reading of the tokens finds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from entrepot.catalogue import Filters
from entrepot.catalogue.finding import index, tokens
from entrepot.catalogue.finding.base import Document
from entrepot.catalogue.finding.documents import position
from entrepot.catalogue.finding.facets import facet
from entrepot.catalogue.finding.query import Phrase, Query, parse
from entrepot.catalogue.tables import listings
from entrepot.kit import new_id
from entrepot.parties.tables import organisations
from entrepot.store import Database, migrate
from entrepot.terms.model import Terms

ENGLISH = [
    "flight",
    "flights",
    "delayed",
    "delay",
    "New",
    "York",
    "harbour",
    "shipping",
    "ships",
    "weather",
    "annual",
    "reports",
    "report",
    "cafés",
    "Zürich",
    "GPT-4",
    "3.14",
    "o'clock",
]
CHINESE = [
    "上海港口",
    "上海",
    "港口",
    "货物",
    "航班延误",
    "天气",
    "数据",
    "数据集",
    "年度报告",
    "企业",
    "海运",
    "交通2024",
    "の",
    "データセット",
    "서울",
    "날씨",
]
PURPOSES = ["AcademicResearch", "ResearchAndDevelopment", "CommercialResearch", "Advertising", "Purpose", "CommercialPurpose"]
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
EDGE = "repeat " * 8_500 + "before the brink " + "上海" * 3_700 + " finally"


@dataclass(repr=False)
class Twins:
    """The same documents in both stores, and the terms of each."""

    both: tuple[Connection, Connection]
    documents: list[Document]
    terms: dict[str, Terms]


def _text(chance: random.Random, most: int) -> str:
    return "".join(
        chance.choice([*ENGLISH, *CHINESE]) + chance.choice(["", " ", " ", ", ", "。", "-"]) for _ in range(chance.randint(0, most))
    )


def _corpus(count: int) -> tuple[list[Document], dict[str, Terms]]:
    chance, documents, terms = random.Random(7), list[Document](), dict[str, Terms]()
    for number in range(count):
        listing_id = new_id("lst")
        permitted = Terms(permitted_purposes=tuple(chance.sample(PURPOSES, 2)))
        if chance.random() < 0.3:
            permitted = Terms(permitted_purposes=("Purpose",), prohibited_purposes=(chance.choice(PURPOSES[:4]),))
        terms[listing_id] = permitted
        texts = [[_text(chance, 4), _text(chance, 4)], [_text(chance, 8)], [_text(chance, 5)], [_text(chance, 60)]]
        facets = [facet("plan", chance.choice(["free", "flat"])), facet("personal", str(chance.random() < 0.5))]
        facets += [facet("permitted", p) for p in permitted.permitted_purposes]
        facets += [facet("prohibited", p) for p in permitted.prohibited_purposes]
        facets += sorted(set[str]().union(*(tokens.forms(text) for field in texts[:3] for text in field)))
        place = position(listing_id, chance.randint(0, 100), BEGAN + timedelta(hours=number))
        documents.append(Document(listing_id=listing_id, position=place, card={}, fields=tokens.fields(texts), facets=facets))
    at_the_limits = tokens.fields([["edge"], [], [], [EDGE, "late " * 200]])
    assert sum(map(len, at_the_limits)) == tokens.MAX_TOKENS
    documents.append(Document(listing_id=new_id("lst"), position=1, card={}, fields=at_the_limits, facets=[]))
    terms[documents[-1].listing_id] = Terms(permitted_purposes=("Purpose",))
    return documents, terms


def _fill(db: Connection, documents: Sequence[Document]) -> None:
    owner = {"id": "org_a", "slug": "a", "name": "A", "country": "DE", "roles": [], "is_exchange": False, "created_at": BEGAN}
    db.execute(sa.insert(organisations).values(owner))
    row = {"organisation_id": "org_a", "state": "live", "visibility": "public", "version_number": 1, "reason": ""}
    db.execute(sa.insert(listings), [row | {"id": d.listing_id, "created_at": BEGAN, "changed_at": BEGAN} for d in documents])
    assert index.load(db, documents) == len(documents)


@pytest.fixture(scope="module")
def stores(_postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    admin = sa.create_engine(_postgres_server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE search_twins")
    admin.dispose()
    base = _postgres_server.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
    small: Path = tmp_path_factory.mktemp("twins") / "entrepot.db"
    databases = [Database(f"sqlite:///{small}"), Database(f"{base}/search_twins")]
    documents, terms = _corpus(600)
    for database in databases:
        migrate.upgrade(database)
        with database.transaction() as db:
            _fill(db, documents)
    with databases[0].snapshot() as one, databases[1].snapshot() as other:
        yield Twins((one, other), documents, terms)
    for database in databases:
        database.close()


def _matches(document: Document, query: Query) -> bool:
    facets = set(document.facets)
    lines = [f" {' '.join(field)} " for field in document.fields] + [f" {token} " for token in document.facets]
    words = all(any(_stands(lines, phrase) for phrase in clause) for clause in query.words)
    wanted = all(any(phrase.tokens[0] in facets for phrase in clause) for clause in query.facets)
    return words and wanted and facets.isdisjoint(query.without)


def _stands(lines: list[str], phrase: Phrase) -> bool:
    wanted = f" {' '.join(phrase.tokens)}" + ("" if phrase.prefix else " ")
    return any(wanted in line for line in lines)


def _found(db: Connection, query: Query) -> set[int]:
    return set(index.of(db).in_order(db, query, after=None, limit=10_000))


words = st.sampled_from([*ENGLISH, *CHINESE, "the", "of", "fl", "sh", "上", "港", "报告", "数", "repor", "missing", "缺"])
quoted = st.lists(words, max_size=3).map(lambda found: '"' + " ".join(found) + '"')
operators = st.sampled_from(
    [
        '"',
        "*",
        "AND",
        "OR",
        "NOT",
        "NEAR(a b)",
        "title:x",
        "^a",
        "-",
        "+",
        "(",
        ")",
        "{a}:",
        "'",
        "\\",
        "''",
        "&",
        "|",
        "!",
        "<->",
        ":*",
        "\0",
        "%",
        ";",
    ]
)
queries = st.lists(st.one_of(words, quoted, operators, st.text(max_size=8)), max_size=6).map(" ".join)
filters = st.builds(
    Filters,
    plan=st.sampled_from([None, None, "free", "flat", "no such"]),
    personal=st.sampled_from([None, None, True, False]),
    purpose=st.sampled_from([None, None, *PURPOSES]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=queries, chosen=filters)
@example(text='"上海港"', chosen=Filters())
@example(text="港", chosen=Filters())
@example(text='"annual reports" shi', chosen=Filters(plan="free"))
@example(text="the", chosen=Filters())
def test_both_stores_find_what_a_plain_reading_finds(stores: Twins, text: str, chosen: Filters) -> None:
    query = parse(text, chosen)
    expected = {document.position for document in stores.documents if _matches(document, query)}
    for db in stores.both if not query.is_empty else ():
        assert _found(db, query) == expected
        assert index.of(db).count(db, query) == min(len(expected), 1_001)
        ranked = index.of(db).ranked(db, query) if query.words else []
        assert not ranked or set(ranked) <= expected
        assert not ranked or len(ranked) == min(len(expected), 1_000)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_is_found_exactly_where_the_terms_allow_it(stores: Twins, purpose: str) -> None:
    query = parse("", Filters(purpose=purpose))
    documents = [d for d in stores.documents if d.facets]
    expected = {d.position for d in documents if f"dpv:{purpose}" in stores.terms[d.listing_id].allowed_purposes()}
    assert expected
    for db in stores.both:
        assert _found(db, query) == expected


def test_pages_of_a_broad_search_follow_the_static_order_on_both_stores(stores: Twins) -> None:
    query = parse("数据", Filters())
    expected = sorted(document.position for document in stores.documents if _matches(document, query))[:150]
    for db in stores.both:
        seen = list[int]()
        while len(seen) < 150:
            seen += index.of(db).in_order(db, query, after=seen[-1] if seen else None, limit=50)
        assert seen == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"before the brink"', True),
        ('"brink 上海上"', True),
        ("finally ", True),
        ('"finally late"', False),
        ("edge", True),
        ('"late edge"', False),
    ],
)
def test_a_text_at_the_limits_of_the_stores_is_found_to_its_end(stores: Twins, text: str, found: bool) -> None:
    for db in stores.both:
        assert (1 in _found(db, parse(text, Filters()))) is found


def test_newer_and_better_described_listings_come_first() -> None:
    old, new = position("lst_a", 50, BEGAN), position("lst_a", 50, BEGAN + timedelta(days=1))
    good, better = position("lst_b", 20, BEGAN), position("lst_b", 90, BEGAN)
    assert 0 < new < old < 2**63
    assert 0 < better < good < 2**63
    assert position("lst_b", 90, BEGAN - timedelta(days=30)) < position("lst_a", 20, BEGAN), "quality outweighs a month"
