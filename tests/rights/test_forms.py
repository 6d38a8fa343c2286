"""The four model forms: their clauses, the wording an agreement was signed on, and the page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from entrepot.rights import (
    CONTRACT_FORMS,
    Contract,
    ContractForm,
    Section,
    clauses,
    contract_html,
    form_digest,
    signed_clauses,
    signed_form,
)

WORDING = {
    "provision": "sha256:79b1e7ee849b4ce1426aad499612ca89db5cec0fe233eb38ae7ab8743778548c",
    "entrusted": "sha256:f01126b564580417dc6072587746beec38ff37581da71377e6a9bb7458bbe397",
    "joint": "sha256:dfa54593e5ed373a31c05381b4e13105fc2553bd0cd47f12724a07738aa0e878",
    "intermediary": "sha256:9b7b4f48d6cc9c2c4da838b5575da5d5a7b61eabeccb40cc9236c88fdcdbb987",
}
"""Agreements name these digests. Whoever changes a clause keeps the old wording too, or the contracts signed on it lose their clauses."""


def test_the_wording_that_agreements_name_stays() -> None:
    assert {form.value: form_digest(form) for form in ContractForm} == WORDING


@pytest.mark.parametrize("form", ContractForm)
def test_a_form_has_a_title_and_each_clause_once_in_both_languages(form: ContractForm) -> None:
    found = clauses(form)
    assert set(CONTRACT_FORMS[form]) == {"en", "zh"}
    assert len({clause.id for clause in found}) == len(found)
    assert all(set(clause.heading) == set(clause.text) == {"en", "zh"} and all(clause.text.values()) for clause in found)
    assert {"description", "rights", "delivery", "payment", "acceptance"} <= {clause.id for clause in found}


def test_the_forms_differ_in_the_rights_they_give() -> None:
    given = {next(clause.text["en"] for clause in clauses(form) if clause.id == "rights") for form in ContractForm}
    assert len(given) == len(ContractForm)


def test_clauses_are_given_for_the_very_wording_that_was_signed() -> None:
    form = signed_form(ContractForm.JOINT)
    assert signed_clauses(form) == clauses(ContractForm.JOINT)
    assert signed_clauses(form | {"digest": "sha256:" + "0" * 64}) is None
    assert signed_clauses(form | {"kind": "lease"}) is None
    assert signed_clauses(None) is None


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.loads += [name for name, _ in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_of_a_contract_stands_by_itself_and_lets_no_value_out_of_its_place() -> None:
    hostile = '</title><script>alert(1)</script>"'
    section = Section(id="a", heading=hostile, facts=((hostile, hostile),), paragraphs=(hostile,), points=(hostile,))
    tags = _Tags()
    page = contract_html(Contract(number=hostile, language="zh", title=hostile, sections=(section,), notes=(hostile,)))
    tags.feed(page)
    assert (tags.open, tags.loads) == ([], [])
    assert "script" not in tags.seen
    assert '<html lang="zh-Hans">' in page
