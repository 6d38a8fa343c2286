"""What looking at the goods comes to: whether children are among the persons, and how many persons there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from entrepot import catalogue, compliance, flows, notices, parties
from entrepot.catalogue import ListingState
from entrepot.catalogue.assessed import shown_preview
from entrepot.compliance import Dossier, FactsMissing, Gate, NotCompliant, Source, library
from entrepot.compliance.judge import decide
from entrepot.compliance.ruling import Ruling
from entrepot.flows import dossiers, gates, refusing, uses
from entrepot.flows.goods import Goods
from entrepot.kit import Decision, Invalid
from entrepot.runtime import SYSTEM
from entrepot.trades import Negotiation
from support.trading import Market

ADULTS = "visitor,age,region\n" + "".join(f"P{n % 12:03},{20 + n % 12},{'NOSW'[n % 4]}\n" for n in range(24))
REGIONS = "visitor,region\n" + "".join(f"P{n % 12:03},{'NOSW'[n % 4]}\n" for n in range(40))
VISITS = "visitor,day\n" + "".join(f"P{n % 12:03},2026-11-{n % 28 + 1:02}\n" for n in range(40))


def publish(market: Market, *tables: str, **entries: Any) -> str:
    """Put tables of visitors on offer; the listing's id."""
    return market.publish_tables(*tables, **{"person_key": "visitor", **entries})


def _request(market: Market, listing: str) -> Negotiation:
    made = market.request(listing)
    with market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, made.id, {"use.prohibited": ["none"]})
    return made


def rule(market: Market, listing: str) -> Ruling:
    """What the rules say of a listing."""
    with market.exchange.reading(SYSTEM) as session:
        return gates.rule_listing(session, catalogue.get(session, listing))


def answer(market: Market, listing: str, **values: Any) -> Ruling:
    """What the rules say after the owner has answered; ``__`` stands for the dot of a path."""
    with market.exchange.session(market.owner) as session:
        return flows.answer_listing(session, listing, {path.replace("__", "."): value for path, value in values.items()})


def test_where_no_column_shows_ages_the_owner_is_asked_and_its_answer_counts(market: Market) -> None:
    listing = publish(market, VISITS)
    ruling = rule(market, listing)
    assert (ruling.decision, [fact.path for fact in ruling.missing]) == (Decision.NEEDS_INFO, ["asset.under_14"])
    with market.exchange.reading(market.owner) as session:
        spot = flows.ways.of_listing(session, catalogue.get(session, listing))
        (question,) = flows.shown_ruling(ruling, spot)["questions"]
    assert (question["path"], question["type"], question["needs"]) == ("asset.under_14", "flag", "declared")
    said = answer(market, listing, asset__under_14=False)
    assert (said.decision, said.dossier.source("asset.under_14")) == (Decision.ALLOW, Source.DECLARED)
    assert answer(market, listing, asset__under_14=True).decision is Decision.BLOCK


def test_a_delivery_of_what_turned_out_to_be_about_children_is_refused_and_counted(market: Market) -> None:
    listing = publish(market, VISITS)
    answer(market, listing, asset__under_14=False)
    made = _request(market, listing)
    with market.exchange.session(market.owner) as session:
        flows.answer_contract(session, made.id, {"consent.covers_everyone": True})
    agreement = market.accept(made)
    assert answer(market, listing, asset__under_14=True).decision is Decision.BLOCK
    with market.exchange.reading(SYSTEM) as session:
        version = catalogue.agreed_version(session, agreement.version_id)
    for _ in range(2):
        with pytest.raises(NotCompliant, match="children under 14"):
            gates.clear_delivery(market.exchange, market.buyer, agreement, version)
    with market.exchange.reading(SYSTEM) as session:
        assert notices.totals(session)[notices.Prohibited.UNDER_14, notices.Gate.DELIVERY] == 2


def test_a_purpose_that_later_goods_make_a_prohibited_use_is_one_at_the_delivery_too() -> None:
    signed = Dossier({"asset.personal": True, "asset.grade": 3, "asset.categories": ["pd:Age"], "use.prohibited": ["none"]})
    assert uses.shown("dpv:PersonnelMonitoring", signed) is signed
    now = uses.shown("dpv:PersonnelMonitoring", signed.with_({"asset.categories": ["pd:TradeUnionMembership"]}))
    assert now.values["use.prohibited"] == ["dissent_surveillance"]
    ruling = decide(library.shipped(), Gate.DELIVERY, now, at=date(2026, 11, 22), taxonomy=library.taxonomy())
    assert refusing.refused(ruling) == {"dissent_surveillance"}


