"""A plan as text: the short forms of the command line, and the YAML profile that makes a release repeatable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from entrepot.kit import Invalid, NotFound
from entrepot.kit.words import nearest
from entrepot.privacy.anonymise.model import Closeness, Diversity, Method, Plan, Presence

_TABLES = (".csv", ".tsv", ".txt", ".parquet")
_RECURSIVE = re.compile(r"recursive\((\d+(?:\.\d+)?)\)")


def parse_diversity(text: str) -> Diversity:
    """l-diversity as ``2:diagnosis``, ``entropy:2:diagnosis`` or ``recursive(3):2:diagnosis``.

    Raises:
        Invalid: It is written in another way.
    """
    kind, rest = _kind(text, ("distinct", "entropy"))
    found = _RECURSIVE.match(text)
    if found:
        kind, rest = "recursive", text[found.end() + 1 :]
    number, column = _numbered(text, rest, "--l", "2:diagnosis")
    return Diversity(column=column, l=number, kind=kind or "distinct", c=float(found[1]) if found else 0.0)


def parse_closeness(text: str) -> Closeness:
    """t-closeness as ``0.2:diagnosis``, ``ordered:0.2:income`` or ``hierarchical:0.2:diagnosis``.

    Raises:
        Invalid: It is written in another way.
    """
    kind, rest = _kind(text, ("equal", "ordered", "hierarchical"))
    number, column = _numbered(text, rest, "--t", "0.2:diagnosis")
    return Closeness(column=column, t=number, distance=kind or "equal")


def diversity_text(asked: Diversity) -> str:
    """What `parse_diversity` reads."""
    kind = f"recursive({asked.c:g})" if asked.kind == "recursive" else asked.kind
    return f"{kind}:{asked.l:g}:{asked.column}"


def closeness_text(asked: Closeness) -> str:
    """What `parse_closeness` reads."""
    return f"{asked.distance}:{asked.t:g}:{asked.column}"


def presence_text(asked: Presence) -> str:
    """δ-presence by a column as `parse_presence` reads it."""
    return f"{asked.column}:{asked.least:g},{asked.most:g}"


def parse_presence(text: str, folder: Path = Path()) -> Presence:
    """δ-presence as ``population.csv:0,0.5`` or, where a column of 0 and 1 marks the subset, ``COLUMN:0.1,0.5``.

    Args:
        folder: What the population's path is relative to.

    Raises:
        Invalid: It is written in another way.
        NotFound: What is named looks like a file, and there is none.
    """
    marked = parse_marked(text)
    name, population = marked.column, folder / marked.column
    if population.is_file():
        return Presence(population=population, least=marked.least, most=marked.most)
    if Path(name).suffix.lower() in _TABLES:
        raise NotFound(f"There is no population {name}.", "Check the path.")
    return marked


def parse_marked(text: str) -> Presence:
    """δ-presence as ``COLUMN:0.1,0.5``, whatever files there are.

    Raises:
        Invalid: It is written in another way.
    """
    name, _, bounds = text.rpartition(":")
    least, comma, most = bounds.partition(",")
    if not name or not comma:
        raise Invalid(f"{text!r} is not what --presence takes.", "Write a file or a column and two shares, such as population.csv:0,0.5.")
    return Presence(column=name, least=parse_share(least), most=parse_share(most))


def listed(text: str) -> tuple[str, ...]:
    """Names or short forms with commas between them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_share(text: str) -> float:
    """A share as ``2%`` or ``0.02``.

    Raises:
        Invalid: It is no number.
    """
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise Invalid(f"{text!r} is no share.", "Write it as 2% or 0.02.") from None


