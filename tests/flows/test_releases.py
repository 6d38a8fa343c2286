"""A table anonymised on the exchange, published with its grade, and held against what was released of it before."""

from __future__ import annotations

import hashlib
import importlib
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot import catalogue, flows, proof
from entrepot.flows import BreaksTogether, ReleasedUpload, Upload
from entrepot.flows.tables import releases
from entrepot.kit import Conflict, Invalid, NotFound, Refused
from entrepot.privacy.aggregates import Tabulation
from entrepot.privacy.anonymise import Method, Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.hierarchies import hierarchy
from entrepot.runtime import SYSTEM, Actor, Role
from support import people
from support.trading import Market, api_key, broken_laws, manifest_text

WHOLE = Plan(k=5, quasi=("age", "region"), automatic=True, drop=("email",), suppress=0.05)


OTHER = Plan(k=5, method=Method.GLOBAL, quasi=("age", "region"), automatic=True, drop=("email",), suppress=0.05)


def _table(folder: Path, *, seed: int = 3, first: int = 0) -> Path:
    draw = random.Random(seed)
    rows = [
        f"person{first + i}@mail.example,{draw.randrange(20, 60)},{draw.choice(['Nord', 'Ost', 'Sued', 'West'])},{draw.randrange(100)}" for i in range(300)
    ]  # fmt: skip
    path = folder / "people.csv"
    path.write_text("\n".join(["email,age,region,points", *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def upload(market: Market) -> Upload:
    return flows.add_upload(market.exchange, market.owner, _table(market.folder), name="people.csv")


def _anonymised(market: Market, upload: Upload, plan: Plan = WHOLE, *, by: Actor | None = None) -> ReleasedUpload:
    return flows.anonymise_upload(market.exchange, by or market.owner, upload.id, plan=plan)


def _published(market: Market, made: ReleasedUpload) -> str:
    return flows.publish_uploads(market.exchange, market.owner, manifest_text(file=made.upload.name), [made.upload.id]).listing_id


def test_a_release_is_published_with_its_grade_and_report_and_the_log_says_so(market: Market, upload: Upload) -> None:
    made = _anonymised(market, upload)
    listing_id = _published(market, made)
    with market.exchange.reading(market.buyer) as session:
        listing, version = catalogue.get(session, listing_id), catalogue.current_version(session, listing_id)
        report = flows.table_report(session, listing, version)
    table = version.tables[0]
    assert (table.grade, table.report_digest) == (int(made.grade.level), made.report.digest)
    assert report.digest == "sha256:" + hashlib.sha256(report.text.encode()).hexdigest() == made.report.digest
    assert json.loads(report.text)["release"]["sha256"] == table.original_sha256
    with market.exchange.reading(SYSTEM) as session:
        fact = proof.history(session, listing_id)[0].fact
    assert fact["releases"] == [
        {"table": table.name, "sha256": table.original_sha256, "grade": table.grade, "report": table.report_digest}
    ]  # fmt: skip
    market.seal()
    assert broken_laws(market.exchange) == []


def test_what_generalising_put_among_numbers_is_no_mistake_of_a_graded_release(market: Market, tmp_path: Path) -> None:
    draw = random.Random(5)
    levels = [min(draw.randrange(1, 7), draw.randrange(1, 7)) for _ in range(300)]
    text = "email,level,region,points\n" + "".join(f"p{i}@mail.example,{one},{'NOSW'[i % 4]},{i % 9}\n" for i, one in enumerate(levels))
    given = tmp_path / "people.csv"
    given.write_text(text)
    upload = flows.add_upload(market.exchange, market.owner, given, name="people.csv")
    trees = {"level": hierarchy("level", [(str(i), "low" if i < 4 else "high", "*") for i in range(1, 7)])}
    plan = Plan(k=14, quasi=("level", "region"), automatic=True, drop=("email",), suppress=0.3)
    made = flows.anonymise_upload(market.exchange, market.owner, upload.id, plan=plan, hierarchies=trees)
    with flows.open_upload(market.exchange, made.upload) as path:
        shown = {line.split(",")[0] for line in path.read_text().splitlines()[1:]}
        (noted,) = flows.check(path).tables
    assert shown & {"low", "high", "*"}
    assert shown & set("123456")
    listing_id = _published(market, made)
    with market.exchange.reading(market.owner) as session:
        version = catalogue.current_version(session, listing_id)
        findings = version.assessment["findings"]
    assert version.tables[0].grade is not None
    assert not [one for one in findings if one["evidence"].get("note") == "mixed-types"]
    assert [one for one in noted.verdict.findings if one.evidence.get("note") == "mixed-types"]


def test_a_table_that_the_exchange_did_not_anonymise_has_no_grade(market: Market, upload: Upload) -> None:
    _anonymised(market, upload)
    listing_id = market.publish().listing_id
    with market.exchange.reading(SYSTEM) as session:
        listing, version = catalogue.get(session, listing_id), catalogue.current_version(session, listing_id)
        assert version.tables[0].grade is None
        assert "grade" not in json.dumps(proof.history(session, listing_id)[0].fact)
        with pytest.raises(NotFound, match="no anonymisation report"):
            flows.table_report(session, listing, version)


def test_what_another_organisation_released_gives_its_copy_no_grade(market: Market, upload: Upload) -> None:
    made = _anonymised(market, upload)
    with flows.open_upload(market.exchange, made.upload) as path:
        copied = flows.add_upload(market.exchange, market.stranger, path, name="copy.csv")
    published = flows.publish_uploads(market.exchange, market.stranger, manifest_text(file="copy.csv"), [copied.id])
    with market.exchange.reading(SYSTEM) as session:
        assert catalogue.get_version(session, published.version_id).tables[0].grade is None


def test_somebody_elses_upload_is_not_found_and_nothing_is_kept(market: Market, upload: Upload) -> None:
    with market.unhurt():
        for actor in (market.stranger, market.buyer, market.operator):
            with pytest.raises(NotFound):
                _anonymised(market, upload, by=actor)


def test_a_member_or_key_that_may_not_publish_is_refused(market: Market, upload: Upload) -> None:
    with market.unhurt():
        for actor in (replace(market.owner, roles=frozenset({Role.BUYER})), replace(market.owner, scopes=frozenset())):
            with pytest.raises(Refused):
                _anonymised(market, upload, by=actor)


def test_the_same_release_again_is_welcome(market: Market, upload: Upload) -> None:
    first, second = _anonymised(market, upload), _anonymised(market, upload)
    assert first.upload.id != second.upload.id
    assert first.report.digest == second.report.digest


def test_a_second_release_that_breaks_the_first_is_refused_with_the_k_that_would_remain(market: Market, upload: Upload) -> None:
    _anonymised(market, upload)
    with market.unhurt(), pytest.raises(BreaksTogether) as caught:
        _anonymised(market, upload, OTHER)
    k = caught.value.details["k"]
    assert k < 5
    assert f"k would be {k}" in caught.value.message
    assert [value for value in ("Nord", "@", "20") if value in caught.value.message] == []


def test_releases_that_treat_different_columns_are_held_against_each_other_on_all_of_them(market: Market, upload: Upload) -> None:
    _anonymised(market, upload, Plan(k=5, quasi=("age",), automatic=True, drop=("email", "region")))
    with pytest.raises(BreaksTogether):
        _anonymised(market, upload, Plan(k=5, quasi=("region", "points"), automatic=True, drop=("email",)))


def test_a_published_release_counts_for_good_and_an_unpublished_one_for_a_day(market: Market, upload: Upload) -> None:
    _anonymised(market, upload)
    market.wait(days=2)
    again = flows.add_upload(market.exchange, market.owner, _table(market.folder), name="people.csv")
    made = _anonymised(market, again, OTHER)
    _published(market, made)
    market.wait(days=2)
    later = flows.add_upload(market.exchange, market.owner, _table(market.folder), name="people.csv")
    with pytest.raises(BreaksTogether):
        _anonymised(market, later, WHOLE)


def test_a_release_that_outlived_its_day_and_was_overtaken_has_no_grade_any_more(market: Market, upload: Upload, tmp_path: Path) -> None:
    first = _anonymised(market, upload)
    with flows.open_upload(market.exchange, first.upload) as path:
        kept = path.read_bytes()
    market.wait(days=2)
    again = flows.add_upload(market.exchange, market.owner, _table(market.folder), name="people.csv")
    _published(market, _anonymised(market, again, OTHER))
    (tmp_path / "kept.csv").write_bytes(kept)
    late = flows.add_upload(market.exchange, market.owner, tmp_path / "kept.csv", name="kept.csv")
    listing_id = flows.publish_uploads(market.exchange, market.owner, manifest_text(file="kept.csv"), [late.id]).listing_id
    with market.exchange.reading(market.owner) as session:
        assert catalogue.current_version(session, listing_id).tables[0].grade is None


def test_releases_of_other_tables_and_other_organisations_do_not_count(market: Market, upload: Upload) -> None:
    _anonymised(market, upload)
    changed = flows.add_upload(market.exchange, market.owner, _table(market.folder, seed=4, first=900), name="people.csv")
    _anonymised(market, changed, OTHER)
    theirs = flows.add_upload(market.exchange, market.stranger, _table(market.folder), name="people.csv")
    _anonymised(market, theirs, OTHER, by=market.stranger)


def test_two_releases_made_at_the_same_moment_do_not_both_go_unchecked(
    market: Market, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("entrepot.flows.releases")
    usual, made = module._require_fit_together, []

    def meanwhile(*args: object) -> None:
        monkeypatch.setattr(module, "_require_fit_together", usual)
        made.append(_anonymised(market, upload, OTHER))
        usual(*args)

    monkeypatch.setattr(module, "_require_fit_together", meanwhile)
    with pytest.raises(Conflict, match="at the same moment"):
        _anonymised(market, upload)
    assert set(market.exchange.blobs.keys("uploads/")) == {f"uploads/{upload.id}", f"uploads/{made[0].upload.id}"}


def test_pseudonyms_are_keyed_by_organisation(market: Market) -> None:
    plan = Plan(k=5, quasi=("age", "region"), automatic=True, suppress=0.05)
    second = people.organisation(market.exchange, "Second Owner", Role.OWNER)
    seen = []
    for actor in (market.owner, second):
        given = flows.add_upload(market.exchange, actor, _table(market.folder), name="people.csv")
        made = flows.anonymise_upload(market.exchange, actor, given.id, plan=plan, changes=[parse_change("email=pseudonym")])
        with flows.open_upload(market.exchange, made.upload) as path:
            seen.append(path.read_text("utf-8").splitlines()[1].split(",")[0])
    assert seen[0] != seen[1]
    assert "@" not in seen[0] + seen[1]


def test_the_client_anonymises_and_reads_the_report(market: Market, upload: Upload) -> None:
    from entrepot.asgi import create_app
    from entrepot.client import Client, LocalTransport

    market.exchange.settings = replace(market.exchange.settings, workers=1)
    market.exchange.start_workers()
    app = create_app(market.exchange)
    with Client("http://exchange", api_key(market.exchange, market.owner), transport=LocalTransport(app)) as client:
        made = client.anonymise(upload.id, quasi_identifiers=["age", "region"], k=5, drop=["email"], suppress=0.05)
        listing = client.publish(manifest_text(file=made["upload"]["name"]), uploads=[made["upload"]["id"]])
        assert listing["tables"][0]["report_digest"] == made["report_digest"]
        assert listing["tables"][0]["grade"] == made["grade"]
        assert client.report(listing["id"]) == made["report"]


def test_weights_and_presence_are_asked_for_over_json(market: Market, upload: Upload) -> None:
    from entrepot.asgi import create_app
    from entrepot.client import Client, LocalTransport

    app = create_app(market.exchange)
    with Client("http://exchange", api_key(market.exchange, market.owner), transport=LocalTransport(app)) as client:
        for wrong, fact in (
            ({"weight": {"age": 0.0}}, "A weight is zero"),
            ({"presence": "member"}, "not what `presence` takes"),
            ({"presence": "member:0.6,0.1"}, "bounds of δ-presence are 0.6 and 0.1"),
        ):
            with pytest.raises(Invalid, match=fact):
                client.anonymise(upload.id, quasi_identifiers=["age"], **wrong)


def _changed(path: Path, how: str) -> Path:
    head, *rows = path.read_text("utf-8").splitlines()
    if how == "a byte":
        rows[7] = rows[7][:-1] + ("1" if rows[7][-1] != "1" else "2")
    elif how == "the order":
        random.Random(4).shuffle(rows)
    elif how == "a row less":
        del rows[5]
    elif how == "a column more":
        head, rows = f"{head},note", [f"{row},x" for row in rows]
    elif how == "all but the people":
        rows = [f"{row.split(',')[0]},{row.split(',')[1]},{row.split(',')[2]},{n % 7}" for n, row in enumerate(rows)]
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("how", ["a byte", "the order", "a row less", "a column more", "all but the people"])
def test_a_table_is_known_again_whatever_was_changed_in_it(market: Market, upload: Upload, how: str) -> None:
    _anonymised(market, upload)
    changed = flows.add_upload(market.exchange, market.owner, _changed(_table(market.folder), how), name="renamed.csv")
    with market.unhurt(), pytest.raises(BreaksTogether, match="before k would be"):
        _anonymised(market, changed, OTHER)


def test_releases_of_before_content_was_kept_are_known_by_their_file(market: Market, upload: Upload) -> None:
    _anonymised(market, upload)
    with market.exchange.session(SYSTEM) as session:
        session.db.execute(sa.update(releases).values(content_digest=None, sketch=None, sequence=None))
    with pytest.raises(BreaksTogether):
        _anonymised(market, upload, OTHER)
    changed = flows.add_upload(market.exchange, market.owner, _changed(_table(market.folder), "a byte"), name="renamed.csv")
    _anonymised(market, changed, OTHER)


def _cells(market: Market, upload: Upload, **asked: object) -> ReleasedUpload:
    wanted = {"by": ("region",), "totals": True} | asked
    return flows.aggregate_upload(market.exchange, market.owner, upload.id, asked=Tabulation(**wanted))  # type: ignore[arg-type]


def test_cells_are_published_with_grade_4_and_their_report(market: Market, upload: Upload) -> None:
    made = _cells(market, upload)
    assert int(made.grade.level) == 4
    listing_id = _published(market, made)
    with market.exchange.reading(market.buyer) as session:
        listing, version = catalogue.get(session, listing_id), catalogue.current_version(session, listing_id)
        report = json.loads(flows.table_report(session, listing, version).text)
    assert version.tables[0].grade == 4
    assert (report["settings"]["by"], report["release"]["cells"]) == (["region"], 4)
    market.seal()
    assert broken_laws(market.exchange) == []


def test_other_cells_of_the_same_table_are_refused_and_the_same_are_welcome(market: Market, upload: Upload) -> None:
    assert _cells(market, upload).report.digest == _cells(market, upload).report.digest
    changed = flows.add_upload(market.exchange, market.owner, _changed(_table(market.folder), "a byte"), name="renamed.csv")
    for again in (upload, changed):
        with market.unhurt(), pytest.raises(BreaksTogether, match="by region were published"):
            _cells(market, again, by=("region", "age"), minimum=2)
    _anonymised(market, upload)


def test_columns_that_two_releases_show_one_each_are_counted_together(market: Market) -> None:
    draw = random.Random(4)
    towns = ["Nord", "Ost", "Sued", "West"]
    # Known exactly: each column alone has plenty of company, both together have none beside the class.
    rows = [f"{draw.randrange(20, 60)},{draw.choice(towns)},{draw.randrange(1, 7)},{draw.randrange(1, 7)}" for _ in range(1_500)]
    path = market.folder / "marks.csv"
    path.write_text("\n".join(["age,region,alpha,beta", *rows]) + "\n", "utf-8")
    given = flows.add_upload(market.exchange, market.owner, path, name="marks.csv")
    plan = Plan(k=10, method=Method.GLOBAL, quasi=("age", "region"), automatic=True, suppress=0.05, drop=("beta",))
    first = _anonymised(market, given, plan)
    assert first.grade.level == 3
    with pytest.raises(BreaksTogether, match="alpha, beta would single out") as caught:
        _anonymised(market, given, replace(plan, drop=("alpha",)))
    assert caught.value.details["columns"] == ["alpha", "beta"]
    again = _anonymised(market, given, replace(plan, drop=("alpha", "beta")))
    assert again.grade.level == 3
