"""Whoever reads Chinese is told in Chinese what stands in the way, and what to do."""

from __future__ import annotations

import re

import pytest

from entrepot.asgi import create_app
from support.harbour import Harbour
from support.visitor import Sight, Visitor

PEOPLE = "\n".join(["mail,points", *(f"person{number}@mail.example,{number % 90}" for number in range(60))]).encode()
WAGES = "\n".join(["region,wage", *(f"r{number % 4},{1_000 + number % 7}" for number in range(200))]).encode()


@pytest.fixture
def reader(harbour: Harbour) -> Visitor:
    """Somebody nobody knows, whose browser asks for Chinese."""
    return Visitor(create_app(harbour.exchange), language="zh-CN,zh;q=0.9,en;q=0.5")


def test_an_unknown_id_is_said_in_the_language_of_the_browser_and_escaped(reader: Visitor) -> None:
    seen = reader.go("/listings/lst_<b>none")
    assert seen.status == 404
    assert "没有数据产品 lst_<b>none。" in seen.text
    assert "请搜索目录，或核对编号。" in seen.text
    assert "<b>none" not in seen.html
    assert "There is no listing lst_<b>none." in reader.go("/listings/lst_<b>none?lang=en").text
    assert "此地址没有页面。" in reader.go("/nowhere?lang=zh").text


def test_a_forbidden_act_is_said_in_chinese(reader: Visitor, harbour: Harbour) -> None:
    assert "此页面仅供已登录的人使用。请登录后再来。" in joined(reader.go("/agreements"))
    buyer = reader.sign_in(harbour.stranger.email)
    assert (buyer.go("/operator").status, "此页面仅供交易所的运营方使用。" in buyer.here.text) == (403, True)
    sent = buyer.post(f"/agreements/{harbour.ids['signed']}", do="terminate", reason="because")
    assert (sent.status, "此表单已过期，或并非来自本站。" in sent.text) == (403, True)


def test_a_wrong_password_is_said_in_chinese(reader: Visitor, harbour: Harbour) -> None:
    reader.go("/login")
    seen = reader.send("密码", email=harbour.owner.email, password="not the one")
    assert "电子邮箱或密码不正确。" in seen.text
    assert "The e-mail" not in seen.text


def test_a_wrong_number_is_said_beside_its_field(owner: Visitor) -> None:
    upload(owner, WAGES)
    seen = owner.send("一句话说明买方", outcome="看看工资。", plan="monthly", amount="many")
    assert seen.status == 422
    assert "不是金额。" in seen.text
    seen = owner.send("一句话说明买方", outcome="看看工资。", plan="monthly", amount="")
    assert "价格未填金额。请填写金额，或免费提供数据。" in joined(seen)
    seen = owner.send("一句话说明买方", outcome="看看工资。", plan="free", duration_days="soon")
    assert "“soon” 不是整数。请只用数字。" in joined(seen)


def test_a_refused_publish_names_the_column_and_the_way_out_in_chinese(owner: Visitor) -> None:
    checked = upload(owner, PEOPLE)
    assert "mail 含有电子邮箱。" in checked.text
    assert "请去掉该列，或替换为随机标识。" in checked.text
    assert "平台章程 (2026)第1条" in checked.text
    assert "House guard-rails" not in checked.text
    assert "e-mail addresses" not in checked.text
    if checked.has_form("一句话说明买方"):
        refused = owner.send("一句话说明买方", outcome="给人写信。", plan="free")
        assert refused.status == 403
        assert "mail 含有电子邮箱。" in refused.text
        assert "holds" not in refused.text


def test_what_the_manifest_lacks_is_said_line_by_line(owner: Visitor) -> None:
    upload(owner, WAGES)
    seen = owner.send("一句话说明买方", outcome="看看工资。", plan="free", further="frequency: sometimes\ncolour: red")
    assert seen.status == 422
    assert re.search(r"第 \d+ 行：“colour” 不是清单的条目。", seen.text), seen.text
    assert "frequency 的值为 “sometimes”。" in seen.text
    assert "Line " not in seen.text


def test_a_file_that_is_no_table_is_named_in_chinese(owner: Visitor) -> None:
    seen = upload(owner, b"%PDF-1.7\n1 0 obj\n", name="wages.csv")
    assert "wages.csv 是 PDF 文档，不是表格。" in seen.text
    assert "请将其中的表格导出为 CSV 或 Excel。" in seen.text


def test_the_options_of_a_release_are_named_as_their_fields(owner: Visitor) -> None:
    upload(owner, PEOPLE)
    owner.go(f"{owner.here.address.partition('?')[0]}/anonymise")
    seen = owner.send("至少多少人取值相同", quasi="points", l="much")
    assert seen.status == 422
    assert "不符合“每组至少须有的不同取值（l）”的写法" in seen.text.replace(" ", "")


def upload(owner: Visitor, body: bytes, name: str = "people.csv") -> Sight:
    """Send a file to be checked, on pages in Chinese."""
    owner.go("/publish?lang=zh")
    return owner.send("检查此文件", files={"file": (name, body, "text/csv")})


def joined(seen: Sight) -> str:
    """What stands on a page, without the blanks between its pieces."""
    return re.sub(r"(?<=[。？！]) ", "", seen.text)
