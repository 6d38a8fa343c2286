"""The scope audit of apps: beyond the necessary, without consent, the notice, the report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from entrepot.compliance.app_audit import App, AppAudit, audit, find_kind, kinds, read_app
from entrepot.compliance.app_portfolio import Unread, read_portfolio
from entrepot.compliance.app_report import fix, notice, remark, report_html, report_json
from entrepot.compliance.apps import aliases, find_type
from entrepot.kit import Decision, Invalid

FRIDAY = date(2021, 4, 23)


def _audit(app_type: str, *collects: str, consented: tuple[str, ...] = (), name: str = "Star Map") -> AppAudit:
    return audit(App(name=name, type=find_type(app_type), collects=collects, consented=consented, operator="Star Ltd"), at=FRIDAY)


def test_what_the_type_needs_is_no_remark_and_the_rest_needs_a_consent_of_its_own() -> None:
    found = _audit("map_navigation", "pd:CurrentLocation", "pd:TelephoneNumber", "pd:Name", consented=("pd:Name",))
    assert found.beyond == ("pd:TelephoneNumber", "pd:Name")
    assert found.lacking == ("pd:TelephoneNumber",)
    assert found.decision is Decision.BLOCK
    assert _audit("map_navigation", "pd:CurrentLocation").decision is Decision.ALLOW


def test_the_notice_names_app_type_kinds_articles_and_a_day_by_chinese_working_days() -> None:
    found = _audit("map_navigation", "pd:TelephoneNumber")
    english, chinese = notice(found), notice(found, "zh")
    for part in ("“Star Map” (Star Ltd)", "“map navigation”", "telephone number", "art. 6 and 16", "2021-04-29"):
        assert part in english
    for part in ("“Star Map”运营者（Star Ltd）", "“地图导航类”", "第六条、第十六条", "2021-04-29"):
        assert part in chinese
    assert "telephone number" in fix(found)
    assert "not legal advice" in remark(found)
    assert notice(_audit("map_navigation")) == fix(_audit("map_navigation")) == ""


def test_a_type_whose_list_is_from_memory_says_so_and_an_unknown_calendar_too() -> None:
    assert "from memory" in remark(_audit("dating", "pd:Name"))
    later = audit(App(name="A", type=find_type("browser"), collects=("pd:Name",)), at=date(2031, 5, 5))
    assert "Monday to Friday" in remark(later)


def test_a_kind_is_found_by_term_by_name_and_by_label() -> None:
    assert find_kind("pd:TelephoneNumber") == find_kind("TelephoneNumber") == find_kind("telephone number") == "pd:TelephoneNumber"
    with pytest.raises(Invalid, match="'star sign' is no known kind"):
        find_kind("star sign")


def _file(tmp_path: Path, text: str, name: str = "app.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_an_app_is_read_from_yaml(tmp_path: Path) -> None:
    app = read_app(_file(tmp_path, "app: Star Map\ntype: 地图导航类\ncollects: [telephone number]\nseparately_consented: pd:Name\n"))
    assert (app.type.id, app.collects, app.consented) == ("map_navigation", ("pd:TelephoneNumber",), ("pd:Name",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("app: A\ntype: astrology\n", "no type of app 'astrology'"),
        ("app: A\n", "name or type is missing"),
        ("app: A\ntype: browser\ncollects: [moods]\n", "'moods' is no known kind"),
        ("app: A\ntype: browser\ngathers: [x]\n", "line 3: 'gathers' is no entry"),
        ("app: &a A\ntype: *a\n", "anchor or alias"),
    ],
)
def test_an_app_that_cannot_be_read_is_named(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        read_app(_file(tmp_path, text))


PORTFOLIO = (
    "app,type,collects,separately_consented\nA,browser,pd:Name;pd:TelephoneNumber,pd:Name\n<b>B</b>,用车服务类,pd:Name；pd:OfficialID,\n"
)


def test_a_portfolio_is_audited_row_by_row_into_a_page_and_json(tmp_path: Path) -> None:
    audits = [audit(app, at=FRIDAY) for app in read_portfolio(_file(tmp_path, PORTFOLIO, "apps.csv")) if isinstance(app, App)]
    first, second = report_json(audits)
    assert [kind["term"] for kind in first["lacking_consent"]] == ["pd:TelephoneNumber"]  # type: ignore[attr-defined]
    assert (first["decision"], second["decision"], second["type"]) == ("block", "block", "vehicle_sharing")
    assert first["notice"].keys() == {"en", "zh"}  # type: ignore[attr-defined]
    page = report_html(audits)
    assert "2 of 2 apps" in page
    assert "&lt;b&gt;B&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page


def test_a_portfolio_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no column 'collects'"):
        list(read_portfolio(_file(tmp_path, "app,type\nA,browser\n", "apps.csv")))


def test_a_row_that_cannot_be_read_is_reported_beside_the_others(tmp_path: Path) -> None:
    text = "app,type,collects\n<i>A</i>,browser,moods\nB,browser,pd:Name\n,browser,\nC,browser,pd:Name,pd:Age\n"
    read = list(read_portfolio(_file(tmp_path, text, "apps.csv")))
    unread = [one for one in read if isinstance(one, Unread)]
    audits = [audit(one, at=FRIDAY) for one in read if isinstance(one, App)]
    assert [one.row for one in unread] == [2, 4, 5]
    assert [part in one.problem["en"] for part, one in zip(("'moods'", "name or type", "more cells"), unread, strict=True)] == [True] * 3
    assert [entry["decision"] for entry in report_json(audits, unread)] == ["block", "unread", "unread", "unread"]
    page = report_html(audits, unread)
    assert "3 rows of the portfolio could not be read" in page
    assert "有 3 行无法读取" in page
    assert "&lt;i&gt;A&lt;/i&gt;" in page


@pytest.mark.parametrize(
    "text",
    [
        'app;type;collects\nA;browser;"手机号;通讯录"\n', "app;type;collects\nA;browser;phone, contacts\n",
        "app\ttype\tcollects\nA\tbrowser\tphone;contacts\n", "app,type,collects\nA,browser,手机号、通讯录\n",
    ],
)  # fmt: skip
def test_columns_may_be_parted_by_semicolons_or_tabs(tmp_path: Path, text: str) -> None:
    (app,) = read_portfolio(_file(tmp_path, text, "apps.csv"))
    assert isinstance(app, App)
    assert app.collects == ("pd:TelephoneNumber", "ent:ContactAccountList")


def test_everyday_words_are_known_each_for_one_kind_that_the_taxonomy_or_a_type_has() -> None:
    assert [find_kind(word) for word in ("Phone", "mobile", "手机号")] == ["pd:TelephoneNumber"] * 3
    assert [find_kind(word) for word in ("location", "位置", "GPS")] == ["pd:CurrentLocation"] * 3
    assert find_kind("pd:Location") == "pd:Location"
    words = [word.casefold() for listed in aliases().values() for word in listed]
    assert len(words) == len(set(words))
    listed = {kind["term"]: kind for kind in kinds()}
    assert set(aliases()) <= set(listed)
    assert "通讯录" in str(listed["ent:ContactAccountList"]["also"])
    assert kinds()[0]["needed"]
