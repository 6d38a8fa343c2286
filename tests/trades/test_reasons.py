"""The exchange's own reasons are told from what somebody wrote, and each has its words on the pages."""

from __future__ import annotations

import pytest

from entrepot.trades import Reason, reasons
from entrepot.web import languages
from entrepot.web.words import REASONS, Words


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_read_back_and_said_in_chinese(reason: Reason) -> None:
    text = reason.value.format(name="Data Authority, 2026-17", days=365)
    found = reasons.read(text)
    assert found is not None
    assert (found[0], set(REASONS)) == (reason, set(Reason))
    english, chinese = (Words(languages.get(code)).reason(text) for code in ("en", "zh"))
    assert english == text
    assert chinese != text
    assert ("365" in chinese, "2026-17" in chinese) == ("{days}" in reason, "{name}" in reason)


def test_what_somebody_wrote_stays_as_written() -> None:
    assert reasons.read("A legal notice, or so they say.") is None
    assert Words(languages.get("zh")).reason("100 % (sure) {name}") == "100 % (sure) {name}"


def test_a_reason_ends_in_one_full_stop() -> None:
    assert [reasons.sentence(text) for text in ("late", "It is late.", "还在核查。", "")] == [
        "late.",
        "It is late.",
        "还在核查。",
        "none given.",
    ]
