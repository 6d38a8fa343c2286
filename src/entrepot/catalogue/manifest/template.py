"""The manifest a new user begins with: five entries to fill in, the rest explained and commented out."""

from __future__ import annotations

import json
from collections.abc import Sequence


def template(
    *,
    file: str = "data.csv",
    title: str = "",
    outcome: str = "",
    price: str = "free",
    purpose: str = "ResearchAndDevelopment",
    columns: Sequence[str] = (),
) -> str:
    """A commented manifest as YAML; it loads as it stands.

    Args:
        columns: Names of the file's columns, for a list to describe them in.
    """
    listed = "\n".join(f"#   {_quoted(name)}: what it means" for name in columns) or "#   column_name: what it means"
    return _TEMPLATE.format(
        file=_quoted(file),
        title=_quoted(title or "A title that says what the data is"),
        outcome=_quoted(outcome or "One sentence on what the data lets a buyer do."),
        price=_quoted(price),
        purpose=purpose,
        columns=listed,
    )


def _quoted(text: str) -> str:
    """The text in double quotes as YAML reads it; JSON's escapes are among YAML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


_TEMPLATE = """\
# What is on offer. These five entries are needed; everything below them is optional.
title: {title}          # at most 110 characters; for two languages: {{en: ..., zh: ...}}
outcome: {outcome}      # at most 300 characters
file: {file}            # CSV, Parquet, JSON lines or Excel; for several: files: [a.csv, b.parquet]
terms:
  purposes: [{purpose}]               # W3C DPV purposes
  # prohibited: [Advertising]
  # duration_days: 365
  # territories: [DE, FR]             # ISO 3166-1; leave out for everywhere
  # count_limit: 10                   # deliveries
  # redistribution: derived           # forbidden, derived or allowed
  # attribution: true
price: {price}          # free; 49.00 EUR; 49.00 EUR monthly; 0.50 EUR per 1000 rows, at most 100.00 EUR

# description: |
#   Where the data comes from, how it was made, what it leaves out. At most 7,500 characters.
# keywords: [transport, aviation]
# countries: [US]                     # what the data is about
# languages: [en]
# themes: [TRAN]                      # EU data themes
# frequency: monthly                  # how often new data comes
# starts_on: 2026-01-01
# ends_on: 2026-12-31
# licence: https://creativecommons.org/licenses/by/4.0/
# source: Who collected it
# contact: data@example.org
# person_key: passenger_id            # the column that tells whose row it is
# consent: required                   # only rows of persons who consented; unless said otherwise, all but of those who object
# residency: [DE]                     # where the data has to stay
# rights:
#   held_by: [Example Ltd]
#   processed_by: [Example Ltd]
#   operated_by: [Example Ltd]
# provenance:                         # from the source to you; `entrepot digest FILE` gives a document's digest
#   - {{party: Source Ltd, rights: [hold, process, operate], basis: collected}}
#   - {{party: Example Ltd, rights: [process, operate], basis: licence, document: "sha256:...", until: 2027-12-31}}
# contract: provision                 # or entrusted, joint, intermediary
# offered:                            # the part that agreements cover unless they say otherwise
#   columns: [a, b]
#   rows: [{{column: year, operator: ">=", value: 2020}}]
# columns:
{columns}
# examples: [Plan staff for busy days]
# sample_queries:
#   - {{title: Rows, sql: SELECT count(*) FROM data}}
# auto_approve: true                  # sign requests at these terms and this price at once
# visibility: private                 # public unless said otherwise
# invited: [delta-research]           # who sees a private listing beside you
# acceptance_hours: 72
"""
