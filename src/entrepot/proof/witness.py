"""A witness: cosigns checkpoints of other people's logs after checking that they only grew (c2sp.org/tlog-witness).

It keeps one SQLite file and one key file of its own and needs nothing else of an exchange, so that anyone can run one.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from entrepot.kit import Clock, EntrepotError, Invalid, SystemClock, rfc3339
from entrepot.proof.checkpoint import Checkpoint, parse_checkpoint, parse_decimal, parse_hash
from entrepot.proof.notes import KeyKind, Note, Signer, Verifier, check_name, new_signer, parse_note, parse_skey, parse_vkey, verify_note
from entrepot.proof.tree import EMPTY_ROOT, verify_consistency

MAX_PROOF = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_KINDS = (KeyKind.COSIGNATURE, KeyKind.MLDSA44)


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """An HTTP status with its body."""

    status: int
    body: str
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Submission:
    """A request to cosign: the size the log thinks we know, the proof from there, and its checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


class _Refusal(Exception):
    def __init__(self, status: int, body: str, content_type: str = TEXT_TYPE) -> None:
        super().__init__(body)
        self.answer = WitnessAnswer(status, body, content_type)


class Witness:
    """Cosigns checkpoints of the logs it knows.

    Args:
        folder: Where ``witness.db`` and ``witness.key`` live.
        signers: The witness's keys; each gives one cosignature.
        logs: Public keys of the logs; a log is known by the name of its keys.
    """

    def __init__(self, folder: Path, signers: Sequence[Signer], logs: Sequence[Verifier], *, clock: Clock | None = None) -> None:
        self._file = folder / "witness.db"
        self._signers = tuple(signers)
        self._logs: dict[str, list[Verifier]] = {}
        self._clock = clock or SystemClock()
        for log in logs:
            if log.kind is KeyKind.COSIGNATURE:
                raise Invalid(f"The key of {log.name} is a witness's key, not a log's.", "Give the keys that the log publishes.")
            self._logs.setdefault(log.name, []).append(log)
        with self._transaction() as db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS checkpoints "
                "(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL)"
            )

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The witness's public keys, for the policies of those who rely on it."""
        return tuple(signer.verifier.vkey for signer in self._signers)

    def latest(self, origin: str) -> str | None:
        """The newest checkpoint cosigned for a log, as the log sent it."""
        with self._transaction() as db:
            row = db.execute("SELECT note FROM checkpoints WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else str(row[0])

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Check a submission, remember it, and cosign; 200, or 400, 403, 404, 409, 422 as the protocol says."""
        try:
            try:
                submission = parse_submission(body)
            except EntrepotError as error:
                raise _Refusal(400, f"{error.message}\n") from None
            self._check_signature(submission)
            with self._transaction() as db:
                self._check_history(db, submission)
                # Signed inside the transaction and sent only after it: what we cosign, we remember.
                lines = self._cosign(submission)
                self._remember(db, submission)
        except _Refusal as refusal:
            return refusal.answer
        return WitnessAnswer(200, lines)

    def _check_signature(self, submission: Submission) -> None:
        origin = submission.checkpoint.origin
        if origin not in self._logs:
            raise _Refusal(404, f"This witness does not know the log {origin[:200]}.\n")
        try:
            verify_note(submission.note, self._logs[origin])
        except Invalid as error:
            raise _Refusal(403, f"{error.message}\n") from None

    def _check_history(self, db: sqlite3.Connection, submission: Submission) -> None:
        new = submission.checkpoint
        if submission.old > new.size:
            raise _Refusal(400, f"The old size {submission.old} is larger than the checkpoint's {new.size}.\n")
        row = db.execute("SELECT size, root FROM checkpoints WHERE origin = ?", (new.origin,)).fetchone()
        size, root = row or (0, EMPTY_ROOT)
        if submission.old != size:
            raise _Refusal(409, f"{size}\n", SIZE_TYPE)
        if new.size == size and new.root != root:
            raise _Refusal(409, f"This witness knows another tree of {size} entries.\n")
        if not verify_consistency(old_size=size, old_root=root, size=new.size, root=new.root, proof=submission.proof):
            raise _Refusal(422, f"The proof does not lead from {size} to {new.size} entries.\n")

    def _cosign(self, submission: Submission) -> str:
        now = self._clock.now()
        return "".join(signer.sign(submission.note.text, now).line for signer in self._signers)

    def _remember(self, db: sqlite3.Connection, submission: Submission) -> None:
        new = submission.checkpoint
        db.execute(
            "INSERT INTO checkpoints (origin, size, root, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
            "SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
            (new.origin, new.size, new.root, str(submission.note), rfc3339(self._clock.now())),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            # One at a time from the check to the commit; otherwise a slow older request could roll our memory back.
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        finally:
            db.close()


def open_witness(folder: str | Path, logs: Sequence[str], *, name: str = "", clock: Clock | None = None) -> Witness:
    """Open the witness in a folder, making its folder and keys (mode 0600) the first time.

    Args:
        logs: The vkeys of the logs it cosigns for.
        name: How it is called in its keys, a host and path without scheme; needed the first time, fixed afterwards.

    Raises:
        Invalid: A vkey is damaged, the name is missing or another one, or the key file can be read by others.
    """
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return Witness(path, _load_keys(path / "witness.key", name), [parse_vkey(vkey) for vkey in logs], clock=clock)


def parse_submission(body: bytes) -> Submission:
    """Read the body of an ``add-checkpoint`` request.

    Raises:
        Invalid: It breaks the format.
    """
    try:
        head, separator, checkpoint = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise Invalid("The request is not UTF-8 text.", "Send an old size, a proof, an empty line and a checkpoint.") from None
    lines = head.split("\n")
    if not separator or not lines[0].startswith("old ") or len(lines) > MAX_PROOF + 1:
        raise Invalid(
            "The request needs a line `old <size>`, at most 63 hashes, an empty line and a checkpoint.", "See c2sp.org/tlog-witness."
        )
    old = parse_decimal(lines[0].removeprefix("old "), "tree size")
    note = parse_note(checkpoint)
    return Submission(old, tuple(map(parse_hash, lines[1:])), note, parse_checkpoint(note.text))


def _load_keys(path: Path, name: str) -> list[Signer]:
    if not path.exists():
        check_name(name)
        _write_keys(path, [new_signer(name, kind).skey for kind in _KINDS])
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Invalid(f"The witness's keys {path} can be read by others.", f"Run `chmod 600 {path}`.")
    signers = [parse_skey(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not signers or any(signer.kind not in _KINDS for signer in signers):
        raise Invalid(f"{path} holds no witness keys.", "Remove it to have new keys made; those who rely on the witness then need them.")
    if name and signers[0].name != name:
        raise Invalid(f"This witness is called {signers[0].name}, not {name}.", "Leave the name out, or use another folder.")
    return signers


def _write_keys(path: Path, lines: list[str]) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # Another process was faster; its keys are the ones.
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
