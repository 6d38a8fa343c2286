"""Which packs are in force on an exchange, and how an operator's come and go."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from entrepot import parties, proof
from entrepot.compliance import library, repository
from entrepot.compliance.lint import lint
from entrepot.compliance.pack_model import Pack, Status
from entrepot.compliance.pack_reader import read_pack
from entrepot.compliance.replacing import require_meant
from entrepot.compliance.vectors import Vector, read_vectors
from entrepot.kit import Invalid, NotFound, Refused, digest
from entrepot.kit.words import counted
from entrepot.runtime import Role, Session


def in_force(session: Session) -> tuple[Pack, ...]:
    """The packs that this exchange asks: the house's own, those its settings name, and those its operator installed.

    Raises:
        Invalid: The settings name a pack that there is not.
    """
    named = [name.strip() for name in session.settings.rule_packs.split(",") if name.strip()]
    own = dict(repository.installed(session.db))
    try:
        chosen = library.choose([name for name in named if name not in own], library.shipped())
    except Invalid as error:
        raise Invalid(
            error.message,
            "Take it out of the setting rule_packs (ENTREPOT_RULE_PACKS). A pack of your own is put in force by `entrepot install-rules FILE`, "
            f"and the setting need not name it. {error.hint}",
        ) from None
    return chosen + tuple(_installed(session, pack_id, sha256) for pack_id, sha256 in own.items())


@dataclass(frozen=True, slots=True)
class Files:
    """What an operator calls the files of a pack, so that problems name them."""

    pack: str = ""
    vectors: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Both, as plain names of files."""
        return _file_name(self.pack, "pack.yaml"), _file_name(self.vectors, "pack.vectors.yaml")


def install(session: Session, text: str, vectors: str, *, replace: bool = False, files: Files | None = None) -> Pack:
    """Put an operator's pack in force in place of the one of the same id; the old one stays unless the new one passes the lint.

    Args:
        replace: Whether it is meant to take the place of a pack that travels with the program.
        files: What the files are called where they lie.

    Raises:
        PackReplaces: It would take that place, and nobody said that it is meant.
        Refused: The actor is no operator.
        Invalid: The pack or its vectors cannot be read, or the lint has remarks; the old pack stays in force.
    """
    parties.require_role(session, Role.OPERATOR)
    names = (files or Files()).names
    pack, cases = _parse(text, vectors, names)
    if pack.is_house:
        raise Refused("The guard-rails of the house cannot be replaced.", "Write a pack of another name beside them.")
    if pack.status is Status.DRAFT:
        raise Invalid(f"The pack {pack.id} is a draft, which is asked in what-if runs alone.", "Write `status: in_force` to have it asked.")
    others = {rule.id: other.id for other in in_force(session) if other.id != pack.id for rule in other.rules}
    if taken := [rule.id for rule in pack.rules if rule.id in others]:
        raise Invalid(f"The rule {taken[0]} stands in the pack {others[taken[0]]} already.", "Give it another id.")
    if remarks := lint(pack, cases, library.taxonomy(), known=in_force(session)):
        shown = [r.placed(*names) for r in remarks]
        told = f"The lint has {counted(len(remarks), 'remark')}{'; the first' if len(remarks) > 1 else ''}: {shown[0].rstrip('.')}."
        raise Invalid(told, "`entrepot rules lint` shows them all.", remarks=shown, problems=shown)
    require_meant(pack, dict(repository.installed(session.db)), replace=replace)
    values = {"id": pack.id, "version": pack.version, "sha256": pack.sha256, "text": text, "installed_at": session.now}
    repository.put_pack(session.db, values)
    proof.record(session, "rules.installed", {"pack": pack.id, "version": pack.version, "sha256": pack.sha256}, subject_id=pack.id)
    return pack


def read_text(text: str, *, kept: bool = False) -> Pack:
    """The pack in a text, for what-if runs and to be read: nothing of it comes into force.

    Args:
        kept: Whether it is in force on an exchange already.

    Raises:
        Invalid: It cannot be read.
    """
    return _read(text, kept=kept)


def installed_text(session: Session, pack_id: str) -> str:
    """The text of a pack that was installed here.

    Raises:
        NotFound: None of this id was.
    """
    if pack_id not in dict(repository.installed(session.db)):
        raise NotFound(f"No pack {pack_id[:60]!r} was installed.", "The packs that travel with the program are chosen by rule_packs.")
    return repository.pack_text(session.db, pack_id)


def uninstall(session: Session, pack_id: str) -> None:
    """Take an installed pack out of force; a pack of the same id that travels with the program is asked again.

    Raises:
        Refused: The actor is no operator.
        NotFound: No such pack was installed.
    """
    parties.require_role(session, Role.OPERATOR)
    if not repository.remove_pack(session.db, pack_id):
        raise NotFound(f"No pack {pack_id[:60]!r} was installed.", "The packs that travel with the program are chosen by rule_packs.")
    proof.record(session, "rules.removed", {"pack": pack_id}, subject_id=pack_id)


def packs_digest(packs: Sequence[Pack]) -> str:
    """One digest over all packs, whatever their order."""
    return digest({pack.id: pack.sha256 for pack in packs})


def _installed(session: Session, pack_id: str, sha256: str) -> Pack:
    return _known(sha256) or _remember(sha256, repository.pack_text(session.db, pack_id))


_PACKS: dict[str, Pack] = {}


def _known(sha256: str) -> Pack | None:
    return _PACKS.get(sha256)


def _remember(sha256: str, text: str) -> Pack:
    if len(_PACKS) > 100:
        _PACKS.clear()
    return _PACKS.setdefault(sha256, _read(text, kept=True))


def _file_name(given: str, otherwise: str) -> str:
    # Whatever somebody sends is written into a folder of its own, and into no other.
    return re.sub(r"[^\w.-]+", "_", given.strip())[:80].strip(".") or otherwise


def _read(text: str, *, kept: bool = False, name: str = "pack.yaml") -> Pack:
    with tempfile.TemporaryDirectory(prefix="entrepot-rules-") as folder:
        path = Path(folder) / name
        path.write_text(text, "utf-8")
        return read_pack(path, library.vocabulary(), library.taxonomy().knows, kept=kept)


def _parse(text: str, vectors: str, names: tuple[str, str]) -> tuple[Pack, tuple[Vector, ...]]:
    with tempfile.TemporaryDirectory(prefix="entrepot-rules-") as folder:
        path = Path(folder) / names[1]
        path.write_text(vectors, "utf-8")
        pack = _read(text, name=names[0])
        return pack, read_vectors(path, library.vocabulary_of([pack]))
