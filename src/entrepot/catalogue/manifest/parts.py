"""The entries of a manifest that are more than a text or a number, apart from terms and price."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from entrepot.catalogue.finding.tokens import has_unspaced
from entrepot.catalogue.manifest.reader import Reader
from entrepot.catalogue.model import (
    LANGUAGES,
    PER_DAY,
    ColumnNote,
    Contact,
    LookupAnswer,
    LookupOffer,
    SampleQuery,
    SourceFile,
    ThreeRights,
    Visibility,
)
from entrepot.kit.yamltree import Mapping, Node, Scalar
from entrepot.pricing.model import Unit
from entrepot.terms.territories import check_territory
from entrepot.vocabulary.consents import ConsentMode

MAX_FILES, MAX_COLUMNS, MAX_SQL, MAX_INVITED, MAX_ASKED, MAX_PER_DAY = 50, 10_000, 4_000, 100, 100, 1_000_000
THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")
"""Codes of the data-theme vocabulary of the EU Publications Office."""


def required(reader: Reader, root: Mapping, name: str, most: int) -> dict[str, str]:
    """A text per language that has to be there."""
    found = reader.texts(root.entries.get(name), name, most)
    if not found:
        reader.complain(root.lines.get(name, root.line), f"the {name} is missing.", _WANTED[name])
    return found


_WANTED = {
    "title": "Add `title:` with what the data is.",
    "outcome": "Add `outcome:` with one sentence on what the data lets a buyer do.",
}


def files(reader: Reader, root: Mapping) -> tuple[SourceFile, ...]:
    """The files of ``file`` or ``files``; exactly one of these and ``location`` says where the data is."""
    given = [name for name in ("file", "files", "location") if name in root.entries]
    if len(given) != 1:
        line = root.lines[given[1]] if given else root.line
        problem = f"{' and '.join(given)} exclude each other." if given else "it is not said where the data is."
        reader.complain(line, problem, "Write one of file, files and location.")
    node = root.entries.get("files", root.entries.get("file"))
    found = reader.list_of(node, "files", MAX_FILES, lambda item: _file(reader, item))
    names = [file.table.casefold() for file in found]
    for name in {name for name in names if names.count(name) > 1}:
        reader.complain(node.line if node else root.line, f"two files make a table called {name!r}.", "Give each a `table` of its own.")
    if not found and node is not None and not reader.problems:
        reader.complain(node.line, "no file is named.", "Name at least one.")
    return found


def location(reader: Reader, node: Node | None) -> str:
    """Where data lies that stays with its owner; kept as text and never opened from here."""
    text = reader.text(node, "location", 2_000)
    if not text or node is None:
        return ""
    try:
        address = urlsplit(text)
        good = address.scheme in ("https", "s3") and bool(address.hostname) and "@" not in address.netloc
    except ValueError:
        good = False
    if not good or re.search(r"\s", text):
        reader.complain(
            node.line, f"location is {text[:80]!r}.", "Write an address that begins with https:// or s3://, without a password."
        )
    return text


def three_rights(reader: Reader, node: Node | None) -> ThreeRights:
    """Who holds, processes and operates the data."""
    found = reader.mapping(node, "rights")
    if found is None:
        return ThreeRights()
    reader.check_names(found, ("held_by", "processed_by", "operated_by"), "rights")
    return ThreeRights(**{name: reader.words(found.entries.get(name), name, 50) for name in ("held_by", "processed_by", "operated_by")})


def consent(reader: Reader, node: Node | None, person_key: str) -> ConsentMode | None:
    """How rows follow what their persons say; that needs the column that tells whose they are."""
    chosen = reader.choice(node, "consent", ConsentMode)
    if node is not None and chosen not in (None, ConsentMode.NONE) and not person_key:
        reader.complain(node.line, f"consent is {chosen}, and no person_key says whose rows they are.", "Name the column as person_key.")
    return None if chosen is None else ConsentMode(chosen)


def lookup(reader: Reader, node: Node | None, person_key: str, consent: ConsentMode | None, unit: Unit | None) -> LookupOffer | None:
    """What may be asked about a person; every question takes that person's consent, and counts as one read."""
    found = reader.mapping(node, "lookup")
    if found is None:
        return None
    reader.check_names(found, ("columns", "answers", "per_day"), "lookup")
    asked = reader.words(found.entries.get("columns"), "columns", MAX_ASKED, 255)
    if not asked:
        reader.complain(found.line, "lookup names no column.", "Add `columns:` with those that may be asked about.")
    if not person_key:
        reader.complain(
            found.line, "lookup answers questions about a person, and no person_key says whose row it is.", "Name the column as person_key."
        )
    if person_key in asked:
        reader.complain(
            found.line,
            f"lookup lets {person_key!r} be asked about, which is the person_key.",
            "Leave it out; every question names its person.",
        )
    if consent not in (None, ConsentMode.REQUIRED):
        reader.complain(found.line, f"consent is {consent}, and every question takes the person's consent.", "Leave consent out.")
    if unit not in (None, Unit.READ):
        reader.complain(
            found.line, f"The price counts {unit}s, and a look-up hands over none.", "Price it by the read: one answer is one read."
        )
    answers = reader.choice(found.entries.get("answers"), "answers", LookupAnswer)
    per_day = reader.number(found.entries.get("per_day"), "per_day", 1, MAX_PER_DAY)
    return LookupOffer(columns=asked, answers=LookupAnswer(answers or LookupAnswer.MATCH), per_day=per_day or PER_DAY)


