"""Which witnesses must have cosigned before a checkpoint counts (c2sp.org/tlog-policy)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.kit import Invalid
from entrepot.proof.notes import KeyKind, Note, Verified, Verifier, parse_vkey, verify_note

_LOG_KINDS = (KeyKind.ED25519, KeyKind.MLDSA44)
_WITNESS_KINDS = (KeyKind.COSIGNATURE, KeyKind.MLDSA44)


@dataclass(frozen=True, slots=True)
class Party:
    """A log or a witness of a policy; ``url`` is where it is reached, empty when the policy does not say."""

    name: str
    verifier: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Has witnessed a checkpoint when at least ``threshold`` of its members have."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Trusted logs, known witnesses and the quorum; a quorum of None asks for no witness."""

    logs: tuple[Party, ...] = ()
    witnesses: tuple[Party, ...] = ()
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None

    def is_met(self, verifiers: Collection[Verifier]) -> bool:
        """Whether cosignatures by these keys make the quorum."""
        return self.quorum is None or self._has_witnessed(self.quorum, verifiers)

    def cosigners(self, note: Note) -> tuple[Verified, ...]:
        """The known witnesses that cosigned.

        Raises:
            Invalid: A cosignature that claims to be by a known witness is wrong.
        """
        keys = [witness.verifier for witness in self.witnesses]
        if not any(key.matches(signature) for key in keys for signature in note.signatures):
            return ()
        # A time of zero makes no statement about the newest tree, so it does not count.
        return tuple(found for found in verify_note(note, keys) if found.timestamp)

    def _has_witnessed(self, name: str, verifiers: Collection[Verifier]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return any(witness.name == name and witness.verifier in verifiers for witness in self.witnesses)
        return sum(self._has_witnessed(member, verifiers) for member in group.members) >= group.threshold


def load_policy(path: str | Path) -> Policy:
    """Read a policy file.

    Raises:
        Invalid: There is no such file, or it is no policy.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Invalid(f"The witness policy {path} cannot be read: {error.strerror}.", "Check the setting `witnesses`.") from None
    return parse_policy(data)


def parse_policy(data: bytes | str) -> Policy:
    """Read the lines of a policy; names may be any bytes, so they are kept as they are.

    Raises:
        Invalid: A line breaks a rule of the format; the message gives its number.
    """
    text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if any((ord(c) < 0x20 and c != "\t") or ord(c) == 0x7F for c in line):
            raise _bad(number, "holds a control character")
        if words and not words[0].startswith("#"):
            reader.read(number, words)
    if not reader.has_quorum:
        raise Invalid("The policy has no quorum line.", "End it with `quorum <name>` or `quorum none`.")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), reader.groups, reader.quorum)


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: list[Party] = []
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.has_quorum = False
        self._members: set[str] = set()

    def read(self, number: int, words: list[str]) -> None:
        keyword, arguments = words[0], words[1:]
        if keyword == "log" and len(arguments) in (1, 2):
            verifier = self._key(number, arguments[0], _LOG_KINDS, self.logs)
            self.logs.append(Party(verifier.name, verifier, "".join(arguments[1:])))
        elif keyword == "witness" and len(arguments) in (2, 3):
            self._new_name(number, arguments[0])
            verifier = self._key(number, arguments[1], _WITNESS_KINDS, self.witnesses)
            self.witnesses.append(Party(arguments[0], verifier, "".join(arguments[2:])))
        elif keyword == "group" and len(arguments) >= 3:
            self._read_group(number, *arguments[:2], members=arguments[2:])
        elif keyword == "quorum" and len(arguments) == 1 and not self.has_quorum:
            self.has_quorum = True
            self.quorum = None if arguments[0] == "none" else self._known(number, arguments[0])
        else:
            raise _bad(number, f"is no complete `{keyword[:20]}` line, or is one too many")

    def _read_group(self, number: int, name: str, count: str, *, members: list[str]) -> None:
        self._new_name(number, name)
        for member in members:
            if self._known(number, member) in self._members:
                raise _bad(number, f"lists {member}, which is a member already")
            self._members.add(member)
        threshold = {"all": len(members), "any": 1}.get(count) or (int(count) if count.isascii() and count.isdigit() else 0)
        if not 1 <= threshold <= len(members) or (count not in ("all", "any") and str(threshold) != count):
            raise _bad(number, f"asks for {count} of {len(members)} members")
        self.groups[name] = Group(threshold, tuple(members))

    def _key(self, number: int, vkey: str, kinds: tuple[KeyKind, ...], others: list[Party]) -> Verifier:
        verifier = parse_vkey(vkey)
        if verifier.kind not in kinds:
            raise _bad(number, f"gives a key of kind {int(verifier.kind)}, which does not fit its use")
        if any(other.verifier.public_key == verifier.public_key for other in others):
            raise _bad(number, "repeats a key")
        return verifier

    def _known(self, number: int, name: str) -> str:
        if name not in self.groups and all(witness.name != name for witness in self.witnesses):
            raise _bad(number, f"names {name}, which no line above defines")
        return name

    def _new_name(self, number: int, name: str) -> None:
        if name == "none" or name in self.groups or any(witness.name == name for witness in self.witnesses):
            raise _bad(number, f"defines {name}, which is taken")


def _bad(number: int, what: str) -> Invalid:
    return Invalid(f"Line {number} of the witness policy {what}.", "c2sp.org/tlog-policy describes the format.")
