"""The manifest behind a YAML text, or every reason why it is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from entrepot.catalogue.manifest import commerce, parts, provenance
from entrepot.catalogue.manifest.facts import facts
from entrepot.catalogue.manifest.reader import Reader
from entrepot.catalogue.model import Frequency, Manifest, Visibility
from entrepot.kit import Invalid
from entrepot.kit.yamltree import Form, Mapping, read
from entrepot.rights.forms import ContractForm

MAX_TITLE, MAX_OUTCOME, MAX_DESCRIPTION, MAX_EXAMPLES = 110, 300, 7_500, 10
MAX_HOURS = 24 * 90
FORM = Form(name="the manifest", hint="Shorten its texts; data belongs into files.")
MAX_BYTES = FORM.bytes
ENTRIES = (
    "title", "outcome", "description", "file", "files", "location", "terms", "price", "offered", "rights", "person_key", "residency",
    "countries", "languages", "keywords", "themes", "columns", "contact", "licence", "source", "facts", "frequency", "starts_on", "ends_on",
    "examples", "sample_queries", "auto_approve", "visibility", "invited", "acceptance_hours", "consent", "provenance", "contract", "lookup",
)  # fmt: skip

__all__ = ["ENTRIES", "MAX_BYTES", "MAX_DESCRIPTION", "MAX_EXAMPLES", "MAX_HOURS", "MAX_OUTCOME", "MAX_TITLE", "load_manifest"]


def load_manifest(source: str | Path, *, currency: str = "EUR") -> Manifest:
    """The manifest in a YAML text, or in the file at a path.

    Args:
        currency: The currency of a free price.

    Raises:
        Invalid: It is no manifest; the message names each problem with its line, ``details`` lists them.
    """
    root = read(_text(source) if isinstance(source, Path) else source, FORM)
    reader = Reader()
    reader.check_names(root, ENTRIES, "a manifest")
    return _read(reader, root, currency)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid(f"{path.name} is larger than {MAX_BYTES // 1024} KiB.", "Name the data in the manifest instead of including it.")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"{path.name} is not UTF-8 text.", "Save the manifest as UTF-8.") from None
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.", "Check the path of the manifest.") from None


def _read(reader: Reader, root: Mapping, currency: str) -> Manifest:
    entry = root.entries.get
    frequency = reader.choice(entry("frequency"), "frequency", Frequency)
    values: dict[str, Any] = {
        "titles": parts.required(reader, root, "title", MAX_TITLE),
        "outcomes": parts.required(reader, root, "outcome", MAX_OUTCOME),
        "descriptions": reader.texts(entry("description"), "description", MAX_DESCRIPTION),
        "terms": commerce.terms(reader, entry("terms"), root.line),
        "price": commerce.price(reader, entry("price"), root.line, currency),
        "files": parts.files(reader, root),
        "location": parts.location(reader, entry("location")),
        "offered": commerce.offered(reader, entry("offered")),
        "rights": parts.three_rights(reader, entry("rights")),
        "person_key": reader.text(entry("person_key"), "person_key", 255),
        "residency": parts.countries(reader, entry("residency"), "residency"),
        "countries": parts.countries(reader, entry("countries"), "countries"),
        "languages": parts.languages(reader, entry("languages")) or ("en",),
        "keywords": parts.keywords(reader, entry("keywords")),
        "themes": parts.themes(reader, entry("themes")),
        "columns": parts.columns(reader, entry("columns")),
        "contact": parts.contact(reader, entry("contact")),
        "licence": reader.text(entry("licence"), "licence", 500),
        "source": reader.text(entry("source"), "source", 1_000),
        "facts": facts(reader, entry("facts")),
        "frequency": None if frequency is None else Frequency(frequency),
        "starts_on": parts.day(reader, entry("starts_on"), "starts_on"),
        "ends_on": parts.day(reader, entry("ends_on"), "ends_on"),
        "examples": reader.words(entry("examples"), "examples", MAX_EXAMPLES, 500),
        "sample_queries": parts.sample_queries(reader, entry("sample_queries"), MAX_EXAMPLES),
        "auto_approve": reader.flag(entry("auto_approve"), "auto_approve") or False,
        "visibility": Visibility(reader.choice(entry("visibility"), "visibility", Visibility) or "public"),
        "invited": parts.invited(reader, entry("invited"), entry("visibility")),
        "acceptance_hours": reader.number(entry("acceptance_hours"), "acceptance_hours", 1, MAX_HOURS),
        "provenance": provenance.chain(reader, entry("provenance")),
        "contract": ContractForm(reader.choice(entry("contract"), "contract", ContractForm) or ContractForm.PROVISION),
    }
    values["consent"] = parts.consent(reader, entry("consent"), values["person_key"])
    unit = values["price"].unit if values["price"] else None
    values["lookup"] = parts.lookup(reader, entry("lookup"), values["person_key"], values["consent"], unit)
    reader.finish()
    return Manifest(**values)