def countries(reader: Reader, node: Node | None, name: str) -> tuple[str, ...]:
    """Countries by ISO 3166-1."""

    def check(item: Node) -> str | None:
        word = reader.text(item, name)
        return reader.attempt(item.line, lambda: check_territory(word)) if word else None

    return tuple(dict.fromkeys(reader.list_of(node, name, 250, check)))


def languages(reader: Reader, node: Node | None) -> tuple[str, ...]:
    """Languages of the data by BCP 47."""

    def check(item: Node) -> str | None:
        tag = reader.text(item, "languages", 40)
        if tag and not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
            reader.complain(item.line, f"{tag!r} is no language tag.", "Write tags such as en, zh or de-CH.")
        return tag or None

    return tuple(dict.fromkeys(reader.list_of(node, "languages", 50, check)))


def keywords(reader: Reader, node: Node | None) -> dict[str, tuple[str, ...]]:
    """Keywords per language; plain ones count as Chinese when they hold Chinese characters, else as English."""
    if isinstance(node, Mapping):
        reader.check_names(node, LANGUAGES, "keywords")
        return {language: words for language in LANGUAGES if (words := reader.words(node.entries.get(language), "keywords", 30, 60))}
    words = reader.words(node, "keywords", 30, 60)
    sorted_out = {"en": tuple(w for w in words if not has_unspaced(w)), "zh": tuple(w for w in words if has_unspaced(w))}
    return {language: found for language, found in sorted_out.items() if found}


def themes(reader: Reader, node: Node | None) -> tuple[str, ...]:
    """Themes of the EU's data-theme vocabulary."""
    return reader.list_of(node, "themes", len(THEMES), lambda item: reader.choice(item, "themes", THEMES))


def columns(reader: Reader, node: Node | None) -> dict[str, ColumnNote]:
    """What the owner says about columns: a text each, or title, description, unit and concept."""
    found = reader.mapping(node, "columns")
    if found is None:
        return {}
    if len(found.entries) > MAX_COLUMNS:
        reader.complain(found.line, f"columns lists {len(found.entries):,} entries; {MAX_COLUMNS:,} are the most.", "Describe fewer.")
    return {name: _column(reader, item, name) for name, item in found.entries.items()}