def test_a_column_of_grown_up_ages_is_measured_and_asks_nobody(market: Market) -> None:
    facts = rule(market, publish(market, ADULTS)).dossier
    assert (facts.values["asset.under_14"], facts.source("asset.under_14")) == (False, Source.MEASURED)


def test_children_that_a_column_shows_cannot_be_denied(market: Market) -> None:
    with pytest.raises(NotCompliant, match="children under 14"):
        publish(market, ADULTS + "P099,9,N\n", facts={"asset": {"under_14": False}})


PUPILS = "pupil,age,score,city\n" + "".join(f"{n},{8 + n % 10},{60 + n % 40},{('Lyon', 'Nice', 'Metz')[n % 3]}\n" for n in range(40))
BORN = "pupil,birth_date,score\n" + "".join(f"{n},{2009 + n % 9}-0{n % 9 + 1}-1{n % 9},{60 + n % 40}\n" for n in range(40))
HOUSES = "house,age,floors\n" + "".join(f"{n},{3 + n % 90},{1 + n % 6}\n" for n in range(40))


@pytest.mark.parametrize("table", [PUPILS, BORN])
def test_rows_of_children_are_refused_and_counted_though_no_column_names_anybody(market: Market, table: str) -> None:
    for said in ({}, {"asset": {"personal": False, "under_14": False}}):
        with pytest.raises(NotCompliant) as refused:
            publish(market, table, person_key=None, facts=said, auto_approve=True)
        assert "HOUSE-NO-MINORS" in {finding["rule"] for finding in refused.value.details["findings"]}
    with market.exchange.reading(SYSTEM) as session:
        assert notices.totals(session) == {(notices.Prohibited.UNDER_14, notices.Gate.LISTING): 2}
        (kept, *_) = compliance.rulings(session, str(market.owner.organisation_id), Gate.LISTING)
        assert not catalogue.search(session, "iris").hits
    measured = {path for path in ("asset.personal", "asset.under_14") if kept.dossier.source(path) is Source.MEASURED}
    assert (measured, kept.dossier.values["asset.persons"]) == ({"asset.personal", "asset.under_14"}, 40)


def test_what_a_check_from_before_kept_of_children_counts_at_the_next_judging(market: Market) -> None:
    listing = publish(market, VISITS, person_key=None)
    with market.exchange.reading(SYSTEM) as session:
        version = catalogue.current_version(session, listing, 1)
        alert = {"code": "minors", "column": "age", "message": "", "hint": "", "count": None}
        kept = {"tables": [{**version.assessment["tables"][0], "alerts": [alert]}]}
        dossier = dossiers.of_version(session, replace(version, assessment=kept), str(market.owner.organisation_id))
        assert compliance.judge(session, Gate.LISTING, dossier).decision is Decision.BLOCK


def test_ages_that_are_not_of_persons_go_on_offer_by_a_person_of_the_exchange(market: Market) -> None:
    with pytest.raises(NotCompliant) as refused:
        publish(market, HOUSES, person_key=None)
    assert "asset.ages_of_persons: false" in refused.value.hint
    listing = publish(market, HOUSES, person_key=None, auto_approve=True, facts={"asset": {"ages_of_persons": False}})
    ruling = rule(market, listing)
    assert ([result.rule.id for result in ruling.deciding], ruling.decision) == (["HOUSE-AGES-DENIED"], Decision.REVIEW)
    assert {ruling.dossier.source(path) for path in ("asset.personal", "asset.under_14")} == {Source.DECLARED}
    with market.exchange.reading(SYSTEM) as session:
        assert catalogue.get(session, listing).state is not ListingState.LIVE
    with market.exchange.session(market.operator) as session:
        flows.approve_listing(session, listing)
    market.deliver(market.agree(listing))


