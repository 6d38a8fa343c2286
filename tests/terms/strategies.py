"""Terms and uses of every shape, for laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from entrepot.kit import Invalid
from entrepot.terms import Condition, Operator, Redistribution, Rights, Terms, Use
from entrepot.vocabulary.purposes import PURPOSES

START = datetime(2026, 1, 1, tzinfo=UTC)
purposes = st.sampled_from(sorted(PURPOSES))
places = st.sampled_from(["CN", "DE", "FR", "US"])


def _terms(**values: object) -> Terms | None:
    try:
        return Terms(**values)  # type: ignore[arg-type]
    except Invalid:
        return None


terms = st.builds(
    _terms,
    permitted_purposes=st.lists(purposes, min_size=1, max_size=4).map(tuple),
    prohibited_purposes=st.lists(purposes, max_size=3).map(tuple),
    duration_days=st.none() | st.integers(1, 5),
    territories=st.none() | st.lists(places, min_size=1, max_size=3).map(tuple),
    count_limit=st.none() | st.integers(1, 3),
    redistribution=st.sampled_from(Redistribution),
    attribution=st.booleans(),
    person_key_delivered=st.booleans(),
).filter(lambda t: t is not None)

uses = st.builds(
    Use,
    purpose=purposes,
    territory=places,
    at=st.integers(0, 24 * 6).map(lambda hours: START + timedelta(hours=hours)),
    count=st.integers(1, 4),
    redistribution=st.sampled_from(Redistribution),
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
nasty = texts | st.sampled_from(["'; DROP TABLE source; --", '"', "''", "?", "$1", "%s", "a OR 1=1", "\\", "--", "/*", '" OR ""="'])
names = nasty.filter(bool)
scalars = st.one_of(nasty, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.floats(allow_nan=False, allow_infinity=False, width=32))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(Operator))
    if operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return Condition(column=draw(names), operator=operator)
    if operator in (Operator.IN, Operator.NOT_IN):
        return Condition(column=draw(names), operator=operator, value=tuple(draw(st.lists(scalars, min_size=1, max_size=4))))
    return Condition(column=draw(names), operator=operator, value=draw(scalars))


rights = st.builds(
    Rights, columns=st.none() | st.lists(names, min_size=1, max_size=4).map(tuple), rows=st.lists(conditions(), max_size=3).map(tuple)
)
