"""Turns the publish form into a manifest text, the same an owner could have written by hand."""

from __future__ import annotations

import re
from typing import Any

import yaml

from entrepot.kit import Invalid
from entrepot.web.forms import Form

OWN = ("title", "outcome", "file", "terms", "price")
"""Entries the form asks for itself; further ones must not say them again."""


def title_from(name: str) -> str:
    """A first title from a file's name."""
    words = re.sub(r"[_\-.]+", " ", name.rpartition(".")[0] or name).strip()
    return (words[:1].upper() + words[1:])[:110]


def manifest_text(sent: Form, *, file: str, currency: str, language: str) -> str:
    """The manifest as YAML.

    Raises:
        Invalid: The further entries are no YAML, or say again what the form asks for.
    """
    terms: dict[str, Any] = {"purposes": sent.texts("purpose"), "redistribution": sent.text("redistribution") or "forbidden"}
    if sent.texts("prohibited"):
        terms["prohibited"] = sent.texts("prohibited")
    if (days := sent.number("duration_days")) is not None:
        terms["duration_days"] = days
    if (count := sent.number("count_limit")) is not None:
        terms["count_limit"] = count
    if sent.text("territories"):
        terms["territories"] = [code for code in re.split(r"[\s,;、，]+", sent.text("territories").upper()) if code]
    if sent.flag("attribution"):
        terms["attribution"] = True
    entries: dict[str, Any] = {
        "title": _text(sent.text("title"), language), "outcome": _text(sent.text("outcome"), language), "file": file, "terms": terms,
        "price": price_sentence(sent, currency),
    }  # fmt: skip
    for name in ("description", "person_key", "source", "licence", "frequency"):
        if sent.text(name):
            entries[name] = _text(sent.text(name), language) if name == "description" else sent.text(name)
    if sent.flag("auto_approve"):
        entries["auto_approve"] = True
    return yaml.safe_dump(entries | further(sent.text("further")), allow_unicode=True, sort_keys=False, width=140)


def price_sentence(sent: Form, currency: str) -> str:
    """The price as the manifest writes it.

    Raises:
        Invalid: The amount is missing.
    """
    plan, amount = sent.text("plan") or "free", sent.text("amount")
    if plan == "free":
        return "free"
    if not amount:
        raise Invalid("The price has no amount.", "Enter one, or offer the data free of charge.", field="amount")
    money = f"{amount} {currency}"
    if plan == "monthly":
        return f"{money} monthly"
    if plan == "metered":
        if not sent.text("cap"):
            raise Invalid("A metered price needs the most it can ever cost.", "Enter the ceiling.", field="cap")
        return f"{money} per 1000 rows, at most {sent.text('cap')} {currency}"
    return money


def further(text: str) -> dict[str, Any]:
    """Entries an owner writes as YAML beside the form.

    Raises:
        Invalid: It is no YAML mapping, or repeats what the form asks for.
    """
    if not text:
        return {}
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(f"The further entries are not YAML: {str(error)[:200]}", "Write one `name: value` a line.", field="further") from None
    if not isinstance(found, dict):
        raise Invalid("The further entries are not a list of names and values.", "Write one `name: value` a line.", field="further")
    twice = sorted(str(name) for name in found if name in OWN)
    if twice:
        raise Invalid(f"The further entries say {', '.join(twice)} again.", "Leave out what the form asks for.", field="further")
    return found


def _text(text: str, language: str) -> str | dict[str, str]:
    return text if language == "en" else {language: text}