MANY = [f"{1990 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(8_000)]


def born(heading: str, *values: str) -> str:
    """A table of persons with their births."""
    return f"person,{heading},score\n" + "".join(f'{n},"{value}",{n % 7}\n' for n, value in enumerate(values))


@pytest.mark.parametrize(
    "table",
    [
        born("birth_date", *MANY, "unknown"),
        born("birth_date", *MANY, "as the mother says"),
        born("birth_month", *["1984/03", "2017/06"] * 20),
        born("birthday", *["17 March 1984", "17 March 2014"] * 20),
        born("DOB", *["Mar 7, 1983", "Mar 7, 2013"] * 20),
        born("出生年月", *["1984年3月", "2014年3月"] * 20),
    ],
)
def test_children_among_births_of_any_form_and_number_are_refused_whatever_the_owner_says(market: Market, table: str) -> None:
    with pytest.raises(NotCompliant, match="children under 14") as refused:
        publish(market, table, person_key=None, auto_approve=True, facts={"asset.under_14": False})
    assert "HOUSE-NO-MINORS" in {finding["rule"] for finding in refused.value.details["findings"]}


def test_births_that_cannot_be_read_wait_for_a_person_whatever_the_owner_says(market: Market) -> None:
    table = born("birthday", *["17 March 1984"] * 30, *["in the spring of 84"] * 9, "unknown")
    listing = publish(market, table, person_key=None, auto_approve=True, facts={"asset.under_14": False})
    ruling = rule(market, listing)
    assert ([result.rule.id for result in ruling.deciding], ruling.decision) == (["HOUSE-AGES-UNREAD"], Decision.REVIEW)
    (seen,) = ruling.dossier.seen["asset.ages_unread"]
    assert (seen.column, seen.texts["zh"]) == ("birthday", "共 40 行中有 9 行的值无法确切识别为年龄或出生日期")
    assert "in 9 of 40 rows" in seen.texts["en"]
    with market.exchange.reading(SYSTEM) as session:
        assert catalogue.get(session, listing).state is not ListingState.LIVE
    with market.exchange.session(market.operator) as session:
        flows.approve_listing(session, listing)
    with market.exchange.reading(SYSTEM) as session:
        assert catalogue.get(session, listing).state is ListingState.LIVE


@pytest.mark.parametrize(
    "table",
    [
        "rock,age,weight\n" + "".join(f"{n},{('Jurassic', 'Late Cretaceous', 'Eocene')[n % 3]},{n % 30}\n" for n in range(40)),
        born("birth_date", *["1984-03-17"] * 30, *["unknown", "n/a", "不详", "-"] * 3),
        "person,birth_year,birth_month\n" + "".join(f"{n},{1960 + n % 40},{n % 12 + 1}\n" for n in range(40)),
    ],
)
def test_ages_of_things_and_missing_births_wait_for_nobody(market: Market, table: str) -> None:
    listing = publish(market, table, person_key=None, auto_approve=True, facts={"asset.under_14": False})
    assert "asset.ages_unread" not in rule(market, listing).dossier.values
    with market.exchange.reading(SYSTEM) as session:
        assert catalogue.get(session, listing).state is ListingState.LIVE


def test_ages_beside_whoever_is_named_cannot_be_denied(market: Market) -> None:
    with pytest.raises(NotCompliant, match="children under 14"):
        publish(market, ADULTS + "P099,9,N\n", facts={"asset": {"ages_of_persons": False}})


@pytest.mark.parametrize(
    ("table", "is_personal"),
    [
        ("student_id,age,score\n" + "".join(f"{n},{18 + n % 10},{n % 7}\n" for n in range(40)), True),
        ("name_of_work,birth_date\n" + "".join(f"w{n},19{60 + n % 30}-03-11\n" for n in range(40)), True),
        ("age,count\n" + "".join(f"{n},{n * 7}\n" for n in range(15, 60)), False),
        ("plot,age,height\n" + "".join(f"{n},{20 + n % 60},{n % 30}\n" for n in range(40)), False),
    ],
)
def test_ages_tell_of_persons_beside_an_id_of_persons_and_births_beside_anything(market: Market, table: str, is_personal: bool) -> None:
    facts = rule(market, publish(market, table, person_key=None)).dossier
    assert (facts.values["asset.personal"], facts.values["asset.personal_by_ages"]) == (is_personal, is_personal)
    if is_personal:
        assert facts.values["asset.under_14"] is False, "the ages show it"


def test_children_admitted_are_believed_whatever_a_column_shows(market: Market) -> None:
    with pytest.raises(NotCompliant, match="children under 14"):
        publish(market, ADULTS, facts={"asset": {"under_14": True}})


def test_a_table_beside_is_covered_by_the_ages_of_the_same_persons_and_of_no_others(market: Market) -> None:
    assert rule(market, publish(market, ADULTS, VISITS)).dossier.values["asset.under_14"] is False
    for more in (f"{VISITS}P099,2026-11-01\n", f"{VISITS},2026-11-01\n"):
        assert "asset.under_14" not in rule(market, publish(market, ADULTS, more)).dossier.values


def test_what_was_said_in_a_trade_of_children_is_believed_too(market: Market) -> None:
    said = {"asset": {"under_14": False}, "consent": {"covers_everyone": False}}
    listing = publish(market, VISITS, facts=said, auto_approve=True)
    negotiation = market.request(listing)
    with market.exchange.session(market.owner) as session:
        ruling = flows.answer_contract(session, negotiation.id, {"asset.under_14": True})
    assert ruling.decision is Decision.BLOCK


def test_a_later_version_without_the_ages_waits_for_the_answer_whatever_was_signed(market: Market) -> None:
    more = {"auto_approve": True, "price": "5.00 EUR per month", "facts": {"consent": {"covers_everyone": False}}}
    listing = publish(market, ADULTS, **more)
    agreement = market.accept(_request(market, listing))
    market.deliver(agreement)
    later = publish(market, REGIONS, listing_id=listing, **more)
    answer(market, later, asset__under_14=False)
    with market.exchange.reading(SYSTEM) as session:
        version = catalogue.current_version(session, listing)
    assert flows.deliver(market.exchange, market.buyer, agreement.id, version_id=version.id).files
    answer(market, listing, asset__under_14=None)
    with pytest.raises(FactsMissing) as asked:
        flows.deliver(market.exchange, market.buyer, agreement.id, version_id=version.id)
    assert asked.value.details["missing"] == ["asset.under_14"]
    market.deliver(agreement)


def test_persons_are_counted_by_their_key_and_by_rows_without_one(market: Market) -> None:
    said = {"asset": {"under_14": False}}
    assert rule(market, publish(market, ADULTS, VISITS)).dossier.values["asset.persons"] == 12
    assert rule(market, publish(market, f"{VISITS},2026-11-01\n,2026-11-02\n", facts=said)).dossier.values["asset.persons"] == 14
    named = "name,email,age\n" + "".join(f"Anna Quandt {n},anna{n}@example.org,{30 + n}\n" for n in range(5))
    with pytest.raises(NotCompliant):
        publish(market, named, person_key=None)
    quasi = "gender,age,postcode,education\n" + "".join(f"{'FM'[n % 2]},{30 + n % 20},{10_000 + n},primary\n" for n in range(40))
    assert rule(market, publish(market, quasi, person_key=None)).dossier.values["asset.persons"] == 40


def test_nobody_signs_before_the_owner_has_said_how_the_consents_stand(market: Market) -> None:
    listing = publish(market, ADULTS, auto_approve=True)
    negotiation = _request(market, listing)
    with pytest.raises(FactsMissing) as asked:
        market.accept(negotiation)
    assert asked.value.details["missing"] == ["consent.covers_everyone"]
    with pytest.raises(FactsMissing):
        market.accept(negotiation)
    with market.exchange.reading(market.owner) as session:
        assert [line.subject_id for line in parties.inbox(session) if line.kind == "request.asked"] == [negotiation.id], "told once"
    with market.unhurt(), pytest.raises(Invalid, match="for the owner"), market.exchange.session(market.buyer) as session:
        flows.answer_contract(session, negotiation.id, {"consent.covers_everyone": True})
    answer(market, listing, consent__covers_everyone=True)
    agreement = market.accept(negotiation)
    with market.exchange.reading(SYSTEM) as session:
        signed = compliance.rulings(session, negotiation.id, Gate.CONTRACT)[0].dossier
    assert (signed.values["consent.covers_everyone"], signed.source("consent.covers_everyone")) == (True, Source.DECLARED)
    market.deliver(agreement)


def test_an_owner_who_says_that_some_did_not_consent_is_stopped_at_the_tier(market: Market) -> None:
    said = {"consent": {"covers_everyone": False}, "delivery": {"persons": 1}}
    few, many = (
        "visitor,age,creditscore\n" + "".join(f"P{n:05},{20 + n % 40},{600 + n % 90}\n" for n in range(rows)) for rows in (49, 5_000)
    )
    for rows, is_stopped in ((few, False), (many, True)):
        agreement = market.accept(_request(market, publish(market, rows, auto_approve=True, facts=said)))
        if is_stopped:
            with pytest.raises(NotCompliant, match="Without everybody's consent"):
                market.deliver(agreement)
        else:
            market.deliver(agreement)
            with market.exchange.reading(SYSTEM) as session:
                facts = compliance.rulings(session, agreement.id, Gate.DELIVERY)[0].dossier
            assert facts.values["delivery.persons_times_recipients"] == 49
            assert {facts.source(path) for path in ("asset.grade", "asset.persons", "delivery.persons")} == {Source.MEASURED}


def test_a_refusal_names_the_table_the_column_and_the_share_of_rows_in_both_languages(market: Market) -> None:
    with pytest.raises(NotCompliant, match=r"the column age of the table t1 holds ages below 14, in 24 of 40 rows \(60\.0%\)") as refused:
        publish(market, PUPILS, person_key=None)
    assert "表“t1”的字段“age”含有不满十四周岁的年龄，共 40 行中有 24 行（60.0%）" in refused.value.said("zh")[0]
    (finding,), (chinese,) = refused.value.details["findings"], refused.value.details["findings_zh"]
    first = finding["evidence"]["measured"][0]
    assert (first["fact"], first["table"], first["column"]) == ("asset.under_14", "t1", "age")
    assert chinese["evidence"]["measured"][0]["found"] in refused.value.said("zh")[0]
    with pytest.raises(NotCompliant, match=r"the column birth_date of the table t1 holds births less than 14 years ago, in \d+ of 40 rows"):
        publish(market, BORN, person_key=None)


PATIENTS = "age,diagnosis\n" + "".join(f"{20 + n % 40},{('E11.9', 'I10', 'J45.0', 'C50.9')[n % 4]}\n" for n in range(80))


def test_of_kinds_of_data_a_refusal_names_the_columns_that_its_rule_is_about(market: Market) -> None:
    with pytest.raises(NotCompliant) as refused:
        publish(market, PATIENTS, person_key=None, visibility="private")
    shown = [one for f in refused.value.details["findings"] for one in f["evidence"].get("measured", ())]
    assert {(one["fact"], one["column"]) for one in shown} == {("asset.categories", "diagnosis"), ("asset.grade", "")}
    assert "has no graded release" in refused.value.message


@pytest.mark.parametrize(("more", "fields"), [("", ["age", "city"]), ("  person_key_delivered: true\n", ["age", "city", "member"])])
def test_the_person_key_is_offered_only_where_it_is_delivered(more: str, fields: list[str]) -> None:
    text = "title: T\noutcome: O\nfile: a.csv\nperson_key: member\nprice: {plan: free}\nterms:\n  purposes: [Marketing]\n" + more
    offered = Goods(rows=2, fields=("member", "age", "city"), grades=(None,), assessed=(), has_key=True)
    assert dossiers.of_offer(catalogue.load_manifest(text), offered, {})["offer.fields"] == fields


def test_nobody_sees_rows_of_persons_before_an_agreement(market: Market) -> None:
    keyed = publish(market, REGIONS, facts={"asset": {"under_14": False}})
    told = publish(market, "age,city\n" + "".join(f"{20 + n % 40},Lyon\n" for n in range(40)), person_key=None)
    bare = publish(market, "day,rain\n" + "".join(f"2026-11-{n % 28 + 1:02},{n % 9}\n" for n in range(40)), person_key=None)
    towns = publish(market, "city,rain\n" + "".join(f"Lyon,{n % 9}\n" for n in range(40)), person_key=None)
    with market.exchange.reading(SYSTEM) as session:
        for listing, rows in ((keyed, 0), (told, 0), (bare, 10), (towns, 10)):
            number = catalogue.get(session, listing).pending_number
            version = catalogue.current_version(session, listing, number)
            assert [len(one.rows) for one in version.preview] == [rows]
            if listing == keyed:
                (key,) = (column for column in version.tables[0].columns if column.name == "visitor")
                assert (key.minimum, key.maximum) == ("", "")
                # As an earlier release kept it.
                older = replace(version, preview=(replace(version.preview[0], rows=(("P000", "N"),), masked=()),))
                (shown,) = shown_preview(older)
                assert (shown.rows, shown.masked) == ((), ("visitor", "region"))
