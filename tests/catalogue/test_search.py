"""Search as somebody who looks for data meets it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot import catalogue, standards
from entrepot.catalogue import Filters
from entrepot.catalogue.finding.query import parse
from entrepot.catalogue.finding.snippets import WIDTH, Sought, snippet
from entrepot.kit import Invalid, ManualClock
from entrepot.runtime import SYSTEM, Actor, Exchange
from support import listings, people


@pytest.fixture
def owner(exchange: Exchange) -> Actor:
    return people.organisation(exchange, "Harbour Data")


def _titles(exchange: Exchange, text: str, **filters: Any) -> list[str]:
    with exchange.reading() as session:
        page = catalogue.search(session, text, filters=Filters(**filters))
        return [hit.titles.get("en") or hit.titles["zh"] for hit in page.hits]


def test_words_are_found_in_any_form_and_in_two_languages(exchange: Exchange, owner: Actor) -> None:
    listings.publish(exchange, owner, title={"en": "Delayed flights", "zh": "上海港口货物"}, outcome="Plan berths.")
    for text in (
        "flight",
        "DELAY",
        "flights delaying",
        "上海",
        "港口",
        "货",
        "上海港口",
        '"港口货物"',
        "ﬂights",
        "harbour data",
        "carrier",
    ):
        assert _titles(exchange, text) == ["Delayed flights"], text
    for text in ("fright", "海上", '"货物港口"', '"flights delayed"', "flight nowhere"):
        assert _titles(exchange, text) == [], text


def test_the_last_word_may_be_unfinished_and_others_may_not(exchange: Exchange, owner: Actor) -> None:
    listings.publish(exchange, owner, title="Transportation statistics")
    for text in ("tran", "transporta", "transportation", "statistics transp"):
        assert _titles(exchange, text) == ["Transportation statistics"], text
    for text in ("transpo statistics", "transpo ", "t"):
        assert _titles(exchange, text) == [], text


def test_titles_weigh_more_than_descriptions(exchange: Exchange, owner: Actor) -> None:
    listings.publish(exchange, owner, title="Weather", outcome="Tells rain.", description="Mentions harbours in passing, among much else.")
    listings.publish(exchange, owner, title="Harbours", outcome="Counts ships.", description="Of the weather little is said in this one.")
    assert _titles(exchange, "harbours ") == ["Harbours", "Weather"]
    assert _titles(exchange, "weather ") == ["Weather", "Harbours"]


def test_a_search_sees_what_its_own_session_has_published(exchange: Exchange, owner: Actor) -> None:
    with exchange.session(owner) as session:
        listing = listings.add(session, owner.organisation_id or "")
        assert [hit.listing_id for hit in catalogue.search(session, "flights").hits] == [listing.id]


def test_a_hit_carries_what_a_result_line_shows(exchange: Exchange, owner: Actor) -> None:
    listing = listings.publish(exchange, owner, description="Every <b>departure</b> of the year.", personal=True)
    with exchange.reading() as session:
        (hit,) = catalogue.search(session, "departure").hits
    assert (hit.listing_id, hit.organisation_id, hit.organisation_name) == (listing.id, owner.organisation_id, "Harbour Data")
    assert (hit.price["plan"], hit.personal, hit.formats, hit.rows) == ("flat", True, ("csv",), 336_776)
    assert hit.purposes == ("dpv:ResearchAndDevelopment",)
    assert [(piece.text, piece.hit) for piece in hit.snippet] == [("Every <b>", False), ("departure", True), ("</b> of the year.", False)]


def test_filters_narrow_and_combine(exchange: Exchange, owner: Actor) -> None:
    rival = people.organisation(exchange, "Rival")
    listings.publish(exchange, owner, title="A", price="free", keywords=["Open Data", "航运"], languages=["zh"])
    listings.publish(exchange, owner, [listings.table(format="parquet")], title="B", price="9 EUR monthly", personal=True)
    terms = {"purposes": ["Purpose"], "prohibited": ["Marketing"]}
    listings.publish(exchange, rival, title="C", price="9 EUR", terms=terms)
    assert _titles(exchange, "", owner=rival.organisation_id) == ["C"]
    assert _titles(exchange, "", plan="free") == ["A"]
    assert _titles(exchange, "", personal=True) == ["B"]
    assert _titles(exchange, "", format="parquet") == ["B"]
    assert _titles(exchange, "", language="zh") == ["A"]
    assert _titles(exchange, "", keyword="open  DATA") == ["A"]
    assert _titles(exchange, "", keyword="航运", plan="free", personal=False) == ["A"]
    assert sorted(_titles(exchange, "", purpose="AcademicResearch")) == ["A", "B", "C"]
    assert _titles(exchange, "", purpose="dpv:PublicBenefit") == ["C"]
    assert _titles(exchange, "", purpose="Advertising") == []
    assert _titles(exchange, "flights ", owner="org_nobody") == []
    with pytest.raises(Invalid):
        _titles(exchange, "", purpose="World domination")


def test_without_words_the_newest_and_best_come_first_page_by_page(exchange: Exchange, owner: Actor, clock: ManualClock) -> None:
    for number in range(5):
        clock.advance(timedelta(days=1))
        listings.publish(exchange, owner, title=f"N{number}", quality=50)
    listings.publish(exchange, owner, title="Best", quality=100)
    for text in ("", "flights", "   "):
        with exchange.reading() as session:
            seen, after = [], None
            while True:
                page = catalogue.search(session, text, limit=4, after=after)
                assert (page.total, page.capped) == (6, False)
                seen += [hit.titles["en"] for hit in page.hits]
                if (after := page.after) is None:
                    break
        assert len(seen) == len(set(seen)) == 6
        if not text.strip():
            assert seen == ["Best", "N4", "N3", "N2", "N1", "N0"]


@pytest.mark.parametrize("after", ["x", "p", "p-1", "r1e5", "p99999999999999999999", "p9223372036854775808", "'; DROP TABLE listings"])
def test_a_made_up_place_in_the_list_is_refused(exchange: Exchange, after: str) -> None:
    with exchange.reading() as session, pytest.raises(Invalid):
        catalogue.search(session, "a", after=after)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_one_to_a_hundred_hits(exchange: Exchange, limit: int) -> None:
    with exchange.reading() as session, pytest.raises(Invalid):
        catalogue.search(session, "a", limit=limit)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(['"', "'", "*", "AND", "OR", "NOT", "NEAR(", ")", "title:", "--", ";", "\\", ":*", "<->", "%", "\0", "上"])).map(" ".join),
    ),
    value=st.text(max_size=20),
)  # fmt: skip
def test_nothing_that_people_type_is_syntax(exchange: Exchange, text: str, value: str) -> None:
    with exchange.reading() as session:
        catalogue.search(session, text)
        catalogue.search(session, text, filters=Filters(owner=value, keyword=value, plan=value, format=value, language=value))


def test_the_index_is_built_anew_from_the_listings(exchange: Exchange, owner: Actor) -> None:
    listings.publish(exchange, owner)
    listings.publish(exchange, owner, visibility="private")
    with exchange.session(SYSTEM) as session:
        assert catalogue.reindex(session) == 1
    assert _titles(exchange, "flights") == ["Flights from New York"]
    with exchange.session(owner) as session, pytest.raises(Exception, match="operator"):
        catalogue.reindex(session)


@given(st.text(max_size=300), st.text(max_size=30))
def test_a_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    pieces = snippet([text], Sought(parse(query, Filters())))
    shown = "".join(piece.text for piece in pieces if piece != catalogue.Segment("…", False))
    assert shown in unicodedata.normalize("NFC", text)
    assert len(shown) <= WIDTH


def test_a_long_text_is_cut_around_the_find() -> None:
    text = "word " * 100 + "the Ｆlights of 上海港 here " + "word " * 100
    pieces = snippet(["nothing", text], Sought(parse("flight 上海", Filters())))
    assert [piece.text for piece in pieces if piece.hit] == ["Ｆlights", "上海"]
    assert pieces[0].text == pieces[-1].text == "…"


def test_a_version_is_described_for_every_export(exchange: Exchange, owner: Actor) -> None:
    people.operator(exchange)
    listing = listings.publish(exchange, owner, contact="data@example.org", keywords=["aviation"], frequency="monthly")
    listings.publish(exchange, owner, title="Second", price="1 EUR per read, at most 9 EUR")
    listings.publish(exchange, owner, visibility="private")
    with exchange.reading() as session:
        described = catalogue.describe(session, catalogue.get(session, listing.id), catalogue.current_version(session, listing.id))
        everything = list(catalogue.describe_all(session))
        streamed = "".join(standards.catalogue_turtle(catalogue.describe_catalogue(session), iter(everything)))
    assert described in everything
    assert len(everything) == 2
    assert described.url.startswith(exchange.settings.public_url)
    assert (described.amount, described.currency, described.free, described.frequency) == ("49.00", "EUR", False, "monthly")
    assert described.policy is not None
    assert described.policy["target"] == described.url
    assert [file.media_type for file in described.tables[0].files] == ["text/csv", "application/vnd.apache.parquet"]
    assert streamed.count("a dcat:Dataset") == 2
    assert standards.croissant(described)["offers"]["price"] == "49.00"
    assert standards.odcs(replace(described, free=True))["price"]["priceAmount"] == 0
    assert standards.data_package(described)["resources"]
