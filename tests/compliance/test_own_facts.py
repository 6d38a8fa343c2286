"""A pack may bring facts of its own: named after it, asked in two languages, declared by whoever is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.compliance.library import taxonomy, vocabulary
from entrepot.compliance.lint import lint
from entrepot.compliance.pack_reader import read_pack
from entrepot.kit import Invalid

FACT = '{type: flag, en: "Is it?", zh: "是否？"}'
PACK = """pack: quay
version: "1"
title: {en: "Quay", zh: "码头"}
facts:
%s
instruments: {law: {title: {en: "Law", zh: "法"}, certainty: S}}
rules:
- id: QUAY-ONE
  gate: listing
  cite: [{i: law, art: 1}]
  deontic: obligation
  severity: block
  require: [%s, eq, true]
  message: {en: "No.", zh: "不行。"}
  fix: [{en: "Do.", zh: "做。"}]
%s"""


def read(folder: Path, facts: str, *, path: str = "quay.deep", more: str = "", name: str = "quay") -> object:
    """The pack with these facts."""
    file = folder / "quay.yaml"
    file.write_text((PACK % (facts, path, more)).replace("pack: quay", f"pack: {name}"), "utf-8")
    return read_pack(file, vocabulary(), taxonomy().knows)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (f"  port.deep: {FACT}", "line 5: the fact 'port.deep' is not written like quay.berth"),
        (f"  quay.seller.deep: {FACT}", "line 5: the fact 'quay.seller.deep' is not written like"),
        (f"  quay.Deep: {FACT}", "is not written like"),
        ('  quay.deep: {type: flag, en: "Is it?"}', "line 5: zh is missing"),
        ('  quay.deep: {type: colour, en: "Is it?", zh: "是否？"}', "line 5: type is 'colour'"),
        ('  quay.deep: {type: flag, by: measured, en: "Is it?", zh: "是否？"}', "line 5: 'by' is no entry here"),
        ('  quay.deep: {type: flag, en: "Is it?", zh: "是否？", in: {a: {en: "A", zh: "甲"}}}', "has values to choose among"),
        ('  quay.deep: {type: text, en: "Is it?", zh: "是否？", in: {a: {en: "A"}}}', "zh is missing"),
    ],
)
def test_a_fact_that_is_not_well_made_is_refused_with_its_line(tmp_path: Path, facts: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(tmp_path, facts)
    assert any(told in problem for problem in refused.value.details["problems"]), refused.value.details


def test_a_pack_named_like_a_subject_of_the_program_brings_no_facts(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="facts of the program begin with asset"):
        read(tmp_path, f"  asset.deep: {FACT}", path="asset.deep", name="asset")


def test_no_rule_can_want_an_own_fact_measured(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="always declared"):
        read(tmp_path, f"  quay.deep: {FACT}", more="  min_source: {quay.deep: measured}\n")


def test_what_stands_for_a_known_fact_of_another_pack_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"'quay\.shallow' is no known fact"):
        read(tmp_path, f"  quay.deep: {FACT}", path="quay.shallow")


def test_a_fact_that_no_rule_asks_for_is_a_remark(tmp_path: Path) -> None:
    pack = read(tmp_path, f"  quay.deep: {FACT}\n  quay.idle: {FACT}")
    assert "no rule asks for its fact quay.idle" in [remark.problem for remark in lint(pack, (), taxonomy())]  # type: ignore[arg-type]
