"""The chain of authorisation in a manifest: who got which rights, on what basis, by which document, until when."""

from __future__ import annotations

from datetime import date

from entrepot.catalogue.manifest import parts
from entrepot.catalogue.manifest.reader import Reader
from entrepot.kit.yamltree import Mapping, Node
from entrepot.rights.model import MAX_STEPS, Basis, Right, Step, check_document

STEP_ENTRIES = ("party", "rights", "basis", "document", "until")


def chain(reader: Reader, node: Node | None) -> tuple[Step, ...]:
    """The steps from the source to the owner; none when nothing is given."""
    return reader.list_of(node, "provenance", MAX_STEPS, lambda item: _step(reader, item))


def _step(reader: Reader, node: Node) -> Step | None:
    found = reader.mapping(node, "a step of provenance")
    if found is None:
        return None
    reader.check_names(found, STEP_ENTRIES, "a step of provenance")
    entry, before = found.entries.get, len(reader.problems)
    party = reader.text(entry("party"), "party", 200)
    basis = reader.choice(entry("basis"), "basis", Basis)
    rights = reader.list_of(entry("rights"), "rights", len(Right), lambda item: reader.choice(item, "rights", Right))
    until = parts.day(reader, entry("until"), "until")
    document = _document(reader, found)
    if basis is None and len(reader.problems) == before:
        reader.complain(found.line, "a step of provenance has no basis.", f"Add `basis:` with one of {', '.join(Basis)}.")
    if basis is None or len(reader.problems) > before:
        return None
    return reader.attempt(
        found.line,
        lambda: Step(
            party=party, basis=Basis(basis), rights=frozenset(Right(right) for right in rights), document=document,
            until=date.fromisoformat(until) if until else None,
        ),
    )  # fmt: skip


def _document(reader: Reader, step: Mapping) -> str:
    text = reader.text(step.entries.get("document"), "document", 200)
    return (reader.attempt(step.lines["document"], lambda: check_document(text)) or "") if text else ""
