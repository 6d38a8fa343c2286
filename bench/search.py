"""How fast the search is at 100,000 listings: p50, p95 and p99 per kind of query, on SQLite and PostgreSQL.

Run it alone with ``python bench/search.py [listings]``; it makes its records in a temporary folder and, where PostgreSQL
is installed, a server of its own. Times are server side: from the call of the verb to its page of hits, in one session each.
"""

from __future__ import annotations

import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from entrepot import catalogue
from entrepot.catalogue import Filters, tables
from entrepot.catalogue.finding import index, tokens
from entrepot.catalogue.finding.base import Document
from entrepot.catalogue.finding.documents import position
from entrepot.catalogue.finding.facets import facet
from entrepot.catalogue.tables import listings
from entrepot.config import Settings
from entrepot.kit import new_id, rfc3339
from entrepot.parties.tables import organisations
from entrepot.runtime import Exchange
from entrepot.store import migrate
from support import postgres

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_STARTS = ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "gr", "cl", "br"]
_ENDS = ["a", "e", "i", "o", "u", "an", "er", "in", "or", "al", "ent", "ing", "ous", "ate", "ion"]
_COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装"


class Words:
    """English-looking and Chinese words with the skewed frequencies of real texts."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        made = ["".join(parts) for parts in itertools.product(_STARTS, _ENDS, _STARTS, _ENDS)]
        self.chance.shuffle(made)
        self.english = made[:8_000]
        self.chinese = ["".join(self.chance.sample(_COMMON, self.chance.choice([2, 2, 2, 3, 4]))) for _ in range(6_000)]
        self._weights = {
            id(words): list(itertools.accumulate(1 / (n + 8) for n in range(len(words)))) for words in (self.english, self.chinese)
        }

    def pick(self, words: list[str], count: int) -> list[str]:
        """Words by Zipf's law."""
        return self.chance.choices(words, cum_weights=self._weights[id(words)], k=count)

    def text(self, count: int, language: str) -> str:
        """A text of this many words."""
        return " ".join(self.pick(self.english, count)) if language == "en" else "，".join(self.pick(self.chinese, count))


def documents(count: int, words: Words) -> Iterator[Document]:
    """Listings of two languages, as the index takes them."""
    for number in range(count):
        language = words.chance.choice(["en", "zh"])
        title, outcome, body = (words.text(n, language) for n in (6, 14, 70))
        other = words.text(5, "zh" if language == "en" else "en")
        personal, plan, quality = (
            words.chance.random() < 0.3,
            words.chance.choice(["free", "flat", "monthly"]),
            words.chance.randint(0, 100),
        )
        listing_id, published_at = new_id("lst"), BEGAN + timedelta(minutes=number)
        card = {
            "organisation_id": "org_bench", "organisation_name": "Bench", "version_number": 1, "titles": {language: title},
            "outcomes": {language: outcome}, "texts": {language: body}, "price": {"plan": plan}, "purposes": [], "personal": personal,
            "formats": ["csv"], "rows": 1, "quality": quality, "published_at": rfc3339(published_at),
        }  # fmt: skip
        yield Document(
            listing_id=listing_id,
            position=position(listing_id, quality, published_at),
            card=card,
            fields=tokens.fields([[title, other], [outcome], ["Bench"], [body]]),
            facets=[
                facet("plan", plan),
                facet("personal", str(personal)),
                facet("owner", "org_bench"),
                *tokens.forms(f"{title} {outcome}"),
            ],
        )


