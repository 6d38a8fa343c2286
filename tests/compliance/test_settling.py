"""Where a rule's way out is an answer, an answer settles it: of every rule of the shipped packs, in every case in which it stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from entrepot.compliance.dossier import Dossier, Source
from entrepot.compliance.judge import decide
from entrepot.compliance.library import FOLDER, shipped, taxonomy, vocabulary
from entrepot.compliance.pack_model import Pack
from entrepot.compliance.ruling import Outcome, Result, Ruling
from entrepot.compliance.vectors import Vector, read_vectors, vectors_beside
from entrepot.compliance.vocabulary import FactType

CASES = {pack.id: read_vectors(vectors_beside(FOLDER / f"{pack.id}.yaml"), vocabulary()) for pack in shipped()}


def _as_supplied(values: Mapping[str, Any], declared: frozenset[str] = frozenset()) -> Dossier:
    """A case with each fact from whoever usually supplies it."""
    facts = vocabulary().facts
    sources = {path: Source.DECLARED if path in declared else facts[path].source for path in values}
    return Dossier(dict(values), sources)


def _ruling(pack: Pack, vector: Vector, dossier: Dossier) -> Ruling:
    return decide((pack,), vector.gate, dossier, at=vector.at, taxonomy=taxonomy())


def _failing(pack: Pack, *, by_word: bool = False) -> Iterator[tuple[Vector, Result, tuple[str, ...]]]:
    """Where a rule fails, and the facts that can be answered; with ``by_word`` everything is declared that no rule wants measured."""
    measured = {path for rule in pack.rules for path in rule.min_source}
    for vector in CASES[pack.id]:
        declared = frozenset(vector.dossier.values) - measured if by_word else frozenset()
        ruling = _ruling(pack, vector, _as_supplied(vector.dossier.values, declared))
        for result in ruling.trace:
            if result.outcome is Outcome.FAILED and result.decides:
                yield vector, result, ruling.answers(result)


def _answers(pack: Pack, paths: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Answers that some case gave, then each choice of each fact, then whatever another fact names."""
    named = {path: among for path in paths if (among := vocabulary().facts[path].among)}
    for vector in CASES[pack.id]:
        values = vector.dossier.values
        yield {path: values[path] for path in paths if path in values}
        yield {path: values[among] for path, among in named.items() if among in values}
    yield from (dict(zip(paths, values, strict=False)) for values in product(*map(_values, paths[:4])))


def _values(path: str) -> list[Any]:
    fact = vocabulary().facts[path]
    if fact.type is FactType.FLAG:
        return [True, False]
    if fact.type is FactType.DATE:
        return ["2020-01-01", "2099-01-01"]
    said = list(fact.choices) or [
        one for cases in CASES.values() for case in cases for one in [case.dossier.values.get(path)] if one is not None
    ]
    return [said, *([one] for one in said)] if fact.choices and fact.type.is_list else said[:20]


def _settles(pack: Pack, vector: Vector, result: Result, said: Mapping[str, Any]) -> bool:
    dossier = _as_supplied({**vector.dossier.values, **said}, frozenset(said))
    found = {one.rule.id: one for one in _ruling(pack, vector, dossier).trace}
    return not found[result.rule.id].decides


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.id)
def test_the_answers_that_a_rule_names_settle_it(pack: Pack) -> None:
    stuck = {
        (result.rule.id, vector.name, answers)
        for vector, result, answers in _failing(pack)
        if answers and not any(_settles(pack, vector, result, said) for said in _answers(pack, answers))
    }
    assert stuck == set()


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.id)
def test_a_rule_names_no_fact_that_no_word_settles(pack: Pack) -> None:
    for _, result, answers in _failing(pack):
        assert not [path for path in answers if result.rule.min_source.get(path, Source.DECLARED) is not Source.DECLARED]


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.id)
def test_a_rule_whose_way_out_is_an_answer_can_be_answered(pack: Pack) -> None:
    by_answer = {rule.id for rule in pack.rules if any(fix.do == "answer" for fix in rule.fixes)}
    # Who supplies a fact differs from case to case: of a child, the tables or the owner.
    failing = [*_failing(pack), *_failing(pack, by_word=True)]
    answered = {result.rule.id for _, result, answers in failing if answers}
    assert by_answer & {result.rule.id for _, result, _ in failing} - answered == set()
