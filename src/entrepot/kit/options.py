"""What a message calls an option of the command line, said in the words of another door."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

from entrepot.kit.errors import EntrepotError

_OPTION = re.compile(r"--[a-z]+(?:-[a-z]+)*")


def reworded(error: EntrepotError, said: Callable[[str], str]) -> EntrepotError:
    """The error with each option in its message and hint, such as ``--keep``, as ``said`` puts it."""
    shown = copy.copy(error)
    shown.message, shown.hint = (_OPTION.sub(lambda found: said(found[0]), text) for text in (error.message, error.hint))
    return shown
