"""The duties that the packs speak of have words, and stand once."""

from __future__ import annotations

from entrepot.compliance.library import FOLDER, follow_words, shipped
from entrepot.compliance.pack_reader import FORM, read_file
from entrepot.kit.yamltree import Mapping, Scalar


def listed() -> dict[str, dict[str, str]]:
    root = read_file(FOLDER / "duties.yaml", FORM)[1]
    return {
        name: {key: value.text for key, value in entry.entries.items() if isinstance(value, Scalar)}
        for name, entry in root.entries.items()
        if isinstance(entry, Mapping)
    }


def test_every_duty_of_a_pack_has_words_in_both_languages_and_an_action() -> None:
    demanded = {duty.do for pack in shipped() for rule in pack.rules for duty in rule.duties}
    assert demanded - set(listed()) == set()
    assert all({"en", "zh", "action"} == set(words) for words in listed().values())


def test_the_duties_stand_in_order() -> None:
    assert list(listed()) == sorted(listed())


def test_what_follows_a_rule_has_words_in_both_languages() -> None:
    rules = [rule for pack in shipped() for rule in pack.rules]
    named = {name for rule in rules for name in (*rule.evidence, *rule.bars, *([rule.clock.on_expiry] if rule.clock else [])) if name}
    bare = {name for name in named if follow_words(name, "en") == name.replace("_", " ") and "_" in name}
    assert bare == set()
    assert not [name for name in named if follow_words(name, "zh").isascii()]