def _kind(text: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    first, _, rest = text.partition(":")
    return (first, rest) if first in kinds else ("", text)


def _numbered(text: str, rest: str, option: str, example: str) -> tuple[float, str]:
    number, _, column = rest.partition(":")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if value != value or not column:
        raise Invalid(f"{text!r} is not what {option} takes.", f"Write a number and a column, such as {example}.")
    return value, column


def read_profile(path: Path) -> tuple[Plan, Path | None, tuple[str, ...]]:
    """The plan of a YAML profile, the folder of hierarchies it names and the changes to other columns.

    Raises:
        NotFound: There is no such file.
        Invalid: It is no YAML, or says something the schema does not know.
    """
    import yaml

    if not path.is_file():
        raise NotFound(f"There is no profile {path}.", "Check the path.")
    try:
        said = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Invalid(f"{path.name} is no YAML.", "Check indentation and quotes.") from None
    profile = _checked(said, path)
    folder = path.parent / profile.hierarchies if profile.hierarchies else None
    plan = Plan(
        k=profile.k, method=Method(profile.method), quasi=tuple(profile.quasi_identifiers), suppress=parse_share(str(profile.suppress)),
        diversity=tuple(parse_diversity(one) for one in profile.l), closeness=tuple(parse_closeness(one) for one in profile.t),
        person=profile.person, weights=dict(profile.weights), unknown=profile.unknown, automatic=profile.automatic, drop=tuple(profile.drop),
        keep=tuple(profile.keep),
        population=path.parent / profile.population if profile.population else None,
        presence=parse_presence(profile.presence, path.parent) if profile.presence else None,
    )  # fmt: skip
    return plan, folder, tuple(f"{column}={change}" for column, change in profile.change.items())


def schema() -> dict[str, Any]:
    """The JSON Schema of a profile."""
    found: dict[str, Any] = _model().model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def _checked(said: Any, path: Path) -> Any:
    from pydantic import ValidationError

    try:
        return _model().model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "extra_forbidden":
            raise _unknown_key(str(first["loc"][-1]), path) from None
        place = ".".join(str(part) for part in first["loc"]) or "the profile"
        raise Invalid(f"{path.name}: {place}: {first['msg']}.", "`entrepot anonymise --schema` prints what a profile may say.") from None


def _unknown_key(key: str, path: Path) -> Invalid:
    keys = list(_model().model_fields)
    near = nearest(key, keys)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    return Invalid(f"{path.name}: a profile has no {key[:40]}.", f"{meant}It may say {', '.join(keys)}.")


def _model() -> Any:
    from pydantic import BaseModel, ConfigDict, Field

    class Profile(BaseModel):
        """How a table is anonymised; paths are relative to the profile."""

        model_config = ConfigDict(extra="forbid", title="Entrepot anonymisation profile")

        k: int = Field(5, ge=1, description="Smallest class of rows (persons) that look alike.")
        method: Literal["local", "global"] = Field("local", description="Generalise each class by itself, or each column as a whole.")
        quasi_identifiers: list[str] = Field([], description="Columns to generalise; empty: those with a hierarchy.")
        hierarchies: str = Field("", description="Folder with a COLUMN.csv for each quasi-identifier.")
        l: list[str] = Field([], description="l-diversity: 2:diagnosis, entropy:2:diagnosis, recursive(3):2:diagnosis.")  # noqa: E741
        t: list[str] = Field([], description="t-closeness: 0.2:diagnosis, ordered:0.2:income, hierarchical:0.2:diagnosis.")
        suppress: str | float = Field("2%", description="Rows that may be hidden, as a share.")
        person: str = Field("", description="Column that says whose row it is.")
        population: str = Field("", description="Table of the population; k then counts its rows.")
        presence: str = Field("", description="δ-presence: population.csv:0,0.5, or COLUMN:0.1,0.5 where 1 marks the subset.")
        weights: dict[str, float] = Field({}, description="How much a loss in a column counts; 1 by default.")
        unknown: Literal["refuse", "star"] = Field("refuse", description="Values that no hierarchy knows.")
        automatic: bool = Field(
            False, description="Make hierarchies for columns that lack one, and let the check choose columns where none is named."
        )
        drop: list[str] = Field([], description="Columns left out.")
        keep: list[str] = Field([], description="Columns that name persons and are released as they are on purpose.")
        change: dict[str, str] = Field({}, description="Changes to other columns, such as {name: pseudonym, post: 'mask:2'}.")

    return Profile
