"""A report says what was measured, in one spelling, in two languages, and never a value of the table."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from entrepot.flows.anonymise import Anonymised, anonymise
from entrepot.kit import Conflict, Invalid, Refused
from entrepot.privacy.anonymise import Plan
from entrepot.privacy.anonymise.changes import parse_change
from entrepot.privacy.grading import LIMITS, Level, report_html, report_schema, words
from entrepot.privacy.notes import SENTENCES, as_json, note
from privacy.grading.conftest import Make, write

VALUES = ("person7@", "Nord", "Ost", "gout", "cough")


def test_the_release_and_its_report_lie_side_by_side_and_the_digest_is_that_of_the_file(make: Make, tmp_path: Path) -> None:
    made = make()
    assert made.report is not None
    assert [path.name for path in made.files] == ["out.csv.report.json", "out.csv.report.html"]
    data = made.files[0].read_bytes()
    assert made.report.digest == "sha256:" + hashlib.sha256(data).hexdigest() == made.to_dict()["report_digest"]
    assert json.loads(data)["release"]["sha256"] == hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest()
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_same_table_plan_and_seed_give_the_same_report(make: Make) -> None:
    first, second = make().report, make().report
    assert first is not None
    assert second is not None
    assert first.data == second.data


def test_a_report_keeps_its_published_schema(make: Make) -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for plan in ({}, {"method": "local"}, {"quasi": ("age",)}, {"k": 150}):
        made = make(**plan)
        assert made.report is not None
        jsonschema.validate(json.loads(made.report.data), schema)


def test_neither_form_of_the_report_holds_a_value_of_the_table(make: Make) -> None:
    made = make(method="local", changes=[parse_change("email=pseudonym")], drop=())
    for path in made.files:
        text = path.read_text("utf-8")
        assert [value for value in VALUES if value in text] == []
        assert "email" in text


def test_what_is_missing_for_grade_3_is_said_with_the_next_step(make: Make) -> None:
    made = make(drop=(), keep=("email",))
    assert made.grade is not None
    assert made.grade.level is Level.DIRECT
    page = made.files[1].read_text("utf-8")
    assert words.NEXT["en"]["direct_identifiers"] in page
    assert words.NEXT["zh"]["direct_identifiers"] in page
    assert words.LEVELS["zh"][1] in page


def test_a_column_that_names_each_person_bars_grade_3_unless_it_is_a_keyed_pseudonym(tmp_path: Path) -> None:
    rows = [(f"card {i // 2 * 7919 % 1000}", 20 + i // 2 % 40, "Nord" if i % 4 < 2 else "West") for i in range(400)]
    table = write(tmp_path / "visits.csv", ["visitor", "age", "region"], rows)

    def graded(*changes: str) -> Anonymised:
        plan = Plan(k=5, quasi=("age", "region"), person="visitor", automatic=True)
        return anonymise(
            table, tmp_path / "out.csv", plan=plan, hierarchies={}, changes=[parse_change(one) for one in changes],
            secret=b"a key of sixteen bytes",
        )  # fmt: skip

    bare, hidden = graded().grade, graded("visitor=pseudonym").grade
    assert bare is not None
    assert hidden is not None
    assert [(check.name, check.columns) for check in bare.failed] == [("keys", ("visitor",))]
    assert hidden.level is Level.ACCEPTABLE


def test_local_recoding_warns_of_downcoding_and_global_does_not(make: Make) -> None:
    local, recoded = make(method="local").report, make().report
    assert local is not None
    assert recoded is not None
    assert "downcoding" in local.document["limits"]
    assert "downcoding" not in recoded.document["limits"]
    assert {"composition", "background", "inference", "other_columns"} <= set(recoded.document["limits"])


class _Reader(HTMLParser):
    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_has_no_script_and_fetches_nothing(make: Make) -> None:
    page, reader = make().files[1].read_text("utf-8"), _Reader()
    reader.feed(page)
    assert reader.open == []
    assert "script" not in reader.seen
    assert reader.addresses == ["#en", "#zh"]
    assert "url(" not in page
    assert "prefers-color-scheme:dark" in page


def test_what_others_wrote_is_escaped(make: Make) -> None:
    made = make()
    assert made.report is not None
    document = json.loads(made.report.data)
    document["release"]["file"] = "<script>alert(1)</script>"
    document["grade"]["checks"][0]["columns"] = ["<b>"]
    document["attacks"]["notes"] = ["<img src=x>"]
    document["attacks"]["noted"] = [{"code": "not_guessed", "values": {"columns": ["<img src=x>"]}}]
    page = report_html(document)
    assert not re.search("<script|<b>|<img", page)


def test_both_languages_say_the_same_things() -> None:
    tables = [getattr(words, name) for name in ("LEVELS", "MEANINGS", "CHECKS", "SOURCES", "NEXT", "LIMITS", "ATTACKS", "GRADES", "WORDS")]
    for table in tables:
        assert set(table["en"]) == set(table["zh"])
    assert set(words.LIMITS["en"]) == set(LIMITS)
    with pytest.raises(Invalid, match="not written in fr"):
        report_html({}, languages=["fr"])


def test_notes_are_said_in_both_languages_and_those_of_older_reports_in_english(make: Make) -> None:
    made = make()
    assert made.report is not None
    document = json.loads(made.report.data)
    time_up = note("time_up", attacks=["attribute inference of age"], names=["attribute_inference"], columns=["age"])
    document["attacks"] |= as_json([note("sampled", targets=2_000, rows=30_000), time_up])
    chinese = report_html(document, languages=["zh"])
    assert "抽取的 2,000 行（共 30,000 行）" in chinese
    assert "因时间用尽而未进行：猜测取值：age。" in chinese
    assert "tried on 2,000 of 30,000 rows" in report_html(document, languages=["en"])
    del document["attacks"]["noted"]
    assert '<ul class="soft" lang="en"><li>Each attack was tried on 2,000' in report_html(document, languages=["zh"])


def test_every_note_has_a_sentence_with_the_same_figures_in_chinese() -> None:
    fields = [{code: set(re.findall(r"{(\w+)", said)) for code, said in table.items()} for table in (SENTENCES, words.NOTES["zh"])]
    assert fields[0] == fields[1]


def test_every_column_of_the_grade_has_a_heading(make: Make) -> None:
    page = make().files[1].read_text("utf-8")
    assert '<th scope="col">Met</th>' in page
    assert '<th scope="col">是否满足</th>' in page
    assert not re.search('<th scope="col"[^>]*></th>', page)


def test_without_a_report_there_is_the_release_alone(make: Make, tmp_path: Path) -> None:
    made = make(with_report=False)
    assert made.grade is None
    assert {path.name for path in tmp_path.iterdir()} == {"people.csv", "out.csv"}


def test_a_failure_on_the_way_leaves_nothing_and_a_former_release_stays(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((Invalid, Refused)):
        make(k=401, suppress=0.0)
    assert {path.name for path in tmp_path.iterdir()} == {"people.csv"}
    (tmp_path / "out.csv").write_text("former", "utf-8")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.import_module("entrepot.flows.anonymise"), "attack", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make()
    assert (tmp_path / "out.csv").read_text("utf-8") == "former"
    assert {path.name for path in tmp_path.iterdir()} == {"people.csv", "out.csv"}


def test_where_the_report_cannot_be_written_there_is_no_release(make: Make, tmp_path: Path) -> None:
    (tmp_path / "out.csv.report.json").mkdir()
    with pytest.raises(Conflict, match="is a folder"):
        make()
    assert not (tmp_path / "out.csv").exists()