def fill(exchange: Exchange, count: int) -> float:
    """Load the listings; seconds it took."""
    words, began = Words(1), time.perf_counter()
    owner = {"id": "org_bench", "slug": "b", "name": "Bench", "country": "DE", "roles": [], "is_exchange": False, "created_at": BEGAN}
    row = {"organisation_id": "org_bench", "state": "live", "visibility": "public", "version_number": 1, "reason": ""}
    with exchange.database.transaction() as db:
        db.execute(sa.insert(organisations).values(owner))
    made = documents(count, words)
    is_postgres = exchange.database.dialect == "postgresql"
    if is_postgres:  # As a restore would: the index is built once, after the rows.
        _autocommit(exchange, "DROP INDEX ix_search_documents_lexemes")
    while batch := list(itertools.islice(made, 10_000)):
        with exchange.database.transaction() as db:
            db.execute(sa.insert(listings), [row | {"id": d.listing_id, "created_at": BEGAN, "changed_at": BEGAN} for d in batch])
            index.load(db, batch)
    if is_postgres:
        _autocommit(exchange, next(statement for statement in tables.POSTGRES_SEARCH if statement.startswith("CREATE INDEX")))
        _autocommit(exchange, "VACUUM ANALYZE search_documents")
    return time.perf_counter() - began


def _autocommit(exchange: Exchange, statement: str) -> None:
    with exchange.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql(statement)


def queries(each: int) -> dict[str, list[tuple[str, Filters]]]:
    """Queries of every kind, their words as frequent as they are in the listings."""
    words, plain = Words(1), Filters()
    two = [word for word in words.chinese if len(word) == 2]
    words._weights[id(two)] = list(itertools.accumulate(1 / (n + 8) for n in range(len(two))))
    return {
        "Chinese, 2 characters": [(words.pick(two, 1)[0], plain) for _ in range(each)],
        "Chinese, 1 character": [(words.chance.choice(_COMMON), plain) for _ in range(each)],
        "English, 1 word": [(words.pick(words.english, 1)[0] + " ", plain) for _ in range(each)],
        "English, 2 words": [(" ".join(words.pick(words.english, 2)) + " ", plain) for _ in range(each)],
        "mixed": [(f"{words.pick(words.english, 1)[0]} {words.pick(two, 1)[0]}", plain) for _ in range(each)],
        "unfinished word": [(words.pick(words.english, 1)[0][: words.chance.randint(2, 5)], plain) for _ in range(each)],
        "quoted phrase": [(f'"{" ".join(words.pick(words.english, 2))}"', plain) for _ in range(each)],
        "word and filter": [(words.pick(words.english, 1)[0] + " ", Filters(plan="free", personal=False)) for _ in range(each)],
        "filter only": [("", Filters(plan=words.chance.choice(["free", "flat"]))) for _ in range(each)],
        "next page": [(words.pick(two, 1)[0], plain) for _ in range(each)],
    }


def measure(exchange: Exchange, each: int) -> dict[str, Any]:
    """Milliseconds per kind of query, and over all of them."""
    found: dict[str, Any] = {}
    everything: list[float] = []
    for kind, asked in queries(each).items():
        times = []
        for text, filters in asked:
            with exchange.reading() as session:
                after = catalogue.search(session, text, filters=filters).after if kind == "next page" else None
                began = time.perf_counter()
                catalogue.search(session, text, filters=filters, after=after)
                times.append((time.perf_counter() - began) * 1_000)
        found[kind] = _summary(times)
        everything += times
    return found | {"all": _summary(everything)}


def _summary(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)}


def run(count: int = 100_000, each: int = 100) -> dict[str, Any]:
    """Fill and measure each store that is there; ``{store: {"load_s": …, "milliseconds": {kind: {p50, p95, p99}}}}``."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        results["sqlite"] = _one(Settings(data_dir=f"{folder}/data", workers=0), count, each)
    if postgres.find_binaries() is not None:
        with postgres.server(durable=True) as url, tempfile.TemporaryDirectory() as folder:
            results["postgresql"] = _one(Settings(data_dir=f"{folder}/data", database_url=url, workers=0), count, each)
    return results


def _one(settings: Settings, count: int, each: int) -> dict[str, Any]:
    with Exchange(settings) as exchange:
        migrate.upgrade(exchange.database)
        took = fill(exchange, count)
        measure(exchange, 5)  # The caches of a server that runs are warm.
        return {"listings": count, "load_s": round(took, 1), "milliseconds": measure(exchange, each)}


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000), indent=2, ensure_ascii=False))
