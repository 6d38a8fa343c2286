"""Chinese pages and reports say everything in Chinese but names, codes and what somebody wrote."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from entrepot.asgi import create_app
from entrepot.compliance.app_audit import App, audit
from entrepot.compliance.app_portfolio import Unread, read_portfolio
from entrepot.compliance.app_report import report_html
from entrepot.compliance.apps import types
from entrepot.consent.requests import clock_for
from entrepot.runtime import SYSTEM, Exchange
from support.asking import Desk, open_desk
from support.visitor import Visitor

_NAMES = {
    "Licence", "Points", "class",  # headings of columns, as their owner wrote them
    "Entrepot", "English", "Harbour", "Statistics", "Quay", "Research", "Register", "of", "driving", "licences",  # What the parties are called.
    "licence_class", "points", "B", "GDPR", "c", "UTC",
}  # fmt: skip


def _latin(text: str) -> set[str]:
    return set(re.findall("[A-Za-z_]+", re.sub(r"`[^`]*`", "", text)))


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Desk:
    """A register that answers questions."""
    return open_desk(exchange, tmp_path / "goods")


def test_a_persons_page_is_chinese_with_its_questions_requests_laws_and_refusals(desk: Desk) -> None:
    desk.ask(desk.agree(desk.publish()), "L001")
    person = Visitor(create_app(desk.exchange), "zh")
    page = f"/me/{desk.link('L001')}"
    person.go(page)
    person.send("提交请求", kind="deletion")
    assert "第12条第3款" in person.go(page).text
    assert _latin(person.here.text) - _NAMES == set()
    again = person.send("提交请求", kind="deletion")
    assert (again.status, "同样的请求已在处理中" in again.text) == (409, True)
    assert _latin(again.text) - _NAMES == set()
    assert "该个人链接无效" in person.go("/me/nonsense").text


@pytest.mark.parametrize("country", ["CN", "DE", "GB", "US", "BR"])
def test_the_law_and_the_assumption_of_a_request_are_said_in_chinese(desk: Desk, country: str) -> None:
    from entrepot import consent

    with desk.exchange.session(SYSTEM) as session:
        session.db.exec_driver_sql(f"UPDATE organisations SET country = '{country}' WHERE id = '{desk.owner_id}'")
        who = consent.links.open_link(session, desk.link("L001"))
        law, assumption = consent.requests.basis_in(consent.requests.file(session, who, "copy"), "zh")
    assert law != clock_for(country).law
    assert _latin(law) <= {"App", "GDPR", "UK", "a"}
    assert _latin(assumption) <= {"BR"}


def test_a_report_of_apps_is_chinese_with_what_could_not_be_read_and_an_unknown_calendar(tmp_path: Path) -> None:
    rows = [f"应用{number},{one.id},姓名;手机号," for number, one in enumerate(types().values())]
    broken = ["坏一,占星,,", "坏二,browser,心情,", ",browser,,", "坏三,browser,甲,乙,丙,丁", "坏四,browser,姓名们,"]
    (tmp_path / "apps.csv").write_text("\n".join(["app,type,collects,operator", *rows, *broken]), "utf-8")
    read = list(read_portfolio(tmp_path / "apps.csv"))
    audits = [audit(one, at=date(2031, 5, 5)) for one in read if isinstance(one, App)]
    unread = [one for one in read if isinstance(one, Unread)]
    assert (len(audits), len(unread)) == (39, 5)
    chinese = report_html(audits, unread).partition('<article id="zh"')[2]
    assert "没有2031年的中国节假日安排" in chinese
    assert _latin(re.sub("<[^>]*>", " ", chinese).partition(">")[2]) <= {"App"}
