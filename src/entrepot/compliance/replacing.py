"""A pack of one's own under the name of one that travels with the program: said in words first, done only when it is meant."""

from __future__ import annotations

from collections.abc import Collection

from entrepot.compliance import library
from entrepot.compliance.pack_diff import differences
from entrepot.compliance.pack_model import LANGUAGES, Pack
from entrepot.compliance.words import Words
from entrepot.kit import Conflict


class PackReplaces(Conflict):
    """The pack would take the place of one that travels with the program; ``details`` say in words what that changes."""


def require_meant(pack: Pack, installed: Collection[str], *, replace: bool) -> None:
    """Let a pack of a new name pass, and one that replaces a shipped pack only where that is meant; whoever replaced it before goes on.

    Raises:
        PackReplaces: It is not said that it is meant.
    """
    shipped = next((one for one in library.shipped() if one.id == pack.id), None)
    if shipped is None or replace or pack.id in installed:
        return
    said = {language: _sentences(shipped, pack, language) for language in LANGUAGES}
    raise PackReplaces(
        f"A pack {pack.id} {shipped.version} travels with the program; yours, {pack.version}, would take its place with {len(said['en'])} changes.",
        "Read the changes; say that it is meant (`--replace`, or `replace` in the request), or give your pack another name.",
        pack=pack.id, changes=said["en"], changes_zh=said["zh"],
    )  # fmt: skip


def _sentences(old: Pack, new: Pack, language: str) -> list[str]:
    words = Words(language, library.vocabulary_of([old, new]), library.label)
    return [f"{change.rule}: {change.sentence}" if change.rule else change.sentence for change in differences(old, new, words)]
