"""What can go wrong outside the program, said as fact and next step; everything else is an error of the program."""

from __future__ import annotations

import errno
import sys

from entrepot.kit import EntrepotError, Invalid

_FILE_HINTS = {
    errno.ENOENT: "Check the path; a folder that is to hold a new file must exist.",
    errno.EACCES: "Ask for the right to this file, or choose another one.",
    errno.EPERM: "Ask for the right to this file, or choose another one.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.ENOTDIR: "Check the path; a part of it is a file, not a folder.",
    errno.ENOSPC: "Make room on the disk, then run the command again.",
    errno.EROFS: "Choose a folder that can be written to.",
    errno.EADDRINUSE: "Stop the other program, or choose another port with --port.",
    errno.EADDRNOTAVAIL: "Choose an address of this machine with --host.",
}


class FileTrouble(Invalid):
    """A file or folder cannot be read or written."""


class RecordsUnreachable(EntrepotError):
    """The database does not answer, or not in time."""

    status = 503


def explain(error: BaseException) -> EntrepotError | None:
    """The error as fact and next step, where its cause lies outside the program; else None."""
    if isinstance(error, EntrepotError):
        return error
    if isinstance(error, OSError) and error.errno in _FILE_HINTS and error.filename is not None:
        return FileTrouble(f"{error.filename}: {error.strerror}.", _FILE_HINTS[error.errno])
    return _of_the_records(error)


def exit_code(error: EntrepotError) -> int:
    """1 where the exchange's own program failed, else 2."""
    return 1 if error.error == "ExchangeFailed" else 2


def _of_the_records(error: BaseException) -> EntrepotError | None:
    # Looked up instead of imported, so that commands which touch no records do not pay for it.
    exceptions = sys.modules.get("sqlalchemy.exc")
    if exceptions is None or not isinstance(error, exceptions.OperationalError):
        return None
    said = " ".join(str(error.orig).split())
    if "locked" in said:
        return RecordsUnreachable(f"The records are busy: {said}.", "Another process holds them for long; try again.")
    hint = "Check ENTREPOT_DATABASE_URL and that the server runs, or the rights to the data folder."
    return RecordsUnreachable(f"The records cannot be reached: {said[:300]}", hint)
