"""Grade a release from what was found in it, what was measured on it and what attackers reached; a pure function of these."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from entrepot.privacy.anonymise.model import Release
from entrepot.privacy.attacks.model import AttackReport, AttackResult
from entrepot.privacy.grading.model import LEAST_CELL, LEAST_K, MOST_FOUND, MOST_TOLD, Check, Grade, Level
from entrepot.privacy.model import Assessment, ColumnFinding, Kind
from entrepot.privacy.risk.combined import Combined
from entrepot.privacy.risk.model import Risk
from entrepot.privacy.risk.sequences import Sequences

IDENTIFYING = ("singling_out_multivariate", "unique_linkage", "linkability")
"""Attacks that find persons. Those by one column alone find nobody where k holds; guessing values is reported and not graded, because
without people outside the table it cannot be told from what the release rightly teaches about everybody."""
DRAWS = 3
"""How often those attacks are made, each time on other persons, where one of them comes near its bound."""
_NEAR = 0.5
"""The share of the bound from which on an attack is near it."""


def comes_near(attacks: AttackReport) -> bool:
    """Whether chance might have kept an attack that finds persons below its bound: it stays below, and not by far."""
    ends = [made.risk.high for name in IDENTIFYING if (made := _tried(name, attacks)) is not None]
    return bool(ends) and _NEAR * MOST_FOUND < max(ends) <= MOST_FOUND


def grade(
    *,
    assessment: Assessment,
    release: Release,
    after: Risk,
    attacks: AttackReport | None,
    again: Sequence[AttackReport] = (),
    treated: Collection[str] = (),
    keys: Sequence[str] = (),
    recoded: Collection[str] = (),
    untreated: Combined | None = None,
    tied: Sequence[Sequences] = (),
) -> Grade:
    """The grade of a release of rows: 3 where every fact holds, 2 where no direct identifier is left, else 1.

    Args:
        assessment: What the columns of the release itself tell about persons.
        after: The risk of the release, sensitive columns included.
        attacks: What attackers reached on it; None where nobody tried, which is not enough for grade 3.
        again: The same attacks on other persons; of each the draw that found most decides.
        treated: Columns that named persons or rows and whose values were replaced by keyed pseudonyms, so that nobody knows them of a person.
        recoded: Columns that told about persons and were merely replaced by pseudonyms: how often each occurs still says which it is.
        keys: Columns of the release each of which singles out more rows than may be, or names persons.
        untreated: What the columns left as they are single out together and with the classes; None where there are none.
        tied: For each pseudonym whose rows hang together, how persons stand out by all of theirs.
    """
    shielded = _shielded(assessment, release, treated)
    direct = tuple(f.column for f in assessment.of(Kind.DIRECT) if f.column not in shielded)
    quasi = tuple(
        f.column
        for f in assessment.findings
        if f.column not in shielded and (f.kind is Kind.QUASI or f.column in recoded or (f.linked and f.column not in direct))
    )
    alone = tuple(column for column in keys if column not in {*shielded, *direct})
    checks = (
        _none("direct_identifiers", direct),
        _none("other_quasi_identifiers", quasi),
        _none("keys", alone),
        _together(untreated),
        _k(release, after),
        _hidden(release, after),
        _tied(tied),
        *(_attack(name, attacks, again, release) for name in IDENTIFYING),
        _told(after),
    )
    level = Level.DIRECT if direct else Level.ACCEPTABLE if all(check.holds for check in checks) else Level.REMOVED
    return Grade(level=level, checks=checks)


def _shielded(assessment: Assessment, release: Release, treated: Collection[str]) -> set[str]:
    """Columns that classes or keyed pseudonyms protect."""
    # A quasi-identifier whose values still say who somebody is shields nobody, however many rows share them.
    named = {f.column for f in assessment.of(Kind.DIRECT) if f.column in release.quasi and _shows_itself(f, release)}
    return {*release.quasi, *treated} - named


def _shows_itself(finding: ColumnFinding, release: Release) -> bool:
    untouched = release.loss.get(finding.column, 0.0) == 0.0
    return untouched or any(one.matched and one.detector != "heading" for one in finding.evidence)


def grade_cells(smallest: int, *, assessment: Assessment) -> Grade:
    """The grade of counts by cells: 4 where each stands for enough persons, else 2; 1 where the cells are named by direct identifiers.

    Args:
        smallest: Persons behind the smallest published cell, at least.
    """
    direct = tuple(f.column for f in assessment.of(Kind.DIRECT))
    checks = (
        _none("direct_identifiers", direct),
        Check(name="cells", holds=smallest >= LEAST_CELL, value=smallest, limit=LEAST_CELL),
    )
    level = Level.DIRECT if direct else Level.AGGREGATE if all(check.holds for check in checks) else Level.REMOVED
    return Grade(level=level, checks=checks)


def _none(name: str, columns: tuple[str, ...]) -> Check:
    return Check(name=name, holds=not columns, value=len(columns), limit=0, columns=columns)


def _k(release: Release, after: Risk) -> Check:
    # The release counts persons even where their key is left out of it, the measured risk whatever the file shows: the smaller decides.
    found = [size for size in (release.smallest, after.k) if size is not None]
    smallest = min(found, default=None)
    return Check(name="k", holds=smallest is None or smallest >= LEAST_K, value=smallest, limit=LEAST_K)


def _hidden(release: Release, after: Risk) -> Check:
    # As with k: the release counts persons even where their key is left out of it.
    found = [size for size in (release.hidden_class, after.hidden_said) if size is not None and after.hidden_said]
    smallest = min(found, default=None)
    holds = smallest is None or (smallest >= LEAST_K and not after.hidden_told)
    return Check(name="hidden_rows", holds=holds, value=smallest, limit=LEAST_K, columns=after.hidden_told)


def _together(untreated: Combined | None) -> Check:
    if untreated is None:
        return Check(name="combinations", holds=True, value=None, limit=MOST_FOUND)
    # What could not be searched in its time may single out anybody, as an attack that was not made may find anybody.
    holds = not untreated.columns and not untreated.skipped
    return Check(name="combinations", holds=holds, value=untreated.share, limit=MOST_FOUND, columns=untreated.columns)


def _tied(tied: Sequence[Sequences]) -> Check:
    smallest = min((one.smallest for one in tied), default=None)
    columns = tuple(one.column for one in tied if one.smallest < LEAST_K)
    return Check(name="sequences", holds=not columns, value=smallest, limit=LEAST_K, columns=columns)


def _attack(name: str, attacks: AttackReport | None, again: Sequence[AttackReport], release: Release) -> Check:
    draws = [_tried(name, one) for one in (attacks, *again)]
    # A draw that was not made leaves open what it would have found.
    made = max((one for one in draws if one is not None), key=lambda one: one.risk.high) if all(draws) else None
    if made is None:
        # Where every row is hidden nobody can be found, and what one column tells cannot be parted between two attackers.
        pointless = release.smallest is None or (name == "linkability" and len(release.quasi) < 2)
        return Check(name=name, holds=pointless, value=None, limit=MOST_FOUND)
    risk = made.risk
    return Check(name=name, holds=risk.high <= MOST_FOUND, value=risk.value, limit=MOST_FOUND, interval=(risk.low, risk.high))


def _tried(name: str, attacks: AttackReport | None) -> AttackResult | None:
    results = attacks.results if attacks else ()
    return next((result for result in results if result.name == name and result.attack.tries), None)


def _told(after: Risk) -> Check:
    worst = max((one.told for one in after.sensitive), default=None)
    columns = tuple(one.column for one in after.sensitive if one.told > MOST_TOLD)
    return Check(name="homogeneity", holds=not columns, value=worst, limit=MOST_TOLD, columns=columns)