def contact(reader: Reader, node: Node | None) -> Contact | None:
    """Whom to ask: an e-mail address, or name, email and page."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return None
    if isinstance(node, Scalar):
        address = _email(reader, node)
        return Contact(name=address, email=address)
    found = reader.mapping(node, "contact")
    if found is None:
        return None
    reader.check_names(found, ("name", "email", "page"), "contact")
    email, page = found.entries.get("email"), reader.text(found.entries.get("page"), "page", 500)
    address = _email(reader, email) if isinstance(email, Scalar) else ""
    if page and not re.match(r"https?://[^\s/]", page):
        reader.complain(found.lines["page"], f"page is {page[:80]!r}.", "Write an address that begins with https://.")
    name = reader.text(found.entries.get("name"), "name", 200) or address
    if not name:
        reader.complain(found.line, "contact names nobody.", "Add `name:` or `email:`.")
    return Contact(name=name, email=address, page=page)


def day(reader: Reader, node: Node | None, name: str) -> str:
    """A date as ``2026-11-21``; empty when nothing is given."""
    text = reader.text(node, name)
    if not text or node is None:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        reader.complain(node.line, f"{name} is {text[:40]!r}.", "Write a date like 2026-11-21.")
        return ""


def sample_queries(reader: Reader, node: Node | None, most: int) -> tuple[SampleQuery, ...]:
    """Queries a buyer can run: SQL texts, or title and sql."""
    return reader.list_of(node, "sample_queries", most, lambda item: _sample_query(reader, item))


def _file(reader: Reader, node: Node) -> SourceFile | None:
    if isinstance(node, Mapping):
        reader.check_names(node, ("path", "table"), "a file")
        path = reader.text(node.entries.get("path"), "path", 1_000)
        table = reader.text(node.entries.get("table"), "table", 100)
    else:
        path, table = reader.text(node, "file", 1_000), ""
    if not path:
        reader.complain(node.line, "a file has no path.", "Write its path, relative to the manifest.")
        return None
    table = table or table_name(path)
    if not re.fullmatch(r"[^\W\d]\w{0,99}", table):
        reader.complain(node.line, f"{table[:60]!r} cannot be the name of a table.", "Use letters, digits and _, beginning with a letter.")
    return SourceFile(path=path, table=table)


def table_name(path: str) -> str:
    """The name of the table in a file: the file's own, with letters, digits and underscores only."""
    stem = PurePosixPath(path.replace("\\", "/")).name.split(".")[0]
    plain = re.sub(r"\W+", "_", stem).strip("_").lower()[:90]
    return plain if re.match(r"[^\W\d]", plain) else f"table_{plain}".rstrip("_")


def _column(reader: Reader, node: Node, name: str) -> ColumnNote:
    if not isinstance(node, Mapping):
        return ColumnNote(description=reader.text(node, f"the column {name[:60]!r}", 1_000))
    reader.check_names(node, ("title", "description", "unit", "concept"), "a column")
    text = node.entries.get
    concept = reader.text(text("concept"), "concept", 500)
    if concept and not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", concept):
        reader.complain(node.lines["concept"], f"concept is {concept[:80]!r}.", "Write the address (IRI) of a shared term.")
    return ColumnNote(
        title=reader.text(text("title"), "title", 200),
        description=reader.text(text("description"), "description", 1_000),
        unit=reader.text(text("unit"), "unit", 60),
        concept=concept,
    )


def invited(reader: Reader, node: Node | None, visibility: Node | None) -> tuple[str, ...]:
    """Short names or ids of organisations that see a private listing."""
    found = reader.words(node, "invited", MAX_INVITED, 60)
    if found and node is not None and reader.text(visibility, "visibility") != Visibility.PRIVATE:
        reader.complain(
            node.line, "invited names organisations, and the listing is public.", "Add `visibility: private`, or leave invited out."
        )
    return found


def _email(reader: Reader, node: Scalar) -> str:
    text = reader.text(node, "email", 254)
    if text and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", text):
        reader.complain(node.line, f"{text[:80]!r} is no e-mail address.", "Write it like data@example.org.")
    return text


def _sample_query(reader: Reader, node: Node) -> SampleQuery | None:
    if isinstance(node, Mapping):
        reader.check_names(node, ("title", "sql"), "a sample query")
        title, sql = reader.text(node.entries.get("title"), "title", 200), reader.text(node.entries.get("sql"), "sql", MAX_SQL)
    else:
        title, sql = "", reader.text(node, "sql", MAX_SQL)
    if not sql:
        reader.complain(node.line, "a sample query has no sql.", "Write the SQL that answers the question.")
        return None
    return SampleQuery(title=title or sql.split("\n")[0][:200], sql=sql)
