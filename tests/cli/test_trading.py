"""A trade as it is typed: on a local folder, on both stores, and against a server."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from cli.conftest import CommandLine
from entrepot.cli.serving import background_server
from entrepot.config import load
from entrepot.runtime import Exchange
from support import goods, trading

BUYER = ("--as", "quay-research")
OWNER = ("--as", "harbour-statistics")


def test_a_trade_is_typed_from_begin_to_proof(
    entrepot: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if database_url:
        monkeypatch.setenv("ENTREPOT_DATABASE_URL", database_url)
    trading.iris_csv(tmp_path)
    Path("iris.yaml").write_text(trading.manifest_text(), "utf-8")
    assert "First login" in entrepot.done("--data", "shop", "init", "--name", "Harbour Exchange")
    monkeypatch.setenv("ENTREPOT_DATA_DIR", "shop")
    assert "may act as owner" in entrepot.done("organisation", "Harbour Statistics", "--roles", "owner")
    entrepot.done("organisation", "Quay Research", "--roles", "buyer")
    assert "now has 100.00 EUR" in entrepot.done("deposit", "quay-research", "100.00 EUR", "--reference", "bank-1")
    assert "150 rows" in entrepot.done("publish", "iris.yaml", *OWNER)
    assert "1 found" in entrepot.done("search", "iris")
    assert "You pay 49.00 EUR once." in entrepot.done("request", "iris", "--purpose", "AcademicResearch", *BUYER)
    assert "escrow of 49.00 EUR: held" in entrepot.done("accept", "last", *BUYER)
    assert "as in the receipt" in entrepot.done("deliver", "last", "--to", "received", *BUYER)
    assert Path("received/iris.csv").read_bytes() == Path("iris.csv").read_bytes()
    assert "escrow of 49.00 EUR: released" in entrepot.done("accept-delivery", "last", *BUYER)
    assert "47.77 EUR" in entrepot.done("balance", *OWNER)
    entrepot.done("receipt", "last", "--out", "receipt.json", *BUYER)
    entrepot.done("agreement", "last", "--out", "agreement.json", *BUYER)
    entrepot.done("trust")
    assert "The document holds." in entrepot.done("verify", "receipt.json")
    assert "The document holds." in entrepot.done("verify", "agreement.json")
    assert "✗" not in entrepot.done("doctor")


def test_both_sides_bargain(begun: CommandLine) -> None:
    Path("iris.yaml").write_text(trading.manifest_text(auto_approve=None, title="Irises by negotiation"), "utf-8")
    begun.done("publish", "iris.yaml", *OWNER)
    begun.done("request", "negotiation", "--purpose", "AcademicResearch", *BUYER)
    assert "Irises by negotiation" in begun.done("negotiations", *OWNER)
    assert "request" in begun.done("inbox", *OWNER)
    assert "You pay 39.00 EUR once." in begun.done("offer", "last", "--price", "39.00 EUR", *OWNER)
    Path("shorter.json").write_text('{"terms": {"permitted_purposes": ["dpv:AcademicResearch"], "duration_days": 30}}', "utf-8")
    assert "30 days" in begun.done("offer", "last", "--changes", "shorter.json", *BUYER)
    assert "is declined" in begun.done("decline", "last", "--message", "Too short.", *OWNER)
    assert begun("accept", "last", *BUYER).code == 2


def test_a_refund_gives_the_escrow_back(begun: CommandLine) -> None:
    begun.done("request", "iris", "--purpose", "AcademicResearch", *BUYER)
    begun.done("accept", "last", *BUYER)
    assert "51.00 EUR" in begun.done("balance", *BUYER) or "49.00 EUR" in begun.done("balance", *BUYER)
    assert "is refunded" in begun.done("refund", "last", "--reason", "A mistake.", *OWNER)
    assert "100.00 EUR" in begun.done("balance", *BUYER)


def test_a_share_profile_is_readable_by_its_owner_alone(begun: CommandLine) -> None:
    begun.done("request", "iris", "--purpose", "AcademicResearch", "--method", "table", *BUYER)
    begun.done("accept", "last", *BUYER)
    Path("entrepot.share").write_text("old", "utf-8")
    Path("entrepot.share").chmod(0o644)
    assert "share-profile" in begun.done("deliver", "last", *BUYER)
    begun.done("share-profile", *BUYER)
    assert stat.S_IMODE(os.stat("entrepot.share").st_mode) == 0o600
    assert json.loads(Path("entrepot.share").read_text("utf-8"))["bearerToken"]


def test_a_backup_comes_back_in_another_folder(traded: CommandLine) -> None:
    assert "objects" in traded.done("backup", "all.tar")
    assert traded("backup", "all.tar").code == 2
    Path("back.key").write_bytes(Path("entrepot-data.key").read_bytes())
    Path("back.key").chmod(0o600)
    assert "restored" in traded.done("--data", "back", "restore", "all.tar")
    assert "✗" not in traded.done("--data", "back", "doctor")
    assert "fulfilled" in traded.done("--data", "back", "agreements", *BUYER)
    assert "→ 0" in traded.done("--data", "back", "upgrade")


def test_papers_are_printed(traded: CommandLine) -> None:
    assert "49.00" in traded.done("invoice", "last", *BUYER)
    assert "<html" in traded.done("invoice", "last", "--form", "html", *BUYER)
    assert "sale" in traded.done("statement", *OWNER)
    for form, word in (("dcat", "@context"), ("dcat-turtle", "dcat:Dataset"), ("croissant", "croissant"), ("odcs", "apiVersion")):
        assert word in traded.done("export", "iris", "--form", form)
    assert traded.done("checkpoint").startswith("localhost/entrepot\n")


def test_a_new_key_signs_and_old_documents_verify(traded: CommandLine) -> None:
    traded.done("agreement", "last", "--out", "agreement.json", *BUYER)
    assert "new signing key" in traded.done("rotate-key", *BUYER)
    traded.done("trust")
    assert "The document holds." in traded.done("verify", "agreement.json")


def test_a_forged_agreement_does_not_hold(traded: CommandLine) -> None:
    traded.done("agreement", "last", "--out", "agreement.json", *BUYER)
    traded.done("trust")
    document = json.loads(Path("agreement.json").read_text("utf-8"))
    document["payload"] = document["payload"][:-4] + "AAAA"
    Path("agreement.json").write_text(json.dumps(document), "utf-8")
    said = traded("verify", "agreement.json")
    assert said.code == 2
    assert "does not hold" in said.out


def test_a_draft_can_be_published_as_it_stands(begun: CommandLine) -> None:
    Path("drafts").mkdir()
    trading.iris_csv(Path("drafts"))
    begun.done("draft", "drafts/iris.csv")
    said = begun("publish", "drafts/iris.yaml", *OWNER)
    assert said.code in (0, 4), said.err
    assert begun("draft", "drafts/iris.csv").code == 2


def test_a_withdrawn_listing_is_found_no_more(begun: CommandLine) -> None:
    listing = begun("--json", "search", "iris").json["hits"][0]["id"]
    assert "withdrawn" in begun.done("withdraw", listing, *OWNER)
    assert "0 found" in begun.done("search", "iris")


def test_the_same_commands_work_against_a_server(begun: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    key = begun.done("api-key", "for a test", *BUYER).strip()
    port = goods.free_port()
    settings = load(data_dir="entrepot-data", workers=1, public_url=f"http://127.0.0.1:{port}")
    with Exchange(settings) as exchange, background_server(exchange, port=port) as address:
        monkeypatch.setenv("ENTREPOT_EXCHANGE", address)
        assert "1 found" in begun.done("search", "iris")
        refused = begun("agreements")
        assert refused.code == 2
        assert "NotSignedIn" in refused.err
        monkeypatch.setenv("ENTREPOT_API_KEY", key)
        begun.done("request", "iris", "--purpose", "AcademicResearch")
        assert "is active" in begun.done("accept", "last")
        begun.done("deliver", "last", "--to", "received")
        assert Path("received/iris.csv").read_bytes() == Path("iris.csv").read_bytes()
        assert "is fulfilled" in begun.done("accept-delivery", "last")
        assert "51.00 EUR" in begun.done("balance")
        begun.done("receipts")
        assert begun("publish", "iris.yaml").code == 2
        assert begun("doctor").code == 2
        assert "key in ENTREPOT_API_KEY" in begun("balance", *BUYER).err
    gone = begun("search", "iris")
    assert gone.code == 2
    assert "Nothing answers" in gone.err
