"""The guard-rails of the house, as data: when a rule applies, how much it weighs, what it says."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.compliance.model import Severity

_HOUSE = "House guard-rails, 1: no raw personal data"
_NO_CHILDREN = "House guard-rails, 2: no row-level data about children under 14"
_DROP = ("drop_columns", "anonymise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One guard-rail.

    Attributes:
        id: Lasting; a change of meaning gets a new id.
        test: The test of ``check.TESTS`` that says where it applies.
        message: A sentence with ``{column}``, ``{title}``, ``{count}`` and so on filled in.
        do: The ways out that the exchange can lead to, as in the fixes of packs.
    """

    id: str
    test: str
    severity: Severity
    message: str
    hint: str
    citation: str = _HOUSE
    do: tuple[str, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(id="HOUSE-RAW-DIRECT", test="direct_public", severity=Severity.BLOCK, message="{column} holds {title}.", hint="{fix}", do=_DROP),
    Rule(
        id="HOUSE-RAW-DIRECT-PRIVATE",
        test="direct_private",
        severity=Severity.REVIEW,
        message="{column} holds {title}; the offer is not public, so a person decides.",
        hint="{fix}",
        do=_DROP,
    ),
    Rule(
        id="HOUSE-MAYBE-DIRECT",
        test="direct_unsure",
        severity=Severity.REVIEW,
        message="{column} may hold {title}.",
        hint="{fix} If it holds something else, rename the column.",
        do=_DROP,
    ),
    Rule(
        id="HOUSE-RAW-SENSITIVE",
        test="sensitive_of_known_persons",
        severity=Severity.BLOCK,
        message="{column} holds {title} of persons who can be told from {others}.",
        hint="{fix}",
        do=_DROP,
    ),
    Rule(
        id="HOUSE-SENSITIVE-REVIEW",
        test="sensitive",
        severity=Severity.REVIEW,
        message="{column} may hold {title}.",
        hint="{fix}",
        do=_DROP,
    ),
    Rule(
        id="HOUSE-QUASI-TOGETHER",
        test="quasi_together",
        severity=Severity.WARN,
        message="{others} together may single out persons.",
        hint="Make them coarser, such as age in ranges and places as regions.",
        do=("anonymise",),
    ),
    *(
        Rule(id=id, test=test, severity=severity, message="{title}", hint="{fix}", citation=citation, do=do)
        for id, test, severity, citation, do in (
            ("HOUSE-NO-MINORS", "minors", Severity.BLOCK, _NO_CHILDREN, ("aggregate",)),
            ("HOUSE-CREDENTIALS", "credentials", Severity.BLOCK, "House guard-rails: no secrets in data", ("drop_columns",)),
            ("HOUSE-CONFIDENTIAL", "confidential", Severity.REVIEW, "House guard-rails: no secrets in data", ("drop_columns",)),
            ("HOUSE-INTERNAL-HOSTS", "internal_hosts", Severity.WARN, "House guard-rails: no secrets in data", ("drop_columns",)),
            ("HOUSE-PRECISE-LOCATION", "precise_location", Severity.WARN, _HOUSE, ("anonymise",)),
        )
    ),
    Rule(
        id="HOUSE-AGES-DENIED",
        test="minors_denied",
        severity=Severity.REVIEW,
        message="{title} The owner says that these are not ages of persons, and a person of the exchange looks.",
        hint="Say in the description what the ages are of.",
        citation=_NO_CHILDREN,
    ),
    Rule(
        id="HOUSE-AGES-UNREAD",
        test="unread_ages",
        severity=Severity.REVIEW,
        message="{title} Children may be among them, and a person of the exchange looks.",
        hint="{fix}",
        citation=_NO_CHILDREN,
    ),
    Rule(
        id="HOUSE-FORMULA",
        test="formulas",
        severity=Severity.WARN,
        message="{count:,} texts in {column} would run as formulas in a spreadsheet.",
        hint="Remove the leading =, +, - or @ where it means nothing, or tell buyers to import the column as text.",
        citation="OWASP, CSV injection",
    ),
    Rule(
        id="HOUSE-TERMS-MISSING",
        test="no_terms",
        severity=Severity.NEEDS_INFO,
        message="The offer names neither a permitted purpose nor a licence.",
        hint="Say in the manifest what buyers may do: terms, or a licence.",
        citation="House guard-rails: every use is agreed",
    ),
    Rule(
        id="HOUSE-PERSON-KEY-UNKNOWN",
        test="unknown_person_key",
        severity=Severity.NEEDS_INFO,
        message="The manifest names the person key {count}, and no table has such a column.",
        hint="Name a column of the table, or leave person_key out.",
        citation="House guard-rails: gains and withdrawal follow the person",
    ),
    Rule(
        id="HOUSE-CONTENT-UNDECLARED",
        test="undeclared",
        severity=Severity.NEEDS_INFO,
        message="Nobody has said whether it holds {title}.",
        hint="Say so: --shows face, --shows voice, or --shows nobody.",
    ),
    Rule(
        id="HOUSE-FILE-NOTE",
        test="notes",
        severity=Severity.INFO,
        message="{title}",
        hint="Check that this is what you meant.",
        citation="Reading the file",
    ),
)
