"""What a message calls an option of the command line, said as the field of a form that stands for it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from entrepot.kit import EntrepotError
from entrepot.kit.options import reworded
from entrepot.web.languages import Language
from entrepot.web.words import _

FIELDS: Mapping[str, str] = {
    "--qi": _("Others may know this of a person: generalise it"), "--drop": _("Leave this out"),
    "--keep": _("Keep this on purpose, though it names people; the grade is then 1"), "--k": _("How many people must look alike, at least"),
    "--method": _("How"), "--person": _("The column that tells whose row it is"), "--suppress": _("Rows that may be hidden, at most"),
    "--l": _("Different values that each group must show (l)"), "--t": _("How far a group may be from the whole table (t)"),
    "--change": _("Changes to other columns, one a line"), "--hierarchies": _("Hierarchies of your own"), "--by": _("Groups are made by"),
    "--sum": _("Add this up"), "--mean": _("Average this"), "--minimum": _("People in a group, at least"),
    "--base": _("Round counts to a multiple of"), "--totals": _("Publish totals too"),
}  # fmt: skip


def on_form(error: EntrepotError, language: Language) -> EntrepotError:
    """The error as the form shows it: options by the names of their fields, others as what the command line has."""

    def said(option: str) -> str:
        if option in FIELDS:
            return language.gettext("“%(field)s”") % {"field": language.gettext(FIELDS[option])}
        return language.gettext("%(option)s of the command line") % {"option": option}

    # Said in the reader's language first: options are the same in both, and the names of fields are not the catalogue's.
    shown = copy.copy(error)
    shown.message, shown.hint = error.said(language.code)
    return reworded(shown, said)
