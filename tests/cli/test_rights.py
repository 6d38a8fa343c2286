"""Rights and contracts as they are typed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cli.conftest import CommandLine
from support import trading

BUYER, OWNER = ("--as", "quay-research"), ("--as", "harbour-statistics")


def test_a_chain_is_published_shown_and_written_into_the_contract(begun: CommandLine) -> None:
    Path("licence.txt").write_text("You may.", "utf-8")
    paper = begun.done("digest", "licence.txt").strip()
    assert paper == "sha256:" + hashlib.sha256(b"You may.").hexdigest()
    chain = [
        {"party": "Weather Office", "rights": ["hold", "process", "operate"], "basis": "law"},
        {"party": "Harbour Statistics", "rights": ["operate"], "basis": "licence", "document": paper, "until": "2999-12-31"},
    ]
    text = trading.manifest_text(title="Licensed measures", provenance=chain, contract="joint")
    Path("licensed.yaml").write_text(text, "utf-8")
    begun.done("publish", "licensed.yaml", *OWNER)
    shown = begun.done("rights", "licensed")
    assert "hold the data: Weather Office" in shown
    assert paper in shown
    assert "数据产品经营权" in begun.done("rights", "licensed", "--language", "zh")
    begun.done("request", "licensed", "--purpose", "AcademicResearch", *BUYER)
    begun.done("accept", "last", *BUYER)
    assert "Contract on joint development of data" in begun.done("contract", "last", *BUYER)
    begun.done("contract", "last", "--language", "zh", "--out", "contract.html", *BUYER)
    assert "数据融合开发合同" in Path("contract.html").read_text("utf-8")
