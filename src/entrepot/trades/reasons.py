"""Why the exchange itself moves an agreement: fixed sentences, kept as they are and told apart, so that each reader gets them in its language."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache


class Reason(StrEnum):
    """A reason of the exchange; names in braces are filled in. Parties write their own words, which stay as written."""

    NOTICE = "A legal notice suspends the listing."
    NOTICE_OF = "A legal notice suspends the listing ({name})."
    NOTICE_OVER = "The legal notice on the listing is settled."
    MONTH_PAID = "The next month is paid."
    NO_MONEY = "The balance does not cover the next month."
    UNDECIDED = "It ended in a dispute, so its money waits until the operator pays it back or out."
    ACCEPTED = "accepted by the buyer"
    ACCEPTED_LATE = "accepted after the end"
    WINDOW_OVER = "the acceptance window has ended"
    RESUMED = "resumed"
    TIME_OVER = "The {days} days of the terms have passed."


def read(text: str) -> tuple[Reason, dict[str, str]] | None:
    """Which reason of the exchange a text is, and what was filled in; None where somebody wrote it."""
    for reason in Reason:
        if found := _pattern(reason).fullmatch(text):
            return reason, found.groupdict()
    return None


def sentence(text: str) -> str:
    """A reason as a sentence of its own, with one full stop."""
    return text if text.endswith((".", "!", "?", "。", "！", "？")) else f"{text or 'none given'}."


@cache
def _pattern(reason: Reason) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(reason.value)), re.DOTALL)
