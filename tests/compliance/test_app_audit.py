"""The scope audit of apps: beyond the necessary, without consent, the notice, the report."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from entrepot.compliance.app_audit import App, AppAudit, audit, find_kind, kinds, read_app, today
from entrepot.compliance.app_portfolio import Unread, read_portfolio
from entrepot.compliance.app_report import fix, notice, remark, report_html, report_json
from entrepot.compliance.apps import aliases, find_type, types
from entrepot.kit import Decision, Invalid

FRIDAY = date(2022, 4, 1)
"""The Saturday after it is a working day in China, and Sunday to Tuesday are holidays."""


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
    for part in ("“Star Map” (Star Ltd)", "“map navigation”", "telephone number", "art. 6 and 16", "2022-04-11"):
        assert part in english
    for part in ("“Star Map”运营者（Star Ltd）", "“地图导航类”", "第六条、第十六条", "2022-04-11"):
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
    assert app.collects == ("pd:TelephoneNumber", "ent:AddressBook")


def test_everyday_words_are_known_each_for_one_kind_that_the_taxonomy_or_a_type_has() -> None:
    assert [find_kind(word) for word in ("Phone", "mobile", "手机号")] == ["pd:TelephoneNumber"] * 3
    assert [find_kind(word) for word in ("location", "位置", "GPS")] == ["pd:CurrentLocation"] * 3
    assert find_kind("pd:Location") == "pd:Location"
    words = [word.casefold() for listed in aliases().values() for word in listed]
    assert len(words) == len(set(words))
    listed = {kind["term"]: kind for kind in kinds()}
    assert set(aliases()) <= set(listed)
    assert "通讯录" in str(listed["ent:AddressBook"]["also"])
    assert not listed["ent:AddressBook"]["needed"]
    assert kinds()[0]["needed"]


@pytest.mark.parametrize(
    "word", ["contacts", "read_contacts", "android.permission.READ_CONTACTS", "address book", "手机通讯录", "通讯录", "联系人"]
)
def test_the_address_book_of_the_telephone_is_needed_by_no_type_not_even_a_messenger(word: str) -> None:
    assert find_kind(word) == "ent:AddressBook"
    assert [found.id for found in types().values() if not _audit(found.id, find_kind(word)).lacking] == []


@pytest.mark.parametrize("word", ["friend list", "好友列表", "联系人账号列表"])
def test_a_messenger_needs_the_contacts_of_its_accounts(word: str) -> None:
    assert not _audit("instant_messaging", find_kind(word), find_kind("手机号"), find_kind("账号")).beyond
    assert _audit("ride_hailing", find_kind(word)).lacking == ("ent:ContactAccountList",)


def test_a_notice_in_chinese_calls_the_address_book_by_its_name() -> None:
    said = notice(_audit("ride_hailing", find_kind("通讯录")), "zh")
    assert "还收集手机通讯录" in said
    assert "联系人账号列表" not in said


@pytest.mark.parametrize(
    ("app_type", "word"),
    [
        ("instant_messaging", "昵称"),
        ("online_payment", "身份证照片"),
        ("transport_tickets", "证件复印件"),
        ("medical_consultation", "pd:Genetic"),
    ],
)
def test_what_is_more_than_a_needed_kind_is_beyond_it(app_type: str, word: str) -> None:
    assert _audit(app_type, find_kind(word)).lacking == (find_kind(word),)


def test_a_scan_is_needed_where_the_type_names_it_and_consent_to_the_number_is_none_to_the_scan() -> None:
    assert not _audit("mobile_banking", "ent-cn:IdCardPhoto").beyond
    assert _audit("browser", "pd:OfficialID", "ent-cn:IdCardPhoto", consented=("pd:OfficialID",)).lacking == ("ent-cn:IdCardPhoto",)


def test_an_app_is_held_to_what_was_in_force_on_the_day() -> None:
    app = App(name="A", type=find_type("browser"), collects=("pd:Name",))
    early, first, later = (audit(app, at=day) for day in (date(2021, 4, 30), date(2021, 5, 1), date(2021, 11, 1)))
    assert (early.decision, early.lacking, early.is_judged, notice(early)) == (Decision.ALLOW, (), False, "")
    assert "came into force on 2021-05-01" in remark(early)
    assert "自 2021-05-01 起施行" in remark(early, "zh")
    assert "not judged" in report_html([early])
    assert report_json([early])[0]["judged"] is False
    assert (first.decision, "Personal Information Protection Law" in notice(first)) == (Decision.BLOCK, False)
    assert "《个人信息保护法》" in notice(later, "zh")


def test_today_is_the_day_in_china() -> None:
    before, found, after = datetime.now(UTC), today(), datetime.now(UTC)
    assert found in {moment.astimezone(ZoneInfo("Asia/Shanghai")).date() for moment in (before, after)}


def test_files_of_a_chinese_excel_are_read(tmp_path: Path) -> None:
    table, app = tmp_path / "apps.csv", tmp_path / "app.yaml"
    table.write_bytes("app,type,collects\r\n聊天,3,手机号;通讯录\r\n".encode("gb18030"))
    app.write_bytes("app: 聊天\ntype: 即时通信类\ncollects: [手机号, 通讯录]\n".encode("gb18030"))
    (row,) = read_portfolio(table)
    assert row == read_app(app)
    assert isinstance(row, App)
    assert (row.name, row.type.id, row.collects) == ("聊天", "instant_messaging", ("pd:TelephoneNumber", "ent:AddressBook"))


@pytest.mark.parametrize("text", ["app,type,collects\n", "app,type,collects\n\n\n"])
def test_a_portfolio_without_an_app_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match="names no app"):
        list(read_portfolio(_file(tmp_path, text, "apps.csv")))
