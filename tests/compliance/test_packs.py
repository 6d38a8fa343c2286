"""Every pack that travels with the program: it reads, its vectors agree, and no condition of it can be taken out unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot.compliance.library import FOLDER, load, shipped, taxonomy, vocabulary, vocabulary_of
from entrepot.compliance.lint import lint, survivors
from entrepot.compliance.pack_model import Pack
from entrepot.compliance.vectors import Vector, read_vectors, run, vectors_beside

PACKS = {pack.id: pack for pack in shipped()}
each = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)


def _vectors(pack: Pack) -> tuple[Vector, ...]:
    return read_vectors(vectors_beside(FOLDER / f"{pack.id}.yaml"), vocabulary())


def test_every_file_that_is_a_pack_is_shipped() -> None:
    files = {path.stem for path in FOLDER.glob("*.yaml") if path.read_text("utf-8").partition("\npack: ")[1]}
    assert files == PACKS.keys()
    assert "house" in PACKS


@each
def test_every_vector_agrees(pack: Pack) -> None:
    vectors = _vectors(pack)
    assert vectors
    assert [miss.sentence() for miss in run(vectors, (pack,), taxonomy())] == []


@each
def test_every_condition_is_noticed_by_a_vector(pack: Pack) -> None:
    left = [f"{mutant.rule.id} line {mutant.line}: {mutant.removed}" for mutant in survivors(pack, _vectors(pack), taxonomy())]
    assert left == []


@each
def test_the_lint_has_no_remark(pack: Pack) -> None:
    assert [f"{remark.rule} line {remark.line}: {remark.problem}" for remark in lint(pack, _vectors(pack), taxonomy())] == []


@each
def test_every_rule_is_cited_has_a_way_out_and_speaks_both_languages(pack: Pack) -> None:
    for rule in pack.rules:
        assert pack.cited(rule), rule.id
        assert rule.fixes, rule.id
        for texts in (rule.messages, *(fix.texts for fix in rule.fixes)):
            assert texts["en"].strip(), rule.id
            assert any("\u4e00" <= character <= "\u9fff" for character in texts["zh"]), rule.id


@each
def test_every_instrument_says_how_it_was_read_and_is_cited(pack: Pack) -> None:
    cited = {citation.instrument for rule in pack.rules for citation in rule.citations}
    assert cited <= pack.instruments.keys()
    assert all(instrument.certainty.value in "SPM" for instrument in pack.instruments.values())


def test_the_packs_of_the_manual_pass_the_lint(tmp_path: Path) -> None:
    written = (Path(__file__).parents[2] / "docs" / "rule-packs.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", written, re.S)
    assert len(examples) == 4
    for text, vectors in zip(examples[::2], examples[1::2], strict=True):
        (tmp_path / "mine.yaml").write_text(text, "utf-8")
        (tmp_path / "mine.vectors.yaml").write_text(vectors, "utf-8")
        (pack,) = load([tmp_path / "mine.yaml"])
        assert lint(pack, read_vectors(tmp_path / "mine.vectors.yaml", vocabulary_of([pack])), taxonomy()) == ()


def test_every_fact_has_a_question_and_labels_in_both_languages() -> None:
    for fact in vocabulary().facts.values():
        for texts in (fact.question, *fact.choices.values()):
            assert texts["en"], fact.path
            assert texts["zh"], fact.path
